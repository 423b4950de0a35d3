//! Avro in Confluent framing: encoding our records and decoding whatever stands on a topic.

use crate::digest::FRAME_BYTES;
use crate::fault::InjectedFault;
use crate::registry::{Registry, RegistryError, SchemaId};
use crate::run::RunRecord;
use crate::seal::Seal;
use crate::topic::Topic;
use crate::wire::{Out, Take};
use ledger::JournalEntry;
use ledger::reference::ReferenceRecord;
use serde::Serialize;
use serde_avro_fast::Schema;
use serde_avro_fast::de::DeserializerState;
use serde_avro_fast::ser::SerializerConfig;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::{Arc, LazyLock, RwLock};
use std::time::{Duration, Instant};

/// Writer schemas that are remembered; a topic has one for each version of its record, so this is never reached by
/// honest writers.
const SCHEMAS_MAX: usize = 256;
/// Ids that the registry did not know, remembered so that a flood of them does not become a flood of requests.
const UNKNOWN_IDS_MAX: usize = 1024;
/// How long such an id stays unknown: the time in which a schema that was registered late starts to be read.
const UNKNOWN_FOR: Duration = Duration::from_secs(5);

/// Why a record cannot be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The registry does not know the schema id.
    #[error("schema id {id} is not in the registry")]
    UnknownSchema {
        /// The id in the frame.
        id: u32,
    },
    /// The bytes are not the record that they should be.
    #[error("{detail}")]
    Unreadable {
        /// What is wrong with them.
        detail: String,
    },
    /// The registry could not be asked. Not a verdict on the record: try again.
    #[error("the schema registry could not be asked for schema {id}: {detail}")]
    RegistryUnavailable {
        /// The id in the frame.
        id: u32,
        /// What happened.
        detail: String,
    },
}

fn unreadable(detail: impl Into<String>) -> DecodeError {
    DecodeError::Unreadable { detail: detail.into() }
}

// --- schemas -------------------------------------------------------------------------------------------------------

/// A schema as the codec uses it: its decimals are plain bytes, and their precision and scale stand beside.
struct Compiled {
    name: String,
    schema: Schema,
    decimals: BTreeMap<String, (u64, u64)>,
}

fn compile(json: &str) -> Result<Compiled, String> {
    let mut schema: Value =
        serde_json::from_str(json).map_err(|error| format!("schema is no JSON: {error}"))?;
    let text = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = match (text("namespace"), text("name")) {
        (namespace, name) if namespace.is_empty() => name,
        (namespace, name) => format!("{namespace}.{name}"),
    };
    let mut decimals = BTreeMap::new();
    strip_decimals(&mut schema, "", &mut decimals);
    let schema = schema.to_string().parse().map_err(|error| format!("schema is no Avro: {error}"))?;
    Ok(Compiled { name, schema, decimals })
}

/// Takes the decimal types off and notes precision and scale by the path of field names.
fn strip_decimals(node: &mut Value, path: &str, decimals: &mut BTreeMap<String, (u64, u64)>) {
    match node {
        Value::Array(branches) => {
            branches.iter_mut().for_each(|branch| strip_decimals(branch, path, decimals));
        }
        Value::Object(object) => {
            if object.get("logicalType").and_then(Value::as_str) == Some("decimal") {
                let number = |key: &str| object.get(key).and_then(Value::as_u64).unwrap_or(0);
                decimals.insert(path.to_owned(), (number("precision"), number("scale")));
                for key in ["logicalType", "precision", "scale"] {
                    object.remove(key);
                }
            }
            for key in ["type", "items", "fields"] {
                let Some(inner) = object.get_mut(key) else { continue };
                match inner {
                    Value::Array(fields) if key == "fields" => {
                        for field in fields {
                            let name = field.get("name").and_then(Value::as_str).unwrap_or_default();
                            let path = format!("{path}.{name}");
                            strip_decimals(field, &path, decimals);
                        }
                    }
                    inner => strip_decimals(inner, path, decimals),
                }
            }
        }
        _ => {}
    }
}

