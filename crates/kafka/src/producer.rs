//! The transactional producer.

use crate::context::Delivery;
use crate::failure::{Class, Failure, class_of, code_of};
use crate::group::{GroupMetadata, Progress};
use crate::native;
use crate::record::Record;
use crate::settings::Args;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::error::KafkaError;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use rdkafka::types::RDKafkaErrorCode as Code;
use rdkafka::{Offset, TopicPartitionList};
use std::time::{Duration, Instant};

/// The brokers abort a transaction that is open for longer: so long does a writer that was killed, and that nobody
/// restarts, block readers of committed records. A lost broker stalls transactions for 7 to 13 s, which is below.
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(15);
/// How long one call waits for the brokers: longer than a transaction can live, so that running out means trouble.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);
/// The first call also waits for what a predecessor left open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a full queue may stay full: as long as a transaction lives.
const QUEUE_TIMEOUT: Duration = TRANSACTION_TIMEOUT;
/// How long to wait for room in the queue before looking again.
const QUEUE_POLL: Duration = Duration::from_millis(5);
/// Records and kilobytes that may wait to be sent: some transactions of the largest size, and a bound on memory.
const QUEUE_RECORDS: &str = "100000";
const QUEUE_KILOBYTES: &str = "65536";
/// A record of the size that topics take, with what a dead letter adds to it.
const RECORD_BYTES: &str = "2097152";

/// A record to write.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The full name of its topic.
    pub topic: &'a str,
    /// Its partition; without one the key decides, as with Java's clients.
    pub partition: Option<i32>,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Its value.
    pub payload: Option<&'a [u8]>,
    /// Its headers.
    pub headers: &'a [(&'a str, &'a [u8])],
}

/// Writes records in transactions. Idempotent, acknowledged by all in-sync replicas.
///
/// Blocking: use it on a thread of its own. A call whose outcome is unknown, or that the brokers will not go on after,
/// poisons it: drop it and connect again under the same transactional id, which settles what was open.
pub struct TransactionalProducer {
    inner: ThreadedProducer<Delivery>,
    brokers: String,
    transactional_id: String,
    is_open: bool,
    is_poisoned: bool,
}

impl TransactionalProducer {
    /// Connects under a transactional id: fences a predecessor and aborts what it left open.
    ///
    /// # Errors
    /// Where the brokers cannot be reached or refuse.
    pub fn connect(args: &Args, transactional_id: &str) -> Result<Self, Failure> {
        let brokers = args.bootstrap_servers.clone();
        let id = format!("{}{transactional_id}", args.topic_prefix);
        let what = format!("producer `{id}`");
        let mut config = args.client()?;
        config
            .set("transactional.id", &id)
            .set("transaction.timeout.ms", TRANSACTION_TIMEOUT.as_millis().to_string())
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("partitioner", "murmur2_random")
            .set("queue.buffering.max.messages", QUEUE_RECORDS)
            .set("queue.buffering.max.kbytes", QUEUE_KILOBYTES)
            // A commit tells whether all was delivered; only what was not is worth a report of its own.
            .set("delivery.report.only.error", "true");
        for (name, value) in [
            ("compression.type", "lz4"),
            ("linger.ms", "5"),
            ("batch.size", "1000000"),
            ("batch.num.messages", "20000"),
            ("message.max.bytes", RECORD_BYTES),
        ] {
            if config.get(name).is_none() {
                config.set(name, value); // not set by a properties file
            }
        }
        let inner = ThreadedProducer::from_config_and_context(&config, Delivery::default())
            .map_err(|error| Failure::of(&brokers, &what, &error))?;
        let producer = Self { inner, brokers, transactional_id: id, is_open: false, is_poisoned: false };
        let deadline = Instant::now() + CONNECT_TIMEOUT;
        producer
            .repeat(deadline, |left| producer.inner.init_transactions(left))
            .map_err(|error| producer.failure("cannot begin to write in transactions", &error))?;
        Ok(producer)
    }

    /// The transactional id, prefix included.
    #[must_use]
    pub fn transactional_id(&self) -> &str {
        &self.transactional_id
    }

    /// Whether a transaction is open.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether this producer can no longer be used: drop it and connect again.
    #[must_use]
    pub const fn is_poisoned(&self) -> bool {
        self.is_poisoned
    }

    /// Opens a transaction.
    ///
    /// # Errors
    /// Where the producer is poisoned or fenced.
    pub fn begin(&mut self) -> Result<(), Failure> {
        self.usable()?;
        self.inner.begin_transaction().map_err(|error| self.spoil("cannot begin a transaction", &error))?;
        self.is_open = true;
        Ok(())
    }

    /// Queues a record in the open transaction. Waits where the queue is full.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for a record that no topic takes; else the transaction cannot be completed.
    pub fn send(&mut self, record: &Outgoing<'_>) -> Result<(), Failure> {
        let headers = with_pairs(OwnedHeaders::new_with_capacity(record.headers.len()), record.headers);
        self.enqueue(record.topic, record.partition, record.key, record.payload, headers)
    }

    /// Queues a record as it was read, bytes and headers untouched, to the same partition number of `topic`, with
    /// further headers after its own.
    ///
    /// # Errors
    /// As [`TransactionalProducer::send`].
    pub fn forward(
        &mut self,
        record: &Record<'_>,
        topic: &str,
        further_headers: &[(&str, &[u8])],
    ) -> Result<(), Failure> {
        let headers = with_pairs(record.detach_headers(), further_headers);
        self.enqueue(topic, Some(record.partition()), record.key(), record.payload(), headers)
    }

