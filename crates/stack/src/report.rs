//! Steps on the way up and the processes that run, for whoever wants to show them.

use crate::state::{Service, Step};
use crate::unit::UnitStatus;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::watch;

/// Where steps are noted. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Report {
    steps: Arc<Mutex<Vec<Noted>>>,
    followed: Arc<Mutex<Vec<Followed>>>,
}

#[derive(Debug)]
struct Followed {
    name: String,
    admin: Option<SocketAddr>,
    status: watch::Receiver<UnitStatus>,
}

#[derive(Debug)]
struct Noted {
    what: String,
    began: Instant,
    ended: Option<(Instant, String)>,
}

impl Report {
    /// Notes that a step begins.
    #[must_use]
    pub fn begin(&self, what: &str) -> Begun {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        steps.push(Noted { what: what.to_owned(), began: Instant::now(), ended: None });
        Begun { report: self.clone(), at: steps.len() - 1 }
    }

    /// Follows a process from now on.
    pub(crate) fn follow(&self, name: &str, admin: Option<SocketAddr>, status: watch::Receiver<UnitStatus>) {
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        followed.push(Followed { name: name.to_owned(), admin, status });
    }

    /// The processes, as they are now.
    #[must_use]
    pub fn services(&self) -> Vec<Service> {
        let followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        let service = |unit: &Followed| {
            let status = unit.status.borrow();
            Service {
                name: unit.name.clone(),
                state: status.state,
                process: status.process.clone(),
                admin: unit.admin.map(|address| address.to_string()),
                restarts: status.restarts,
                last_end: status.last_end.clone(),
            }
        };
        followed.iter().map(service).collect()
    }

    /// All steps so far, in the order in which they began.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let step = |noted: &Noted| {
            let until = noted.ended.as_ref().map_or_else(Instant::now, |(at, _)| *at);
            Step {
                what: noted.what.clone(),
                outcome: noted.ended.as_ref().map(|(_, outcome)| outcome.clone()),
                milliseconds: u64::try_from((until - noted.began).as_millis()).unwrap_or(u64::MAX),
            }
        };
        steps.iter().map(step).collect()
    }
}

/// A step that is under way.
#[derive(Debug)]
pub struct Begun {
    report: Report,
    at: usize,
}

impl Begun {
    /// Notes what came of it.
    pub fn done(self, outcome: &str) {
        let mut steps = self.report.steps.lock().unwrap_or_else(PoisonError::into_inner);
        steps[self.at].ended = Some((Instant::now(), outcome.to_owned()));
    }
}
