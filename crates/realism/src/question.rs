//! How a test comes to its outcome.

use crate::closing::Closing;
use crate::report::{Group, Outcome, Row, Test};

/// Rows of one test that are shown: enough to find the cause, few enough to read and to hold.
const ROWS_MAX: usize = 40;

/// What a test asks, whatever the ledger.
pub(crate) struct Question {
    pub(crate) id: &'static str,
    pub(crate) group: Group,
    pub(crate) name: &'static str,
    pub(crate) asks: &'static str,
    pub(crate) source: &'static str,
}

impl Question {
    fn test(&self, outcome: Outcome, figure: String, threshold: String) -> Test {
        Test {
            id: self.id,
            group: self.group,
            name: self.name,
            asks: self.asks,
            figure,
            threshold,
            outcome,
            passed: !matches!(outcome, Outcome::Missed | Outcome::NotSeen),
            reason: None,
            source: self.source,
            rows: Vec::new(),
            rows_left_out: 0,
            chart: None,
        }
    }

    /// A figure that keeps its threshold, or does not.
    pub(crate) fn judged(
        &self,
        holds: bool,
        figure: impl Into<String>,
        threshold: impl Into<String>,
    ) -> Test {
        let outcome = if holds { Outcome::Passed } else { Outcome::Missed };
        self.test(outcome, figure.into(), threshold.into())
    }

    /// A figure to know.
    pub(crate) fn reported(&self, figure: impl Into<String>, goal: impl Into<String>) -> Test {
        self.test(Outcome::Reported, figure.into(), goal.into())
    }

    /// There is nothing to judge: a miss, but in a ledger that is too short.
    pub(crate) fn unseen(&self, closing: &Closing, threshold: impl Into<String>, what: &str) -> Test {
        let needed = closing.long_days;
        let (outcome, reason) = if closing.days < needed {
            (Outcome::Skipped, format!("{what}; {} days were observed, {needed} are needed", closing.days))
        } else {
            (Outcome::NotSeen, what.to_owned())
        };
        let mut test = self.test(outcome, "–".to_owned(), threshold.into());
        test.reason = Some(reason);
        test
    }

    /// The ledger is too short for this test, however many days it has.
    pub(crate) fn too_short(&self, threshold: impl Into<String>, reason: String) -> Test {
        let mut test = self.test(Outcome::Skipped, "–".to_owned(), threshold.into());
        test.reason = Some(reason);
        test
    }

    /// An exact test: what was checked must hold every time, and there must have been something to check.
    pub(crate) fn exact(&self, closing: &Closing, tally: Tally, of: &str, unseen: &str) -> Test {
        let threshold = "0 exceptions";
        if tally.checked == 0 {
            return self.unseen(closing, threshold, unseen);
        }
        let figure = format!("{} of {} {of}", grouped(tally.broken), grouped(tally.checked));
        let mut test = self.judged(tally.broken == 0, figure, threshold);
        test.rows_left_out = tally.broken - tally.rows.len() as u64;
        test.rows = tally.rows;
        test
    }
}

/// Counts what was checked and what broke, and keeps the first few.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) checked: u64,
    pub(crate) broken: u64,
    pub(crate) rows: Vec<Row>,
}

impl Tally {
    pub(crate) fn check<T: Into<String>>(&mut self, holds: bool, row: impl FnOnce() -> (T, String)) {
        self.checked += 1;
        if holds {
            return;
        }
        self.broken += 1;
        if self.rows.len() < ROWS_MAX {
            let (of, figure) = row();
            self.rows.push(Row::judged(of, figure, false));
        }
    }
}

/// `1234567` as `1,234,567`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Cents as dollars: `-1,234.50`.
pub(crate) fn dollars(cents: i128) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let magnitude = cents.unsigned_abs();
    let whole = u64::try_from(magnitude / 100).unwrap_or(u64::MAX);
    format!("{sign}{}.{:02}", grouped(whole), magnitude % 100)
}

/// A share as a percentage.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// `part` of `whole`; nothing of nothing.
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
