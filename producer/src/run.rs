//! The life of the producer: find out where the run stands, and go on from there.
//!
//! Everything that is written follows from the genesis, the anchors and the newest seal, which are on the topics. So after
//! any trouble, a commit of unknown outcome included, the producer lets go of everything, connects again under the same
//! transactional id, which settles what was open, reads where the run stands, and goes on. Nothing is remembered elsewhere.

use crate::ahead;
use crate::batch::{Chain, Window};
use crate::clock::Clock;
use crate::genesis;
use crate::late;
use crate::metrics;
use crate::prices::{self, eia, files};
use crate::progress::Progress;
use crate::settings::{Difference, RunArgs, batch_span_problem};
use crate::standing::Standing;
use crate::writer::{Schemas, Writer};
use anyhow::Context;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use contract::registry::RegistryError;
use contract::{Decoder, Genesis, Registry, RunRecord, Seal, Topic, TopicNames};
use kafka::{Backoff, Failure, Signals, TransactionalProducer};
use service::exit::WrongSettings;
use simulator::late::LateMaster;
use simulator::{PriceTable, World};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The transactional id, without the prefix of the topics: there is one producer for a run.
const TRANSACTIONAL_ID: &str = "wellbook-producer";
/// Windows that are dealt with at once: a year of hours fits, and a list of them stays small.
const WINDOWS_AT_ONCE: usize = 10_000;
/// How long the loop waits before it says that it is alive.
const IDLE: Duration = Duration::from_millis(500);
/// After a shutdown began, the loop may finish for so long; then it is left behind.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(8);

/// What the producer needs.
#[derive(clap::Args, Clone, Debug)]
#[group(skip)]
pub struct Args {
    #[command(flatten)]
    /// The brokers.
    pub kafka: kafka::Args,
    #[command(flatten)]
    /// The schema registry.
    pub registry: contract::registry::Args,
    #[command(flatten)]
    /// The run.
    pub run: RunArgs,
    #[command(flatten)]
    /// Where a new run's prices are from, without price files.
    pub eia: eia::Args,
}

/// Produces until the token is cancelled.
///
/// # Errors
/// What stopped it: [`WrongSettings`] where they contradict the run on the topics, another producer of the same run, topics
/// that are not whole.
pub async fn run(args: Args, signals: Signals, token: CancellationToken) -> anyhow::Result<()> {
    let given_prices =
        files::given(&args.run.prices_files).map_err(|error| WrongSettings(error.to_string()))?;
    let registry = Registry::new(&args.registry)?;
    let names = TopicNames::new(&args.kafka.topic_prefix);
    let producer = Producer {
        decoder: Decoder::new(registry.clone(), Handle::current()),
        names,
        registry,
        runtime: Handle::current(),
        signals,
        token: token.clone(),
        world: None,
        given_prices,
        prices: None,
        args,
    };
    let (done, outcome) = oneshot::channel();
    std::thread::Builder::new()
        .name("producer".to_owned())
        // Nobody waits any more where the shutdown took too long.
        .spawn(move || drop(done.send(producer.live())))
        .context("no thread for the producer")?;
    let patience = async {
        token.cancelled().await;
        tokio::time::sleep(SHUTDOWN_TIMEOUT).await;
    };
    tokio::select! {
        ended = outcome => ended.context("the producer panicked")?.map_err(|stop| match stop {
            Stop::Settings(text) => WrongSettings(text).into(),
            stop => anyhow::Error::from(stop),
        }),
        () = patience => {
            tracing::warn!("did not stop in time; what was open is left to the next producer");
            Ok(())
        }
    }
}

/// Why producing stopped.
#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error(transparent)]
    Kafka(#[from] Failure),
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error("{0}")]
    Settings(String),
}

impl Stop {
    fn is_transient(&self) -> bool {
        match self {
            Self::Kafka(failure) => failure.is_transient(),
            // Schemas may be registered while we wait.
            Self::Registry(error) => {
                matches!(error, RegistryError::Unavailable { .. } | RegistryError::NotRegistered { .. })
            }
            Self::Settings(_) => false,
        }
    }
}

