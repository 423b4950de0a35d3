//! Shows a stack coming up, and its history loading.

use crate::arguments::PlaceArgs;
use crate::failure;
use crate::screen::Screen;
use anyhow::bail;
use service::exit::WrongSettings;
use stack::{Folder, History, Phase, Progress, Service, State, UnitState, follow};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How often progress is asked for.
const LOOK: Duration = Duration::from_millis(500);
/// A service that was started again so often and does not run is shown to have failed, though it is tried on.
const RESTARTS_SHOWN: u32 = 5;
/// A service that starts and changes nothing for so long will not: each asks its neighbours again every few seconds.
const STALLED_AFTER: Duration = Duration::from_secs(120);
/// Dagster gives its code server three minutes on a busy machine, and then its page.
const SLOW_WITHIN: Duration = Duration::from_secs(360);
/// Lines of a service's log that are shown when it fails.
const LINES_SHOWN: usize = 12;

/// Shows each step until everything is started and the API answers.
///
/// # Errors
/// Where the stack or a service fails.
pub async fn until_started(folder: &Folder, screen: &Screen, has_services: bool) -> anyhow::Result<State> {
    let mut shown = Vec::new();
    let mut stall = Stall::default();
    let mut is_stalled = false;
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
        let not_ready: Vec<&str> = not_ready(state).map(|service| service.name.as_str()).collect();
        match (&under_way[..], &not_ready[..]) {
            ([], []) => {}
            ([], services) => screen.awaiting(&format!("waiting for {}", services.join(", "))),
            (steps, _) => screen.awaiting(&steps.join(", ")),
        }
        let is_up = !has_services || api.is_some_and(|api| api.state == UnitState::Running);
        // The steps before have bounds of their own.
        let is_over = state.phase == Phase::Running && (is_up || failed(state).is_some());
        is_stalled = !is_over && state.phase == Phase::Running && stall.lasts(state, Instant::now());
        is_over || is_stalled
    });
    let state = state.await.map_err(failure)?;
    refuse_failed(folder, &state)?;
    if let Some(service) = not_ready(&state).next().filter(|_| is_stalled) {
        bail!(
            "{} is {}, and nothing has changed for {} s; it is tried on. The end of its log {}",
            service.name,
            service.state,
            STALLED_AFTER.as_secs(),
            end_of_log(folder, service)
        );
    }
    Ok(state)
}

fn not_ready(state: &State) -> impl Iterator<Item = &Service> {
    state.services.iter().filter(|service| service.state != UnitState::Running)
}

/// How long nothing has changed.
#[derive(Default)]
struct Stall {
    last: Option<(Vec<Service>, Instant)>,
}

impl Stall {
    /// Whether it is too long.
    fn lasts(&mut self, state: &State, now: Instant) -> bool {
        match &self.last {
            Some((services, since)) if *services == state.services => {
                now.duration_since(*since) >= STALLED_AFTER
            }
            _ => {
                self.last = Some((state.services.clone(), now));
                false
            }
        }
    }
}

/// Where a service's log is, and its last lines.
fn end_of_log(folder: &Folder, service: &Service) -> String {
    let log = folder.log(&service.name);
    let lines = stack::tail(&log, LINES_SHOWN);
    let lines: String = lines.iter().map(|line| format!("\n  | {line}")).collect();
    format!("{}:{lines}", log.display())
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
    let (end, how) = (end_of_log(folder, service), service.last_end.as_deref().unwrap_or("failed"));
    let text = format!("{} {how}; the rest of the stack runs on. The end of its log {end}", service.name);
    if how.contains("settings are wrong") { bail!(WrongSettings(text)) } else { bail!(text) }
}

/// Waits for a process of the stack that was started, if it was.
///
/// # Errors
/// Where it fails or does not become ready, or the stack stops.
pub async fn until_runs(folder: &Folder, screen: &Screen, name: &str) -> anyhow::Result<()> {
    let began = Instant::now();
    let find = |state: &State| state.services.iter().find(|service| service.name == name).cloned();
    let state = follow(folder, |state| {
        let is_up = find(state).is_none_or(|service| service.state == UnitState::Running);
        if !is_up {
            screen.awaiting(&format!("waiting for {name}"));
        }
        is_up || failed(state).is_some() || began.elapsed() >= SLOW_WITHIN
    });
    let state = state.await.map_err(failure)?;
    refuse_failed(folder, &state)?;
    match find(&state) {
        Some(service) if service.state != UnitState::Running => bail!(
            "{name} is {} after {} s; it is tried on. The end of its log {}",
            service.state,
            SLOW_WITHIN.as_secs(),
            end_of_log(folder, &service)
        ),
        Some(_) => screen.done(name, "answers", began.elapsed()),
        None => {}
    }
    Ok(())
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
    let began = Instant::now();
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
            screen.awaiting("the producer is making its first batch");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_stack_in_which_nothing_changes_is_stalled() {
        let service = Service {
            name: "sink".into(),
            state: UnitState::Starting,
            process: None,
            admin: None,
            restarts: 0,
            last_end: None,
        };
        let state = |restarts| State {
            phase: Phase::Running,
            services: vec![Service { restarts, ..service.clone() }],
            ..State::default()
        };
        let (mut stall, began) = (Stall::default(), Instant::now());
        assert!(!stall.lasts(&state(0), began));
        assert!(!stall.lasts(&state(1), began + STALLED_AFTER));
        assert!(!stall.lasts(&state(1), began + STALLED_AFTER + Duration::from_secs(1)));
        assert!(stall.lasts(&state(1), began + 2 * STALLED_AFTER));
    }
}
