//! `wellbook verify`: the proof that nothing was lost, doubled or altered from the first topic to the last table.
//!
//! It reads the seals, the planted faults and the three entry topics to their ends, and the tables as of one moment;
//! cuts all of them at one seal, the newest that every stage has passed; and compares them submission by submission:
//! seals = raw = validated + dead letters = staging, by count, control total and digest. A dead letter that was submitted
//! again is on the raw topic once more, under an id of its own, and no seal counts it: an entry counts by the one submission
//! that was accepted, first or later, and digests take the id of the first.
//!
//! | module | does |
//! |---|---|
//! | `facts` | what is noted of a record |
//! | `evidence` | takes the facts in |
//! | `verdict` | compares them |
//! | `marts` | adds what dbt made of staging, where it did |
//! | `report` | says it, to people and programs |
//! | `topics`, `tables` | read; all else is pure |

mod evidence;
mod facts;
mod marts;
mod numbers;
#[cfg(test)]
mod planted;
mod progress;
mod report;
mod seal_chain;
mod tables;
mod topics;
mod verdict;

pub use evidence::{Evidence, Loaded};
pub use facts::{DeadLetter, EntryFacts, Held, Place, Stage};
pub use report::{Check, Difference, Report, StageAmount, StageTotals};

use anyhow::{Context, bail};
use contract::{Decoder, Registry, TopicNames};
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};
use store::Store;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

/// What `verify` reads, and how it answers.
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
    /// The database.
    pub store: store::Args,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
    /// Wait so many seconds for validator and sink to pass the newest seal; still behind it then is a difference.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub wait: Option<u64>,
    /// What the names of dbt's schemas begin with.
    #[arg(long, env = "DBT_SCHEMA_PREFIX", default_value = "", hide = true)]
    pub dbt_schema_prefix: String,
}

/// The stages do not hold the same.
#[derive(Debug, thiserror::Error)]
#[error("verify: {0}")]
pub struct Mismatch(pub String);

/// Reads, compares, and prints the report on standard output.
///
/// # Errors
/// [`Mismatch`] where something was lost, doubled or altered, or with [`Args::wait`] is late; anything else where the
/// proof could not be made.
pub async fn run(args: Args, token: CancellationToken) -> anyhow::Result<()> {
    let report = prove(&args, &token).await?;
    let out = std::io::stdout();
    let is_terminal = out.is_terminal();
    let mut out = out.lock();
    if args.json {
        writeln!(out, "{:#}", report.json())?;
    } else {
        report.write(&mut out, is_terminal)?;
    }
    out.flush()?;
    match (report.first_difference(), &report.behind) {
        (Some((check, difference)), _) => Err(Mismatch(format!("{check}: {difference}")).into()),
        (None, Some(behind)) if args.wait.is_some() => {
            Err(Mismatch(format!("after {} s: {behind}", args.wait.unwrap_or_default())).into())
        }
        (None, _) => Ok(()),
    }
}

/// Reads all stages and compares them; prints nothing but progress.
///
/// # Errors
/// Where a stage cannot be read.
pub async fn prove(args: &Args, token: &CancellationToken) -> anyhow::Result<Report> {
    let deadline = Instant::now() + Duration::from_secs(args.wait.unwrap_or(0));
    let store = Store::connect(&store::Args { database_pool_size: 1, ..args.store.clone() })?;
    // Both are asked before a million records are read in vain.
    store.ping().await?;
    let registry = Registry::new(&args.registry)?;
    let progress = progress::Progress::new();
    let topics = topics::Topics {
        kafka: args.kafka.clone(),
        names: TopicNames::new(&args.kafka.topic_prefix),
        decoder: Decoder::new(registry, Handle::current()),
        token: token.clone(),
        progress: progress.clone(),
    };
    let reading = tokio::task::spawn_blocking(move || topics.read(deadline).map(|read| (read, topics)));
    let ((mut evidence, raw), topics) =
        reading.await.context("the thread that reads the topics failed")??;
    let loaded = tables::wait(&store, &evidence, deadline, token).await?;
    tables::read(&store, &mut evidence, &progress, token).await?;
    if evidence.has_strays() {
        let reading = move || topics.read_on(&mut evidence, raw).map(|()| evidence);
        evidence = tokio::task::spawn_blocking(reading)
            .await
            .context("the thread that reads the topics failed")??;
    }
    let marts = tokio::select! {
        marts = store.marts(&args.dbt_schema_prefix) => marts?,
        () = token.cancelled() => bail!("interrupted while reading the marts"),
    };
    progress.clear();
    let mut report = evidence.finish(&loaded);
    if let Some(marts) = marts {
        marts::add(&mut report, &marts);
    }
    Ok(report)
}
