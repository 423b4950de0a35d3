//! What the producer is told, and whether a run that has begun agrees.

use crate::late::{self, Late};
use chrono::NaiveDate;
use contract::Genesis;
use ledger::Rate;
use simulator::{FaultRates, PriceTable};
use std::path::PathBuf;

/// Simulated days, times scale, that one live batch may span: some 33 000 entries, which a transaction holds with ease.
const BATCH_DAYS_MAX: i128 = 10;

/// The settings of a run, as given; what is not given is as the run has it, or the default where none has begun.
#[derive(clap::Args, Clone, Debug, Default)]
#[group(skip)]
#[allow(clippy::doc_markdown, reason = "the comments are the help of the program")]
pub struct RunArgs {
    /// Seed of every random number; default 42 [env: RANDOM_SEED]
    #[arg(long = "seed", env = "RANDOM_SEED", allow_negative_numbers = true, value_name = "NUMBER", hide_env = true, help_heading = "Run",
          value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub random_seed: Option<u64>,
    /// First day of the ledger; default: today minus HISTORICAL_DAYS [env: START_DATE]
    #[arg(long, env = "START_DATE", value_name = "YYYY-MM-DD", value_parser = start_date, hide_env = true, help_heading = "Run")]
    pub start_date: Option<NaiveDate>,
    /// Days of history before the live ledger; default 365 [env: HISTORICAL_DAYS]
    #[arg(long = "days", env = "HISTORICAL_DAYS", allow_negative_numbers = true, value_name = "DAYS", hide_env = true, help_heading = "Run",
          value_parser = clap::value_parser!(u32).range(1..=3_660))]
    pub historical_days: Option<u32>,
    /// Multiplies wells and entries; default 1 [env: SCALE]
    #[arg(long, env = "SCALE", allow_negative_numbers = true, value_name = "NUMBER", hide_env = true, help_heading = "Run",
          value_parser = clap::value_parser!(u32).range(1..=i64::from(simulator::settings::SCALE_MAX)))]
    pub scale: Option<u32>,
    /// Planted faults for each good entry, 0 to 1, shared evenly by all kinds; default 0.001 [env: FAULT_RATE]
    #[arg(long, env = "FAULT_RATE", allow_negative_numbers = true, value_name = "RATE", hide_env = true, help_heading = "Run", value_parser = fault_rate)]
    pub fault_rate: Option<Rate>,
    /// Rates of single faults by reason code, instead of their share of FAULT_RATE: unbalanced=0.01,unknown_well=0.001
    /// [env: FAULT_RATES]
    #[arg(long, env = "FAULT_RATES", value_name = "REASON=RATE,…", hide_env = true, help_heading = "Run", value_parser = fault_rates)]
    pub fault_rates: Option<FaultRates>,
    /// Scenario for tests of replay: publish a master only so many days after its first use, and never before the live ledger
    /// begins. One of well, owner, counterparty, afe, and days: well:3; default none [env: LATE_MASTER]
    #[arg(long, env = "LATE_MASTER", value_name = "KIND:DAYS", hide_env = true, help_heading = "Run")]
    pub late_master: Option<Late>,
    /// Wall clock seconds between live batches; default 30. May change during a run [env: STREAMING_INTERVAL_SECONDS]
    #[arg(long = "interval", env = "STREAMING_INTERVAL_SECONDS", allow_negative_numbers = true, value_name = "SECONDS", hide_env = true, help_heading = "Run",
          value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub interval_seconds: Option<u32>,
    /// Simulated seconds for one second of wall clock; default 1. May change during a run [env: SPEED]
    #[arg(long, env = "SPEED", allow_negative_numbers = true, value_name = "NUMBER", hide_env = true, help_heading = "Run", value_parser = speed)]
    pub speed: Option<Rate>,
    /// Prices of the past in a CSV file, daily or monthly; may be repeated, or several separated by commas. Default: from EIA
    /// where EIA_API_KEY is set, else built in [env: PRICES_FILES]
    #[arg(
        long = "prices",
        env = "PRICES_FILES",
        value_name = "FILE.csv",
        value_delimiter = ',',
        hide_env = true,
        help_heading = "Run"
    )]
    pub prices_files: Vec<PathBuf>,
}

