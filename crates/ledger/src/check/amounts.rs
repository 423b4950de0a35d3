//! Amounts, balance, totals and owner splits.

use super::Verdict;
use crate::entry::{JournalEntry, JournalLine, Product, Side};
use crate::fixed::{DecimalInterest, Fixed, Money};
use crate::reason::{ReasonCode, Rejection};
use chrono::NaiveDate;

/// The largest amount of a line: 10^12 in the currency's unit.
const AMOUNT_MAX: Money = Money::from_units(100_000_000_000_000);

/// Debits and credits of an entry, wide enough never to overflow.
#[derive(Default)]
struct Sums {
    debit: i128,
    credit: i128,
    functional_debit: i128,
    functional_credit: i128,
}

/// `amount_not_positive`, `amount_out_of_range`, `one_sided`, unbalanced, `fx_missing`, `functional_unbalanced`,
/// `totals_mismatch`: each over the whole entry before the next.
pub(super) fn are_sound(entry: &JournalEntry<'_>) -> Verdict {
    each_line(entry, ReasonCode::AmountNotPositive, "is not greater than zero", |amount| {
        amount.units() <= 0
    })?;
    each_line(entry, ReasonCode::AmountOutOfRange, "is above 10^12", |amount| amount > AMOUNT_MAX)?;
    let sums = sums(entry);
    if sums.debit == 0 || sums.credit == 0 {
        let side = if sums.debit == 0 { Side::Credit } else { Side::Debit };
        return Err(Rejection::new(ReasonCode::OneSided, format!("all lines are {side}")));
    }
    equal(sums.debit, sums.credit, ReasonCode::Unbalanced, &entry.currency)?;
    fx_is_stated(entry)?;
    equal(
        sums.functional_debit,
        sums.functional_credit,
        ReasonCode::FunctionalUnbalanced,
        &entry.functional_currency,
    )?;
    totals_are_the_sums(entry, &sums)
}

fn each_line(
    entry: &JournalEntry<'_>,
    reason: ReasonCode,
    what: &str,
    is_bad: impl Fn(Money) -> bool,
) -> Verdict {
    for line in &entry.lines {
        for (name, amount) in [("amount", line.amount), ("functional_amount", line.functional_amount)] {
            if is_bad(amount) {
                return Err(Rejection::new(
                    reason,
                    format!("{name} {amount} of line {} {what}", line.line_number),
                ));
            }
        }
    }
    Ok(())
}

fn sums(entry: &JournalEntry<'_>) -> Sums {
    let mut sums = Sums::default();
    for line in &entry.lines {
        let (amount, functional) = match line.side {
            Side::Debit => (&mut sums.debit, &mut sums.functional_debit),
            Side::Credit => (&mut sums.credit, &mut sums.functional_credit),
        };
        *amount += line.amount.units_wide();
        *functional += line.functional_amount.units_wide();
    }
    sums
}

fn equal(debit: i128, credit: i128, reason: ReasonCode, currency: &str) -> Verdict {
    if debit == credit {
        return Ok(());
    }
    Err(Rejection::new(
        reason,
        format!("debits are {} and credits {} {currency}", cents(debit), cents(credit)),
    ))
}

/// A wide sum of cents as a decimal text.
fn cents(units: i128) -> String {
    match Money::try_from_units(units) {
        Ok(money) => money.to_string(),
        Err(_) => {
            format!("{}{}.{:02}", if units < 0 { "-" } else { "" }, units.abs() / 100, units.abs() % 100)
        }
    }
}

/// A rate stands exactly where the currencies differ; where they do not, neither do the amounts.
fn fx_is_stated(entry: &JournalEntry<'_>) -> Verdict {
    let is_foreign = entry.currency != entry.functional_currency;
    let detail = match entry.fx_rate {
        None if is_foreign => {
            format!("{} is not {} and there is no fx_rate", entry.currency, entry.functional_currency)
        }
        Some(rate) if is_foreign && rate.units() <= 0 => format!("fx_rate {rate} is not greater than zero"),
        Some(rate) if !is_foreign => format!("fx_rate {rate} for an entry in {}", entry.functional_currency),
        _ => match entry.lines.iter().find(|line| !is_foreign && line.amount != line.functional_amount) {
            None => return Ok(()),
            Some(line) => format!(
                "line {}: functional_amount {} differs from amount {} in the same currency",
                line.line_number, line.functional_amount, line.amount
            ),
        },
    };
    Err(Rejection::new(ReasonCode::FxMissing, detail))
}

fn totals_are_the_sums(entry: &JournalEntry<'_>, sums: &Sums) -> Verdict {
    let stated = (entry.total_debit.units_wide(), entry.total_credit.units_wide());
    if stated == (sums.debit, sums.credit) {
        return Ok(());
    }
    Err(Rejection::new(
        ReasonCode::TotalsMismatch,
        format!(
            "header says {} and {}, lines sum to {} and {}",
            entry.total_debit,
            entry.total_credit,
            cents(sums.debit),
            cents(sums.credit)
        ),
    ))
}

/// What an owner split is of.
type SplitOf<'e> = (Option<&'e str>, Option<Product>, Option<NaiveDate>);

/// Splits of one entry that are counted without allocating; an entry rarely has more than three.
const SPLITS_IN_PLACE: usize = 8;

/// `decimals_not_one`: see the module's definition of an owner split.
pub(super) fn owner_splits_are_whole(entry: &JournalEntry<'_>) -> Verdict {
    let mut in_place: [Option<(SplitOf<'_>, i64)>; SPLITS_IN_PLACE] = [None; SPLITS_IN_PLACE];
    let mut spilled: Vec<(SplitOf<'_>, i64)> = Vec::new();
    for line in &entry.lines {
        let (Some(_), Some(share)) = (line.interest_type, line.decimal_interest) else { continue };
        let of = split_of(entry, line);
        let slot = in_place.iter_mut().find(|slot| slot.is_none_or(|(seen, _)| seen == of));
        if let Some(slot) = slot {
            let (_, sum) = slot.get_or_insert((of, 0));
            *sum += share.units();
        } else if let Some((_, sum)) = spilled.iter_mut().find(|(seen, _)| *seen == of) {
            *sum += share.units();
        } else {
            spilled.push((of, share.units()));
        }
    }
    match in_place.iter().flatten().chain(&spilled).find(|(_, sum)| *sum != DecimalInterest::ONE.units()) {
        None => Ok(()),
        Some(((well_id, product, _), sum)) => Err(Rejection::new(
            ReasonCode::DecimalsNotOne,
            format!(
                "decimal interests of well {} {} sum to {}",
                well_id.unwrap_or("(none)"),
                product.map_or("", Product::code),
                Fixed::<18, 8>::from_units(*sum)
            ),
        )),
    }
}

fn split_of<'e>(entry: &JournalEntry<'_>, line: &'e JournalLine<'_>) -> SplitOf<'e> {
    (line.well_id.as_deref(), line.product, line.production_month.or(entry.production_month))
}
