//! Severance tax by state and product, as statutes have it.

use chrono::NaiveDate;
use ledger::reference::TaxRate;
use ledger::{Product, Rate, UnitPrice};

/// State, product, the day from which it holds where it changed within reach of the price table, parts per million of
/// value, micro-dollars per unit of volume, months and day due, source.
type Row = (&'static str, Product, Option<(i32, u32, u32)>, i64, i64, i32, i32, &'static str);

/// Rates as enacted, for the production months of this ledger. Pennsylvania levies an impact fee per well
/// instead, and North Dakota taxes liquids with the gas that held them. Colorado and Utah are taken at their upper brackets;
/// rates for new wells (Oklahoma's first 36 months, Louisiana's since July 2025) are not.
#[rustfmt::skip]
const RATES: &[Row] = &[
    ("TX", Product::Oil, None, 46_000, 6_250, 1, 25, "Tex. Tax Code ch. 202; Nat. Res. Code § 81.116, clean-up fee per barrel"),
    ("TX", Product::Gas, None, 75_000, 0, 2, 20, "Tex. Tax Code ch. 201"),
    ("TX", Product::NaturalGasLiquids, None, 75_000, 0, 2, 20, "Tex. Tax Code ch. 201"),
    ("NM", Product::Oil, None, 70_900, 0, 2, 25, "N.M. severance, emergency school and conservation taxes"),
    ("NM", Product::Gas, None, 79_400, 0, 2, 25, "N.M. severance, emergency school and conservation taxes"),
    ("NM", Product::NaturalGasLiquids, None, 79_400, 0, 2, 25, "N.M. severance, emergency school and conservation taxes"),
    ("ND", Product::Oil, None, 100_000, 0, 1, 25, "N.D. gross production 5 % and extraction 5 %"),
    ("ND", Product::Gas, None, 0, 68_600, 1, 25, "N.D. Cent. Code § 57-51-02.2, per MCF, set each 1 July"),
    ("OK", Product::Oil, None, 70_000, 0, 2, 25, "Okla. gross production tax"),
    ("OK", Product::Gas, None, 70_000, 0, 2, 25, "Okla. gross production tax"),
    ("OK", Product::NaturalGasLiquids, None, 70_000, 0, 2, 25, "Okla. gross production tax"),
    ("LA", Product::Oil, None, 125_000, 0, 2, 25, "La. R.S. 47:633"),
    ("LA", Product::Gas, None, 0, 251_000, 2, 25, "La. R.S. 47:633, per MCF, fiscal year 2024"),
    ("LA", Product::Gas, Some((2024, 7, 1)), 0, 98_000, 2, 25, "La. R.S. 47:633, per MCF, fiscal year 2025"),
    ("CO", Product::Oil, None, 50_000, 0, 2, 25, "Colo. Rev. Stat. § 39-29-105, top bracket"),
    ("CO", Product::Gas, None, 50_000, 0, 2, 25, "Colo. Rev. Stat. § 39-29-105, top bracket"),
    ("CO", Product::NaturalGasLiquids, None, 50_000, 0, 2, 25, "Colo. Rev. Stat. § 39-29-105, top bracket"),
    ("WY", Product::Oil, None, 60_000, 0, 2, 25, "Wyo. Stat. § 39-14-204"),
    ("WY", Product::Gas, None, 60_000, 0, 2, 25, "Wyo. Stat. § 39-14-204"),
    ("WY", Product::NaturalGasLiquids, None, 60_000, 0, 2, 25, "Wyo. Stat. § 39-14-204"),
    ("WV", Product::Oil, None, 50_000, 0, 2, 25, "W. Va. Code § 11-13A"),
    ("WV", Product::Gas, None, 50_000, 0, 2, 25, "W. Va. Code § 11-13A"),
    ("OH", Product::Oil, None, 0, 100_000, 2, 25, "Ohio Rev. Code § 5749.02, per barrel"),
    ("OH", Product::Gas, None, 0, 25_000, 2, 25, "Ohio Rev. Code § 5749.02, per MCF"),
    ("UT", Product::Oil, None, 50_000, 0, 2, 25, "Utah Code § 59-5-102, upper rate"),
    ("UT", Product::Gas, None, 50_000, 0, 2, 25, "Utah Code § 59-5-102, upper rate"),
    ("UT", Product::NaturalGasLiquids, None, 40_000, 0, 2, 25, "Utah Code § 59-5-102, liquids"),
    ("MT", Product::Oil, None, 90_000, 0, 2, 25, "Mont. Code § 15-36-304"),
    ("MT", Product::Gas, None, 90_000, 0, 2, 25, "Mont. Code § 15-36-304"),
    ("MT", Product::NaturalGasLiquids, None, 90_000, 0, 2, 25, "Mont. Code § 15-36-304"),
];

/// The tax records of a ledger whose records begin on `since`.
pub(crate) fn rates(since: NaiveDate) -> Vec<TaxRate> {
    let record = |row: &Row| {
        let (state, product, from, parts_per_million, micro_dollars, due_months, due_day, statute) = *row;
        let from = from.and_then(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day));
        TaxRate {
            tax_code: format!("{state}-{product}-SEV"),
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

/// The place of the tax in force on a day.
pub(crate) fn in_force(rates: &[TaxRate], state: &str, product: Product, day: NaiveDate) -> Option<u32> {
    let holds = |tax: &TaxRate| tax.state == state && tax.product == product && tax.effective_date <= day;
    rates.iter().rposition(holds).map(|at| at as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texas_takes_four_point_six_percent_of_oil_and_seven_and_a_half_of_gas() {
        let rates = rates("2025-01-01".parse().unwrap());
        let rate = |code: &str| rates.iter().find(|tax| tax.tax_code == code).unwrap().rate.to_string();
        assert_eq!((rate("TX-OIL-SEV"), rate("TX-GAS-SEV")), ("0.04600000".into(), "0.07500000".into()));
        assert!(!rates.iter().any(|tax| tax.state == "PA"));
    }

    #[test]
    fn louisiana_sets_a_new_rate_of_gas_each_july() {
        let rates = rates("2023-01-01".parse().unwrap());
        let on = |day: &str| {
            let at = in_force(&rates, "LA", Product::Gas, day.parse().unwrap()).unwrap();
            rates[at as usize].rate_per_unit.to_string()
        };
        assert_eq!((on("2024-06-30"), on("2024-07-01")), ("0.251000".into(), "0.098000".into()));
    }
}
