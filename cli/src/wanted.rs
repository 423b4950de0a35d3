//! What a stack is meant to be: what is given now, held against what is remembered.

use crate::arguments::{UpArgs, With};
use anyhow::bail;
use producer::settings::RunArgs;
use secrecy::{ExposeSecret, SecretString};
use service::exit::WrongSettings;
use stack::{Given, Remembered};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Settings of the run that may change from one start to the next.
const MAY_CHANGE: [&str; 2] = ["SPEED", "STREAMING_INTERVAL_SECONDS"];

/// Files that a run is priced with: once it has begun, its genesis holds what was in them.
const PRICES_FILES: &str = "PRICES_FILES";

/// A master that is published late.
const LATE_MASTER: &str = "LATE_MASTER";

/// A setting that is remembered otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its name.
    pub setting: String,
    /// As it is remembered.
    pub before: String,
    /// As it is given.
    pub given: String,
    /// Whether a restart of the stack is enough.
    pub may_change: bool,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is {} and was given as {}", self.setting, self.before, self.given)
    }
}

/// The run's settings that are given, by the names of their variables.
#[must_use]
pub fn run_variables(run: &RunArgs) -> BTreeMap<String, String> {
    let given = [
        ("RANDOM_SEED", run.random_seed.map(|seed| seed.to_string())),
        ("START_DATE", run.start_date.map(|date| date.to_string())),
        ("HISTORICAL_DAYS", run.historical_days.map(|days| days.to_string())),
        ("SCALE", run.scale.map(|scale| scale.to_string())),
        ("FAULT_RATE", run.fault_rate.map(|rate| rate.to_string())),
        ("FAULT_RATES", run.fault_rates.as_ref().map(ToString::to_string)),
        (LATE_MASTER, run.late_master.map(|late| late.to_string())),
        ("STREAMING_INTERVAL_SECONDS", run.interval_seconds.map(|seconds| seconds.to_string())),
        ("SPEED", run.speed.map(|speed| speed.to_string())),
        (PRICES_FILES, Some(files(&run.prices_files)).filter(|files| !files.is_empty())),
    ];
    given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn files(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths.iter().map(|path| path.to_string_lossy()).collect();
    paths.join(",")
}

/// Price files as any folder finds them, and sound: so that a slip is told before anything starts.
///
/// # Errors
/// The first file that cannot be used.
pub fn price_files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    producer::prices::files::given(paths).map_err(|error| WrongSettings(error.to_string()))?;
    let absolute = |path: &PathBuf| {
        let path = std::path::absolute(path)?;
        // The services get them in one variable.
        if path.to_str().is_none_or(|text| text.contains(',')) {
            let path = path.display();
            bail!(WrongSettings(format!("prices file {path}: its path must be UTF-8 and without a comma")));
        }
        Ok(path)
    };
    paths.iter().map(absolute).collect()
}

/// The settings of the run that its services get: what is remembered, and what is given now even where that is not
/// remembered, because the producer holds it against the run on the topics. The files of a run that has begun are needed
/// no more.
#[must_use]
pub fn handed_on(remembered: &Remembered, given: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut run = remembered.run.clone();
    if remembered.has_begun {
        run.remove(PRICES_FILES);
    }
    run.extend(given);
    run
}

/// What a setting of the run is as far as this stack knows. On somebody else's Kafka a run may have been there before the
/// stack, with other settings than the defaults: only the producer can tell.
fn known_run(before: &Remembered, name: &str) -> Option<String> {
    let is_ours = before.kafka.is_none() || MAY_CHANGE.contains(&name);
    let default = || match name {
        PRICES_FILES | LATE_MASTER => Some("not given".to_owned()),
        _ => run_variables(&RunArgs::defaults()).remove(name),
    };
    before.run.get(name).cloned().or_else(|| default().filter(|_| is_ours))
}

