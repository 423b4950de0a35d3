//! Reads what is older than the ring, from Kafka: one thread and one reader for each replay, a few at once.

use super::reading::Reading;
use super::ring::{Batch, Ring};
use super::{STALL, source};
use crate::problem::{Code, Problem};
use contract::{ENTRY_PARTITIONS, Position};
use kafka::{Admin, Event, Failure, Reader, Start};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Replays at once: each holds a client of the brokers with up to 32 MiB of prefetched records.
const REPLAYS_MAX: usize = 4;
/// How long a subscription waits for its turn.
const TURN: Duration = Duration::from_secs(5);
/// Batches read ahead of the client: enough to keep it busy, little to throw away.
const AHEAD: usize = 2;
/// How long one poll waits; also how soon the thread sees that it is no longer wanted.
const POLL: Duration = Duration::from_millis(100);

/// What replays are made with.
#[derive(Clone)]
pub(crate) struct Replays {
    kafka: kafka::Args,
    topic: String,
    admin: Admin,
    reading: Reading,
    turns: Arc<Semaphore>,
    threads: TaskTracker,
}

/// Per partition of the topic, the first record that is held, and the end of those that are committed.
pub(crate) struct Held {
    pub(crate) first: [u64; ENTRY_PARTITIONS],
    pub(crate) end: [u64; ENTRY_PARTITIONS],
}

/// A replay under way. Dropping it ends its thread.
pub(crate) struct Replay {
    batches: mpsc::Receiver<Result<Batch, Problem>>,
    _turn: OwnedSemaphorePermit,
}

impl Replay {
    /// The next batch; none once the ring has everything that follows.
    pub(crate) async fn next(&mut self) -> Option<Result<Batch, Problem>> {
        self.batches.recv().await
    }
}

impl Replays {
    pub(crate) fn new(
        kafka: kafka::Args,
        topic: String,
        admin: Admin,
        reading: Reading,
        threads: TaskTracker,
    ) -> Self {
        Self { kafka, topic, admin, reading, turns: Arc::new(Semaphore::new(REPLAYS_MAX)), threads }
    }

    /// What the topic holds now.
    pub(crate) async fn held(&self) -> Result<Held, Problem> {
        let (admin, topic) = (self.admin.clone(), self.topic.clone());
        let asked = tokio::task::spawn_blocking(move || admin.end_offsets(&topic));
        let offsets = asked.await.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        let offsets = offsets.map_err(|failure| unavailable(&failure))?;
        let mut held = Held { first: [0; ENTRY_PARTITIONS], end: [0; ENTRY_PARTITIONS] };
        for (at, (first, end)) in offsets.into_iter().enumerate().take(ENTRY_PARTITIONS) {
            held.first[at] = u64::try_from(first).unwrap_or(0);
            held.end[at] = u64::try_from(end).unwrap_or(0);
        }
        Ok(held)
    }

    /// Begins a replay, in its turn.
    pub(crate) async fn begin(&self, ring: &Arc<Ring>, from: Position) -> Result<Replay, Problem> {
        let turn = tokio::time::timeout(TURN, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            let text = format!("{REPLAYS_MAX} replays are under way; try again in a moment");
            return Err(Problem::new(Code::Busy, text));
        };
        let (sender, batches) = mpsc::channel(AHEAD);
        let thread = Thread {
            kafka: self.kafka.clone(),
            topic: self.topic.clone(),
            reading: self.reading.clone(),
            ring: Arc::clone(ring),
            position: from,
            batches: sender,
            _alive: self.threads.token(),
        };
        let spawned = std::thread::Builder::new().name("feed-replay".into()).spawn(move || thread.run());
        spawned.map_err(|error| {
            tracing::error!("no thread for a replay: {error}");
            Problem::new(Code::Busy, "the service has no room for a replay now; try again in a moment")
        })?;
        Ok(Replay { batches, _turn: turn })
    }
}

fn unavailable(failure: &Failure) -> Problem {
    tracing::warn!("{failure}");
    Problem::new(Code::Unavailable, "Kafka does not answer now; try again in a moment")
}

struct Thread {
    kafka: kafka::Args,
    topic: String,
    reading: Reading,
    ring: Arc<Ring>,
    position: Position,
    batches: mpsc::Sender<Result<Batch, Problem>>,
    _alive: TaskTrackerToken,
}

impl Thread {
    fn run(mut self) {
        if let Err(failure) = self.read() {
            // Whoever waits for it may be gone.
            let _ = self.batches.blocking_send(Err(unavailable(&failure)));
        }
    }

    fn read(&mut self) -> Result<(), Failure> {
        let starts: Vec<(String, i32, Start)> = source::starts(&self.topic, &self.position);
        let mut reader = Reader::open(&self.kafka, &starts)?;
        while !self.ring.follows(&self.position) {
            if self.batches.is_closed() || self.reading.token.is_cancelled() {
                return Ok(());
            }
            let batch = gather(&mut reader, &self.reading, &mut self.position)?;
            if batch.entries.is_empty() {
                continue;
            }
            if !self.send(batch) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether the client still takes batches. One that stalls is cut by its transport; this is for the case that its
    /// task was lost.
    fn send(&self, batch: Batch) -> bool {
        let sent = async { tokio::time::timeout(2 * STALL, self.batches.send(Ok(batch))).await };
        matches!(self.reading.runtime.block_on(sent), Ok(Ok(())))
    }
}

/// Takes what is at hand, up to a batch, and moves the position over it.
fn gather(reader: &mut Reader, reading: &Reading, position: &mut Position) -> Result<Batch, Failure> {
    let prev = *position;
    let (mut entries, mut bytes, mut timeout) = (Vec::new(), 0, POLL);
    while entries.len() < source::BATCH_ENTRIES_MAX && bytes < source::BATCH_BYTES_MAX {
        match reader.poll(timeout)? {
            Some(Event::Record(record)) => {
                let read = reading.entry(&record);
                if reading.token.is_cancelled() {
                    break;
                }
                source::pass(position, record.partition(), record.offset());
                bytes += read.as_ref().map_or(0, |entry| entry.json.len());
                entries.extend(read);
            }
            Some(Event::EndOfPartition { partition, next, .. }) => source::reach(position, partition, next),
            None => break,
        }
        timeout = Duration::ZERO;
    }
    Ok(Batch::new(prev, *position, entries))
}
