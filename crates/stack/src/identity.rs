//! Which process a number stands for: numbers are reused, a number with its time of birth is not.

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde::{Deserialize, Serialize};

/// A process, as it can be recorded and found again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its number.
    pub pid: u32,
    /// When it was born, in the words of this machine and this boot.
    pub born: String,
}

impl Identity {
    /// The process that has this number now.
    #[must_use]
    pub fn of(pid: u32) -> Option<Self> {
        born(pid).map(|born| Self { pid, born })
    }

    /// This process.
    #[must_use]
    pub fn own() -> Option<Self> {
        Self::of(std::process::id())
    }

    /// Whether exactly this process still lives.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        born(self.pid).is_some_and(|born| born == self.born)
    }

    /// Sends a signal to exactly this process; another that got its number meanwhile is left alone.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = self.living() {
            // It may have ended since: then there is nothing left to do.
            let _ = kill_process(pid, signal);
        }
    }

    /// The same to the group that it leads, if it leads one.
    pub(crate) fn signal_group(&self, signal: Signal) {
        if let Some(pid) = self.living() {
            // A process that leads none, or that has ended since, is left at that.
            let _ = kill_process_group(pid, signal);
            self.signal(signal);
        }
    }

    fn living(&self) -> Option<Pid> {
        i32::try_from(self.pid).ok().and_then(Pid::from_raw).filter(|_| self.is_alive())
    }
}

#[cfg(target_os = "linux")]
fn born(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in brackets, may hold anything; the numbers follow the last bracket.
    let mut fields = stat.get(stat.rfind(')')? + 2..)?.split(' ');
    if matches!(fields.next(), Some("Z" | "X")) {
        return None; // it has ended, and only its parent has not noticed
    }
    let ticks = fields.nth(18)?;
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(format!("{}/{ticks}", boot.trim()))
}

#[cfg(not(target_os = "linux"))]
fn born(pid: u32) -> Option<String> {
    let ps = std::process::Command::new("ps").args(["-o", "stat=,lstart=", "-p", &pid.to_string()]).output();
    let text = String::from_utf8(ps.ok()?.stdout).ok()?;
    let (state, born) = text.trim().split_once(' ')?;
    (!state.starts_with('Z')).then(|| born.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_birth_and_not_by_its_number_alone() {
        let own = Identity::own().unwrap();
        assert!(own.is_alive());
        let earlier = Identity { born: "an earlier boot/1".into(), ..own };
        assert!(!earlier.is_alive());
        earlier.signal(Signal::KILL); // or this test would not end
    }

    #[test]
    fn a_process_that_ended_is_not_alive() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let identity = Identity::of(child.id());
        child.wait().unwrap();
        assert!(identity.is_none_or(|identity| !identity.is_alive()));
    }
}
