//! Ports: the one that was asked for, or else the one from last time, the usual one, or any.
//!
//! Between the choice of a port and its use lie seconds, in which another stack might choose it as well. So a choice is
//! marked by a lock that all stacks of this account know, and a process counts as ready only when the port is its own.

use crate::error::StackError;
use crate::part::Part;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Mutex, PoisonError};

/// The ports of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    /// The API and its page.
    pub api: u16,
    /// Clients of each broker.
    pub kafka: Vec<u16>,
    /// Controllers of each broker.
    pub controller: Vec<u16>,
    /// The registry.
    pub registry: u16,
    /// The registry's own health and metrics.
    pub registry_admin: u16,
    /// Postgres.
    pub postgres: u16,
    /// Probes and metrics of producer, validator, sink and API.
    pub admin: Vec<u16>,
    /// Dagster's page, where Dagster runs.
    #[serde(default)]
    pub dagster: Option<u16>,
}

/// Ports that the user insists on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given {
    /// `--api-port`
    pub api: Option<u16>,
    /// `--kafka-port`: of the first broker.
    pub kafka: Option<u16>,
    /// `--registry-port`
    pub registry: Option<u16>,
    /// `--postgres-port`
    pub postgres: Option<u16>,
    /// `--admin-port`: of the first service.
    pub admin: Option<u16>,
    /// `--dagster-port`
    pub dagster: Option<u16>,
}

/// The services that have an admin port, in the order of [`Ports::admin`].
pub(crate) const SERVICES: u16 = 4;
/// Where ports are taken from that nobody asked for.
const ANY: std::ops::Range<u16> = 15_000..32_000;
const ADMIN: &str = "a service's admin port";
const USUAL: (u16, u16, u16, u16, u16, u16) = (8080, 9092, 8081, 5432, 9101, 3000);

impl Ports {
    /// Any free ports, for a stack that nobody visits.
    ///
    /// # Errors
    /// Where the machine has none left.
    pub fn any(brokers: u16) -> Result<Self, StackError> {
        let mut choice = Choice { taken: BTreeSet::new(), notes: Vec::new() };
        let mut several = |count: u16| (0..count).map(|_| choice.any()).collect::<Result<Vec<_>, _>>();
        let (kafka, controller, admin) = (several(brokers)?, several(brokers)?, several(SERVICES)?);
        let rest = several(4)?;
        Ok(Self {
            api: rest[0],
            kafka,
            controller,
            registry: rest[1],
            registry_admin: rest[2],
            postgres: rest[3],
            admin,
            dagster: None,
        })
    }

    /// Chooses the ports of a stack with so many brokers and these parts; also says what was replaced.
    ///
    /// # Errors
    /// Where a given port is in use; names it, its setting and, where it is easy to tell, who holds it.
    pub fn choose(
        brokers: u16,
        given: Given,
        before: Option<&Self>,
        with: &BTreeSet<Part>,
    ) -> Result<(Self, Vec<String>), StackError> {
        let mut choice = Choice { taken: BTreeSet::new(), notes: Vec::new() };
        let (api, kafka, registry, postgres, admin, dagster) = USUAL;
        let one =
            |ports: Option<&Vec<u16>>, at: u16| ports.and_then(|ports| ports.get(usize::from(at)).copied());
        let following = |first: Option<u16>, at: u16| first.map(|first| first.saturating_add(at));
        let ports = Self {
            api: choice.one("the API", "--api-port", given.api, before.map(|b| b.api), api)?,
            kafka: (0..brokers)
                .map(|at| {
                    let last = one(before.map(|b| &b.kafka), at);
                    choice.one("Kafka", "--kafka-port", following(given.kafka, at), last, kafka + at)
                })
                .collect::<Result<_, _>>()?,
            registry: choice.one(
                "the registry",
                "--registry-port",
                given.registry,
                before.map(|b| b.registry),
                registry,
            )?,
            postgres: choice.one(
                "Postgres",
                "--postgres-port",
                given.postgres,
                before.map(|b| b.postgres),
                postgres,
            )?,
            admin: (0..SERVICES)
                .map(|at| {
                    let last = one(before.map(|b| &b.admin), at);
                    choice.one(ADMIN, "--admin-port", following(given.admin, at), last, admin + at)
                })
                .collect::<Result<_, _>>()?,
            controller: (0..brokers)
                .map(|at| choice.silent(one(before.map(|b| &b.controller), at)))
                .collect::<Result<_, _>>()?,
            registry_admin: choice.silent(before.map(|b| b.registry_admin))?,
            dagster: with
                .contains(&Part::Analytics)
                .then(|| {
                    let last = before.and_then(|b| b.dagster);
                    choice.one("Dagster", "--dagster-port", given.dagster, last, dagster)
                })
                .transpose()?,
        };
        // One word about the admin ports is enough: `status` lists them.
        let mut is_told = false;
        choice.notes.retain(|note| !note.contains(ADMIN) || !std::mem::replace(&mut is_told, true));
        Ok((ports, choice.notes))
    }
}