fn start_date(text: &str) -> Result<NaiveDate, String> {
    let date: NaiveDate = text.parse().map_err(|_| "a day such as 2025-01-31 is expected".to_owned())?;
    let dates = simulator::settings::start_dates();
    if dates.contains(&date) {
        Ok(date)
    } else {
        Err(format!("{} to {} is expected", dates.start(), dates.end()))
    }
}

fn fault_rate(text: &str) -> Result<Rate, String> {
    let rate: Rate = text.parse().map_err(|error| format!("{error}"))?;
    if rate.units() < 0 || rate > Rate::ONE { Err("0 to 1 is expected".to_owned()) } else { Ok(rate) }
}

fn fault_rates(text: &str) -> Result<FaultRates, String> {
    text.parse().map_err(|error: simulator::SettingsError| error.to_string())
}

fn speed(text: &str) -> Result<Rate, String> {
    let speed: Rate = text.parse().map_err(|error| format!("{error}"))?;
    let tenth = Rate::ONE.units() / 10;
    if (tenth..=Rate::ONE.units() * 100_000).contains(&speed.units()) {
        Ok(speed)
    } else {
        Err("0.1 to 100000 is expected".to_owned())
    }
}

/// The defaults of a run that begins.
pub(crate) mod default {
    use ledger::Rate;

    pub(crate) const RANDOM_SEED: u64 = 42;
    pub(crate) const HISTORICAL_DAYS: u32 = 365;
    pub(crate) const SCALE: u32 = 1;
    pub(crate) const INTERVAL_SECONDS: u32 = 30;
    pub(crate) const SPEED: Rate = Rate::ONE;

    pub(crate) const fn fault_rate() -> Rate {
        Rate::from_units(Rate::ONE.units() / 1_000)
    }
}

/// A setting that a run which has begun has otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Name of the setting.
    pub setting: &'static str,
    /// As the run has it.
    pub run: String,
    /// As it was given.
    pub given: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is {} in this run and {} was given", self.setting, self.run, self.given)
    }
}

impl RunArgs {
    /// What a run begins with where nothing is given. The first day depends on the day.
    #[must_use]
    pub const fn defaults() -> Self {
        Self {
            random_seed: Some(default::RANDOM_SEED),
            start_date: None,
            historical_days: Some(default::HISTORICAL_DAYS),
            scale: Some(default::SCALE),
            fault_rate: Some(default::fault_rate()),
            fault_rates: None,
            late_master: None,
            interval_seconds: Some(default::INTERVAL_SECONDS),
            speed: Some(default::SPEED),
            prices_files: Vec::new(),
        }
    }

    /// The wall clock seconds of a live window, where `before` is what the run had last.
    pub(crate) fn interval(&self, before: Option<u32>) -> u32 {
        self.interval_seconds.or(before).unwrap_or(default::INTERVAL_SECONDS)
    }

    /// The speed, where `before` is what the run had last.
    pub(crate) fn speed(&self, before: Option<Rate>) -> Rate {
        self.speed.or(before).unwrap_or(default::SPEED)
    }

    /// How often each fault is planted in a run that begins: `FAULT_RATE` shared by all, and on top what is named.
    pub(crate) fn rates(&self) -> FaultRates {
        let all = FaultRates::uniform(self.fault_rate.unwrap_or(default::fault_rate()));
        all.overridden_by(&self.named_rates())
    }

    fn named_rates(&self) -> FaultRates {
        self.fault_rates.clone().unwrap_or_default()
    }

