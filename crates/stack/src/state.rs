//! What a supervisor says of its stack, and what is left of one that was killed.

use crate::error::StackError;
use crate::folder::Folder;
use crate::identity::Identity;
use crate::unit::{SETTINGS_ARE_WRONG, UnitState};
use rustix::process::Signal;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a process that a killed supervisor left behind may take to end.
const LEFTOVER_GRACE: Duration = Duration::from_secs(8);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How a stack does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// On its way up.
    Starting,
    /// Everything was started.
    Running,
    /// On its way down.
    Stopping,
    /// Down.
    #[default]
    Stopped,
    /// It could not be started; [`State::error`] says why.
    Failed,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        })
    }
}

/// Where the parts are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// Kafka.
    pub bootstrap_servers: String,
    /// The registry's Confluent API.
    pub schema_registry: String,
    /// Postgres, with its password.
    pub database_url: String,
    /// The API and its page.
    pub api: String,
    /// Dagster's page, where Dagster runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dagster: Option<String>,
}

/// A process of the stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// How it does.
    pub state: UnitState,
    /// Which process it is.
    pub process: Option<Identity>,
    /// Address of its probes and metrics.
    pub admin: Option<String>,
    /// How often it was started again.
    pub restarts: u32,
    /// How it ended last.
    pub last_end: Option<String>,
}

/// A step on the way up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it is about.
    pub what: String,
    /// What came of it; none while it is under way.
    pub outcome: Option<String>,
    /// How long it took, or takes so far.
    pub milliseconds: u64,
}

/// What stands in the folder while a stack is supervised, and after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// How the stack does.
    pub phase: Phase,
    /// Who says so.
    pub supervisor: Option<Identity>,
    /// The steps so far.
    pub steps: Vec<Step>,
    /// Where things are.
    pub endpoints: Endpoints,
    /// Its processes.
    pub services: Vec<Service>,
    /// Why it failed.
    pub error: Option<String>,
    /// Whether other settings would help.
    pub is_settings_error: bool,
}

impl State {
    /// The state for other programs: names and form are public.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        let service = |service: &Service| {
            serde_json::json!({
                "name": service.name,
                "state": service.state,
                "pid": service.process.as_ref().map(|process| process.pid),
                "admin": service.admin,
            })
        };
        serde_json::json!({
            "state": self.phase,
            "endpoints": self.endpoints,
            "services": self.services.iter().map(service).collect::<Vec<_>>(),
        })
    }

    /// Whether the producer found its settings wrong.
    #[must_use]
    pub fn has_producer_refused(&self) -> bool {
        self.services.iter().any(|service| {
            let last_end = service.last_end.as_deref();
            service.name == crate::services::PRODUCER
                && last_end.is_some_and(|end| end.contains(SETTINGS_ARE_WRONG))
        })
    }

    /// The same stack, once its supervisor is gone.
    #[must_use]
    pub fn ended(mut self) -> Self {
        self.supervisor = None;
        for service in &mut self.services {
            (service.state, service.process) = (UnitState::Stopped, None);
        }
        if self.phase != Phase::Failed {
            self.phase = Phase::Stopped;
        }
        self
    }
}

/// Ends what a killed supervisor left behind, if anything: exactly the processes that it recorded. Returns their names.
///
/// # Errors
/// Where the folder cannot be read or written.
pub async fn clear_leftovers(folder: &Folder) -> Result<Vec<String>, StackError> {
    let Some(state) = folder.state()? else { return Ok(Vec::new()) };
    let left = state.services.iter().filter_map(|service| Some((&service.name, service.process.as_ref()?)));
    let left: Vec<_> = left.filter(|(_, process)| process.is_alive()).collect();
    for (name, process) in &left {
        // Postgres takes SIGTERM as: wait until all clients have gone.
        process.signal(if *name == crate::postgres::NAME { Signal::INT } else { Signal::TERM });
        process.signal(Signal::CONT);
    }
    let deadline = tokio::time::Instant::now() + LEFTOVER_GRACE;
    let mut look = tokio::time::interval(LOOK_AGAIN);
    while left.iter().any(|(_, process)| process.is_alive()) && tokio::time::Instant::now() < deadline {
        look.tick().await;
    }
    for (_, process) in &left {
        process.signal_group(Signal::KILL);
    }
    let names = left.iter().map(|(name, _)| (*name).clone()).collect();
    folder.write_state(&state.clone().ended())?;
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state_with(process: Option<Identity>) -> State {
        let service = Service {
            name: "sink".into(),
            state: UnitState::Running,
            process,
            admin: Some("127.0.0.1:9103".into()),
            restarts: 2,
            last_end: None,
        };
        State { phase: Phase::Running, services: vec![service], ..State::default() }
    }

    #[test]
    fn the_public_form_has_exactly_its_fields() {
        let json = state_with(Some(Identity { pid: 7, born: "b".into() })).json();
        assert_eq!(
            json.to_string(),
            r#"{"endpoints":{"api":"","bootstrap_servers":"","database_url":"","schema_registry":""},"services":[{"admin":"127.0.0.1:9103","name":"sink","pid":7,"state":"running"}],"state":"running"}"#
        );
    }

    #[tokio::test]
    async fn what_a_killed_supervisor_left_is_ended_and_a_stranger_with_its_number_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::at(parent.path()).unwrap();
        let mut child = std::process::Command::new("sleep").arg("600").spawn().unwrap();
        let identity = Identity::of(child.id()).unwrap();
        let stranger = Identity { born: "long ago".into(), ..identity.clone() };
        folder.write_state(&state_with(Some(stranger))).unwrap();
        assert!(clear_leftovers(&folder).await.unwrap().is_empty());
        assert!(identity.is_alive());
        folder.write_state(&state_with(Some(identity.clone()))).unwrap();
        assert_eq!(clear_leftovers(&folder).await.unwrap(), ["sink"]);
        child.wait().unwrap();
        assert_eq!(folder.state().unwrap().unwrap().phase, Phase::Stopped);
    }
}
