//! What a replay did, for people and for programs.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Cell, CellAlignment, Table};
use ledger::ReasonCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Dead letters of one reason among those that were chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Submitted again, or to be.
    pub submitted: u64,
    /// Submitted again by an earlier run.
    pub before: u64,
    /// Rejected so often that they are passed over.
    pub too_often: u64,
}

/// What became of the dead letters that were chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// By reason.
    pub by_reason: BTreeMap<ReasonCode, Tally>,
    /// Dead letters without the headers of a submission, which would be rejected for that alone, whatever was chosen.
    pub unreadable: u64,
}

impl Outcome {
    /// All reasons together.
    #[must_use]
    pub fn total(&self) -> Tally {
        let add = |sum: Tally, tally: &Tally| Tally {
            submitted: sum.submitted + tally.submitted,
            before: sum.before + tally.before,
            too_often: sum.too_often + tally.too_often,
        };
        self.by_reason.values().fold(Tally::default(), add)
    }

    pub(super) fn of(&mut self, reason: ReasonCode) -> &mut Tally {
        self.by_reason.entry(reason).or_default()
    }

    /// The outcome for programs.
    #[must_use]
    pub fn json(&self, is_dry: bool) -> Value {
        let tally = |tally: &Tally| {
            json!({
                "submitted": tally.submitted,
                "submitted_before": tally.before,
                "rejected_too_often": tally.too_often,
            })
        };
        let by_reason: serde_json::Map<String, Value> =
            self.by_reason.iter().map(|(reason, of)| (reason.code().to_owned(), tally(of))).collect();
        let mut all = tally(&self.total());
        all["dry_run"] = is_dry.into();
        all["unreadable"] = self.unreadable.into();
        all["by_reason"] = by_reason.into();
        all
    }

    /// Writes the outcome for people; `styled` where they look at a terminal.
    ///
    /// # Errors
    /// Where `out` takes no more.
    pub fn write(&self, out: &mut dyn Write, is_dry: bool, styled: bool) -> io::Result<()> {
        let total = self.total();
        if is_dry && !self.by_reason.is_empty() {
            writeln!(out, "{}", self.table(styled))?;
        }
        let done = if is_dry { "would be submitted again" } else { "submitted again" };
        match total.submitted {
            0 => writeln!(out, "Nothing to submit again.")?,
            count => writeln!(out, "{count} {done}: {}", self.reasons())?,
        }
        if total.before > 0 {
            writeln!(out, "{} were submitted again before.", total.before)?;
        }
        if total.too_often > 0 {
            let count = total.too_often;
            writeln!(out, "{count} were rejected too often and are passed over (--attempts-max).")?;
        }
        if self.unreadable > 0 {
            let count = self.unreadable;
            writeln!(out, "{count} lack the headers of a submission and cannot be submitted again.")?;
        }
        Ok(())
    }

    fn reasons(&self) -> String {
        let some = self.by_reason.iter().filter(|(_, tally)| tally.submitted > 0);
        let each: Vec<String> =
            some.map(|(reason, tally)| format!("{} {}", tally.submitted, reason.code())).collect();
        each.join(", ")
    }

    fn table(&self, styled: bool) -> Table {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_header([
            "reason",
            "would be submitted",
            "submitted before",
            "rejected too often",
        ]);
        if !styled {
            table.force_no_tty();
        }
        let number = |count: u64| Cell::new(count).set_alignment(CellAlignment::Right);
        for (reason, tally) in &self.by_reason {
            table.add_row([
                Cell::new(reason.code()),
                number(tally.submitted),
                number(tally.before),
                number(tally.too_often),
            ]);
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(outcome: &Outcome, is_dry: bool) -> String {
        let mut out = Vec::new();
        outcome.write(&mut out, is_dry, false).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_outcome_names_each_reason_and_what_was_left_alone() {
        let mut outcome = Outcome { unreadable: 1, ..Outcome::default() };
        *outcome.of(ReasonCode::UnknownWell) = Tally { submitted: 12, before: 3, too_often: 0 };
        *outcome.of(ReasonCode::Unbalanced) = Tally { submitted: 0, before: 0, too_often: 2 };
        let told = text(&outcome, false);
        for line in ["12 submitted again: 12 unknown_well\n", "3 were submitted", "2 were rejected", "1 lack"]
        {
            assert!(told.contains(line), "{told}");
        }
        assert!(text(&outcome, true).contains("12 would be submitted again: 12 unknown_well"));
        assert!(text(&outcome, true).contains("unbalanced"), "the table lists every reason");
        let json = outcome.json(true);
        assert_eq!((json["submitted"].as_u64(), json["dry_run"].as_bool()), (Some(12), Some(true)));
        assert_eq!(json["by_reason"]["unbalanced"]["rejected_too_often"], 2);
        assert_eq!(text(&Outcome::default(), false), "Nothing to submit again.\n");
    }
}