struct Producer {
    args: Args,
    names: TopicNames,
    registry: Registry,
    decoder: Decoder,
    runtime: Handle,
    signals: Signals,
    token: CancellationToken,
    /// Kept across trouble: it holds what was folded from the months before.
    world: Option<World>,
    /// Prices of the given files.
    given_prices: Option<files::Given>,
    /// Prices of a run that begins, once they are known: EIA is asked once, whatever happens afterwards.
    prices: Option<PriceTable>,
}

impl Producer {
    fn live(mut self) -> Result<(), Stop> {
        let mut backoff = Backoff::default();
        loop {
            let stop = match self.go_on(&mut backoff) {
                Ok(()) => return Ok(()),
                Err(stop) => stop,
            };
            (self.signals.ready)(false);
            if self.token.is_cancelled() && stop.is_transient() {
                return Ok(());
            }
            if !stop.is_transient() {
                return Err(stop);
            }
            let wait = backoff.wait();
            tracing::warn!(retry_in_ms = wait.as_millis(), "{stop}");
            self.wait(wait);
        }
    }

    /// Connects, reads where the run stands, and goes on until it is asked to stop.
    fn go_on(&mut self, backoff: &mut Backoff) -> Result<(), Stop> {
        (self.signals.heartbeat)();
        let schemas = self.schemas()?;
        let producer = TransactionalProducer::connect(&self.args.kafka, TRANSACTIONAL_ID)?;
        let standing = Standing::read(&self.args.kafka, &self.names, &self.decoder)?;
        let mut course = match standing.genesis {
            Some(genesis) => Course { genesis, anchors: standing.anchors, new: Vec::new() },
            None => self.begin()?,
        };
        self.agree(&course.genesis)?;
        // Out of `self`, which the loop below borrows; back when it ends.
        let world = match self.world.take() {
            Some(world) => world,
            None => world(&course.genesis)?,
        };
        let chain = standing.seal.as_ref().map_or_else(|| Chain::start(world.begins_at()), Chain::after);
        let incarnation = course.genesis.incarnation;
        let mut writer = Writer::new(producer, &self.names, schemas, incarnation, chain);
        let outcome = self.write(&mut writer, &mut course, &world, standing.seal.is_none(), backoff);
        self.world = Some(world);
        if outcome.is_ok() {
            // Whatever is open was not asked for any more; a successor would drop it, too.
            writer.abandon()?;
        }
        outcome
    }

    fn write(
        &self,
        writer: &mut Writer,
        course: &mut Course,
        world: &World,
        is_new: bool,
        backoff: &mut Backoff,
    ) -> Result<(), Stop> {
        let clock = self.clock(course, writer.chain().sealed_until())?;
        let late = late::of_run(&course.genesis, world, clock.live_from()).map_err(Stop::Settings)?;
        if let Some(late) = &late {
            tracing::warn!(id = late.id(), known_at = %late.known_at(), "a master is published late: entries before it are rejected");
        }
        if !course.new.is_empty() {
            writer.write_run(&course.new)?;
        }
        if is_new {
            let masters =
                late.as_ref().map_or_else(|| world.opening_reference(), |late| late.opening_reference(world));
            writer.write_masters(&masters)?;
        }
        metrics::history(world.begins_at(), clock.live_from());
        tell_where_prices_end(world, Utc::now());
        metrics::sealed_until(writer.chain().sealed_until());
        (self.signals.ready)(true);
        backoff.reset();
        let mut session = Session {
            signals: &self.signals,
            token: &self.token,
            world,
            late,
            progress: Progress::new(world.begins_at(), clock.live_from()),
            clock,
            written_until: writer.chain().sealed_until(),
        };
        let schema = self.schema(Topic::JournalEntryRaw)?;
        while !self.token.is_cancelled() {
            let due = session.due(Utc::now());
            if due.is_empty() {
                let next = session.clock.window(session.written_until);
                let left = next.at.map_or(TimeDelta::zero(), |at| at - Utc::now());
                self.wait(left.to_std().unwrap_or_default().min(IDLE));
                continue;
            }
            session.write(writer, &due, schema)?;
        }
        Ok(())
    }

