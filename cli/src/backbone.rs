//! `wellbook backbone -- COMMAND`: a throw-away backbone for tests.

use crate::arguments::BackboneArgs;
use crate::failure;
use crate::screen::Screen;
use crate::up::fetched;
use anyhow::Context;
use service::program;
use stack::{Backbone, BackboneOptions, Endpoints, Folder, Places, Report};
use std::cell::Cell;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

/// Starts it on free ports in a temporary folder, runs the command, and ends with its exit code.
#[must_use]
pub fn run(args: BackboneArgs) -> ExitCode {
    let code = Cell::new(None);
    let outcome = program::command(async {
        code.set(Some(beside(args).await?));
        Ok(())
    });
    code.get().map_or(outcome, ExitCode::from)
}

async fn beside(args: BackboneArgs) -> anyhow::Result<u8> {
    let install = fetched(&Screen::new()).await?;
    let java = Places::of_this_machine().find().map_err(failure)?;
    let parent =
        tempfile::Builder::new().prefix("wellbook-backbone-").tempdir().context("no temporary folder")?;
    stack::make_enterable(parent.path()).map_err(failure)?;
    let folder = Folder::at(&parent.path().join("stack")).map_err(failure)?;
    let options =
        BackboneOptions::throw_away(folder.clone(), install, java, args.brokers).map_err(failure)?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let asked = async {
        tokio::select! { _ = terminate.recv() => {} _ = interrupt.recv() => {} }
    };
    tokio::pin!(asked);
    let report = Report::default();
    let backbone = tokio::select! {
        started = Backbone::start(options, &report) => started.map_err(failure)?,
        () = &mut asked => anyhow::bail!("interrupted"),
    };
    let code = run_command(&args, backbone.endpoints(), asked).await;
    backbone.stop().await;
    folder.remove().map_err(failure)?;
    code
}

async fn run_command(
    args: &BackboneArgs,
    endpoints: &Endpoints,
    asked: impl Future<Output = ()>,
) -> anyhow::Result<u8> {
    let (program, rest) = args.command.split_first().context("a command is expected after --")?;
    let mut child = tokio::process::Command::new(program)
        .args(rest)
        .env("WELLBOOK_TEST_BOOTSTRAP_SERVERS", &endpoints.bootstrap_servers)
        .env("WELLBOOK_TEST_SCHEMA_REGISTRY", &endpoints.schema_registry)
        .env("WELLBOOK_TEST_DATABASE_URL", &endpoints.database_url)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{} cannot be started", program.display()))?;
    let status = tokio::select! {
        status = child.wait() => status?,
        () = asked => anyhow::bail!("interrupted"),
    };
    // One that a signal ended has no code of its own.
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(service::exit::FAILURE))
}