/// Our own schemas. Constants of the contract, compiled once.
static OURS: LazyLock<HashMap<Topic, Compiled>> = LazyLock::new(|| {
    let compiled = |topic: &Topic| {
        let schema = topic.schema()?;
        Some((*topic, compile(schema).expect("the contract's own schemas are sound")))
    };
    Topic::ALL.iter().filter_map(compiled).collect()
});

fn ours(topic: Topic) -> &'static Compiled {
    OURS.get(&topic).expect("only topics with a schema are encoded and decoded")
}

/// Precision and scale of a topic's decimals, by the path of field names.
pub(crate) fn decimals(topic: Topic) -> &'static BTreeMap<String, (u64, u64)> {
    &ours(topic).decimals
}

// --- encoding ------------------------------------------------------------------------------------------------------

/// Encodes the records of one topic; keeps its buffers, so one per thread.
pub struct Encoder {
    id: SchemaId,
    config: SerializerConfig<'static>,
}

impl Encoder {
    /// An encoder for `topic`, whose schema has this id in the registry.
    ///
    /// # Panics
    /// For a topic without a schema.
    #[must_use]
    pub fn new(topic: Topic, id: SchemaId) -> Self {
        Self { id, config: SerializerConfig::new(&ours(topic).schema) }
    }

    /// Writes the framed record into `out`, replacing what it holds.
    pub fn entry(&mut self, entry: &JournalEntry<'_>, out: &mut Vec<u8>) {
        self.encode(&Out(entry), out);
    }

    /// The framed seal.
    pub fn seal(&mut self, seal: &Seal) -> Vec<u8> {
        self.encoded(&Out(seal))
    }

    /// The framed fault.
    pub fn fault(&mut self, fault: &InjectedFault) -> Vec<u8> {
        self.encoded(&Out(fault))
    }

    /// The framed record of the run.
    pub fn run(&mut self, record: &RunRecord) -> Vec<u8> {
        self.encoded(&Out(record))
    }

    /// The framed reference record.
    pub fn reference(&mut self, record: &ReferenceRecord) -> Vec<u8> {
        match record {
            ReferenceRecord::Company(record) => self.encoded(&Out(record)),
            ReferenceRecord::Account(record) => self.encoded(&Out(record)),
            ReferenceRecord::Period(record) => self.encoded(&Out(record)),
            ReferenceRecord::Well(record) => self.encoded(&Out(record)),
            ReferenceRecord::Lease(record) => self.encoded(&Out(record)),
            ReferenceRecord::Owner(record) => self.encoded(&Out(record)),
            ReferenceRecord::Counterparty(record) => self.encoded(&Out(record)),
            ReferenceRecord::OwnerDeck(record) => self.encoded(&Out(record)),
            ReferenceRecord::JibDeck(record) => self.encoded(&Out(record)),
            ReferenceRecord::Afe(record) => self.encoded(&Out(record)),
            ReferenceRecord::CostCenter(record) => self.encoded(&Out(record)),
            ReferenceRecord::TaxRate(record) => self.encoded(&Out(record)),
            ReferenceRecord::Production(record) => self.encoded(&Out(record)),
            ReferenceRecord::Reserve(record) => self.encoded(&Out(record)),
            ReferenceRecord::MarketPrice(record) => self.encoded(&Out(record)),
        }
    }

    fn encoded(&mut self, record: &impl Serialize) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        self.encode(record, &mut out);
        out
    }

    fn encode(&mut self, record: &impl Serialize, out: &mut Vec<u8>) {
        out.clear();
        out.push(0);
        out.extend_from_slice(&self.id.0.to_be_bytes());
        serde_avro_fast::to_datum(record, out, &mut self.config)
            .expect("our records match our schemas, and a Vec takes every byte");
    }
}

// --- decoding ------------------------------------------------------------------------------------------------------

