//! The simulator's ledger under the scorecard.

use chrono::NaiveDate;
use ledger::Rate;
use realism::{Group, Outcome, Thresholds};
use simulator::{FaultRates, PriceTable, Settings};

fn settings(seed: u64, historical_days: u32) -> Settings {
    Settings {
        seed,
        start_date: NaiveDate::from_ymd_opt(2025, 1, 1).expect("a date"),
        historical_days,
        scale: 1,
        // Planted faults stand beside good entries; the scorecard must pass them over.
        fault_rates: FaultRates::uniform(Rate::from_units(1_000_000)),
        prices: PriceTable::built_in(),
    }
}

#[test]
fn two_months_of_the_ledger_keep_every_tie_and_every_statute() {
    let run =
        cli::realism::judge(settings(42, 62), Thresholds::default(), |_| ()).expect("settings in range");
    let report = &run.report;
    assert_eq!(report.observed.closed_months, ["2025-01"]);
    let exact = ["decks", "api_numbers", "severance_amount", "severance_rate", "severance_shares"];
    for test in &report.tests {
        if test.group == Group::Tie || exact.contains(&test.id) {
            assert!(test.passed, "{}: {} {:?}", test.id, test.figure, test.rows);
        }
        assert_ne!(test.outcome, Outcome::NotSeen, "{} in a short ledger", test.id);
    }
    let passed =
        report.tests.iter().filter(|test| test.group == Group::Tie && test.outcome == Outcome::Passed);
    assert!(passed.count() >= 14, "too many ties were skipped");
}

#[test]
fn the_same_seed_has_the_same_report() {
    let judge =
        || cli::realism::judge(settings(7, 20), Thresholds::default(), |_| ()).expect("settings in range");
    assert_eq!(judge().report, judge().report);
}
