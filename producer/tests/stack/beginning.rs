//! A run begins.

use crate::topics::{FINGERPRINT, Topics, is_whole, two_days};
use contract::Topic;
use kafka::Signals;
use producer::settings::RunArgs;
use service::exit::WrongSettings;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio_util::sync::CancellationToken;

#[test]
fn a_run_begins_with_its_genesis_an_anchor_and_its_masters_and_history_follows_whole() {
    let topics = Topics::new();
    let seals = topics.produce(&two_days(), |_| topics.wait_for_seals("history", is_whole));
    let records = topics.run_records();
    assert!(records[0].genesis.is_some() && records[1].anchor.is_some() && records.len() == 2, "{records:?}");
    assert_eq!(seals.last().unwrap().running_digest.to_string(), FINGERPRINT);
    assert!(seals.iter().all(|seal| seal.is_history));
    for (batch, count) in topics.submissions() {
        let seal = &seals[usize::try_from(batch).unwrap()];
        assert_eq!(count, seal.good.entries + seal.planted.entries, "batch {batch}");
    }
    assert!(topics.count(Topic::Well) >= 400 && topics.count(Topic::Account) > 50);
    let planted: i64 = seals.iter().map(|seal| seal.planted.entries).sum();
    assert_eq!(i64::try_from(topics.count(Topic::InjectedFault)).unwrap(), planted);
}

#[test]
fn other_settings_on_the_topics_of_a_run_are_refused_and_each_difference_is_named() {
    let topics = Topics::new();
    topics.produce(&two_days(), |watch| watch.wait_until_ready());
    let other = RunArgs { random_seed: Some(7), historical_days: Some(3), scale: Some(2), ..two_days() };
    let error = topics.produce_in_vain(&other);
    assert!(error.downcast_ref::<WrongSettings>().is_some(), "{error:#}");
    let text = format!("{error:#}");
    for difference in [
        "RANDOM_SEED is 42 in this run and 7 was given",
        "HISTORICAL_DAYS is 2 in this run and 3 was given",
        "SCALE is 1 in this run and 2 was given",
        "TOPIC_PREFIX",
    ] {
        assert!(text.contains(difference), "{text}");
    }
    assert_eq!(topics.run_records().len(), 2);
}

#[test]
fn a_run_keeps_the_prices_that_it_began_with_and_files_with_others_are_refused() {
    let (topics, folder) = (Topics::new(), tempfile::tempdir().unwrap());
    let priced = |name: &str, last: &str| {
        let path = folder.path().join(name);
        let first: chrono::NaiveDate = "2023-01-01".parse().unwrap();
        // Two years of weeks: the last begins on 2024-12-29.
        let weeks = first.iter_days().step_by(7).take(105);
        let mut days: String = weeks.map(|day| format!("{day},70\n")).collect();
        days.insert_str(0, "date,price_usd_per_bbl\n");
        days.push_str(&format!("2025-01-01,{last}\n"));
        std::fs::write(&path, days).unwrap();
        RunArgs { prices_files: vec![path], ..two_days() }
    };
    topics.produce(&priced("oil.csv", "71.5"), |watch| watch.wait_until_ready());
    let genesis = topics.run_records()[0].genesis.clone().unwrap();
    assert!(genesis.price_source.starts_with("Files: WTI of oil.csv"), "{}", genesis.price_source);
    // The same prices by another name, or none, are the run's.
    topics.produce(&priced("copy.csv", "71.50"), |watch| watch.wait_until_ready());
    topics.produce(&two_days(), |watch| watch.wait_until_ready());
    let error = topics.produce_in_vain(&priced("oil.csv", "71.6"));
    assert!(error.downcast_ref::<WrongSettings>().is_some(), "{error:#}");
    let text = format!("{error:#}");
    assert!(
        text.contains("PRICES_FILES is `Files: WTI of oil.csv") && text.contains(&genesis.price_digest[..12]),
        "{text}"
    );
    assert_eq!(topics.run_records().len(), 2);
}

#[test]
fn a_run_does_not_begin_with_prices_that_end_before_its_first_day() {
    let (topics, folder) = (Topics::new(), tempfile::tempdir().unwrap());
    let path = folder.path().join("oil.csv");
    std::fs::write(&path, "date,price_usd_per_bbl\n2023-01-02,70\n").unwrap();
    let error = topics.produce_in_vain(&RunArgs { prices_files: vec![path], ..two_days() });
    assert!(error.downcast_ref::<WrongSettings>().is_some(), "{error:#}");
    let text = format!("{error:#}");
    assert!(
        text.contains("oil.csv, line 2: WTI ends on 2023-01-02") && text.contains("START_DATE"),
        "{text}"
    );
    assert!(topics.run_records().is_empty());
}

#[test]
fn a_live_batch_that_would_be_too_large_is_refused_with_the_settings_that_make_it_so() {
    let topics = Topics::new();
    let fast = RunArgs { speed: Some("100000".parse().unwrap()), ..two_days() };
    let text = format!("{:#}", topics.produce_in_vain(&fast));
    assert!(text.contains("SPEED 100000") && text.contains("STREAMING_INTERVAL_SECONDS 3600"), "{text}");
    assert!(topics.run_records().is_empty());
}

#[test]
fn a_registry_that_is_away_is_waited_for_and_stopping_meanwhile_is_no_failure() {
    let topics = Topics::new();
    let mut args = topics.args(&two_days());
    args.registry.url = "http://127.0.0.1:1/apis/ccompat/v7".to_owned();
    let token = CancellationToken::new();
    let tried = token.clone();
    // It says that it is alive before each try: the third comes after two failures.
    let tries = AtomicU32::new(0);
    let heartbeat = move || {
        if tries.fetch_add(1, Ordering::Relaxed) > 6 {
            tried.cancel();
        }
    };
    let signals = Signals { heartbeat: Box::new(heartbeat), ready: Box::new(|is_ready| assert!(!is_ready)) };
    topics.runtime.block_on(producer::run::run(args, signals, token)).unwrap();
    assert!(topics.run_records().is_empty());
}
