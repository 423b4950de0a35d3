//! From a record of the validated topic to an entry of the feed: decoded once, written as JSON once.

use crate::document::Entry;
use crate::metrics;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use contract::header::SubmissionHeaders;
use contract::{DecodeError, Decoder};
use kafka::Record;
use ledger::Source;
use std::time::Duration;
use store::Origin;
use tokio_util::sync::CancellationToken;

/// Pause before the registry is asked again for the schema of a record.
const REGISTRY_PAUSE: Duration = Duration::from_millis(500);

/// An entry of the feed.
#[derive(Debug)]
pub(crate) struct FeedEntry {
    pub(crate) partition: usize,
    pub(crate) offset: u64,
    pub(crate) company_code: Box<str>,
    pub(crate) source: Source,
    pub(crate) lines: Box<[LineKey]>,
    pub(crate) origin: Origin,
    /// The document, as [`Entry`].
    pub(crate) json: Bytes,
    /// The framed Avro record, from which flat rows are made.
    pub(crate) payload: Bytes,
}

/// What a filter looks at on a line.
#[derive(Debug)]
pub(crate) struct LineKey {
    pub(crate) account_code: Box<str>,
    pub(crate) well_id: Option<Box<str>>,
}

/// Reads records. The registry is asked, where it must be, from the thread of the reader.
#[derive(Clone)]
pub(crate) struct Reading {
    pub(crate) decoder: Decoder,
    pub(crate) runtime: tokio::runtime::Handle,
    pub(crate) token: CancellationToken,
}

impl Reading {
    /// The entry of a record; none where it cannot be read, which is logged, and where the program ends. One record that
    /// nobody can decode must not stop the feed.
    pub(crate) fn entry(&self, record: &Record<'_>) -> Option<FeedEntry> {
        loop {
            match self.read(record) {
                Ok(entry) => return Some(entry),
                Err(Unread::Registry(detail)) => {
                    tracing::warn!(topic = record.topic(), "the feed waits: {detail}");
                    if self.is_cancelled_within(REGISTRY_PAUSE) {
                        return None;
                    }
                }
                Err(Unread::Record(detail)) => {
                    metrics::unreadable();
                    tracing::error!(
                        topic = record.topic(),
                        partition = record.partition(),
                        offset = record.offset(),
                        "the feed passes over a validated record: {detail}"
                    );
                    return None;
                }
            }
        }
    }

    pub(crate) fn is_cancelled_within(&self, pause: Duration) -> bool {
        self.runtime.block_on(async { tokio::time::timeout(pause, self.token.cancelled()).await.is_ok() })
    }

    fn read(&self, record: &Record<'_>) -> Result<FeedEntry, Unread> {
        let partition =
            usize::try_from(record.partition()).map_err(|error| Unread::Record(error.to_string()))?;
        let offset = u64::try_from(record.offset()).map_err(|error| Unread::Record(error.to_string()))?;
        let payload = record.payload().unwrap_or_default();
        let headers =
            SubmissionHeaders::read(record.headers()).map_err(|error| Unread::Record(error.to_string()))?;
        let origin = Origin {
            source_partition: record.partition(),
            source_offset: record.offset(),
            ce_id: headers.ce_id,
            batch: headers.batch,
            batch_index: headers.index,
            validated_at: DateTime::<Utc>::from_timestamp_millis(record.timestamp_ms()).unwrap_or_default(),
        };
        let entry = self.decoder.entry(payload)?;
        let json = serde_json::to_vec(&Entry::new(&entry, &origin))
            .map_err(|error| Unread::Record(error.to_string()))?;
        let key = |line: &ledger::JournalLine<'_>| LineKey {
            account_code: line.account_code.as_ref().into(),
            well_id: line.well_id.as_deref().map(Into::into),
        };
        Ok(FeedEntry {
            partition,
            offset,
            company_code: entry.company_code.as_ref().into(),
            source: entry.source,
            lines: entry.lines.iter().map(key).collect(),
            origin,
            json: json.into(),
            payload: Bytes::copy_from_slice(payload),
        })
    }
}

enum Unread {
    /// Try again.
    Registry(String),
    /// Pass over.
    Record(String),
}

impl From<DecodeError> for Unread {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::RegistryUnavailable { .. } => Self::Registry(error.to_string()),
            DecodeError::UnknownSchema { .. } | DecodeError::Unreadable { .. } => {
                Self::Record(error.to_string())
            }
        }
    }
}
