//! A master that comes late: its entries are dead letters until they are submitted again.

use crate::rig::Machine;
use chrono::Utc;
use consumers::replay::{Choice, Tally};
use contract::Topic;
use contract::header::DeadLetterHeaders;
use ledger::ReasonCode;
use producer::settings::RunArgs;
use simulator::World;
use std::collections::BTreeMap;
use uuid::Uuid;

const START: &str = "2025-01-01";
const DAYS: u32 = 3;
const LATE: &str = "well:4";
/// An hour of the ledger each second: a day passes while the validator comes to the end of the history.
const SPEED: &str = "3600";

/// The well that comes late.
fn late_well(args: &RunArgs) -> String {
    let (genesis, anchor) = producer::genesis::begin(args, Uuid::nil(), Utc::now());
    let world = World::new(producer::genesis::settings(&genesis).unwrap()).unwrap();
    let late = producer::late::of_run(&genesis, &world, anchor.simulated).unwrap().unwrap();
    assert!(late.known_at() > anchor.simulated, "{late:?}");
    late.id().to_owned()
}

fn dead(machine: &Machine) -> BTreeMap<ReasonCode, u64> {
    let mut dead = BTreeMap::new();
    machine.read(Topic::JournalEntryDlq, |record| {
        *dead.entry(DeadLetterHeaders::read(record.headers()).unwrap().reason).or_default() += 1;
    });
    dead
}

#[test]
fn an_entry_whose_master_comes_late_is_dead_lettered_and_replay_closes_the_gap() {
    let settings = [
        ("START_DATE", START.to_owned()),
        ("HISTORICAL_DAYS", DAYS.to_string()),
        ("FAULT_RATE", "0.01".to_owned()),
        ("FAULT_RATES", "unknown_well=0".to_owned()),
        ("LATE_MASTER", LATE.to_owned()),
        ("SPEED", SPEED.to_owned()),
        ("STREAMING_INTERVAL_SECONDS", "1".to_owned()),
    ];
    let machine = Machine::with_services(settings.map(|(name, value)| (name.to_owned(), value)).into());
    let run = RunArgs {
        start_date: START.parse().ok(),
        historical_days: Some(DAYS),
        late_master: LATE.parse().ok(),
        ..RunArgs::default()
    };
    let well = late_well(&run);
    machine.wait_until("entries of the late well are dead letters", || {
        dead(&machine).contains_key(&ReasonCode::UnknownWell)
    });
    machine.wait_until("the late well is published", || {
        let mut is_there = false;
        machine.read(Topic::Well, |record| {
            is_there |= record.key().is_some_and(|key| key.starts_with(well.as_bytes()));
        });
        is_there
    });
    machine.stop("producer");

    let report = machine.prove();
    let (check, difference) = report.first_difference().expect("good entries are missing");
    assert_eq!(check, "dead letters = planted faults");
    let told = difference.to_string();
    assert!(told.contains("rejected as unknown_well") && told.contains("wellbook replay"), "{told}");

    let early = dead(&machine)[&ReasonCode::UnknownWell];
    let unknown = || Choice { reason: vec![ReasonCode::UnknownWell], ..Choice::default() };
    assert_eq!(machine.replay(unknown()).total(), Tally { submitted: early, before: 0, too_often: 0 });
    let report = machine.prove();
    assert_eq!(report.first_difference().map(|(check, difference)| format!("{check}: {difference}")), None);
    assert_eq!((report.behind.as_ref(), report.resubmitted), (None, early));
    // The ledger is what it would be with all masters in time.
    let ordinary = producer::fingerprint::of(&RunArgs { late_master: None, ..run }, 2).unwrap().digest;
    assert_eq!(report.fingerprint, Some(ordinary));
    assert_eq!(machine.replay(unknown()).total(), Tally { submitted: 0, before: early, too_often: 0 });

    // Planted faults are rejected each time, and that is as it should be.
    let planted = machine.replay(Choice { all: true, ..Choice::default() }).total();
    assert!(planted.submitted > 0 && planted.before == early, "{planted:?}");
    let report = machine.prove();
    assert_eq!(report.first_difference().map(|(check, difference)| format!("{check}: {difference}")), None);
    assert_eq!(report.resubmitted, early + planted.submitted);
}
