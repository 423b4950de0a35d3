//! `wellbook-producer`: makes the ledger and publishes it.

use clap::{Parser, Subcommand};
use kafka::Signals;
use producer::settings::RunArgs;
use producer::{ahead, fingerprint, metrics, run};
use service::{admin, program, settings};
use std::process::ExitCode;
use std::time::Duration;

/// One call to a broker may take 30 s: longer without a turn of the loop is a stall.
const STALLS_AFTER: Duration = Duration::from_secs(60);

/// Millions of small pieces are made on one thread and let go on another; the system's allocator keeps ever more memory for
/// that, the longer a history is.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Makes an upstream oil and gas ledger and publishes it to Kafka: history first, then a batch every 30 seconds.
#[derive(Parser)]
#[command(name = "wellbook-producer", version, about, after_help = SETTINGS_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const SETTINGS_HELP: &str = "Every setting can be given by its environment variable or in the file .env; a secret NAME also as \
                             NAME_FILE, the path of a file that holds it.";

#[derive(Subcommand)]
enum Command {
    /// Begin the run, or go on with the one that is on the topics
    Run(Box<Running>),
    /// Print the fingerprint of a run: the digest of its history. Needs no brokers and asks nobody for prices
    #[command(mut_arg("prices_files", |arg| arg.help("Prices of the past in a CSV file, daily or monthly; may be repeated. Default: built in [env: PRICES_FILES]")))]
    Fingerprint {
        #[command(flatten)]
        run: RunArgs,
        /// Threads that make it; the fingerprint is the same with any number
        #[arg(long, default_value_t = ahead::threads() as u16, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=64))]
        threads: u16,
    },
    /// Ask the program on the admin address whether it is ready: exit code 0 or 1
    Healthcheck(service::Args),
}

#[derive(clap::Args)]
struct Running {
    #[command(flatten)]
    service: service::Args,
    #[command(flatten)]
    run: run::Args,
}

fn main() -> ExitCode {
    let cli: Cli = match settings::parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    match cli.command {
        Command::Run(running) => {
            let Running { service, run: args } = *running;
            program::run("producer", &service, STALLS_AFTER, |probe, token| {
                metrics::describe();
                let ready = probe.clone();
                let signals = Signals {
                    heartbeat: Box::new(move || probe.tick()),
                    ready: Box::new(move |is_ready| ready.set_ready(is_ready)),
                };
                run::run(args, signals, token)
            })
        }
        Command::Fingerprint { run, threads } => program::command(print_fingerprint(run, threads.into())),
        Command::Healthcheck(args) => program::command(admin::healthcheck(args.admin_address)),
    }
}

#[expect(clippy::print_stdout, reason = "it is what the command is for")]
async fn print_fingerprint(run: RunArgs, threads: usize) -> anyhow::Result<()> {
    let made = tokio::task::spawn_blocking(move || fingerprint::of(&run, threads)).await??;
    println!("{} {}", made.digest, made.run);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
