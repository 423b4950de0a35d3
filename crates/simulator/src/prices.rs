//! Prices: a table of the past, and a seeded path behind its end.
//!
//! All integers. The built-in table holds monthly means of the U.S. Energy Information Administration's daily spot
//! prices (series RWTC, WTI at Cushing, and RNGWHHD, Henry Hub), which are in the public domain.
//!
//! The ledger asks for the price of a month. It is, in this order:
//! 1. the table's: its row of the month, or, where a series has daily rows, their mean over the month's calendar days, each
//!    day without a row at the last price before it (before the very first row no day counts);
//! 2. for propane, [`PROPANE_SHARE`] of WTI's price of the month for a barrel of 42 gallons, as contracts for natural gas
//!    liquids have it;
//! 3. before the table's first month the first price; behind its last, a seeded path from the last price. Prices may be zero
//!    or negative and stand in the table as they were; a path starts at the last one that is above zero, and where a series
//!    has none, it stays at the last.

use crate::random::{Draw, Stream};
use chrono::{Datelike, NaiveDate};
use ledger::UnitPrice;
use ledger::fixed::divide_half_away;
use ledger::period::{first_of_month, month_end, next_month};
use std::collections::BTreeMap;

/// Hundredths of WTI's price that a barrel of propane costs where the table has none.
pub const PROPANE_SHARE: i128 = 30;
/// Gallons to the barrel.
const GALLONS: i128 = 42;
/// What a source says of propane that is not in the table.
const PROPANE_NOTE: &str = "; propane where it has none: 30 % of WTI, 42 gallons to the barrel";

/// A series of market prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Series {
    /// West Texas Intermediate at Cushing, dollars per barrel.
    Wti,
    /// Natural gas at Henry Hub, dollars per MMBtu.
    HenryHub,
    /// Propane at Mont Belvieu, dollars per gallon.
    Propane,
}

impl Series {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Wti, Self::HenryHub, Self::Propane];

    /// The name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Wti => "WTI",
            Self::HenryHub => "HENRY_HUB",
            Self::Propane => "PROPANE",
        }
    }

    /// What one unit is.
    #[must_use]
    pub const fn unit_of_measure(self) -> &'static str {
        match self {
            Self::Wti => "BBL",
            Self::HenryHub => "MMBTU",
            Self::Propane => "GAL",
        }
    }
}

/// Prices by series: each monthly, or daily.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceTable {
    source: String,
    /// What the table was made of.
    given: BTreeMap<(Series, NaiveDate), UnitPrice>,
    /// What follows from it: the price of each month that it knows.
    months: BTreeMap<(Series, NaiveDate), UnitPrice>,
}

impl PriceTable {
    /// The built-in monthly means.
    ///
    /// # Panics
    /// Never: the table is a constant.
    #[must_use]
    pub fn built_in() -> Self {
        let rows = MONTHLY_MEANS.into_iter().flat_map(|(year, month, wti_cents, henry_hub_cents)| {
            let first = NaiveDate::from_ymd_opt(year, month, 1).expect("the table holds calendar months");
            [
                (Series::Wti, first, UnitPrice::from_units(wti_cents * 10_000)),
                (Series::HenryHub, first, UnitPrice::from_units(henry_hub_cents * 10_000)),
            ]
        });
        Self::from_rows("EIA spot prices, monthly means 2018-01 to 2026-08 (built in)", rows)
    }

    /// A table of prices from elsewhere; of two rows for one date the later wins. A series whose rows all stand on the first
    /// of a month is monthly, any other daily. The source also says what propane is where the table has none.
    #[must_use]
    pub fn from_rows(source: &str, rows: impl IntoIterator<Item = (Series, NaiveDate, UnitPrice)>) -> Self {
        let given: BTreeMap<_, _> =
            rows.into_iter().map(|(series, date, price)| ((series, date), price)).collect();
        let mut months = BTreeMap::new();
        for series in Series::ALL {
            let of_series = of_series(&given, series);
            let of_series = if is_daily(&of_series) { means(series, &of_series) } else { of_series };
            months.extend(of_series.into_iter().map(|(month, price)| ((series, month), price)));
        }
        for (month, wti) in of_series(&months, Series::Wti) {
            months.entry((Series::Propane, month)).or_insert_with(|| propane_of(wti));
        }
        let source = source.strip_suffix(PROPANE_NOTE).unwrap_or(source);
        Self { source: format!("{source}{PROPANE_NOTE}"), given, months }
    }

