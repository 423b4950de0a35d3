//! What is known when the last entry has been seen.

use crate::masters::Masters;
use crate::month::Month;
use chrono::{DateTime, NaiveDate, Utc};

/// The observed range, and which months had closed in it.
#[derive(Clone, Debug)]
pub(crate) struct Closing {
    pub(crate) first: DateTime<Utc>,
    pub(crate) last: DateTime<Utc>,
    pub(crate) days: i64,
    pub(crate) long_days: i64,
    /// The first month whose every day was observed.
    pub(crate) first_month: Month,
    /// The last month that every company had closed, where one had.
    pub(crate) last_closed: Option<Month>,
}

impl Closing {
    pub(crate) fn new(masters: &Masters, first: DateTime<Utc>, last: DateTime<Utc>, long_days: i64) -> Self {
        let opening_day = first.date_naive();
        // Opening balances are entered on the eve of the first day.
        let first_month = Month::of(opening_day).plus(1);
        let from = Month::of(opening_day);
        let last_closed = masters.last_closed(last).filter(|month| *month >= from);
        Self { first, last, days: (last - first).num_days(), long_days, first_month, last_closed }
    }

    /// Months that ended and closed in the range, the first of which may have begun before it.
    pub(crate) fn closed_months(&self) -> impl Iterator<Item = Month> {
        let (from, until) = (Month::of(self.first.date_naive()), self.last_closed);
        let from = if Month::of(self.first.date_naive()).last() == self.first.date_naive() {
            from.plus(1)
        } else {
            from
        };
        let count = until.map_or(0, |until| until.since(from) + 1).max(0);
        (0..count).map(move |i| from.plus(i))
    }

    /// Months that were observed from their first day and had closed.
    pub(crate) fn whole_months(&self) -> impl Iterator<Item = Month> {
        let first = self.first_month;
        self.closed_months().filter(move |month| *month >= first)
    }

    /// Whether a production month is final by the last closed month, and was observed from its start.
    pub(crate) fn is_final(&self, production: Month, after: i32) -> bool {
        production >= self.first_month && self.last_closed.is_some_and(|last| production.plus(after) <= last)
    }

    pub(crate) fn last_day(&self) -> NaiveDate {
        self.last.date_naive()
    }
}