/// Decodes records by the schemas that wrote them. Cheap to clone; all clones share what they learnt.
///
/// Decoding is synchronous. A schema id that was not seen before is asked of the registry, which blocks: call it from a
/// thread of your own, never inside an async task.
#[derive(Clone)]
pub struct Decoder {
    registry: Registry,
    runtime: tokio::runtime::Handle,
    writers: Arc<RwLock<Writers>>,
}

#[derive(Default)]
struct Writers {
    known: HashMap<u32, Arc<Compiled>>,
    unknown: HashMap<u32, Instant>,
}

impl Decoder {
    /// A decoder that asks `registry`, on `runtime`, for schemas that it has not seen. The runtime must have threads of
    /// its own: one that only runs inside `block_on` would never get the answer.
    #[must_use]
    pub fn new(registry: Registry, runtime: tokio::runtime::Handle) -> Self {
        Self { registry, runtime, writers: Arc::default() }
    }

    /// Takes a writer's schema that is at hand, so that the registry need not be asked for it.
    ///
    /// # Errors
    /// Where the text is no Avro schema.
    pub fn learn(&self, id: SchemaId, json: &str) -> Result<(), DecodeError> {
        let writer =
            Arc::new(compile(json).map_err(|error| unreadable(format!("schema {}: {error}", id.0)))?);
        self.writers.write().expect("no holder of this lock panics").known.insert(id.0, writer);
        Ok(())
    }

