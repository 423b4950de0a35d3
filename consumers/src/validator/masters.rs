//! The master records that the checks read, kept in memory from the reference topics.

use contract::{Decoder, Topic, TopicNames};
use kafka::{Failure, Reader, Record, Start};
use ledger::check::Reference;

/// The masters as they are on the reference topics.
pub(super) struct Masters {
    reference: Reference,
    reader: Reader,
    decoder: Decoder,
    names: TopicNames,
}

impl Masters {
    /// Reads all reference topics to their ends.
    pub(super) fn read(kafka: &kafka::Args, names: &TopicNames, decoder: &Decoder) -> Result<Self, Failure> {
        let starts: Vec<(String, i32, Start)> = Topic::REFERENCE
            .iter()
            .flat_map(|topic| (0..topic.partitions()).map(|at| (names.name(*topic), at, Start::Beginning)))
            .collect();
        let mut masters = Self {
            reference: Reference::default(),
            reader: Reader::open(kafka, &starts)?,
            decoder: decoder.clone(),
            names: names.clone(),
        };
        masters.read_to_end()?;
        Ok(masters)
    }

    /// What the checks read.
    pub(super) const fn reference(&self) -> &Reference {
        &self.reference
    }

    /// Takes in everything that is committed on the reference topics now.
    pub(super) fn read_to_end(&mut self) -> Result<(), Failure> {
        let Self { reference, reader, decoder, names } = self;
        reader.read_to_end(|record| take(reference, decoder, names, record))
    }

    /// Takes in what has arrived, without waiting.
    pub(super) fn read_at_hand(&mut self) -> Result<(), Failure> {
        let Self { reference, reader, decoder, names } = self;
        reader.read_at_hand(|record| take(reference, decoder, names, record))
    }
}

fn take(
    reference: &mut Reference,
    decoder: &Decoder,
    names: &TopicNames,
    record: &Record<'_>,
) -> Result<(), Failure> {
    // A record without a value would delete its key; masters are never deleted, so there is nothing to forget.
    let (Some(topic), Some(payload)) = (names.topic(record.topic()), record.payload()) else { return Ok(()) };
    let master = decoder.reference(topic, payload).map_err(|error| crate::undecodable(record, &error))?;
    reference.insert(master);
    Ok(())
}
