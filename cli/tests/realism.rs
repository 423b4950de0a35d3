//! The simulator's ledger under the scorecard.

use chrono::NaiveDate;
use ledger::Rate;
use realism::{Group, Outcome, Thresholds};
use simulator::{FaultRates, PriceTable, Settings};
use std::path::Path;
use std::process::Command;

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
    let exact = [
        "decks",
        "api_numbers",
        "severance_amount",
        "severance_statute",
        "severance_rate",
        "severance_shares",
    ];
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

/// Wide enough for anything, so that only ties and statutes are left.
const WIDE: &str = r#"{
    "benford_first": 1, "benford_first_two": 1, "last_two_digits": 1, "line_counts": 1, "weekends": 1, "closed_in_time": 0,
    "reversals": 1, "usual_lag": 0,
    "even_lines": {"low": 0, "high": 1}, "equal_sides": {"low": 0, "high": 1}, "account_pairs": {"low": 0, "high": 1},
    "manual": {"low": 0, "high": 1}, "round_amounts": {"low": 0, "high": 1}, "correction_lag": {"low": -99, "high": 99}
}"#;

fn wellbook(out: &Path, more: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellbook"));
    // A Sunday to a Tuesday: no Friday is busier than the Monday.
    command
        .args(["realism", "--days", "3", "--start-date", "2025-01-05", "--seeds", "1,2", "--out"])
        .arg(out);
    command.args(more).output().expect("the command runs")
}

#[test]
fn the_command_writes_the_scorecard_and_its_exit_code_is_the_verdict() {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, thresholds) = (folder.path().join("new"), folder.path().join("thresholds.json"));
    std::fs::write(&thresholds, WIDE).expect("a file");
    let wide = ["--thresholds", thresholds.to_str().expect("a plain path")];
    for (more, code) in [(&wide[..], 0), (&[], 1)] {
        let output = wellbook(&out, more);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{told}{}", String::from_utf8_lossy(&output.stdout));
        let json = std::fs::read_to_string(out.join("scorecard.json")).expect("the figures");
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(json["passed"], code == 0);
        assert_eq!(json["runs"][1]["seed"], 2);
        let page = std::fs::read_to_string(out.join("scorecard.html")).expect("the page");
        assert!(page.contains("Seed 1") && page.contains("Seed 2"));
    }
}

#[test]
fn thresholds_that_cannot_be_read_are_wrong_settings() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("thresholds.json");
    std::fs::write(&file, r#"{"line_count": 1}"#).expect("a file");
    let output = wellbook(folder.path(), &["--thresholds", file.to_str().expect("a plain path")]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(64), "{told}");
    assert!(told.contains("thresholds.json") && told.contains("line_count"), "{told}");
}
