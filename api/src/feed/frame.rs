//! The frames of the feed: the same on WebSocket, SSE and NDJSON.
//!
//! A frame is a JSON object with its `type`. Clients pass over types and fields that they do not know: later versions only
//! add.

use super::filter::Filter;
use super::subscription::{Began, Progress, Selected, SlowPolicy};
use super::{HEARTBEAT, LAG_BYTES_MAX, retry_ms};
use crate::document::Entry;
use crate::problem::Problem;
use chrono::{DateTime, SecondsFormat, Utc};
use contract::Position;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The id of the one subscription of an SSE or NDJSON stream.
pub(crate) const STREAM: &str = "feed";
/// The longest id of a subscription.
pub(crate) const ID_MAX: usize = 64;

/// What the server says.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ServerFrame<'a> {
    /// First of all.
    Welcome {
        /// Names this connection in the log.
        session: Uuid,
        /// The run whose positions are valid; absent before one has begun.
        #[serde(skip_serializing_if = "Option::is_none")]
        epoch: Option<Uuid>,
        /// What a client may do.
        limits: Limits,
        /// A heartbeat comes this often.
        heartbeat_ms: u64,
        /// Version of the server.
        build: &'static str,
    },
    /// A subscription has begun: everything after `pos` that passes its filter will come.
    Subscribed {
        /// The subscription.
        id: &'a str,
        /// After which position it begins.
        #[schema(value_type = String)]
        pos: Cursor,
        /// Whether that is the position that was asked for.
        recovered: bool,
        /// Records between `pos` and the head, at most.
        replay_count: u64,
    },
    /// Whole entries, in the order of each partition.
    Batch {
        /// The subscription.
        id: &'a str,
        /// Counts the batches of the subscription without a hole, from 1.
        n: u64,
        /// The `pos` of the batch before, or of `subscribed`.
        #[schema(value_type = String)]
        prev: Cursor,
        /// After the last entry: from here another subscription goes on, on any transport.
        #[schema(value_type = String)]
        pos: Cursor,
        /// When the newest entry was validated.
        ts_pub: DateTime<Utc>,
        /// When the batch was sent.
        ts_out: DateTime<Utc>,
        /// The entries.
        entries: Vec<Entry<'a>>,
    },
    /// A subscription with `slow: "skip"` was skipped ahead.
    Gap {
        /// The subscription.
        id: &'a str,
        /// After which position something is missing.
        #[schema(value_type = String)]
        from: Cursor,
        /// Up to which.
        #[schema(value_type = String)]
        to: Cursor,
        /// Why: `slow`.
        reason: &'static str,
        /// Where what is missing can be read.
        refill: String,
    },
    /// Nothing was held back up to here.
    Heartbeat {
        /// When.
        ts: DateTime<Utc>,
        /// Age of the newest entry that was not sent yet; 0 where all was.
        head_lag_ms: i64,
        /// How far each subscription has come.
        positions: BTreeMap<String, String>,
    },
    /// An answer to `ping`.
    Pong {
        /// As it was sent.
        #[serde(skip_serializing_if = "Option::is_none")]
        t: Option<i64>,
    },
    /// A subscription has ended as asked.
    Unsubscribed {
        /// The subscription.
        id: &'a str,
    },
    /// Something went wrong: with the subscription `id`, which has ended, or with the connection.
    Error {
        /// The subscription.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        /// What, for programs: stable.
        code: &'static str,
        /// Whether trying again later can help.
        temporary: bool,
        /// What, for people.
        detail: &'a str,
    },
    /// The server stops: come back after a while.
    Shutdown {
        /// After how long.
        retry_ms: u64,
        /// How far each subscription has come.
        positions: BTreeMap<String, String>,
    },
}

/// What a client may do.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Limits {
    /// Subscriptions of one connection.
    pub subscriptions: usize,
    /// Bytes of one message from the client.
    pub message_bytes: usize,
    /// Bytes by which a client may fall behind.
    pub lag_bytes: u64,
}

/// A position as text.
#[derive(Clone, Copy, Debug)]
pub struct Cursor(pub Position);

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// What a client says on a WebSocket.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum ClientFrame {
    /// Begins a subscription.
    Subscribe {
        /// Its name on this connection: 1 to 64 letters, digits, `.`, `_`, `-`.
        id: String,
        /// Which entries.
        #[serde(default)]
        filter: Filter,
        /// `latest`, `earliest` or a position.
        #[serde(default = "latest")]
        from: String,
        /// What becomes of it where the client does not keep up.
        #[serde(default)]
        slow: SlowPolicy,
    },
    /// Ends a subscription.
    Unsubscribe {
        /// Its name.
        id: String,
    },
    /// Asks for a `pong`.
    Ping {
        /// Comes back with it.
        #[serde(default)]
        t: Option<i64>,
    },
}

fn latest() -> String {
    "latest".to_owned()
}

/// A frame, written.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) kind: &'static str,
    /// From where a client goes on that has seen it.
    pub(crate) pos: Option<Position>,
    pub(crate) json: String,
}

