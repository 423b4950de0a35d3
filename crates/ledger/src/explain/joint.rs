//! The joint account: what of a cost each partner bears.

use super::sheet::{Sheet, expect};
use super::{Calculation, Method, words};
use crate::chart::code;
use crate::entry::{JournalLine, Side};
use crate::fixed::Money;
use crate::reference::{JibDeck, JibShare};
use crate::split::largest_remainder;

/// A month's cost of a lease, account by account and AFE by AFE: partners are billed their shares, which leave the wells in
/// proportion to what each cost. What was coded wrong before is credited to them by the same shares.
pub(super) fn cut_back(sheet: &mut Sheet<'_>) {
    let mut groups: Vec<(String, Option<String>, Side)> = Vec::new();
    for line in sheet.entry.lines.iter().filter(|line| is_bill(line)) {
        let account = line.billed_account_code.as_deref().unwrap_or_default().to_owned();
        let group = (account, afe(line), line.side);
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    for (account, afe_number, side) in groups {
        let bills = sheet.places(|line| {
            is_bill(line)
                && line.side == side
                && line.billed_account_code.as_deref() == Some(account.as_str())
                && afe(line) == afe_number
        });
        let wells = sheet.places(|line| {
            !is_bill(line) && line.side != side && line.account_code == account && afe(line) == afe_number
        });
        group(sheet, (&account, side), &bills, &wells);
    }
}

fn is_bill(line: &JournalLine<'_>) -> bool {
    line.account_code == code::JIB_RECEIVABLE
}

fn afe(line: &JournalLine<'_>) -> Option<String> {
    line.afe_number.as_deref().map(str::to_owned)
}

/// One cost: the partners' bills, and what is taken off the wells.
fn group(sheet: &mut Sheet<'_>, (account, side): (&str, Side), bills: &[usize], wells: &[usize]) {
    let costs: Option<Vec<i64>> =
        wells.iter().map(|at| sheet.line(*at).base_amount.map(Money::units)).collect();
    for at in bills {
        let line = sheet.line(*at);
        let total = line.base_amount;
        let what = match side {
            Side::Debit => format!("cost on {account} at 8/8"),
            Side::Credit => format!("cost at 8/8 that {account} was charged with by mistake"),
        };
        let mut calculation = part_of(sheet, line, (total, side), &what);
        if let (Some(total), Some(costs)) = (total, &costs) {
            let of_wells = Money::from_units(costs.iter().sum());
            calculation.contradictions.extend(expect("cost at 8/8", total, of_wells).err());
        }
        sheet.put(*at, calculation);
    }
    let Some(costs) = costs else { return };
    let billed: i64 = bills.iter().map(|at| sheet.line(*at).amount.units()).sum();
    let parts = largest_remainder(billed, &costs);
    for (at, (part, cost)) in wells.iter().zip(parts.iter().zip(&costs)) {
        let text = format!(
            "what partners bear, {} on {}, in proportion to the well's cost of {}, by largest remainder",
            words::cents(billed),
            words::lines(bills),
            words::cents(*cost),
        );
        let calculation =
            Calculation::worked_on(sheet.line(*at), Method::Split, text, (side.opposite(), *part));
        sheet.put(*at, calculation);
    }
}

/// Overhead by the accounting procedure: so much a well and month, of which each partner and the company bear their shares.
pub(super) fn overhead(sheet: &mut Sheet<'_>) {
    let recovered = sheet.places(|line| line.account_code == code::OVERHEAD_RECOVERED);
    let total: i64 = recovered.iter().map(|at| sheet.line(*at).amount.units()).sum();
    let bills = sheet.places(is_bill);
    for at in &bills {
        let line = sheet.line(*at);
        let what = format!("overhead of {}", words::lines(&recovered));
        let mut calculation = part_of(sheet, line, (Some(Money::from_units(total)), Side::Debit), &what);
        let base = line.base_amount.unwrap_or(Money::from_units(total));
        calculation.contradictions.extend(expect("overhead at 8/8", base, Money::from_units(total)).err());
        sheet.put(*at, calculation);
    }
    let billed: i64 = bills.iter().map(|at| sheet.line(*at).amount.units()).sum();
    let is_own = |code: &str| code == code::SUPERVISION || code.starts_with("241.");
    let wells = sheet.places(|line| is_own(&line.account_code));
    let parts = largest_remainder(total - billed, &vec![1; wells.len()]);
    for (at, part) in wells.iter().zip(parts) {
        let text = format!(
            "the company's own part, {} less {} billed{}",
            words::cents(total),
            words::cents(billed),
            if wells.len() > 1 { format!(", evenly on {} wells", wells.len()) } else { String::new() }
        );
        let calculation = Calculation::worked_on(sheet.line(*at), Method::Split, text, (Side::Debit, part));
        sheet.put(*at, calculation);
    }
}

/// Work that is done and not invoiced: an estimate by account at 8/8, of which partners and the company bear their shares.
pub(super) fn accrued(sheet: &mut Sheet<'_>) {
    let bills = sheet.places(|line| line.account_code == code::JIB_UNBILLED);
    let own = sheet.places(|line| line.account_code.starts_with("24"));
    let estimates: Option<Vec<i64>> =
        own.iter().map(|at| sheet.line(*at).base_amount.map(Money::units)).collect();
    // What does not say its estimates is stated.
    let Some(estimates) = estimates else { return };
    let total = Money::from_units(estimates.iter().sum());
    let part_of_total = |sheet: &Sheet<'_>, at: usize| {
        let line = sheet.line(at);
        let mut calculation =
            part_of(sheet, line, (line.base_amount, Side::Debit), "engineers' estimate at 8/8");
        let base = line.base_amount.unwrap_or(total);
        calculation.contradictions.extend(expect("estimate at 8/8", base, total).err());
        calculation
    };
    for at in &bills {
        let calculation = part_of_total(sheet, *at);
        sheet.put(*at, calculation);
    }
    let sum = |places: &[usize]| -> i64 { places.iter().map(|at| sheet.line(*at).amount.units()).sum() };
    let accrued = sum(&sheet.places(|line| line.account_code == code::ACCRUED_CAPITAL));
    let kept = accrued - sum(&bills);
    for (at, (part, estimate)) in own.iter().zip(largest_remainder(kept, &estimates).iter().zip(&estimates)) {
        let text = format!(
            "the company's own part, {}, in proportion to the engineers' estimate of {}, by largest remainder",
            words::cents(kept),
            words::cents(*estimate),
        );
        let calculation = Calculation::worked_on(sheet.line(*at), Method::Split, text, (Side::Debit, *part));
        sheet.put(*at, calculation);
    }
}

