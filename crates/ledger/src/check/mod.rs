//! The checks: whether a submission may enter the books, and if not, the first reason in their fixed order.
//!
//! These are the checks that one entry and the reference data answer. Whether the bytes are an entry at all is decided
//! before ([`ReasonCode::UnknownSchema`], [`ReasonCode::UnreadablePayload`]); what needs the memory of earlier entries
//! comes after. A submission that passes costs no allocation.
//!
//! An **owner split** is the set of lines of one entry that carry both an `interest_type` and a `decimal_interest`, for
//! one well, product and production month: such lines state who owns what share of a sale, so they must state all of
//! it. Lines that pay or charge a single owner (taxes, deducts, distributions) name the owner and carry no decimal
//! interest, and joint interest lines carry a decimal interest and no interest type.

mod amounts;
mod dates;
mod masters;
mod reference;

pub use reference::Reference;

use crate::entry::{JournalEntry, LINES_MAX};
use crate::reason::{ReasonCode, Rejection};

/// The most characters that a text may have.
pub const TEXT_CHARACTERS_MAX: usize = 512;

/// One record of the raw topic, decoded.
#[derive(Clone, Copy, Debug)]
pub struct Submission<'e, 'a> {
    /// The record key.
    pub key: &'e [u8],
    /// The record value.
    pub entry: &'e JournalEntry<'a>,
}

type Verdict = Result<(), Rejection>;

/// Runs every check in order.
///
/// # Errors
/// The first check that fails.
pub fn check(submission: &Submission<'_, '_>, reference: &Reference) -> Verdict {
    let entry = submission.entry;
    key_is_the_chain_id(submission)?;
    texts_are_valid(entry)?;
    line_count_is_in_bounds(entry)?;
    amounts::are_sound(entry)?;
    let company = masters::company(entry, reference)?;
    masters::accounts_take_the_lines(entry, reference)?;
    masters::dimensions_are_known(entry, reference)?;
    amounts::owner_splits_are_whole(entry)?;
    masters::approval_is_given(entry, company)?;
    dates::cohere(entry)?;
    dates::period_fits_and_is_open(entry, reference)
}

/// Whether a verdict rests on a master record being absent, so that it may only be given once the reference topics have
/// been read to their current end.
#[must_use]
pub fn rests_on_absence(reason: ReasonCode) -> bool {
    matches!(
        reason,
        ReasonCode::UnknownCompany
            | ReasonCode::UnknownAccount
            | ReasonCode::UnknownWell
            | ReasonCode::UnknownOwner
            | ReasonCode::UnknownCounterparty
            | ReasonCode::UnknownAfe
            | ReasonCode::PeriodMismatch
    )
}

fn key_is_the_chain_id(submission: &Submission<'_, '_>) -> Verdict {
    let mut buffer = uuid::Uuid::encode_buffer();
    let expected = submission.entry.chain_id.hyphenated().encode_lower(&mut buffer);
    if submission.key == expected.as_bytes() {
        return Ok(());
    }
    let key: String = String::from_utf8_lossy(submission.key).chars().take(64).collect();
    Err(Rejection::new(ReasonCode::KeyMismatch, format!("key is `{key}`, chain_id is {expected}")))
}

fn line_count_is_in_bounds(entry: &JournalEntry<'_>) -> Verdict {
    match entry.lines.len() {
        0 | 1 => Err(Rejection::new(
            ReasonCode::MissingLines,
            format!("{} lines, an entry has at least 2", entry.lines.len()),
        )),
        2..=LINES_MAX => Ok(()),
        many => Err(Rejection::new(
            ReasonCode::TooManyLines,
            format!("{many} lines, an entry has at most {LINES_MAX}"),
        )),
    }
}

fn texts_are_valid(entry: &JournalEntry<'_>) -> Verdict {
    let header = [
        ("company_code", Some(&entry.company_code)),
        ("ledger", Some(&entry.ledger)),
        ("transaction_type", Some(&entry.transaction_type)),
        ("description", Some(&entry.description)),
        ("currency", Some(&entry.currency)),
        ("functional_currency", Some(&entry.functional_currency)),
        ("created_by", Some(&entry.created_by)),
        ("approved_by", entry.approved_by.as_ref()),
        ("source_document", entry.source_document.as_ref()),
    ];
    for (field, text) in header {
        text_is_valid(text.map(AsRef::as_ref), field, 0)?;
    }
    for line in &entry.lines {
        text_is_valid(Some(&line.account_code), "account_code", line.line_number)?;
        let optional = [
            ("unit_of_measure", &line.unit_of_measure),
            ("cost_center", &line.cost_center),
            ("well_id", &line.well_id),
            ("lease_id", &line.lease_id),
            ("afe_number", &line.afe_number),
            ("jib_code", &line.jib_code),
            ("billed_account_code", &line.billed_account_code),
            ("owner_id", &line.owner_id),
            ("suspense_code", &line.suspense_code),
            ("tax_code", &line.tax_code),
            ("counterparty_id", &line.counterparty_id),
            ("partner_company", &line.partner_company),
            ("text", &line.text),
        ];
        for (field, text) in optional {
            text_is_valid(text.as_deref(), field, line.line_number)?;
        }
    }
    Ok(())
}

fn text_is_valid(text: Option<&str>, field: &'static str, line_number: i32) -> Verdict {
    let Some(text) = text else { return Ok(()) };
    // No text has more characters than bytes, so nearly every one is settled without counting.
    let too_long = text.len() > TEXT_CHARACTERS_MAX && text.chars().count() > TEXT_CHARACTERS_MAX;
    if !too_long && !text.as_bytes().contains(&0) {
        return Ok(());
    }
    let what = if too_long { "is longer than 512 characters" } else { "holds U+0000" };
    let place = if line_number == 0 { String::new() } else { format!(" of line {line_number}") };
    Err(Rejection::new(ReasonCode::TextInvalid, format!("{field}{place} {what}")))
}
