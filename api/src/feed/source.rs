//! The one reader of the live end of the validated topic.

use super::reading::Reading;
use super::ring::{Batch, Ring};
use super::run;
use crate::health::Watch;
use contract::{ENTRY_PARTITIONS, Position, Topic, TopicNames};
use kafka::{Backoff, Event, Failure, Reader, Start};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Entries and JSON bytes of one batch. The WebSocket library keeps a buffer as large as the largest frame that a client
/// was ever sent, so this is also what each of ten thousand clients costs.
pub(crate) const BATCH_ENTRIES_MAX: usize = 500;
pub(crate) const BATCH_BYTES_MAX: usize = 32 * 1024;
/// On a busy topic batches follow each other no faster: the cost of a write to each client is the same for one entry as
/// for many. After a pause the first entry goes out at once.
const FLUSH_EVERY: Duration = Duration::from_millis(20);
/// How long one poll waits; also how soon the thread sees that the program ends.
const POLL: Duration = Duration::from_millis(100);

/// Reads until the program ends; whatever fails is tried again.
pub(crate) struct Source {
    pub(crate) kafka: kafka::Args,
    pub(crate) names: TopicNames,
    pub(crate) reading: Reading,
    pub(crate) ring: Arc<Ring>,
    pub(crate) watch: Watch,
}

impl Source {
    /// Runs on this thread.
    pub(crate) fn run(self) {
        let mut backoff = Backoff::default();
        while !self.reading.token.is_cancelled() {
            match self.session(&mut backoff) {
                // No run yet: it may begin any moment, and nothing is wrong.
                Ok(()) => backoff.reset(),
                Err(failure) => {
                    self.watch.down(&failure.to_string());
                    if !failure.is_transient() {
                        // Records that this feed was to read next are gone: the topics may hold another run.
                        self.ring.forget();
                    }
                }
            }
            if self.reading.is_cancelled_within(backoff.wait()) {
                return;
            }
        }
    }

    /// Reads on from where the ring ends, or begins it at the end of the topic.
    fn session(&self, backoff: &mut Backoff) -> Result<(), Failure> {
        let Some(incarnation) = run::read(&self.kafka, &self.names, &self.reading.decoder)? else {
            self.watch.waiting("no run has begun; start a producer");
            return Ok(());
        };
        let topic = self.names.name(Topic::JournalEntryValidated);
        let held = self.ring.position().filter(|position| position.incarnation == incarnation);
        let starts = match held {
            Some(position) => starts(&topic, &position),
            None => partitions().map(|partition| (topic.clone(), partition, Start::End)).collect(),
        };
        let mut reader = Reader::open(&self.kafka, &starts)?;
        let mut position = held.unwrap_or_else(|| Position::start(incarnation));
        for ((_, partition), next) in reader.positions()? {
            reach(&mut position, partition, next);
        }
        if held.is_none() {
            self.ring.begin(position);
        }
        self.watch.up();
        backoff.reset();
        self.follow(&mut reader, position)
    }

    fn follow(&self, reader: &mut Reader, mut position: Position) -> Result<(), Failure> {
        let mut ended = BTreeSet::new();
        let mut flushed = Instant::now();
        while !self.reading.token.is_cancelled() {
            let batch = self.gather(reader, &mut position, &mut ended, flushed + FLUSH_EVERY)?;
            if batch.entries.is_empty() {
                if batch.pos != batch.prev {
                    self.ring.advance(batch.pos);
                }
            } else {
                self.ring.push(batch);
                flushed = Instant::now();
            }
            self.ring.note_end(ended.len() == ENTRY_PARTITIONS);
        }
        Ok(())
    }

    /// What is at hand, and until `flush_at` also what comes, up to a batch.
    fn gather(
        &self,
        reader: &mut Reader,
        position: &mut Position,
        ended: &mut BTreeSet<i32>,
        flush_at: Instant,
    ) -> Result<Batch, Failure> {
        let prev = *position;
        let (mut entries, mut bytes, mut timeout) = (Vec::new(), 0, POLL);
        while entries.len() < BATCH_ENTRIES_MAX && bytes < BATCH_BYTES_MAX {
            match reader.poll(timeout)? {
                Some(Event::Record(record)) => {
                    ended.remove(&record.partition());
                    let read = self.reading.entry(&record);
                    if self.reading.token.is_cancelled() {
                        break;
                    }
                    pass(position, record.partition(), record.offset());
                    bytes += read.as_ref().map_or(0, |entry: &super::reading::FeedEntry| entry.json.len());
                    entries.extend(read);
                }
                Some(Event::EndOfPartition { partition, next, .. }) => {
                    ended.insert(partition);
                    reach(position, partition, next);
                }
                None => break,
            }
            timeout = if entries.is_empty() {
                Duration::ZERO
            } else {
                flush_at.saturating_duration_since(Instant::now())
            };
        }
        Ok(Batch::new(prev, *position, entries))
    }
}

fn partitions() -> impl Iterator<Item = i32> {
    0..Topic::JournalEntryValidated.partitions()
}

/// The partitions from a position on.
pub(crate) fn starts(topic: &str, position: &Position) -> Vec<(String, i32, Start)> {
    let start = |next: u64| Start::Offset(i64::try_from(next).unwrap_or(i64::MAX));
    partitions()
        .zip(position.next)
        .map(|(partition, next)| (topic.to_owned(), partition, start(next)))
        .collect()
}

/// Moves a position past a record.
pub(crate) fn pass(position: &mut Position, partition: i32, offset: i64) {
    reach(position, partition, offset.saturating_add(1));
}

/// Moves a position on to the offset to read next.
pub(crate) fn reach(position: &mut Position, partition: i32, next: i64) {
    let slot = usize::try_from(partition).ok().and_then(|at| position.next.get_mut(at));
    if let (Some(slot), Ok(next)) = (slot, u64::try_from(next)) {
        *slot = (*slot).max(next);
    }
}
