//! `wellbook-api run` serves; `wellbook-api healthcheck` asks a running one whether it is ready.

use clap::{Parser, Subcommand};
use service::{admin, program, settings};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

/// The loop that the admin port watches turns twice a second; one that stands still for so long is stuck.
const STALLS_AFTER: Duration = Duration::from_secs(30);

/// REST, the live feed, and the page that shows it.
#[derive(Parser)]
#[command(name = "wellbook-api", version, about, after_help = SETTINGS_HELP)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

const SETTINGS_HELP: &str = "Every setting can be given by its environment variable or in the file .env; a secret NAME also as \
                             NAME_FILE, the path of a file that holds it.";

#[derive(Subcommand)]
enum Command {
    /// Serve until asked to stop
    Run(Box<Run>),
    /// Ask a running API whether it is ready: exit code 0 or 1
    Healthcheck(Box<Healthcheck>),
}

#[derive(clap::Args)]
struct Run {
    #[command(flatten)]
    service: service::Args,
    #[command(flatten)]
    api: api::Args,
}

#[derive(clap::Args)]
#[allow(clippy::doc_markdown, reason = "the comments are the help of the program")]
struct Healthcheck {
    /// Address of the API [env: API_ADDRESS]
    #[arg(long = "api-address", env = "API_ADDRESS", default_value = "127.0.0.1:8080", hide_env = true)]
    address: SocketAddr,
}

fn main() -> ExitCode {
    let cli: Program = match settings::parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    match cli.command {
        Command::Run(run) => {
            let Run { service, api } = *run;
            program::run("api", &service, STALLS_AFTER, |probe, token| async move {
                api::metrics::describe();
                api::Server::bind(api).await?.run(probe, token).await
            })
        }
        Command::Healthcheck(check) => program::command(admin::healthcheck(check.address)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Program::command().debug_assert();
    }
}
