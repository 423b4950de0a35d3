//! Severance tax against statute.

use crate::closing::Closing;
use crate::masters::Masters;
use crate::question::{Question, Tally, grouped};
use crate::report::{Group, Row, Test};
use crate::seen::Seen;
use crate::ties::entries::named;
use ledger::reference::TaxRate;
use ledger::{JournalLine, Money, Quantity, Side};
use std::collections::BTreeMap;

const AMOUNT: Question = Question {
    id: "severance_amount",
    group: Group::Domain,
    name: "Severance tax is what the statute asks",
    asks: "Is each accrued 320 line that names a base and a rate base × rate, plus volume × rate per unit, within a cent (two for a correction, which is the difference of two)?",
    source: "State statutes, by tax_code of gl.tax-rate; one cent",
};
const RATE: Question = Question {
    id: "severance_rate",
    group: Group::Domain,
    name: "Severance rates are those in force",
    asks: "Is the rate of each such line that of the record in force on the first production day?",
    source: "gl.tax-rate, effective-dated; exact",
};
const SHARES: Question = Question {
    id: "severance_shares",
    group: Group::Domain,
    name: "Owners bear the tax",
    asks: "Do the company's expense (710.011) and the tax lines of the owners sum to what the entry accrues on 320, by tax code, wherever it names the owners?",
    source: "Tax is withheld from every owner but exempt ones; exact",
};

/// Bounded by tax codes.
#[derive(Debug, Default)]
pub(crate) struct Severance {
    amount: Tally,
    rate: Tally,
    shares: Tally,
    accrued: BTreeMap<String, u64>,
}

impl Severance {
    pub(crate) fn observe(&mut self, seen: &Seen<'_>, masters: &Masters) {
        if !seen.is_business() {
            return;
        }
        // By tax code: what 320 accrues and what expense and owners bear, credits positive.
        let names_owners = seen
            .lines()
            .any(|(account, line)| matches!(account.natural(), 302 | 304) && line.owner_id.is_some());
        let mut borne: Vec<(&str, Option<i64>, i64)> = Vec::new();
        for (account, line) in seen.lines() {
            let (Some(code), Some(_), Some(_)) = (line.tax_code.as_deref(), line.base_amount, line.rate)
            else {
                continue;
            };
            let credit = if line.side == Side::Credit { line.amount.units() } else { -line.amount.units() };
            let at = borne.iter().position(|(known, ..)| *known == code).unwrap_or_else(|| {
                borne.push((code, None, 0));
                borne.len() - 1
            });
            if account.natural() == 320 {
                *borne[at].1.get_or_insert(0) += credit;
                self.observe_line(seen, line, code, masters);
            } else {
                borne[at].2 -= credit;
            }
        }
        for (code, accrued, borne) in borne {
            // Where somebody else remits the tax, nothing is accrued; an accrual may know the owners as a whole only.
            let Some(accrued) = accrued.filter(|_| names_owners) else { continue };
            let figure = || format!("{code}: {} accrued, {} borne", cents(accrued), cents(borne));
            self.shares.check(accrued == borne, || named(seen.entry, figure()));
        }
    }

    fn observe_line(&mut self, seen: &Seen<'_>, line: &JournalLine<'_>, code: &str, masters: &Masters) {
        match self.accrued.get_mut(code) {
            Some(count) => *count += 1,
            None => drop(self.accrued.insert(code.to_owned(), 1)),
        }
        let (Some(base), Some(rate), Some(month)) = (line.base_amount, line.rate, seen.production(line))
        else {
            return;
        };
        let tax = masters.tax(code, month.first());
        let known = tax.map_or_else(|| "no record".to_owned(), |tax| tax.rate.to_string());
        self.rate.check(tax.is_some_and(|tax| tax.rate == rate), || {
            named(seen.entry, format!("{code} in {month}: {rate}, in force {known}"))
        });
        let Some(tax) = tax else { return };
        let is_mirror = seen.entry.reverses_entry_id.is_some();
        let volume = volume(seen, line);
        let mut expected = expected(base, if is_mirror { volume.abs() } else { volume }, rate, tax);
        let is_credit = (line.side == Side::Credit) != is_mirror;
        let accrued = if is_credit { line.amount.units() } else { -line.amount.units() };
        // A correction is the difference of two taxes, each rounded, and may lower what was booked; no other tax is negative.
        let is_correction = seen.is_correction();
        if !is_correction {
            expected = expected.max(0);
        }
        let holds = (accrued - expected).abs() <= if is_correction { 2 } else { 1 };
        self.amount.check(holds, || {
            let figure =
                format!("{code}: {} on {base} at {rate}, expected {}", cents(accrued), cents(expected));
            named(seen.entry, figure)
        });
    }

    pub(crate) fn judge(self, closing: &Closing) -> Vec<Test> {
        let unseen = "no accrued severance line names tax code, base and rate";
        let rows = self
            .accrued
            .iter()
            .map(|(code, count)| Row::new(code.clone(), format!("{} lines", grouped(*count))));
        vec![
            AMOUNT.exact(closing, self.amount, "lines differ", unseen).with_rows(rows.collect()),
            RATE.exact(closing, self.rate, "lines differ", unseen),
            SHARES.exact(closing, self.shares, "entries differ", unseen),
        ]
    }
}

fn expected(base: Money, volume: i64, rate: ledger::Rate, tax: &TaxRate) -> i64 {
    let by_value = Money::product(base, rate).map_or(0, Money::units);
    let by_volume = Money::product(Quantity::from_units(volume), tax.rate_per_unit).map_or(0, Money::units);
    by_value + by_volume
}

/// The volume that is taxed: the line's own, else what the entry's owner split of that well and product adds up to.
fn volume(seen: &Seen<'_>, line: &JournalLine<'_>) -> i64 {
    if let Some(quantity) = line.quantity {
        return quantity.units();
    }
    let is_split = |other: &&JournalLine<'_>| {
        other.decimal_interest.is_some() && other.well_id == line.well_id && other.product == line.product
    };
    let shares = seen.entry.lines.iter().filter(is_split).filter_map(|other| other.quantity);
    shares.map(|quantity| quantity.units()).sum()
}

fn cents(units: i64) -> Money {
    Money::from_units(units)
}
