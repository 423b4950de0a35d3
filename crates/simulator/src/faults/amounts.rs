//! Amounts, sides, balance, currencies, totals.

use super::{any_line, append, line_that, raise, restate_totals};
use crate::random::Draw;
use ledger::entry::LINES_MAX;
use ledger::split::largest_remainder;
use ledger::{JournalEntry, Money, Rate, Side};

/// A currency that is not the company's, and what one unit of it may cost in hundredths: always more than one, so that no
/// cent becomes nothing.
const FOREIGN: (&str, i64, i64) = ("GBP", 115, 140);
/// For companies that keep their books in that one.
const FOREIGN_TO_IT: &str = "EUR";

fn foreign_to(functional: &str) -> &'static str {
    if functional == FOREIGN.0 { FOREIGN_TO_IT } else { FOREIGN.0 }
}

/// A cent, or up to a thousand.
fn small(draw: &mut Draw) -> Money {
    Money::from_units(if draw.below(4) == 0 { 1 } else { draw.between(2, 99_999) })
}

/// Adds a line of nothing, or splits a line into more than it was and a negative rest; it still balances.
pub(super) fn not_positive(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> Option<String> {
    if entry.lines.len() >= LINES_MAX {
        return None;
    }
    let at = any_line(entry, draw);
    let side = entry.lines[at].side;
    if draw.below(2) == 0 {
        let number = append(entry, at, side, Money::ZERO);
        return Some(format!("line {number} added: {side} {}", Money::ZERO));
    }
    let by = small(draw);
    let raised = raise(entry, at, by);
    let number = append(entry, at, side, -by);
    if entry.currency != entry.functional_currency {
        entry.lines[at].functional_amount += by;
    }
    Some(format!("{raised}; line {number} added: {side} {}", -by))
}

/// Raises a debit and a credit by more than 10^12; it still balances.
pub(super) fn out_of_range(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> Option<String> {
    let by = Money::from_units(100_000_000_000_000 + draw.between(1, 1_000_000_000));
    let debit = line_that(entry, draw, |line| line.side == Side::Debit)?;
    let credit = line_that(entry, draw, |line| line.side == Side::Credit)?;
    let changes = [debit, credit].map(|at| raise(entry, at, by)).join("; ");
    restate_totals(entry);
    Some(changes)
}

/// Puts all lines on one side.
pub(super) fn one_sided(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    let side = *draw.pick(&[Side::Debit, Side::Credit]);
    entry.lines.iter_mut().for_each(|line| line.side = side);
    restate_totals(entry);
    format!("every {} line → {side}", side.opposite())
}

/// Raises one amount.
pub(super) fn unbalanced(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    let at = any_line(entry, draw);
    let change = raise(entry, at, small(draw));
    restate_totals(entry);
    change
}

/// Takes the rate from an entry in a foreign currency, or spoils it; makes one in the company's own look foreign.
pub(super) fn fx_missing(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    if entry.currency != entry.functional_currency {
        let rate = entry.fx_rate.take();
        if draw.below(2) == 0 {
            entry.fx_rate = Some(Rate::ZERO);
        }
        return format!("fx_rate {} → {}", or_none(rate), or_none(entry.fx_rate));
    }
    match draw.below(3) {
        0 => {
            let before = entry.currency.clone();
            entry.currency = foreign_to(&entry.functional_currency).into();
            format!("currency {before} → {}, without fx_rate", entry.currency)
        }
        1 => {
            entry.fx_rate = Some(rate(draw));
            format!("fx_rate none → {}, with currency {}", or_none(entry.fx_rate), entry.currency)
        }
        _ => {
            let at = any_line(entry, draw);
            raise_functional(entry, at, small(draw))
        }
    }
}

/// Makes an entry foreign where it is not, with a rate and sound functional amounts; then raises one of those.
pub(super) fn functional_unbalanced(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> Option<String> {
    let mut changes = Vec::new();
    if entry.currency == entry.functional_currency {
        let (before, rate) = (entry.currency.clone(), rate(draw));
        entry.currency = foreign_to(&before).into();
        entry.fx_rate = Some(rate);
        let total = Money::product::<18, 2, 18, 8>(entry.total_debit, rate).ok()?;
        for side in [Side::Debit, Side::Credit] {
            translate(entry, side, total);
        }
        changes.push(format!("currency {before} → {} at {rate}", entry.currency));
    }
    let at = any_line(entry, draw);
    changes.push(raise_functional(entry, at, small(draw)));
    Some(changes.join("; "))
}

/// States the header's totals otherwise than the lines do.
pub(super) fn totals_mismatch(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    let (debit, credit) = (entry.total_debit, entry.total_credit);
    let by = small(draw);
    let which = draw.below(3);
    if which != 1 {
        entry.total_debit += by;
    }
    if which != 0 {
        entry.total_credit += by;
    }
    format!("totals {debit} and {credit} → {} and {}", entry.total_debit, entry.total_credit)
}

fn rate(draw: &mut Draw) -> Rate {
    let (_, low, high) = FOREIGN;
    Rate::from_units(draw.between(low, high) * Rate::ONE.units() / 100)
}

fn or_none(rate: Option<Rate>) -> String {
    rate.map_or_else(|| "none".to_owned(), |rate| rate.to_string())
}

fn raise_functional(entry: &mut JournalEntry<'_>, at: usize, by: Money) -> String {
    let line = &mut entry.lines[at];
    let before = line.functional_amount;
    line.functional_amount += by;
    format!("line {}: functional_amount {before} → {}", line.line_number, line.functional_amount)
}

/// Splits `total` over the lines of a side in proportion to their amounts.
fn translate(entry: &mut JournalEntry<'_>, side: Side, total: Money) {
    let lines = entry.lines.iter_mut().filter(|line| line.side == side);
    let (mut lines, amounts): (Vec<_>, Vec<i64>) = lines
        .map(|line| {
            let amount = line.amount.units();
            (line, amount)
        })
        .unzip();
    for (line, part) in lines.iter_mut().zip(largest_remainder(total.units(), &amounts)) {
        line.functional_amount = Money::from_units(part);
    }
}
