//! Why a submission is rejected: stable codes, in the order in which they are tried.

use crate::entry::coded;
use std::borrow::Cow;

coded! {
    /// The reason of a rejection. The first check that fails, in this order, is the reason. Extended, never renamed.
    ReasonCode {
        /// The schema id in the frame is not in the registry.
        UnknownSchema = "unknown_schema",
        /// The bytes are no journal entry.
        UnreadablePayload = "unreadable_payload",
        /// The record key is not the entry's chain id.
        KeyMismatch = "key_mismatch",
        /// A text holds U+0000 or is longer than 512 characters.
        TextInvalid = "text_invalid",
        /// Fewer than two lines.
        MissingLines = "missing_lines",
        /// More than 999 lines.
        TooManyLines = "too_many_lines",
        /// An amount is zero or negative.
        AmountNotPositive = "amount_not_positive",
        /// An amount is above 10^12.
        AmountOutOfRange = "amount_out_of_range",
        /// All lines stand on one side.
        OneSided = "one_sided",
        /// Debits and credits differ.
        Unbalanced = "unbalanced",
        /// The currency is not the functional one and there is no rate, or the other way round.
        FxMissing = "fx_missing",
        /// Functional debits and credits differ.
        FunctionalUnbalanced = "functional_unbalanced",
        /// The header's totals are not the sums of the lines.
        TotalsMismatch = "totals_mismatch",
        /// No such company.
        UnknownCompany = "unknown_company",
        /// No such account.
        UnknownAccount = "unknown_account",
        /// The account takes no postings.
        AccountNotPostable = "account_not_postable",
        /// A dimension that the account requires is absent.
        DimensionMissing = "dimension_missing",
        /// No such well.
        UnknownWell = "unknown_well",
        /// No such owner.
        UnknownOwner = "unknown_owner",
        /// No such vendor, purchaser or partner.
        UnknownCounterparty = "unknown_counterparty",
        /// No such authorisation for expenditure.
        UnknownAfe = "unknown_afe",
        /// The decimal interests of an owner split do not sum to 1.00000000.
        DecimalsNotOne = "decimals_not_one",
        /// By hand, or above the company's limit, without the approval of somebody else.
        ApprovalMissing = "approval_missing",
        /// Document after posting, due before document, or entered before document.
        DatesIncoherent = "dates_incoherent",
        /// Fiscal year or period is not that of the posting date.
        PeriodMismatch = "period_mismatch",
        /// The period was closed when the entry was entered.
        PeriodClosed = "period_closed",
        /// Older than the validator's memory.
        TooLate = "too_late",
        /// Same id and same value as an accepted entry.
        DuplicateEntry = "duplicate_entry",
        /// Same id as an accepted entry, other value.
        ConflictingEntry = "conflicting_entry",
        /// The entry to reverse was never accepted.
        ReversalTargetMissing = "reversal_target_missing",
        /// Not the mirror of the entry that it reverses.
        ReversalMismatch = "reversal_mismatch",
        /// The entry was reversed before.
        AlreadyReversed = "already_reversed",
    }
}

/// A verdict against a submission: the reason, and what exactly was seen, for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {detail}")]
pub struct Rejection {
    /// Stable code.
    pub reason: ReasonCode,
    /// What was seen, where; bounded by the checks to some hundred characters.
    pub detail: Cow<'static, str>,
}

impl Rejection {
    /// A rejection for `reason`, explained by `detail`.
    pub fn new(reason: ReasonCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { reason, detail: detail.into() }
    }
}
