//! Writes a run in transactions: its records, its masters, and whole batches with their seals.

use crate::ahead::Made;
use crate::batch::{Batch, Chain};
use crate::metrics;
use contract::record::{fault_key, reference_key, reference_topic, run_key, seal_key};
use contract::{Encoder, RunRecord, SchemaId, Seal, Topic, TopicNames};
use kafka::{Failure, Outgoing, TransactionalProducer};
use ledger::reference::ReferenceRecord;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Measured: a transaction costs the brokers a marker in each of eight partitions, and at 5 000 records that still counts.
const TRANSACTION_ENTRIES: usize = 20_000;
/// Readers see history grow at least so often.
const TRANSACTION_AGE: Duration = Duration::from_millis(250);

/// The ids of all schemas, by topic.
pub(crate) type Schemas = BTreeMap<Topic, SchemaId>;

/// Writes one run.
pub(crate) struct Writer {
    producer: TransactionalProducer,
    names: BTreeMap<Topic, String>,
    schemas: Schemas,
    incarnation: Uuid,
    chain: Chain,
    /// Seals of the open transaction.
    open: Vec<Seal>,
    open_entries: usize,
    opened: Instant,
}

impl Writer {
    /// Goes on where `chain` stands.
    pub(crate) fn new(
        producer: TransactionalProducer,
        names: &TopicNames,
        schemas: Schemas,
        incarnation: Uuid,
        chain: Chain,
    ) -> Self {
        Self {
            producer,
            names: Topic::ALL.iter().map(|topic| (*topic, names.name(*topic))).collect(),
            schemas,
            incarnation,
            chain,
            open: Vec::new(),
            open_entries: 0,
            opened: Instant::now(),
        }
    }

    /// Where the chain of seals stands, what is not committed yet included.
    pub(crate) const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Writes records of the run, in a transaction of their own.
    pub(crate) fn write_run(&mut self, records: &[RunRecord]) -> Result<(), Failure> {
        self.producer.begin()?;
        let mut encoder = self.encoder(Topic::Run);
        for record in records {
            self.send(Topic::Run, &run_key(record), &encoder.run(record), &[])?;
        }
        self.producer.commit()?;
        metrics::produced(&self.names[&Topic::Run], records.len() as u64);
        Ok(())
    }

    /// Writes masters, in a transaction of their own, behind what is open: so each is committed before the first entry that
    /// uses it is even sent.
    pub(crate) fn write_masters(&mut self, masters: &[ReferenceRecord]) -> Result<Vec<Seal>, Failure> {
        let seals = self.commit()?;
        if masters.is_empty() {
            return Ok(seals);
        }
        self.producer.begin()?;
        let mut counts: BTreeMap<Topic, u64> = BTreeMap::new();
        for master in masters {
            let topic = reference_topic(master);
            let value = self.encoder(topic).reference(master);
            self.send(topic, &reference_key(master), &value, &[])?;
            *counts.entry(topic).or_default() += 1;
        }
        self.producer.commit()?;
        for (topic, count) in counts {
            metrics::produced(&self.names[&topic], count);
        }
        Ok(seals)
    }

    /// Puts the submissions of a window into the open transaction, as a sealed batch. Where that makes it large or old, it
    /// is committed: what comes back are the seals that are now on the topics.
    pub(crate) fn write(
        &mut self,
        (window, submissions): Made,
        is_history: bool,
    ) -> Result<Vec<Seal>, Failure> {
        let Some(batch) = self.chain.seal(window.end, submissions, is_history) else { return Ok(Vec::new()) };
        if !self.producer.is_open() {
            self.producer.begin()?;
            self.opened = Instant::now();
        }
        self.send_batch(&batch)?;
        self.open_entries += batch.submissions.len();
        self.open.push(batch.seal);
        if self.open_entries >= TRANSACTION_ENTRIES || self.opened.elapsed() >= TRANSACTION_AGE {
            return self.commit();
        }
        Ok(Vec::new())
    }

    fn send_batch(&mut self, batch: &Batch) -> Result<(), Failure> {
        for (index, submission) in (0..).zip(&batch.submissions) {
            let headers = submission.headers(self.incarnation, batch.seal.sequence, index);
            let headers: Vec<(&str, &[u8])> =
                headers.iter().map(|(name, value)| (*name, value.as_slice())).collect();
            self.send(Topic::JournalEntryRaw, &submission.key, &submission.value, &headers)?;
        }
        let mut encoder = self.encoder(Topic::InjectedFault);
        for fault in &batch.faults {
            self.send(Topic::InjectedFault, &fault_key(fault), &encoder.fault(fault), &[])?;
        }
        let seal = self.encoder(Topic::BatchSeal).seal(&batch.seal);
        self.send(Topic::BatchSeal, &seal_key(&batch.seal), &seal, &[])
    }

    /// Commits what is open: what comes back are the seals that are now on the topics.
    pub(crate) fn commit(&mut self) -> Result<Vec<Seal>, Failure> {
        if !self.producer.is_open() {
            return Ok(Vec::new());
        }
        let began = Instant::now();
        self.producer.commit()?;
        metrics::committed(began.elapsed());
        let seals = std::mem::take(&mut self.open);
        self.open_entries = 0;
        self.publish(&seals);
        Ok(seals)
    }

    /// Drops what is open.
    pub(crate) fn abandon(&mut self) -> Result<(), Failure> {
        self.producer.abort()
    }

    fn publish(&self, seals: &[Seal]) {
        for seal in seals {
            metrics::sealed(seal);
            let (good, planted) = (seal.good.entries.unsigned_abs(), seal.planted.entries.unsigned_abs());
            metrics::produced(&self.names[&Topic::JournalEntryRaw], good + planted);
            metrics::produced(&self.names[&Topic::InjectedFault], planted);
        }
        metrics::produced(&self.names[&Topic::BatchSeal], seals.len() as u64);
    }

    fn encoder(&self, topic: Topic) -> Encoder {
        Encoder::new(topic, self.schemas[&topic])
    }

    fn send(
        &mut self,
        topic: Topic,
        key: &str,
        payload: &[u8],
        headers: &[(&str, &[u8])],
    ) -> Result<(), Failure> {
        let topic = &self.names[&topic];
        let (key, payload) = (Some(key.as_bytes()), Some(payload));
        let sent = self.producer.send(&Outgoing { topic, partition: None, key, payload, headers });
        sent.map_err(|failure| match failure {
            // A batch is whole or it is not: nothing of it can be set aside.
            Failure::Invalid(text) => Failure::Fatal(text),
            failure => failure,
        })
    }
}
