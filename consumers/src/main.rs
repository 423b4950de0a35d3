//! `wellbook-consumer`: one subcommand for each consumer of the journal.

use clap::{Parser, Subcommand};
use consumers::{metrics, replay, sink, validator, verify};
use kafka::Signals;
use service::admin::{self, Probe};
use service::{program, settings, shutdown};
use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// One call to a broker may take 20 s and one to Postgres 30 s: longer without a turn of the loop is a stall.
const STALLS_AFTER: Duration = Duration::from_secs(60);

/// Validates the journal, loads it into Postgres, and proves that both are whole.
#[derive(Parser)]
#[command(name = "wellbook-consumer", version, about, after_help = SETTINGS_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const SETTINGS_HELP: &str = "Every setting can be given by its environment variable or in the file .env; a secret NAME also as \
                             NAME_FILE, the path of a file that holds it.";

#[derive(Subcommand)]
enum Command {
    /// Check submissions: the good go to the validated topic, the others to the dead letters with a reason
    Validator(Running<validator::Args>),
    /// Load validated entries, dead letters, seals and masters into Postgres, exactly once
    Sink(Running<sink::Args>),
    /// Submit dead letters again, each once however often it is run
    Replay(replay::Args),
    /// Prove that seals, topics and tables agree: exit code 0, or 1 and the first difference
    Verify(verify::Args),
    /// Ask the program on the admin address whether it is ready: exit code 0 or 1
    Healthcheck(service::Args),
}

#[derive(clap::Args)]
struct Running<A: clap::Args> {
    #[command(flatten)]
    service: service::Args,
    #[command(flatten)]
    own: A,
}

fn main() -> ExitCode {
    let cli: Cli = match settings::parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    match cli.command {
        Command::Validator(Running { service, own }) => consume("validator", &service, |signals, token| {
            metrics::describe_validator();
            validator::run(own, signals, token)
        }),
        Command::Sink(Running { service, own }) => consume("sink", &service, |signals, token| {
            metrics::describe_sink();
            sink::run(own, signals, token)
        }),
        Command::Replay(args) => program::command(shutdown::until_signal(|token| replay::run(args, token))),
        Command::Verify(args) => program::command(shutdown::until_signal(|token| verify::run(args, token))),
        Command::Healthcheck(args) => program::command(admin::healthcheck(args.admin_address)),
    }
}

fn consume<F, W>(name: &'static str, service: &service::Args, run: F) -> ExitCode
where
    F: FnOnce(Signals, CancellationToken) -> W,
    W: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    program::run(name, service, STALLS_AFTER, |probe, token| run(signals(probe), token))
}

fn signals(probe: Probe) -> Signals {
    let ready = probe.clone();
    Signals { heartbeat: Box::new(move || probe.tick()), ready: Box::new(move |is| ready.set_ready(is)) }
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
