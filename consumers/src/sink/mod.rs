//! The sink: loads validated entries, dead letters, seals, the run and the reference topics into Postgres, exactly once.
//!
//! Rows and offsets move in one Postgres transaction, by compare-and-set. Those offsets, with the incarnation of the run,
//! are the truth: the consumer group decides who reads which partition, and its own offsets are a hint for who watches.
//!
//! | module | does |
//! |---|---|
//! | `raw` | keeps the bytes of a batch |
//! | `rows` | makes rows of them |
//! | `pipeline` | makes rows of one batch while another is loaded |
//! | `handler` | ties them to the consumer loop |
//! | `incarnation` | learns which run the topics hold |

mod handler;
mod incarnation;
mod pipeline;
mod raw;
mod rows;

use anyhow::Context;
use contract::{Decoder, Registry, Topic, TopicNames};
use handler::Sink;
use kafka::{BatchLimits, Signals};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

/// The group of all sinks, without the prefix of the topics.
pub const GROUP: &str = "wellbook-sink";

/// Every entry has at least two lines, so a full batch has 10 000 lines and more: from 5 000 on the cost of a transaction
/// no longer counts. Under load a batch is closed by size, else after a tenth of a second.
const BATCH: BatchLimits = BatchLimits {
    records: 5_000,
    bytes: 4 * 1024 * 1024,
    linger: Duration::from_millis(20),
    age: Duration::from_millis(100),
};

/// What the sink needs.
#[derive(clap::Args, Clone, Debug)]
#[group(skip)]
#[allow(clippy::doc_markdown, reason = "the comments are the help of the program")]
pub struct Args {
    #[command(flatten)]
    /// The brokers.
    pub kafka: kafka::Args,
    #[command(flatten)]
    /// The schema registry.
    pub registry: contract::registry::Args,
    #[command(flatten)]
    /// The database.
    pub store: store::Args,
    /// Name of this instance, the same after each restart and another for each sink [env: WELLBOOK_INSTANCE]
    #[arg(
        long,
        env = "WELLBOOK_INSTANCE",
        value_name = "NAME",
        default_value = "sink-0",
        value_parser = crate::instance_name,
        hide_env = true
    )]
    pub instance: String,
    /// Load everything that is on the topics now, then end. Shares the work with other sinks of the group
    #[arg(long)]
    pub until_end: bool,
}

/// The topics that are loaded.
fn topics() -> impl Iterator<Item = Topic> {
    let journal = [Topic::JournalEntryValidated, Topic::JournalEntryDlq, Topic::BatchSeal, Topic::Run];
    journal.into_iter().chain(Topic::REFERENCE.iter().copied())
}

/// Loads until the token is cancelled, or with [`Args::until_end`] until everything is loaded.
///
/// # Errors
/// What stopped it: settings, rights, tables of another run, records that were lost unread.
pub async fn run(args: Args, signals: Signals, token: CancellationToken) -> anyhow::Result<()> {
    let names = TopicNames::new(&args.kafka.topic_prefix);
    let decoder = Decoder::new(Registry::new(&args.registry)?, Handle::current());
    let settings = kafka::Settings {
        kafka: args.kafka.clone(),
        group: GROUP.to_owned(),
        // One that ends by itself leaves the group, so that others need not wait for its session to time out.
        instance: (!args.until_end).then(|| args.instance.clone()),
        topics: topics().map(|topic| names.name(topic)).collect(),
        batch: BATCH,
        until_end: args.until_end,
        hint_offsets: true,
        signals,
    };
    let sink = Sink::new(args.kafka, args.store, names, decoder, Handle::current());
    kafka::run_consumer(settings, sink, token).await.context("the sink stopped")?;
    Ok(())
}
