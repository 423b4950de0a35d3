//! The command as a person calls it.

use serde_json::Value;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

/// Two cores carry one stack at a time; more would only wait for each other.
static TURN: Mutex<()> = Mutex::new(());

/// What a stack may take over anything, on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// A folder for a stack; when it goes, the stack goes down.
pub(crate) struct Place {
    parent: tempfile::TempDir,
    /// Held, not looked at.
    #[allow(dead_code)]
    turn: Option<MutexGuard<'static, ()>>,
}

impl Place {
    /// A place, once it is this test's turn.
    pub(crate) fn new() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut place = Self::beside();
        place.turn = Some(turn);
        place
    }

    /// A place for a second stack of the same test, or for one that never starts.
    pub(crate) fn beside() -> Self {
        let parent = tempfile::tempdir().unwrap();
        stack::make_enterable(parent.path()).unwrap();
        Self { parent, turn: None }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.parent.path().join("stack")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wellbook"));
        command.args(arguments).arg("--data-dir").arg(self.data()).current_dir(self.parent.path());
        for variable in [
            "KAFKA_BOOTSTRAP_SERVERS",
            "SCHEMA_REGISTRY_URL",
            "DATABASE_URL",
            "TOPIC_PREFIX",
            "EIA_API_KEY",
            "PRICES_FILES",
            "WELLBOOK_BIN_DIR",
        ] {
            command.env_remove(variable);
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().unwrap())
    }

    /// Starts the backbone alone, on ports of its own.
    pub(crate) fn up(&self, arguments: &[&str]) -> Said {
        let ports = ["--api-port", "--kafka-port", "--registry-port", "--postgres-port"]
            .map(|name| (name, free_port().to_string()));
        let mut all = vec!["up", "--no-services"];
        if !self.data().exists() {
            all.extend(ports.iter().flat_map(|(name, port)| [*name, port.as_str()]));
        }
        all.extend(arguments);
        self.run(&all).succeeded()
    }

    pub(crate) fn status(&self) -> Value {
        serde_json::from_str(&self.run(&["status", "--json"]).succeeded().out).unwrap()
    }

    pub(crate) fn endpoint(&self, name: &str) -> String {
        self.status()["endpoints"][name].as_str().unwrap().to_owned()
    }

    /// The process of a service, while it runs.
    pub(crate) fn process(&self, name: &str) -> Option<stack::Identity> {
        let status = self.status();
        let services = status["services"].as_array().unwrap();
        let service =
            services.iter().find(|service| service["name"] == name && service["state"] == "running")?;
        stack::Identity::of(u32::try_from(service["pid"].as_u64()?).unwrap())
    }

    /// Every process that the stack has recorded, its supervisor among them.
    pub(crate) fn processes(&self) -> Vec<stack::Identity> {
        let state = stack::Folder::at(&self.data()).unwrap().state().unwrap().unwrap();
        state.services.into_iter().filter_map(|service| service.process).chain(state.supervisor).collect()
    }

    pub(crate) fn supervisor(&self) -> stack::Identity {
        stack::Folder::at(&self.data()).unwrap().state().unwrap().unwrap().supervisor.unwrap()
    }

    pub(crate) fn sql(&self, sql: &str) -> String {
        self.run(&["sql", "-c", sql]).succeeded().out
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.data().exists() {
            let _ = self.command(&["down", "--wipe", "--yes"]).output();
        }
    }
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    pub(crate) fn refused(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "`{word}` is not in {}", self.err);
        }
        self
    }
}

/// Waits for a condition.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    let (_open, nothing) = mpsc::channel::<()>();
    while !is_so() {
        assert!(Instant::now() < deadline, "not within {} s: {what}", SOON.as_secs());
        let _ = nothing.recv_timeout(Duration::from_millis(50));
    }
}

/// A free port that no outgoing connection can take meanwhile, another each time; three brokers take the next two as well.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 4_000).unwrap();
    loop {
        let port = 10_000 + (first + NEXT.fetch_add(4, Ordering::Relaxed)) % 5_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

pub(crate) fn kill(process: &stack::Identity) {
    assert!(process.is_alive());
    Command::new("kill").args(["-9", &process.pid.to_string()]).status().unwrap();
}
