//! The ring of recent batches. The source appends; each client walks it with a cursor of its own, so no client has a queue
//! and none can hold up another.

use super::LAG_BYTES_MAX;
use super::reading::FeedEntry;
use crate::metrics;
use bytes::{BufMut, Bytes, BytesMut};
use chrono::{DateTime, TimeDelta, Utc};
use contract::Position;
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::watch;
use uuid::Uuid;

/// Batches of the ring, however small: a few thousand compares on a subscription are a millisecond.
const BATCHES_MAX: usize = 20_000;

/// What the source published at once: whole entries, one or more.
#[derive(Debug)]
pub(crate) struct Batch {
    /// Before its first entry.
    pub(crate) prev: Position,
    /// After its last.
    pub(crate) pos: Position,
    pub(crate) entries: Vec<FeedEntry>,
    /// All documents, separated by commas: what an unfiltered subscription sends.
    pub(crate) joined: Bytes,
    /// When the newest entry was validated.
    pub(crate) newest: DateTime<Utc>,
}

impl Batch {
    pub(crate) fn new(prev: Position, pos: Position, entries: Vec<FeedEntry>) -> Self {
        let bytes: usize = entries.iter().map(|entry| entry.json.len() + 1).sum();
        let mut joined = BytesMut::with_capacity(bytes);
        for entry in &entries {
            if !joined.is_empty() {
                joined.put_u8(b',');
            }
            joined.put_slice(&entry.json);
        }
        let newest = entries.iter().map(|entry| entry.origin.validated_at).max().unwrap_or_default();
        Self { prev, pos, entries, joined: joined.freeze(), newest }
    }

    /// What it costs to keep.
    fn bytes(&self) -> usize {
        // Documents stand twice, in the entries and joined; keys of lines are counted with the payload, twice.
        let entry = |entry: &FeedEntry| entry.json.len() + 2 * entry.payload.len() + size_of::<FeedEntry>();
        self.joined.len() + self.entries.iter().map(entry).sum::<usize>()
    }
}

/// Where the ring ends: what a waiting client wakes up for.
#[derive(Clone, Copy, Debug, Default)]
struct Head {
    /// Number of the next batch.
    next: u64,
    /// JSON bytes published since the beginning.
    bytes: u64,
    /// Counts the runs: a change cuts every client.
    run: u64,
}

struct Held {
    number: u64,
    /// JSON bytes published before it.
    before: u64,
    batch: Arc<Batch>,
}

#[derive(Default)]
struct State {
    batches: VecDeque<Held>,
    bytes: usize,
    /// Before the oldest batch, and after the newest; none before a run has begun.
    ends: Option<(Position, Position)>,
    /// Whether the source has read to the end of the topic, and when the newest entry that it read was validated.
    is_at_end: bool,
    newest: Option<DateTime<Utc>>,
}

/// The ring.
pub(crate) struct Ring {
    capacity: usize,
    state: RwLock<State>,
    head: watch::Sender<Head>,
}

/// Why a subscription cannot begin in the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotHere {
    /// The ring begins after the position.
    TooOld,
    /// The position is of another run than this.
    OtherRun(Uuid),
    /// No run has begun.
    NoRun,
}

/// A client's place in the ring.
#[derive(Debug)]
pub(crate) struct Cursor {
    ring: Arc<Ring>,
    head: watch::Receiver<Head>,
    next: u64,
    run: u64,
    /// Whether it has not been at the head yet. Until then it may be as far behind as the ring is long.
    is_catching_up: bool,
}

/// Why a cursor gets no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// What it was to read next is gone, before it had ever been at the head.
    Evicted,
    /// It was at the head and fell too far behind.
    Slow,
    /// The topics hold another run now.
    Reset,
}

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ring").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

impl Ring {
    pub(crate) fn new(capacity: usize) -> Arc<Self> {
        let head = watch::Sender::new(Head::default());
        Arc::new(Self { capacity, state: RwLock::default(), head })
    }

    // A holder that panicked left the state whole: each change is made by a few moves.
    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins anew at this position; every cursor is lost.
    pub(crate) fn begin(&self, at: Position) {
        *self.state_mut() = State { ends: Some((at, at)), ..State::default() };
        self.head.send_modify(|head| head.run += 1);
    }

    /// Forgets the run: it is not on the topics any more.
    pub(crate) fn forget(&self) {
        *self.state_mut() = State::default();
        self.head.send_modify(|head| head.run += 1);
    }