    /// The same prices, with these words in front of where they are from.
    #[must_use]
    pub fn prefaced(mut self, words: &str) -> Self {
        self.source.insert_str(0, words);
        self
    }

    /// Where it is from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The price of each month that the table knows, by series and month.
    pub fn rows(&self) -> impl Iterator<Item = (Series, NaiveDate, UnitPrice)> + '_ {
        self.months.iter().map(|((series, month), price)| (*series, *month, *price))
    }

    /// What the table was made of, daily or monthly, by series and date: [`PriceTable::from_rows`] makes it again.
    pub fn given(&self) -> impl Iterator<Item = (Series, NaiveDate, UnitPrice)> + '_ {
        self.given.iter().map(|((series, date), price)| (*series, *date, *price))
    }

    /// The last day for which the series has a price of its own; behind it there is only a path. None where it has no rows.
    #[must_use]
    pub fn known_until(&self, series: Series) -> Option<NaiveDate> {
        let rows = of_series(&self.given, series);
        let last = rows.keys().next_back().copied();
        if is_daily(&rows) { last } else { last.map(month_end) }
    }

    /// BLAKE3 of all given rows, as 64 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (series, date, price) in self.given() {
            hasher.update(series.code().as_bytes());
            hasher.update(&date.to_epoch_days().to_le_bytes());
            hasher.update(&price.units().to_le_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// The price of a month, by the rules of this module.
    #[must_use]
    pub fn month(&self, seed: u64, series: Series, date: NaiveDate) -> UnitPrice {
        let month = first_of_month(date);
        if let Some(price) = self.months.get(&(series, month)) {
            return *price;
        }
        if series == Series::Propane {
            return propane_of(self.month(seed, Series::Wti, month));
        }
        let known = self.months.range((series, NaiveDate::MIN)..=(series, NaiveDate::MAX)).next_back();
        match known {
            Some(((_, last), price)) if *last < month => {
                let start = self.last_above_zero(series).unwrap_or(*price);
                path(seed, series, (*last, start), month)
            }
            Some(_) => *self
                .months
                .range((series, month)..=(series, NaiveDate::MAX))
                .next()
                .map_or(&UnitPrice::ONE, |(_, price)| price),
            None => UnitPrice::ONE,
        }
    }

    fn last_above_zero(&self, series: Series) -> Option<UnitPrice> {
        let of_series = self.given.range((series, NaiveDate::MIN)..=(series, NaiveDate::MAX));
        of_series.map(|(_, price)| *price).rfind(|price| price.units() > 0)
    }
}

fn of_series(
    rows: &BTreeMap<(Series, NaiveDate), UnitPrice>,
    series: Series,
) -> BTreeMap<NaiveDate, UnitPrice> {
    let of_series = rows.range((series, NaiveDate::MIN)..=(series, NaiveDate::MAX));
    of_series.map(|((_, date), price)| (*date, *price)).collect()
}

fn is_daily(rows: &BTreeMap<NaiveDate, UnitPrice>) -> bool {
    rows.keys().any(|date| date.day() != 1)
}

/// The means of the months from the first row's to the last's, each over its calendar days. Propane has a better rule than
/// the last price for a month without rows.
fn means(series: Series, rows: &BTreeMap<NaiveDate, UnitPrice>) -> BTreeMap<NaiveDate, UnitPrice> {
    let Some(((first, price), (last, _))) = rows.first_key_value().zip(rows.last_key_value()) else {
        return BTreeMap::new();
    };
    let mut sums: BTreeMap<NaiveDate, (i128, i128)> = BTreeMap::new();
    let mut price = *price;
    for day in first.iter_days().take_while(|day| *day <= month_end(*last)) {
        price = rows.get(&day).copied().unwrap_or(price);
        let (sum, days) = sums.entry(first_of_month(day)).or_default();
        *sum += price.units_wide();
        *days += 1;
    }
    let has_row = |month: NaiveDate| rows.range(month..=month_end(month)).next().is_some();
    let sums = sums.into_iter().filter(|(month, _)| series != Series::Propane || has_row(*month));
    sums.map(|(month, (sum, days))| (month, UnitPrice::from_units(divide_half_away(sum, days) as i64)))
        .collect()
}

