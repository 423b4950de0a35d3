//! `wellbook-api run` serves; `wellbook-api healthcheck` asks a running one whether it is ready.

use clap::{Parser, Subcommand};
use service::admin::{self, Probe};
use service::shutdown::{self, Tasks};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

/// The loop that the admin port watches turns twice a second; one that stands still for so long is stuck.
const STALLS_AFTER: Duration = Duration::from_secs(30);
/// Everything ends within this time.
const GRACE: Duration = Duration::from_secs(10);

/// REST, the live feed, and the page that shows it.
#[derive(Parser)]
#[command(name = "wellbook-api", version)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves until asked to stop.
    Run(Box<Run>),
    /// Asks a running API whether it is ready.
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
struct Healthcheck {
    #[command(flatten)]
    service: service::Args,
    /// Address of the API [env: `API_ADDRESS`]
    #[arg(long = "api-address", env = "API_ADDRESS", default_value = "127.0.0.1:8080", hide_env = true)]
    address: SocketAddr,
}

fn main() -> ExitCode {
    let program = match service::settings::parse::<Program>() {
        Ok(program) => program,
        Err(code) => return code,
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return service::exit::code(Err(error.into())),
    };
    let outcome = match program.command {
        Command::Run(run) => runtime.block_on(serve(*run)),
        Command::Healthcheck(check) => runtime.block_on(healthcheck(*check)),
    };
    // Threads of the client libraries may still wait for services that do not answer.
    runtime.shutdown_background();
    service::exit::code(outcome)
}

async fn serve(run: Run) -> anyhow::Result<()> {
    service::telemetry::init(&run.service)?;
    service::install_crypto();
    let metrics = service::metrics::install("api")?;
    api::metrics::describe();
    let mut tasks = Tasks::new();
    let token = shutdown::on_signal(&mut tasks)?;
    let probe = Probe::new(STALLS_AFTER);
    let server = api::Server::bind(run.api).await?;
    tasks.spawn(server.run(probe.clone(), token.clone()));
    tasks.spawn(admin::serve(run.service.admin_address, probe, metrics, token.clone()));
    shutdown::supervise(tasks, token, GRACE).await
}

async fn healthcheck(check: Healthcheck) -> anyhow::Result<()> {
    service::telemetry::init(&check.service)?;
    admin::healthcheck(check.address).await
}
