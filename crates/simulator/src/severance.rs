//! Severance tax by state and product, as statutes have it.

use crate::month::Month;
use crate::prices::{PriceTable, Series};
use chrono::NaiveDate;
use ledger::reference::TaxRate;
use ledger::{Product, Rate, UnitPrice};

/// Months of production in which Oklahoma levies less (68 Okla. Stat. § 1001).
const NEW_MONTHS: i32 = 36;
/// Barrels a day, in thousandths, up to which a well is a stripper in Louisiana (La. R.S. 47:633(7)(c)(i)).
const STRIPPER_RATE: f64 = 10_000.0;
/// Oil of New Mexico is taxed more in a quarter whose predecessor's West Texas Intermediate averaged above this, in
/// micro-dollars a barrel (N.M. Stat. § 7-30-4(B)): 3.75 % severance and 3.15 % school tax, with 0.24 % instead of 0.19 %
/// for conservation.
const CONSERVATION_PRICE: i128 = 70_000_000;
/// See [`CONSERVATION_PRICE`], in parts per million.
const CONSERVATION: [i64; 2] = [70_900, 71_400];

/// Which of a state's rates a well has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The rate for all.
    Full,
    /// What is enacted for wells that are new.
    New,
    /// What is enacted for wells that hardly produce.
    Stripper,
}

impl Class {
    const fn suffix(self) -> &'static str {
        match self {
            Self::Full => "",
            Self::New => "-NEW",
            Self::Stripper => "-STRIPPER",
        }
    }
}

/// State, product, which wells, the day from which it holds where it changed within reach of the price table, parts per
/// million of value, micro-dollars per unit of volume, months and day due, source.
type Row = (&'static str, Product, Class, Option<(i32, u32, u32)>, i64, i64, i32, i32, &'static str);

