//! Topics, schemas and a database of a test's own.

use crate::journal::{day, entered_at, masters};
use consumers::replay::{Choice, Outcome};
use contract::header::SubmissionHeaders;
use contract::record::{reference_key, reference_topic, run_key};
use contract::{Encoder, Genesis, Registry, RunRecord, Topic, TopicNames};
use kafka::{Admin, Failure, Outgoing, Reader, Signals, Start, TopicSpec, TransactionalProducer};
use ledger::JournalEntry;
use ledger::reference::ReferenceRecord;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::Store;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A condition that is not met within this time never will be.
const PATIENCE: Duration = Duration::from_secs(60);

fn setting(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: these tests need a real stack (make test)"))
}

/// Topic, key, value and headers of a record on its way out.
type Outbound = (Topic, Vec<u8>, Vec<u8>, Vec<(&'static str, Vec<u8>)>);

/// A record as it stands on a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

/// A submission to make.
#[derive(Clone, Debug)]
pub(crate) struct Submission {
    pub(crate) key: Vec<u8>,
    pub(crate) value: Vec<u8>,
    pub(crate) headers: Vec<(&'static str, Vec<u8>)>,
}

pub(crate) struct Books {
    pub(crate) kafka: kafka::Args,
    pub(crate) registry: contract::registry::Args,
    pub(crate) store: store::Args,
    pub(crate) names: TopicNames,
    pub(crate) runtime: Runtime,
    admin: Admin,
    server: store::Args,
    database: String,
    client: Registry,
    producer: Mutex<TransactionalProducer>,
}

impl Books {
    /// Empty topics and tables.
    pub(crate) fn empty() -> Self {
        let runtime = Runtime::new().unwrap();
        let id = Uuid::new_v4().simple().to_string();
        let prefix = format!("test.{id}.");
        let kafka = kafka::Args::of(&setting("WELLBOOK_TEST_BOOTSTRAP_SERVERS")).with_prefix(&prefix);
        let url = setting("WELLBOOK_TEST_SCHEMA_REGISTRY");
        let registry = contract::registry::Args { url, username: None, password: None };
        let (names, client) = (TopicNames::new(&prefix), Registry::new(&registry).unwrap());
        let server = store::Args::of(&setting("WELLBOOK_TEST_DATABASE_URL"));
        let (admin, database) = (Admin::new(&kafka).unwrap(), format!("wellbook_test_{id}"));
        let store = runtime.block_on(async {
            admin.create_topics(&topics(&names)).await.unwrap();
            client.register_all(&names).await.unwrap();
            let store = store::create_database(&server, &database).await.unwrap();
            store::migrate(&store).await.unwrap();
            store
        });
        let producer = Mutex::new(TransactionalProducer::connect(&kafka, "producer").unwrap());
        Self { kafka, registry, store, names, runtime, admin, server, database, client, producer }
    }

    /// With a run and its masters.
    pub(crate) fn opened() -> Self {
        let books = Self::empty();
        books.begin_run(Uuid::new_v4());
        books.publish(&masters());
        books
    }

    /// The same tables, and topics of another run.
    pub(crate) fn of_another_run(&self) -> Self {
        let mut other = Self::opened();
        other.store = self.store.clone();
        other
    }

    fn encoder(&self, topic: Topic) -> Encoder {
        Encoder::new(topic, self.runtime.block_on(self.client.id_of(&self.names, topic)).unwrap())
    }

    pub(crate) fn begin_run(&self, incarnation: Uuid) {
        let genesis = RunRecord::from(Genesis {
            random_seed: 42,
            start_date: day(),
            historical_days: 1,
            scale: 1,
            fault_rates: Vec::new(),
            price_source: "none".into(),
            price_digest: "0".repeat(64),
            prices: Vec::new(),
            simulator_version: "0".into(),
            incarnation,
            created_at: entered_at(),
            late_master: None,
        });
        let value = self.encoder(Topic::Run).run(&genesis);
        self.write(&[(Topic::Run, run_key(&genesis).into_bytes(), value, Vec::new())]);
    }

    pub(crate) fn publish(&self, masters: &[ReferenceRecord]) {
        let records: Vec<_> = masters
            .iter()
            .map(|master| {
                let topic = reference_topic(master);
                (topic, reference_key(master).into_bytes(), self.encoder(topic).reference(master), Vec::new())
            })
            .collect();
        self.write(&records);
    }

    /// The submission of an entry in batch 0.
    pub(crate) fn submission(&self, index: i32, entry: &JournalEntry<'_>) -> Submission {
        let mut value = Vec::new();
        self.encoder(Topic::JournalEntryRaw).entry(entry, &mut value);
        let headers = SubmissionHeaders {
            ce_id: Uuid::new_v4(),
            ce_source: "wellbook/test".into(),
            ce_time: entry.entered_at,
            batch: 0,
            index,
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
        };
        Submission { key: entry.chain_id.to_string().into_bytes(), value, headers: headers.pairs() }
    }

    /// Makes submissions, in one transaction.
    pub(crate) fn submit(&self, submissions: &[Submission]) {
        let record = |submission: &Submission| {
            let Submission { key, value, headers } = submission.clone();
            (Topic::JournalEntryRaw, key, value, headers)
        };
        self.write(&submissions.iter().map(record).collect::<Vec<_>>());
    }

    fn write(&self, records: &[Outbound]) {
        let mut producer = self.producer.lock().unwrap();
        producer.begin().unwrap();
        for (topic, key, value, headers) in records {
            let topic = self.names.name(*topic);
            let headers: Vec<(&str, &[u8])> =
                headers.iter().map(|(name, value)| (*name, value.as_slice())).collect();
            let (key, payload) = (Some(key.as_slice()), Some(value.as_slice()));
            producer
                .send(&Outgoing { topic: &topic, partition: None, key, payload, headers: &headers })
                .unwrap();
        }
        producer.commit().unwrap();
    }

    /// The committed records of a topic, in the order of partition and offset.
    pub(crate) fn held(&self, topic: Topic) -> Vec<Held> {
        let starts: Vec<_> = (0..topic.partitions())
            .map(|partition| (self.names.name(topic), partition, Start::Beginning))
            .collect();
        let mut held = Vec::new();
        let mut reader = Reader::open(&self.kafka, &starts).unwrap();
        reader
            .read_to_end::<Failure>(|record| {
                let header =
                    |(name, value): (&str, Option<&[u8]>)| (name.to_owned(), value.unwrap_or(b"").to_vec());
                held.push(Held {
                    partition: record.partition(),
                    offset: record.offset(),
                    key: record.key().map(<[u8]>::to_vec),
                    value: record.payload().map(<[u8]>::to_vec),
                    headers: record.headers().map(header).collect(),
                });
                Ok(())
            })
            .unwrap();
        held.sort_by_key(|held| (held.partition, held.offset));
        held
    }

    /// Waits until so many submissions are decided.
    pub(crate) fn wait_for_verdicts(&self, count: usize) -> (Vec<Held>, Vec<Held>) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (validated, dead) =
                (self.held(Topic::JournalEntryValidated), self.held(Topic::JournalEntryDlq));
            if validated.len() + dead.len() >= count {
                return (validated, dead);
            }
            let (validated, dead) = (validated.len(), dead.len());
            assert!(Instant::now() < deadline, "{validated} validated, {dead} dead letters, of {count}");
        }
    }

    /// Runs a validator while `during` lasts.
    pub(crate) fn validate<T>(&self, during: impl FnOnce(&Watch) -> T) -> T {
        self.validate_with(self.registry.clone(), during)
    }

    pub(crate) fn validate_with<T>(
        &self,
        registry: contract::registry::Args,
        during: impl FnOnce(&Watch) -> T,
    ) -> T {
        let (token, watch) = (CancellationToken::new(), Watch::default());
        let args = consumers::validator::Args {
            kafka: self.kafka.clone(),
            registry,
            instance: "validator-0".into(),
        };
        std::thread::scope(|scope| {
            let stop = token.clone().drop_guard();
            let validator = consumers::validator::run(args, watch.signals(), token);
            let running = scope.spawn(|| self.runtime.block_on(validator));
            let result = during(&watch);
            drop(stop);
            let since = Instant::now();
            running.join().unwrap().unwrap();
            assert!(since.elapsed() < Duration::from_secs(10), "stopped after {:?}", since.elapsed());
            result
        })
    }

    /// Decides so many submissions, and stops.
    pub(crate) fn validate_all(&self, count: usize) -> (Vec<Held>, Vec<Held>) {
        self.validate(|_| self.wait_for_verdicts(count))
    }

    /// Submits chosen dead letters again.
    pub(crate) fn replay(&self, choice: Choice) -> Outcome {
        let args =
            consumers::replay::Args { kafka: self.kafka.clone(), registry: self.registry.clone(), choice };
        self.runtime.block_on(consumers::replay::submit(args, CancellationToken::new())).unwrap()
    }

    /// How many offsets are taken by what is committed on a topic.
    pub(crate) fn length(&self, topic: Topic) -> i64 {
        self.admin.end_offsets(&self.names.name(topic)).unwrap().iter().map(|(_, end)| end).sum()
    }

    /// Loads everything that is on the topics.
    pub(crate) fn load(&self) -> anyhow::Result<()> {
        self.load_into(self.store.clone())
    }

    pub(crate) fn load_into(&self, store: store::Args) -> anyhow::Result<()> {
        let args = consumers::sink::Args {
            kafka: self.kafka.clone(),
            registry: self.registry.clone(),
            store,
            instance: "sink-0".into(),
            until_end: true,
        };
        self.runtime.block_on(consumers::sink::run(args, Signals::default(), CancellationToken::new()))
    }

    pub(crate) fn tables(&self) -> Store {
        Store::connect(&self.store).unwrap()
    }
}

impl Drop for Books {
    fn drop(&mut self) {
        let names: Vec<String> = Topic::ALL.iter().map(|topic| self.names.name(*topic)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        // What a failed test leaves behind is gone with the stack.
        let _ = self.runtime.block_on(self.admin.delete_topics(&names));
        let _ = self.runtime.block_on(store::drop_database(&self.server, &self.database));
    }
}

/// What a consumer says of itself.
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

    pub(crate) fn wait_until_ready(&self, ready: bool) {
        let deadline = Instant::now() + PATIENCE;
        while self.is_ready.load(Ordering::Acquire) != ready {
            assert!(Instant::now() < deadline, "readiness never became {ready}");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
}

fn topics(names: &TopicNames) -> Vec<TopicSpec> {
    let spec = |topic: &Topic| TopicSpec {
        name: names.name(*topic),
        partitions: topic.partitions(),
        replication: -1,
        config: topic.config().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    };
    Topic::ALL.iter().map(spec).collect()
}
