//! One process of the stack: started, watched, started again, and ended in bounded time.

use crate::child::{Child, Handle};
use crate::error::StackError;
use crate::identity::Identity;
use crate::log::{Log, tail};
use crate::ports::is_listened_on_by;
use crate::report::Report;
use rustix::process::Signal;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// A process that lived so long did not fail at its start: the next wait before a restart is short again.
const STABLE_AFTER: Duration = Duration::from_secs(30);
/// How often a process that starts is asked whether it is ready.
const LOOK_STARTING: Duration = Duration::from_millis(100);
/// How often a process that was ready is asked whether it still is.
const LOOK_READY: Duration = Duration::from_secs(3);
/// So many ends in a row, before it was ever ready, and its start has failed.
const FAILED_STARTS: u32 = 3;
/// Lines of its log that are shown when it fails.
const LINES_SHOWN: usize = 12;

/// What is said of a process that ended with the exit code for it.
pub(crate) const SETTINGS_ARE_WRONG: &str = "its settings are wrong";

/// Asks a process whether it is ready.
pub(crate) type Probe = Box<dyn Fn() -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

/// How a process is run.
pub(crate) struct Spec {
    pub(crate) name: String,
    pub(crate) command: Box<dyn Fn() -> Command + Send + Sync>,
    pub(crate) log: PathBuf,
    pub(crate) admin: Option<SocketAddr>,
    pub(crate) probe: Probe,
    /// The port on which it answers, or 0: what answers there counts only when it is the process itself.
    pub(crate) port: u16,
    /// What asks it to end, and how long it may take.
    pub(crate) stop: (Signal, Duration),
    /// What ends it where we die first.
    pub(crate) on_orphan: Signal,
}

/// How a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnitState {
    /// Not running, and not meant to.
    Stopped,
    /// Running, not yet ready.
    Starting,
    /// Ready.
    Running,
    /// Running; it was ready, and is no longer.
    Unready,
    /// It ended, and is about to be started again.
    Restarting,
    /// It cannot run as it is set up, and is not started again.
    Failed,
}

impl std::fmt::Display for UnitState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Stopped => "stopped",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Unready => "unready",
            Self::Restarting => "restarting",
            Self::Failed => "failed",
        })
    }
}

/// What is known of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitStatus {
    /// How it does.
    pub state: UnitState,
    /// Which process it is, while it runs.
    pub process: Option<Identity>,
    /// How often it was started again.
    pub restarts: u32,
    /// How it ended last.
    pub last_end: Option<String>,
    /// Whether its settings are wrong: it said so by exit code 64.
    pub has_wrong_settings: bool,
}

/// A process of the stack. Dropping it kills the process.
pub struct Unit {
    shared: Arc<Shared>,
    _watcher: JoinSet<()>,
}

struct Shared {
    spec: Spec,
    status: watch::Sender<UnitStatus>,
    wanted: watch::Sender<bool>,
    running: Mutex<Option<Handle>>,
}

impl Unit {
    /// Starts the process and its watch, within a tokio runtime; `report` hears how it does.
    pub(crate) fn start(spec: Spec, report: &Report) -> Self {
        let status = UnitStatus {
            state: UnitState::Starting,
            process: None,
            restarts: 0,
            last_end: None,
            has_wrong_settings: false,
        };
        let status = watch::Sender::new(status);
        report.follow(&spec.name, spec.admin, status.subscribe());
        let shared =
            Arc::new(Shared { spec, status, wanted: watch::Sender::new(true), running: Mutex::new(None) });
        let mut watcher = JoinSet::new();
        watcher.spawn(watch_over(Arc::clone(&shared)));
        Self { shared, _watcher: watcher }
    }

