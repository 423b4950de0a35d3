//! Market prices from outside: what a new run is priced with, and what is published beside it.
//!
//! | module | holds |
//! |---|---|
//! | [`files`] | tables of prices in CSV files |
//! | [`eia`] | the client of the U.S. Energy Information Administration's API |
//! | [`beside`] | real prices on the topic of market prices, beside the run's own |
//!
//! A run's table is fixed by its genesis: it comes from files, or from EIA, or is the built-in one, and says which.

pub mod beside;
pub mod eia;
pub mod files;

use crate::metrics;
use chrono::{Days, Months, NaiveDate};
use ledger::UnitPrice;
use ledger::period::next_month;
use service::exit::WrongSettings;
use simulator::PriceTable;
use simulator::prices::Series;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A price of a day, or of a month by its first day.
pub type Row = (Series, NaiveDate, UnitPrice);

/// The highest price that is taken, and its negative the lowest, in dollars: far beyond any market, and small enough for the
/// amounts that volumes make of it.
const PRICE_MAX: UnitPrice = UnitPrice::from_units(10_000 * UnitPrice::ONE.units());
/// Days from one daily price to the next: the longest chains of weekends and holidays are shorter.
const GAP_DAYS_MAX: i64 = 7;
/// Months that are booked before the first of a ledger, so that nothing is paid or reversed that never existed.
const MONTHS_BOOKED_BEFORE: Months = Months::new(24);
/// Months before the first day of a run whose prices it needs: its wells have a past.
const MONTHS_BEFORE: Months = Months::new(27);

/// A price as text, where it is one.
fn price(text: &str) -> Result<UnitPrice, String> {
    let price: UnitPrice = text.parse().map_err(|error| format!("{error}"))?;
    if price.abs() > PRICE_MAX {
        return Err(format!("{text} is no price: -{PRICE_MAX} to {PRICE_MAX} dollars are expected"));
    }
    Ok(price)
}

/// The table of these files, or the built-in one where there are none: of what is made without topics, which follows from its
/// settings alone.
///
/// # Errors
/// Where a file is not sound, or does not reach from two years before `start_date` to it.
pub fn without_eia(paths: &[PathBuf], start_date: NaiveDate) -> Result<PriceTable, WrongSettings> {
    let wrong = |error: files::FileError| WrongSettings(error.to_string());
    let Some(given) = files::given(paths).map_err(wrong)? else { return Ok(PriceTable::built_in()) };
    given.reach(start_date).map_err(wrong)?;
    Ok(given.table().clone())
}

/// By the code of each series whose real prices end before `until`, the first day of the seeded path that follows them.
/// Propane follows oil.
#[must_use]
pub fn seeded_from(prices: &PriceTable, until: NaiveDate) -> BTreeMap<String, NaiveDate> {
    let begins = |series: Series| {
        let known_until = prices.known_until(series)?;
        Some((series.code().to_owned(), next_month(known_until))).filter(|(_, begins)| *begins < until)
    };
    [Series::Wti, Series::HenryHub].into_iter().filter_map(begins).collect()
}

/// The table of a run that begins and was given no files: EIA's daily prices where there is a key, else the built-in one.
/// Where EIA fails it is the built-in one, too, and that is logged, counted, and named in its source.
pub async fn of_new_run(args: &eia::Args, start_date: NaiveDate, today: NaiveDate) -> PriceTable {
    let Some(client) = eia::Client::of(args) else { return PriceTable::built_in() };
    let table = match client {
        Ok(client) => from_eia(&client, start_date, today).await,
        Err(error) => Err(error),
    };
    table.unwrap_or_else(|error| {
        metrics::price_fallback();
        tracing::warn!("{error}; the run begins with the built-in prices instead");
        PriceTable::built_in().prefaced("EIA could not be asked, hence: ")
    })
}

/// The first two days, beginning with `from`, between which prices are missing for longer than markets rest.
fn gap(from: NaiveDate, rows: &[Row]) -> Option<(NaiveDate, NaiveDate)> {
    let days = rows.iter().map(|(_, date, _)| *date);
    let before = std::iter::once(from).chain(days.clone());
    before.zip(days).find(|(before, after)| (*after - *before).num_days() > GAP_DAYS_MAX)
}

async fn from_eia(
    client: &eia::Client,
    start_date: NaiveDate,
    today: NaiveDate,
) -> Result<PriceTable, eia::EiaError> {
    let from = start_date.min(today) - MONTHS_BEFORE;
    let (mut rows, mut each) = (Vec::new(), Vec::new());
    for feed in client.all(from, today).await? {
        let (first, last) = feed.span();
        if last + Days::new(eia::STALE_AFTER_DAYS) <= today {
            tracing::warn!(series = feed.series.code(), newest = %last, "EIA's newest price is old");
        }
        if let Some((before, after)) = gap(from, &feed.rows) {
            tracing::warn!(series = feed.series.code(), %before, %after, "EIA has no price in between: the last one is carried");
        }
        each.push(format!("{} {first} to {last}", eia::id(feed.series)));
        rows.extend(feed.rows);
    }
    Ok(PriceTable::from_rows(&format!("EIA API v2, daily {}", each.join(", ")), rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_with_the_month_after_the_last_price_and_only_before_the_end() {
        let built_in = PriceTable::built_in();
        let of = |until: &str| seeded_from(&built_in, until.parse().unwrap());
        assert_eq!(of("2026-09-01"), BTreeMap::new());
        let first: NaiveDate = "2026-09-01".parse().unwrap();
        assert_eq!(of("2026-09-02"), [("WTI".to_owned(), first), ("HENRY_HUB".to_owned(), first)].into());
    }

    #[test]
    fn a_gap_is_what_no_weekend_or_holiday_explains_and_the_time_before_the_first_price_counts() {
        let rows = |days: &[&str]| -> Vec<Row> {
            days.iter().map(|day| (Series::Wti, day.parse().unwrap(), UnitPrice::ONE)).collect()
        };
        let from = "2025-12-24".parse().unwrap();
        assert_eq!(gap(from, &rows(&["2025-12-24", "2025-12-31", "2026-01-05"])), None);
        let late = gap(from, &rows(&["2026-01-02"])).unwrap();
        assert_eq!((late.0, late.1.to_string()), (from, "2026-01-02".to_owned()));
        assert!(gap(from, &rows(&["2025-12-30", "2026-01-07"])).is_some());
    }
}
