//! The feed as server-sent events.

use super::STALL;
use super::filter::Filter;
use super::frame::{self, STREAM, Written};
use super::outlet::{Gone, Outlet, outlet};
use super::subscription::{Feed, From, Progress, SlowPolicy, Step, Subscription};
use super::{HEARTBEAT, RETRY_MS};
use crate::app::App;
use crate::metrics::FeedClient;
use crate::problem::Problem;
use crate::query::{self, Parameters};
use crate::server::Connection;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use ledger::Source;
use serde::Deserialize;
use std::collections::BTreeMap;
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;
use uuid::Uuid;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What a stream of the feed can be asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// `latest`, `earliest`, or a position from any transport or a `GL-Position` header.
    #[param(example = "latest")]
    from: Option<String>,
    /// Company.
    #[serde(default, deserialize_with = "query::code_text")]
    company: Option<String>,
    /// Entries with a line on this account.
    #[serde(default, deserialize_with = "query::code_text")]
    account: Option<String>,
    /// Entries with a line for this well; together with an account, one line must have both.
    #[serde(default, deserialize_with = "query::code_text")]
    well: Option<String>,
    /// Subledger, such as PRD or AP.
    #[serde(default, deserialize_with = "query::source")]
    #[param(value_type = Option<String>)]
    source: Option<Source>,
    /// What becomes of a client that does not keep up: `disconnect` or `skip`.
    #[serde(default)]
    slow: SlowPolicy,
    /// As the header `Last-Event-ID`, for clients that cannot set it (SSE only).
    last_event_id: Option<String>,
}

impl Asked {
    /// Where to begin; the id of the last event counts before `from`: a browser that reconnects repeats its address.
    pub(crate) fn from(&self, last_event_id: Option<&str>) -> Result<From, Problem> {
        let text = last_event_id.or(self.last_event_id.as_deref()).or(self.from.as_deref());
        text.map_or(Ok(From::default()), str::parse)
    }

    pub(crate) const fn slow(&self) -> SlowPolicy {
        self.slow
    }

    pub(crate) fn filter(self) -> Filter {
        let Self { company, account, well, source, .. } = self;
        Filter { company, account, well, source }
    }

    pub(crate) const fn has_last_event_id(&self) -> bool {
        self.last_event_id.is_some()
    }
}

/// The live feed as server-sent events.
///
/// `event` is the frame's type, `data` the frame, `id` the position after it: a browser that reconnects goes on from
/// there.
#[utoipa::path(
    get,
    path = "/v1/feed/sse",
    tag = "Live feed",
    params(Asked, ("Last-Event-ID" = Option<String>, Header, description = "Position to go on after")),
    responses(
        (status = 200, description = "Frames: welcome, subscribed, then batches and heartbeats", content_type = "text/event-stream", body = String),
        (status = 400, description = "A parameter or the position is not accepted", body = crate::problem::ProblemDocument, content_type = "application/problem+json"),
        (status = 410, description = "The position is no longer held", body = crate::problem::ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Kafka does not answer, or no run has begun", body = crate::problem::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(app): State<App>,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Problem> {
    let last =
        headers.get(LAST_EVENT_ID).and_then(|value| value.to_str().ok()).filter(|last| !last.is_empty());
    let from = asked.from(last)?;
    let (slow, filter) = (asked.slow(), asked.filter());
    let begin = format!("retry: {RETRY_MS}\n\n");
    stream(&app, connection, Opening { from, filter, slow, begin, transport: "sse", write: event }).await
}

fn event(frame: &Written) -> String {
    let id = frame.pos.map_or_else(String::new, |pos| format!("id: {pos}\n"));
    format!("{id}event: {}\ndata: {}\n\n", frame.kind, frame.json)
}

/// A stream to open.
pub(crate) struct Opening {
    pub(crate) from: From,
    pub(crate) filter: Filter,
    pub(crate) slow: SlowPolicy,
    /// What comes before the first frame.
    pub(crate) begin: String,
    pub(crate) transport: &'static str,
    pub(crate) write: fn(&Written) -> String,
}

/// Answers with a stream of frames. What is wrong from the start is an ordinary answer.
pub(crate) async fn stream(app: &App, connection: Connection, opening: Opening) -> Result<Response, Problem> {
    app.refuse_while_stopping()?;
    let Opening { from, filter, slow, begin, transport, write } = opening;
    let (subscription, began) = app.feed().subscribe(from, filter, slow).await?;
    let (outlet, body) = outlet(connection);
    let limits = frame::limits(1, 0);
    let first = [
        frame::welcome(Uuid::new_v4(), Some(began.pos.incarnation), limits),
        frame::subscribed(STREAM, began),
    ];
    let begin = first.iter().fold(begin, |text, frame| text + &write(frame));
    let client = FeedClient::new(transport);
    let driver = Driver { feed: app.feed().clone(), outlet, write, token: app.token().clone() };
    app.tracker().spawn(async move {
        let _client = client;
        // A client that is gone needs no answer.
        let _ = driver.run(begin, subscription).await;
    });
    let content_type = if transport == "sse" { "text/event-stream" } else { "application/x-ndjson" };
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-store"),
        // Asks a proxy between us not to hold events back.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, body).into_response())
}

struct Driver {
    feed: Feed,
    outlet: Outlet,
    write: fn(&Written) -> String,
    token: CancellationToken,
}

impl Driver {
    async fn run(self, begin: String, mut subscription: Subscription) -> Result<(), Gone> {
        let positions: BTreeMap<String, Progress> =
            std::iter::once((STREAM.to_owned(), subscription.progress())).collect();
        self.outlet.send(begin).await?;
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let frame = tokio::select! {
                biased;
                () = self.token.cancelled() => {
                    return self.last(&frame::shutdown(&positions)).await;
                }
                () = self.outlet.closed() => return Err(Gone),
                _ = heartbeat.tick() => frame::heartbeat(self.feed.ring.lag(), &positions),
                step = subscription.next() => match step {
                    Ok(Step::Batch(selected)) => frame::batch(STREAM, &selected),
                    Ok(Step::Gap { from, to }) => frame::gap(STREAM, from, to),
                    Err(problem) => return self.last(&frame::error(Some(STREAM), &problem)).await,
                },
            };
            self.outlet.send((self.write)(&frame)).await?;
        }
    }

    /// The last frame: the stream ends with it.
    async fn last(&self, frame: &Written) -> Result<(), Gone> {
        tokio::time::timeout(STALL / 2, self.outlet.send((self.write)(frame))).await.unwrap_or(Err(Gone))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Position;

    #[test]
    fn an_event_carries_its_position_and_its_type() {
        let pos = Position::start(Uuid::nil());
        let frame = Written { kind: "batch", pos: Some(pos), json: "{}".into() };
        assert_eq!(event(&frame), format!("id: {pos}\nevent: batch\ndata: {{}}\n\n"));
        assert_eq!(event(&Written { pos: None, ..frame }), "event: batch\ndata: {}\n\n");
    }
}