struct Choice {
    taken: BTreeSet<u16>,
    notes: Vec<String>,
}

impl Choice {
    fn one(
        &mut self,
        what: &str,
        setting: &str,
        given: Option<u16>,
        before: Option<u16>,
        usual: u16,
    ) -> Result<u16, StackError> {
        if let Some(port) = given {
            if self.take(port) {
                return Ok(port);
            }
            let holder = holder(port).map(|who| format!(" by {who}")).unwrap_or_default();
            return Err(StackError::settings(format!(
                "port {port} ({setting}, for {what}) is in use{holder}; give another one, or leave {setting} out to take a free one"
            )));
        }
        let wished = before.unwrap_or(usual);
        if self.take(wished) {
            return Ok(wished);
        }
        let port = self.any()?;
        let holder = holder(wished).map(|who| format!(" by {who}")).unwrap_or_default();
        self.notes.push(format!("port {wished} is in use{holder}: {what} is on {port} instead"));
        Ok(port)
    }

    /// A port that nobody needs to know.
    fn silent(&mut self, before: Option<u16>) -> Result<u16, StackError> {
        match before {
            Some(port) if self.take(port) => Ok(port),
            _ => self.any(),
        }
    }

    /// Any free port below those that the system gives to outgoing connections: one of these could be gone again before
    /// a broker has started.
    fn any(&mut self) -> Result<u16, StackError> {
        let count = ANY.end - ANY.start;
        // A new `RandomState` differs from the last: two stacks that start at once look in different places.
        let first = u16::try_from(RandomState::new().hash_one(0) % u64::from(count)).unwrap_or(0);
        let mut ports = (0..count).map(|at| ANY.start + (first + at) % count);
        let port = ports.find(|port| self.take(*port));
        port.ok_or_else(|| {
            StackError::failed(format!("no port from {} to {} is free on 127.0.0.1", ANY.start, ANY.end - 1))
        })
    }

    fn take(&mut self, port: u16) -> bool {
        !self.taken.contains(&port) && is_free(port) && reserve(port) && self.taken.insert(port)
    }
}

/// The marks of this process, kept until it ends.
static RESERVED: Mutex<BTreeMap<u16, File>> = Mutex::new(BTreeMap::new());

/// Marks a port for this process; false where another stack has marked it. Where marks cannot be made, nothing is marked.
fn reserve(port: u16) -> bool {
    let Some(file) = mark(port) else { return true };
    // Alone first, to find others; then shared, so that the supervisor can join before this process ends.
    if file.try_lock().is_err() || file.try_lock_shared().is_err() {
        return false;
    }
    RESERVED.lock().unwrap_or_else(PoisonError::into_inner).insert(port, file);
    true
}

fn mark(port: u16) -> Option<File> {
    let folder = std::env::temp_dir().join(format!("wellbook-ports-{}", rustix::process::getuid().as_raw()));
    std::fs::create_dir_all(&folder).ok()?;
    File::options().create(true).append(true).open(folder.join(port.to_string())).ok()
}