    /// What of the given settings, and of the prices in the given files, contradicts the genesis of a run.
    #[must_use]
    pub fn differences(&self, genesis: &Genesis, prices: Option<&PriceTable>) -> Vec<Difference> {
        let mut differences = Vec::new();
        let mut compare = |setting, run: String, given: Option<String>| {
            if let Some(given) = given.filter(|given| *given != run) {
                differences.push(Difference { setting, run, given });
            }
        };
        let text = |number: Option<u32>| number.map(|number| number.to_string());
        compare(
            "RANDOM_SEED",
            genesis.random_seed.to_string(),
            self.random_seed.map(|seed| seed.to_string()),
        );
        compare("START_DATE", genesis.start_date.to_string(), self.start_date.map(|date| date.to_string()));
        compare("HISTORICAL_DAYS", genesis.historical_days.to_string(), text(self.historical_days));
        compare("SCALE", genesis.scale.to_string(), text(self.scale));
        let (rest, named) = split(&crate::genesis::rates(genesis), &self.named_rates());
        let given = split(&self.rates(), &self.named_rates());
        compare("FAULT_RATE", text_of(&rest), self.fault_rate.map(|_| text_of(&given.0)));
        compare("FAULT_RATES", text_of(&named), self.fault_rates.as_ref().map(|_| text_of(&given.1)));
        compare("LATE_MASTER", late::text(genesis), self.late_master.map(|late| late.to_string()));
        if let Some(prices) = prices.filter(|prices| prices.digest() != genesis.price_digest) {
            let run = table(&genesis.price_source, &genesis.price_digest);
            compare("PRICES_FILES", run, Some(table(prices.source(), &prices.digest())));
        }
        let version = Some(simulator::VERSION.to_owned());
        compare("the simulator's version", genesis.simulator_version.clone(), version);
        differences
    }
}

/// The rates that are not named, and those that are.
fn split(rates: &FaultRates, named: &FaultRates) -> (FaultRates, FaultRates) {
    let is_named = |reason| named.iter().any(|(known, _)| known == reason);
    let rest = rates.iter().filter(|(reason, _)| !is_named(*reason)).collect();
    let named = named.iter().map(|(reason, _)| (reason, rates.of(reason))).collect();
    (FaultRates::from_rates(rest), FaultRates::from_rates(named))
}

/// Rates that are not zero.
fn text_of(rates: &FaultRates) -> String {
    let some = FaultRates::from_rates(rates.iter().filter(|(_, rate)| !rate.is_zero()).collect());
    let total: Rate = some.iter().map(|(_, rate)| rate).sum();
    match some.to_string() {
        none if none.is_empty() => "0".to_owned(),
        _ if *rates == FaultRates::uniform(total) => format!("{total} in all"),
        each => each,
    }
}

/// A table of prices by its source, and enough of its digest to tell it from another with the same.
fn table(source: &str, digest: &str) -> String {
    format!("`{source}` ({})", digest.get(..12).unwrap_or(digest))
}

/// Why a live batch would be too large, where it would be.
pub(crate) fn batch_span_problem(interval_seconds: u32, speed: Rate, scale: i32) -> Option<String> {
    let days = i128::from(interval_seconds) * speed.units_wide() * i128::from(scale)
        / Rate::ONE.units_wide()
        / 86_400;
    (days >= BATCH_DAYS_MAX).then(|| {
        format!(
            "STREAMING_INTERVAL_SECONDS {interval_seconds} × SPEED {speed} × SCALE {scale} puts {days} days into one live batch; \
             fewer than {BATCH_DAYS_MAX} are possible: lower one of them"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_may_not_grow_without_bound() {
        let speed = |times: i64| Rate::from_units(Rate::ONE.units() * times);
        assert_eq!(batch_span_problem(30, speed(120), 1), None);
        assert_eq!(batch_span_problem(30, speed(28_799), 1), None);
        let problem = batch_span_problem(30, speed(28_800), 1).unwrap();
        assert!(problem.contains("SPEED") && problem.contains("10 days"), "{problem}");
    }

    #[test]
    fn rates_and_speeds_out_of_range_are_refused() {
        assert!(fault_rate("0.001").is_ok() && fault_rate("1.1").is_err() && fault_rate("-0.1").is_err());
        assert!(speed("0.5").is_ok() && speed("0").is_err() && speed("100001").is_err());
    }
}