    /// Its name, such as `kafka-1` or `sink`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.shared.spec.name
    }

    /// The port of its probes and metrics, where it has one.
    #[must_use]
    pub fn admin(&self) -> Option<SocketAddr> {
        self.shared.spec.admin
    }

    /// How it does.
    #[must_use]
    pub fn status(&self) -> UnitStatus {
        self.shared.status.borrow().clone()
    }

    /// Kills it with SIGKILL; it is started again.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Halts it with SIGSTOP.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on after [`Unit::pause`].
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        if let Some(handle) = &*self.shared.running.lock().unwrap_or_else(PoisonError::into_inner) {
            handle.signal(signal);
        }
    }

    /// Asks it to end, and returns when it has; it stays down until [`Unit::restart`].
    pub async fn stop(&self) {
        self.shared.wanted.send_replace(false);
        let mut status = self.shared.status.subscribe();
        let _ = status.wait_for(|status| status.state == UnitState::Stopped).await;
    }

    /// Starts it again after [`Unit::stop`].
    pub fn restart(&self) {
        self.shared.wanted.send_replace(true);
    }

    /// Waits until it is ready.
    ///
    /// # Errors
    /// Where its start failed or took longer than `within`; with its last words.
    pub async fn ready(&self, within: Duration) -> Result<(), StackError> {
        let mut status = self.shared.status.subscribe();
        let before = status.borrow().restarts;
        let settled = status.wait_for(|status| {
            matches!(status.state, UnitState::Running | UnitState::Failed)
                || status.restarts >= before + FAILED_STARTS
        });
        let outcome = match tokio::time::timeout(within, settled).await {
            Ok(Ok(status)) if status.state == UnitState::Running => return Ok(()),
            Ok(Ok(status)) => status.last_end.clone().unwrap_or_else(|| "failed".to_owned()),
            _ => format!("was not ready within {} s", within.as_secs()),
        };
        Err(self.failure(&outcome))
    }

    /// What became of it, with its last words.
    pub(crate) fn failure(&self, outcome: &str) -> StackError {
        let (name, log) = (self.name(), self.shared.spec.log.display());
        let lines = tail(&self.shared.spec.log, LINES_SHOWN);
        let lines: String = lines.iter().map(|line| format!("\n  | {line}")).collect();
        let text = format!("{name} {outcome}; the end of its log {log}:{lines}");
        if self.status().has_wrong_settings { StackError::Settings(text) } else { StackError::Failed(text) }
    }
}

impl Shared {
    fn set(&self, change: impl FnOnce(&mut UnitStatus)) {
        self.status.send_modify(change);
    }

    /// Another program, or another stack, may have been faster: then this process cannot listen, and soon ends.
    fn owns_its_port(&self) -> bool {
        let pid = self.status.borrow().process.as_ref().map(|process| process.pid);
        let pid = pid.filter(|_| self.spec.port != 0);
        pid.and_then(|pid| is_listened_on_by(self.spec.port, pid)).unwrap_or(true)
    }

    fn state(&self, state: UnitState) {
        self.status.send_if_modified(|status| std::mem::replace(&mut status.state, state) != state);
    }
}

/// How one run of the process ended.
enum End {
    AsAsked,
    ByItself(ExitStatus),
}

async fn watch_over(unit: Arc<Shared>) {
    let mut backoff = kafka::Backoff::default();
    let mut wanted = unit.wanted.subscribe();
    while wanted.wait_for(|wanted| *wanted).await.is_ok() {
        let started = Instant::now();
        let end = match spawn(&unit) {
            Ok(mut child) => {
                let end = attend(&unit, &mut child, &mut wanted).await;
                *unit.running.lock().unwrap_or_else(PoisonError::into_inner) = None;
                end
            }
            Err(error) => {
                let last_end = format!("cannot be started: {error}");
                unit.set(|status| (status.state, status.last_end) = (UnitState::Failed, Some(last_end)));
                let _ = wanted.wait_for(|wanted| !*wanted).await;
                End::AsAsked
            }
        };
        match end {
            End::AsAsked => unit.set(|status| (status.state, status.process) = (UnitState::Stopped, None)),
            End::ByItself(exit) => after_end(&unit, exit, started, &mut backoff, &mut wanted).await,
        }
    }
}

fn spawn(unit: &Shared) -> std::io::Result<Child> {
    let child = Child::spawn((unit.spec.command)(), Log::open(&unit.spec.log)?, unit.spec.on_orphan)?;
    *unit.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(child.handle.clone());
    let process = child.identity.clone();
    tracing::info!(unit = unit.spec.name, pid = child.pid(), "started");
    unit.set(|status| {
        (status.state, status.process, status.has_wrong_settings) = (UnitState::Starting, process, false);
    });
    Ok(child)
}

/// Follows one run of the process until it ends.
async fn attend(unit: &Shared, child: &mut Child, wanted: &mut watch::Receiver<bool>) -> End {
    let (signal, grace) = unit.spec.stop;
    tokio::select! {
        biased;
        exit = child.ended() => return End::ByItself(exit),
        _ = wanted.wait_for(|wanted| !*wanted) => {}
        () = look(unit) => {}
    }
    let exit = child.stop(signal, grace).await;
    tracing::info!(unit = unit.spec.name, "ended as asked: {}", describe(exit));
    End::AsAsked
}

