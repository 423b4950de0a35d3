//! Prices: a table of the past, and a seeded path behind its end.
//!
//! All integers. The built-in table holds monthly means of the U.S. Energy Information Administration's daily spot
//! prices (series RWTC, WTI at Cushing, and RNGWHHD, Henry Hub), which are in the public domain.

use crate::random::{Draw, Stream};
use chrono::{Datelike, NaiveDate};
use ledger::UnitPrice;
use ledger::period::{first_of_month, next_month};
use std::collections::BTreeMap;

/// A series of market prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Series {
    /// West Texas Intermediate at Cushing, dollars per barrel.
    Wti,
    /// Natural gas at Henry Hub, dollars per MMBtu.
    HenryHub,
}

impl Series {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Wti, Self::HenryHub];

    /// The name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Wti => "WTI",
            Self::HenryHub => "HENRY_HUB",
        }
    }

    /// What one unit is.
    #[must_use]
    pub const fn unit_of_measure(self) -> &'static str {
        match self {
            Self::Wti => "BBL",
            Self::HenryHub => "MMBTU",
        }
    }
}

/// Monthly prices by series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceTable {
    source: String,
    rows: BTreeMap<(Series, NaiveDate), UnitPrice>,
}

impl PriceTable {
    /// The built-in monthly means.
    ///
    /// # Panics
    /// Never: the table is a constant.
    #[must_use]
    pub fn built_in() -> Self {
        let mut rows = BTreeMap::new();
        for (year, month, wti_cents, henry_hub_cents) in MONTHLY_MEANS {
            let first = NaiveDate::from_ymd_opt(year, month, 1).expect("the table holds calendar months");
            rows.insert((Series::Wti, first), UnitPrice::from_units(wti_cents * 10_000));
            rows.insert((Series::HenryHub, first), UnitPrice::from_units(henry_hub_cents * 10_000));
        }
        Self { source: "EIA spot prices, monthly means 2018-01 to 2026-08 (built in)".to_owned(), rows }
    }

    /// A table of monthly prices from elsewhere; dates are taken to their month, a later row of a month wins.
    #[must_use]
    pub fn from_rows(source: &str, rows: impl IntoIterator<Item = (Series, NaiveDate, UnitPrice)>) -> Self {
        let rows = rows.into_iter().map(|(series, date, price)| ((series, first_of_month(date)), price));
        Self { source: source.to_owned(), rows: rows.collect() }
    }

    /// Where it is from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// All rows, by series and month.
    pub fn rows(&self) -> impl Iterator<Item = (Series, NaiveDate, UnitPrice)> + '_ {
        self.rows.iter().map(|((series, month), price)| (*series, *month, *price))
    }

    /// BLAKE3 of all rows, as 64 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (series, month, price) in self.rows() {
            hasher.update(series.code().as_bytes());
            hasher.update(&month.to_epoch_days().to_le_bytes());
            hasher.update(&price.units().to_le_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// The price of a month: from the table, or before it the first, or behind its end a seeded path from the last.
    #[must_use]
    pub fn month(&self, seed: u64, series: Series, date: NaiveDate) -> UnitPrice {
        let month = first_of_month(date);
        if let Some(price) = self.rows.get(&(series, month)) {
            return *price;
        }
        let of_series = (series, NaiveDate::MIN)..=(series, NaiveDate::MAX);
        let mut known = self.rows.range(of_series.clone());
        match known.next_back() {
            Some(((_, last), price)) if *last < month => path(seed, series, (*last, *price), month),
            Some(_) => *self
                .rows
                .range((series, month)..=(series, NaiveDate::MAX))
                .next()
                .map_or(&UnitPrice::ONE, |(_, price)| price),
            None => UnitPrice::ONE,
        }
    }
}

/// A walk in steps of at most 6 % a month that is drawn back to where it started by a tenth of the distance, and never
/// falls below a tenth of that.
fn path(seed: u64, series: Series, (last, start): (NaiveDate, UnitPrice), until: NaiveDate) -> UnitPrice {
    let mut price = start.units();
    let mut month = last;
    while month < until {
        month = next_month(month);
        let mut draw =
            Draw::new(seed, Stream::Price, series as u64, u64::from(month.num_days_from_ce().unsigned_abs()));
        let step = price * draw.between(-600, 600) / 10_000;
        price = (price + step + (start.units() - price) / 10).max(start.units() / 10);
        // To the cent, as markets quote.
        price -= price % 10_000;
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
    fn another_price_is_another_digest() {
        let one = PriceTable::from_rows("a", [(Series::Wti, date("2025-01-01"), UnitPrice::ONE)]);
        let other = PriceTable::from_rows("a", [(Series::Wti, date("2025-01-01"), -UnitPrice::ONE)]);
        assert_ne!(one.digest(), other.digest());
    }
}
