//! Writes what was decided, in transactions with the offsets of what was read.

use super::masters::Masters;
use super::tally::Tally;
use super::verdict::{dead_letter, judge};
use contract::{Decoder, Topic, TopicNames};
use kafka::{
    Failure, Flow, GroupMetadata, Handler, Progress, Record, Start, TopicPartition, TransactionalProducer,
};
use std::time::Instant;

/// The validator as a consumer.
pub(super) struct Relay {
    kafka: kafka::Args,
    names: TopicNames,
    decoder: Decoder,
    instance: String,
    raw: String,
    validated: String,
    dead_letters: String,
    masters: Option<Masters>,
    producer: Option<TransactionalProducer>,
    tally: Tally,
}

impl Relay {
    pub(super) fn new(kafka: kafka::Args, names: &TopicNames, decoder: Decoder, instance: String) -> Self {
        Self {
            kafka,
            names: names.clone(),
            decoder,
            instance,
            raw: names.name(Topic::JournalEntryRaw),
            validated: names.name(Topic::JournalEntryValidated),
            dead_letters: names.name(Topic::JournalEntryDlq),
            masters: None,
            producer: None,
            tally: Tally::default(),
        }
    }

    fn producer(&mut self) -> &mut TransactionalProducer {
        self.producer.as_mut().expect("connected before partitions are taken")
    }
}

impl Handler for Relay {
    /// The group's offsets, which move in the transactions. Before them: a producer, which settles what a predecessor
    /// left open, and the masters.
    fn starts(&mut self, _: &[TopicPartition]) -> Result<Option<Vec<Start>>, Failure> {
        if self.producer.as_ref().is_none_or(TransactionalProducer::is_poisoned) {
            self.producer = None;
            self.producer = Some(TransactionalProducer::connect(&self.kafka, &self.instance)?);
        }
        match &mut self.masters {
            Some(masters) => masters.read_to_end()?,
            None => self.masters = Some(Masters::read(&self.kafka, &self.names, &self.decoder)?),
        }
        Ok(None)
    }

    fn take(&mut self, record: &Record<'_>) -> Result<Flow, Failure> {
        let masters = self.masters.as_mut().expect("read before partitions are taken");
        let verdict = judge(record, &self.decoder, masters)?;
        if !self.producer().is_open() {
            self.producer().begin()?;
        }
        let producer = self.producer.as_mut().expect("connected before partitions are taken");
        match verdict {
            Ok(()) => {
                producer.forward(record, &self.validated, &[])?;
                self.tally.note(record, None);
            }
            Err(rejection) => {
                tracing::debug!(
                    partition = record.partition(),
                    offset = record.offset(),
                    reason = %rejection.reason,
                    detail = %rejection.detail,
                    "rejected"
                );
                let reason = rejection.reason;
                let headers = dead_letter(record, rejection).pairs();
                let headers: Vec<(&str, &[u8])> =
                    headers.iter().map(|(name, value)| (*name, value.as_slice())).collect();
                producer.forward(record, &self.dead_letters, &headers)?;
                self.tally.note(record, Some(reason));
            }
        }
        Ok(Flow::More)
    }

    fn flush(
        &mut self,
        progress: &[Progress],
        group: &dyn Fn() -> Result<GroupMetadata, Failure>,
    ) -> Result<(), Failure> {
        let began = Instant::now();
        let group = group()?;
        self.producer().send_offsets(progress, &group)?;
        self.producer().commit()?;
        std::mem::take(&mut self.tally).publish(&self.raw, &self.validated, began.elapsed());
        self.masters.as_mut().map_or(Ok(()), Masters::read_at_hand)
    }

    fn abandon(&mut self) -> Result<(), Failure> {
        self.tally = Tally::default();
        let outcome = self.producer.as_mut().map_or(Ok(()), TransactionalProducer::abort);
        if self.producer.as_ref().is_some_and(TransactionalProducer::is_poisoned) {
            self.producer = None;
        }
        outcome
    }
}
