//! Batches and their seals.

use crate::submission::Encoded;
use chrono::{DateTime, TimeDelta, Utc};
use contract::seal::EntryNumberRange;
use contract::{Digest, InjectedFault, Seal, Totals};

/// A window of simulated time: from its start up to and without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Inclusive.
    pub start: DateTime<Utc>,
    /// Exclusive.
    pub end: DateTime<Utc>,
}

/// The windows of history: whole hours, the first and the last cut where history begins and ends.
pub fn hours(from: DateTime<Utc>, until: DateTime<Utc>) -> impl Iterator<Item = Window> {
    let mut start = from;
    std::iter::from_fn(move || {
        if start >= until {
            return None;
        }
        let window = Window { start, end: hour_end(start).min(until) };
        start = window.end;
        Some(window)
    })
}

/// The end of the hour that an instant is in.
pub(crate) fn hour_end(instant: DateTime<Utc>) -> DateTime<Utc> {
    let into_the_hour = TimeDelta::microseconds(instant.timestamp_micros().rem_euclid(3_600_000_000));
    instant - into_the_hour + TimeDelta::hours(1)
}

/// A sealed batch.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The submissions, in order; a submission's place here is its `index`.
    pub submissions: Vec<Encoded>,
    /// The ground truth of those that were planted.
    pub faults: Vec<InjectedFault>,
    /// Its seal.
    pub seal: Seal,
}

/// Where the chain of seals stands: what the next seal continues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    next_sequence: i64,
    previous: Digest,
    running: Digest,
    sealed_until: DateTime<Utc>,
}

impl Chain {
    /// The start of a run that begins at `begins_at`.
    #[must_use]
    pub fn start(begins_at: DateTime<Utc>) -> Self {
        Self {
            next_sequence: 0,
            previous: Digest::default(),
            running: Digest::default(),
            sealed_until: begins_at,
        }
    }

    /// Goes on behind the last seal of a run.
    #[must_use]
    pub fn after(seal: &Seal) -> Self {
        Self {
            next_sequence: seal.sequence + 1,
            previous: seal.chain,
            running: seal.running_digest,
            sealed_until: seal.window_end,
        }
    }

    /// Up to where simulated time is sealed.
    #[must_use]
    pub const fn sealed_until(&self) -> DateTime<Utc> {
        self.sealed_until
    }

    /// The digest of all good submissions so far: at the end of history, the run's fingerprint.
    #[must_use]
    pub const fn running(&self) -> Digest {
        self.running
    }

    /// Seals the submissions of everything from where the chain stands up to `until`. A window without submissions makes no
    /// batch: the next seal covers it.
    pub fn seal(
        &mut self,
        until: DateTime<Utc>,
        submissions: Vec<Encoded>,
        is_history: bool,
    ) -> Option<Batch> {
        if submissions.is_empty() {
            return None;
        }
        let (mut good, mut planted) = (Totals::default(), Totals::default());
        let mut faults = Vec::new();
        let mut entry_numbers = Vec::new();
        for (index, submission) in (0..).zip(&submissions) {
            match &submission.fault {
                Some(fault) => {
                    count(&mut planted, submission);
                    faults.push(InjectedFault { batch: self.next_sequence, index, ..fault.clone() });
                }
                None => {
                    count(&mut good, submission);
                    number(&mut entry_numbers, submission);
                }
            }
        }
        self.running.merge(&good.digest);
        let mut seal = Seal {
            sequence: self.next_sequence,
            window_start: self.sealed_until,
            window_end: until,
            is_history,
            good,
            planted,
            entry_numbers,
            running_digest: self.running,
            previous: self.previous,
            chain: Digest::default(),
        };
        seal.chain = seal.expected_chain();
        *self = Self::after(&seal);
        Some(Batch { submissions, faults, seal })
    }
}

fn count(totals: &mut Totals, submission: &Encoded) {
    totals.entries += 1;
    totals.lines += submission.lines;
    totals.digest.merge(&submission.digest);
    totals.add_amounts(&submission.company_code, &submission.currency, submission.debit, submission.credit);
}

/// Ranges stay in the order of company and year.
fn number(ranges: &mut Vec<EntryNumberRange>, submission: &Encoded) {
    let key = (submission.company_code.as_str(), submission.fiscal_year);
    let place = ranges.binary_search_by(|range| (range.company_code.as_str(), range.fiscal_year).cmp(&key));
    let at = place.unwrap_or_else(|at| {
        let fresh = EntryNumberRange {
            company_code: submission.company_code.clone(),
            fiscal_year: submission.fiscal_year,
            first: submission.entry_number,
            last: submission.entry_number,
            count: 0,
        };
        ranges.insert(at, fresh);
        at
    });
    let range = &mut ranges[at];
    range.first = range.first.min(submission.entry_number);
    range.last = range.last.max(submission.entry_number);
    range.count += 1;
}
