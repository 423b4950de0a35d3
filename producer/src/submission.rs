//! One submission, encoded.

use crate::damage::inflict;
use contract::header::{Pair, SubmissionHeaders};
use contract::{Digest, Encoder, InjectedFault};
use ledger::{JournalEntry, Side};
use simulator::{Planted, Submission};
use uuid::Uuid;

/// A submission as it goes on the raw topic, with what its seal counts of it. Encoding needs nothing of its neighbours, so
/// any number of threads can do it.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// Unique per submission.
    pub ce_id: Uuid,
    /// The record key: the chain id, unless that is the fault.
    pub key: String,
    /// The record value, framed.
    pub value: Vec<u8>,
    /// When the entry was entered.
    pub entered_at: chrono::DateTime<chrono::Utc>,
    /// Company.
    pub company_code: String,
    /// ISO 4217 currency of the amounts.
    pub currency: String,
    /// Fiscal year, of which the number counts.
    pub fiscal_year: i32,
    /// Entry number.
    pub entry_number: i64,
    /// Lines.
    pub lines: i64,
    /// Sum of the debit lines, in cents.
    pub debit: i128,
    /// Sum of the credit lines, in cents.
    pub credit: i128,
    /// Digest of this submission alone.
    pub digest: Digest,
    /// The ground truth, where it was planted; its place in a batch is set when the batch is sealed.
    pub fault: Option<InjectedFault>,
}

impl Encoded {
    /// Encodes a submission; `encoder` is one for the raw topic.
    #[must_use]
    pub fn new(submission: &Submission<'_>, encoder: &mut Encoder) -> Self {
        let entry = &submission.entry;
        let mut value = Vec::with_capacity(768);
        encoder.entry(entry, &mut value);
        if let Some(damage) = submission.planted.as_ref().and_then(Planted::damage) {
            inflict(damage, entry, encoder, &mut value);
        }
        let key = submission.key();
        let mut digest = Digest::default();
        digest.add(submission.ce_id, key.as_bytes(), &value);
        Self {
            ce_id: submission.ce_id,
            digest,
            key,
            value,
            entered_at: entry.entered_at,
            company_code: entry.company_code.to_string(),
            currency: entry.currency.to_string(),
            fiscal_year: entry.fiscal_year,
            entry_number: entry.entry_number,
            lines: entry.lines.len() as i64,
            debit: sum(entry, Side::Debit),
            credit: sum(entry, Side::Credit),
            fault: submission.planted.as_ref().map(|planted| fault(submission.ce_id, planted)),
        }
    }

    /// The headers of the record as the `index`-th of batch `batch`.
    #[must_use]
    pub fn headers(&self, incarnation: Uuid, batch: i64, index: i32) -> Vec<Pair> {
        let headers = SubmissionHeaders {
            ce_id: self.ce_id,
            ce_source: format!("wellbook/{incarnation}"),
            ce_time: self.entered_at,
            batch,
            index,
            traceparent: Some(trace(self.ce_id)),
        };
        headers.pairs()
    }
}

/// The W3C trace context of a submission: its trace is its `ce_id`, so whoever has one finds the other. Not sampled.
fn trace(ce_id: Uuid) -> String {
    let (_, low) = ce_id.as_u64_pair();
    format!("00-{}-{low:016x}-00", ce_id.simple())
}

fn sum(entry: &JournalEntry<'_>, side: Side) -> i128 {
    entry.lines.iter().filter(|line| line.side == side).map(|line| line.amount.units_wide()).sum()
}

fn fault(ce_id: Uuid, planted: &Planted) -> InjectedFault {
    InjectedFault {
        ce_id,
        batch: 0,
        index: 0,
        reason: planted.reason(),
        entry_id: planted.entry_id(),
        company_code: planted.company_code().to_owned(),
        description: planted.description(),
    }
}