impl Ports {
    /// Joins the marks of whoever chose these ports, until this process ends.
    pub(crate) fn hold(&self) {
        let all = self.kafka.iter().chain(&self.controller).chain(&self.admin).chain(&self.dagster);
        for port in all.chain([&self.api, &self.registry, &self.registry_admin, &self.postgres]) {
            if let Some(file) = mark(*port).filter(|file| file.try_lock_shared().is_ok()) {
                RESERVED.lock().unwrap_or_else(PoisonError::into_inner).insert(*port, file);
            }
        }
    }
}

fn is_free(port: u16) -> bool {
    port != 0 && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Who listens on the port, as `name (pid 123)`; none where the system does not say.
fn holder(port: u16) -> Option<String> {
    let sockets = sockets(port)?;
    let is_process = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().parse::<u32>().is_ok();
    let mut processes = std::fs::read_dir("/proc").ok()?.flatten().filter(is_process);
    let process = processes.find(|process| holds(&process.path(), &sockets))?;
    let name = std::fs::read_to_string(process.path().join("comm")).unwrap_or_default();
    Some(format!("{} (pid {})", name.trim(), process.file_name().to_string_lossy()))
}

/// Whether it is this process, or one of the group that it leads, that listens on the port; none where the system does not
/// say.
pub(crate) fn is_listened_on_by(port: u16, pid: u32) -> Option<bool> {
    let sockets = sockets(port)?;
    let process = std::path::PathBuf::from(format!("/proc/{pid}"));
    std::fs::read_dir(process.join("fd")).ok()?;
    Some(holds(&process, &sockets) || group(pid).any(|member| holds(&member, &sockets)))
}

/// The processes of the group that this one leads.
fn group(leader: u32) -> impl Iterator<Item = std::path::PathBuf> {
    let is_member = move |process: &std::path::PathBuf| {
        let stat = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
        // The name, in brackets, may hold anything; state, parent and group follow.
        let group = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(2));
        group.is_some_and(|group| group.parse() == Ok(leader))
    };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(is_member)
}

/// The sockets that listen on the port, as the files of a process name them.
#[cfg(target_os = "linux")]
fn sockets(port: u16) -> Option<Vec<String>> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(std::fs::read_to_string);
    let text: Vec<String> = tables.into_iter().flatten().collect();
    let is_listening = |line: &&str| {
        let mut fields = line.split_whitespace().skip(1);
        let (local, state) = (fields.next().unwrap_or_default(), fields.nth(1).unwrap_or_default());
        state == "0A" && local.ends_with(&format!(":{port:04X}"))
    };
    let lines = text.iter().flat_map(|table| table.lines().skip(1)).filter(is_listening);
    let inodes = lines.filter_map(|line| line.split_whitespace().nth(9));
    (!text.is_empty()).then(|| inodes.map(|inode| format!("socket:[{inode}]")).collect())
}

#[cfg(not(target_os = "linux"))]
fn sockets(_: u16) -> Option<Vec<String>> {
    None
}