    /// After the newest batch.
    pub(crate) fn position(&self) -> Option<Position> {
        self.state().ends.map(|(_, end)| end)
    }

    /// How old the newest entry is that a client cannot have yet: nothing where all that is on the topic was read.
    pub(crate) fn lag(&self) -> TimeDelta {
        let state = self.state();
        match state.newest {
            Some(newest) if !state.is_at_end => (Utc::now() - newest).max(TimeDelta::zero()),
            _ => TimeDelta::zero(),
        }
    }

    /// Whether the source has read all that is on the topic now.
    pub(crate) fn note_end(&self, is_at_end: bool) {
        if self.state().is_at_end != is_at_end {
            self.state_mut().is_at_end = is_at_end;
        }
    }

    /// Appends a batch and drops the oldest beyond the ring's capacity.
    pub(crate) fn push(&self, batch: Batch) {
        let (json, size) = (batch.joined.len() as u64, batch.bytes());
        let (entries, newest) = (batch.entries.len(), batch.newest);
        let mut state = self.state_mut();
        let Some((_, end)) = &mut state.ends else { return };
        *end = batch.pos;
        let Head { next, bytes, .. } = *self.head.borrow();
        state.newest = Some(newest);
        state.bytes += size;
        state.batches.push_back(Held { number: next, before: bytes, batch: Arc::new(batch) });
        while state.batches.len() > 1 && (state.bytes > self.capacity || state.batches.len() > BATCHES_MAX) {
            let Some(dropped) = state.batches.pop_front() else { break };
            state.bytes -= dropped.batch.bytes();
            if let Some((start, _)) = &mut state.ends {
                *start = dropped.batch.pos;
            }
        }
        let held = state.bytes;
        drop(state);
        self.head.send_modify(|head| {
            head.next += 1;
            head.bytes += json;
        });
        metrics::published(entries, held, (Utc::now() - newest).to_std().unwrap_or_default());
    }

    /// Moves the end on over records that are no entries: markers of transactions, and what cannot be decoded.
    pub(crate) fn advance(&self, to: Position) {
        let mut state = self.state_mut();
        let is_empty = state.batches.is_empty();
        if let Some((start, end)) = &mut state.ends {
            *end = to;
            if is_empty {
                *start = to;
            }
        }
    }

    /// Whether a reader that stands at `position` finds everything that follows in the ring.
    pub(crate) fn follows(&self, position: &Position) -> bool {
        self.state().ends.is_none_or(|(start, _)| position.covers(&start))
    }

    /// A cursor for a reader that stands at `position`. What it yields first may lie before the position in part.
    pub(crate) fn attach(self: &Arc<Self>, position: &Position) -> Result<Cursor, NotHere> {
        let head = self.head.subscribe();
        let state = self.state();
        let (start, _) = state.ends.ok_or(NotHere::NoRun)?;
        if position.incarnation != start.incarnation {
            return Err(NotHere::OtherRun(start.incarnation));
        }
        if !position.covers(&start) {
            return Err(NotHere::TooOld);
        }
        let mut held = state.batches.iter();
        let first = held.find(|held| !position.covers(&held.batch.pos)).map(|held| held.number);
        let Head { next, run, .. } = *head.borrow();
        let is_catching_up = first.is_some();
        Ok(Cursor {
            ring: Arc::clone(self),
            next: first.unwrap_or(next),
            run,
            head: head.clone(),
            is_catching_up,
        })
    }
}

