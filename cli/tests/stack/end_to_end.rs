//! The promise: whatever is killed while data flows, nothing is lost, doubled or altered.

use crate::rig::{Machine, checkout, programs};
use contract::Topic;
use producer::settings::RunArgs;
use std::collections::BTreeMap;
use std::process::Command;

/// How often each service is killed.
const ROUNDS: usize = 3;
const DAYS: u32 = 60;

fn run_settings() -> BTreeMap<String, String> {
    let settings = [
        ("START_DATE", "2025-01-01".to_owned()),
        ("HISTORICAL_DAYS", DAYS.to_string()),
        ("FAULT_RATE", "0.02".to_owned()),
        // Live: an hour of the ledger each second, so that the killing goes on when history is through.
        ("SPEED", "3600".to_owned()),
        ("STREAMING_INTERVAL_SECONDS", "1".to_owned()),
    ];
    settings.map(|(name, value)| (name.to_owned(), value)).into()
}

#[test]
fn with_producer_validator_and_sink_killed_in_turn_the_books_are_whole_and_an_independent_reader_agrees() {
    let machine = Machine::with_services(run_settings());
    for _ in 0..ROUNDS {
        for service in ["producer", "validator", "sink"] {
            // Data flows at every stage when it is killed.
            machine.wait_for_growth(Topic::BatchSeal);
            machine.wait_for_growth(Topic::JournalEntryValidated);
            machine.wait_for_rows_to_grow();
            machine.kill(service);
        }
    }
    machine.wait_for_growth(Topic::BatchSeal);
    machine.stop("producer");

    let report = machine.prove();
    assert_eq!(report.first_difference().map(|(check, difference)| format!("{check}: {difference}")), None);
    assert_eq!(report.behind, None);
    let settings = RunArgs {
        start_date: Some("2025-01-01".parse().unwrap()),
        historical_days: Some(DAYS),
        ..RunArgs::default()
    };
    let uninterrupted = producer::fingerprint::of(&settings, 2).unwrap().digest;
    assert_eq!(report.fingerprint, Some(uninterrupted));

    let python = checkout().join(".venv/bin/python");
    let reader = checkout().join("cli/tests/stack/independent_reader.py");
    let told: serde_json::Value =
        serde_json::from_str(&machine.run(Command::new(python).arg(reader))).unwrap();
    let count = |what: &str| told[what].as_u64().unwrap();
    assert_eq!(count("raw"), count("validated") + count("dead"));
    assert!(count("dead") > 100 && count("validated") > 100_000, "{told}");

    let printed = machine.run(Command::new(programs().join("wellbook-consumer")).args(["verify", "--json"]));
    let printed: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed["stages"][0]["entries"], count("raw"), "{printed}");
}
