//! The validator: reads submissions, checks each, and passes it on untouched: to the validated topic, or to the dead
//! letters with the reason.
//!
//! Consuming, checking, producing and the offsets are one Kafka transaction, so each submission stands exactly once in
//! exactly one of the two topics, whatever is killed when.
//!
//! | module | does |
//! |---|---|
//! | `verdict` | decodes and checks one record; pure but for the masters that it asks for |
//! | `masters` | keeps the reference topics in memory |
//! | `relay` | writes what was decided, in transactions |
//! | `tally` | counts what a transaction held |

mod masters;
mod relay;
mod tally;
mod verdict;

use anyhow::Context;
use contract::{Decoder, Registry, Topic, TopicNames};
use kafka::{BatchLimits, Signals};
use relay::Relay;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

/// The group of all validators, without the prefix of the topics.
pub const GROUP: &str = "wellbook-validator";

/// What the validator needs.
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
    /// Name of this instance, the same after each restart and another for each validator [env: WELLBOOK_INSTANCE]
    #[arg(
        long,
        env = "WELLBOOK_INSTANCE",
        value_name = "NAME",
        default_value = "validator-0",
        value_parser = crate::instance_name,
        hide_env = true
    )]
    pub instance: String,
}

/// Validates until the token is cancelled.
///
/// # Errors
/// What stopped it: settings, rights, another instance of the same name, records that were lost unread.
pub async fn run(args: Args, signals: Signals, token: CancellationToken) -> anyhow::Result<()> {
    let names = TopicNames::new(&args.kafka.topic_prefix);
    let registry = Registry::new(&args.registry)?;
    let decoder = Decoder::new(registry, Handle::current());
    let settings = kafka::Settings {
        kafka: args.kafka.clone(),
        group: GROUP.to_owned(),
        instance: Some(args.instance.clone()),
        topics: vec![names.name(Topic::JournalEntryRaw)],
        batch: BatchLimits::default(),
        until_end: false,
        hint_offsets: false,
        signals,
    };
    let relay = Relay::new(args.kafka, &names, decoder, args.instance);
    kafka::run_consumer(settings, relay, token).await.context("the validator stopped")?;
    Ok(())
}
