//! The supervisor: the one process that owns a stack's children, and says how they do.

use crate::error::StackError;
use crate::folder::Folder;
use crate::identity::Identity;
use crate::report::Report;
use crate::services::PRODUCER;
use crate::state::{Phase, Service, State, clear_leftovers};
use crate::unit::UnitState;
use crate::whole::{Access, Stack, StackOptions};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

/// How old what stands in the folder may be.
const WRITE_EVERY: Duration = Duration::from_millis(200);
/// Another supervisor that is ending needs a moment to let go.
const LOCK_WITHIN: Duration = Duration::from_secs(2);

/// Runs the stack until SIGTERM or SIGINT, and keeps its state in its folder.
///
/// # Errors
/// Where another supervisor has the folder, or the stack could not be started.
pub async fn supervise(options: StackOptions, access: Access) -> Result<(), StackError> {
    leave_terminal();
    let no_signals =
        |error: std::io::Error| StackError::failed(format!("signals cannot be listened to: {error}"));
    // Before anything else: `down` may come at once.
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    let asked = async move {
        tokio::select! { _ = terminate.recv() => {} _ = interrupt.recv() => {} }
    };
    let folder = options.backbone.folder.clone();
    let lock = take(&folder).await?;
    for name in clear_leftovers(&folder).await? {
        tracing::warn!("ended {name}, which a killed supervisor had left behind");
    }
    let report = Report::default();
    let book = Book::open(folder, report.clone())?;
    let mut writer = JoinSet::new();
    writer.spawn(book.clone().keep());
    let outcome = run(options, access, (&report, &book), asked).await;
    writer.shutdown().await;
    let last = match &outcome {
        Ok(()) => book.change(|state| state.phase = Phase::Stopped),
        Err(error) => book.change(|state| {
            state.phase = Phase::Failed;
            state.error = Some(error.to_string());
            state.is_settings_error = matches!(error, StackError::Settings(_));
        }),
    };
    book.change(|state| state.supervisor = None)?;
    drop(lock);
    outcome.and(last)
}

async fn run(
    options: StackOptions,
    access: Access,
    (report, book): (&Report, &Book),
    asked: impl Future<Output = ()>,
) -> Result<(), StackError> {
    tokio::pin!(asked);
    let stack = tokio::select! {
        started = Stack::start(options, access, report) => started?,
        // What was started so far is dropped, and so killed.
        () = &mut asked => return Ok(()),
    };
    let endpoints = stack.endpoints().clone();
    book.change(|state| (state.phase, state.endpoints) = (Phase::Running, endpoints))?;
    tracing::info!("the stack runs");
    asked.await;
    book.change(|state| state.phase = Phase::Stopping)?;
    tracing::info!("the stack stops");
    stack.stop().await;
    Ok(())
}

async fn take(folder: &Folder) -> Result<std::fs::File, StackError> {
    let deadline = tokio::time::Instant::now() + LOCK_WITHIN;
    let mut look = tokio::time::interval(WRITE_EVERY);
    loop {
        look.tick().await;
        if let Some(lock) = folder.take()? {
            return Ok(lock);
        }
        if tokio::time::Instant::now() > deadline {
            return Err(StackError::failed(format!(
                "{} is in use: another supervisor runs its stack",
                folder.path().display()
            )));
        }
    }
}

/// A session of its own: closing the terminal that started it does not end the stack.
fn leave_terminal() {
    // One that leads a process group already cannot, and need not.
    let _ = rustix::process::setsid();
}

/// The state, and its copy in the folder.
#[derive(Clone)]
struct Book {
    folder: Folder,
    report: Report,
    state: Arc<Mutex<State>>,
}

impl Book {
    fn open(folder: Folder, report: Report) -> Result<Self, StackError> {
        let state = State { phase: Phase::Starting, supervisor: Identity::own(), ..State::default() };
        let book = Self { folder, report, state: Arc::new(Mutex::new(state)) };
        book.change(|_| ())?;
        Ok(book)
    }

    fn change(&self, change: impl FnOnce(&mut State)) -> Result<(), StackError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state.services, state.steps) = (self.report.services(), self.report.steps());
        change(&mut state);
        self.folder.write_state(&state)
    }

    fn has_ready_producer(&self) -> bool {
        let is_ready = |service: &Service| service.name == PRODUCER && service.state == UnitState::Running;
        self.report.services().iter().any(is_ready)
    }

    /// Writes whenever something changed.
    async fn keep(self) {
        let mut turn = tokio::time::interval(WRITE_EVERY);
        let mut has_begun = false;
        loop {
            turn.tick().await;
            if !has_begun && self.has_ready_producer() {
                has_begun = true;
                if let Err(error) = self.folder.remember_begun() {
                    tracing::error!("{error}");
                }
            }
            let has_changed = {
                let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                state.services != self.report.services() || state.steps != self.report.steps()
            };
            if has_changed && let Err(error) = self.change(|_| ()) {
                tracing::error!("{error}");
            }
        }
    }
}
