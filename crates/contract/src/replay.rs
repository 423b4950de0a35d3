//! A dead letter that is submitted again: its id and its headers. Key and value stay as they are.
//!
//! The id follows from the first submission and from how often it was rejected. So whoever submits the same dead letter
//! again, and however often, makes the same id of it, and the raw topic tells what was submitted already.

use crate::header::{CE_ID, DL_ATTEMPT, DeadLetterHeaders, REPLAY_OF, SubmissionHeaders};
use uuid::Uuid;

/// Parts these ids from every other use of the hash.
const CONTEXT: &str = "wellbook 2026-11 ce_id of a dead letter that is submitted again";

/// A header as it was read: a name, and a value where it has one.
pub type ReadHeader<'h> = (&'h str, Option<&'h [u8]>);

/// Who a dead letter is, and who it becomes when it is submitted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resubmission {
    /// The `ce_id` of the first submission.
    pub first: Uuid,
    /// How often it was rejected so far.
    pub rejections: i32,
    /// The `ce_id` of the submission that is made of it.
    pub ce_id: Uuid,
}

impl Resubmission {
    /// What a dead letter with these headers becomes.
    #[must_use]
    pub fn of<'h>(
        submission: &SubmissionHeaders,
        letter: &DeadLetterHeaders,
        headers: impl Iterator<Item = ReadHeader<'h>>,
    ) -> Self {
        let first = first_submission(headers).unwrap_or(submission.ce_id);
        let rejections = letter.attempt.max(1);
        Self { first, rejections, ce_id: id(first, rejections) }
    }

    /// The headers of the new submission: those of the dead letter in their order, with the new id, without what the
    /// validator added, and with the id of the first submission and the rejections so far at the end.
    #[must_use]
    pub fn headers<'h>(&self, of_letter: impl Iterator<Item = ReadHeader<'h>>) -> Vec<(&'h str, Vec<u8>)> {
        let is_ours = |name: &str| name == REPLAY_OF || name.starts_with("dl_");
        let kept = of_letter.filter(|(name, _)| !is_ours(name)).map(|(name, value)| match name {
            CE_ID => (name, self.ce_id.to_string().into_bytes()),
            _ => (name, value.unwrap_or_default().to_vec()),
        });
        let added = [
            (REPLAY_OF, self.first.to_string().into_bytes()),
            (DL_ATTEMPT, self.rejections.to_string().into_bytes()),
        ];
        kept.chain(added).collect()
    }
}

/// The first submission of one that was made again of a dead letter; none where it is itself the first. A text that is
/// no id is passed over, as any foreign header is.
#[must_use]
pub fn first_submission<'h>(headers: impl Iterator<Item = ReadHeader<'h>>) -> Option<Uuid> {
    let named = headers.filter(|(name, _)| *name == REPLAY_OF).last()?;
    std::str::from_utf8(named.1?).ok()?.parse().ok()
}

/// The `ce_id` of the submission that is made of the dead letter that `first` became with so many rejections.
fn id(first: Uuid, rejections: i32) -> Uuid {
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(first.as_bytes()).update(&rejections.to_be_bytes());
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::{BATCH, INDEX, Pair, TRACEPARENT};
    use ledger::ReasonCode;

    fn borrowed(pairs: &[(&'static str, Vec<u8>)]) -> impl Iterator<Item = ReadHeader<'static>> {
        let leak = |value: &Vec<u8>| -> &'static [u8] { value.clone().leak() };
        pairs.iter().map(|(name, value)| (*name, Some(leak(value)))).collect::<Vec<_>>().into_iter()
    }

    fn letter(attempt: i32) -> DeadLetterHeaders {
        DeadLetterHeaders {
            topic: "gl.journal-entry.raw.v1".into(),
            partition: 5,
            offset: 77,
            timestamp_ms: 1,
            reason: ReasonCode::UnknownWell,
            detail: "well 42 is unknown".into(),
            attempt,
        }
    }

    fn submission() -> SubmissionHeaders {
        SubmissionHeaders {
            ce_id: Uuid::from_u128(9),
            ce_source: "wellbook/x".into(),
            ce_time: chrono::DateTime::UNIX_EPOCH,
            batch: 12,
            index: 3,
            traceparent: Some("00-1-2-00".into()),
        }
    }

    #[test]
    fn the_same_dead_letter_always_becomes_the_same_submission_and_each_rejection_another() {
        let of = |attempt| Resubmission::of(&submission(), &letter(attempt), std::iter::empty());
        assert_eq!(of(1), of(1));
        assert_ne!(of(1).ce_id, of(2).ce_id);
        assert_ne!(of(1).ce_id, submission().ce_id);
        // Pinned: with other ids, what was submitted before an upgrade would be submitted once more.
        assert_eq!(of(1).ce_id.to_string(), "2fe05e60-bfa7-8b5c-ae95-500204279742");
    }

    #[test]
    fn a_submission_made_again_keeps_its_headers_and_says_what_it_was() {
        let written: Vec<Pair> = submission().pairs().into_iter().chain(letter(1).pairs()).collect();
        let again = Resubmission::of(&submission(), &letter(1), borrowed(&written));
        let headers = again.headers(borrowed(&written));
        let read = SubmissionHeaders::read(borrowed(&headers)).unwrap();
        assert_eq!(read, SubmissionHeaders { ce_id: again.ce_id, ..submission() });
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        assert_eq!(names[names.len() - 5..], [BATCH, INDEX, TRACEPARENT, REPLAY_OF, DL_ATTEMPT]);
        assert_eq!(first_submission(borrowed(&headers)), Some(submission().ce_id));
        assert_eq!(first_submission(borrowed(&written)), None);

        // Rejected once more, it still is the first one, and the third try has another id.
        let written: Vec<Pair> = headers.into_iter().chain(letter(2).pairs()).collect();
        let third = Resubmission::of(&read, &letter(2), borrowed(&written));
        assert_eq!((third.first, third.rejections), (submission().ce_id, 2));
        let headers = third.headers(borrowed(&written));
        assert_eq!(headers.iter().filter(|(name, _)| *name == DL_ATTEMPT).count(), 1);
        assert_eq!(headers.last(), Some(&(DL_ATTEMPT, b"2".to_vec())));
    }
}