/// A gallon of propane at its share of a barrel of WTI.
fn propane_of(wti: UnitPrice) -> UnitPrice {
    UnitPrice::from_units(divide_half_away(wti.units_wide() * PROPANE_SHARE, 100 * GALLONS) as i64)
}

/// A walk in steps of at most 6 % a month that is drawn back to where it started by a tenth of the distance, and never
/// falls below a tenth of that. From a price that is not above zero there is no such walk: it stays.
fn path(seed: u64, series: Series, (last, start): (NaiveDate, UnitPrice), until: NaiveDate) -> UnitPrice {
    if start.units() <= 0 {
        return start;
    }
    let mut price = start.units();
    let mut month = last;
    while month < until {
        month = next_month(month);
        let mut draw =
            Draw::new(seed, Stream::Price, series as u64, u64::from(month.num_days_from_ce().unsigned_abs()));
        let step = price * draw.between(-600, 600) / 10_000;
        price = (price + step + (start.units() - price) / 10).max(start.units() / 10);
        // To the cent, as markets quote; a price below it is one.
        price = (price - price % 10_000).max(10_000);
    }
    UnitPrice::from_units(price)
}

/// Year, month, WTI in cents per barrel, Henry Hub in cents per MMBtu.
#[rustfmt::skip]
const MONTHLY_MEANS: [(i32, u32, i64, i64); 104] = [
    (2018, 1, 6370, 388),
    (2018, 2, 6223, 267),
    (2018, 3, 6272, 269),
    (2018, 4, 6625, 280),
    (2018, 5, 6998, 280),
    (2018, 6, 6787, 297),
    (2018, 7, 7098, 283),
    (2018, 8, 6806, 296),
    (2018, 9, 7023, 300),
    (2018, 10, 7075, 328),
    (2018, 11, 5696, 409),
    (2018, 12, 4952, 404),
    (2019, 1, 5138, 311),
    (2019, 2, 5495, 269),
    (2019, 3, 5815, 295),
    (2019, 4, 6386, 265),
    (2019, 5, 6083, 264),
    (2019, 6, 5466, 240),
    (2019, 7, 5736, 237),
    (2019, 8, 5481, 222),
    (2019, 9, 5695, 256),
    (2019, 10, 5396, 233),
    (2019, 11, 5705, 264),
    (2019, 12, 5982, 222),
    (2020, 1, 5752, 202),
    (2020, 2, 5054, 191),
    (2020, 3, 2921, 179),
    (2020, 4, 1655, 174),
    (2020, 5, 2856, 175),
    (2020, 6, 3831, 163),
    (2020, 7, 4071, 176),
    (2020, 8, 4234, 230),
    (2020, 9, 3963, 192),
    (2020, 10, 3940, 239),
    (2020, 11, 4094, 261),
    (2020, 12, 4702, 258),
    (2021, 1, 5201, 271),
    (2021, 2, 5905, 535),
    (2021, 3, 6233, 262),
    (2021, 4, 6172, 266),
    (2021, 5, 6517, 291),
    (2021, 6, 7138, 326),
    (2021, 7, 7249, 384),
    (2021, 8, 6773, 407),
    (2021, 9, 7165, 516),
    (2021, 10, 8148, 551),
    (2021, 11, 7915, 505),
    (2021, 12, 7171, 376),
    (2022, 1, 8322, 438),
    (2022, 2, 9164, 469),
    (2022, 3, 10850, 490),
    (2022, 4, 10178, 660),
    (2022, 5, 10955, 814),
    (2022, 6, 11484, 770),
    (2022, 7, 10162, 728),
    (2022, 8, 9367, 881),
    (2022, 9, 8426, 788),
    (2022, 10, 8755, 566),
    (2022, 11, 8437, 545),
    (2022, 12, 7644, 553),
    (2023, 1, 7812, 327),
    (2023, 2, 7683, 238),
    (2023, 3, 7328, 231),
    (2023, 4, 7945, 216),
    (2023, 5, 7158, 215),
    (2023, 6, 7025, 218),
    (2023, 7, 7607, 255),
    (2023, 8, 8139, 258),
    (2023, 9, 8943, 264),
    (2023, 10, 8564, 298),
    (2023, 11, 7768, 271),
    (2023, 12, 7190, 252),
    (2024, 1, 7415, 318),
    (2024, 2, 7725, 172),
    (2024, 3, 8128, 149),
    (2024, 4, 8535, 160),
    (2024, 5, 8002, 212),
    (2024, 6, 7977, 254),
    (2024, 7, 8180, 208),
    (2024, 8, 7668, 199),
    (2024, 9, 7024, 228),
    (2024, 10, 7198, 220),
    (2024, 11, 6995, 212),
    (2024, 12, 7012, 301),
    (2025, 1, 7574, 413),
    (2025, 2, 7153, 419),
    (2025, 3, 6824, 412),
    (2025, 4, 6354, 342),
    (2025, 5, 6217, 312),
    (2025, 6, 6817, 302),
    (2025, 7, 6839, 320),
    (2025, 8, 6486, 291),
    (2025, 9, 6396, 297),
    (2025, 10, 6089, 319),
    (2025, 11, 6006, 379),
    (2025, 12, 5797, 426),
    (2026, 1, 6004, 772),
    (2026, 2, 6451, 362),
    (2026, 3, 9138, 304),
    (2026, 4, 10032, 277),
    (2026, 5, 10213, 294),
    (2026, 6, 8481, 314),
    (2026, 7, 8046, 289),
    (2026, 8, 8229, 274),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn price(text: &str) -> UnitPrice {
        text.parse().unwrap()
    }

    fn wti(rows: &[(&str, &str)]) -> PriceTable {
        PriceTable::from_rows("test", rows.iter().map(|(on, at)| (Series::Wti, date(on), price(at))))
    }

    #[test]
    fn the_table_holds_the_month_that_oil_was_nearly_free() {
        let table = PriceTable::built_in();
        assert!(table.month(42, Series::Wti, date("2020-04-17")).units() < 20_000_000);
        assert_eq!(table.month(42, Series::HenryHub, date("2018-01-31")).to_string(), "3.880000");
    }

    #[test]
    fn behind_its_end_the_path_depends_on_the_seed_alone_and_stays_in_reach() {
        let table = PriceTable::built_in();
        let far = date("2031-05-01");
        assert_eq!(table.month(42, Series::Wti, far), table.month(42, Series::Wti, far));
        assert_ne!(table.month(42, Series::Wti, far), table.month(43, Series::Wti, far));
        let price = table.month(42, Series::Wti, far).units() / 1_000_000;
        assert!((8..400).contains(&price), "{price}");
    }

    #[test]
    fn another_price_is_another_digest_and_another_source_is_not() {
        let one = PriceTable::from_rows("a", [(Series::Wti, date("2025-01-01"), UnitPrice::ONE)]);
        let other = PriceTable::from_rows("a", [(Series::Wti, date("2025-01-01"), -UnitPrice::ONE)]);
        assert_ne!(one.digest(), other.digest());
        assert_eq!(one.clone().prefaced("b: ").digest(), one.digest());
    }

    #[test]
    fn a_month_of_daily_rows_is_their_mean_over_calendar_days_with_the_last_price_carried() {
        // 2026-02 has 28 days: 70 for 2 to 19 February, then 71 to its end.
        let table = wti(&[("2026-01-30", "70"), ("2026-02-20", "71"), ("2026-03-02", "-36.98")]);
        assert_eq!(table.month(42, Series::Wti, date("2026-02-11")), price("70.321429")); // 70 + 9/28
        assert_eq!(table.month(42, Series::Wti, date("2026-01-01")), price("70"));
        assert_eq!(table.month(42, Series::Wti, date("2025-06-01")), price("70"));
        // 71 on 1 March, -36.98 on the other 30 days: rounded away from zero.
        assert_eq!(table.month(42, Series::Wti, date("2026-03-31")), price("-33.496774"));
        for (last, mean) in [("0.000001", "0.000001"), ("-0.000001", "-0.000001")] {
            let half = wti(&[("2026-02-27", "0"), ("2026-02-28", last)]); // half a millionth, away from zero
            assert_eq!(half.month(42, Series::Wti, date("2026-02-01")), price(mean));
        }
    }

    #[test]
    fn a_month_without_a_row_between_daily_ones_keeps_the_last_price() {
        let table = wti(&[("2026-01-30", "70"), ("2026-03-02", "80")]);
        assert_eq!(table.month(42, Series::Wti, date("2026-02-01")), price("70"));
    }

    #[test]
    fn a_table_is_made_again_from_its_rows_daily_or_monthly_by_itself() {
        let daily = [("2026-01-30", "70"), ("2026-02-02", "71"), ("2026-02-20", "72.5")];
        let rows = daily.iter().map(|(on, at)| (Series::HenryHub, date(on), price(at)));
        let mixed = PriceTable::from_rows("mixed", PriceTable::built_in().given().take(104).chain(rows));
        for table in [PriceTable::built_in(), mixed, wti(&daily)] {
            let again = PriceTable::from_rows(table.source(), table.given());
            assert_eq!(again, table);
            assert_eq!(again.digest(), table.digest());
        }
    }

    #[test]
    fn what_is_known_ends_with_the_last_day_or_month() {
        assert_eq!(PriceTable::built_in().known_until(Series::Wti), Some(date("2026-08-31")));
        assert_eq!(PriceTable::built_in().known_until(Series::Propane), None);
        assert_eq!(wti(&[("2026-01-30", "70")]).known_until(Series::Wti), Some(date("2026-01-30")));
    }

    #[test]
    fn propane_is_its_own_price_or_a_share_of_oil_and_the_source_says_so() {
        let propane = [("2026-02-10", "0.65"), ("2026-02-11", "0.67")];
        let propane = propane.iter().map(|(on, at)| (Series::Propane, date(on), price(at)));
        let oil = wti(&[("2026-01-30", "70"), ("2026-02-02", "70")]);
        let table = PriceTable::from_rows("test", oil.given().chain(propane));
        assert_eq!(table.month(42, Series::Propane, date("2026-02-01")), price("0.668947")); // (0.65 + 18 × 0.67) / 19
        assert_eq!(table.month(42, Series::Propane, date("2026-01-01")), price("0.5")); // 70 × 30 % ÷ 42
        let later = date("2027-06-01");
        assert_eq!(table.month(42, Series::Propane, later), propane_of(table.month(42, Series::Wti, later)));
        let built_in = PriceTable::built_in();
        assert_eq!(built_in.month(42, Series::Propane, date("2020-04-01")), price("0.118214")); // 16.55 ÷ 140
        assert!(built_in.source().contains("propane where it has none: 30 % of WTI"));
    }

    #[test]
    fn a_path_starts_at_the_last_price_above_zero_and_stays_there_where_none_ever_was() {
        let far = date("2031-01-01");
        for last in ["0", "-36.98"] {
            let table = wti(&[("2020-04-17", "18.31"), ("2020-04-20", last)]);
            let ahead = table.month(42, Series::Wti, far).units();
            assert!((1_830_000..60_000_000).contains(&ahead), "{ahead}");
        }
        let never = wti(&[("2020-04-01", "0"), ("2020-05-01", "-2.5")]);
        assert_eq!(never.month(42, Series::Wti, far), price("-2.5"));
        let tiny = wti(&[("2020-04-01", "0.000001")]);
        assert_eq!(tiny.month(42, Series::Wti, far), price("0.01"));
    }
}
