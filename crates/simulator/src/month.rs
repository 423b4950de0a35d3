//! Months as whole numbers, so that keys of documents are small and order well.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use ledger::period::{business_day_of, is_business_day, midnight, month_end};

/// A calendar month: years since 0 times twelve, plus the month from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Month(pub(crate) i32);

impl Month {
    pub(crate) fn of(date: NaiveDate) -> Self {
        Self(date.year() * 12 + date.month0() as i32)
    }

    pub(crate) fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    pub(crate) fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// 1 to 12.
    pub(crate) fn of_year(self) -> u32 {
        self.0.rem_euclid(12).unsigned_abs() + 1
    }

    pub(crate) fn first(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year(), self.of_year(), 1)
            .expect("a ledger's months are within chrono's range")
    }

    pub(crate) fn last(self) -> NaiveDate {
        month_end(self.first())
    }

    pub(crate) fn length(self) -> i64 {
        (self.last() - self.first()).num_days() + 1
    }

    pub(crate) fn begins_at(self) -> DateTime<Utc> {
        midnight(self.first())
    }

    /// The month's day `day`, counted on from its first.
    pub(crate) fn day(self, day: u64) -> NaiveDate {
        self.first() + chrono::Days::new(day - 1)
    }

    /// Its `n`-th working day.
    pub(crate) fn working_day(self, n: u32) -> NaiveDate {
        business_day_of(self.first(), n)
    }

    pub(crate) fn days(self) -> impl Iterator<Item = NaiveDate> {
        self.first().iter_days().take_while(move |day| *day <= self.last())
    }

    pub(crate) fn business_days(self) -> impl Iterator<Item = NaiveDate> {
        self.days().filter(|day| is_business_day(*day))
    }

    /// A number for draws.
    pub(crate) fn number(self) -> u64 {
        u64::from(self.0.unsigned_abs())
    }

    /// As in `2025-03`.
    pub(crate) fn label(self) -> String {
        format!("{:04}-{:02}", self.year(), self.of_year())
    }
}
