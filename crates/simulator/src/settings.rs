//! What the ledger follows from.

use crate::prices::PriceTable;
use chrono::NaiveDate;
use ledger::split::largest_remainder;
use ledger::{Rate, ReasonCode};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Faults that only a validator with a memory of earlier entries finds. They can be built, but as long as the validator
/// passes them they are not planted: their rates stay at zero.
pub const NEED_MEMORY: [ReasonCode; 6] = [
    ReasonCode::TooLate,
    ReasonCode::DuplicateEntry,
    ReasonCode::ConflictingEntry,
    ReasonCode::ReversalTargetMissing,
    ReasonCode::ReversalMismatch,
    ReasonCode::AlreadyReversed,
];

/// The largest scale: the grid of meter readings stays at whole milliseconds and the masters in memory.
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
        problems.extend(self.fault_rates.problems());
        if problems.is_empty() { Ok(()) } else { Err(SettingsError(problems)) }
    }
}

/// Days on which a ledger may begin: two years, which are booked before it, behind the first price, and within calendars.
#[must_use]
pub fn start_dates() -> RangeInclusive<NaiveDate> {
    date(2020, 1)..=date(2100, 1)
}

fn date(year: i32, month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, 1).expect("a calendar month")
}

/// The faults that are planted, in the order of their checks.
pub fn plantable() -> impl Iterator<Item = ReasonCode> {
    ReasonCode::ALL.iter().copied().filter(|reason| !NEED_MEMORY.contains(reason))
}

/// Planted submissions for each good one, by the reason that the validator must give.
///
/// As text: `unbalanced=0.01,unknown_well=0.001`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultRates(BTreeMap<ReasonCode, Rate>);

impl FaultRates {
    /// `rate` in all, shared evenly by the faults that are planted.
    #[must_use]
    pub fn uniform(rate: Rate) -> Self {
        let shares = largest_remainder(rate.units(), &vec![1; plantable().count()]);
        Self(plantable().zip(shares.into_iter().map(Rate::from_units)).collect())
    }

    /// Exactly these rates.
    #[must_use]
    pub fn from_rates(rates: BTreeMap<ReasonCode, Rate>) -> Self {
        Self(rates)
    }

    /// These rates, and for the reasons that `others` names, theirs.
    #[must_use]
    pub fn overridden_by(mut self, others: &Self) -> Self {
        self.0.extend(others.iter());
        self
    }

    /// The rates by reason.
    #[must_use]
    pub fn rates(&self) -> BTreeMap<ReasonCode, Rate> {
        self.0.clone()
    }

    /// The reasons that are named, in order, each with its rate.
    pub fn iter(&self) -> impl Iterator<Item = (ReasonCode, Rate)> {
        self.0.iter().map(|(reason, rate)| (*reason, *rate))
    }

    /// The rate of a reason; zero where it is not named.
    #[must_use]
    pub fn of(&self, reason: ReasonCode) -> Rate {
        self.0.get(&reason).copied().unwrap_or(Rate::ZERO)
    }

    fn problems(&self) -> impl Iterator<Item = String> {
        self.iter().filter_map(|(reason, rate)| {
            if rate.units() < 0 || rate > Rate::ONE {
                Some(format!("fault rate {rate} of {reason} is outside 0 to 1"))
            } else if !rate.is_zero() && NEED_MEMORY.contains(&reason) {
                Some(format!(
                    "fault {reason} cannot be planted: the validator has no memory of earlier entries yet and would accept \
                     it; leave its rate at 0"
                ))
            } else {
                None
            }
        })
    }
}

impl fmt::Display for FaultRates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each: Vec<String> = self.iter().map(|(reason, rate)| format!("{reason}={rate}")).collect();
        f.pad(&each.join(","))
    }
}

impl FromStr for FaultRates {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (mut rates, mut problems) = (Self::default(), Vec::new());
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match named(part) {
                Ok((reason, rate)) if rates.0.insert(reason, rate).is_some() => {
                    problems.push(format!("{reason} stands twice"));
                }
                Ok(_) => {}
                Err(problem) => problems.push(problem),
            }
        }
        problems.extend(rates.problems());
        if problems.is_empty() { Ok(rates) } else { Err(SettingsError(problems)) }
    }
}

/// One `reason=rate`.
fn named(part: &str) -> Result<(ReasonCode, Rate), String> {
    let (reason, rate) =
        part.split_once('=').ok_or_else(|| format!("`{part}` is not of the form unbalanced=0.01"))?;
    let reason = reason.trim().parse().map_err(|_| {
        let known: Vec<&str> = plantable().map(ReasonCode::code).collect();
        format!("`{}` is no reason code; these are planted: {}", reason.trim(), known.join(", "))
    })?;
    let rate = rate.trim().parse().map_err(|error| format!("{reason}: {error}"))?;
    Ok((reason, rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    #[test]
    fn a_uniform_rate_is_shared_to_the_last_digit_and_not_with_what_needs_memory() {
        for whole in ["0", "0.00000001", "0.001", "0.37", "1"] {
            let rates = FaultRates::uniform(rate(whole));
            assert_eq!(rates.iter().map(|(_, rate)| rate).sum::<Rate>(), rate(whole));
            assert_eq!(rates.iter().count(), ReasonCode::ALL.len() - NEED_MEMORY.len());
            assert!(NEED_MEMORY.into_iter().all(|reason| rates.of(reason).is_zero()));
        }
    }

    #[test]
    fn named_rates_are_read_shown_and_laid_over_others() {
        let named: FaultRates = " unbalanced = 0.01, unknown_well=0.001 ".parse().unwrap();
        assert_eq!(named.to_string(), "unbalanced=0.01000000,unknown_well=0.00100000");
        assert_eq!(named.to_string().parse::<FaultRates>().unwrap(), named);
        let rates = FaultRates::uniform(rate("0.26")).overridden_by(&named);
        assert_eq!(rates.of(ReasonCode::Unbalanced), rate("0.01"));
        assert_eq!(rates.of(ReasonCode::OneSided), rate("0.01"));
        assert_eq!(rates.of(ReasonCode::UnknownWell), rate("0.001"));
        assert_eq!("".parse::<FaultRates>().unwrap(), FaultRates::default());
    }

    #[test]
    fn every_named_rate_that_cannot_be_is_told_at_once() {
        let text = "unbalanced,one_sided=2,one_sided=0.1,moon=0.1,fx_missing=some,duplicate_entry=0.1,text_invalid=1.5";
        let SettingsError(problems) = text.parse::<FaultRates>().unwrap_err();
        for expected in
            ["`unbalanced`", "one_sided stands twice", "`moon`", "fx_missing", "duplicate_entry", "1.5"]
        {
            assert!(problems.iter().any(|problem| problem.contains(expected)), "{expected}: {problems:?}");
        }
        assert!("too_late=0".parse::<FaultRates>().is_ok());
    }
}
