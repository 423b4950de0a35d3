//! How the services behind this one do: asked again and again, logged when it changes.

use crate::app::App;
use crate::metrics;
use crate::query::Parameters;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use contract::Registry;
use kafka::{Admin, Backoff};
use serde::{Deserialize, Serialize};
use service::admin::Probe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::Store;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

/// How often a service that answers is asked: a lost one is known within this and [`ANSWER_WITHIN`].
const EVERY: Duration = Duration::from_secs(5);
/// A service that takes longer is as good as down.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// How often the probe of the admin port is told that all goes on.
const TICK: Duration = Duration::from_millis(500);

/// State of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Condition {
    /// Not asked yet.
    Starting,
    /// It answers.
    Up,
    /// There is nothing wrong, and nothing to do yet.
    Waiting,
    /// It does not answer, or not as it should.
    Down,
}

/// What is known of a service.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Dependency {
    /// Its state.
    pub(crate) state: Condition,
    /// Since when.
    pub(crate) since: DateTime<Utc>,
}

struct Known {
    dependency: Dependency,
    said: String,
}

/// Watches one service: whoever talks to it says how it does.
#[derive(Clone)]
pub(crate) struct Watch {
    name: &'static str,
    known: Arc<Mutex<Known>>,
}

impl Watch {
    fn new(name: &'static str) -> Self {
        let dependency = Dependency { state: Condition::Starting, since: Utc::now() };
        Self { name, known: Arc::new(Mutex::new(Known { dependency, said: String::new() })) }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn up(&self) {
        if self.change(Condition::Up, "") {
            tracing::info!("{}: up", self.name);
        }
    }

    pub(crate) fn waiting(&self, text: &str) {
        if self.change(Condition::Waiting, text) {
            tracing::info!("{}: {text}", self.name);
        }
    }

    /// Logged once, however often it is tried again.
    pub(crate) fn down(&self, text: &str) {
        if self.change(Condition::Down, text) {
            tracing::warn!("{}: {text}; trying again until it answers", self.name);
        }
    }

    fn change(&self, state: Condition, said: &str) -> bool {
        metrics::dependency(self.name, matches!(state, Condition::Up | Condition::Waiting));
        let mut known = self.known();
        // The words of a failure vary with the moment, so only the first are said until something changes.
        if known.dependency.state == state && (state != Condition::Waiting || known.said == said) {
            return false;
        }
        known.dependency = Dependency { state, since: Utc::now() };
        said.clone_into(&mut known.said);
        true
    }

    fn dependency(&self) -> Dependency {
        self.known().dependency.clone()
    }
}

/// All services.
#[derive(Clone)]
pub(crate) struct Health {
    pub(crate) kafka: Watch,
    pub(crate) registry: Watch,
    pub(crate) postgres: Watch,
    pub(crate) feed: Watch,
}

impl Health {
    pub(crate) fn new() -> Self {
        Self {
            kafka: Watch::new("kafka"),
            registry: Watch::new("registry"),
            postgres: Watch::new("postgres"),
            feed: Watch::new("feed"),
        }
    }

    /// Whether requests can be answered. A feed that waits for a run to begin is in order.
    pub(crate) fn is_ready(&self) -> bool {
        [&self.kafka, &self.registry, &self.postgres, &self.feed]
            .into_iter()
            .all(|watch| matches!(watch.dependency().state, Condition::Up | Condition::Waiting))
    }

