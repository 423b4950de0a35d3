//! Companies, accounts, dimensions and approval.

use super::{Reference, Verdict};
use crate::entry::{JournalEntry, JournalLine, Side, Source};
use crate::reason::{ReasonCode, Rejection};
use crate::reference::{Account, Company, Dimension};

pub(super) fn company<'r>(
    entry: &JournalEntry<'_>,
    reference: &'r Reference,
) -> Result<&'r Company, Rejection> {
    let unknown = |code: &str| Rejection::new(ReasonCode::UnknownCompany, format!("no company `{code}`"));
    for line in &entry.lines {
        if let Some(code) = line.partner_company.as_deref()
            && reference.company(code).is_none()
        {
            return Err(unknown(code));
        }
    }
    reference.company(&entry.company_code).ok_or_else(|| unknown(&entry.company_code))
}

/// `unknown_account`, `account_not_postable`, `dimension_missing`: each over all lines before the next.
pub(super) fn accounts_take_the_lines(entry: &JournalEntry<'_>, reference: &Reference) -> Verdict {
    let mut first_failure: Option<Rejection> = None;
    for line in &entry.lines {
        let Err(failure) = account_takes(line, reference) else { continue };
        if failure.reason == ReasonCode::UnknownAccount {
            return Err(failure);
        }
        if first_failure.as_ref().is_none_or(|first| failure.reason < first.reason) {
            first_failure = Some(failure);
        }
    }
    first_failure.map_or(Ok(()), Err)
}

fn account_takes(line: &JournalLine<'_>, reference: &Reference) -> Verdict {
    let code: &str = &line.account_code;
    let at = |what: &str| format!("account {code} of line {} {what}", line.line_number);
    let Some(account) = reference.account(code) else {
        return Err(Rejection::new(ReasonCode::UnknownAccount, at("is not in the chart")));
    };
    if !account.is_postable {
        return Err(Rejection::new(ReasonCode::AccountNotPostable, at("is a heading")));
    }
    match missing_dimension(line, account) {
        None => Ok(()),
        Some(dimension) => {
            Err(Rejection::new(ReasonCode::DimensionMissing, at(&format!("requires {dimension}"))))
        }
    }
}

fn missing_dimension(line: &JournalLine<'_>, account: &Account) -> Option<Dimension> {
    account.required_dimensions.iter().copied().find(|dimension| !line.carries(*dimension))
}

/// `unknown_well`, `unknown_owner`, `unknown_counterparty`, `unknown_afe`: each over all lines before the next.
pub(super) fn dimensions_are_known(entry: &JournalEntry<'_>, reference: &Reference) -> Verdict {
    known(
        entry,
        ReasonCode::UnknownWell,
        "well",
        |line| line.well_id.as_deref(),
        |id| reference.has_well(id),
    )?;
    known(
        entry,
        ReasonCode::UnknownOwner,
        "owner",
        |line| line.owner_id.as_deref(),
        |id| reference.has_owner(id),
    )?;
    known(
        entry,
        ReasonCode::UnknownCounterparty,
        "counterparty",
        |line| line.counterparty_id.as_deref(),
        |id| reference.has_counterparty(id),
    )?;
    known(entry, ReasonCode::UnknownAfe, "AFE", |line| line.afe_number.as_deref(), |id| reference.has_afe(id))
}

fn known<'e, 'a: 'e>(
    entry: &'e JournalEntry<'a>,
    reason: ReasonCode,
    what: &str,
    id_of: impl Fn(&'e JournalLine<'a>) -> Option<&'e str>,
    is_known: impl Fn(&str) -> bool,
) -> Verdict {
    for line in &entry.lines {
        if let Some(id) = id_of(line)
            && !is_known(id)
        {
            return Err(Rejection::new(reason, format!("no {what} `{id}` (line {})", line.line_number)));
        }
    }
    Ok(())
}

/// `approval_missing`: entries by hand, and those above the company's limit, need the approval of somebody else.
pub(super) fn approval_is_given(entry: &JournalEntry<'_>, company: &Company) -> Verdict {
    let debit: i128 = entry
        .lines
        .iter()
        .filter(|line| line.side == Side::Debit)
        .map(|line| line.functional_amount.units_wide())
        .sum();
    let above_limit = debit > company.approval_limit.units_wide();
    if entry.source != Source::Manual && !above_limit {
        return Ok(());
    }
    let why = if above_limit {
        format!("above the limit of {} {}", company.approval_limit, company.functional_currency)
    } else {
        "entered by hand".to_owned()
    };
    match entry.approved_by.as_deref() {
        Some(approver) if approver != entry.created_by => Ok(()),
        Some(approver) => Err(Rejection::new(
            ReasonCode::ApprovalMissing,
            format!("{why} and approved by its author `{approver}`"),
        )),
        None => Err(Rejection::new(ReasonCode::ApprovalMissing, format!("{why} and not approved"))),
    }
}
