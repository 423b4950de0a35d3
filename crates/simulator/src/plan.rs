//! The one numbered sequence, a month at a time.

use crate::document::Document;
use chrono::{DateTime, NaiveDate};
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
    pub(crate) document: Document,
    pub(crate) fiscal_year: i32,
    pub(crate) number: i64,
}

impl Planned {
    /// The day on which it is entered.
    pub(crate) fn entered_on(&self) -> NaiveDate {
        DateTime::from_timestamp_micros(self.entered_at).expect("planned instants are in range").date_naive()
    }
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
        documents.sort_unstable_by_key(|planned| (planned.entered_at, planned.document));
        let mut after = before.clone();
        for planned in &mut documents {
            let number = after.numbers.entry((planned.document.company, planned.fiscal_year)).or_default();
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
