//! The genesis of a run, and the world that follows from it. Pure.

use crate::settings::{RunArgs, default};
use chrono::{DateTime, Days, NaiveDate, SubsecRound, Utc};
use contract::run::{Anchor, FaultRate, Genesis, GenesisPrice};
use ledger::{Rate, ReasonCode};
use simulator::prices::Series;
use simulator::{FaultRates, PriceTable, Settings};
use uuid::Uuid;

/// A run with the built-in prices that begins `now`: see [`begin_with`].
#[must_use]
pub fn begin(args: &RunArgs, incarnation: Uuid, now: DateTime<Utc>) -> (Genesis, Anchor) {
    begin_with(args, &PriceTable::built_in(), incarnation, now)
}

/// The first day of a run that begins `now`.
#[must_use]
pub fn start_date(args: &RunArgs, now: DateTime<Utc>) -> NaiveDate {
    let history = Days::new(u64::from(args.historical_days.unwrap_or(default::HISTORICAL_DAYS)));
    args.start_date.unwrap_or_else(|| now.date_naive() - history)
}

/// A run that begins `now`: its genesis and the first anchor of its clock. The clock starts at now, or behind history
/// where the first day was given.
#[must_use]
pub fn begin_with(
    args: &RunArgs,
    prices: &PriceTable,
    incarnation: Uuid,
    now: DateTime<Utc>,
) -> (Genesis, Anchor) {
    // The wire keeps microseconds: what is kept here must be what is read back.
    let now = now.trunc_subsecs(6);
    let historical_days = args.historical_days.unwrap_or(default::HISTORICAL_DAYS);
    let history = Days::new(u64::from(historical_days));
    let start_date = start_date(args, now);
    let simulated = match args.start_date {
        Some(first) => ledger::period::midnight(first + history),
        None => now,
    };
    let genesis = Genesis {
        random_seed: args.random_seed.unwrap_or(default::RANDOM_SEED).cast_signed(),
        start_date,
        historical_days: historical_days.cast_signed(),
        scale: args.scale.unwrap_or(default::SCALE).cast_signed(),
        fault_rates: args.rates().iter().map(fault_rate).collect(),
        price_source: prices.source().to_owned(),
        price_digest: prices.digest(),
        prices: prices.given().map(genesis_price).collect(),
        simulator_version: simulator::VERSION.to_owned(),
        incarnation,
        created_at: now,
        late_master: args.late_master.map(Into::into),
    };
    let anchor = Anchor {
        simulated,
        wall: now,
        speed: args.speed(None),
        interval_seconds: args.interval(None).cast_signed(),
    };
    (genesis, anchor)
}

fn genesis_price((series, price_date, price): (Series, NaiveDate, ledger::UnitPrice)) -> GenesisPrice {
    GenesisPrice { series: series.code().to_owned(), price_date, price }
}

fn fault_rate((reason, rate): (ReasonCode, Rate)) -> FaultRate {
    FaultRate { reason: reason.code().to_owned(), rate }
}

/// The rates of a run, without reasons that this version does not know.
pub(crate) fn rates(genesis: &Genesis) -> FaultRates {
    let known = genesis.fault_rates.iter().filter_map(|rate| Some((rate.reason.parse().ok()?, rate.rate)));
    FaultRates::from_rates(known.collect())
}

