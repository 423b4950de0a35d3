//! Which run the topics hold.

use contract::{Decoder, Topic, TopicNames};
use kafka::{Failure, Reader, Record, Start};
use uuid::Uuid;

/// The incarnation in the genesis on the run topic; none before a producer has begun.
pub(super) fn read(
    kafka: &kafka::Args,
    names: &TopicNames,
    decoder: &Decoder,
) -> Result<Option<Uuid>, Failure> {
    let name = names.name(Topic::Run);
    let mut found = None;
    let mut reader = Reader::open(kafka, &[(name, 0, Start::Beginning)])?;
    reader.read_to_end(|record: &Record<'_>| {
        let Some(payload) = record.payload() else { return Ok(()) };
        let run = decoder.run(payload).map_err(|error| {
            Failure::transient(format!(
                "topic {} partition {} offset {}: {error}",
                record.topic(),
                record.partition(),
                record.offset()
            ))
        })?;
        if let Some(genesis) = run.genesis {
            found = Some(genesis.incarnation);
        }
        Ok::<(), Failure>(())
    })?;
    Ok(found)
}
