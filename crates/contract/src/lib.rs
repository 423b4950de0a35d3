//! What is on the topics: the public contract of the stream.
//!
//! | module | holds |
//! |---|---|
//! | [`topic`] | the table of topics |
//! | [`codec`] | Avro in Confluent framing: encode, and decode by the writer's schema |
//! | [`container`] | records at rest: Avro object container files |
//! | [`json`] | records as JSON, by their schema |
//! | [`registry`] | the schema registry |
//! | [`header`] | record headers |
//! | [`replay`] | a dead letter that is submitted again |
//! | [`record`] | which record stands where, under which key |
//! | [`seal`], [`run`], [`fault`] | the records that are not the ledger's |
//! | [`digest`] | the order-free digest |
//! | [`position`] | the cursor that clients hold |
//!
//! Speaks of bytes and never of brokers: `kafka` moves them, `store` keeps them.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod codec;
pub mod container;
pub mod digest;
pub mod fault;
pub mod header;
pub mod json;
pub mod position;
pub mod record;
pub mod registry;
pub mod replay;
pub mod run;
pub mod seal;
pub mod topic;
mod wire;

pub use codec::{DecodeError, Decoder, Encoder};
pub use container::Container;
pub use digest::Digest;
pub use fault::InjectedFault;
pub use position::Position;
pub use registry::{Registry, SchemaId};
pub use run::{Anchor, Genesis, RunRecord};
pub use seal::{Seal, Totals};
pub use topic::{ENTRY_PARTITIONS, Topic, TopicNames};
