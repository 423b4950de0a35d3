//! Companies, accounts, dimensions, owner splits, approval.

use super::{any_line, line_that, replace};
use crate::random::Draw;
use ledger::chart::{self, ChartAccount};
use ledger::reference::Dimension;
use ledger::{DecimalInterest, InterestType, JournalEntry, JournalLine, Source};
use std::borrow::Cow;

/// Ids that no master has.
mod nobody {
    pub(super) const COMPANY: &str = "9Z99";
    pub(super) const WELL: &str = "99999999999999";
    pub(super) const OWNER: &str = "O-99999999";
    pub(super) const COUNTERPARTY: &str = "X-99999999";
    pub(super) const AFE: &str = "AFE-99999999";
}

/// The entry's company, or the other one of a line.
pub(super) fn unknown_company(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    if draw.below(2) == 0 {
        let before = std::mem::replace(&mut entry.company_code, nobody::COMPANY.into());
        return format!("company_code {before} → {}", nobody::COMPANY);
    }
    let at = line_that(entry, draw, |line| line.partner_company.is_some())
        .unwrap_or_else(|| any_line(entry, draw));
    let line = &mut entry.lines[at];
    let before = replace(&mut line.partner_company, nobody::COMPANY);
    format!("line {}: partner_company {before} → {}", line.line_number, nobody::COMPANY)
}

/// A sub that the chart does not have.
pub(super) fn unknown_account(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> Option<String> {
    let at = any_line(entry, draw);
    let line = &mut entry.lines[at];
    let natural = line.account_code.split('.').next()?;
    let code = format!("{natural}.{}", draw.between(900, 999));
    if chart::account(&code).is_some() {
        return None;
    }
    Some(post_to(line, code.into()))
}

/// A heading.
pub(super) fn account_not_postable(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    let headings: Vec<&ChartAccount> =
        chart::accounts().iter().filter(|account| !account.is_postable).collect();
    let at = any_line(entry, draw);
    let heading = draw.pick(&headings).account_code;
    post_to(&mut entry.lines[at], heading.into())
}

fn post_to<'w>(line: &mut JournalLine<'w>, code: Cow<'w, str>) -> String {
    let before = std::mem::replace(&mut line.account_code, code);
    format!("line {}: account {before} → {}", line.line_number, line.account_code)
}

/// Takes away a dimension that an account requires; where none does, posts to an account that requires what the line does
/// not carry.
pub(super) fn dimension_missing(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> Option<String> {
    let required = |line: &JournalLine<'_>| {
        chart::account(&line.account_code).map_or(&[][..], |account| account.required_dimensions)
    };
    if let Some(at) = line_that(entry, draw, |line| !required(line).is_empty()) {
        let line = &mut entry.lines[at];
        let dimension = *draw.pick(required(line));
        clear(line, dimension);
        return Some(format!(
            "line {}: {dimension} taken away, account {} requires it",
            line.line_number, line.account_code
        ));
    }
    let at = any_line(entry, draw);
    let line = &mut entry.lines[at];
    let lacking = |account: &&ChartAccount| {
        account.is_postable && account.required_dimensions == [Dimension::Afe] && line.afe_number.is_none()
    };
    let account = chart::accounts().iter().find(lacking)?;
    Some(format!("{}, which requires {}", post_to(line, account.account_code.into()), Dimension::Afe))
}

fn clear(line: &mut JournalLine<'_>, dimension: Dimension) {
    match dimension {
        Dimension::Well => line.well_id = None,
        Dimension::Lease => line.lease_id = None,
        Dimension::Owner => line.owner_id = None,
        Dimension::Counterparty => line.counterparty_id = None,
        Dimension::Afe => line.afe_number = None,
        Dimension::CostCenter => line.cost_center = None,
        Dimension::Product => line.product = None,
        Dimension::Jib => line.jib_code = None,
        Dimension::Tax => line.tax_code = None,
        Dimension::PartnerCompany => line.partner_company = None,
        Dimension::Quantity => line.quantity = None,
    }
}

pub(super) fn unknown_well(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    point_at(entry, draw, "well", nobody::WELL, |line| &mut line.well_id)
}

pub(super) fn unknown_owner(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    point_at(entry, draw, "owner", nobody::OWNER, |line| &mut line.owner_id)
}

pub(super) fn unknown_counterparty(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    point_at(entry, draw, "counterparty", nobody::COUNTERPARTY, |line| &mut line.counterparty_id)
}

pub(super) fn unknown_afe(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    point_at(entry, draw, "AFE", nobody::AFE, |line| &mut line.afe_number)
}

/// Points a line at nobody: one that points at somebody, where there is one.
fn point_at<'w>(
    entry: &mut JournalEntry<'w>,
    draw: &mut Draw,
    what: &str,
    nobody: &str,
    field: impl for<'l> Fn(&'l mut JournalLine<'w>) -> &'l mut Option<Cow<'w, str>>,
) -> String {
    let places: Vec<usize> =
        (0..entry.lines.len()).filter(|at| field(&mut entry.lines[*at]).is_some()).collect();
    let at = if places.is_empty() { any_line(entry, draw) } else { *draw.pick(&places) };
    let line = &mut entry.lines[at];
    let before = replace(field(line), nobody);
    format!("line {}: {what} {before} → {nobody}", line.line_number)
}

/// Raises a share of an owner split; where there is none, states one that stands alone.
pub(super) fn decimals_not_one(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    let is_share = |line: &JournalLine<'_>| line.interest_type.is_some() && line.decimal_interest.is_some();
    let at = line_that(entry, draw, is_share);
    let line = &mut entry.lines[at.unwrap_or_else(|| draw.below(2) as usize)];
    let (before, raised_by) = match (at, line.decimal_interest) {
        (Some(_), Some(share)) => (share, draw.between(1, 1_000_000)),
        _ => (DecimalInterest::ZERO, draw.between(1, 99_999_999)),
    };
    let share = DecimalInterest::from_units(before.units() + raised_by);
    let interest = *line.interest_type.get_or_insert(InterestType::Royalty);
    line.decimal_interest = Some(share);
    format!("line {}: {interest} decimal interest {before} → {share}", line.line_number)
}

/// Takes the approval away, or has the author approve; an entry that needs none becomes one by hand.
pub(super) fn approval_missing(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    let mut changes = Vec::new();
    if entry.approved_by.is_none() {
        changes.push(format!("source {} → {}", entry.source, Source::Manual));
        entry.source = Source::Manual;
    }
    let before = entry.approved_by.take();
    if before.is_none() || draw.below(2) == 0 {
        entry.approved_by = (draw.below(2) == 0).then(|| entry.created_by.clone());
    }
    let name = |approver: &Option<Cow<'_, str>>| approver.as_deref().unwrap_or("none").to_owned();
    changes.push(format!("approved_by {} → {}", name(&before), name(&entry.approved_by)));
    changes.join("; ")
}