    /// The entry in a framed record; its text borrows from `payload`.
    ///
    /// # Errors
    /// Where the schema is unknown, the bytes are no entry, or the registry cannot be asked.
    pub fn entry<'a>(&self, payload: &'a [u8]) -> Result<JournalEntry<'a>, DecodeError> {
        self.decode(Topic::JournalEntryRaw, payload)
    }

    /// The seal in a framed record.
    ///
    /// # Errors
    /// As [`Decoder::entry`].
    pub fn seal(&self, payload: &[u8]) -> Result<Seal, DecodeError> {
        self.decode(Topic::BatchSeal, payload)
    }

    /// The planted fault in a framed record.
    ///
    /// # Errors
    /// As [`Decoder::entry`].
    pub fn fault(&self, payload: &[u8]) -> Result<InjectedFault, DecodeError> {
        self.decode(Topic::InjectedFault, payload)
    }

    /// The record of the run in a framed record.
    ///
    /// # Errors
    /// As [`Decoder::entry`].
    pub fn run(&self, payload: &[u8]) -> Result<RunRecord, DecodeError> {
        self.decode(Topic::Run, payload)
    }

    /// The reference record in a framed record of `topic`.
    ///
    /// # Errors
    /// As [`Decoder::entry`]; also where `topic` is no reference topic.
    pub fn reference(&self, topic: Topic, payload: &[u8]) -> Result<ReferenceRecord, DecodeError> {
        match topic {
            Topic::Company => self.decode(topic, payload).map(ReferenceRecord::Company),
            Topic::Account => self.decode(topic, payload).map(ReferenceRecord::Account),
            Topic::Period => self.decode(topic, payload).map(ReferenceRecord::Period),
            Topic::Well => self.decode(topic, payload).map(ReferenceRecord::Well),
            Topic::Lease => self.decode(topic, payload).map(ReferenceRecord::Lease),
            Topic::Owner => self.decode(topic, payload).map(ReferenceRecord::Owner),
            Topic::Counterparty => self.decode(topic, payload).map(ReferenceRecord::Counterparty),
            Topic::OwnerDeck => self.decode(topic, payload).map(ReferenceRecord::OwnerDeck),
            Topic::JibDeck => self.decode(topic, payload).map(ReferenceRecord::JibDeck),
            Topic::Afe => self.decode(topic, payload).map(ReferenceRecord::Afe),
            Topic::CostCenter => self.decode(topic, payload).map(ReferenceRecord::CostCenter),
            Topic::TaxRate => self.decode(topic, payload).map(ReferenceRecord::TaxRate),
            Topic::Production => self.decode(topic, payload).map(ReferenceRecord::Production),
            Topic::Reserve => self.decode(topic, payload).map(ReferenceRecord::Reserve),
            Topic::MarketPrice => self.decode(topic, payload).map(ReferenceRecord::MarketPrice),
            Topic::JournalEntryRaw
            | Topic::JournalEntryValidated
            | Topic::JournalEntryDlq
            | Topic::ValidatorState
            | Topic::BatchSeal
            | Topic::InjectedFault
            | Topic::Run => Err(unreadable(format!("{topic} is no reference topic"))),
        }
    }

    fn decode<'a, T>(&self, topic: Topic, payload: &'a [u8]) -> Result<T, DecodeError>
    where
        T: Take<'a>,
    {
        let (id, datum) = unframe(payload)?;
        let writer = self.writer(id)?;
        matches_ours(id, &writer, ours(topic))?;
        let mut state = DeserializerState::from_slice(datum, &writer.schema);
        let value = T::take(state.deserializer()).map_err(|error| unreadable(error.to_string()))?;
        let mut rest = state.into_reader();
        match rest.read(&mut [0]) {
            Ok(0) => Ok(value),
            _ => Err(unreadable("bytes are left over after the record")),
        }
    }

    fn writer(&self, id: u32) -> Result<Arc<Compiled>, DecodeError> {
        {
            let writers = self.writers.read().expect("no holder of this lock panics");
            if let Some(writer) = writers.known.get(&id) {
                return Ok(Arc::clone(writer));
            }
            if writers.unknown.get(&id).is_some_and(|asked| asked.elapsed() < UNKNOWN_FOR) {
                return Err(DecodeError::UnknownSchema { id });
            }
        }
        let answer = self.runtime.block_on(self.registry.schema(SchemaId(id)));
        let mut writers = self.writers.write().expect("no holder of this lock panics");
        match answer {
            Ok(json) => {
                let writer =
                    Arc::new(compile(&json).map_err(|error| unreadable(format!("schema {id}: {error}")))?);
                if writers.known.len() >= SCHEMAS_MAX {
                    writers.known.clear();
                }
                writers.known.insert(id, Arc::clone(&writer));
                Ok(writer)
            }
            Err(RegistryError::Unknown { .. }) => {
                if writers.unknown.len() >= UNKNOWN_IDS_MAX {
                    writers.unknown.clear();
                }
                writers.unknown.insert(id, Instant::now());
                Err(DecodeError::UnknownSchema { id })
            }
            Err(error) => Err(DecodeError::RegistryUnavailable { id, detail: error.to_string() }),
        }
    }
}

/// The schema id and the datum of a framed record.
fn unframe(payload: &[u8]) -> Result<(u32, &[u8]), DecodeError> {
    match payload.split_at_checked(FRAME_BYTES) {
        Some(([0, id @ ..], datum)) => {
            Ok((u32::from_be_bytes(id.try_into().expect("four bytes are left of five")), datum))
        }
        Some(([magic, ..], _)) => {
            Err(unreadable(format!("the first byte is {magic}, a framed record begins with 0")))
        }
        _ => Err(unreadable(format!("{} bytes, a framed record has at least {FRAME_BYTES}", payload.len()))),
    }
}

/// A writer's schema must be of the same record, and its decimals must have our scale: other scales would be misread.
fn matches_ours(id: u32, writer: &Compiled, ours: &Compiled) -> Result<(), DecodeError> {
    if writer.name != ours.name {
        return Err(unreadable(format!("schema {id} is of `{}`, not of `{}`", writer.name, ours.name)));
    }
    for (path, (_, scale)) in &ours.decimals {
        if let Some((_, theirs)) = writer.decimals.get(path).filter(|(_, theirs)| theirs != scale) {
            let field = path.trim_start_matches('.');
            return Err(unreadable(format!(
                "schema {id} writes `{field}` with scale {theirs}, ours is {scale}"
            )));
        }
    }
    Ok(())
}
