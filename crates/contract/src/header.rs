//! Record headers: `CloudEvents` in binary mode, the place in the batch, and what a dead letter adds.

use chrono::{DateTime, SecondsFormat, Utc};
use ledger::ReasonCode;
use uuid::Uuid;

/// Unique per submission; new on replay.
pub const CE_ID: &str = "ce_id";
/// `wellbook.gl.journal-entry.v1`
pub const CE_TYPE: &str = "ce_type";
/// Who submitted: `wellbook/<incarnation of the run>`.
pub const CE_SOURCE: &str = "ce_source";
/// `1.0`
pub const CE_SPECVERSION: &str = "ce_specversion";
/// Simulated time at which the entry was entered, RFC 3339.
pub const CE_TIME: &str = "ce_time";
/// `application/avro`
pub const CONTENT_TYPE: &str = "content-type";
/// Sequence of the batch, decimal.
pub const BATCH: &str = "batch";
/// Place in the batch from 0, decimal.
pub const INDEX: &str = "index";
/// W3C trace context.
pub const TRACEPARENT: &str = "traceparent";

/// The `ce_id` of the first submission, on one that was made again of a dead letter: see [`crate::replay`].
pub const REPLAY_OF: &str = "replay_of";

/// Topic that a dead letter was read from.
pub const DL_TOPIC: &str = "dl_topic";
/// Partition that it was read from.
pub const DL_PARTITION: &str = "dl_partition";
/// Offset that it was read at.
pub const DL_OFFSET: &str = "dl_offset";
/// Timestamp of the record, milliseconds since 1970.
pub const DL_TIMESTAMP: &str = "dl_timestamp";
/// Stable reason code.
pub const DL_REASON: &str = "dl_reason";
/// What was seen, for people.
pub const DL_DETAIL: &str = "dl_detail";
/// How often it was tried, from 1. On a submission that was made again: how often it was rejected before.
pub const DL_ATTEMPT: &str = "dl_attempt";

/// The type of every submission.
pub const JOURNAL_ENTRY_TYPE: &str = "wellbook.gl.journal-entry.v1";
/// Longest text of a [`DL_DETAIL`], in bytes: enough for people, and a bound on what a hostile record can make us write.
pub const DETAIL_BYTES_MAX: usize = 1024;

/// A header as it goes out.
pub type Pair = (&'static str, Vec<u8>);

/// Why headers cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// A header that every submission has is absent.
    #[error("header `{0}` is absent")]
    Absent(&'static str),
    /// A header does not hold what it should.
    #[error("header `{name}` is `{value}`, which is no {expected}")]
    Malformed {
        /// Its name.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
        /// What it is, cut to 64 characters.
        value: String,
    },
}

/// The headers of a submission; the validator forwards them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionHeaders {
    /// Unique per submission.
    pub ce_id: Uuid,
    /// Who submitted.
    pub ce_source: String,
    /// When the entry was entered, simulated time.
    pub ce_time: DateTime<Utc>,
    /// Sequence of the batch.
    pub batch: i64,
    /// Place in the batch.
    pub index: i32,
    /// W3C trace context.
    pub traceparent: Option<String>,
}

impl SubmissionHeaders {
    /// The headers as they go out.
    #[must_use]
    pub fn pairs(&self) -> Vec<Pair> {
        let mut pairs = vec![
            (CE_ID, self.ce_id.to_string().into_bytes()),
            (CE_TYPE, JOURNAL_ENTRY_TYPE.as_bytes().to_vec()),
            (CE_SOURCE, self.ce_source.clone().into_bytes()),
            (CE_SPECVERSION, b"1.0".to_vec()),
            (CE_TIME, self.ce_time.to_rfc3339_opts(SecondsFormat::Micros, true).into_bytes()),
            (CONTENT_TYPE, b"application/avro".to_vec()),
            (BATCH, self.batch.to_string().into_bytes()),
            (INDEX, self.index.to_string().into_bytes()),
        ];
        if let Some(traceparent) = &self.traceparent {
            pairs.push((TRACEPARENT, traceparent.clone().into_bytes()));
        }
        pairs
    }

    /// Reads them back; headers that are not ours are passed over.
    ///
    /// # Errors
    /// Where one is absent or malformed.
    pub fn read<'h>(headers: impl Iterator<Item = (&'h str, Option<&'h [u8]>)>) -> Result<Self, HeaderError> {
        let (mut ce_id, mut ce_source, mut ce_time) = (None, None, None);
        let (mut batch, mut index, mut traceparent) = (None, None, None);
        for (name, value) in headers {
            let text = || std::str::from_utf8(value.unwrap_or_default()).ok();
            match name {
                CE_ID => ce_id = Some(parse(CE_ID, "UUID", value)?),
                CE_SOURCE => ce_source = text().map(str::to_owned),
                CE_TIME => ce_time = Some(parse(CE_TIME, "RFC 3339 instant", value)?),
                BATCH => batch = Some(parse(BATCH, "number", value)?),
                INDEX => index = Some(parse(INDEX, "number", value)?),
                TRACEPARENT => traceparent = text().map(str::to_owned),
                _ => {}
            }
        }
        Ok(Self {
            ce_id: ce_id.ok_or(HeaderError::Absent(CE_ID))?,
            ce_source: ce_source.unwrap_or_default(),
            ce_time: ce_time.ok_or(HeaderError::Absent(CE_TIME))?,
            batch: batch.ok_or(HeaderError::Absent(BATCH))?,
            index: index.ok_or(HeaderError::Absent(INDEX))?,
            traceparent,
        })
    }
}

