//! Child processes that cannot outlive us, and that are told apart from whoever gets their number later.

use crate::identity::Identity;
use crate::log::Log;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid};
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use tokio::sync::watch;

/// A running child, the leader of a process group of its own. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) handle: Handle,
    pub(crate) identity: Option<Identity>,
    exit: watch::Receiver<Option<ExitStatus>>,
}

/// What signals are sent through.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    pid: Pid,
    /// Whether it was waited for, after which its number may be another's.
    is_reaped: Arc<Mutex<bool>>,
}

impl Handle {
    pub(crate) fn signal(&self, signal: Signal) {
        self.unless_reaped(|pid| kill_process(pid, signal));
    }

    /// To the child and what it started in its group.
    pub(crate) fn signal_group(&self, signal: Signal) {
        self.unless_reaped(|pid| kill_process_group(pid, signal));
    }

    fn unless_reaped(&self, send: impl FnOnce(Pid) -> rustix::io::Result<()>) {
        let is_reaped = self.is_reaped.lock().unwrap_or_else(PoisonError::into_inner);
        if !*is_reaped {
            // It may be dead and not yet waited for.
            let _ = send(self.pid);
        }
    }
}

impl Child {
    /// Starts the command with its output in `log`. Where this process dies, the kernel sends the child `on_orphan`.
    pub(crate) fn spawn(mut command: Command, log: Log, on_orphan: Signal) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).process_group(0);
        die_with_parent(&mut command, on_orphan);
        let mut child = spawn_on_lasting_thread(command)?;
        let raw = i32::try_from(child.id()).map_err(io::Error::other)?;
        let pid = Pid::from_raw(raw).ok_or_else(|| io::Error::other("a child without a number"))?;
        let identity = Identity::of(child.id());
        let is_reaped = Arc::new(Mutex::new(false));
        let (sender, exit) = watch::channel(None);
        std::thread::Builder::new().name("log".into()).spawn(move || log.drain(reader))?;
        let gate = Arc::clone(&is_reaped);
        std::thread::Builder::new().name("wait".into()).spawn(move || {
            // Look first and reap under the lock, so that no signal can meet a number that is free again.
            let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
            let mut is_reaped = gate.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = kill_process_group(pid, Signal::KILL); // whatever it left behind
            let status = child.wait().unwrap_or_else(|_| ExitStatus::from_raw(1 << 8));
            *is_reaped = true;
            sender.send_replace(Some(status));
        })?;
        Ok(Self { handle: Handle { pid, is_reaped }, identity, exit })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.handle.pid.as_raw_nonzero().get().unsigned_abs()
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let status = self.exit.wait_for(Option::is_some).await.map(|status| *status);
        // The thread that waits cannot end without a word.
        status.ok().flatten().unwrap_or_else(|| ExitStatus::from_raw(1 << 8))
    }

    /// Asks it to end, and after `grace` makes it.
    pub(crate) async fn stop(&mut self, signal: Signal, grace: std::time::Duration) -> ExitStatus {
        self.handle.signal(signal);
        // One that is paused could not hear.
        self.handle.signal(Signal::CONT);
        if let Ok(status) = tokio::time::timeout(grace, self.ended()).await {
            return status;
        }
        self.handle.signal_group(Signal::KILL);
        self.ended().await
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.handle.signal_group(Signal::KILL);
    }
}

/// Spawns on a thread that never ends: the kernel counts the death of the spawning *thread* as that of the parent.
fn spawn_on_lasting_thread(command: Command) -> io::Result<std::process::Child> {
    type Order = (Command, mpsc::Sender<io::Result<std::process::Child>>);
    static SPAWNER: Mutex<Option<mpsc::Sender<Order>>> = Mutex::new(None);
    let spawner = {
        let mut spawner = SPAWNER.lock().unwrap_or_else(PoisonError::into_inner);
        match &*spawner {
            Some(spawner) => spawner.clone(),
            None => {
                let (sender, orders) = mpsc::channel::<Order>();
                std::thread::Builder::new().name("spawner".into()).spawn(move || {
                    for (mut command, answer) in orders {
                        // The command holds the child's end of the log: it must go before anybody waits for its end.
                        let child = command.spawn();
                        drop(command);
                        let _ = answer.send(child);
                    }
                })?;
                spawner.insert(sender).clone()
            }
        }
    };
    let (answer, answered) = mpsc::channel();
    spawner.send((command, answer)).map_err(|_| io::Error::other("the spawning thread ended"))?;
    answered.recv().map_err(|_| io::Error::other("the spawning thread ended"))?
}

/// Lets the kernel signal the child when this process dies, however it dies.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
pub(crate) fn die_with_parent(command: &mut Command, signal: Signal) {
    use rustix::process::{getpid, getppid, set_parent_process_death_signal};
    let parent = getpid();
    let in_child = move || {
        set_parent_process_death_signal(Some(signal))?;
        // The parent may have died before the line above: nobody would tell us.
        if getppid() == Some(parent) { Ok(()) } else { Err(rustix::io::Errno::SRCH.into()) }
    };
    // SAFETY: the closure runs in the child between fork and exec. It makes two system calls; it allocates
    // nothing and touches no lock and no memory of other threads.
    unsafe { command.pre_exec(in_child) };
}

/// Elsewhere the next `up` or `down` ends what was left behind.
#[cfg(not(target_os = "linux"))]
pub(crate) fn die_with_parent(_: &mut Command, _: Signal) {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn shell(script: &str, log: &std::path::Path) -> Child {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Child::spawn(command, Log::open(log).unwrap(), Signal::KILL).unwrap()
    }

    #[tokio::test]
    async fn a_child_that_will_not_end_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("child.log");
        let mut child = shell("trap '' TERM; echo stubborn; while :; do :; done", &log);
        let until = tokio::time::Instant::now() + Duration::from_secs(10);
        let mut look = tokio::time::interval(Duration::from_millis(10));
        while crate::log::tail(&log, 1).is_empty() && tokio::time::Instant::now() < until {
            look.tick().await;
        }
        let status = child.stop(Signal::TERM, Duration::from_millis(100)).await;
        assert_eq!(status.signal(), Some(9));
        child.handle.signal(Signal::KILL); // to a number that is no longer its own: nothing happens
    }

    #[tokio::test]
    async fn a_dropped_child_is_dead() {
        let folder = tempfile::tempdir().unwrap();
        let child = shell("exec sleep 600", &folder.path().join("child.log"));
        let (identity, mut exit) = (child.identity.clone().unwrap(), child.exit.clone());
        assert!(identity.is_alive());
        drop(child);
        tokio::time::timeout(Duration::from_secs(10), exit.wait_for(Option::is_some)).await.unwrap().unwrap();
        assert!(!identity.is_alive());
    }
}
