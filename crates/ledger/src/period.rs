//! Fiscal periods, the calendar, and the instants at which a period closes.
//!
//! The fiscal year is the calendar year: twelve monthly periods, an adjusting period 13 dated to the last day, and a
//! period 0 for opening balances. Instants are fixed when the period is published, so whether an entry came too late is
//! a comparison of its own `entered_at` with a record, never a race.

use crate::reference::Period;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc, Weekday};

/// Working day of the next month at whose end a period takes only adjusting and closing entries.
pub const SOFT_CLOSE_WORKING_DAY: u32 = 8;
/// Working day of the next month at whose end a period takes nothing.
pub const CLOSE_WORKING_DAY: u32 = 12;
/// Days before its first posting date from which a period takes entries.
pub const OPEN_AHEAD_DAYS: u64 = 35;
/// The adjusting period.
pub const ADJUSTING_PERIOD: i32 = 13;

/// The first day of `date`'s month.
#[must_use]
pub fn first_of_month(date: NaiveDate) -> NaiveDate {
    date.with_day(1).expect("every month has a first day")
}

/// The first day of the month after `date`'s.
#[must_use]
pub fn next_month(date: NaiveDate) -> NaiveDate {
    months_later(date, 1)
}

/// The first day of the month `months` after (or, negative, before) `date`'s.
#[must_use]
pub fn months_later(date: NaiveDate, months: i32) -> NaiveDate {
    let first = first_of_month(date);
    let count = Months::new(months.unsigned_abs());
    let moved = if months >= 0 { first.checked_add_months(count) } else { first.checked_sub_months(count) };
    moved.expect("dates of a ledger stay within chrono's range")
}

/// The last day of `date`'s month.
#[must_use]
pub fn month_end(date: NaiveDate) -> NaiveDate {
    next_month(date).pred_opt().expect("a month has a last day")
}

/// `date` at 00:00 UTC.
#[must_use]
pub fn midnight(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc()
}

/// The end of `date`: 00:00 UTC of the next day.
#[must_use]
pub fn end_of_day(date: NaiveDate) -> DateTime<Utc> {
    midnight(date + Days::new(1))
}

/// Whether banks and offices work: Monday to Friday but for the federal holidays as observed
/// (5 U.S.C. § 6103; Sunday's are kept on Monday, Saturday's on Friday).
#[must_use]
pub fn is_business_day(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !is_observed_holiday(date)
}

fn is_observed_holiday(date: NaiveDate) -> bool {
    let tomorrow = date + Days::new(1);
    let yesterday = date - Days::new(1);
    is_holiday(date)
        || (date.weekday() == Weekday::Fri && is_fixed_holiday(tomorrow))
        || (date.weekday() == Weekday::Mon && is_fixed_holiday(yesterday))
}

fn is_holiday(date: NaiveDate) -> bool {
    is_fixed_holiday(date) || is_floating_holiday(date)
}

/// New Year, Juneteenth (since 2021), Independence Day, Veterans Day, Christmas.
fn is_fixed_holiday(date: NaiveDate) -> bool {
    match (date.month(), date.day()) {
        (1, 1) | (7, 4) | (11, 11) | (12, 25) => true,
        (6, 19) => date.year() >= 2021,
        _ => false,
    }
}

/// Holidays on the n-th weekday of a month, and Memorial Day on the last Monday of May.
fn is_floating_holiday(date: NaiveDate) -> bool {
    let nth = (date.day() - 1) / 7 + 1;
    match (date.month(), date.weekday(), nth) {
        (1 | 2, Weekday::Mon, 3) | (9, Weekday::Mon, 1) | (10, Weekday::Mon, 2) | (11, Weekday::Thu, 4) => {
            true
        }
        (5, Weekday::Mon, _) => date.day() > 24,
        _ => false,
    }
}

/// The `n`-th working day of `date`'s month, from 1; running on into the next month where it has fewer.
#[must_use]
pub fn business_day_of(date: NaiveDate, n: u32) -> NaiveDate {
    let mut day = first_of_month(date);
    let mut left = n.max(1);
    loop {
        if is_business_day(day) {
            left -= 1;
            if left == 0 {
                return day;
            }
        }
        day = day + Days::new(1);
    }
}

