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
    asks: "Is each accrued 320 line that names a base and a rate base × rate, plus volume × rate per unit, within a cent?",
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
    asks: "Do the company's expense (710.011) and the owners' tax lines of an entry sum to what it accrues on 320, by tax code?",
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
            // Where somebody else remits the tax, nothing is accrued.
            let Some(accrued) = accrued else { continue };
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
        let expected = expected(base, volume(seen, line), rate, tax);
        let holds = (line.amount.units().abs() - expected).abs() <= 1;
        self.amount.check(holds, || {
            let figure = format!("{code}: {} on {base} at {rate}, expected {}", line.amount, cents(expected));
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
    // A correction may write its base with a minus, or turn the side alone.
    let by_value = Money::product(base.abs(), rate).map_or(0, Money::units);
    let by_volume = Money::product(Quantity::from_units(volume), tax.rate_per_unit).map_or(0, Money::units);
    by_value + by_volume
}

/// The volume that is taxed: the line's own, else what the entry's owner split of that well and product adds up to.
fn volume(seen: &Seen<'_>, line: &JournalLine<'_>) -> i64 {
    if let Some(quantity) = line.quantity {
        return quantity.units().abs();
    }
    let is_split = |other: &&JournalLine<'_>| {
        other.decimal_interest.is_some() && other.well_id == line.well_id && other.product == line.product
    };
    let shares = seen.entry.lines.iter().filter(is_split).filter_map(|other| other.quantity);
    shares.map(|quantity| quantity.units()).sum::<i64>().abs()
}

fn cents(units: i64) -> Money {
    Money::from_units(units)
}