/// Rates as enacted, for the production months of this ledger. Pennsylvania levies an impact fee per well
/// instead, and North Dakota taxes liquids with the gas that held them. Colorado and Utah are taken at their upper brackets.
///
/// Gas of Louisiana: the Department of Revenue's table has July 2021 to June 2026, a notice July 2019. The other years
/// follow from the statute's formula, 7 cents × the mean of Henry Hub from April to March ÷ 1.7446, and were not confirmed.
///
/// Gas of North Dakota: the Tax Commissioner's notices have July 2017 ($0.0555) and July 2018 ($0.0705). The statute's
/// formula is 4 cents × the producer price index of gas fuels of the calendar year before ÷ 75.7; for the later years the
/// index was not at hand, and 43.2 × the year's mean of Henry Hub stands for it, as it did in 2016 and 2017 within 4 %.
/// Those years are estimates, and their records say so. Gas is paid on the 15th of the second month, oil on the 25th of the
/// next (N.D. Cent. Code § 57-51-05). After the last year of a table its rate goes on.
#[rustfmt::skip]
const RATES: &[Row] = &[
    ("TX", Product::Oil, Class::Full, None, 46_000, 6_250, 1, 25, "Tex. Tax Code ch. 202; Nat. Res. Code § 81.116, clean-up fee per barrel"),
    ("TX", Product::Gas, Class::Full, None, 75_000, 0, 2, 20, "Tex. Tax Code ch. 201"),
    ("TX", Product::NaturalGasLiquids, Class::Full, None, 75_000, 0, 2, 20, "Tex. Tax Code ch. 201"),
    ("NM", Product::Oil, Class::Full, None, 70_900, 0, 2, 25, "N.M. severance and school taxes; conservation 0.19 % (N.M. Stat. § 7-30-4)"),
    ("NM", Product::Gas, Class::Full, None, 79_400, 0, 2, 25, "N.M. severance, emergency school and conservation taxes"),
    ("NM", Product::NaturalGasLiquids, Class::Full, None, 79_400, 0, 2, 25, "N.M. severance, emergency school and conservation taxes"),
    ("ND", Product::Oil, Class::Full, None, 100_000, 0, 1, 25, "N.D. gross production 5 % and extraction 5 %"),
    ("ND", Product::Gas, Class::Full, Some((2017, 7, 1)), 0, 55_500, 2, 15, "N.D. Cent. Code § 57-51-02.2, per MCF from July 2017"),
    ("ND", Product::Gas, Class::Full, Some((2018, 7, 1)), 0, 70_500, 2, 15, "N.D. Cent. Code § 57-51-02.2, per MCF from July 2018"),
    ("ND", Product::Gas, Class::Full, Some((2019, 7, 1)), 0, 72_300, 2, 15, "N.D. Cent. Code § 57-51-02.2, per MCF from July 2019, estimated by its formula"),
    ("ND", Product::Gas, Class::Full, Some((2020, 7, 1)), 0, 58_600, 2, 15, "N.D. Cent. Code § 57-51-02.2, per MCF from July 2020, estimated by its formula"),
    ("ND", Product::Gas, Class::Full, Some((2021, 7, 1)), 0, 46_400, 2, 15, "N.D. Cent. Code § 57-51-02.2, per MCF from July 2021, estimated by its formula"),
    ("ND", Product::Gas, Class::Full, Some((2022, 7, 1)), 0, 89_200, 2, 15, "N.D. Cent. Code § 57-51-02.2, per MCF from July 2022, estimated by its formula"),
    ("ND", Product::Gas, Class::Full, Some((2023, 7, 1)), 0, 146_500, 2, 15, "N.D. Cent. Code § 57-51-02.2, per MCF from July 2023, estimated by its formula"),
    ("ND", Product::Gas, Class::Full, Some((2024, 7, 1)), 0, 57_900, 2, 15, "N.D. Cent. Code § 57-51-02.2, per MCF from July 2024, estimated by its formula"),
    ("ND", Product::Gas, Class::Full, Some((2025, 7, 1)), 0, 50_100, 2, 15, "N.D. Cent. Code § 57-51-02.2, per MCF from July 2025, estimated by its formula"),
    ("ND", Product::Gas, Class::Full, Some((2026, 7, 1)), 0, 80_500, 2, 15, "N.D. Cent. Code § 57-51-02.2, per MCF from July 2026, estimated by its formula"),
    ("OK", Product::Oil, Class::Full, None, 70_000, 0, 2, 25, "68 Okla. Stat. § 1001, gross production tax"),
    ("OK", Product::Oil, Class::New, None, 50_000, 0, 2, 25, "68 Okla. Stat. § 1001, the first 36 months of production"),
    ("OK", Product::Gas, Class::Full, None, 70_000, 0, 2, 25, "68 Okla. Stat. § 1001, gross production tax"),
    ("OK", Product::Gas, Class::New, None, 50_000, 0, 2, 25, "68 Okla. Stat. § 1001, the first 36 months of production"),
    ("OK", Product::NaturalGasLiquids, Class::Full, None, 70_000, 0, 2, 25, "68 Okla. Stat. § 1001, gross production tax"),
    ("OK", Product::NaturalGasLiquids, Class::New, None, 50_000, 0, 2, 25, "68 Okla. Stat. § 1001, the first 36 months of production"),
    ("LA", Product::Oil, Class::Full, None, 125_000, 0, 2, 25, "La. R.S. 47:633(7)"),
    ("LA", Product::Oil, Class::New, Some((2025, 7, 1)), 65_000, 0, 2, 25, "La. R.S. 47:633(7) as of Act 295 of 2025, wells completed since July 2025"),
    ("LA", Product::Oil, Class::Stripper, None, 31_250, 0, 2, 25, "La. R.S. 47:633(7)(c)(i), stripper wells"),
    ("LA", Product::Gas, Class::Full, Some((2017, 7, 1)), 0, 111_000, 2, 25, "La. R.S. 47:633(9), per MCF from July 2017, by its formula"),
    ("LA", Product::Gas, Class::Full, Some((2018, 7, 1)), 0, 122_000, 2, 25, "La. R.S. 47:633(9), per MCF from July 2018, by its formula"),
    ("LA", Product::Gas, Class::Full, Some((2019, 7, 1)), 0, 125_000, 2, 25, "La. R.S. 47:633(9), per MCF from July 2019"),
    ("LA", Product::Gas, Class::Full, Some((2020, 7, 1)), 0, 92_800, 2, 25, "La. R.S. 47:633(9), per MCF from July 2020, by its formula"),
    ("LA", Product::Gas, Class::Full, Some((2021, 7, 1)), 0, 91_000, 2, 25, "La. R.S. 47:633(9), per MCF from July 2021"),
    ("LA", Product::Gas, Class::Full, Some((2022, 7, 1)), 0, 177_000, 2, 25, "La. R.S. 47:633(9), per MCF from July 2022"),
    ("LA", Product::Gas, Class::Full, Some((2023, 7, 1)), 0, 251_000, 2, 25, "La. R.S. 47:633(9), per MCF from July 2023"),
    ("LA", Product::Gas, Class::Full, Some((2024, 7, 1)), 0, 98_000, 2, 25, "La. R.S. 47:633(9), per MCF from July 2024"),
    ("LA", Product::Gas, Class::Full, Some((2025, 7, 1)), 0, 105_200, 2, 25, "La. R.S. 47:633(9), per MCF from July 2025"),
    ("LA", Product::Gas, Class::Full, Some((2026, 7, 1)), 0, 148_000, 2, 25, "La. R.S. 47:633(9), per MCF from July 2026, by its formula"),
    ("CO", Product::Oil, Class::Full, None, 50_000, 0, 2, 25, "Colo. Rev. Stat. § 39-29-105, top bracket"),
    ("CO", Product::Gas, Class::Full, None, 50_000, 0, 2, 25, "Colo. Rev. Stat. § 39-29-105, top bracket"),
    ("CO", Product::NaturalGasLiquids, Class::Full, None, 50_000, 0, 2, 25, "Colo. Rev. Stat. § 39-29-105, top bracket"),
    ("WY", Product::Oil, Class::Full, None, 60_000, 0, 2, 25, "Wyo. Stat. § 39-14-204"),
    ("WY", Product::Gas, Class::Full, None, 60_000, 0, 2, 25, "Wyo. Stat. § 39-14-204"),
    ("WY", Product::NaturalGasLiquids, Class::Full, None, 60_000, 0, 2, 25, "Wyo. Stat. § 39-14-204"),
    ("WV", Product::Oil, Class::Full, None, 50_000, 0, 2, 25, "W. Va. Code § 11-13A"),
    ("WV", Product::Gas, Class::Full, None, 50_000, 0, 2, 25, "W. Va. Code § 11-13A"),
    ("OH", Product::Oil, Class::Full, None, 0, 100_000, 2, 25, "Ohio Rev. Code § 5749.02, per barrel"),
    ("OH", Product::Gas, Class::Full, None, 0, 25_000, 2, 25, "Ohio Rev. Code § 5749.02, per MCF"),
    ("UT", Product::Oil, Class::Full, None, 50_000, 0, 2, 25, "Utah Code § 59-5-102, upper rate"),
    ("UT", Product::Gas, Class::Full, None, 50_000, 0, 2, 25, "Utah Code § 59-5-102, upper rate"),
    ("UT", Product::NaturalGasLiquids, Class::Full, None, 40_000, 0, 2, 25, "Utah Code § 59-5-102, liquids"),
    ("MT", Product::Oil, Class::Full, None, 90_000, 0, 2, 25, "Mont. Code § 15-36-304"),
    ("MT", Product::Gas, Class::Full, None, 90_000, 0, 2, 25, "Mont. Code § 15-36-304"),
    ("MT", Product::NaturalGasLiquids, Class::Full, None, 90_000, 0, 2, 25, "Mont. Code § 15-36-304"),
];

