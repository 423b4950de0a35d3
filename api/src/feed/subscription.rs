//! One subscription: replay, then the ring, joined by position without gap or repeat.

use super::filter::Filter;
use super::reading::FeedEntry;
use super::replay::{Replay, Replays};
use super::ring::{Batch, Cursor, Lost, NotHere, Ring};
use crate::metrics;
use crate::problem::{Code, Problem};
use bytes::{BufMut, Bytes, BytesMut};
use contract::Position;
use serde::Deserialize;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use utoipa::ToSchema;

/// Where a subscription begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum From {
    /// With the next entry.
    #[default]
    Latest,
    /// With the first entry that the topic holds.
    Earliest,
    /// After this position.
    After(Position),
}

impl FromStr for From {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        match text {
            "latest" => Ok(Self::Latest),
            "earliest" => Ok(Self::Earliest),
            text => text.parse().map(Self::After).map_err(|error: contract::position::PositionError| {
                Problem::new(
                    Code::BadPosition,
                    format!("`latest`, `earliest` or a position is expected: {error}"),
                )
            }),
        }
    }
}

/// What becomes of a client that does not keep up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SlowPolicy {
    /// It is cut, and may come back with its position.
    #[default]
    Disconnect,
    /// It is skipped ahead, and told what it missed by a `gap`.
    Skip,
}

/// What every subscription is made with.
#[derive(Clone)]
pub(crate) struct Feed {
    pub(crate) ring: Arc<Ring>,
    pub(crate) replays: Replays,
}

/// A subscription.
pub(crate) struct Subscription {
    feed: Feed,
    filter: Filter,
    slow: SlowPolicy,
    state: State,
    /// After everything that was looked at.
    position: Position,
    /// The same, for who reports it while a batch is waited for.
    progress: Progress,
    /// After the last batch that was given out.
    given: Position,
    n: u64,
}

/// How far a subscription has come.
#[derive(Clone, Debug)]
pub(crate) struct Progress(Arc<Mutex<Position>>);

impl Progress {
    pub(crate) fn get(&self) -> Position {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum State {
    Replaying(Replay),
    Live(Cursor),
}

/// How a subscription began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Began {
    pub(crate) pos: Position,
    /// Whether everything after the position that was asked for will come.
    pub(crate) recovered: bool,
    /// Records to the head, at most: markers of transactions are counted in.
    pub(crate) replay_count: u64,
}

/// What comes next.
pub(crate) enum Step {
    /// Entries.
    Batch(Selected),
    /// What lies between was passed over.
    Gap { from: Position, to: Position },
}

/// The entries of a batch that a subscription takes.
pub(crate) struct Selected {
    /// Counts the batches of the subscription, from 1.
    pub(crate) n: u64,
    pub(crate) prev: Position,
    pub(crate) pos: Position,
    pub(crate) batch: Arc<Batch>,
    /// Places in the batch; none where all are taken.
    picked: Option<Vec<usize>>,
}

impl Selected {
    pub(crate) fn entries(&self) -> impl Iterator<Item = &FeedEntry> {
        let picked = self.picked.as_deref();
        let count = picked.map_or(self.batch.entries.len(), <[usize]>::len);
        (0..count).map(move |at| &self.batch.entries[picked.map_or(at, |picked| picked[at])])
    }

    /// The documents, separated by commas.
    pub(crate) fn documents(&self) -> Bytes {
        if self.picked.is_none() {
            return self.batch.joined.clone();
        }
        let mut joined = BytesMut::new();
        for entry in self.entries() {
            if !joined.is_empty() {
                joined.put_u8(b',');
            }
            joined.put_slice(&entry.json);
        }
        joined.freeze()
    }
}

impl Feed {
    /// Begins a subscription.
    pub(crate) async fn subscribe(
        &self,
        from: From,
        filter: Filter,
        slow: SlowPolicy,
    ) -> Result<(Subscription, Began), Problem> {
        let position = self.checked(from).await?;
        let (state, began) = match self.ring.attach(&position) {
            Ok(cursor) => {
                metrics::replay(if from == From::Latest { "none" } else { "ring" });
                (State::Live(cursor), position)
            }
            Err(NotHere::TooOld) if slow == SlowPolicy::Skip => {
                let head = self.head()?;
                let cursor = self.ring.attach(&head).map_err(not_here)?;
                (State::Live(cursor), head)
            }
            Err(NotHere::TooOld) => (State::Replaying(self.replay(position).await?), position),
            Err(other) => return Err(not_here(other)),
        };
        let head = self.head()?;
        let ahead = |(head, at): (u64, u64)| head.saturating_sub(at);
        let replay_count = head.next.into_iter().zip(began.next).map(ahead).sum();
        let progress = Progress(Arc::new(Mutex::new(began)));
        let subscription = Subscription {
            feed: self.clone(),
            filter,
            slow,
            state,
            position: began,
            progress,
            given: began,
            n: 0,
        };
        Ok((subscription, Began { pos: began, recovered: began == position, replay_count }))
    }

    async fn replay(&self, from: Position) -> Result<Replay, Problem> {
        metrics::replay("kafka");
        self.replays.begin(&self.ring, from).await
    }

    fn head(&self) -> Result<Position, Problem> {
        self.ring.position().ok_or_else(|| not_here(NotHere::NoRun))
    }

