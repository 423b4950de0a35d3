//! The outcome of a proof, for people and for programs.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell, CellAlignment, Color, Table};
use contract::Digest;
use ledger::Money;
use serde_json::{Value, json};
use std::fmt;
use std::io::{self, Write};

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub what: String,
    /// Where: stage, batch, place in it, submission.
    pub place: String,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}: expected {}, found {}", self.what, self.place, self.expected, self.found)
    }
}

/// One check: how much it compared, and what it found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What it holds to be equal.
    pub name: &'static str,
    /// Things compared.
    pub compared: u64,
    /// Things that differ.
    pub differences: u64,
    /// The first of them.
    pub first: Option<Difference>,
}

impl Check {
    pub(super) const fn new(name: &'static str) -> Self {
        Self { name, compared: 0, differences: 0, first: None }
    }

    /// Counts a comparison; `difference` is asked for only where it failed and is the first.
    pub(super) fn expect(&mut self, holds: bool, difference: impl FnOnce() -> Difference) {
        self.compared += 1;
        if !holds {
            self.differences += 1;
            if self.first.is_none() {
                self.first = Some(difference());
            }
        }
    }
}

/// Debits and credits of a company in a currency at one stage, in cents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageAmount {
    /// Company.
    pub company_code: String,
    /// Currency.
    pub currency: String,
    /// Sum of the debit lines.
    pub debit: i128,
    /// Sum of the credit lines.
    pub credit: i128,
}

/// What a stage holds up to the cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageTotals {
    /// The stage.
    pub stage: &'static str,
    /// Submissions.
    pub entries: u64,
    /// Lines of the good ones.
    pub lines: u64,
    /// Digest of the good ones; none for dead letters, which are not good.
    pub digest: Option<Digest>,
    /// Control totals of the good ones.
    pub amounts: Vec<StageAmount>,
}

/// The whole outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The last seal that was reconciled; none where nothing is sealed, or nothing passed all stages yet.
    pub cut: Option<i64>,
    /// The newest seal on its topic.
    pub newest_seal: Option<i64>,
    /// Why the cut is not the newest seal.
    pub behind: Option<String>,
    /// How far the marts have come, where that is not all of staging.
    pub marts_behind: Option<String>,
    /// Digest of the good submissions of the history, where the cut covers all of it.
    pub fingerprint: Option<Digest>,
    /// Submissions on the raw topic that no seal covers, because somebody else made them.
    pub unsealed: u64,
    /// Submissions up to the cut that were made again of dead letters. No seal counts them: raw = sealed + these.
    pub resubmitted: u64,
    /// The checks, in the order in which an entry passes.
    pub checks: Vec<Check>,
    /// The stages.
    pub stages: Vec<StageTotals>,
}

impl Report {
    /// The first difference, with the name of its check.
    #[must_use]
    pub fn first_difference(&self) -> Option<(&'static str, &Difference)> {
        self.checks.iter().find_map(|check| Some((check.name, check.first.as_ref()?)))
    }

    /// The report for programs. Amounts are decimal texts, digests hexadecimal.
    #[must_use]
    pub fn json(&self) -> Value {
        let amount = |amount: &StageAmount| {
            json!({
                "company_code": amount.company_code,
                "currency": amount.currency,
                "debit": cents(amount.debit),
                "credit": cents(amount.credit),
            })
        };
        let difference = |difference: &Difference| {
            json!({
                "what": difference.what,
                "where": difference.place,
                "expected": difference.expected,
                "found": difference.found,
            })
        };
        json!({
            "reconciled": self.first_difference().is_none(),
            "cut": self.cut,
            "newest_seal": self.newest_seal,
            "behind": self.behind,
            "marts_behind": self.marts_behind,
            "fingerprint": self.fingerprint.map(|digest| digest.to_string()),
            "unsealed": self.unsealed,
            "resubmitted": self.resubmitted,
            "checks": self.checks.iter().map(|check| json!({
                "name": check.name,
                "compared": check.compared,
                "differences": check.differences,
                "first": check.first.as_ref().map(difference),
            })).collect::<Value>(),
            "stages": self.stages.iter().map(|stage| json!({
                "stage": stage.stage,
                "entries": stage.entries,
                "lines": stage.lines,
                "digest": stage.digest.map(|digest| digest.to_string()),
                "amounts": stage.amounts.iter().map(amount).collect::<Value>(),
            })).collect::<Value>(),
        })
    }