/// Remembers what is given. Once the run has begun, what it began without is left to the producer: remembering a value that
/// it refuses would spoil every later start.
pub fn remember_run(remembered: &mut Remembered, given: BTreeMap<String, String>) {
    for (name, value) in given {
        let is_settled = remembered.has_begun && !MAY_CHANGE.contains(&name.as_str());
        if !is_settled || remembered.run.contains_key(&name) {
            remembered.run.insert(name, value);
        }
    }
}

/// External parts that are given, without those that are the stack's own: `eval "$(wellbook env)"` sets these.
#[derive(Clone, Debug, Default)]
pub struct External {
    /// Brokers.
    pub kafka: Option<String>,
    /// Registry.
    pub registry: Option<String>,
    /// Database.
    pub postgres: Option<SecretString>,
}

impl External {
    /// What of the arguments is somebody else's.
    #[must_use]
    pub fn of(args: &UpArgs, before: Option<&Remembered>) -> Self {
        let ports = before.map(|before| &before.ports);
        let is_own_kafka = |servers: &String| {
            ports.is_some_and(|ports| servers.split(',').all(|server| is_local(server, &ports.kafka)))
        };
        let is_own_registry = |url: &String| {
            ports.is_some_and(|ports| authority(url).is_some_and(|at| is_local(at, &[ports.registry])))
        };
        let is_own_postgres = |url: &SecretString| {
            let at = authority(url.expose_secret());
            ports.is_some_and(|ports| at.is_some_and(|at| is_local(at, &[ports.postgres])))
        };
        Self {
            kafka: args.kafka.clone().filter(|servers| !is_own_kafka(servers)),
            registry: args.registry.clone().filter(|url| !is_own_registry(url)),
            postgres: args.postgres.clone().filter(|url| !is_own_postgres(url)),
        }
    }

    /// Host, port and database, without a password.
    ///
    /// # Errors
    /// Where the URL is none.
    pub fn postgres_address(&self) -> Result<Option<String>, store::StoreError> {
        let Some(url) = &self.postgres else { return Ok(None) };
        let args = store::Args::of(url.expose_secret());
        store::Store::connect(&args).map(|store| Some(store.address().to_owned()))
    }
}

fn is_local(server: &str, ports: &[u16]) -> bool {
    server.rsplit_once(':').is_some_and(|(host, port)| {
        host == "127.0.0.1" && port.parse().is_ok_and(|port: u16| ports.contains(&port))
    })
}

/// `host:port` of a URL.
fn authority(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1.split(['/', '?']).next()?;
    Some(rest.rsplit('@').next().unwrap_or(rest))
}

/// The ports that are given.
#[must_use]
pub fn given_ports(args: &UpArgs) -> Given {
    Given {
        api: args.api_port,
        kafka: args.kafka_port,
        registry: args.registry_port,
        postgres: args.postgres_port,
        admin: args.admin_port,
        dagster: args.dagster_port,
    }
}

/// Everything in which what is given contradicts what is remembered; what is not known is not judged. Where the producer
/// refused the run's settings, a restart changes them.
#[must_use]
pub fn differences(
    before: &Remembered,
    args: &UpArgs,
    external: &External,
    postgres: Option<&str>,
    topic_prefix: &str,
    is_refused: bool,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut compare = |setting: &str, before: Option<&str>, given: Option<&str>, may_change: bool| {
        if let (Some(before), Some(given)) = (before, given)
            && before != given
        {
            differences.push(Difference {
                setting: setting.to_owned(),
                before: before.to_owned(),
                given: given.to_owned(),
                may_change,
            });
        }
    };
    for (name, given) in &run_variables(&args.run) {
        compare(
            name,
            known_run(before, name).as_deref(),
            Some(given),
            is_refused || MAY_CHANGE.contains(&name.as_str()),
        );
    }
    let brokers = args.brokers.map(|brokers| brokers.to_string());
    let own = "embedded";
    let with = args.with.as_ref().map(With::to_string);
    compare("--with", Some(&With(before.with.clone()).to_string()), with.as_deref(), true);
    if before.kafka.is_none() || brokers.is_some() {
        compare("--brokers", Some(&before.brokers.to_string()), brokers.as_deref(), false);
    }
    compare("--kafka", Some(before.kafka.as_deref().unwrap_or(own)), external.kafka.as_deref(), false);
    compare(
        "--registry",
        Some(before.registry.as_deref().unwrap_or(own)),
        external.registry.as_deref(),
        false,
    );
    compare("--postgres", Some(before.postgres.as_deref().unwrap_or(own)), postgres, false);
    if !topic_prefix.is_empty() {
        compare("TOPIC_PREFIX", Some(&before.topic_prefix), Some(topic_prefix), false);
    }
    differences
}