/// A partner's part of a cost, by the deck of the joint account.
fn part_of(
    sheet: &Sheet<'_>,
    line: &JournalLine<'_>,
    (total, side): (Option<Money>, Side),
    what: &str,
) -> Calculation {
    let share = line.decimal_interest.map_or_else(|| "a share".to_owned(), |share| share.to_string());
    let deck = line.jib_code.as_deref().and_then(|code| sheet.facts.jib_deck(code, sheet.entry.posting_date));
    let at = deck.and_then(|deck| Some((deck, place_in(deck, line)?)));
    let (Some(total), Some((deck, place))) = (total, at) else {
        let lacking = if deck.is_none() {
            "no such deck is on the reference topics"
        } else {
            "the line does not say of how much, or its partner is not in the deck"
        };
        return Calculation::new(line, Method::Stated, format!("share {share} of the {what}; {lacking}"));
    };
    let weights: Vec<i64> = deck.shares.iter().map(|it| it.working_interest.units()).collect();
    let part = largest_remainder(total.units(), &weights)[place];
    let text = format!("share {share} of the {what}, {}, by largest remainder", words::cents(total.units()));
    let mut calculation = Calculation::worked_on(line, Method::Split, text, (side, part));
    calculation.notes.push(format!(
        "deck {} from {}: {} shares",
        deck.jib_code,
        deck.effective_date,
        deck.shares.len()
    ));
    if let Some(share) = line.decimal_interest {
        let in_deck = deck.shares[place].working_interest;
        calculation.contradictions.extend(expect("share", share, in_deck).err());
    }
    calculation
}

fn place_in(deck: &JibDeck, line: &JournalLine<'_>) -> Option<usize> {
    let partner = line.counterparty_id.as_deref()?;
    let is_partner = |share: &JibShare| share.counterparty_id.as_deref() == Some(partner);
    deck.shares.iter().position(is_partner)
}
