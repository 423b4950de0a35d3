//! `make bench`: what each stage does, beside the limit that it could reach and a peer, in one run on a stack of its own.
//!
//! | module | holds |
//! |---|---|
//! | `machine` | the stack that is measured on, and the processors' time that its parts took |
//! | `arms` | what is measured, each arm a process of its own |
//! | `watch` | when a stage began and ended, seen from outside: by the offsets of what it writes |
//! | `figures` | medians, ratios and the table |
//!
//! Arms take turns in every round, so that what else the machine does falls on all of them. Ratios are taken within a round;
//! their median is what counts.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints")]

mod arms;
mod figures;
mod machine;
mod watch;

use anyhow::Context;
use clap::Parser;
use figures::Figures;
use machine::Machine;

/// Measures generation, producer, validator and sink against limits and peers.
#[derive(Parser)]
#[command(name = "bench", about)]
struct Cli {
    /// Rounds; each runs every arm once
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// Days of the ledger that each round moves; a day has some 3 300 entries with 9 500 lines
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(10..=365))]
    days: u32,
    /// One round of 20 days: whether it runs, not how fast
    #[arg(long)]
    quick: bool,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<()> {
    let Cli { rounds, days, quick, bench: _ } = Cli::parse();
    let (rounds, days) = if quick { (1, 20) } else { (rounds, days) };
    service::install_crypto();
    let programs = machine::programs()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let machine = runtime.block_on(Machine::start(programs)).context("the stack did not start")?;
    let mut figures = Figures::default();
    let outcome = (|| {
        for round in 1..=rounds {
            eprintln!("round {round} of {rounds}");
            arms::generate(&machine, days, &mut figures)?;
            arms::files(&machine, days, &mut figures)?;
            let run = arms::produce(&machine, &runtime, round, days, &mut figures)?;
            arms::validate(&machine, &runtime, &run, &mut figures)?;
            arms::load(&machine, &runtime, &run, &mut figures)?;
        }
        arms::check_alone(&machine, &runtime, days, &mut figures)
    })();
    runtime.block_on(machine.stop());
    outcome?;
    println!("{}", figures.table());
    println!("{}", figures.bars());
    Ok(())
}
