//! Severance tax as states levy it: a table of the scorecard's own, written from the statutes and the agencies' notices. It
//! is compared with what is posted, never with what a ledger publishes of its own rates.
//!
//! Years of a rate by volume that no notice at hand confirms follow from the statute's formula and are marked so in
//! `docs/realism.md`.

use crate::masters::Masters;
use crate::month::Month;
use chrono::NaiveDate;
use ledger::reference::Well;
use ledger::{Product, Rate, UnitPrice};

/// Barrels a day, in thousandths, up to which Louisiana holds a well for a stripper.
const STRIPPER_RATE: i64 = 10_000;
/// Dollars a barrel above which a quarter's West Texas Intermediate raises New Mexico's conservation tax of the next.
const CONSERVATION_PRICE: f64 = 70.0;

/// What a state takes: a part of value, and so much for each unit of volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Levy {
    pub(crate) rate: Rate,
    pub(crate) per_unit: UnitPrice,
}

/// For which wells and months a row holds.
#[derive(Clone, Copy, Debug)]
enum When {
    Always,
    /// In a well's first so many months of production.
    FirstMonths(i32),
    /// For wells that first produced on the row's day or later.
    NewWells,
    /// For wells that make next to nothing.
    Strippers,
    /// In the quarter after one with dear oil.
    DearOil,
}

/// State, product, when, since which day (year, month), parts per million of value, micro-dollars per unit.
type Row = (&'static str, Product, When, (i32, u32), i64, i64);

/// Of the rows that hold the last counts.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("TX", Product::Oil, When::Always, (2015, 1), 46_000, 6_250),
    ("TX", Product::Gas, When::Always, (2015, 1), 75_000, 0),
    ("TX", Product::NaturalGasLiquids, When::Always, (2015, 1), 75_000, 0),
    // Severance 3.75 %, school 3.15 % of oil and 4 % of gas, conservation 0.19 %.
    ("NM", Product::Oil, When::Always, (2015, 1), 37_500 + 31_500 + 1_900, 0),
    ("NM", Product::Oil, When::DearOil, (2015, 1), 37_500 + 31_500 + 2_400, 0),
    ("NM", Product::Gas, When::Always, (2015, 1), 37_500 + 40_000 + 1_900, 0),
    ("NM", Product::NaturalGasLiquids, When::Always, (2015, 1), 37_500 + 40_000 + 1_900, 0),
    ("ND", Product::Oil, When::Always, (2015, 1), 50_000 + 50_000, 0),
    ("ND", Product::Gas, When::Always, (2017, 7), 0, 55_500),
    ("ND", Product::Gas, When::Always, (2018, 7), 0, 70_500),
    ("ND", Product::Gas, When::Always, (2019, 7), 0, 72_300),
    ("ND", Product::Gas, When::Always, (2020, 7), 0, 58_600),
    ("ND", Product::Gas, When::Always, (2021, 7), 0, 46_400),
    ("ND", Product::Gas, When::Always, (2022, 7), 0, 89_200),
    ("ND", Product::Gas, When::Always, (2023, 7), 0, 146_500),
    ("ND", Product::Gas, When::Always, (2024, 7), 0, 57_900),
    ("ND", Product::Gas, When::Always, (2025, 7), 0, 50_100),
    ("ND", Product::Gas, When::Always, (2026, 7), 0, 80_500),
    ("OK", Product::Oil, When::Always, (2015, 1), 70_000, 0),
    ("OK", Product::Oil, When::FirstMonths(36), (2015, 1), 50_000, 0),
    ("OK", Product::Gas, When::Always, (2015, 1), 70_000, 0),
    ("OK", Product::Gas, When::FirstMonths(36), (2015, 1), 50_000, 0),
    ("OK", Product::NaturalGasLiquids, When::Always, (2015, 1), 70_000, 0),
    ("OK", Product::NaturalGasLiquids, When::FirstMonths(36), (2015, 1), 50_000, 0),
    ("LA", Product::Oil, When::Always, (2015, 1), 125_000, 0),
    ("LA", Product::Oil, When::NewWells, (2025, 7), 65_000, 0),
    ("LA", Product::Oil, When::Strippers, (2015, 1), 31_250, 0),
    ("LA", Product::Gas, When::Always, (2017, 7), 0, 111_000),
    ("LA", Product::Gas, When::Always, (2018, 7), 0, 122_000),
    ("LA", Product::Gas, When::Always, (2019, 7), 0, 125_000),
    ("LA", Product::Gas, When::Always, (2020, 7), 0, 92_800),
    ("LA", Product::Gas, When::Always, (2021, 7), 0, 91_000),
    ("LA", Product::Gas, When::Always, (2022, 7), 0, 177_000),
    ("LA", Product::Gas, When::Always, (2023, 7), 0, 251_000),
    ("LA", Product::Gas, When::Always, (2024, 7), 0, 98_000),
    ("LA", Product::Gas, When::Always, (2025, 7), 0, 105_200),
    ("LA", Product::Gas, When::Always, (2026, 7), 0, 148_000),
    ("CO", Product::Oil, When::Always, (2015, 1), 50_000, 0),
    ("CO", Product::Gas, When::Always, (2015, 1), 50_000, 0),
    ("CO", Product::NaturalGasLiquids, When::Always, (2015, 1), 50_000, 0),
    ("WY", Product::Oil, When::Always, (2015, 1), 60_000, 0),
    ("WY", Product::Gas, When::Always, (2015, 1), 60_000, 0),
    ("WY", Product::NaturalGasLiquids, When::Always, (2015, 1), 60_000, 0),
    ("WV", Product::Oil, When::Always, (2015, 1), 50_000, 0),
    ("WV", Product::Gas, When::Always, (2015, 1), 50_000, 0),
    ("OH", Product::Oil, When::Always, (2015, 1), 0, 100_000),
    ("OH", Product::Gas, When::Always, (2015, 1), 0, 25_000),
    ("UT", Product::Oil, When::Always, (2015, 1), 50_000, 0),
    ("UT", Product::Gas, When::Always, (2015, 1), 50_000, 0),
    ("UT", Product::NaturalGasLiquids, When::Always, (2015, 1), 40_000, 0),
    ("MT", Product::Oil, When::Always, (2015, 1), 90_000, 0),
    ("MT", Product::Gas, When::Always, (2015, 1), 90_000, 0),
    ("MT", Product::NaturalGasLiquids, When::Always, (2015, 1), 90_000, 0),
];

