//! What verify notes of each record. Plain values: nothing here reads a topic or a table.

use contract::Digest;
use ledger::{JournalEntry, ReasonCode, Side};
use uuid::Uuid;

/// Where the proof looks, in the order in which an entry passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The seals of the producer.
    Seals,
    /// The raw topic.
    Raw,
    /// The validated topic.
    Validated,
    /// The dead-letter topic.
    DeadLetters,
    /// The tables.
    Staging,
}

impl Stage {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seals => "seals",
            Self::Raw => "raw",
            Self::Validated => "validated",
            Self::DeadLetters => "dead letters",
            Self::Staging => "staging",
        }
    }
}

/// What counts of an entry, beside its identity. Amounts in cents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryFacts {
    /// Company.
    pub company_code: String,
    /// Currency of the amounts.
    pub currency: String,
    /// Fiscal year.
    pub fiscal_year: i32,
    /// Number within company and fiscal year.
    pub entry_number: i64,
    /// Lines.
    pub lines: i64,
    /// Sum of the debit lines.
    pub debit: i128,
    /// Sum of the credit lines.
    pub credit: i128,
}

impl EntryFacts {
    /// The facts of an entry, summed from its lines: the header's own totals are not believed.
    #[must_use]
    pub fn of(entry: &JournalEntry<'_>) -> Self {
        let sum = |side: Side| -> i128 {
            entry.lines.iter().filter(|line| line.side == side).map(|line| line.amount.units_wide()).sum()
        };
        Self {
            company_code: entry.company_code.to_string(),
            currency: entry.currency.to_string(),
            fiscal_year: entry.fiscal_year,
            entry_number: entry.entry_number,
            lines: entry.lines.len() as i64,
            debit: sum(Side::Debit),
            credit: sum(Side::Credit),
        }
    }
}

/// A submission as one of the stages holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Id of the submission.
    pub ce_id: Uuid,
    /// Id of the first submission: another than `ce_id` where a dead letter was submitted again.
    pub first: Uuid,
    /// Sequence of the batch.
    pub batch: i64,
    /// Place in the batch.
    pub index: i32,
    /// Digest of this one submission: id of the first, key, and value without its frame. So it says whether a dead letter
    /// was submitted again as it was, and adds up to what was sealed.
    pub digest: Digest,
    /// What it says, where it can be decoded.
    pub facts: Option<EntryFacts>,
}

impl Held {
    /// A submission with these bytes.
    #[must_use]
    pub fn new(
        ce_id: Uuid,
        batch: i64,
        index: i32,
        key: &[u8],
        value: &[u8],
        facts: Option<EntryFacts>,
    ) -> Self {
        Self::again(ce_id, ce_id, batch, index, key, value, facts)
    }

    /// A submission with these bytes that was made of the dead letter of `first`.
    #[must_use]
    pub fn again(
        first: Uuid,
        ce_id: Uuid,
        batch: i64,
        index: i32,
        key: &[u8],
        value: &[u8],
        facts: Option<EntryFacts>,
    ) -> Self {
        let mut digest = Digest::default();
        digest.add(first, key, value);
        Self { ce_id, first, batch, index, digest, facts }
    }
}

/// Where a record stands on its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Partition.
    pub partition: i32,
    /// Offset.
    pub offset: i64,
}

/// A dead letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The submission.
    pub held: Held,
    /// Where it was read from, on the raw topic.
    pub raw: Place,
    /// Why it was rejected.
    pub reason: ReasonCode,
}
