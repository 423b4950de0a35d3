//! Severance tax against statute.

use crate::closing::Closing;
use crate::domain::statute;
use crate::masters::Masters;
use crate::question::{Question, Tally, grouped};
use crate::report::{Group, Row, Test};
use crate::seen::Seen;
use crate::ties::entries::named;
use ledger::reference::CompanyRole;
use ledger::{JournalLine, Money, Quantity, Rate, Side, UnitPrice};
use std::collections::BTreeMap;

const AMOUNT: Question = Question {
    id: "severance_amount",
    group: Group::Domain,
    name: "Severance tax is what the rates on record ask",
    asks: "Is each accrued 320 line that names a base and a rate base × rate, plus volume × rate per unit, within a cent (two for a correction, which is the difference of two)?",
    source: "gl.tax-rate, by tax_code; one cent",
};
const STATUTE: Question = Question {
    id: "severance_statute",
    group: Group::Domain,
    name: "Severance tax is what the state asks",
    asks: "By the scorecard's own table of statutes, and the state, age and product of the well: is each accrued 320 line base × rate, plus volume × rate per unit, within a cent (two for a correction), and has each operated sale that the state taxes such a line?",
    source: "Statutes and agencies' notices, effective-dated; what the ledger publishes of its rates is not asked",
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

/// An own share below which a tax may round to nothing.
const SALE_MIN: Money = Money::from_units(100_00);

/// Bounded by tax codes.
#[derive(Debug, Default)]
pub(crate) struct Severance {
    amount: Tally,
    statute: Tally,
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
            // What is remitted or only passed on names no base; a share of an owner may round to none.
            let is_levied = line.base_amount.is_some() || line.owner_id.is_some();
            let Some(code) = line.tax_code.as_deref().filter(|_| is_levied) else { continue };
            let credit = if line.side == Side::Credit { line.amount.units() } else { -line.amount.units() };
            let at = borne.iter().position(|(known, ..)| *known == code).unwrap_or_else(|| {
                borne.push((code, None, 0));
                borne.len() - 1
            });
            if account.natural() == 320 {
                self.observe_statute(seen, line, masters);
                *borne[at].1.get_or_insert(0) += credit;
                self.observe_line(seen, line, code, masters);
            } else {
                borne[at].2 -= credit;
            }
        }
        self.observe_untaxed(seen, masters);
        for (code, accrued, borne) in borne {
            // Where somebody else remits the tax, nothing is accrued; an accrual may know the owners as a whole only.
            let Some(accrued) = accrued.filter(|_| names_owners) else { continue };
            let figure = || format!("{code}: {} accrued, {} borne", cents(accrued), cents(borne));
            self.shares.check(accrued == borne, || named(seen.entry, figure()));
        }
    }

    /// What the state asks, by the scorecard's own table.
    fn observe_statute(&mut self, seen: &Seen<'_>, line: &JournalLine<'_>, masters: &Masters) {
        let well = line.well_id.as_deref().and_then(|id| masters.wells.get(id));
        let (Some(well), Some(product), Some(month), Some(base)) =
            (well, line.product, seen.production(line), line.base_amount)
        else {
            self.statute
                .check(false, || named(seen.entry, "names no well, product, month or base".to_owned()));
            return;
        };
        let levy = statute::levy(masters, well, product, month);
        let (rate, per_unit) = levy.map_or_else(Default::default, |levy| (levy.rate, levy.per_unit));
        let (accrued, expected, most) = due(seen, line, base, (rate, per_unit));
        self.statute.check((accrued - expected).abs() <= most, || {
            let figure = format!(
                "{} {product} in {month}: {} on {base} at {rate} and {per_unit}, expected {}",
                well.state,
                cents(accrued),
                cents(expected)
            );
            named(seen.entry, figure)
        });
    }

    /// A sale that the state taxes and the entry does not.
    fn observe_untaxed(&mut self, seen: &Seen<'_>, masters: &Masters) {
        let is_operated = masters.roles.get(&*seen.entry.company_code) == Some(&CompanyRole::Operator);
        if !is_operated || seen.is_correction() || seen.entry.reverses_entry_id.is_some() {
            return;
        }
        for (account, line) in seen.lines() {
            let is_sale = (601..=603).contains(&account.natural())
                && line.decimal_interest.is_some()
                && line.side == Side::Credit
                && line.amount >= SALE_MIN;
            let well = line.well_id.as_deref().and_then(|id| masters.wells.get(id));
            let (Some(well), Some(product), Some(month)) = (well, line.product, seen.production(line)) else {
                continue;
            };
            if !is_sale || statute::levy(masters, well, product, month).is_none() {
                continue;
            }
            let is_tax = |(account, other): (crate::account::Account, &JournalLine<'_>)| {
                account.natural() == 320 && other.well_id == line.well_id && other.product == line.product
            };
            self.statute.check(seen.lines().any(is_tax), || {
                named(seen.entry, format!("{} {product} in {month} has no tax", well.state))
            });
        }
    }

    fn observe_line(&mut self, seen: &Seen<'_>, line: &JournalLine<'_>, code: &str, masters: &Masters) {
        match self.accrued.get_mut(code) {
            Some(count) => *count += 1,
            None => drop(self.accrued.insert(code.to_owned(), 1)),
        }
        let (Some(base), Some(month)) = (line.base_amount, seen.production(line)) else { return };
        // A tax on volume alone has no rate.
        let rate = line.rate.unwrap_or_default();
        let tax = masters.tax(code, month.first());
        let known = tax.map_or_else(|| "no record".to_owned(), |tax| tax.rate.to_string());
        self.rate.check(tax.is_some_and(|tax| tax.rate == rate), || {
            named(seen.entry, format!("{code} in {month}: {rate}, in force {known}"))
        });
        let Some(tax) = tax else { return };
        let (accrued, expected, most) = due(seen, line, base, (rate, tax.rate_per_unit));
        self.amount.check((accrued - expected).abs() <= most, || {
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
            STATUTE.exact(closing, self.statute, "lines differ", unseen),
            RATE.exact(closing, self.rate, "lines differ", unseen),
            SHARES.exact(closing, self.shares, "entries differ", unseen),
        ]
    }
}

/// What a line accrues, credits positive; what is expected of its base and volume; and how far they may be apart.
fn due(
    seen: &Seen<'_>,
    line: &JournalLine<'_>,
    base: Money,
    (rate, per_unit): (Rate, UnitPrice),
) -> (i64, i64, i64) {
    let is_mirror = seen.entry.reverses_entry_id.is_some();
    let volume = volume(seen, line);
    let volume = Quantity::from_units(if is_mirror { volume.abs() } else { volume });
    let by_value = Money::product(base, rate).map_or(0, Money::units);
    let by_volume = Money::product(volume, per_unit).map_or(0, Money::units);
    let is_credit = (line.side == Side::Credit) != is_mirror;
    let accrued = if is_credit { line.amount.units() } else { -line.amount.units() };
    // A correction is the difference of two taxes, each rounded, and may lower what was booked; no other tax is negative.
    let is_correction = seen.is_correction();
    let expected = by_value + by_volume;
    if is_correction { (accrued, expected, 2) } else { (accrued, expected.max(0), 1) }
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
