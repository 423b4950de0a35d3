//! What the seals of a run say, however it is cut, interrupted or spoilt.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking

use chrono::{DateTime, TimeDelta, Utc};
use contract::{Encoder, SchemaId, Seal, Topic};
use producer::batch::{Batch, Chain, hours};
use producer::submission::Encoded;
use simulator::{FaultRates, PriceTable, Settings, World};

/// The fingerprint of the run that starts on 2025-01-01 with seed 42, scale 1, built-in prices and two days of history. It
/// changes with the simulator's version and with nothing else.
const FINGERPRINT: &str = "b1b44ce069732906bd6b4ab864731f7f3b36af31f713fe17bd89bc39d992c278";

/// That of 55 days from 2024-12-20: the close of a month and of a year, and nearly every template.
const FINGERPRINT_OF_A_CLOSE: &str = "77bb98ed1aefef501bbed368d50b28065bf27867b5f27fec1fa72534275d9529";

fn world(fault_rate: &str) -> World {
    world_of("2025-01-01", 2, fault_rate)
}

fn world_of(start_date: &str, historical_days: u32, fault_rate: &str) -> World {
    World::new(Settings {
        seed: 42,
        start_date: start_date.parse().unwrap(),
        historical_days,
        scale: 1,
        fault_rates: FaultRates::uniform(fault_rate.parse().unwrap()),
        prices: PriceTable::built_in(),
    })
    .unwrap()
}

fn batch(world: &World, chain: &mut Chain, until: DateTime<Utc>, schema: u32) -> Option<Batch> {
    let mut encoder = Encoder::new(Topic::JournalEntryRaw, SchemaId(schema));
    let submissions = world.submissions(chain.sealed_until(), until);
    let encoded = submissions.iter().map(|submission| Encoded::new(submission, &mut encoder)).collect();
    chain.seal(until, encoded, true)
}

fn history(world: &World) -> Vec<Seal> {
    let mut chain = Chain::start(world.begins_at());
    let windows = hours(world.begins_at(), world.history_ends_at());
    windows.filter_map(|window| batch(world, &mut chain, window.end, 1)).map(|batch| batch.seal).collect()
}

#[test]
fn the_fingerprint_is_what_it_always_was() {
    let seals = history(&world("0.001"));
    assert_eq!(seals.last().unwrap().running_digest.to_string(), FINGERPRINT);
    let seals = history(&world_of("2024-12-20", 55, "0"));
    assert_eq!(seals.last().unwrap().running_digest.to_string(), FINGERPRINT_OF_A_CLOSE);
}

#[test]
fn neither_batches_nor_faults_nor_the_registrys_ids_change_the_fingerprint() {
    let world = world("0.05");
    let mut chain = Chain::start(world.begins_at());
    let mut until = world.begins_at();
    let mut planted = 0;
    while until < world.history_ends_at() {
        until = (until + TimeDelta::minutes(173)).min(world.history_ends_at());
        planted += batch(&world, &mut chain, until, 99).map_or(0, |batch| batch.seal.planted.entries);
    }
    assert!(planted > 100, "{planted}");
    assert_eq!(chain.running().to_string(), FINGERPRINT);
}

#[test]
fn a_run_that_goes_on_behind_its_last_seal_makes_the_same_seals() {
    let whole = history(&world("0.001"));
    let restarted = world("0.001");
    let mut chain = Chain::after(&whole[20]);
    let rest: Vec<Seal> = hours(chain.sealed_until(), restarted.history_ends_at())
        .filter_map(|window| batch(&restarted, &mut chain, window.end, 1))
        .map(|batch| batch.seal)
        .collect();
    assert_eq!(rest, whole[21..]);
}

#[test]
fn seals_chain_meet_and_count_balanced_books() {
    let seals = history(&world("0.001"));
    assert!(seals.len() >= 48);
    for (sequence, pair) in (0..).zip(seals.windows(2)) {
        assert_eq!((pair[0].sequence, pair[1].sequence), (sequence, sequence + 1));
        assert_eq!(pair[1].previous, pair[0].chain);
        assert_eq!(pair[1].window_start, pair[0].window_end);
    }
    for seal in &seals {
        assert_eq!(seal.chain, seal.expected_chain());
        assert!(seal.good.amounts.iter().all(|total| total.debit == total.credit && total.debit > 0));
        assert!(seal.entry_numbers.iter().all(|range| range.count == range.last - range.first + 1));
    }
}

#[test]
fn a_window_without_entries_is_covered_by_the_next_seal() {
    let world = world("0");
    let mut chain = Chain::start(world.begins_at());
    batch(&world, &mut chain, world.begins_at() + TimeDelta::minutes(59), 1).unwrap();
    let sealed = chain.sealed_until();
    let empty = sealed + TimeDelta::seconds(5);
    assert!(batch(&world, &mut chain, empty, 1).is_none());
    let next = batch(&world, &mut chain, world.begins_at() + TimeDelta::hours(2), 1).unwrap();
    assert_eq!(next.seal.window_start, sealed);
}

#[test]
fn a_planted_fault_is_named_with_its_place() {
    let world = world("0.05");
    let mut chain = Chain::start(world.begins_at());
    let made = batch(&world, &mut chain, world.history_ends_at(), 1).unwrap();
    assert_eq!(made.faults.len() as i64, made.seal.planted.entries);
    for fault in &made.faults {
        assert_eq!(made.submissions[fault.index as usize].ce_id, fault.ce_id);
    }
}

#[test]
fn every_submission_carries_the_whole_set_of_headers_and_its_trace_is_its_id() {
    let world = world("0");
    let mut chain = Chain::start(world.begins_at());
    let made = batch(&world, &mut chain, world.begins_at() + TimeDelta::hours(2), 1).unwrap();
    let submission = &made.submissions[1];
    let headers = submission.headers(uuid::Uuid::nil(), made.seal.sequence, 1);
    let text = |name| {
        let (_, value) = headers.iter().find(|(known, _)| *known == name).unwrap();
        String::from_utf8(value.clone()).unwrap()
    };
    assert_eq!(text("ce_id"), submission.ce_id.to_string());
    assert_eq!((text("batch"), text("index")), ("0".to_owned(), "1".to_owned()));
    assert_eq!(text("ce_source"), "wellbook/00000000-0000-0000-0000-000000000000");
    let trace = text("traceparent");
    assert!(trace.starts_with(&format!("00-{}-", submission.ce_id.simple())) && trace.len() == 55, "{trace}");
}
