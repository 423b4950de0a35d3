//! What the ledger follows from.

use crate::prices::PriceTable;
use chrono::NaiveDate;
use ledger::{Rate, ReasonCode};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Faults that this version plants. The other reasons need the validator's memory of earlier entries, or are not yet
/// built; they stay at rate zero.
pub const PLANTED: [ReasonCode; 2] = [ReasonCode::UnreadablePayload, ReasonCode::Unbalanced];

/// The largest scale: the ticket grid stays at whole microseconds and the masters in memory.
pub const SCALE_MAX: u32 = 10;

/// The part of the genesis that shapes the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Seed of every random number.
    pub seed: u64,
    /// First day of the ledger.
    pub start_date: NaiveDate,
    /// Days of history before the live ledger.
    pub historical_days: u32,
    /// Multiplies wells and entries.
    pub scale: u32,
    /// How often each fault is planted.
    pub fault_rates: FaultRates,
    /// Prices of the past.
    pub prices: PriceTable,
}

/// What is wrong with settings: all of it at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct SettingsError(pub Vec<String>);

impl Settings {
    /// Checks every range.
    ///
    /// # Errors
    /// All values that are out of range.
    pub fn check(&self) -> Result<(), SettingsError> {
        let mut problems = Vec::new();
        let dates = start_dates();
        if !dates.contains(&self.start_date) {
            let (first, last) = (dates.start(), dates.end());
            problems.push(format!("START_DATE {} is outside {first} to {last}", self.start_date));
        }
        if !(1..=3_660).contains(&self.historical_days) {
            problems.push(format!("HISTORICAL_DAYS {} is outside 1 to 3660", self.historical_days));
        }
        if !(1..=SCALE_MAX).contains(&self.scale) {
            problems.push(format!("SCALE {} is outside 1 to {SCALE_MAX}", self.scale));
        }
        for (reason, rate) in &self.fault_rates.0 {
            if rate.units() < 0 || *rate > Rate::ONE {
                problems.push(format!("fault rate {rate} of {reason} is outside 0 to 1"));
            } else if !rate.is_zero() && !PLANTED.contains(reason) {
                problems.push(format!("fault {reason} is not planted by this version; its rate must be 0"));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(SettingsError(problems)) }
    }
}

/// Days on which a ledger may begin: three months behind the first price, and within calendars.
#[must_use]
pub fn start_dates() -> RangeInclusive<NaiveDate> {
    date(2018, 4)..=date(2100, 1)
}

fn date(year: i32, month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, 1).expect("a calendar month")
}

/// Planted submissions for each good one, by the reason that the validator must give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultRates(BTreeMap<ReasonCode, Rate>);

impl FaultRates {
    /// `rate` in all, shared evenly by the faults that this version plants.
    #[must_use]
    pub fn uniform(rate: Rate) -> Self {
        let each = Rate::from_units(rate.units() / PLANTED.len() as i64);
        Self(PLANTED.into_iter().map(|reason| (reason, each)).collect())
    }

    /// Exactly these rates.
    #[must_use]
    pub fn from_rates(rates: BTreeMap<ReasonCode, Rate>) -> Self {
        Self(rates)
    }

    /// The rates by reason.
    #[must_use]
    pub fn rates(&self) -> BTreeMap<ReasonCode, Rate> {
        self.0.clone()
    }
}