    /// The ids of our schemas; only what is registered already.
    fn schemas(&self) -> Result<Schemas, Stop> {
        let of_topics = Topic::ALL.iter().copied().filter(|topic| topic.schema().is_some());
        of_topics.map(|topic| Ok((topic, self.schema(topic)?))).collect()
    }

    fn schema(&self, topic: Topic) -> Result<contract::SchemaId, Stop> {
        Ok(self.runtime.block_on(self.registry.id_of(&self.names, topic))?)
    }

    /// A run begins.
    fn begin(&mut self) -> Result<Course, Stop> {
        let now = Utc::now();
        let prices = match (self.prices.take(), &self.given_prices) {
            (Some(prices), _) => prices,
            (None, Some(given)) => {
                let reaches = given.reach(genesis::start_date(&self.args.run, now));
                reaches.map_err(|error| Stop::Settings(error.to_string()))?;
                given.table().clone()
            }
            (None, None) => self.prices_of_new_run(now)?,
        };
        let (genesis, anchor) = genesis::begin_with(&self.args.run, &prices, Uuid::new_v4(), now);
        tracing::info!(
            seed = genesis.random_seed,
            start_date = %genesis.start_date,
            historical_days = genesis.historical_days,
            scale = genesis.scale,
            price_source = genesis.price_source,
            "a run begins"
        );
        self.prices = Some(prices);
        let new = vec![RunRecord::from(genesis.clone()), RunRecord::from(anchor.clone())];
        Ok(Course { genesis, anchors: vec![anchor], new })
    }

    /// Asks for prices, alive meanwhile and ready to stop.
    fn prices_of_new_run(&self, now: DateTime<Utc>) -> Result<PriceTable, Stop> {
        let start_date = genesis::start_date(&self.args.run, now);
        self.runtime.block_on(async {
            let prices = prices::of_new_run(&self.args.eia, start_date, now.date_naive());
            tokio::pin!(prices);
            loop {
                tokio::select! {
                    prices = &mut prices => return Ok(prices),
                    () = self.token.cancelled() => {
                        return Err(Failure::transient("stopped before the run began").into());
                    }
                    () = tokio::time::sleep(IDLE) => (self.signals.heartbeat)(),
                }
            }
        })
    }

    fn agree(&self, genesis: &Genesis) -> Result<(), Stop> {
        let differences =
            self.args.run.differences(genesis, self.given_prices.as_ref().map(files::Given::table));
        if differences.is_empty() {
            return Ok(());
        }
        let each: Vec<String> = differences.iter().map(Difference::to_string).collect();
        Err(Stop::Settings(format!(
            "topic {} holds a run with other settings: {}. Leave these unset to go on with it, or use another TOPIC_PREFIX \
             for another run",
            self.names.name(Topic::Run),
            each.join("; ")
        )))
    }

    /// The run's clock, tied anew where another speed or interval was given.
    fn clock(&self, course: &mut Course, sealed_until: DateTime<Utc>) -> Result<Clock, Stop> {
        let mut clock = Clock::new(course.anchors.clone()).expect("a run has an anchor");
        let before = clock.newest();
        let (speed, interval) = (
            self.args.run.speed(Some(before.speed)),
            self.args.run.interval(u32::try_from(before.interval_seconds).ok()),
        );
        if let Some(problem) = batch_span_problem(interval, speed, course.genesis.scale) {
            return Err(Stop::Settings(problem));
        }
        if (speed, interval.cast_signed()) != (before.speed, before.interval_seconds) {
            let anchor = clock.tied_anew(Utc::now(), sealed_until, speed, interval);
            tracing::info!(%speed, interval_seconds = interval, simulated = %anchor.simulated, "the clock runs otherwise from here");
            course.new.push(RunRecord::from(anchor.clone()));
            clock.push(anchor);
        }
        Ok(clock)
    }

    /// Waits, or less where it is time to stop.
    fn wait(&self, time: Duration) {
        (self.signals.heartbeat)();
        // Inside the runtime, because a timer is made where one runs.
        let _ = self.runtime.block_on(async { tokio::time::timeout(time, self.token.cancelled()).await });
    }
}

