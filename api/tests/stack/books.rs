//! Topics, schemas and a database of a test's own, and an API that serves them.

use crate::journal::{RUN_DAY, masters};
use api::{Args, Server};
use contract::header::SubmissionHeaders;
use contract::record::{reference_key, reference_topic, run_key};
use contract::{Encoder, Genesis, Registry, RunRecord, Topic, TopicNames};
use kafka::{Admin, Failure, Outgoing, Reader, Start, TopicSpec, TransactionalProducer};
use ledger::JournalEntry;
use ledger::reference::ReferenceRecord;
use service::admin::Probe;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use store::{Advance, Batch, Loader, Origin, ReferenceRow, StagedEntry};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A condition that is not met within this time never will be.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// The loop of the API turns more often.
const STALLS_AFTER: Duration = Duration::from_secs(60);

fn setting(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: these tests need a real stack (make test)"))
}

pub(crate) struct Books {
    pub(crate) kafka: kafka::Args,
    pub(crate) registry: contract::registry::Args,
    pub(crate) store: store::Args,
    pub(crate) incarnation: Uuid,
    pub(crate) runtime: Runtime,
    names: TopicNames,
    admin: Admin,
    server: store::Args,
    database: String,
    client: Registry,
    producer: Mutex<TransactionalProducer>,
}

