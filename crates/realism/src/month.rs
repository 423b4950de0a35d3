//! Calendar months as whole numbers.

use chrono::{Datelike, NaiveDate};
use ledger::period::{month_end, next_month};

/// A calendar month: years since 0 times twelve, plus the month from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Month(i32);

impl Month {
    pub(crate) fn of(date: NaiveDate) -> Self {
        Self(date.year() * 12 + date.month0() as i32)
    }

    /// The month of a fiscal period: the adjusting period counts with December, and there is none for period 0.
    pub(crate) fn of_period(fiscal_year: i32, fiscal_period: i32) -> Option<Self> {
        (fiscal_period >= 1).then(|| Self(fiscal_year * 12 + fiscal_period.min(12) - 1))
    }

    pub(crate) fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    /// Months from `earlier` to this one.
    pub(crate) fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    pub(crate) fn first(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.0.div_euclid(12), self.0.rem_euclid(12).unsigned_abs() + 1, 1)
            .unwrap_or(NaiveDate::MIN)
    }

    pub(crate) fn last(self) -> NaiveDate {
        month_end(self.first())
    }

    pub(crate) fn days(self) -> i64 {
        (next_month(self.first()) - self.first()).num_days()
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}
