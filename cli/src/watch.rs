//! Shows a stack coming up, and its history loading.

use crate::arguments::PlaceArgs;
use crate::failure;
use crate::screen::Screen;
use anyhow::bail;
use service::exit::WrongSettings;
use stack::{Folder, History, Phase, Progress, Service, State, UnitState, follow};
use std::net::SocketAddr;
use std::time::Duration;

/// How often progress is asked for.
const LOOK: Duration = Duration::from_millis(500);
/// A service that was started again so often and does not run is shown to have failed, though it is tried on.
const RESTARTS_SHOWN: u32 = 5;
/// Lines of a service's log that are shown when it fails.
const LINES_SHOWN: usize = 12;

/// Shows each step until everything is started and the API answers.
///
/// # Errors
/// Where the stack or a service fails.
pub async fn until_started(folder: &Folder, screen: &Screen, has_services: bool) -> anyhow::Result<State> {
    let mut shown = Vec::new();
    let state = follow(folder, |state| {
        for step in &state.steps {
            if let (Some(outcome), false) = (&step.outcome, shown.contains(&step.what)) {
                screen.done(&step.what, outcome, Duration::from_millis(step.milliseconds));
                shown.push(step.what.clone());
            }
        }
        let under_way = state.steps.iter().filter(|step| step.outcome.is_none());
        let under_way: Vec<&str> = under_way.map(|step| step.what.as_str()).collect();
        let api = state.services.iter().find(|service| service.name == "api");
        screen.busy(&if under_way.is_empty() { "services".to_owned() } else { under_way.join(", ") });
        let is_up = !has_services || api.is_some_and(|api| api.state == UnitState::Running);
        state.phase == Phase::Running && (is_up || failed(state).is_some())
    });
    let state = state.await.map_err(failure)?;
    refuse_failed(folder, &state)?;
    Ok(state)
}

/// A service that is given up, or that keeps ending before it is ever ready.
fn failed(state: &State) -> Option<&Service> {
    let has_failed = |service: &&Service| {
        let keeps_ending = service.restarts >= RESTARTS_SHOWN && service.state != UnitState::Running;
        service.state == UnitState::Failed || keeps_ending
    };
    state.services.iter().find(has_failed)
}

fn refuse_failed(folder: &Folder, state: &State) -> anyhow::Result<()> {
    let Some(service) = failed(state) else { return Ok(()) };
    let lines = stack::tail(&folder.log(&service.name), LINES_SHOWN);
    let lines: String = lines.iter().map(|line| format!("\n  | {line}")).collect();
    let log = folder.log(&service.name);
    let (log, how) = (log.display(), service.last_end.as_deref().unwrap_or("failed"));
    let text =
        format!("{} {how}; the rest of the stack runs on. The end of its log {log}:{lines}", service.name);
    if how.contains("settings are wrong") { bail!(WrongSettings(text)) } else { bail!(text) }
}

/// Shows the history being sealed and loaded, until all of it is in the tables.
///
/// # Errors
/// Where a service fails, or the stack stops.
pub async fn until_history_is_loaded(folder: &Folder, state: &State, screen: &Screen) -> anyhow::Result<()> {
    let producer = state.services.iter().find(|service| service.name == "producer");
    let Some(admin) = producer.and_then(|producer| producer.admin.as_deref()) else { return Ok(()) };
    let admin: SocketAddr = admin.parse()?;
    let history = History::new(admin, &store::Args::of(&state.endpoints.database_url)).map_err(failure)?;
    let began = std::time::Instant::now();
    let mut turn = tokio::time::interval(LOOK);
    let mut told = 0;
    loop {
        turn.tick().await;
        let state = crate::place::state(folder)?;
        if state.phase != Phase::Running {
            bail!("the stack is {} while its history loads", state.phase);
        }
        refuse_failed(folder, &state)?;
        let Some(progress) = history.progress().await else {
            screen.busy("the producer is making its first batch");
            continue;
        };
        if progress.is_complete {
            screen.clear();
            screen.done("history", "in the tables", began.elapsed());
            return Ok(());
        }
        show(screen, progress, &mut told);
    }
}

fn show(screen: &Screen, progress: Progress, told: &mut u32) {
    let (sealed, loaded) = (progress.sealed_part(), progress.loaded_part());
    screen.share(loaded, &format!("history loaded ({:.0} % sealed)", sealed * 100.0));
    if screen.is_terminal() {
        return;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10")]
    let tenth = (loaded * 10.0) as u32;
    if tenth > *told {
        *told = tenth;
        screen.line(&format!("history: {} % loaded, {:.0} % sealed", tenth * 10, sealed * 100.0));
    }
}

/// How the command is called for this stack.
#[must_use]
pub fn command(place: &PlaceArgs, rest: &str) -> String {
    let folder = place.data_dir.as_ref().map(|folder| format!(" --data-dir {}", folder.display()));
    let name = (place.name != "default").then(|| format!(" --name {}", place.name));
    format!("wellbook {rest}{}", folder.or(name).unwrap_or_default())
}
