//! The seal of a batch: what was in it, chained to the seal before.

use crate::digest::Digest;
use chrono::{DateTime, Utc};

/// A sum of money in cents, wide enough for any number of entries: decimal(38,2).
pub type Wide = i128;

/// What one batch of submissions held. Sequences are gapless from 0; windows meet: each seal begins where the one
/// before ended, so empty windows are covered too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Gapless from 0; the `batch` header of the submissions.
    pub sequence: i64,
    /// Start of the window of simulated time, inclusive.
    pub window_start: DateTime<Utc>,
    /// End of the window of simulated time, exclusive.
    pub window_end: DateTime<Utc>,
    /// Whether the window lies before the first anchor.
    pub is_history: bool,
    /// Totals of the good submissions.
    pub good: Totals,
    /// Totals of the planted faults.
    pub planted: Totals,
    /// Range of entry numbers per company and fiscal year, over the good submissions.
    pub entry_numbers: Vec<EntryNumberRange>,
    /// Digest of all good submissions since the run began, this batch included.
    pub running_digest: Digest,
    /// The chain hash of the seal before; 64 zeros for the first.
    pub previous: Digest,
    /// BLAKE3 over `previous` and every field above, as 64 hexadecimal digits.
    pub chain: Digest,
}

/// Counts, control totals and digest of a set of submissions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Submissions.
    pub entries: i64,
    /// Their lines.
    pub lines: i64,
    /// Order-free digest of them, as 64 hexadecimal digits.
    pub digest: Digest,
    /// Debits and credits per company and currency, in that order.
    pub amounts: Vec<ControlTotal>,
}

/// Debits and credits of one company in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlTotal {
    /// Company.
    pub company_code: String,
    /// ISO 4217 currency of the amounts.
    pub currency: String,
    /// Sum of the debit lines.
    pub debit: Wide,
    /// Sum of the credit lines.
    pub credit: Wide,
}

/// The entry numbers of one company and fiscal year in a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryNumberRange {
    /// Company.
    pub company_code: String,
    /// Fiscal year.
    pub fiscal_year: i32,
    /// Lowest number.
    pub first: i64,
    /// Highest number.
    pub last: i64,
    /// How many; the range is gapless when it equals last − first + 1.
    pub count: i64,
}

impl Totals {
    /// Counts `debit` and `credit` cents of a company in a currency.
    pub fn add_amounts(&mut self, company_code: &str, currency: &str, debit: Wide, credit: Wide) {
        let place = self.amounts.binary_search_by(|total| {
            (total.company_code.as_str(), total.currency.as_str()).cmp(&(company_code, currency))
        });
        let total = match place {
            Ok(at) => &mut self.amounts[at],
            Err(at) => {
                let fresh = ControlTotal {
                    company_code: company_code.to_owned(),
                    currency: currency.to_owned(),
                    debit: 0,
                    credit: 0,
                };
                self.amounts.insert(at, fresh);
                &mut self.amounts[at]
            }
        };
        total.debit += debit;
        total.credit += credit;
    }

    /// Adds the totals of another set.
    pub fn merge(&mut self, other: &Self) {
        self.entries += other.entries;
        self.lines += other.lines;
        self.digest.merge(&other.digest);
        for total in &other.amounts {
            self.add_amounts(&total.company_code, &total.currency, total.debit, total.credit);
        }
    }

    fn hash_into(&self, hasher: &mut blake3::Hasher) {
        hasher.update(&self.entries.to_le_bytes());
        hasher.update(&self.lines.to_le_bytes());
        hasher.update(&self.digest.to_bytes());
        for total in &self.amounts {
            hash_text(hasher, &total.company_code);
            hash_text(hasher, &total.currency);
            hasher.update(&total.debit.to_le_bytes());
            hasher.update(&total.credit.to_le_bytes());
        }
    }
}

impl Seal {
    /// The chain hash that this seal must carry: BLAKE3 over the previous one and all that the seal says.
    #[must_use]
    pub fn expected_chain(&self) -> Digest {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.previous.to_bytes());
        hasher.update(&self.sequence.to_le_bytes());
        hasher.update(&self.window_start.timestamp_micros().to_le_bytes());
        hasher.update(&self.window_end.timestamp_micros().to_le_bytes());
        hasher.update(&[u8::from(self.is_history)]);
        self.good.hash_into(&mut hasher);
        self.planted.hash_into(&mut hasher);
        for range in &self.entry_numbers {
            hash_text(&mut hasher, &range.company_code);
            hasher.update(&range.fiscal_year.to_le_bytes());
            for number in [range.first, range.last, range.count] {
                hasher.update(&number.to_le_bytes());
            }
        }
        hasher.update(&self.running_digest.to_bytes());
        Digest::from_bytes(*hasher.finalize().as_bytes())
    }
}

fn hash_text(hasher: &mut blake3::Hasher, text: &str) {
    hasher.update(&(text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
}