impl Cursor {
    /// The next batch; waits for it.
    pub(crate) async fn next(&mut self) -> Result<Arc<Batch>, Lost> {
        loop {
            if let Some(batch) = self.at_hand()? {
                return Ok(batch);
            }
            if self.head.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// The next batch, where it is there.
    fn at_hand(&mut self) -> Result<Option<Arc<Batch>>, Lost> {
        let Head { next, bytes, run } = *self.head.borrow_and_update();
        if run != self.run {
            return Err(Lost::Reset);
        }
        if self.next >= next {
            self.is_catching_up = false;
            return Ok(None);
        }
        let state = self.ring.state();
        let oldest = state.batches.front().map_or(next, |held| held.number);
        let held = self.next.checked_sub(oldest).and_then(|at| state.batches.get(usize::try_from(at).ok()?));
        match held {
            None if self.is_catching_up => Err(Lost::Evicted),
            None => Err(Lost::Slow),
            Some(held) if !self.is_catching_up && bytes.saturating_sub(held.before) > LAG_BYTES_MAX => {
                Err(Lost::Slow)
            }
            Some(held) => {
                self.next += 1;
                Ok(Some(Arc::clone(&held.batch)))
            }
        }
    }

    /// Goes to the head, passing over what lies between, and says where that is.
    pub(crate) fn skip(&mut self) -> Option<Position> {
        let state = self.ring.state();
        self.next = self.head.borrow_and_update().next;
        state.ends.map(|(_, end)| end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::Source;
    use store::Origin;

    const RUN: Uuid = Uuid::from_u128(7);

    fn entry(offset: u64, bytes: usize) -> FeedEntry {
        FeedEntry {
            partition: 0,
            offset,
            company_code: "1000".into(),
            source: Source::Production,
            lines: Box::new([]),
            origin: Origin {
                source_partition: 0,
                source_offset: 0,
                ce_id: Uuid::nil(),
                batch: 0,
                batch_index: 0,
                validated_at: Utc::now(),
            },
            json: vec![b'1'; bytes].into(),
            payload: Bytes::new(),
        }
    }

    fn at(next: u64) -> Position {
        let mut position = Position::start(RUN);
        position.next[0] = next;
        position
    }

    fn push(ring: &Ring, offset: u64, bytes: usize) {
        ring.push(Batch::new(at(offset), at(offset + 1), vec![entry(offset, bytes)]));
    }

    #[tokio::test]
    async fn a_cursor_is_given_what_follows_its_position_and_then_what_comes() {
        let ring = Ring::new(1 << 20);
        assert_eq!(ring.attach(&at(0)).err(), Some(NotHere::NoRun));
        ring.begin(at(0));
        (0..10).for_each(|offset| push(&ring, offset, 10));
        let mut cursor = ring.attach(&at(7)).unwrap();
        for offset in 7..10 {
            assert_eq!(cursor.next().await.unwrap().entries[0].offset, offset);
        }
        push(&ring, 10, 10);
        assert_eq!(cursor.next().await.unwrap().entries[0].offset, 10);
        let other = Position::start(Uuid::from_u128(8));
        assert_eq!(ring.attach(&other).err(), Some(NotHere::OtherRun(RUN)));
        ring.begin(Position::start(Uuid::from_u128(8)));
        assert_eq!(cursor.next().await.err(), Some(Lost::Reset));
    }

    #[tokio::test]
    async fn the_ring_keeps_to_its_capacity_and_knows_what_it_dropped() {
        let ring = Ring::new(10_000);
        ring.begin(at(0));
        let mut behind = ring.attach(&at(0)).unwrap();
        push(&ring, 0, 10);
        let mut catching_up = ring.attach(&at(0)).unwrap();
        (1..100).for_each(|offset| push(&ring, offset, 1_000));
        assert!(ring.state().bytes <= 10_000, "{}", ring.state().bytes);
        assert_eq!(ring.attach(&at(5)).err(), Some(NotHere::TooOld));
        assert!(!ring.follows(&at(5)) && ring.follows(&at(99)));
        // One had not been at the head since it came; the other was, when the ring was empty.
        assert_eq!(catching_up.next().await.err(), Some(Lost::Evicted));
        assert_eq!(behind.next().await.err(), Some(Lost::Slow));
    }

    #[tokio::test]
    async fn who_was_at_the_head_and_falls_too_far_behind_is_slow_and_can_skip() {
        let ring = Ring::new(1 << 30);
        ring.begin(at(0));
        push(&ring, 0, 10);
        let mut cursor = ring.attach(&at(0)).unwrap();
        cursor.next().await.unwrap();
        assert!(cursor.at_hand().unwrap().is_none());
        let size = usize::try_from(LAG_BYTES_MAX).unwrap() / 4;
        (1..4).for_each(|offset| push(&ring, offset, size));
        assert_eq!(cursor.next().await.unwrap().entries[0].offset, 1);
        (4..8).for_each(|offset| push(&ring, offset, size));
        assert_eq!(cursor.next().await.err(), Some(Lost::Slow));
        assert_eq!(cursor.skip(), Some(at(8)));
        push(&ring, 8, 10);
        assert_eq!(cursor.next().await.unwrap().entries[0].offset, 8);
    }
}