/// What the ledger of a genesis follows from.
///
/// # Errors
/// Where the genesis holds what this version does not know: it was made by another.
pub fn settings(genesis: &Genesis) -> Result<Settings, String> {
    let rate = |rate: &FaultRate| {
        let reason: ReasonCode =
            rate.reason.parse().map_err(|_| format!("fault `{}` is unknown", rate.reason))?;
        Ok((reason, rate.rate))
    };
    let price = |price: &GenesisPrice| {
        let series = Series::ALL.into_iter().find(|series| series.code() == price.series);
        let series = series.ok_or_else(|| format!("price series `{}` is unknown", price.series))?;
        Ok((series, price.price_date, price.price))
    };
    let prices: Vec<_> = genesis.prices.iter().map(price).collect::<Result<_, String>>()?;
    let prices = PriceTable::from_rows(&genesis.price_source, prices);
    if prices.digest() != genesis.price_digest {
        return Err("its price table does not have the digest that it names".to_owned());
    }
    let number = |name, value: i32| u32::try_from(value).map_err(|_| format!("{name} {value} is negative"));
    Ok(Settings {
        seed: genesis.random_seed.cast_unsigned(),
        start_date: genesis.start_date,
        historical_days: number("historical_days", genesis.historical_days)?,
        scale: number("scale", genesis.scale)?,
        fault_rates: FaultRates::from_rates(
            genesis.fault_rates.iter().map(rate).collect::<Result<_, String>>()?,
        ),
        prices,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-03-10T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_genesis_gives_back_the_settings_that_it_was_made_of() {
        let args =
            RunArgs { random_seed: Some(7), fault_rate: Some("0.01".parse().unwrap()), ..RunArgs::default() };
        let (genesis, _) = begin(&args, Uuid::nil(), noon());
        let settings = settings(&genesis).unwrap();
        assert_eq!((settings.seed, settings.historical_days, settings.scale), (7, 365, 1));
        assert_eq!(settings.fault_rates, FaultRates::uniform("0.01".parse().unwrap()));
        assert_eq!(settings.prices.digest(), PriceTable::built_in().digest());
        assert_eq!(settings.prices, PriceTable::built_in());
        assert!(args.differences(&genesis, None).is_empty());
    }

    #[test]
    fn a_table_of_daily_prices_survives_the_genesis_and_another_one_is_a_difference() {
        let days = |last: &str| {
            let rows = [("2026-01-02", "60.5"), ("2026-01-05", "-36.98"), ("2026-01-06", last)];
            let row =
                |(date, price): (&str, &str)| (Series::Wti, date.parse().unwrap(), price.parse().unwrap());
            PriceTable::from_rows("Files: a.csv", rows.map(row))
        };
        let table = days("61");
        let (genesis, _) = begin_with(&RunArgs::default(), &table, Uuid::nil(), noon());
        assert_eq!(settings(&genesis).unwrap().prices, table);
        let args = RunArgs::default();
        assert!(args.differences(&genesis, Some(&table)).is_empty());
        let found = args.differences(&genesis, Some(&days("62")));
        assert_eq!(found[0].setting, "PRICES_FILES");
        assert!(found[0].run.contains("a.csv") && found[0].run != found[0].given, "{}", found[0]);
    }

    #[test]
    fn the_clock_starts_now_or_behind_a_history_whose_first_day_was_given() {
        let (genesis, anchor) = begin(&RunArgs::default(), Uuid::nil(), noon());
        assert_eq!(genesis.start_date.to_string(), "2025-03-10");
        assert_eq!((anchor.simulated, anchor.wall), (noon(), noon()));
        let args = RunArgs {
            start_date: Some("2025-01-01".parse().unwrap()),
            historical_days: Some(2),
            ..RunArgs::default()
        };
        let (_, anchor) = begin(&args, Uuid::nil(), noon());
        assert_eq!(anchor.simulated, "2025-01-03T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
    }

    #[test]
    fn every_setting_that_contradicts_a_run_is_named_and_those_not_given_do_not() {
        let (genesis, _) = begin(&RunArgs::default(), Uuid::nil(), noon());
        assert!(RunArgs::default().differences(&genesis, None).is_empty());
        let other = RunArgs {
            random_seed: Some(1),
            start_date: Some("2025-01-01".parse().unwrap()),
            historical_days: Some(30),
            scale: Some(2),
            fault_rate: Some(Rate::ZERO),
            fault_rates: "unbalanced=0.5".parse().ok(),
            late_master: "well:3".parse().ok(),
            interval_seconds: Some(1),
            speed: Some(Rate::ONE),
            prices_files: vec!["other.csv".into()],
        };
        let prices = PriceTable::from_rows("Files: other.csv", []);
        let named: Vec<&str> =
            other.differences(&genesis, Some(&prices)).iter().map(|difference| difference.setting).collect();
        assert_eq!(
            named,
            [
                "RANDOM_SEED",
                "START_DATE",
                "HISTORICAL_DAYS",
                "SCALE",
                "FAULT_RATE",
                "FAULT_RATES",
                "LATE_MASTER",
                "PRICES_FILES"
            ]
        );
    }

    #[test]
    fn named_fault_rates_stand_in_the_genesis_and_are_held_against_it_apart() {
        let args = |all: &str, named: &str| RunArgs {
            fault_rate: all.parse().ok(),
            fault_rates: named.parse().ok(),
            ..RunArgs::default()
        };
        let begun = args("0.26", "unbalanced=0.5,unknown_well=0");
        let (genesis, _) = begin(&begun, Uuid::nil(), noon());
        let rates = settings(&genesis).unwrap().fault_rates;
        let of = |reason| rates.of(reason).to_string();
        assert_eq!(of(ReasonCode::Unbalanced), "0.50000000");
        assert_eq!(
            (of(ReasonCode::UnknownWell), of(ReasonCode::OneSided)),
            ("0.00000000".into(), "0.01000000".into())
        );
        let named = |args: &RunArgs| -> Vec<String> {
            args.differences(&genesis, None).iter().map(ToString::to_string).collect()
        };
        assert!(named(&begun).is_empty());
        let only = RunArgs { fault_rates: "unbalanced=0.5".parse().ok(), ..RunArgs::default() };
        assert!(named(&only).is_empty());
        let other = RunArgs { fault_rates: "unbalanced=0.4".parse().ok(), ..only };
        assert_eq!(
            named(&other),
            ["FAULT_RATES is unbalanced=0.50000000 in this run and unbalanced=0.40000000 was given"]
        );
        let [difference] = &named(&args("0.52", "unbalanced=0.5,unknown_well=0"))[..] else { panic!() };
        assert!(
            difference.starts_with("FAULT_RATE is ") && difference.contains("one_sided=0.01"),
            "{difference}"
        );
    }

    #[test]
    fn a_master_that_comes_late_stands_in_the_genesis_and_changes_no_entry() {
        let late = RunArgs { late_master: "afe:2".parse().ok(), ..RunArgs::default() };
        let (genesis, _) = begin(&late, Uuid::nil(), noon());
        let (ordinary, _) = begin(&RunArgs::default(), Uuid::nil(), noon());
        assert_eq!(settings(&genesis), settings(&ordinary));
        let named = |args: &RunArgs, genesis: &Genesis| -> Vec<String> {
            args.differences(genesis, None).iter().map(ToString::to_string).collect()
        };
        assert!(named(&late, &genesis).is_empty() && named(&RunArgs::default(), &genesis).is_empty());
        assert_eq!(named(&late, &ordinary), ["LATE_MASTER is none in this run and afe:2 was given"]);
        let later = RunArgs { late_master: "afe:3".parse().ok(), ..RunArgs::default() };
        assert_eq!(named(&later, &genesis), ["LATE_MASTER is afe:2 in this run and afe:3 was given"]);
    }

    #[test]
    fn a_genesis_with_an_altered_price_table_is_refused() {
        let (mut genesis, _) = begin(&RunArgs::default(), Uuid::nil(), noon());
        genesis.prices[0].price = ledger::UnitPrice::ONE;
        assert!(settings(&genesis).unwrap_err().contains("digest"));
    }
}