fn holds(process: &std::path::Path, sockets: &[String]) -> bool {
    let files = std::fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
    let mut targets = files.filter_map(|file| std::fs::read_link(file.path()).ok());
    targets.any(|target| sockets.iter().any(|socket| target.as_os_str() == socket.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::Pid;
    use std::os::unix::process::CommandExt;

    #[test]
    fn a_given_port_that_is_busy_is_refused_by_name() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = held.local_addr().unwrap().port();
        let given = Given { postgres: Some(port), ..Given::default() };
        let error = Ports::choose(1, given, None, &BTreeSet::new()).unwrap_err();
        assert!(matches!(error, StackError::Settings(_)));
        let text = error.to_string();
        assert!(text.contains(&format!("port {port}")) && text.contains("--postgres-port"), "{text}");
        if cfg!(target_os = "linux") {
            assert!(text.contains(&format!("pid {}", std::process::id())), "{text}");
        }
    }

    #[test]
    fn a_busy_port_that_nobody_asked_for_is_replaced_and_said() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let before = Ports { api: held.local_addr().unwrap().port(), ..unmarked(1) };
        let (ports, notes) = Ports::choose(1, Given::default(), Some(&before), &BTreeSet::new()).unwrap();
        assert_ne!(ports.api, before.api);
        assert!(notes[0].contains("the API is on"), "{notes:?}");
    }

    #[test]
    fn ports_are_the_same_as_last_time() {
        let before = unmarked(3);
        let (ports, notes) = Ports::choose(3, Given::default(), Some(&before), &BTreeSet::new()).unwrap();
        assert_eq!((ports, notes), (before, Vec::new()));
    }

    #[test]
    fn a_port_that_another_stack_has_chosen_is_not_chosen_again() {
        let first = Ports::any(1).unwrap();
        let (second, notes) = Ports::choose(1, Given::default(), Some(&first), &BTreeSet::new()).unwrap();
        assert_ne!(first.kafka, second.kafka);
        assert!(notes.iter().any(|note| note.contains("Kafka is on")), "{notes:?}");
    }

    #[test]
    fn a_port_is_told_from_the_same_port_of_another_process() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = held.local_addr().unwrap().port();
        let mut other = std::process::Command::new("sleep").arg("600").spawn().unwrap();
        let (own, others) =
            (is_listened_on_by(port, std::process::id()), is_listened_on_by(port, other.id()));
        other.kill().unwrap();
        other.wait().unwrap();
        if cfg!(target_os = "linux") {
            assert_eq!((own, others), (Some(true), Some(false)));
        }
    }

    #[test]
    fn a_port_that_a_child_of_the_process_listens_on_is_the_process_own() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = held.local_addr().unwrap().port();
        let mut parent = std::process::Command::new("sh")
            .args(["-c", "exec 3<&0; sleep 600 <&3 3<&- & exec 3<&- </dev/null; wait"])
            .stdin(std::os::fd::OwnedFd::from(held))
            .process_group(0)
            .spawn()
            .unwrap();
        let process = std::path::PathBuf::from(format!("/proc/{}", parent.id()));
        let has_let_go = || sockets(port).is_none_or(|sockets| !holds(&process, &sockets));
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        let is_found = || has_let_go() && is_listened_on_by(port, parent.id()) != Some(false);
        while !is_found() && std::time::Instant::now() < deadline {
            std::thread::park_timeout(std::time::Duration::from_millis(10));
        }
        let is_found = is_found();
        rustix::process::kill_process_group(
            Pid::from_raw(i32::try_from(parent.id()).unwrap()).unwrap(),
            rustix::process::Signal::KILL,
        )
        .unwrap();
        parent.wait().unwrap();
        assert!(is_found);
    }

    #[test]
    fn dagster_has_a_port_only_where_it_is_asked_for_and_a_busy_one_that_was_given_is_refused_by_name() {
        let before = unmarked(1);
        let with = BTreeSet::from([Part::Analytics]);
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let given =
            Given { dagster: held.local_addr().ok().map(|address| address.port()), ..Given::default() };
        let error = Ports::choose(1, given, Some(&before), &with).unwrap_err().to_string();
        assert!(error.contains("--dagster-port, for Dagster"), "{error}");
        let before = unmarked(1);
        assert!(Ports::choose(1, given, Some(&before), &BTreeSet::new()).unwrap().0.dagster.is_none());
    }

    /// Ports that were free when some stack ran last; those of one test, which no other test takes.
    fn unmarked(brokers: u16) -> Ports {
        let chosen = Ports::any(brokers).unwrap();
        let mut marks = RESERVED.lock().unwrap();
        let all = chosen.kafka.iter().chain(&chosen.controller).chain(&chosen.admin);
        for port in all.chain([&chosen.api, &chosen.registry, &chosen.registry_admin, &chosen.postgres]) {
            marks.remove(port);
        }
        chosen
    }
}
