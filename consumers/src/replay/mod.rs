//! `wellbook replay`: submits chosen dead letters again.
//!
//! A dead letter goes back to the raw topic byte for byte, to the partition that it came from, under a new `ce_id` that
//! follows from its first submission and its rejections ([`contract::replay`]). What was submitted again already is on the
//! raw topic under that id, and is passed over: nothing is remembered elsewhere, so any choice may follow any other, and a
//! run that was killed is repeated. One run at a time: its transactional id fences a predecessor and settles what that left
//! open, before the raw topic is read.
//!
//! | module | does |
//! |---|---|
//! | `choice` | which dead letters are meant; pure |
//! | `rounds` | reads them, strikes out what was submitted already, submits the rest |
//! | `outcome` | counts, and says so to people and programs; pure |

mod choice;
mod outcome;
mod rounds;

pub use choice::Choice;
pub use outcome::{Outcome, Tally};

use anyhow::Context;
use contract::{Decoder, Registry, TopicNames};
use rounds::Replay;
use std::io::{IsTerminal, Write};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

/// The transactional id, without the prefix of the topics.
pub const TRANSACTIONAL_ID: &str = "wellbook-replay";

/// What is submitted again, and to where.
#[derive(clap::Args, Clone, Debug)]
#[group(skip)]
pub struct Args {
    #[command(flatten)]
    /// The brokers.
    pub kafka: kafka::Args,
    #[command(flatten)]
    /// The schema registry.
    pub registry: contract::registry::Args,
    #[command(flatten)]
    /// Which dead letters.
    pub choice: Choice,
}

/// Submits, and prints what it did on standard output.
///
/// # Errors
/// Where the topics cannot be read or written, or the token was cancelled.
pub async fn run(args: Args, token: CancellationToken) -> anyhow::Result<()> {
    let (is_dry, is_json) = (args.choice.dry_run, args.choice.json);
    let outcome = submit(args, token).await?;
    let out = std::io::stdout();
    let is_terminal = out.is_terminal();
    let mut out = out.lock();
    if is_json {
        writeln!(out, "{:#}", outcome.json(is_dry))?;
    } else {
        outcome.write(&mut out, is_dry, is_terminal)?;
    }
    out.flush()?;
    Ok(())
}

/// Submits the dead letters that were chosen and stand on their topic now; prints nothing but progress.
///
/// # Errors
/// As [`run`].
pub async fn submit(args: Args, token: CancellationToken) -> anyhow::Result<Outcome> {
    let decoder = Decoder::new(Registry::new(&args.registry)?, Handle::current());
    let replay = Replay::new(TopicNames::new(&args.kafka.topic_prefix), decoder, args, token);
    let submitted = tokio::task::spawn_blocking(move || replay.run());
    submitted.await.context("the thread that submits failed")?
}
