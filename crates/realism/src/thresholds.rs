//! What is wanted, as data.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// From `low` to `high`, both allowed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The least.
    pub low: f64,
    /// The most.
    pub high: f64,
}

impl Band {
    /// From `low` to `high`.
    #[must_use]
    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// Whether the value lies in it.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// The band stretched to the value.
    #[must_use]
    pub(crate) fn stretched(self, value: f64) -> Self {
        Self { low: self.low.min(value), high: self.high.max(value) }
    }
}

/// What each test wants. The ties are exact and have no entry here. `docs/realism.md` says where each is from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// Days from which on what is not seen is a miss; below, it is skipped.
    pub long_days: i64,
    /// Months after the production month at whose end it is final.
    pub final_after_months: i32,
    /// Mean absolute deviation of first digits from Benford's law.
    pub benford_first: f64,
    /// The same of the first two digits.
    pub benford_first_two: f64,
    /// Mean absolute deviation of the last two digits from even, at most.
    pub last_two_digits: f64,
    /// Total variation distance of line counts to those of real ledgers.
    pub line_counts: f64,
    /// Share of entries with an even number of lines.
    pub even_lines: Band,
    /// Share of entries with as many debits as credits.
    pub equal_sides: Band,
    /// Share of entries that are entered on a weekend, at most.
    pub weekends: f64,
    /// Entries a day at month end and in the close, against those of other working days.
    pub peaks: Band,
    /// Share of entries for an earlier month that are entered by the eighth working day, at least.
    pub closed_in_time: f64,
    /// Share of entries that the twenty most frequent pairs of accounts have.
    pub account_pairs: Band,
    /// Share of entries by hand.
    pub manual: Band,
    /// Difference of the shares of reversals and of auto-reversing accruals, at most.
    pub reversals: f64,
    /// Share of amounts that are whole hundreds.
    pub round_amounts: Band,
    /// Realised oil price less WTI, in dollars a barrel.
    pub oil_differential: Band,
    /// Realised gas price an MMBtu as a part of Henry Hub.
    pub gas_of_henry_hub: Band,
    /// The same in the basins that sell at Waha, where full pipelines turn the price negative.
    pub gas_of_waha: Band,
    /// Realised price of a barrel of liquids as a part of WTI.
    pub liquids_of_wti: Band,
    /// Lease operating expense in dollars a BOE, by basin.
    pub lifting_cost: BTreeMap<String, Band>,
    /// Share of final revenue that is booked in its usual month, at least.
    pub usual_lag: f64,
    /// Months after production in which a correction may come.
    pub correction_lag: Band,
    /// Depletion in dollars a net BOE.
    pub depletion: Band,
    /// Coefficient of variation of a well's depletion a BOE: nineteen wells of twenty are below it.
    pub depletion_variation: f64,
    /// Share of wells whose rate falls, at least.
    pub declining: f64,
}

impl Thresholds {
    /// Whether a ledger could keep these at all.
    ///
    /// # Errors
    /// The threshold that none could: a share, a distance or a number of days below zero, or a band that ends before it
    /// begins.
    pub fn check(&self) -> Result<(), String> {
        let least = [
            ("long_days", self.long_days as f64),
            ("final_after_months", f64::from(self.final_after_months)),
            ("benford_first", self.benford_first),
            ("benford_first_two", self.benford_first_two),
            ("last_two_digits", self.last_two_digits),
            ("line_counts", self.line_counts),
            ("weekends", self.weekends),
            ("closed_in_time", self.closed_in_time),
            ("reversals", self.reversals),
            ("usual_lag", self.usual_lag),
            ("depletion_variation", self.depletion_variation),
            ("declining", self.declining),
        ];
        if let Some((name, value)) = least.into_iter().find(|(_, value)| *value < 0.0) {
            return Err(format!("`{name}` is {value}; 0 or more is expected"));
        }
        let bands = [
            ("even_lines", self.even_lines),
            ("equal_sides", self.equal_sides),
            ("peaks", self.peaks),
            ("account_pairs", self.account_pairs),
            ("manual", self.manual),
            ("round_amounts", self.round_amounts),
            ("oil_differential", self.oil_differential),
            ("gas_of_henry_hub", self.gas_of_henry_hub),
            ("gas_of_waha", self.gas_of_waha),
            ("liquids_of_wti", self.liquids_of_wti),
            ("correction_lag", self.correction_lag),
            ("depletion", self.depletion),
        ];
        let by_basin = self.lifting_cost.iter().map(|(basin, band)| (basin.as_str(), *band));
        match bands.into_iter().chain(by_basin).find(|(_, band)| band.low > band.high) {
            None => Ok(()),
            Some((name, band)) => {
                Err(format!("`{name}` goes from {} to {}: no figure lies in it", band.low, band.high))
            }
        }
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            long_days: 120,
            final_after_months: 2,
            benford_first: 0.012,
            benford_first_two: 0.0022,
            last_two_digits: 0.001,
            line_counts: 0.15,
            even_lines: Band::new(0.73, 1.0),
            equal_sides: Band::new(0.67, 0.97),
            weekends: 0.15,
            peaks: Band::new(1.2, 6.0),
            closed_in_time: 0.95,
            account_pairs: Band::new(0.60, 0.80),
            manual: Band::new(0.02, 0.06),
            reversals: 0.005,
            round_amounts: Band::new(0.01, 0.25),
            oil_differential: Band::new(-6.0, -0.5),
            gas_of_henry_hub: Band::new(0.40, 1.05),
            gas_of_waha: Band::new(-1.5, 1.05),
            liquids_of_wti: Band::new(0.25, 0.40),
            lifting_cost: lifting_cost(),
            usual_lag: 0.80,
            correction_lag: Band::new(3.0, 24.0),
            depletion: Band::new(10.0, 17.0),
            depletion_variation: 0.10,
            declining: 0.90,
        }
    }
}

fn lifting_cost() -> BTreeMap<String, Band> {
    let bands = [
        ("Midland", 5.0, 8.0),
        ("Delaware", 5.0, 8.0),
        ("Williston", 9.0, 12.0),
        ("Eagle Ford", 6.0, 9.0),
        ("DJ", 3.0, 5.0),
        ("Anadarko", 4.0, 11.0),
        ("Appalachia", 0.6, 2.0),
        ("Haynesville", 0.6, 2.0),
        ("Uinta", 5.0, 13.0),
        ("Powder River", 5.0, 13.0),
    ];
    bands.into_iter().map(|(basin, low, high)| (basin.to_owned(), Band::new(low, high))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_that_no_ledger_could_keep_is_named() {
        assert_eq!(Thresholds::default().check(), Ok(()));
        let below = Thresholds { line_counts: -0.1, ..Thresholds::default() };
        assert!(below.check().unwrap_err().contains("`line_counts` is -0.1"));
        let mut turned = Thresholds::default();
        turned.lifting_cost.insert("DJ".to_owned(), Band::new(5.0, 3.0));
        assert!(turned.check().unwrap_err().contains("`DJ` goes from 5 to 3"));
    }
}
