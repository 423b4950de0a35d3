//! The commands that need no stack, as people run them.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn wellbook(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellbook"));
    command.args(arguments).current_dir(folder).env_remove("EIA_API_KEY").env_remove("PRICES_FILES");
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_name_in_the_dotenv_that_no_program_reads_is_told_once_however_often_settings_are_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "SPEEED=3\nEIA_API_KEY=k\n").unwrap();
    // Settings are read when the command begins, and again when it looks for brokers.
    let said = text(&wellbook(folder.path(), &["prices"]).stderr);
    assert_eq!(said.matches("SPEEED").count(), 1, "{said}");
    assert!(said.contains("there is no stack"), "{said}");
}

#[test]
fn where_real_prices_end_within_a_history_it_is_said_and_stands_in_the_manifest_and_in_the_scorecard() {
    let folder = tempfile::tempdir().unwrap();
    let made = wellbook(
        folder.path(),
        &["generate", "--out", "ledger", "--format", "ndjson", "--start-date", "2026-08-30", "--days", "3"],
    );
    let said = text(&made.stderr);
    assert!(made.status.success(), "{said}");
    assert!(said.contains("WTI: real prices end before 2026-09-01"), "{said}");
    let json = |path: &str| -> Value {
        serde_json::from_slice(&std::fs::read(folder.path().join(path)).unwrap()).unwrap()
    };
    assert_eq!(json("ledger/manifest.json")["prices_seeded_from"]["HENRY_HUB"], "2026-09-01");

    let judged =
        wellbook(folder.path(), &["realism", "--out", "card", "--start-date", "2026-08-30", "--days", "3"]);
    assert!(text(&judged.stderr).contains("WTI: real prices end before 2026-09-01"));
    assert_eq!(json("card/scorecard.json")["runs"][0]["prices_seeded_from"]["WTI"], "2026-09-01");
}

#[test]
fn prices_that_do_not_reach_the_ledger_are_refused_with_file_line_and_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("oil.csv"), "date,price_usd_per_bbl\n2025-01-02,60\n").unwrap();
    for command in ["generate", "realism"] {
        let made = wellbook(
            folder.path(),
            &[command, "--out", "made", "--start-date", "2025-01-02", "--days", "2", "--prices", "oil.csv"],
        );
        let said = text(&made.stderr);
        assert_eq!(made.status.code(), Some(64), "{said}");
        assert!(said.contains("oil.csv, line 2: WTI begins on 2025-01-02"), "{said}");
        assert!(said.contains("from 2023-01-01") && said.contains("--start-date"), "{said}");
        assert!(!folder.path().join("made").exists());
    }
}

#[test]
fn an_entry_is_explained_by_the_beginning_of_its_id_and_what_it_clears_or_reverses_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let explain = |arguments: &[&str]| {
        let of_run = ["--from-seed", "--start-date", "2025-01-01", "--days", "20"];
        wellbook(folder.path(), &[&["explain"], arguments, &of_run].concat())
    };
    let sampled = explain(&["--sample", "REVENUE_ACCRUAL_REVERSAL", "--json"]);
    let sampled: Value = serde_json::from_slice(&sampled.stdout).unwrap();
    let (id, named) = (sampled["entry_id"].as_str().unwrap(), &sampled["named"][0]);
    assert_eq!(named["transaction_type"], "REVENUE_ACCRUAL");
    let number = format!("2024-{:06}", named["entry_number"].as_i64().unwrap());

    // Fifteen digits are the time of entry to the millisecond: nothing else was entered in it.
    let told = explain(&[&id[..17]]);
    let told = text(&told.stdout);
    assert!(told.contains(id), "{told}");
    let reverses = format!("reverses entry {number} of 2024-12-31, REVENUE_ACCRUAL, ");
    assert!(told.contains(&reverses), "{told}");

    let several = explain(&[&id[..8]]);
    let said = text(&several.stderr);
    assert_eq!(several.status.code(), Some(1), "{said}");
    assert!(said.contains("several entries begin with") && said.contains(&id[..8]), "{said}");
    assert!(said.lines().filter(|line| line.starts_with("  0194")).count() >= 2, "{said}");
    assert_eq!(explain(&["0194"]).status.code(), Some(64));
}

#[test]
fn help_says_that_eia_is_not_asked_where_it_is_not() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["generate", "explain", "realism"] {
        let help = text(&wellbook(folder.path(), &[command, "--help"]).stdout);
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains("EIA is never asked here") && help.contains("wellbook prices --csv"), "{help}");
    }
}
