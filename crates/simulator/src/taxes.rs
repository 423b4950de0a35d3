//! Severance tax by state and product.

use chrono::NaiveDate;
use ledger::reference::TaxRate;
use ledger::{Product, Rate, UnitPrice};

/// State, product, parts per million of value, micro-dollars per unit of volume, months and day due, source.
type Row = (&'static str, Product, i64, i64, i32, i32, &'static str);

/// Rates as enacted, for the production months of this ledger. States without a rate levy no severance tax on the
/// product (Pennsylvania levies an impact fee per well instead).
const RATES: &[Row] = &[
    ("TX", Product::Oil, 46_000, 0, 1, 25, "Tex. Tax Code ch. 202"),
    ("TX", Product::Gas, 75_000, 0, 2, 20, "Tex. Tax Code ch. 201"),
    ("NM", Product::Oil, 70_900, 0, 2, 25, "N.M. severance, emergency school and conservation taxes"),
    ("NM", Product::Gas, 79_400, 0, 2, 25, "N.M. severance, emergency school and conservation taxes"),
    ("ND", Product::Oil, 100_000, 0, 1, 25, "N.D. gross production 5 % and extraction 5 %"),
    ("OK", Product::Oil, 70_000, 0, 2, 25, "Okla. gross production tax"),
    ("OK", Product::Gas, 70_000, 0, 2, 25, "Okla. gross production tax"),
    ("LA", Product::Oil, 125_000, 0, 2, 25, "La. R.S. 47:633"),
    ("LA", Product::Gas, 0, 98_000, 2, 25, "La. R.S. 47:633, per MCF, fiscal year 2025"),
    ("CO", Product::Oil, 50_000, 0, 2, 25, "Colo. Rev. Stat. § 39-29-105, top bracket"),
    ("CO", Product::Gas, 50_000, 0, 2, 25, "Colo. Rev. Stat. § 39-29-105, top bracket"),
    ("WY", Product::Oil, 60_000, 0, 2, 25, "Wyo. Stat. § 39-14-204"),
    ("WY", Product::Gas, 60_000, 0, 2, 25, "Wyo. Stat. § 39-14-204"),
    ("WV", Product::Oil, 50_000, 0, 2, 25, "W. Va. Code § 11-13A"),
    ("WV", Product::Gas, 50_000, 0, 2, 25, "W. Va. Code § 11-13A"),
    ("OH", Product::Oil, 0, 100_000, 2, 25, "Ohio Rev. Code § 5749.02, per barrel"),
    ("OH", Product::Gas, 0, 25_000, 2, 25, "Ohio Rev. Code § 5749.02, per MCF"),
    ("UT", Product::Oil, 50_000, 0, 2, 25, "Utah Code § 59-5-102, upper rate"),
    ("UT", Product::Gas, 50_000, 0, 2, 25, "Utah Code § 59-5-102, upper rate"),
    ("MT", Product::Oil, 90_000, 0, 2, 25, "Mont. Code § 15-36-304"),
    ("MT", Product::Gas, 90_000, 0, 2, 25, "Mont. Code § 15-36-304"),
];

/// The tax records that hold from `effective_date` on.
pub(crate) fn rates(effective_date: NaiveDate) -> Vec<TaxRate> {
    let record = |row: &Row| {
        let (state, product, parts_per_million, micro_dollars, due_months, due_day, statute) = *row;
        TaxRate {
            tax_code: format!("{state}-{product}-SEV"),
            effective_date,
            state: state.to_owned(),
            product,
            rate: Rate::from_units(parts_per_million * 100),
            rate_per_unit: UnitPrice::from_units(micro_dollars),
            due_months,
            due_day,
            statute: statute.to_owned(),
        }
    };
    RATES.iter().map(record).collect()
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
}