    fn enqueue(
        &mut self,
        topic: &str,
        partition: Option<i32>,
        key: Option<&[u8]>,
        payload: Option<&[u8]>,
        headers: OwnedHeaders,
    ) -> Result<(), Failure> {
        self.usable()?;
        let mut next = BaseRecord::<[u8], [u8]>::to(topic).headers(headers);
        (next.partition, next.key, next.payload) = (partition, key, payload);
        let mut deadline = None;
        loop {
            match self.inner.send(next) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(Code::QueueFull), again)) => {
                    let deadline = *deadline.get_or_insert_with(|| Instant::now() + QUEUE_TIMEOUT);
                    if Instant::now() > deadline {
                        self.is_poisoned = true;
                        let error = KafkaError::MessageProduction(Code::QueueFull);
                        return Err(self.failure(&format!("topic {topic} takes nothing"), &error));
                    }
                    next = again;
                    native::flush(&self.inner, QUEUE_POLL);
                }
                Err((error, _)) => {
                    let what = format!("topic {topic}: a record cannot be written");
                    return Err(match code_of(&error).map(class_of) {
                        Some(Class::Invalid) => self.failure(&what, &error),
                        _ => self.spoil(&what, &error),
                    });
                }
            }
        }
    }

    /// Puts consumed offsets into the open transaction.
    ///
    /// # Errors
    /// Where the group has gone on without this member, or the brokers do not answer.
    pub fn send_offsets(&mut self, progress: &[Progress], group: &GroupMetadata) -> Result<(), Failure> {
        self.usable()?;
        let list = offsets(progress).map_err(|error| self.failure("offsets", &error))?;
        let deadline = Instant::now() + CALL_TIMEOUT;
        self.repeat(deadline, |left| self.inner.send_offsets_to_transaction(&list, &group.0, left))
            .map_err(|error| self.spoil("cannot put the offsets into the transaction", &error))
    }

    /// Waits until every record is acknowledged and commits.
    ///
    /// # Errors
    /// A transaction that did not commit leaves nothing; one whose outcome is unknown poisons the producer.
    pub fn commit(&mut self) -> Result<(), Failure> {
        self.usable()?;
        let deadline = Instant::now() + CALL_TIMEOUT;
        let is_flushed = native::flush(&self.inner, CALL_TIMEOUT);
        if let Some((place, code)) = self.inner.context().take_failure() {
            let what = format!("{place}: a record was not taken");
            return Err(match self.failure(&what, &KafkaError::MessageProduction(code)) {
                // Which record it was is not known here, so nobody can set it aside.
                Failure::Invalid(text) => Failure::Fatal(text),
                failure => failure,
            });
        }
        if !is_flushed {
            self.is_poisoned = true;
            return Err(self.failure("cannot commit", &KafkaError::Flush(Code::OperationTimedOut)));
        }
        self.repeat(deadline, |left| self.inner.commit_transaction(left))
            .map_err(|error| self.spoil("cannot commit", &error))?;
        self.is_open = false;
        Ok(())
    }

    /// Drops what the open transaction holds; does nothing where none is open.
    ///
    /// # Errors
    /// Where the brokers do not answer; the producer is poisoned then.
    pub fn abort(&mut self) -> Result<(), Failure> {
        if !self.is_open {
            return Ok(());
        }
        self.usable()?;
        let deadline = Instant::now() + CALL_TIMEOUT;
        let outcome = self.repeat(deadline, |left| self.inner.abort_transaction(left));
        // Of what is dropped, no failed delivery counts.
        self.inner.context().take_failure();
        self.is_open = false;
        outcome.map_err(|error| {
            self.is_poisoned = true;
            self.failure("cannot abort", &error)
        })
    }

    /// Calls again what the library says may be called again.
    fn repeat(
        &self,
        deadline: Instant,
        mut call: impl FnMut(Duration) -> Result<(), KafkaError>,
    ) -> Result<(), KafkaError> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match call(left) {
                // The library itself waits between its tries, so this does not spin.
                Err(KafkaError::Transaction(error)) if error.is_retriable() && !left.is_zero() => {
                    tracing::debug!(producer = self.transactional_id, %error, "trying a transactional call again");
                }
                outcome => return outcome,
            }
        }
    }

    fn usable(&self) -> Result<(), Failure> {
        if self.is_poisoned {
            let text = format!(
                "Kafka {}: producer `{}` must be connected again",
                self.brokers, self.transactional_id
            );
            return Err(Failure::Transient(text));
        }
        Ok(())
    }

    /// A failed transactional call. Only where the library asks for an abort can this producer go on.
    fn spoil(&mut self, what: &str, error: &KafkaError) -> Failure {
        let can_abort = matches!(error, KafkaError::Transaction(error) if error.txn_requires_abort());
        self.is_poisoned = !can_abort;
        self.failure(what, error)
    }

    fn failure(&self, what: &str, error: &KafkaError) -> Failure {
        Failure::of(&self.brokers, &format!("producer `{}`: {what}", self.transactional_id), error)
    }
}

fn with_pairs(headers: OwnedHeaders, pairs: &[(&str, &[u8])]) -> OwnedHeaders {
    pairs.iter().fold(headers, |headers, (key, value)| headers.insert(Header { key, value: Some(*value) }))
}

pub(crate) fn offsets(progress: &[Progress]) -> Result<TopicPartitionList, KafkaError> {
    let mut list = TopicPartitionList::with_capacity(progress.len());
    for Progress { topic, partition, to, .. } in progress {
        list.add_partition_offset(topic, *partition, Offset::Offset(*to))?;
    }
    Ok(list)
}
