//! One record, decoded and checked.

use super::masters::Masters;
use contract::header::{DL_ATTEMPT, DeadLetterHeaders, SubmissionHeaders};
use contract::{DecodeError, Decoder};
use kafka::{Failure, Record};
use ledger::check::{Submission, check, rests_on_absence};
use ledger::{ReasonCode, Rejection};

/// Whether a submission may enter the books.
pub(super) type Verdict = Result<(), Rejection>;

/// Decodes and checks a record.
///
/// # Errors
/// Where no verdict can be given now: the registry or the reference topics cannot be read.
pub(super) fn judge(
    record: &Record<'_>,
    decoder: &Decoder,
    masters: &mut Masters,
) -> Result<Verdict, Failure> {
    let entry = match decoder.entry(record.payload().unwrap_or_default()) {
        Ok(entry) => entry,
        Err(error) => return undecodable(error),
    };
    if let Err(rejection) = headers_are_whole(record) {
        return Ok(Err(rejection));
    }
    let submission = Submission { key: record.key().unwrap_or_default(), entry: &entry };
    match check(&submission, masters.reference()) {
        Err(rejection) if rests_on_absence(rejection.reason) => {
            // The producer commits a master before the first entry that uses it: what is not there after this never was.
            masters.read_to_end()?;
            Ok(check(&submission, masters.reference()))
        }
        verdict => Ok(verdict),
    }
}

fn undecodable(error: DecodeError) -> Result<Verdict, Failure> {
    let detail = error.to_string();
    match error {
        DecodeError::UnknownSchema { .. } => Ok(Err(Rejection::new(ReasonCode::UnknownSchema, detail))),
        DecodeError::Unreadable { .. } => Ok(Err(Rejection::new(ReasonCode::UnreadablePayload, detail))),
        DecodeError::RegistryUnavailable { .. } => Err(Failure::transient(detail)),
    }
}

/// A submission that carries no id or no place in a batch could never be accounted for.
fn headers_are_whole(record: &Record<'_>) -> Verdict {
    let unreadable = |detail: String| Rejection::new(ReasonCode::UnreadablePayload, detail);
    if record.has_unreadable_header() {
        return Err(unreadable("the name of a header is no UTF-8".to_owned()));
    }
    SubmissionHeaders::read(record.headers()).map(drop).map_err(|error| unreadable(error.to_string()))
}

/// What a dead letter carries beside the headers that the submission came with.
pub(super) fn dead_letter(record: &Record<'_>, rejection: Rejection) -> DeadLetterHeaders {
    DeadLetterHeaders {
        topic: record.topic().to_owned(),
        partition: record.partition(),
        offset: record.offset(),
        timestamp_ms: record.timestamp_ms(),
        reason: rejection.reason,
        detail: rejection.detail.into_owned(),
        attempt: attempts_before(record.headers()).saturating_add(1),
    }
}

/// How often a submission was rejected before: a replayed one still says.
fn attempts_before<'h>(headers: impl Iterator<Item = (&'h str, Option<&'h [u8]>)>) -> i32 {
    let attempts = headers.filter(|(name, _)| *name == DL_ATTEMPT);
    let last = attempts.filter_map(|(_, value)| std::str::from_utf8(value?).ok()?.parse().ok()).last();
    last.unwrap_or(0).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_that_is_unknown_and_bytes_that_are_no_entry_are_verdicts_and_a_silent_registry_is_none() {
        let reason = |error| undecodable(error).unwrap().unwrap_err().reason;
        assert_eq!(reason(DecodeError::UnknownSchema { id: 9 }), ReasonCode::UnknownSchema);
        assert_eq!(reason(DecodeError::Unreadable { detail: "x".into() }), ReasonCode::UnreadablePayload);
        let silent = DecodeError::RegistryUnavailable { id: 9, detail: "x".into() };
        assert!(undecodable(silent).unwrap_err().is_transient());
    }

    #[test]
    fn a_replayed_submission_counts_its_attempts() {
        let header = |value: &'static [u8]| (DL_ATTEMPT, Some(value));
        assert_eq!(attempts_before([].into_iter()), 0);
        assert_eq!(attempts_before([("other", Some(&b"7"[..])), header(b"1"), header(b"2")].into_iter()), 2);
        assert_eq!(attempts_before([header(b"many")].into_iter()), 0);
        assert_eq!(attempts_before([header(b"-4")].into_iter()), 0);
    }
}