/// The first working day on or after `date`.
#[must_use]
pub fn on_or_after(date: NaiveDate) -> NaiveDate {
    let mut day = date;
    while !is_business_day(day) {
        day = day + Days::new(1);
    }
    day
}

/// The last working day on or before `date`.
#[must_use]
pub fn on_or_before(date: NaiveDate) -> NaiveDate {
    let mut day = date;
    while !is_business_day(day) {
        day = day - Days::new(1);
    }
    day
}

/// The periods 1 to 13 of a calendar year.
///
/// # Panics
/// For a year that chrono cannot hold.
#[must_use]
pub fn periods_of_year(company_code: &str, fiscal_year: i32) -> Vec<Period> {
    let mut periods: Vec<Period> = (1..=12)
        .map(|month| {
            let start = NaiveDate::from_ymd_opt(fiscal_year, month, 1).expect("a calendar month");
            monthly_period(company_code, start)
        })
        .collect();
    periods.push(adjusting_period(company_code, fiscal_year));
    periods
}

/// The monthly period that starts on `start_date`.
#[must_use]
pub fn monthly_period(company_code: &str, start_date: NaiveDate) -> Period {
    let next = next_month(start_date);
    Period {
        company_code: company_code.to_owned(),
        fiscal_year: start_date.year(),
        fiscal_period: start_date.month() as i32,
        start_date,
        end_date: month_end(start_date),
        opens_at: midnight(start_date - Days::new(OPEN_AHEAD_DAYS)),
        soft_closes_at: end_of_day(business_day_of(next, SOFT_CLOSE_WORKING_DAY)),
        closes_at: end_of_day(business_day_of(next, CLOSE_WORKING_DAY)),
    }
}

/// Period 13: dated to the last day of the year, open to adjusting and closing entries until the end of February.
fn adjusting_period(company_code: &str, fiscal_year: i32) -> Period {
    let last = NaiveDate::from_ymd_opt(fiscal_year, 12, 31).expect("a last day of the year");
    Period {
        company_code: company_code.to_owned(),
        fiscal_year,
        fiscal_period: ADJUSTING_PERIOD,
        start_date: last,
        end_date: last,
        opens_at: midnight(last),
        // From its first moment only adjusting and closing entries.
        soft_closes_at: midnight(last),
        closes_at: midnight(months_later(last, 3)),
    }
}

/// Period 0: the day before the run starts, for opening balances alone.
#[must_use]
pub fn opening_period(company_code: &str, start_date: NaiveDate) -> Period {
    let day = start_date - Days::new(1);
    Period {
        company_code: company_code.to_owned(),
        fiscal_year: day.year(),
        fiscal_period: 0,
        start_date: day,
        end_date: day,
        opens_at: midnight(day),
        soft_closes_at: end_of_day(day),
        closes_at: end_of_day(day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn offices_close_on_weekends_and_on_federal_holidays_as_observed() {
        for closed in
            ["2025-11-22", "2025-11-27", "2026-07-03", "2023-01-02", "2025-05-26", "2025-06-19", "2025-01-20"]
        {
            assert!(!is_business_day(date(closed)), "{closed}");
        }
        for open in ["2025-11-28", "2026-07-02", "2020-06-19", "2025-05-19"] {
            assert!(is_business_day(date(open)), "{open}");
        }
    }

    #[test]
    fn working_days_count_from_the_first_open_day() {
        assert_eq!(business_day_of(date("2026-01-15"), 1), date("2026-01-02"));
        assert_eq!(business_day_of(date("2025-11-01"), 8), date("2025-11-13"));
    }

    #[test]
    fn a_year_has_thirteen_periods_that_meet_and_close_in_order() {
        let periods = periods_of_year("1000", 2025);
        assert_eq!(periods.len(), 13);
        for pair in periods[..12].windows(2) {
            assert_eq!(pair[0].end_date + Days::new(1), pair[1].start_date);
        }
        assert!(periods.iter().all(|p| p.opens_at <= p.soft_closes_at && p.soft_closes_at < p.closes_at));
        assert_eq!(periods[12].closes_at, midnight(date("2026-03-01")));
    }
}