/// The live ledger goes on for ever, so every series comes to its end: a metric says when. What has ended by now, or ends
/// within the history, is worth a warning.
fn tell_where_prices_end(world: &World, now: DateTime<Utc>) {
    let soon = world.history_ends_at().max(now).date_naive();
    for (series, begins) in prices::seeded_from(&world.settings().prices, NaiveDate::MAX) {
        metrics::price_path(&series, begins);
        if begins < soon {
            tracing::warn!(series, from = %begins, "real prices end here: from this day on they follow a seeded path");
        }
    }
}

/// Genesis and anchors of a run, and what of them is still to be written.
struct Course {
    genesis: Genesis,
    anchors: Vec<contract::Anchor>,
    new: Vec<RunRecord>,
}

fn world(genesis: &Genesis) -> Result<World, Stop> {
    let settings = genesis::settings(genesis)
        .map_err(|problem| Stop::Settings(format!("the genesis of the run cannot be used: {problem}")))?;
    World::new(settings).map_err(|problem| Stop::Settings(problem.to_string()))
}

/// Writing, from one connection to the next.
struct Session<'p> {
    signals: &'p Signals,
    token: &'p CancellationToken,
    world: &'p World,
    /// The master that is published late, where one is.
    late: Option<LateMaster>,
    clock: Clock,
    progress: Progress,
    /// Where the next window begins. Empty windows count, though no seal covers them yet.
    written_until: DateTime<Utc>,
}

impl Session<'_> {
    /// The windows that may be sealed now.
    fn due(&self, now: DateTime<Utc>) -> Vec<Window> {
        let mut from = self.written_until;
        let mut due = Vec::new();
        while due.len() < WINDOWS_AT_ONCE {
            let next = self.clock.window(from);
            if next.at.is_some_and(|at| at > now) {
                break;
            }
            due.push(next.window);
            from = next.window.end;
        }
        due
    }

    /// Makes and writes windows; returns early, between two of them, where it is time to stop.
    fn write(
        &mut self,
        writer: &mut Writer,
        windows: &[Window],
        schema: contract::SchemaId,
    ) -> Result<(), Stop> {
        let outcome = ahead::make(self.world, schema, windows, ahead::threads(), |chunk| {
            (self.signals.heartbeat)();
            for (window, submissions) in chunk {
                if self.token.is_cancelled() {
                    return Err(None::<Failure>);
                }
                self.write_window(writer, window, submissions).map_err(Some)?;
            }
            Ok(())
        });
        match outcome {
            Err(None) => Ok(()),
            Err(Some(failure)) => Err(failure.into()),
            Ok(()) => {
                let seals = writer.commit()?;
                self.committed(&seals);
                Ok(())
            }
        }
    }

    fn write_window(
        &mut self,
        writer: &mut Writer,
        window: Window,
        submissions: Vec<crate::submission::Encoded>,
    ) -> Result<(), Failure> {
        let masters = match &self.late {
            None => self.world.reference_between(window.start, window.end),
            Some(late) => late.reference_between(self.world, window.start, window.end),
        };
        if !masters.is_empty() {
            let masters: Vec<_> = masters.into_iter().map(|(_, master)| master).collect();
            let seals = writer.write_masters(&masters)?;
            self.committed(&seals);
        }
        let is_history = window.end <= self.clock.live_from();
        let seals = writer.write((window, submissions), is_history)?;
        self.written_until = window.end;
        if window.end == self.world.history_ends_at() {
            let fingerprint = writer.chain().running();
            tracing::info!(%fingerprint, history_ends_at = %window.end, "history is written");
        }
        self.committed(&seals);
        Ok(())
    }

    /// These seals are on the topics now.
    fn committed(&mut self, seals: &[Seal]) {
        let Some(last) = seals.last() else { return };
        metrics::sealed_until(last.window_end);
        self.progress.committed(seals, last.window_end);
        // The window that ends there; the seal may begin earlier, with empty ones.
        if let Some(due) = self.clock.window(last.window_end - TimeDelta::microseconds(1)).at {
            let delay = (Utc::now() - due).to_std().unwrap_or_default();
            metrics::delayed(delay);
            tracing::debug!(sequence = last.sequence, entries = last.good.entries, ?delay, "sealed");
        }
    }
}
