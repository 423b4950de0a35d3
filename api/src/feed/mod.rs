//! The live feed: the validated topic, read once, handed to every client.
//!
//! | module | does |
//! |---|---|
//! | [`frame`] | what is said, in both directions |
//! | `filter` | which entries a subscription wants |
//! | `run` | learns which run the topics hold |
//! | `reading` | makes entries of records |
//! | `source` | reads the live end of the topic, on a thread of its own |
//! | `ring` | keeps recent batches; each client walks it at its own pace |
//! | `replay` | reads what is older than the ring, on a thread for each replay |
//! | `subscription` | joins both without gap or repeat |
//! | `outlet` | a streamed answer that is cut when its client stalls |
//! | `websocket`, `sse`, `ndjson` | the three transports |
//!
//! No client is ever waited for by the source: batches stand in the ring, which is bounded, and a client that falls too
//! far behind is cut or skipped ahead.

pub(crate) mod filter;
pub mod frame;
pub(crate) mod ndjson;
pub(crate) mod outlet;
pub(crate) mod reading;
pub(crate) mod replay;
pub(crate) mod ring;
mod run;
pub(crate) mod source;
pub(crate) mod sse;
pub(crate) mod subscription;
pub(crate) mod websocket;

use std::time::Duration;

/// How often a quiet feed says that it is complete: short enough that a page shows trouble before a person suspects it.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(5);
/// How long a client may take no byte at all. What waits for it stands in the ring meanwhile, and costs nobody else.
pub(crate) const STALL: Duration = Duration::from_secs(10);
/// A client that was at the head and fell behind by more than this much JSON is slow. A loopback socket's own buffers
/// hold about as much.
pub(crate) const LAG_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// When a client that was sent away should come back, at the earliest, milliseconds.
pub(crate) const RETRY_MS: u64 = 1_000;
/// What is added to it at random, so that all do not come back at once.
pub(crate) const RETRY_JITTER_MS: u64 = 2_000;

/// After how long a client should come back.
pub(crate) fn retry_ms() -> u64 {
    use std::hash::BuildHasher;
    // A new `RandomState` differs from the last: chance enough for this.
    RETRY_MS + std::hash::RandomState::new().hash_one(0) % RETRY_JITTER_MS
}
