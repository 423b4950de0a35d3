//! The metrics of this crate.

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use std::time::Duration;

const REQUESTS: &str = "gl_http_requests_total";
const REQUEST_DURATION: &str = "gl_http_request_duration_seconds";
const CONNECTIONS: &str = "gl_http_connections";
const FEED_CLIENTS: &str = "gl_feed_clients";
const FEED_ENTRIES: &str = "gl_feed_entries_total";
const FEED_UNREADABLE: &str = "gl_feed_unreadable_total";
const FEED_SLOW: &str = "gl_feed_slow_total";
const FEED_REPLAYS: &str = "gl_feed_replays_total";
const FEED_RING_BYTES: &str = "gl_feed_ring_bytes";
const FEED_LAG: &str = "gl_feed_lag_seconds";
const DEPENDENCY_UP: &str = "gl_dependency_up";
const POOL: &str = "gl_database_connections";

/// How clients take the feed.
const TRANSPORTS: [&str; 4] = ["websocket", "sse", "ndjson", "get-gl"];
/// Where a subscription's position may be found: nowhere, because it begins with what comes; in memory; on the topic.
const REPLAYED_FROM: [&str; 3] = ["none", "ring", "kafka"];

/// Says what each metric means, and shows those that count trouble from the start.
pub fn describe() {
    let count = Unit::Count;
    describe_counter!(REQUESTS, count, "Requests answered, by route, method and status");
    describe_histogram!(
        REQUEST_DURATION,
        Unit::Seconds,
        "Time to the head of the answer, by route and method"
    );
    describe_gauge!(CONNECTIONS, count, "Connections open, WebSockets included");
    describe_gauge!(FEED_CLIENTS, count, "Clients of the live feed, by transport");
    describe_counter!(FEED_ENTRIES, count, "Entries read from the validated topic for the live feed");
    describe_counter!(
        FEED_UNREADABLE,
        count,
        "Validated records that the feed passed over because they cannot be decoded; should stay 0"
    );
    describe_counter!(FEED_SLOW, count, "Clients of the live feed cut or skipped ahead for being too slow");
    describe_counter!(FEED_REPLAYS, count, "Subscriptions begun from a position, by where it was found");
    describe_gauge!(FEED_RING_BYTES, Unit::Bytes, "Recent batches kept in memory");
    describe_gauge!(FEED_LAG, Unit::Seconds, "Age of the newest entry when the feed published it");
    describe_gauge!(DEPENDENCY_UP, count, "Whether Kafka, the registry and Postgres answer");
    describe_gauge!(POOL, count, "Connections of the database pool, by state");
    counter!(FEED_UNREADABLE).increment(0);
    counter!(FEED_SLOW).increment(0);
    counter!(FEED_ENTRIES).increment(0);
    for transport in TRANSPORTS {
        gauge!(FEED_CLIENTS, "transport" => transport).increment(0.0);
    }
    for source in REPLAYED_FROM {
        counter!(FEED_REPLAYS, "source" => source).increment(0);
    }
}

pub(crate) fn request(route: &str, method: &str, status: u16, took: Duration) {
    let (route, method) = (route.to_owned(), method.to_owned());
    counter!(REQUESTS, "route" => route.clone(), "method" => method.clone(), "status" => status.to_string())
        .increment(1);
    histogram!(REQUEST_DURATION, "route" => route, "method" => method).record(took.as_secs_f64());
}

pub(crate) fn connections(open: usize) {
    gauge!(CONNECTIONS).set(open as f64);
}

/// Counts a client of the feed as long as it lives.
#[derive(Debug)]
pub(crate) struct FeedClient {
    transport: &'static str,
}

impl FeedClient {
    pub(crate) fn new(transport: &'static str) -> Self {
        gauge!(FEED_CLIENTS, "transport" => transport).increment(1.0);
        Self { transport }
    }
}

impl Drop for FeedClient {
    fn drop(&mut self) {
        gauge!(FEED_CLIENTS, "transport" => self.transport).decrement(1.0);
    }
}

pub(crate) fn published(entries: usize, ring_bytes: usize, lag: Duration) {
    counter!(FEED_ENTRIES).increment(entries as u64);
    gauge!(FEED_RING_BYTES).set(ring_bytes as f64);
    gauge!(FEED_LAG).set(lag.as_secs_f64());
}

pub(crate) fn unreadable() {
    counter!(FEED_UNREADABLE).increment(1);
}

pub(crate) fn slow() {
    counter!(FEED_SLOW).increment(1);
}

pub(crate) fn replay(source: &'static str) {
    counter!(FEED_REPLAYS, "source" => source).increment(1);
}

pub(crate) fn dependency(name: &'static str, is_up: bool) {
    gauge!(DEPENDENCY_UP, "dependency" => name).set(f64::from(u8::from(is_up)));
}

pub(crate) fn pool(status: store::PoolStatus) {
    gauge!(POOL, "state" => "in_use").set(status.in_use as f64);
    gauge!(POOL, "state" => "idle").set(status.idle as f64);
}