    /// The position to begin after: of this run, not beyond the end, still held.
    async fn checked(&self, from: From) -> Result<Position, Problem> {
        let head = self.head()?;
        let mut position = match from {
            From::Latest => return Ok(head),
            From::Earliest => Position::start(head.incarnation),
            From::After(position) => position,
        };
        if position.incarnation != head.incarnation {
            return Err(not_here(NotHere::OtherRun(head.incarnation)).about(&position));
        }
        if head.covers(&position) && self.ring.follows(&position) {
            return Ok(position);
        }
        let held = self.replays.held().await?;
        for (partition, next) in position.next.iter_mut().enumerate() {
            let (first, end) = (held.first[partition], held.end[partition].max(head.next[partition]));
            if *next > end {
                let text =
                    format!("the position lies beyond the end of partition {partition}: {next} > {end}");
                return Err(Problem::new(Code::BadPosition, text));
            }
            if *next < first {
                if from != From::Earliest {
                    let text = format!(
                        "partition {partition} is held from offset {first} on, the position reads on at {next}; begin \
                         again with `earliest`, or read older entries at /v1/entries"
                    );
                    return Err(Problem::new(Code::PositionExpired, text));
                }
                *next = first;
            }
        }
        Ok(position)
    }
}

impl Problem {
    fn about(mut self, position: &Position) -> Self {
        self.detail.push_str(&format!("; the position is of run {}", position.incarnation));
        self
    }
}

fn not_here(reason: NotHere) -> Problem {
    match reason {
        NotHere::NoRun => {
            Problem::new(Code::NoRun, "no run has begun yet, or Kafka was not read yet; try again soon")
        }
        NotHere::OtherRun(run) => Problem::new(
            Code::OtherRun,
            format!("the topics hold run {run}; begin again with `latest` or `earliest`"),
        ),
        NotHere::TooOld => {
            Problem::new(Code::Busy, "the feed moves too fast to join now; try again in a moment")
        }
    }
}

impl Subscription {
    /// How far it has come, also while [`Subscription::next`] waits.
    pub(crate) fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// What comes next; waits for it. After an error nothing more comes.
    pub(crate) async fn next(&mut self) -> Result<Step, Problem> {
        loop {
            let batch = match &mut self.state {
                State::Replaying(replay) => match replay.next().await {
                    Some(batch) => Arc::new(batch?),
                    None => {
                        self.join().await?;
                        continue;
                    }
                },
                State::Live(cursor) => match cursor.next().await {
                    Ok(batch) => batch,
                    Err(lost) => match self.recover(lost).await? {
                        Some(gap) => return Ok(gap),
                        None => continue,
                    },
                },
            };
            if let Some(selected) = self.select(batch) {
                return Ok(Step::Batch(selected));
            }
        }
    }

    /// From replay to ring; where the ring has moved on meanwhile, another replay.
    async fn join(&mut self) -> Result<(), Problem> {
        self.state = match self.feed.ring.attach(&self.position) {
            Ok(cursor) => State::Live(cursor),
            Err(NotHere::TooOld) => State::Replaying(self.feed.replay(self.position).await?),
            Err(other) => return Err(not_here(other)),
        };
        Ok(())
    }

    async fn recover(&mut self, lost: Lost) -> Result<Option<Step>, Problem> {
        let State::Live(cursor) = &mut self.state else { return Ok(None) };
        match (lost, self.slow) {
            (Lost::Reset, _) => Err(Problem::new(
                Code::OtherRun,
                "the topics hold another run now; begin again with `latest` or `earliest`",
            )),
            (Lost::Evicted, SlowPolicy::Disconnect) => {
                self.join().await?;
                Ok(None)
            }
            (Lost::Slow, SlowPolicy::Disconnect) => {
                metrics::slow();
                Err(Problem::new(
                    Code::Slow,
                    "the client took less than came; come back with the last position, or with a filter",
                ))
            }
            (Lost::Slow | Lost::Evicted, SlowPolicy::Skip) => {
                metrics::slow();
                let Some(to) = cursor.skip() else { return Err(not_here(NotHere::NoRun)) };
                let from = std::mem::replace(&mut self.given, to);
                self.reach(to);
                Ok(Some(Step::Gap { from, to }))
            }
        }
    }

    /// What this subscription takes of a batch: what passes the filter and was not looked at before.
    fn select(&mut self, batch: Arc<Batch>) -> Option<Selected> {
        let is_fresh = batch.prev.covers(&self.position);
        let picked = if is_fresh && self.filter.is_empty() {
            None
        } else {
            let wanted = |entry: &FeedEntry| {
                !self.position.has_read(entry.partition, entry.offset) && self.filter.takes(entry)
            };
            let places = batch.entries.iter().enumerate().filter(|(_, entry)| wanted(entry));
            Some(places.map(|(at, _)| at).collect::<Vec<_>>())
        };
        self.reach(batch.pos);
        if picked.as_ref().is_some_and(Vec::is_empty) {
            return None;
        }
        self.n += 1;
        let pos = self.position;
        let prev = std::mem::replace(&mut self.given, pos);
        Some(Selected { n: self.n, prev, pos, batch, picked })
    }

    fn reach(&mut self, pos: Position) {
        for (mine, theirs) in self.position.next.iter_mut().zip(pos.next) {
            *mine = (*mine).max(theirs);
        }
        *self.progress.0.lock().unwrap_or_else(PoisonError::into_inner) = self.position;
    }
}