/// The code of a tax.
fn code(state: &str, product: Product, class: Class) -> String {
    format!("{state}-{product}-SEV{}", class.suffix())
}

/// The tax records of a ledger whose records begin on `since`. New Mexico's oil has the lower rate until
/// [`follow_prices`] looks at the market.
pub(crate) fn rates(since: NaiveDate) -> Vec<TaxRate> {
    let record = |row: &Row| {
        let (state, product, class, from, parts_per_million, micro_dollars, due_months, due_day, statute) =
            *row;
        let from = from.and_then(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day));
        TaxRate {
            tax_code: code(state, product, class),
            effective_date: from.unwrap_or(NaiveDate::MIN).max(since),
            state: state.to_owned(),
            product,
            rate: Rate::from_units(parts_per_million * 100),
            rate_per_unit: UnitPrice::from_units(micro_dollars),
            due_months,
            due_day,
            statute: statute.to_owned(),
        }
    };
    let mut rates: Vec<TaxRate> = RATES.iter().map(record).collect();
    // Where two hold from the first day on, only the later enacted does.
    let mut at = 0;
    while at + 1 < rates.len() {
        let same = rates[at].tax_code == rates[at + 1].tax_code;
        if same && rates[at].effective_date == rates[at + 1].effective_date {
            rates.remove(at);
        } else {
            at += 1;
        }
    }
    rates
}

