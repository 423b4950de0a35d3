//! The one numbered sequence, a month at a time.

use crate::kind::Kind;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What has been counted before a month: the next ordinal, and the last entry number by company and fiscal year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counters {
    pub(crate) ordinal: u64,
    pub(crate) numbers: BTreeMap<(u8, i32), i64>,
}

/// A document in its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planned {
    /// Microseconds since 1970.
    pub(crate) entered_at: i64,
    pub(crate) kind: Kind,
    pub(crate) posting_date: NaiveDate,
    pub(crate) number: i64,
}

/// The documents entered in a month, in order.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) first_ordinal: u64,
    pub(crate) documents: Vec<Planned>,
    pub(crate) after: Counters,
}

impl Plan {
    /// Orders and numbers the documents of a month.
    pub(crate) fn new(mut documents: Vec<Planned>, before: &Counters) -> Self {
        documents.sort_unstable_by_key(|planned| (planned.entered_at, planned.kind));
        let mut after = before.clone();
        for planned in &mut documents {
            let fiscal_year = chrono::Datelike::year(&planned.posting_date);
            let number = after.numbers.entry((planned.kind.company(), fiscal_year)).or_default();
            *number += 1;
            planned.number = *number;
        }
        after.ordinal += documents.len() as u64;
        Self { first_ordinal: before.ordinal, documents, after }
    }

    /// The documents entered from `from` up to and without `until`, in microseconds, with the ordinal of the first.
    pub(crate) fn window(&self, from: i64, until: i64) -> (u64, &[Planned]) {
        let start = self.documents.partition_point(|planned| planned.entered_at < from);
        let end = self.documents.partition_point(|planned| planned.entered_at < until);
        (self.first_ordinal + start as u64, &self.documents[start..end.max(start)])
    }
}