impl Books {
    /// Topics and tables without a run.
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
        let incarnation = Uuid::new_v4();
        Self {
            kafka,
            registry,
            store,
            incarnation,
            runtime,
            names,
            admin,
            server,
            database,
            client,
            producer,
        }
    }

    /// With a run and its masters.
    pub(crate) fn opened() -> Self {
        let books = Self::empty();
        books.begin_run();
        books
    }

    fn encoder(&self, topic: Topic) -> Encoder {
        Encoder::new(topic, self.runtime.block_on(self.client.id_of(&self.names, topic)).unwrap())
    }

    pub(crate) fn begin_run(&self) {
        let genesis = RunRecord::from(Genesis {
            random_seed: 42,
            start_date: RUN_DAY.parse().unwrap(),
            historical_days: 1,
            scale: 1,
            fault_rates: Vec::new(),
            price_source: "none".into(),
            price_digest: "0".repeat(64),
            prices: Vec::new(),
            simulator_version: "0".into(),
            incarnation: self.incarnation,
            created_at: chrono::Utc::now(),
            late_master: None,
        });
        let value = self.encoder(Topic::Run).run(&genesis);
        let mut producer = self.producer.lock().unwrap();
        producer.begin().unwrap();
        let (topic, key) = (self.names.name(Topic::Run), run_key(&genesis).into_bytes());
        send(&mut producer, &topic, None, &key, &value, &[]);
        producer.commit().unwrap();
    }

    /// Puts entries on the validated topic, in one transaction.
    pub(crate) fn validate(&self, entries: &[JournalEntry<'_>]) {
        self.write(entries);
        self.producer.lock().unwrap().commit().unwrap();
    }

    /// Puts entries on the validated topic, and takes them back.
    pub(crate) fn abort(&self, entries: &[JournalEntry<'_>]) {
        self.write(entries);
        self.producer.lock().unwrap().abort().unwrap();
    }

    fn write(&self, entries: &[JournalEntry<'_>]) {
        let (mut encoder, mut value) = (self.encoder(Topic::JournalEntryValidated), Vec::new());
        let topic = self.names.name(Topic::JournalEntryValidated);
        let mut producer = self.producer.lock().unwrap();
        producer.begin().unwrap();
        for (index, entry) in (0..).zip(entries) {
            encoder.entry(entry, &mut value);
            let headers = SubmissionHeaders {
                ce_id: Uuid::new_v4(),
                ce_source: "wellbook/test".into(),
                ce_time: entry.entered_at,
                batch: 7,
                index,
                traceparent: None,
            };
            send(
                &mut producer,
                &topic,
                None,
                entry.chain_id.to_string().as_bytes(),
                &value,
                &headers.pairs(),
            );
        }
    }

    /// Puts a record that nobody can decode on the validated topic.
    pub(crate) fn validate_nonsense(&self, key: &str) {
        let mut producer = self.producer.lock().unwrap();
        producer.begin().unwrap();
        send(
            &mut producer,
            &self.names.name(Topic::JournalEntryValidated),
            None,
            key.as_bytes(),
            b"no Avro",
            &[],
        );
        producer.commit().unwrap();
    }

    /// Loads what is on the validated topic now into the tables, as a sink does, with the masters.
    pub(crate) fn load(&self) {
        let topic = self.names.name(Topic::JournalEntryValidated);
        let owned: Vec<(Topic, i32)> =
            (0..6).map(|partition| (Topic::JournalEntryValidated, partition)).collect();
        let loader = Loader::open(&self.store, self.incarnation, &owned);
        let mut loader = self.runtime.block_on(loader).unwrap();
        let mut advances = Vec::new();
        for (_, partition) in &owned {
            let from = loader.next_offset(Topic::JournalEntryValidated, *partition);
            let from = self.runtime.block_on(from).unwrap();
            advances.push(Advance {
                topic: Topic::JournalEntryValidated,
                partition: *partition,
                from,
                to: from,
            });
        }
        let starts: Vec<_> =
            advances.iter().map(|held| (topic.clone(), held.partition, Start::Offset(held.from))).collect();
        let decoder = contract::Decoder::new(self.client.clone(), self.runtime.handle().clone());
        let mut payloads = Vec::new();
        let mut reader = Reader::open(&self.kafka, &starts).unwrap();
        reader
            .read_to_end::<Failure>(|record| {
                let headers = SubmissionHeaders::read(record.headers()).unwrap();
                let origin = Origin {
                    source_partition: record.partition(),
                    source_offset: record.offset(),
                    ce_id: headers.ce_id,
                    batch: headers.batch,
                    batch_index: headers.index,
                    validated_at: chrono::DateTime::from_timestamp_millis(record.timestamp_ms()).unwrap(),
                };
                payloads.push((record.payload().unwrap().to_vec(), origin));
                Ok(())
            })
            .unwrap();
        for ((_, partition), next) in reader.positions().unwrap() {
            advances[usize::try_from(partition).unwrap()].to = next;
        }
        let entries = payloads
            .iter()
            .map(|(payload, origin)| StagedEntry { entry: decoder.entry(payload).unwrap(), origin: *origin });
        let batch = Batch { entries: entries.collect(), advances, ..Batch::default() };
        self.runtime.block_on(loader.load(&batch)).unwrap();
    }

    /// Loads masters into the tables.
    pub(crate) fn load_masters(&self) {
        let records = masters();
        let owned: Vec<(Topic, i32)> = Topic::REFERENCE.iter().map(|topic| (*topic, 0)).collect();
        let loader = Loader::open(&self.store, self.incarnation, &owned);
        let mut loader = self.runtime.block_on(loader).unwrap();
        let mut counts: BTreeMap<Topic, i64> = BTreeMap::new();
        let reference: Vec<ReferenceRow> = records
            .into_iter()
            .map(|record: ReferenceRecord| {
                assert!(!reference_key(&record).is_empty());
                let count = counts.entry(reference_topic(&record)).or_default();
                *count += 1;
                ReferenceRow { record, source_offset: *count - 1 }
            })
            .collect();
        let advance = |(topic, to): (&Topic, &i64)| Advance { topic: *topic, partition: 0, from: 0, to: *to };
        let batch = Batch { reference, advances: counts.iter().map(advance).collect(), ..Batch::default() };
        self.runtime.block_on(loader.load(&batch)).unwrap();
    }

    /// The settings of an API for these books.
    pub(crate) fn args(&self) -> Args {
        Args {
            kafka: self.kafka.clone(),
            registry: self.registry.clone(),
            store: self.store.clone(),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            allowed_origins: "https://books.example".parse().unwrap(),
            connections_max: 200,
            feed_memory: 64,
        }
    }

    /// Where the tables are.
    pub(crate) fn database_url(&self) -> String {
        let url = setting("WELLBOOK_TEST_DATABASE_URL");
        let (base, query) = url.split_once('?').unwrap_or((&url, ""));
        let server = &base[..base.rfind('/').unwrap()];
        format!("{server}/{}?{query}", self.database)
    }

    /// An API that is ready.
    pub(crate) fn serve(&self) -> Api {
        let api = self.start(self.args());
        self.runtime.block_on(api.wait_until_ready());
        api
    }

    /// An API that has just begun.
    pub(crate) fn start(&self, args: Args) -> Api {
        service::install_crypto();
        let token = CancellationToken::new();
        let server = self.runtime.block_on(Server::bind(args)).unwrap();
        let address = server.address().unwrap();
        let running = self.runtime.spawn(server.run(Probe::new(STALLS_AFTER), token.clone()));
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Api { address, token, running, http }
    }
}

impl Drop for Books {
    fn drop(&mut self) {
        let names: Vec<String> = Topic::ALL.iter().map(|topic| self.names.name(*topic)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let _ = self.runtime.block_on(self.admin.delete_topics(&names));
        let _ = self.runtime.block_on(store::drop_database(&self.server, &self.database));
    }
}

fn send(
    producer: &mut TransactionalProducer,
    topic: &str,
    partition: Option<i32>,
    key: &[u8],
    value: &[u8],
    headers: &[(&'static str, Vec<u8>)],
) {
    let headers: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (*name, value.as_slice())).collect();
    producer
        .send(&Outgoing { topic, partition, key: Some(key), payload: Some(value), headers: &headers })
        .unwrap();
}

fn topics(names: &TopicNames) -> Vec<TopicSpec> {
    let topic = |topic: &Topic| TopicSpec {
        name: names.name(*topic),
        partitions: topic.partitions(),
        replication: -1,
        config: topic.config().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    };
    Topic::ALL.iter().map(topic).collect()
}

/// A running API.
pub(crate) struct Api {
    pub(crate) address: SocketAddr,
    pub(crate) token: CancellationToken,
    running: JoinHandle<anyhow::Result<()>>,
    pub(crate) http: reqwest::Client,
}

impl Api {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.http.get(self.url(path)).send().await.unwrap()
    }

    /// The JSON of a good answer.
    pub(crate) async fn json(&self, path: &str) -> serde_json::Value {
        let response = self.get(path).await;
        assert!(
            response.status().is_success(),
            "{path}: {} {}",
            response.status(),
            response.text().await.unwrap()
        );
        response.json().await.unwrap()
    }

    pub(crate) async fn wait_until_ready(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.get("/readyz").await.status() != 200 {
            assert!(
                Instant::now() < deadline,
                "not ready: {}",
                self.get("/health").await.text().await.unwrap()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the feed knows which run the topics hold: a commit is acknowledged a moment before readers see it.
    pub(crate) async fn wait_for_the_run(&self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let health: serde_json::Value = self.get("/health").await.json().await.unwrap();
            if !health["run"].is_null() {
                return;
            }
            assert!(Instant::now() < deadline, "no run: {health}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Stops it, and says how long that took.
    pub(crate) async fn stop(self) -> Duration {
        let since = Instant::now();
        self.token.cancel();
        self.running.await.unwrap().unwrap();
        since.elapsed()
    }
}