/// What a dead letter carries beside the submission's own headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterHeaders {
    /// Topic that it was read from.
    pub topic: String,
    /// Partition that it was read from.
    pub partition: i32,
    /// Offset that it was read at.
    pub offset: i64,
    /// Timestamp of the record, milliseconds since 1970.
    pub timestamp_ms: i64,
    /// Why it was rejected.
    pub reason: ReasonCode,
    /// What was seen, for people.
    pub detail: String,
    /// How often it was tried, from 1.
    pub attempt: i32,
}

impl DeadLetterHeaders {
    /// The headers as they go out; the detail is cut to [`DETAIL_BYTES_MAX`].
    #[must_use]
    pub fn pairs(&self) -> Vec<Pair> {
        let cut = self.detail.floor_char_boundary(DETAIL_BYTES_MAX);
        vec![
            (DL_TOPIC, self.topic.clone().into_bytes()),
            (DL_PARTITION, self.partition.to_string().into_bytes()),
            (DL_OFFSET, self.offset.to_string().into_bytes()),
            (DL_TIMESTAMP, self.timestamp_ms.to_string().into_bytes()),
            (DL_REASON, self.reason.code().as_bytes().to_vec()),
            (DL_DETAIL, self.detail.as_bytes()[..cut].to_vec()),
            (DL_ATTEMPT, self.attempt.to_string().into_bytes()),
        ]
    }

    /// Reads them back; other headers are passed over.
    ///
    /// # Errors
    /// Where one is absent or malformed.
    pub fn read<'h>(headers: impl Iterator<Item = (&'h str, Option<&'h [u8]>)>) -> Result<Self, HeaderError> {
        let (mut topic, mut partition, mut offset, mut timestamp_ms) = (None, None, None, None);
        let (mut reason, mut detail, mut attempt) = (None, None, None);
        for (name, value) in headers {
            match name {
                DL_TOPIC => topic = Some(parse(DL_TOPIC, "topic", value)?),
                DL_PARTITION => partition = Some(parse(DL_PARTITION, "number", value)?),
                DL_OFFSET => offset = Some(parse(DL_OFFSET, "number", value)?),
                DL_TIMESTAMP => timestamp_ms = Some(parse(DL_TIMESTAMP, "number", value)?),
                DL_REASON => reason = Some(parse(DL_REASON, "reason code", value)?),
                DL_DETAIL => detail = Some(parse(DL_DETAIL, "text", value)?),
                DL_ATTEMPT => attempt = Some(parse(DL_ATTEMPT, "number", value)?),
                _ => {}
            }
        }
        Ok(Self {
            topic: topic.ok_or(HeaderError::Absent(DL_TOPIC))?,
            partition: partition.ok_or(HeaderError::Absent(DL_PARTITION))?,
            offset: offset.ok_or(HeaderError::Absent(DL_OFFSET))?,
            timestamp_ms: timestamp_ms.ok_or(HeaderError::Absent(DL_TIMESTAMP))?,
            reason: reason.ok_or(HeaderError::Absent(DL_REASON))?,
            detail: detail.unwrap_or_default(),
            attempt: attempt.ok_or(HeaderError::Absent(DL_ATTEMPT))?,
        })
    }
}

fn parse<T: std::str::FromStr>(
    name: &'static str,
    expected: &'static str,
    value: Option<&[u8]>,
) -> Result<T, HeaderError> {
    let bytes = value.unwrap_or_default();
    std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok()).ok_or_else(|| HeaderError::Malformed {
        name,
        expected,
        value: String::from_utf8_lossy(bytes).chars().take(64).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn borrowed(pairs: &[Pair]) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        pairs.iter().map(|(name, value)| (*name, Some(value.as_slice())))
    }

    fn submission() -> SubmissionHeaders {
        SubmissionHeaders {
            ce_id: Uuid::from_u128(9),
            ce_source: "wellbook/x".into(),
            ce_time: DateTime::from_timestamp_micros(1_700_000_000_000_001).unwrap(),
            batch: 12,
            index: 3,
            traceparent: None,
        }
    }

    #[test]
    fn a_dead_letter_still_carries_the_headers_of_its_submission() {
        let dead = DeadLetterHeaders {
            topic: "gl.journal-entry.raw.v1".into(),
            partition: 5,
            offset: 77,
            timestamp_ms: 1,
            reason: ReasonCode::Unbalanced,
            detail: "debits are 1.00 and credits 2.00 USD".into(),
            attempt: 1,
        };
        let pairs: Vec<Pair> = submission().pairs().into_iter().chain(dead.pairs()).collect();
        assert_eq!(SubmissionHeaders::read(borrowed(&pairs)).unwrap(), submission());
        assert_eq!(DeadLetterHeaders::read(borrowed(&pairs)).unwrap(), dead);
    }

    #[test]
    fn an_absent_or_broken_header_is_named() {
        let mut pairs = submission().pairs();
        pairs.retain(|(name, _)| *name != BATCH);
        assert_eq!(SubmissionHeaders::read(borrowed(&pairs)), Err(HeaderError::Absent(BATCH)));
        pairs.push((BATCH, b"many".to_vec()));
        let error = SubmissionHeaders::read(borrowed(&pairs)).unwrap_err();
        assert_eq!(error.to_string(), "header `batch` is `many`, which is no number");
    }

    #[test]
    fn a_long_detail_is_cut_between_characters() {
        let dead = DeadLetterHeaders {
            topic: String::new(),
            partition: 0,
            offset: 0,
            timestamp_ms: 0,
            reason: ReasonCode::TextInvalid,
            detail: "é".repeat(2000),
            attempt: 1,
        };
        let detail = dead.pairs().into_iter().find(|(name, _)| *name == DL_DETAIL).unwrap().1;
        assert!(detail.len() <= DETAIL_BYTES_MAX && String::from_utf8(detail).is_ok());
    }
}