/// What a well's state takes of a product of a month; none where it takes nothing.
pub(crate) fn levy(masters: &Masters, well: &Well, product: Product, month: Month) -> Option<Levy> {
    let holds = |(state, of, when, (year, from), ..): &&Row| {
        let since = NaiveDate::from_ymd_opt(*year, *from, 1).unwrap_or(NaiveDate::MAX);
        *state == well.state
            && *of == product
            && since <= month.first()
            && match when {
                When::Always => true,
                When::FirstMonths(months) => month.since(Month::of(well.first_production_date)) < *months,
                When::NewWells => well.first_production_date >= since,
                When::Strippers => {
                    masters.produced(&well.well_id, Product::Oil, month) <= STRIPPER_RATE * month.days()
                }
                When::DearOil => quarter_before(masters, month).is_some_and(|mean| mean > CONSERVATION_PRICE),
            }
    };
    let (.., parts_per_million, micro_dollars) = ROWS.iter().rfind(holds)?;
    Some(Levy {
        rate: Rate::from_units(parts_per_million * 100),
        per_unit: UnitPrice::from_units(*micro_dollars),
    })
}

/// The mean of West Texas Intermediate of the quarter before a month's; none where the market is not known.
fn quarter_before(masters: &Masters, month: Month) -> Option<f64> {
    let place = (chrono::Datelike::month0(&month.first()) % 3) as i32;
    let first = month.plus(-place - 3);
    let sum: Option<f64> = (0..3).map(|at| masters.price("WTI", first.plus(at))).sum();
    Some(sum? / 3.0)
}