fn written(kind: &'static str, pos: Option<Position>, frame: &ServerFrame<'_>) -> Written {
    // Our frames are made of texts and numbers: nothing in them cannot be written.
    Written { kind, pos, json: serde_json::to_string(frame).unwrap_or_default() }
}

pub(crate) fn welcome(session: Uuid, epoch: Option<Uuid>, limits: Limits) -> Written {
    let heartbeat_ms = u64::try_from(HEARTBEAT.as_millis()).unwrap_or(u64::MAX);
    let build = env!("CARGO_PKG_VERSION");
    written("welcome", None, &ServerFrame::Welcome { session, epoch, limits, heartbeat_ms, build })
}

/// The limits of a connection with so many subscriptions.
pub(crate) const fn limits(subscriptions: usize, message_bytes: usize) -> Limits {
    Limits { subscriptions, message_bytes, lag_bytes: LAG_BYTES_MAX }
}

pub(crate) fn subscribed(id: &str, began: Began) -> Written {
    let Began { pos, recovered, replay_count } = began;
    written(
        "subscribed",
        Some(pos),
        &ServerFrame::Subscribed { id, pos: Cursor(pos), recovered, replay_count },
    )
}

/// Written by hand: the documents are JSON already.
pub(crate) fn batch(id: &str, selected: &Selected) -> Written {
    let documents = selected.documents();
    let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let mut json = format!(
        r#"{{"type":"batch","id":"{id}","n":{},"prev":"{}","pos":"{}","ts_pub":"{}","ts_out":"{}","entries":["#,
        selected.n,
        selected.prev,
        selected.pos,
        instant(selected.batch.newest),
        instant(Utc::now()),
    );
    json.reserve(documents.len() + 2);
    json.push_str(std::str::from_utf8(&documents).unwrap_or_default());
    json.push_str("]}");
    Written { kind: "batch", pos: Some(selected.pos), json }
}

pub(crate) fn gap(id: &str, from: Position, to: Position) -> Written {
    let refill = format!("/v1/feed/ndjson?from={from}");
    let frame = ServerFrame::Gap { id, from: Cursor(from), to: Cursor(to), reason: "slow", refill };
    written("gap", Some(to), &frame)
}

fn texts(positions: &BTreeMap<String, Progress>) -> BTreeMap<String, String> {
    positions.iter().map(|(id, progress)| (id.clone(), progress.get().to_string())).collect()
}

/// The position of the only subscription.
fn only(positions: &BTreeMap<String, Progress>) -> Option<Position> {
    if positions.len() == 1 { positions.values().next().map(Progress::get) } else { None }
}

pub(crate) fn heartbeat(lag: chrono::TimeDelta, positions: &BTreeMap<String, Progress>) -> Written {
    // The position first: what is said of a moment must not be ahead of it.
    let pos = only(positions);
    let frame = ServerFrame::Heartbeat {
        ts: Utc::now(),
        head_lag_ms: lag.num_milliseconds(),
        positions: texts(positions),
    };
    written("heartbeat", pos, &frame)
}

pub(crate) fn pong(t: Option<i64>) -> Written {
    written("pong", None, &ServerFrame::Pong { t })
}

pub(crate) fn unsubscribed(id: &str) -> Written {
    written("unsubscribed", None, &ServerFrame::Unsubscribed { id })
}

pub(crate) fn error(id: Option<&str>, problem: &Problem) -> Written {
    let (code, temporary, detail) = (problem.code.text(), problem.is_temporary(), problem.detail.as_str());
    written("error", None, &ServerFrame::Error { id, code, temporary, detail })
}

pub(crate) fn shutdown(positions: &BTreeMap<String, Progress>) -> Written {
    let frame = ServerFrame::Shutdown { retry_ms: retry_ms(), positions: texts(positions) };
    written("shutdown", None, &frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Code;

    #[test]
    fn a_client_frame_says_what_is_wrong_with_it() {
        let read = |text: &str| serde_json::from_str::<ClientFrame>(text);
        assert!(
            matches!(read(r#"{"type":"subscribe","id":"a"}"#), Ok(ClientFrame::Subscribe { from, .. }) if from == "latest")
        );
        assert!(matches!(read(r#"{"type":"ping","t":7}"#), Ok(ClientFrame::Ping { t: Some(7) })));
        for (text, expected) in [
            (r#"{"type":"subscribe","id":"a","form":"latest"}"#, "unknown field `form`"),
            (r#"{"type":"subscribe","id":"a","filter":{"wells":"x"}}"#, "unknown field `wells`"),
            (r#"{"type":"subscribe","id":"a","filter":{"source":"ZZZ"}}"#, "`ZZZ` is no Source"),
            (r#"{"type":"listen"}"#, "unknown variant `listen`"),
            ("[]", ""),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn an_error_says_whether_to_try_again() {
        let frame = error(Some("a"), &Problem::new(Code::Slow, "too slow"));
        assert_eq!(
            frame.json,
            r#"{"type":"error","id":"a","code":"slow","temporary":true,"detail":"too slow"}"#
        );
        assert!(error(None, &Problem::new(Code::BadPosition, "x")).json.contains(r#""temporary":false"#));
    }
}
