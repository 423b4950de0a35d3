//! A run goes on, whatever interrupted it.

use crate::topics::{Topics, end_of, is_whole, two_days};
use contract::Seal;
use producer::settings::RunArgs;

#[test]
fn a_run_that_is_interrupted_again_and_again_has_neither_gap_nor_repeat_and_the_same_fingerprint() {
    let topics = Topics::new();
    // Long enough that no machine writes it between two looks.
    let run = RunArgs { historical_days: Some(30), ..two_days() };
    let is_whole = |seals: &[Seal]| seals.last().is_some_and(|seal| seal.window_end >= end_of(30));
    let mut stops = 0;
    loop {
        let before = topics.seals();
        if is_whole(&before) {
            break;
        }
        topics.produce(&run, |_| topics.wait_for_seals("progress", |seals| seals.len() > before.len()));
        stops += 1;
    }
    assert!(stops > 1, "it was never interrupted");
    let seals = topics.seals();
    let fingerprint = producer::fingerprint::of(&run, 2).unwrap().digest;
    assert_eq!(seals.last().unwrap().running_digest, fingerprint);
    for (sequence, seal) in (0..).zip(&seals) {
        assert_eq!((seal.sequence, seal.chain), (sequence, seal.expected_chain()));
    }
    // Counts per batch; that none stands twice is checked on the way.
    let sealed: Vec<i64> = seals.iter().map(|seal| seal.good.entries + seal.planted.entries).collect();
    assert_eq!(topics.submissions().into_values().collect::<Vec<_>>(), sealed);
}

#[test]
fn a_second_producer_of_a_run_takes_over_and_the_first_stops() {
    let topics = Topics::new();
    let fast = RunArgs { interval_seconds: Some(1), speed: Some("60".parse().unwrap()), ..two_days() };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| topics.produce_in_vain(&fast));
        topics.wait_for_seals("the first produces", |seals| seals.len() > 10);
        topics.produce(&fast, |watch| {
            watch.wait_until_ready();
            let error = format!("{:#}", first.join().unwrap());
            assert!(error.contains("another") || error.contains("fenced"), "{error}");
            let before = topics.seals().len();
            topics.wait_for_seals("the second produces", |seals| seals.len() > before);
        });
    });
    let seals = topics.seals();
    assert!(seals.windows(2).all(|pair| pair[1].previous == pair[0].chain));
    topics.submissions();
}

#[test]
fn another_speed_is_an_anchor_on_the_run_and_the_live_ledger_goes_on_from_there() {
    let topics = Topics::new();
    topics.produce(&two_days(), |_| topics.wait_for_seals("history", is_whole));
    let faster =
        RunArgs { interval_seconds: Some(1), speed: Some("3600".parse().unwrap()), ..RunArgs::default() };
    let seals = topics.produce(&faster, |_| {
        topics
            .wait_for_seals("live batches", |seals| seals.iter().filter(|seal| !seal.is_history).count() >= 3)
    });
    let records = topics.run_records();
    assert_eq!(records.len(), 3, "{records:?}");
    let anchor = records[2].anchor.as_ref().unwrap();
    assert_eq!((anchor.speed.to_string().as_str(), anchor.interval_seconds), ("3600.00000000", 1));
    assert!(seals.windows(2).all(|pair| pair[1].window_start == pair[0].window_end));
    // Without these settings the run goes on as it last was.
    topics.produce(&RunArgs::default(), |watch| watch.wait_until_ready());
    assert_eq!(topics.run_records().len(), 3);
}
