//! How far a run has come, as its topics tell.

use contract::{Anchor, DecodeError, Decoder, Genesis, RunRecord, Seal, Topic, TopicNames};
use kafka::{Admin, Failure, Reader, Record, Start};

/// Records at the end of the seals' topic in which the last seal is looked for first; transaction markers take offsets too.
const TAIL: i64 = 64;

/// What stands on the topics of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    /// What the ledger follows from; none where no run has begun.
    pub(crate) genesis: Option<Genesis>,
    /// The anchors of its clock, in the order in which they were written.
    pub(crate) anchors: Vec<Anchor>,
    /// The newest seal.
    pub(crate) seal: Option<Seal>,
}

impl Standing {
    /// Reads the topics. Blocking. What a predecessor left open must be settled before, or it is waited for.
    ///
    /// # Errors
    /// Where the topics cannot be read, or hold what no producer of Wellbook writes.
    pub(crate) fn read(kafka: &kafka::Args, names: &TopicNames, decoder: &Decoder) -> Result<Self, Failure> {
        let mut standing = Self::default();
        let run = names.name(Topic::Run);
        let mut reader = Reader::open(kafka, &[(run.clone(), 0, Start::Beginning)])?;
        reader.read_to_end(|record| {
            let Some(payload) = record.payload() else { return Ok(()) };
            let RunRecord { genesis, anchor } =
                decoder.run(payload).map_err(|error| foreign(record, &error))?;
            standing.genesis = standing.genesis.take().or(genesis);
            standing.anchors.extend(anchor);
            Ok::<(), Failure>(())
        })?;
        standing.seal = last_seal(kafka, &names.name(Topic::BatchSeal), decoder)?;
        match (&standing.genesis, &standing.seal) {
            (None, Some(_)) => Err(Failure::fatal(format!(
                "the topics hold seals of a run, and {run} holds no genesis: they are not whole; use another TOPIC_PREFIX"
            ))),
            (Some(_), _) if standing.anchors.is_empty() => Err(Failure::fatal(format!(
                "{run} holds a genesis and no anchor: it was not written by a producer of Wellbook; use another TOPIC_PREFIX"
            ))),
            _ => Ok(standing),
        }
    }
}

/// The newest seal. Looks at the end of the topic first and only then further back: seals are kept for ever.
fn last_seal(kafka: &kafka::Args, topic: &str, decoder: &Decoder) -> Result<Option<Seal>, Failure> {
    let ends = Admin::new(kafka)?.end_offsets(topic)?;
    let Some((first, end)) = ends.first().copied() else { return Ok(None) };
    if first == end {
        return Ok(None);
    }
    let mut tail = TAIL;
    loop {
        let from = (end - tail).max(first);
        let mut newest = None;
        let mut reader = Reader::open(kafka, &[(topic.to_owned(), 0, Start::Offset(from))])?;
        reader.read_to_end(|record| {
            if let Some(payload) = record.payload() {
                newest = Some(decoder.seal(payload).map_err(|error| foreign(record, &error))?);
            }
            Ok::<(), Failure>(())
        })?;
        if newest.is_some() || from == first {
            return Ok(newest);
        }
        tail *= 8;
    }
}

/// A record that is not what the topic is for.
pub(crate) fn foreign(record: &Record<'_>, error: &DecodeError) -> Failure {
    let text = format!("topic {} offset {}: {error}", record.topic(), record.offset());
    match error {
        DecodeError::RegistryUnavailable { .. } => Failure::transient(text),
        DecodeError::UnknownSchema { .. } | DecodeError::Unreadable { .. } => Failure::fatal(format!(
            "{text}; only Wellbook's producer writes this topic: use a TOPIC_PREFIX of its own, or the registry that the \
             record was written with"
        )),
    }
}
