//! What a row of staging is made of, on the way in and on the way out.

use chrono::{DateTime, Utc};
use contract::{RunRecord, Seal, Topic};
use ledger::JournalEntry;
use ledger::reference::ReferenceRecord;
use std::borrow::Cow;
use uuid::Uuid;

/// A validated entry with the record that it came from. Borrowed while it is loaded, owned when it is read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedEntry<'a> {
    /// The entry, whole.
    pub entry: JournalEntry<'a>,
    /// The record that it came from.
    pub origin: Origin,
}

/// The record of the validated topic that an entry came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Partition.
    pub source_partition: i32,
    /// Offset.
    pub source_offset: i64,
    /// Id of the submission.
    pub ce_id: Uuid,
    /// Sequence of the batch.
    pub batch: i64,
    /// Place in the batch.
    pub batch_index: i32,
    /// Timestamp of the record: wall clock.
    pub validated_at: DateTime<Utc>,
}

/// Who rejected a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The validator: the record is a dead letter.
    Validator,
    /// These tables: the record is a validated one that Postgres would not take.
    Sink,
}

impl Stage {
    /// The code as it stands in the table.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Validator => "validator",
            Self::Sink => "sink",
        }
    }
}

/// A header of a record.
pub type Header<'a> = (Cow<'a, str>, Option<Cow<'a, [u8]>>);

/// A rejected submission, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedEntry<'a> {
    /// Who rejected it.
    pub stage: Stage,
    /// Partition of the record it is loaded from: of the dead-letter topic, or for [`Stage::Sink`] of the validated one.
    pub source_partition: i32,
    /// Offset of that record.
    pub source_offset: i64,
    /// Stable reason code.
    pub reason: Cow<'a, str>,
    /// What was seen, for people.
    pub detail: Cow<'a, str>,
    /// Topic of the rejected record.
    pub dl_topic: Cow<'a, str>,
    /// Partition of the rejected record.
    pub dl_partition: i32,
    /// Offset of the rejected record.
    pub dl_offset: i64,
    /// Timestamp of the rejected record.
    pub dl_timestamp: DateTime<Utc>,
    /// Which attempt was rejected, from 1.
    pub dl_attempt: i32,
    /// Id of the submission, where it carried one.
    pub ce_id: Option<Uuid>,
    /// Sequence of the batch, where it carried one.
    pub batch: Option<i64>,
    /// Place in the batch, where it carried one.
    pub batch_index: Option<i32>,
    /// Record key.
    pub key: Option<Cow<'a, [u8]>>,
    /// Record value.
    pub value: Option<Cow<'a, [u8]>>,
    /// Record headers, in their order.
    pub headers: Vec<Header<'a>>,
    /// When it was rejected: wall clock.
    pub rejected_at: DateTime<Utc>,
}

/// A seal with its place on the topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealRow {
    /// The seal.
    pub seal: Seal,
    /// Timestamp of the record: wall clock.
    pub sealed_at: DateTime<Utc>,
    /// Offset on the seal topic.
    pub source_offset: i64,
}

/// A reference record with its place on its topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceRow {
    /// The record.
    pub record: ReferenceRecord,
    /// Offset on its topic.
    pub source_offset: i64,
}

/// A record of the run with its place on the topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// The record.
    pub record: RunRecord,
    /// Offset on the run topic.
    pub source_offset: i64,
}

/// A partition of a topic, and how far a batch takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// Topic.
    pub topic: Topic,
    /// Partition.
    pub partition: i32,
    /// Where the tables must stand before the batch.
    pub from: i64,
    /// Where they stand after it: the last record read + 1, or beyond it where transaction markers follow.
    pub to: i64,
}

/// Records that become rows together with the offsets that they move: in one transaction, or not at all.
#[derive(Clone, Debug, Default)]
pub struct Batch<'a> {
    /// Validated entries.
    pub entries: Vec<StagedEntry<'a>>,
    /// Dead letters.
    pub rejected: Vec<RejectedEntry<'a>>,
    /// Seals.
    pub seals: Vec<SealRow>,
    /// Reference records.
    pub reference: Vec<ReferenceRow>,
    /// Records of the run.
    pub runs: Vec<RunRow>,
    /// The partitions that these records are from, each once.
    pub advances: Vec<Advance>,
}

impl Batch<'_> {
    /// Whether there is nothing to load and no offset to move.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
            && self.rejected.is_empty()
            && self.seals.is_empty()
            && self.reference.is_empty()
            && self.runs.is_empty()
            && self.advances.is_empty()
    }

    /// What was loaded counts only under the offsets that move with it: each entry must lie within its advance.
    pub(crate) fn stray_entry(&self) -> Option<&Origin> {
        let within = |origin: &Origin| {
            self.advances.iter().any(|advance| {
                advance.topic == Topic::JournalEntryValidated
                    && advance.partition == origin.source_partition
                    && (advance.from..advance.to).contains(&origin.source_offset)
            })
        };
        self.entries.iter().map(|staged| &staged.origin).find(|origin| !within(origin))
    }
}
