//! Transport: everything that speaks to the brokers, and nothing that knows what a record means.
//!
//! | for | use |
//! |---|---|
//! | settings of every program | [`Args`] |
//! | topics and offsets | [`Admin`] |
//! | writing in transactions | [`TransactionalProducer`] |
//! | reading given partitions | [`Reader`] |
//! | consuming as a member of a group | [`run_consumer`] with a [`Handler`] |
//! | what went wrong, and what to do | [`Failure`] |
//!
//! Producer, reader and handlers block: they live on threads of their own, never on those of an async runtime.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod admin;
mod backoff;
mod batch;
mod consumer;
mod context;
mod failure;
mod group;
mod metrics;
mod native;
mod producer;
mod reader;
mod record;
mod settings;
mod tracker;
mod watchdog;

pub use admin::{Admin, Created, TopicSpec, written_offsets};
pub use backoff::Backoff;
pub use batch::BatchLimits;
pub use consumer::{Flow, Handler, Settings, Signals, run_consumer};
pub use failure::{Class, Failure};
pub use group::{GroupMetadata, Progress};
pub use producer::{Outgoing, TransactionalProducer};
pub use reader::{Event, Reader, Start};
pub use record::Record;
pub use settings::{Args, SecurityProtocol};
pub use tracker::TopicPartition;
