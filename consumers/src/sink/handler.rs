//! The sink as a consumer.

use super::incarnation;
use super::pipeline::{Pipeline, failure_of_store};
use super::raw::RawBatch;
use contract::{Decoder, Topic, TopicNames};
use kafka::{Failure, Flow, GroupMetadata, Handler, Progress, Record, Start, TopicPartition};
use store::Loader;
use tokio::runtime::Handle;
use uuid::Uuid;

/// Keeps the batch that is being read, and sends it on when it is closed.
pub(super) struct Sink {
    kafka: kafka::Args,
    store: store::Args,
    names: TopicNames,
    decoder: Decoder,
    runtime: Handle,
    incarnation: Option<Uuid>,
    /// The topic of the last record: the next is most often of the same.
    last_topic: Option<(String, Topic)>,
    batch: RawBatch,
    pipeline: Option<Pipeline>,
}

impl Sink {
    pub(super) fn new(
        kafka: kafka::Args,
        store: store::Args,
        names: TopicNames,
        decoder: Decoder,
        runtime: Handle,
    ) -> Self {
        Self {
            kafka,
            store,
            names,
            decoder,
            runtime,
            incarnation: None,
            last_topic: None,
            batch: RawBatch::default(),
            pipeline: None,
        }
    }

    fn topic(&mut self, name: &str) -> Result<Topic, Failure> {
        if let Some((_, topic)) = self.last_topic.as_ref().filter(|(last, _)| last == name) {
            return Ok(*topic);
        }
        let topic = self.names.topic(name);
        let topic = topic.ok_or_else(|| Failure::fatal(format!("topic {name} is none of ours")))?;
        self.last_topic = Some((name.to_owned(), topic));
        Ok(topic)
    }

    fn pipeline(&mut self) -> Result<&mut Pipeline, Failure> {
        if self.pipeline.is_none() {
            let (decoder, names) = (self.decoder.clone(), self.names.clone());
            self.pipeline = Some(Pipeline::new(decoder, names, self.runtime.clone())?);
        }
        Ok(self.pipeline.as_mut().expect("made above"))
    }
}

impl Handler for Sink {
    /// The offsets beside the rows. Whoever else moved them since owns the partition; the next load would find out.
    fn starts(&mut self, partitions: &[TopicPartition]) -> Result<Option<Vec<Start>>, Failure> {
        self.pipeline()?.settle()?;
        let incarnation = match self.incarnation {
            Some(incarnation) => incarnation,
            None => incarnation::read(&self.kafka, &self.names, &self.decoder)?,
        };
        self.incarnation = Some(incarnation);
        let mut ours = Vec::with_capacity(partitions.len());
        for (name, partition) in partitions {
            ours.push((self.topic(name)?, *partition));
        }
        let loader = Loader::open(&self.store, incarnation, &ours);
        let loader = self.runtime.block_on(loader).map_err(|error| failure_of_store(&error))?;
        let mut starts = Vec::with_capacity(ours.len());
        for (topic, partition) in ours {
            let next = self.runtime.block_on(loader.next_offset(topic, partition));
            starts.push(Start::Offset(next.map_err(|error| failure_of_store(&error))?));
        }
        self.pipeline()?.connect(loader);
        Ok(Some(starts))
    }

    fn take(&mut self, record: &Record<'_>) -> Result<Flow, Failure> {
        let topic = self.topic(record.topic())?;
        self.batch.push(topic, record);
        Ok(Flow::More)
    }

    fn flush(
        &mut self,
        progress: &[Progress],
        _: &dyn Fn() -> Result<GroupMetadata, Failure>,
    ) -> Result<(), Failure> {
        let next = RawBatch::like(&self.batch);
        let batch = std::mem::replace(&mut self.batch, next);
        self.pipeline()?.send(batch, progress.to_vec())
    }

    fn check(&mut self) -> Result<(), Failure> {
        self.pipeline.as_ref().map_or(Ok(()), Pipeline::check)
    }

    fn settle(&mut self) -> Result<(), Failure> {
        self.pipeline.as_ref().map_or(Ok(()), Pipeline::settle)
    }

    fn abandon(&mut self) -> Result<(), Failure> {
        self.batch.clear();
        if let Some(pipeline) = &mut self.pipeline {
            pipeline.abandon();
        }
        Ok(())
    }
}