    /// Asks the services until the token is cancelled.
    pub(crate) async fn watch(
        self,
        admin: Admin,
        registry: Registry,
        store: Store,
        probe: Probe,
        token: CancellationToken,
    ) {
        let kafka = ask(&self.kafka, || async { admin.reachable(ANSWER_WITHIN).await });
        let registry = ask(&self.registry, || registry.ping());
        let postgres = ask(&self.postgres, || async {
            let answer = store.ping().await;
            metrics::pool(store.pool_status());
            answer
        });
        let telling = async {
            loop {
                probe.tick();
                probe.set_ready(self.is_ready());
                tokio::time::sleep(TICK).await;
            }
        };
        tokio::select! {
            () = token.cancelled() => probe.set_ready(false),
            () = kafka => {}
            () = registry => {}
            () = postgres => {}
            () = telling => {}
        }
    }
}

/// Asks one service again and again, soon after a failure and less and less often while it lasts.
async fn ask<F, E>(watch: &Watch, question: impl Fn() -> F)
where
    F: Future<Output = Result<(), E>>,
    E: std::fmt::Display,
{
    let mut backoff = Backoff::default();
    loop {
        let pause = match tokio::time::timeout(ANSWER_WITHIN, question()).await {
            Ok(Ok(())) => {
                watch.up();
                backoff.reset();
                EVERY
            }
            Ok(Err(error)) => {
                watch.down(&error.to_string());
                backoff.wait()
            }
            Err(_) => {
                watch.down(&format!("no answer within {} s", ANSWER_WITHIN.as_secs()));
                backoff.wait()
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// No parameters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// How the service does.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Report {
    /// `ready`, or `not_ready` where a service behind this one does not answer.
    status: &'static str,
    /// Version of the service.
    version: &'static str,
    /// The run on the topics, once one has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<uuid::Uuid>,
    /// Where the live feed stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<String>,
    /// Age of the newest entry that the live feed has not published yet, milliseconds.
    lag_ms: i64,
    /// The services behind this one.
    dependencies: Dependencies,
}

/// The services behind this one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Dependencies {
    kafka: Dependency,
    registry: Dependency,
    postgres: Dependency,
    feed: Dependency,
}

/// Whether the program runs.
#[utoipa::path(get, path = "/livez", tag = "Health", responses((status = 200, description = "It runs", body = String, content_type = "text/plain")))]
pub(crate) async fn livez() -> &'static str {
    "ok\n"
}

/// Whether requests can be answered.
#[utoipa::path(get, path = "/readyz", tag = "Health", responses(
    (status = 200, description = "They can", body = String, content_type = "text/plain"),
    (status = 503, description = "A service behind this one does not answer, or the program stops", body = String, content_type = "text/plain"),
))]
pub(crate) async fn readyz(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.is_ready() { (StatusCode::OK, "ok\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "no\n") }
}

/// How the service and those behind it do.
#[utoipa::path(get, path = "/health", tag = "Health", responses(
    (status = 200, description = "All is well", body = Report),
    (status = 503, description = "A service behind this one does not answer, or the program stops", body = Report),
))]
pub(crate) async fn health(
    State(app): State<App>,
    Parameters(Nothing {}): Parameters<Nothing>,
) -> (StatusCode, Json<Report>) {
    let (health, position) = (app.health(), app.feed().ring.position());
    let is_ready = app.is_ready();
    let report = Report {
        status: if is_ready { "ready" } else { "not_ready" },
        version: env!("CARGO_PKG_VERSION"),
        run: position.map(|position| position.incarnation),
        position: position.map(|position| position.to_string()),
        lag_ms: app.feed().ring.lag().num_milliseconds(),
        dependencies: Dependencies {
            kafka: health.kafka.dependency(),
            registry: health.registry.dependency(),
            postgres: health.postgres.dependency(),
            feed: health.feed.dependency(),
        },
    };
    (if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(report))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_once_until_something_changes() {
        let watch = Watch::new("kafka");
        assert!(watch.change(Condition::Down, "connection refused"));
        assert!(!watch.change(Condition::Down, "timed out"));
        assert!(watch.change(Condition::Up, ""));
        assert!(!watch.change(Condition::Up, ""));
        assert!(watch.change(Condition::Down, "connection refused"));
    }

    #[test]
    fn requests_are_taken_once_all_services_answer_and_also_before_a_run_begins() {
        let health = Health::new();
        for watch in [&health.kafka, &health.registry, &health.postgres] {
            assert!(!health.is_ready());
            watch.up();
        }
        assert!(!health.is_ready());
        health.feed.waiting("no run has begun");
        assert!(health.is_ready());
        health.postgres.down("gone");
        assert!(!health.is_ready());
    }
}