    /// Writes the report for people; `styled` where they look at a terminal.
    ///
    /// # Errors
    /// Where `out` takes no more.
    pub fn write(&self, out: &mut dyn Write, styled: bool) -> io::Result<()> {
        match (self.cut, self.newest_seal) {
            (Some(cut), Some(newest)) if cut == newest => {
                writeln!(out, "Reconciled up to seal {cut}, the newest.")?;
            }
            (Some(cut), newest) => {
                writeln!(out, "Reconciled up to seal {cut}; the newest is {}.", newest.unwrap_or(cut))?;
            }
            (None, Some(newest)) => writeln!(out, "Nothing to reconcile yet; the newest seal is {newest}.")?,
            (None, None) => writeln!(out, "Nothing is sealed yet.")?,
        }
        if let Some(behind) = &self.behind {
            writeln!(out, "{behind}")?;
        }
        if let Some(behind) = &self.marts_behind {
            writeln!(out, "{behind}")?;
        }
        writeln!(out, "{}\n{}", self.stage_table(styled), self.check_table(styled))?;
        if self.unsealed > 0 {
            writeln!(out, "{} submissions of other origin are not sealed and not compared.", self.unsealed)?;
        }
        if self.resubmitted > 0 {
            writeln!(
                out,
                "{} submissions were made again of dead letters; an entry counts once.",
                self.resubmitted
            )?;
        }
        if let Some(fingerprint) = self.fingerprint {
            writeln!(out, "Fingerprint of the history: {fingerprint}")?;
        }
        match self.first_difference() {
            None => writeln!(out, "Nothing was lost, doubled or altered."),
            Some((check, difference)) => writeln!(out, "FIRST DIFFERENCE in \"{check}\": {difference}"),
        }
    }

    fn stage_table(&self, styled: bool) -> Table {
        let mut table = table(styled, ["stage", "company", "entries", "lines", "debit", "credit", "digest"]);
        for stage in &self.stages {
            let digest = stage.digest.map_or_else(String::new, |digest| format!("{digest:.16}…"));
            table.add_row([
                Cell::new(stage.stage),
                Cell::new(""),
                number(stage.entries),
                number(stage.lines),
                Cell::new(""),
                Cell::new(""),
                Cell::new(digest),
            ]);
            for amount in &stage.amounts {
                table.add_row([
                    Cell::new(""),
                    Cell::new(format!("{} {}", amount.company_code, amount.currency)),
                    Cell::new(""),
                    Cell::new(""),
                    right(cents(amount.debit)),
                    right(cents(amount.credit)),
                    Cell::new(""),
                ]);
            }
        }
        table
    }

    fn check_table(&self, styled: bool) -> Table {
        let mut table = table(styled, ["check", "compared", "differences", ""]);
        for check in &self.checks {
            let verdict = match (check.differences, styled) {
                (0, true) => Cell::new("ok").fg(Color::Green),
                (0, false) => Cell::new("ok"),
                (_, true) => Cell::new("DIFFERS").fg(Color::Red).add_attribute(Attribute::Bold),
                (_, false) => Cell::new("DIFFERS"),
            };
            table.add_row([
                Cell::new(check.name),
                number(check.compared),
                number(check.differences),
                verdict,
            ]);
        }
        table
    }
}

fn table<const N: usize>(styled: bool, header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header);
    if !styled {
        table.force_no_tty();
    }
    table
}

fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn number(value: u64) -> Cell {
    right(value.to_string())
}

/// Cents as a decimal text of any width.
pub(super) fn cents(units: i128) -> String {
    match Money::try_from_units(units) {
        Ok(money) => money.to_string(),
        Err(_) => {
            let (sign, magnitude) = (if units < 0 { "-" } else { "" }, units.unsigned_abs());
            format!("{sign}{}.{:02}", magnitude / 100, magnitude % 100)
        }
    }
}