/// Sets New Mexico's rate of oil by the quarter, for so many months: a record where it changes.
pub(crate) fn follow_prices(rates: &mut Vec<TaxRate>, seed: u64, prices: &PriceTable, months: i32) {
    let code = code("NM", Product::Oil, Class::Full);
    let Some(at) = rates.iter().position(|tax| tax.tax_code == code) else { return };
    let mut last = rates[at].clone();
    let since = Month::of(last.effective_date);
    let mut quarter = since.plus(-((since.of_year() as i32 - 1) % 3));
    while quarter < since.plus(months) {
        let is_dear = quarter_mean(seed, prices, quarter.plus(-3)) > CONSERVATION_PRICE;
        let rate = Rate::from_units(CONSERVATION[usize::from(is_dear)] * 100);
        if rate != last.rate {
            last.effective_date = quarter.max(since).first();
            last.rate = rate;
            let percent = if is_dear { "0.24" } else { "0.19" };
            last.statute = format!(
                "N.M. severance and school taxes; conservation {percent} % by last quarter's WTI (N.M. Stat. § 7-30-4)"
            );
            if quarter <= since {
                rates[at] = last.clone();
            } else {
                rates.push(last.clone());
            }
        }
        quarter = quarter.plus(3);
    }
}

/// The mean of three months' West Texas Intermediate, in micro-dollars a barrel.
fn quarter_mean(seed: u64, prices: &PriceTable, first: Month) -> i128 {
    let price = |month: i32| prices.month(seed, Series::Wti, first.plus(month).first()).units_wide();
    (price(0) + price(1) + price(2)) / 3
}

/// Which rate a well has that has produced for so many months and makes so many thousandths of a barrel of oil a day. A well
/// counts as completed on the day on which it first produces.
pub(crate) fn class(
    (state, product): (&str, Product),
    (first_production, months): (NaiveDate, i32),
    oil_a_day: f64,
) -> Class {
    let act_295 = NaiveDate::from_ymd_opt(2025, 7, 1).expect("a day of the calendar");
    match (state, product) {
        ("OK", _) if months < NEW_MONTHS => Class::New,
        ("LA", Product::Oil) if oil_a_day <= STRIPPER_RATE => Class::Stripper,
        ("LA", Product::Oil) if first_production >= act_295 => Class::New,
        _ => Class::Full,
    }
}

