//! Topics and schemas of a test's own, and a producer that writes to them.

use chrono::{DateTime, Days, Utc};
use contract::header::SubmissionHeaders;
use contract::{Decoder, Registry, RunRecord, Seal, Topic, TopicNames};
use kafka::{Admin, Failure, Reader, Signals, Start, TopicSpec};
use producer::run;
use producer::settings::RunArgs;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A condition that is not met within this time never will be.
const PATIENCE: Duration = Duration::from_secs(60);

fn setting(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: these tests need a real stack (make test)"))
}

/// A run of two days from 2025-01-01, whose fingerprint the README shows; live windows are far apart.
pub(crate) fn two_days() -> RunArgs {
    RunArgs {
        start_date: Some("2025-01-01".parse().unwrap()),
        historical_days: Some(2),
        interval_seconds: Some(3_600),
        ..RunArgs::default()
    }
}

/// As [`two_days`].
pub(crate) const FINGERPRINT: &str = "b1b44ce069732906bd6b4ab864731f7f3b36af31f713fe17bd89bc39d992c278";

pub(crate) struct Topics {
    pub(crate) kafka: kafka::Args,
    pub(crate) registry: contract::registry::Args,
    /// Asked for the prices of a new run where it has a key.
    pub(crate) eia: producer::prices::eia::Args,
    pub(crate) runtime: Runtime,
    names: TopicNames,
    admin: Admin,
    decoder: Decoder,
}

impl Topics {
    pub(crate) fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let prefix = format!("test.{}.", Uuid::new_v4().simple());
        let kafka = kafka::Args::of(&setting("WELLBOOK_TEST_BOOTSTRAP_SERVERS")).with_prefix(&prefix);
        let url = setting("WELLBOOK_TEST_SCHEMA_REGISTRY");
        let registry = contract::registry::Args { url, username: None, password: None };
        let client = Registry::new(&registry).unwrap();
        let (names, admin) = (TopicNames::new(&prefix), Admin::new(&kafka).unwrap());
        let spec = |topic: &Topic| TopicSpec {
            name: names.name(*topic),
            partitions: topic.partitions(),
            replication: -1,
            config: topic.config().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        };
        let specs: Vec<TopicSpec> = Topic::ALL.iter().map(spec).collect();
        runtime.block_on(async {
            admin.create_topics(&specs).await.unwrap();
            client.register_all(&names).await.unwrap();
        });
        let decoder = Decoder::new(client, runtime.handle().clone());
        Self { kafka, registry, eia: producer::prices::eia::Args::default(), runtime, names, admin, decoder }
    }

    pub(crate) fn args(&self, run: &RunArgs) -> run::Args {
        run::Args {
            kafka: self.kafka.clone(),
            registry: self.registry.clone(),
            run: run.clone(),
            eia: self.eia.clone(),
        }
    }

    /// Runs a producer while `during` lasts, and stops it.
    pub(crate) fn produce<T>(&self, run: &RunArgs, during: impl FnOnce(&Watch) -> T) -> T {
        let (token, watch) = (CancellationToken::new(), Watch::default());
        std::thread::scope(|scope| {
            let stop = token.clone().drop_guard();
            let producer = producer::run::run(self.args(run), watch.signals(), token);
            let running = scope.spawn(|| self.runtime.block_on(producer));
            let result = during(&watch);
            drop(stop);
            running.join().unwrap().unwrap();
            result
        })
    }

    /// Runs a producer that is to end by itself.
    pub(crate) fn produce_in_vain(&self, run: &RunArgs) -> anyhow::Error {
        let producer = producer::run::run(self.args(run), Signals::default(), CancellationToken::new());
        self.runtime
            .block_on(async { tokio::time::timeout(PATIENCE, producer).await })
            .expect("it ends by itself")
            .unwrap_err()
    }

    /// Visits the committed records of a topic.
    fn visit(&self, topic: Topic, mut visit: impl FnMut(&kafka::Record<'_>)) {
        let name = self.names.name(topic);
        let starts: Vec<_> =
            (0..topic.partitions()).map(|partition| (name.clone(), partition, Start::Beginning)).collect();
        // Up to what is written: brokers answer a commit before its markers stand in the partitions.
        let written = kafka::written_offsets(&self.kafka, &name, topic.partitions()).unwrap();
        let ends = (0..).zip(written).map(|(partition, (_, end))| ((name.clone(), partition), end)).collect();
        let mut reader = Reader::open(&self.kafka, &starts).unwrap();
        let read = reader.read_until::<Failure>(ends, |record| {
            visit(record);
            Ok(())
        });
        read.unwrap();
    }

    pub(crate) fn seals(&self) -> Vec<Seal> {
        let mut seals = Vec::new();
        self.visit(Topic::BatchSeal, |record| {
            seals.push(self.decoder.seal(record.payload().unwrap()).unwrap());
        });
        seals
    }

    pub(crate) fn run_records(&self) -> Vec<RunRecord> {
        let mut records = Vec::new();
        self.visit(Topic::Run, |record| records.push(self.decoder.run(record.payload().unwrap()).unwrap()));
        records
    }

    /// Submissions on the raw topic by batch; each must stand there once.
    pub(crate) fn submissions(&self) -> BTreeMap<i64, i64> {
        let (mut batches, mut ids) = (BTreeMap::new(), std::collections::BTreeSet::new());
        self.visit(Topic::JournalEntryRaw, |record| {
            let headers = SubmissionHeaders::read(record.headers()).unwrap();
            assert!(ids.insert(headers.ce_id), "{} stands twice on the raw topic", headers.ce_id);
            *batches.entry(headers.batch).or_default() += 1;
        });
        batches
    }

    pub(crate) fn count(&self, topic: Topic) -> usize {
        let mut count = 0;
        self.visit(topic, |_| count += 1);
        count
    }

    pub(crate) fn wait_for_seals(&self, what: &str, enough: impl Fn(&[Seal]) -> bool) -> Vec<Seal> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let seals = self.seals();
            if enough(&seals) {
                return seals;
            }
            assert!(Instant::now() < deadline, "{what}: {} seals so far", seals.len());
        }
    }
}

impl Drop for Topics {
    fn drop(&mut self) {
        let names: Vec<String> = Topic::ALL.iter().map(|topic| self.names.name(*topic)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        // What a failed test leaves behind is gone with the stack.
        let _ = self.runtime.block_on(self.admin.delete_topics(&names));
    }
}

/// What a producer says of itself.
#[derive(Clone, Default)]
pub(crate) struct Watch {
    is_ready: Arc<AtomicBool>,
}

impl Watch {
    fn signals(&self) -> Signals {
        let is_ready = Arc::clone(&self.is_ready);
        Signals {
            heartbeat: Box::new(|| {}),
            ready: Box::new(move |ready| is_ready.store(ready, Ordering::Release)),
        }
    }

    pub(crate) fn wait_until_ready(&self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.is_ready.load(Ordering::Acquire) {
            assert!(Instant::now() < deadline, "the producer never became ready");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
}

/// Whether the seals cover the history of [`two_days`].
pub(crate) fn is_whole(seals: &[Seal]) -> bool {
    seals.last().is_some_and(|seal| seal.window_end >= end_of(2))
}

/// The end of a history of so many days.
pub(crate) fn end_of(days: u64) -> DateTime<Utc> {
    ledger::period::midnight("2025-01-01".parse::<chrono::NaiveDate>().unwrap() + Days::new(days))
}
