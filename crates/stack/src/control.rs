//! A supervisor is started, followed and stopped from another process.

use crate::environment;
use crate::error::StackError;
use crate::folder::Folder;
use crate::state::{Phase, State, clear_leftovers};
use crate::whole::StackOptions;
use rustix::process::Signal;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::time::Instant;

/// How often the state of a stack is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// Until the supervisor has taken its folder and said a first word.
const FIRST_WORD_WITHIN: Duration = Duration::from_secs(15);
/// Services 12 s, registry 8 s, brokers 20 s, and a little; then the supervisor is killed and its children with it.
const STOP_WITHIN: Duration = Duration::from_secs(45);
/// The kernel takes a moment over a process that was killed.
const KILLED_WITHIN: Duration = Duration::from_secs(5);

/// Starts the supervisor, as `program` with `arguments` and `variables`, detached; it reads `options` from its standard
/// input, because they may hold secrets.
///
/// # Errors
/// Where it cannot be started.
pub fn start_supervisor(
    program: &Path,
    arguments: &[&str],
    variables: &[(&str, String)],
    options: &StackOptions,
) -> Result<(), StackError> {
    // The last word of an earlier life is not that of the new one.
    options.backbone.folder.write_state(&State { phase: Phase::Starting, ..State::default() })?;
    let log = options.backbone.folder.log("supervisor");
    // A log of its own for each life: it says only what was started, and what ended.
    let out = File::create(&log).map_err(|error| StackError::file(&log, error))?;
    let other = out.try_clone().map_err(|error| StackError::file(&log, error))?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(out).stderr(other);
    environment::set(&mut command, variables.iter().map(|(name, value)| (*name, value.as_str())));
    let mut child = command.spawn().map_err(|error| StackError::file(program, error))?;
    let text = serde_json::to_vec(options).map_err(|error| StackError::failed(error.to_string()))?;
    let mut input = child.stdin.take();
    let written = input.as_mut().map_or(Ok(()), |input| input.write_all(&text));
    written.map_err(|error| {
        StackError::failed(format!("the supervisor does not listen: {error}; its log is {}", log.display()))
    })
}

/// Looks at the state of a stack until `is_enough` says so; `look` sees it each time.
///
/// # Errors
/// Where the supervisor ends first: with its reason.
pub async fn follow(folder: &Folder, mut is_enough: impl FnMut(&State) -> bool) -> Result<State, StackError> {
    let mut turn = tokio::time::interval(LOOK);
    let first_word = Instant::now() + FIRST_WORD_WITHIN;
    let mut was_supervised = false;
    loop {
        turn.tick().await;
        // In this order: a supervisor writes its last word before it lets go.
        let is_supervised = folder.is_supervised()?;
        let state = folder.state()?.unwrap_or_default();
        was_supervised |= is_supervised;
        if is_supervised {
            if state.supervisor.is_some() && is_enough(&state) {
                return Ok(state);
            }
        } else if state.phase == Phase::Stopped {
            return Err(StackError::failed("the stack was stopped meanwhile"));
        } else if was_supervised || state.phase == Phase::Failed || Instant::now() > first_word {
            return Err(last_word(folder, state));
        }
    }
}

fn last_word(folder: &Folder, state: State) -> StackError {
    match state.error {
        Some(error) if state.is_settings_error => StackError::Settings(error),
        Some(error) => StackError::Failed(error),
        None => {
            let log = folder.log("supervisor");
            let lines: String =
                crate::log::tail(&log, 8).iter().map(|line| format!("\n  | {line}")).collect();
            StackError::failed(format!("the supervisor ended; the end of its log {}:{lines}", log.display()))
        }
    }
}

/// How a stack came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It did not run.
    WasDown,
    /// In order.
    InOrder,
    /// Something had to be killed, or had been left behind.
    ByForce,
}

/// Stops a stack, whatever state it is in, and returns when nothing of it runs.
///
/// # Errors
/// Where the folder cannot be read, or its supervisor cannot be ended.
pub async fn stop(folder: &Folder) -> Result<Ended, StackError> {
    let mut ended = Ended::WasDown;
    if folder.is_supervised()? {
        ended = Ended::InOrder;
        if !lets_go(folder, Signal::TERM, STOP_WITHIN).await? {
            ended = Ended::ByForce;
            if !lets_go(folder, Signal::KILL, KILLED_WITHIN).await? {
                return Err(StackError::failed(format!(
                    "the supervisor of {} does not end: see {}",
                    folder.path().display(),
                    folder.log("supervisor").display()
                )));
            }
        }
    }
    if !clear_leftovers(folder).await?.is_empty() {
        ended = Ended::ByForce;
    }
    Ok(ended)
}

/// Sends the signal to the supervisor, as soon as it has said who it is, and waits until it is gone.
async fn lets_go(folder: &Folder, signal: Signal, within: Duration) -> Result<bool, StackError> {
    let deadline = Instant::now() + within;
    let mut turn = tokio::time::interval(LOOK);
    let mut signalled = None;
    while folder.is_supervised()? {
        if Instant::now() > deadline {
            return Ok(false);
        }
        let supervisor = folder.state()?.and_then(|state| state.supervisor);
        if let Some(supervisor) = supervisor.filter(|now| signalled.as_ref() != Some(now)) {
            supervisor.signal(signal);
            supervisor.signal(Signal::CONT); // a halted one could not hear
            signalled = Some(supervisor);
        }
        turn.tick().await;
    }
    Ok(true)
}
