//! Which run the topics hold.

use contract::{Decoder, Topic, TopicNames};
use kafka::{Failure, Reader, Record, Start};
use uuid::Uuid;

/// The incarnation in the genesis on the run topic.
///
/// # Errors
/// Transient where no run has begun yet.
pub(super) fn read(kafka: &kafka::Args, names: &TopicNames, decoder: &Decoder) -> Result<Uuid, Failure> {
    let name = names.name(Topic::Run);
    let mut found: Option<Uuid> = None;
    let mut reader = Reader::open(kafka, &[(name.clone(), 0, Start::Beginning)])?;
    reader.read_to_end(|record: &Record<'_>| {
        let Some(payload) = record.payload() else { return Ok(()) };
        let run = decoder.run(payload).map_err(|error| crate::undecodable(record, &error))?;
        if let Some(genesis) = run.genesis {
            found = Some(genesis.incarnation);
        }
        Ok(())
    })?;
    found.ok_or_else(|| Failure::transient(format!("topic {name} holds no run yet; start a producer")))
}
