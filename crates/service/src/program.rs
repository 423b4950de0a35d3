//! The life of a program: chassis up, work, orderly end.

use crate::admin::{self, Probe};
use crate::{exit, metrics, shutdown, telemetry};
use anyhow::Context;
use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// After being asked to stop, a program has so long: within the ten seconds that supervisors grant.
const GRACE: Duration = Duration::from_secs(9);

/// Runs a program from its settings to its exit code, on a runtime of its own: logs, metrics, the admin port, signals,
/// and `work`, which gets the probe to report to and the token that ends it.
///
/// `stalls_after` is how long the work's loop may stand still before the program counts as dead.
pub fn run<F, W>(name: &'static str, args: &crate::Args, stalls_after: Duration, work: F) -> ExitCode
where
    F: FnOnce(Probe, CancellationToken) -> W,
    W: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    exit::code(block_on(live(name, args, stalls_after, work)))
}

/// Runs a command that ends by itself, on a runtime of its own, to its exit code. It has no log: a failure is one line on
/// standard error.
pub fn command(work: impl Future<Output = anyhow::Result<()>>) -> ExitCode {
    match block_on(work) {
        Ok(()) => ExitCode::from(exit::OK),
        Err(error) => {
            tell(&error);
            ExitCode::from(exit::code_of(&error))
        }
    }
}

#[expect(clippy::print_stderr, reason = "a command speaks to a person, not to a log")]
fn tell(error: &anyhow::Error) {
    eprintln!("{error:#}");
}

fn block_on(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    crate::install_crypto();
    let runtime = tokio::runtime::Runtime::new().context("no runtime")?;
    let outcome = runtime.block_on(work);
    // A blocking call may still wait for a broker that is gone; the process need not.
    runtime.shutdown_background();
    outcome
}

async fn live<F, W>(
    name: &'static str,
    args: &crate::Args,
    stalls_after: Duration,
    work: F,
) -> anyhow::Result<()>
where
    F: FnOnce(Probe, CancellationToken) -> W,
    W: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    telemetry::init(args)?;
    let recorder = metrics::install(name)?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "{name} starts");
    let mut tasks = shutdown::Tasks::new();
    let token = shutdown::on_signal(&mut tasks)?;
    let probe = Probe::new(stalls_after);
    tasks.spawn(admin::serve(args.admin_address, probe.clone(), recorder, token.clone()));
    tasks.spawn(work(probe, token.clone()));
    let outcome = shutdown::supervise(tasks, token, GRACE).await;
    if outcome.is_ok() {
        tracing::info!("{name} ends");
    }
    outcome
}
