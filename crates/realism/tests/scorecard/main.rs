//! A sound ledger passes, and each test can fail.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking
#![allow(clippy::inconsistent_digit_grouping)] // cents stand apart from dollars: 100_00

mod books;
mod breaks;
mod shape;

use books::Books;
use realism::{Group, Outcome, Report, Test};

pub(crate) fn find<'r>(report: &'r Report, id: &str) -> &'r Test {
    let found = report.tests.iter().find(|test| test.id == id);
    found.unwrap_or_else(|| panic!("no test {id}"))
}

#[test]
fn a_sound_ledger_keeps_every_tie_and_reads_as_oil_and_gas() {
    let report = Books::sound().judge();
    let judged = report.tests.iter().filter(|test| test.group != Group::Shape);
    for test in judged {
        assert_eq!(
            test.outcome,
            Outcome::Passed,
            "{}: {} {:?} {:?}",
            test.id,
            test.figure,
            test.reason,
            test.rows
        );
    }
    assert_eq!(report.observed.closed_months, ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05"]);
}

#[test]
fn what_is_not_there_is_a_miss_in_a_long_ledger_and_skipped_in_a_short_one() {
    let mut books = Books::sound();
    books.entries.retain(|entry| !matches!(&*entry.transaction_type, "DRILLING" | "CAPITALISED"));
    books.settle();
    let report = books.judge();
    let project = find(&report, "project_subledger");
    assert_eq!((project.outcome, project.passed, project.is_missed()), (Outcome::NotSeen, false, true));
    books.entries.retain(|entry| entry.entered_at.date_naive() < books::date("2025-03-01"));
    let report = books.judge();
    let project = find(&report, "project_subledger");
    assert_eq!((project.outcome, project.passed), (Outcome::Skipped, true));
    assert!(project.reason.as_deref().is_some_and(|reason| reason.contains("120 are needed")));
}

#[test]
fn no_ledger_at_all_is_no_passed_tie() {
    let report = realism::Scorecard::new(realism::Thresholds { long_days: 0, ..Default::default() }).finish();
    let passed: Vec<&str> =
        report.tests.iter().filter(|test| test.outcome == Outcome::Passed).map(|test| test.id).collect();
    assert!(passed.is_empty(), "{passed:?}");
}

#[test]
fn the_report_serialises_with_stable_names_and_the_page_needs_no_network() {
    let report = Books::sound().judge();
    let json = serde_json::to_value(&report).unwrap();
    let first = &json["tests"][0];
    assert_eq!((first["id"].as_str(), first["outcome"].as_str()), (Some("entry_balance"), Some("passed")));
    let ledger = realism::html::Ledger { title: "<b>".to_owned(), subtitle: String::new(), report: &report };
    let page = realism::html::page(&[ledger]);
    assert!(
        page.contains("&lt;b&gt;") && page.contains("<svg") && page.contains("prefers-color-scheme: dark")
    );
    for outside in ["http://", "https://", "<script", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn thresholds_are_data_and_a_misspelt_one_is_refused() {
    let strict: realism::Thresholds =
        serde_json::from_str(r#"{"depletion": {"low": 1.0, "high": 2.0}}"#).unwrap();
    let books = Books::sound();
    assert_eq!(find(&books.judge(), "depletion").outcome, Outcome::Passed);
    assert_eq!(find(&books.judge_by(strict), "depletion").outcome, Outcome::Missed);
    assert!(serde_json::from_str::<realism::Thresholds>(r#"{"depletions": 1}"#).is_err());
}