/// The place of the tax in force on a day.
pub(crate) fn in_force(
    rates: &[TaxRate],
    (state, product, class): (&str, Product, Class),
    day: NaiveDate,
) -> Option<u32> {
    let code = code(state, product, class);
    let holds = |tax: &TaxRate| tax.effective_date <= day && tax.tax_code == code;
    rates.iter().rposition(holds).map(|at| at as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn texas_takes_four_point_six_percent_of_oil_and_seven_and_a_half_of_gas() {
        let rates = rates(date("2025-01-01"));
        let rate = |code: &str| rates.iter().find(|tax| tax.tax_code == code).unwrap().rate.to_string();
        assert_eq!((rate("TX-OIL-SEV"), rate("TX-GAS-SEV")), ("0.04600000".into(), "0.07500000".into()));
        assert!(!rates.iter().any(|tax| tax.state == "PA"));
    }

    #[test]
    fn louisiana_and_north_dakota_set_a_new_rate_of_gas_each_july() {
        let rates = rates(date("2018-01-01"));
        let on = |state: &str, day: &str| {
            let at = in_force(&rates, (state, Product::Gas, Class::Full), date(day)).unwrap();
            rates[at as usize].rate_per_unit.to_string()
        };
        assert_eq!((on("LA", "2024-06-30"), on("LA", "2024-07-01")), ("0.251000".into(), "0.098000".into()));
        assert_eq!((on("ND", "2018-06-30"), on("ND", "2018-07-01")), ("0.055500".into(), "0.070500".into()));
        for year in 2018..2027 {
            let july = format!("{year}-07-01");
            let holds = |tax: &&TaxRate| tax.product == Product::Gas && tax.effective_date == date(&july);
            let states: Vec<&str> = rates.iter().filter(holds).map(|tax| tax.state.as_str()).collect();
            assert_eq!(states, ["ND", "LA"], "{year}");
        }
    }

    #[test]
    fn oklahoma_takes_five_percent_for_three_years_and_seven_from_then_on() {
        let class = |months| class(("OK", Product::Oil), (date("2024-02-10"), months), 50_000.0);
        let rates = rates(date("2024-01-01"));
        let rate = |months| {
            let at = in_force(&rates, ("OK", Product::Oil, class(months)), date("2027-03-01")).unwrap();
            (rates[at as usize].tax_code.as_str(), rates[at as usize].rate.to_string())
        };
        assert_eq!(rate(35), ("OK-OIL-SEV-NEW", "0.05000000".into()));
        assert_eq!(rate(36), ("OK-OIL-SEV", "0.07000000".into()));
    }

    #[test]
    fn louisiana_takes_half_of_oil_from_wells_since_july_2025_and_a_quarter_from_strippers() {
        let class = |since: &str, oil| class(("LA", Product::Oil), (date(since), 3), oil);
        assert_eq!(class("2025-06-30", 50_000.0), Class::Full);
        assert_eq!(class("2025-07-01", 50_000.0), Class::New);
        assert_eq!(class("2025-07-01", 10_000.0), Class::Stripper);
        let rates = rates(date("2024-01-01"));
        let rate = |class| {
            let at = in_force(&rates, ("LA", Product::Oil, class), date("2025-08-01")).unwrap();
            rates[at as usize].rate.to_string()
        };
        assert_eq!(
            [Class::Full, Class::New, Class::Stripper].map(rate),
            ["0.12500000", "0.06500000", "0.03125000"]
        );
    }

    #[test]
    fn new_mexico_takes_more_of_oil_in_the_quarter_after_one_above_seventy_dollars() {
        let mut rates = rates(date("2023-01-01"));
        follow_prices(&mut rates, 42, &PriceTable::built_in(), 48);
        let on = |day: &str, product| {
            let at = in_force(&rates, ("NM", product, Class::Full), date(day)).unwrap();
            rates[at as usize].rate.to_string()
        };
        // WTI averaged 70.35 in the last quarter of 2024, 71.84 in the first of 2025, 63.96 in the second.
        assert_eq!(on("2025-01-01", Product::Oil), "0.07140000");
        assert_eq!(on("2025-06-01", Product::Oil), "0.07140000");
        assert_eq!(on("2025-07-01", Product::Oil), "0.07090000");
        assert_eq!(on("2025-01-01", Product::Gas), "0.07940000");
        let days: Vec<String> = rates
            .iter()
            .filter(|tax| tax.tax_code == "NM-OIL-SEV")
            .map(|tax| tax.effective_date.to_string())
            .collect();
        assert!(days.windows(2).all(|pair| pair[0] < pair[1]), "{days:?}");
    }
}
