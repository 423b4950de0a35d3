//! `wellbook status` and `wellbook env`: how a stack does, and where its parts are.

use crate::arguments::{PlaceArgs, StatusArgs};
use crate::libpq;
use crate::screen::Screen;
use crate::{failure, place};
use comfy_table::{Table, presets};
use stack::{Folder, History, Phase, State};
use std::io::Write;

/// Says how the stack does.
///
/// # Errors
/// Where its folder cannot be read.
pub async fn run(place: &PlaceArgs, args: StatusArgs) -> anyhow::Result<()> {
    let folder = place::folder(place)?;
    let state = place::state(&folder)?;
    if args.json {
        writeln!(std::io::stdout(), "{}", state.json())?;
        return Ok(());
    }
    let screen = Screen::new();
    if folder.remembered().map_err(failure)?.is_none() {
        screen.clear();
        screen.line(&format!("There is no stack in {}: `wellbook up` starts one.", folder.path().display()));
        return Ok(());
    }
    let history = history(&state).await;
    screen.clear();
    screen.line(&format!("The stack in {} is {}.", folder.path().display(), state.phase));
    show(&folder, &state, history.as_deref(), &screen);
    Ok(())
}

fn show(folder: &Folder, state: &State, history: Option<&str>, screen: &Screen) {
    if let Some(error) = &state.error {
        screen.line(error);
    }
    if !state.services.is_empty() {
        screen.line(&table(state));
    }
    if state.phase == Phase::Running {
        screen.line(&format!("api       {}", state.endpoints.api));
        screen.line(&format!("kafka     {}", state.endpoints.bootstrap_servers));
        screen.line(&format!("registry  {}", state.endpoints.schema_registry));
    }
    if let Some(dagster) = state.endpoints.dagster.as_ref().filter(|_| state.phase == Phase::Running) {
        screen.line(&format!("dagster   {dagster}"));
    }
    if let Some(history) = history {
        screen.line(&format!("history   {history}"));
    }
    screen.line(&format!("logs      {}", folder.logs().display()));
}

fn table(state: &State) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(["service", "state", "pid", "admin", "restarts", "last end"]);
    for service in &state.services {
        table.add_row([
            service.name.clone(),
            service.state.to_string(),
            service.process.as_ref().map(|process| process.pid.to_string()).unwrap_or_default(),
            service.admin.clone().unwrap_or_default(),
            service.restarts.to_string(),
            service.last_end.clone().unwrap_or_default(),
        ]);
    }
    table.trim_fmt()
}

async fn history(state: &State) -> Option<String> {
    if state.phase != Phase::Running {
        return None;
    }
    let producer = state.services.iter().find(|service| service.name == "producer")?;
    let admin = producer.admin.as_deref()?.parse().ok()?;
    let history = History::new(admin, &store::Args::of(&state.endpoints.database_url)).ok()?;
    let progress = history.progress().await?;
    Some(if progress.is_complete {
        "in the tables".to_owned()
    } else {
        format!(
            "{:.0} % sealed, {:.0} % loaded",
            progress.sealed_part() * 100.0,
            progress.loaded_part() * 100.0
        )
    })
}

/// Prints the settings that other programs need, for a shell.
///
/// # Errors
/// Where the stack does not run.
pub async fn env(place: &PlaceArgs) -> anyhow::Result<()> {
    let (_, remembered, state) = place::running(place)?;
    let endpoints = &state.endpoints;
    let mut out = std::io::stdout();
    let ours = [
        ("KAFKA_BOOTSTRAP_SERVERS", &endpoints.bootstrap_servers),
        ("SCHEMA_REGISTRY_URL", &endpoints.schema_registry),
        ("DATABASE_URL", &endpoints.database_url),
        ("TOPIC_PREFIX", &remembered.topic_prefix),
        ("WELLBOOK_API", &endpoints.api),
    ]
    .map(|(name, value)| (name, value.clone()));
    let dagster = endpoints.dagster.iter().map(|url| ("WELLBOOK_DAGSTER", url.clone()));
    // The database once more, by the names that psql, dbt and the reports read.
    for (name, value) in ours.into_iter().chain(dagster).chain(libpq::variables(&endpoints.database_url)?) {
        writeln!(out, "export {name}='{}'", value.replace('\'', r"'\''"))?;
    }
    Ok(())
}
