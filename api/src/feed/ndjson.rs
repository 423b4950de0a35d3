//! The feed as lines of JSON.

use super::frame::Written;
use super::sse::{Asked, Opening, stream};
use crate::app::App;
use crate::problem::Problem;
use crate::query::Parameters;
use crate::server::Connection;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;

/// The live feed as lines of JSON, a frame each.
#[utoipa::path(
    get,
    path = "/v1/feed/ndjson",
    tag = "Live feed",
    params(Asked),
    responses(
        (status = 200, description = "Frames: welcome, subscribed, then batches and heartbeats", content_type = "application/x-ndjson", body = String),
        (status = 400, description = "A parameter or the position is not accepted", body = crate::problem::ProblemDocument, content_type = "application/problem+json"),
        (status = 410, description = "The position is no longer held", body = crate::problem::ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Kafka does not answer, or no run has begun", body = crate::problem::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(app): State<App>,
    Extension(connection): Extension<Connection>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Problem> {
    if asked.has_last_event_id() {
        return Err(Problem::parameter("last_event_id belongs to /v1/feed/sse; use from"));
    }
    let from = asked.from(None)?;
    let (slow, filter) = (asked.slow(), asked.filter());
    stream(
        &app,
        connection,
        Opening { from, filter, slow, begin: String::new(), transport: "ndjson", write: line },
    )
    .await
}

fn line(frame: &Written) -> String {
    let mut line = frame.json.clone();
    line.push('\n');
    line
}