/// Ports that are given and not those of a running stack.
#[must_use]
pub fn port_differences(before: &Remembered, given: Given) -> Vec<Difference> {
    let ports = &before.ports;
    let all = [
        ("--api-port", Some(ports.api), given.api),
        ("--kafka-port", ports.kafka.first().copied(), given.kafka),
        ("--registry-port", Some(ports.registry), given.registry),
        ("--postgres-port", Some(ports.postgres), given.postgres),
        ("--admin-port", ports.admin.first().copied(), given.admin),
        ("--dagster-port", ports.dagster, given.dagster),
    ];
    let differs = all.into_iter().filter(|(_, before, given)| given.is_some() && given != before);
    let text = |port: Option<u16>| port.map(|port| port.to_string()).unwrap_or_default();
    let difference = |(setting, before, given): (&str, Option<u16>, Option<u16>)| Difference {
        setting: setting.to_owned(),
        before: text(before),
        given: text(given),
        may_change: true,
    };
    differs.map(difference).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use stack::Ports;

    fn before() -> Remembered {
        let run = [("HISTORICAL_DAYS", "365"), ("SPEED", "1")];
        Remembered {
            run: run.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            brokers: 1,
            ports: Ports { kafka: vec![9092], postgres: 5432, registry: 8081, ..Ports::default() },
            ..Remembered::default()
        }
    }

    #[test]
    fn every_difference_is_named_and_what_is_not_given_is_none() {
        let mut args = UpArgs::default();
        assert!(differences(&before(), &args, &External::default(), None, "", false).is_empty());
        args.run.historical_days = Some(30);
        args.run.random_seed = Some(7);
        args.run.speed = "120".parse().ok();
        args.brokers = Some(3);
        args.with = Some(With([stack::Part::Analytics].into()));
        let found = differences(&before(), &args, &External::default(), None, "blue.", false);
        let names: Vec<(&str, bool)> =
            found.iter().map(|found| (found.setting.as_str(), found.may_change)).collect();
        assert_eq!(
            names,
            [
                ("HISTORICAL_DAYS", false),
                ("RANDOM_SEED", false),
                ("SPEED", true),
                ("--with", true),
                ("--brokers", false),
                ("TOPIC_PREFIX", false)
            ]
        );
        assert_eq!(found[0].to_string(), "HISTORICAL_DAYS is 365 and was given as 30");
    }

    #[test]
    fn a_default_that_is_given_is_no_difference_and_what_nobody_knows_is_not_judged() {
        let mut args = UpArgs::default();
        let of = |before: &Remembered, args: &UpArgs, is_refused| {
            differences(before, args, &External::default(), None, "", is_refused)
        };
        args.run.random_seed = Some(42);
        args.run.historical_days = Some(365);
        args.run.scale = Some(1);
        args.run.fault_rate = "0.001".parse().ok();
        args.run.interval_seconds = Some(30);
        args.run.speed = "1".parse().ok();
        assert_eq!(run_variables(&args.run), run_variables(&RunArgs::defaults()));
        let fresh = Remembered { run: BTreeMap::new(), ..before() };
        assert!(of(&fresh, &args, false).is_empty());
        args.run.start_date = "2025-01-01".parse().ok();
        assert!(of(&fresh, &args, false).is_empty());
        args.run.random_seed = Some(7);
        assert_eq!(of(&fresh, &args, false)[0].to_string(), "RANDOM_SEED is 42 and was given as 7");
        assert!(of(&fresh, &args, true)[0].may_change);
        let on_theirs = Remembered { kafka: Some("broker:9092".into()), ..fresh };
        assert!(of(&on_theirs, &args, false).is_empty());
    }

    #[test]
    fn the_files_of_a_run_are_handed_on_until_it_has_begun_and_others_are_a_difference() {
        let files = |name: &str| BTreeMap::from([("PRICES_FILES".to_owned(), name.to_owned())]);
        let mut stack = before();
        remember_run(&mut stack, files("/a.csv,/b.csv"));
        assert_eq!(handed_on(&stack, BTreeMap::new())["PRICES_FILES"], "/a.csv,/b.csv");
        stack.has_begun = true;
        assert_eq!(handed_on(&stack, BTreeMap::new()).get("PRICES_FILES"), None);
        assert_eq!(handed_on(&stack, files("/a.csv"))["PRICES_FILES"], "/a.csv");
        let mut args = UpArgs::default();
        args.run.prices_files = vec!["/a.csv".into(), "/b.csv".into()];
        let found = |stack: &Remembered, args: &UpArgs| {
            let found = differences(stack, args, &External::default(), None, "", false);
            found.iter().map(Difference::to_string).collect::<Vec<_>>()
        };
        assert!(found(&stack, &args).is_empty());
        args.run.prices_files.pop();
        assert_eq!(found(&stack, &args), ["PRICES_FILES is /a.csv,/b.csv and was given as /a.csv"]);
        assert_eq!(found(&before(), &args), ["PRICES_FILES is not given and was given as /a.csv"]);
    }

    #[test]
    fn a_price_file_that_is_not_sound_or_cannot_be_handed_on_is_told_before_anything_starts() {
        let folder = tempfile::tempdir().unwrap();
        let (sound, comma) = (folder.path().join("oil.csv"), folder.path().join("oil,gas.csv"));
        for path in [&sound, &comma] {
            std::fs::write(path, "date,price_usd_per_bbl\n2026-01-02,60\n").unwrap();
        }
        assert_eq!(price_files(std::slice::from_ref(&sound)).unwrap(), [sound]);
        assert!(price_files(&[comma]).unwrap_err().to_string().contains("without a comma"));
        let error = price_files(&[folder.path().join("none.csv")]).unwrap_err();
        assert!(error.downcast_ref::<WrongSettings>().is_some(), "{error}");
    }

    #[test]
    fn what_a_run_began_without_is_not_remembered_later() {
        let given = || {
            BTreeMap::from([
                ("START_DATE".to_owned(), "9999-01-01".to_owned()),
                ("SPEED".to_owned(), "9".to_owned()),
            ])
        };
        let mut begun = Remembered { has_begun: true, ..before() };
        remember_run(&mut begun, given());
        assert_eq!((begun.run.get("START_DATE"), begun.run["SPEED"].as_str()), (None, "9"));
        let mut fresh = before();
        remember_run(&mut fresh, given());
        assert_eq!(fresh.run["START_DATE"], "9999-01-01");
    }

    #[test]
    fn the_stacks_own_addresses_in_the_environment_are_not_somebody_elses() {
        let mut args = UpArgs {
            kafka: Some("127.0.0.1:9092".into()),
            registry: Some("http://127.0.0.1:8081/apis/ccompat/v7".into()),
            postgres: Some("postgres://wellbook:x@127.0.0.1:5432/wellbook".into()),
            ..UpArgs::default()
        };
        let own = External::of(&args, Some(&before()));
        assert!(own.kafka.is_none() && own.registry.is_none() && own.postgres.is_none());
        args.kafka = Some("broker:9092".into());
        assert_eq!(External::of(&args, Some(&before())).kafka.as_deref(), Some("broker:9092"));
        assert!(External::of(&args, None).registry.is_some());
    }
}
