//! Every fault that is planted becomes a dead letter for its reason.

use crate::rig::Machine;
use chrono::Utc;
use contract::Topic;
use contract::header::{DeadLetterHeaders, SubmissionHeaders};
use ledger::ReasonCode;
use producer::settings::RunArgs;
use simulator::World;
use simulator::settings::plantable;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const START: &str = "2025-01-01";
const DAYS: u32 = 4;
const RATE: &str = "0.26";
/// Entries of a thousand lines more seldom, and two others at rates of their own.
const RATES: &str = "too_many_lines=0.002,unbalanced=0.05,unknown_well=0";

/// What the simulator plants in the history.
fn planted() -> BTreeMap<Uuid, ReasonCode> {
    let args = RunArgs {
        start_date: START.parse().ok(),
        historical_days: Some(DAYS),
        fault_rate: RATE.parse().ok(),
        fault_rates: RATES.parse().ok(),
        ..RunArgs::default()
    };
    let (genesis, _) = producer::genesis::begin(&args, Uuid::nil(), Utc::now());
    let world = World::new(producer::genesis::settings(&genesis).unwrap()).unwrap();
    let submissions = world.submissions(world.begins_at(), world.history_ends_at());
    let faults = submissions.iter().filter_map(|it| Some((it.ce_id, it.planted.as_ref()?.reason())));
    faults.collect()
}

fn dead_letters(machine: &Machine) -> BTreeMap<Uuid, ReasonCode> {
    let mut dead = BTreeMap::new();
    machine.read(Topic::JournalEntryDlq, |record| {
        let submission = SubmissionHeaders::read(record.headers()).unwrap();
        let letter = DeadLetterHeaders::read(record.headers()).unwrap();
        let twice = dead.insert(submission.ce_id, letter.reason);
        assert_eq!(twice, None, "{} stands twice", submission.ce_id);
    });
    dead
}

#[test]
fn every_planted_fault_is_a_dead_letter_for_its_reason_and_nothing_else_is() {
    let settings = [
        ("START_DATE", START.to_owned()),
        ("HISTORICAL_DAYS", DAYS.to_string()),
        ("FAULT_RATE", RATE.to_owned()),
        ("FAULT_RATES", RATES.to_owned()),
    ];
    let machine = Machine::with_services(settings.map(|(name, value)| (name.to_owned(), value)).into());
    let planted = planted();
    machine.wait_until("what was planted in the history is dead letters", || {
        let dead = dead_letters(&machine);
        planted.keys().all(|ce_id| dead.contains_key(ce_id))
    });
    machine.stop("producer");

    let report = machine.prove();
    assert_eq!(report.first_difference().map(|(check, difference)| format!("{check}: {difference}")), None);
    let dead = dead_letters(&machine);
    for (ce_id, reason) in &planted {
        assert_eq!(dead.get(ce_id), Some(reason), "{ce_id}");
    }
    let reasons: BTreeSet<ReasonCode> = planted.values().copied().collect();
    assert_eq!(reasons, plantable().filter(|reason| *reason != ReasonCode::UnknownWell).collect());
}
