//! Joint interest: the partners' shares of a lease's cost are billed and paid.

use crate::draft::Draft;
use crate::facts::{Facts, Ground};
use crate::masters::LeaseMaster;
use crate::month::Month;
use chrono::{Days, NaiveDate};
use ledger::chart::code;
use ledger::split::largest_remainder;
use ledger::{DocumentType, Source};
use uuid::Uuid;

/// What each partner bears of each account's cost in a month, in cents, in the order of the lease's partners.
pub(crate) fn shares(lease: &LeaseMaster, at: usize, facts: &Facts) -> Vec<(&'static str, Vec<i64>)> {
    if lease.partners.is_empty() {
        return Vec::new();
    }
    let weights: Vec<i64> = std::iter::once(lease.operator_share.units())
        .chain(lease.partners.iter().map(|(_, share)| share.units()))
        .collect();
    let mut by_account: Vec<(&'static str, i64)> = Vec::new();
    for ((_, account, _), cents) in facts.costs.range((at, "", 0)..(at + 1, "", 0)) {
        match by_account.last_mut() {
            Some((last, sum)) if last == account => *sum += cents,
            _ => by_account.push((account, *cents)),
        }
    }
    let split = |(account, cents)| {
        let mut parts = largest_remainder(cents, &weights);
        parts.remove(0);
        (account, parts)
    };
    let billed = by_account.into_iter().map(split);
    billed.filter(|(_, parts)| parts.iter().any(|part| *part > 0)).collect()
}

impl Ground {
    /// Dr joint interest receivable, a line per partner and account / Cr the expense by well: the operator keeps its own
    /// share.
    pub(crate) fn cut_back_entry(&self, month: Month, at: u32, facts: &Facts) -> Draft<'_> {
        let at = at as usize;
        let lease = &self.masters.leases[at];
        let description =
            format!("Joint interest billing {}, {}", month.first().format("%Y-%m"), lease.record.name);
        let mut draft =
            Draft::new(Source::JointInterest, "JIB_CUT_BACK", "joint-interest", month.last(), description);
        draft.document_type = DocumentType::Standard;
        draft.due_date = Some(month.last() + Days::new(15));
        draft.source_document = Some(format!("JIB-{}-{}", month.first().format("%Y%m"), lease.jib_code));
        for (account, parts) in shares(lease, at, facts) {
            for ((partner, share), part) in lease.partners.iter().zip(&parts) {
                draft.debit(code::JIB_RECEIVABLE, *part, |line| {
                    line.counterparty_id = Some(partner.as_str().into());
                    line.decimal_interest = Some(*share);
                    line.jib_code = Some(lease.jib_code.as_str().into());
                    line.lease_id = Some(lease.record.lease_id.as_str().into());
                    line.billed_account_code = Some(account.into());
                });
            }
            let wells: Vec<(usize, i64)> = facts
                .costs
                .range((at, account, 0)..=(at, account, usize::MAX))
                .map(|(key, cents)| (key.2, *cents))
                .collect();
            let weights: Vec<i64> = wells.iter().map(|(_, cents)| *cents).collect();
            for ((well, _), part) in wells.iter().zip(largest_remainder(parts.iter().sum(), &weights)) {
                draft.credit(account, part, |line| {
                    self.on_well(line, *well);
                    line.jib_code = Some(lease.jib_code.as_str().into());
                });
            }
        }
        draft
    }

    /// Dr cash / Cr joint interest receivable: a partner pays a bill.
    pub(crate) fn joint_receipt_entry(
        &self,
        (month, at, partner): (Month, u32, u8),
        facts: &Facts,
        day: NaiveDate,
        bill: Uuid,
    ) -> Draft<'_> {
        let lease = &self.masters.leases[at as usize];
        let (id, share) = &lease.partners[usize::from(partner)];
        let billed = shares(lease, at as usize, facts);
        let cents = billed.iter().map(|(_, parts)| parts[usize::from(partner)]).sum();
        let description =
            format!("Joint interest receipt {}, {}", month.first().format("%Y-%m"), lease.record.name);
        let mut draft = Draft::new(Source::JointInterest, "JIB_RECEIPT", "treasury", day, description);
        draft.debit(code::CASH, cents, |_| {});
        draft.credit(code::JIB_RECEIVABLE, cents, |line| {
            line.counterparty_id = Some(id.as_str().into());
            line.decimal_interest = Some(*share);
            line.jib_code = Some(lease.jib_code.as_str().into());
            line.lease_id = Some(lease.record.lease_id.as_str().into());
            line.clears_entry_id = Some(bill);
        });
        draft
    }
}