/// Keeps asking whether it is ready.
async fn look(unit: &Shared) {
    let mut was_ready = false;
    loop {
        let is_ready = (unit.spec.probe)().await && (was_ready || unit.owns_its_port());
        match (is_ready, was_ready) {
            (true, _) => unit.state(UnitState::Running),
            (false, true) => unit.state(UnitState::Unready),
            (false, false) => {}
        }
        was_ready |= is_ready;
        tokio::time::sleep(if is_ready { LOOK_READY } else { LOOK_STARTING }).await;
    }
}

async fn after_end(
    unit: &Shared,
    exit: ExitStatus,
    started: Instant,
    backoff: &mut kafka::Backoff,
    wanted: &mut watch::Receiver<bool>,
) {
    let last_end = describe(exit);
    tracing::warn!(unit = unit.spec.name, "ended by itself: {last_end}");
    let has_wrong_settings = exit.code() == Some(i32::from(service::exit::SETTINGS));
    unit.set(|status| {
        status.state = if has_wrong_settings { UnitState::Failed } else { UnitState::Restarting };
        status.has_wrong_settings = has_wrong_settings;
        status.process = None;
        status.restarts += u32::from(!has_wrong_settings);
        status.last_end = Some(last_end);
    });
    if has_wrong_settings {
        let _ = wanted.wait_for(|wanted| !*wanted).await;
    } else {
        if started.elapsed() >= STABLE_AFTER {
            backoff.reset();
        }
        tokio::select! {
            () = tokio::time::sleep(backoff.wait()) => return,
            _ = wanted.wait_for(|wanted| !*wanted) => {}
        }
    }
    unit.state(UnitState::Stopped);
}

fn describe(exit: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (exit.code(), exit.signal()) {
        (Some(64), _) => format!("ended with exit code 64 ({SETTINGS_ARE_WRONG})"),
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    fn unit(folder: &tempfile::TempDir, script: &'static str, ready: fn() -> bool) -> Unit {
        let spec = Spec {
            name: "sample".into(),
            command: Box::new(move || {
                let mut command = Command::new("sh");
                command.args(["-c", script]);
                command
            }),
            log: folder.path().join("sample.log"),
            admin: None,
            probe: Box::new(move || Box::pin(async move { ready() })),
            port: 0,
            stop: (Signal::TERM, Duration::from_secs(5)),
            on_orphan: Signal::KILL,
        };
        Unit::start(spec, &Report::default())
    }

    async fn until(unit: &Unit, is: impl FnMut(&UnitStatus) -> bool) {
        let mut status = unit.shared.status.subscribe();
        tokio::time::timeout(SOON, status.wait_for(is)).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_killed_process_is_started_again_as_another() {
        let folder = tempfile::tempdir().unwrap();
        let unit = unit(&folder, "exec sleep 600", || true);
        unit.ready(SOON).await.unwrap();
        let first = unit.status().process.unwrap();
        unit.kill();
        until(&unit, |status| status.restarts == 1 && status.state == UnitState::Running).await;
        let second = unit.status().process.unwrap();
        assert!(!first.is_alive() && second.is_alive() && first != second);
        unit.stop().await;
        assert!(!second.is_alive());
    }

    #[tokio::test]
    async fn wrong_settings_are_not_tried_again_and_the_last_lines_are_shown() {
        let folder = tempfile::tempdir().unwrap();
        let unit = unit(&folder, "echo SPEED is wrong; exit 64", || false);
        let error = unit.ready(SOON).await.unwrap_err();
        assert!(matches!(error, StackError::Settings(_)), "{error}");
        assert!(error.to_string().contains("exit code 64"), "{error}");
        assert_eq!((unit.status().state, unit.status().restarts), (UnitState::Failed, 0));
        unit.stop().await;
        assert_eq!(unit.status().state, UnitState::Stopped);
    }

    #[tokio::test]
    async fn a_process_that_keeps_ending_at_its_start_is_reported_with_its_last_words() {
        let folder = tempfile::tempdir().unwrap();
        let unit = unit(&folder, "echo no disk; exit 3", || false);
        let error = unit.ready(SOON).await.unwrap_err().to_string();
        assert!(error.contains("exit code 3") && error.contains("| no disk"), "{error}");
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let spec = Spec {
            name: "sample".into(),
            command: Box::new(|| Command::new("/no/such/program")),
            log: folder.path().join("sample.log"),
            admin: None,
            probe: Box::new(|| Box::pin(async { true })),
            port: 0,
            stop: (Signal::TERM, SOON),
            on_orphan: Signal::KILL,
        };
        let unit = Unit::start(spec, &Report::default());
        let error = unit.ready(SOON).await.unwrap_err().to_string();
        assert!(error.contains("cannot be started"), "{error}");
    }
}
