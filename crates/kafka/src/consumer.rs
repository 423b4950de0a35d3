//! The one consumer loop. It owns membership, batches, retries and the end; a [`Handler`] owns what records mean.
//!
//! Two shapes fit it. A *transactional relay* writes what it makes of each record in [`Handler::take`], and in
//! [`Handler::flush`] commits that together with the group's offsets; its starts are the group's offsets. A *loader* keeps
//! its own offsets beside its rows: it says in [`Handler::starts`] where to begin, makes the batch durable in
//! [`Handler::flush`], and the group's offsets are a hint for who watches.

use crate::backoff::Backoff;
use crate::batch::{BatchLimits, Fill};
use crate::failure::{Class, Failure};
use crate::group::{GroupMetadata, Membership, Polled, Progress};
use crate::reader::Start;
use crate::record::Record;
use crate::settings::Args;
use crate::tracker::TopicPartition;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// How long a poll waits while nothing is under way: short enough for heartbeats and for a shutdown.
const IDLE: Duration = Duration::from_millis(200);
/// The group is told no more often than this how far a loader is.
const HINT_INTERVAL: Duration = Duration::from_secs(1);
/// After a shutdown began, the loop may finish its batch and leave the group for so long; then it is left behind.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(8);

/// What the loop should do after a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Bring more.
    More,
    /// Close the batch.
    Full,
}

/// What the records of a consumer mean. All calls come from one thread.
///
/// [`Failure::Transient`] from any of them drops the batch, waits, and reads it again; [`Failure::Fatal`] stops, as does
/// [`Failure::Invalid`], because only the handler knows where to set a record aside.
pub trait Handler: Send {
    /// Where to read partitions from; none for the group's committed offsets. Asked when they are assigned and after each
    /// failure, in the order given.
    ///
    /// # Errors
    /// Where that cannot be told.
    fn starts(&mut self, partitions: &[TopicPartition]) -> Result<Option<Vec<Start>>, Failure>;

    /// Takes a record into the batch.
    ///
    /// # Errors
    /// Where it cannot be dealt with now.
    fn take(&mut self, record: &Record<'_>) -> Result<Flow, Failure>;

    /// Closes the batch and makes it durable; may go on doing so in the background until [`Handler::settle`].
    ///
    /// # Errors
    /// Where the batch, or one before it, could not be made durable.
    fn flush(
        &mut self,
        progress: &[Progress],
        group: &dyn Fn() -> Result<GroupMetadata, Failure>,
    ) -> Result<(), Failure>;

    /// Whether what goes on in the background went well so far; asked before each poll.
    ///
    /// # Errors
    /// Where it did not.
    fn check(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// Waits until all that was flushed is durable.
    ///
    /// # Errors
    /// Where that failed.
    fn settle(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// Forgets everything that is not durable.
    ///
    /// # Errors
    /// Where what was begun cannot be taken back; the loop waits and asks again.
    fn abandon(&mut self) -> Result<(), Failure>;
}

/// What the loop says while it runs.
pub struct Signals {
    /// Called at least every few hundred milliseconds while the loop is alive.
    pub heartbeat: Box<dyn Fn() + Send>,
    /// Called when it becomes able or unable to work.
    pub ready: Box<dyn Fn(bool) + Send>,
}

impl Default for Signals {
    fn default() -> Self {
        Self { heartbeat: Box::new(|| {}), ready: Box::new(|_| {}) }
    }
}

/// How a consumer consumes.
pub struct Settings {
    /// The brokers.
    pub kafka: Args,
    /// Name of the group, without the prefix.
    pub group: String,
    /// Stable name of this member; with it, a restart disturbs nobody. Without it, the member leaves when it ends.
    pub instance: Option<String>,
    /// Full names of the topics.
    pub topics: Vec<String>,
    /// Bounds of a batch.
    pub batch: BatchLimits,
    /// End when everything is read.
    pub until_end: bool,
    /// The handler keeps its own offsets: tell the group as well, as a hint.
    pub hint_offsets: bool,
    /// What to call while it runs.
    pub signals: Signals,
}

/// Consumes until the token is cancelled, everything is read (where that was asked for), or something is fatal; on a
/// thread of its own. Returns the handler, unless the thread had to be left behind.
///
/// # Errors
/// What stopped it.
pub async fn run_consumer<H: Handler + 'static>(
    settings: Settings,
    handler: H,
    token: CancellationToken,
) -> Result<Option<H>, Failure> {
    let (done, outcome) = oneshot::channel();
    let loop_token = token.clone();
    let name = settings.group.clone();
    std::thread::Builder::new()
        .name(name.clone())
        .spawn(move || {
            let mut consumer = Loop::new(settings, handler, loop_token);
            let ended = consumer.run();
            // Nobody waits any more where the shutdown took too long.
            let _ = done.send(ended.map(|()| consumer.handler));
        })
        .map_err(|error| Failure::fatal(format!("no thread for consumer {name}: {error}")))?;
    let patience = async {
        token.cancelled().await;
        tokio::time::sleep(SHUTDOWN_TIMEOUT).await;
    };
    tokio::select! {
        ended = outcome => ended.map_err(|_| Failure::fatal(format!("consumer {name} panicked")))?.map(Some),
        () = patience => {
            tracing::warn!(consumer = name, "did not stop in time; what it had open is left to its successor");
            Ok(None)
        }
    }
}

struct Loop<H> {
    settings: Settings,
    handler: H,
    token: CancellationToken,
    fill: Fill,
    /// Where each partition stands after the last flush.
    flushed: BTreeMap<TopicPartition, i64>,
    hinted: Instant,
    backoff: Backoff,
}

impl<H: Handler> Loop<H> {
    fn new(settings: Settings, handler: H, token: CancellationToken) -> Self {
        Self {
            settings,
            handler,
            token,
            fill: Fill::default(),
            flushed: BTreeMap::new(),
            hinted: Instant::now(),
            backoff: Backoff::default(),
        }
    }

    /// Joins and consumes; after a failure that cannot be mended as a member, joins again.
    fn run(&mut self) -> Result<(), Failure> {
        loop {
            let outcome = self.member_for_a_while();
            (self.settings.signals.ready)(false);
            match outcome {
                Ok(()) => return Ok(()),
                Err(failure) if failure.class() == Class::Transient && !self.token.is_cancelled() => {
                    self.warn(&failure);
                    self.abandon();
                    self.pause();
                }
                Err(failure) => {
                    self.abandon();
                    return if failure.is_transient() { Ok(()) } else { Err(failure) };
                }
            }
        }
    }

    fn member_for_a_while(&mut self) -> Result<(), Failure> {
        let Settings { kafka, group, instance, topics, .. } = &self.settings;
        let mut member = Membership::join(kafka, group, instance.as_deref(), topics)?;
        self.flushed.clear();
        loop {
            match self.turn(&mut member) {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(failure) if failure.class() == Class::Transient && !self.token.is_cancelled() => {
                    (self.settings.signals.ready)(false);
                    self.warn(&failure);
                    self.recover(&mut member)?;
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// One poll and what follows from it; true when all is done.
    fn turn(&mut self, member: &mut Membership) -> Result<bool, Failure> {
        (self.settings.signals.heartbeat)();
        if self.token.is_cancelled() {
            self.flush(member)?;
            self.handler.settle()?;
            return Ok(true);
        }
        self.handler.check()?;
        let limits = self.settings.batch;
        let mut is_drained = false;
        match member.poll(self.fill.wait(&limits, Instant::now(), IDLE))? {
            Polled::Record(record) => {
                let flow = self.handler.take(&record)?;
                self.fill.add(Instant::now(), record.size(), flow == Flow::Full);
            }
            Polled::Ended | Polled::Nothing => is_drained = true,
            Polled::Assigned(partitions) => self.assigned(member, &partitions)?,
            Polled::Revoked { partitions, are_lost } => self.revoked(member, &partitions, are_lost)?,
        }
        if self.fill.is_due(&limits, Instant::now(), is_drained) {
            self.flush(member)?;
            self.backoff.reset();
        }
        if self.settings.until_end && member.has_ended()? {
            self.flush(member)?;
            self.handler.settle()?;
            // Settling takes time, and the group may have given us more meanwhile.
            return member.has_ended();
        }
        Ok(false)
    }

    fn assigned(&mut self, member: &mut Membership, partitions: &[TopicPartition]) -> Result<(), Failure> {
        self.take(member, partitions)?;
        self.note_starts(member, partitions)?;
        if member.has_partitions() {
            tracing::info!(partitions = names(partitions), "assigned");
        }
        (self.settings.signals.ready)(true);
        Ok(())
    }

    /// Takes partitions where the handler wants to begin. While it cannot say, they are not forgotten.
    fn take(&mut self, member: &mut Membership, partitions: &[TopicPartition]) -> Result<(), Failure> {
        let taken = self.handler.starts(partitions).and_then(|starts| member.take(partitions, starts));
        if taken.is_err() {
            member.put_back(partitions);
        }
        taken
    }

    /// Finishes the batch before others get the partitions; where they may have them already, drops it.
    fn revoked(
        &mut self,
        member: &mut Membership,
        partitions: &[TopicPartition],
        are_lost: bool,
    ) -> Result<(), Failure> {
        tracing::info!(partitions = names(partitions), are_lost, "revoked");
        let finished = if are_lost {
            Err(Failure::transient("partitions were lost: the group had taken this member for dead"))
        } else {
            self.flush(member).and_then(|()| self.handler.settle())
        };
        member.give_back(partitions)?;
        self.flushed.retain(|partition, _| !partitions.contains(partition));
        // A batch that could not be finished held records of other partitions, too: those are read again.
        finished
    }

    /// Drops the batch, waits, and goes back to what is durable, without leaving the group.
    fn recover(&mut self, member: &mut Membership) -> Result<(), Failure> {
        self.abandon();
        let mut wait = self.backoff.wait();
        loop {
            self.stay(member, wait)?;
            if self.token.is_cancelled() {
                return Ok(());
            }
            let partitions = member.partitions();
            let starts = match self.handler.starts(&partitions) {
                Ok(starts) => starts,
                Err(failure) if failure.is_transient() => {
                    self.warn(&failure);
                    wait = self.backoff.wait();
                    continue;
                }
                Err(failure) => return Err(failure),
            };
            member.rewind(starts)?;
            self.note_starts(member, &partitions)?;
            (self.settings.signals.ready)(member.has_partitions());
            return Ok(());
        }
    }

    /// Waits, and polls so that the group knows of us; what comes meanwhile is read again after.
    fn stay(&mut self, member: &mut Membership, wait: Duration) -> Result<(), Failure> {
        let until = Instant::now() + wait;
        loop {
            (self.settings.signals.heartbeat)();
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.token.is_cancelled() {
                return Ok(());
            }
            match member.poll(left.min(IDLE))? {
                Polled::Record(_) | Polled::Ended | Polled::Nothing => {}
                Polled::Assigned(partitions) => self.take(member, &partitions)?,
                Polled::Revoked { partitions, .. } => {
                    member.give_back(&partitions)?;
                    self.flushed.retain(|partition, _| !partitions.contains(partition));
                }
            }
        }
    }

    fn flush(&mut self, member: &Membership) -> Result<(), Failure> {
        if self.fill.is_empty() {
            return Ok(());
        }
        let positions = member.positions()?;
        let progress = progress(&self.flushed, &positions);
        self.handler.flush(&progress, &|| member.metadata())?;
        tracing::debug!(records = self.fill.records(), "batch closed");
        self.fill = Fill::default();
        self.flushed = positions;
        if self.settings.hint_offsets && self.hinted.elapsed() >= HINT_INTERVAL {
            member.hint(&progress);
            self.hinted = Instant::now();
        }
        Ok(())
    }

    fn note_starts(&mut self, member: &Membership, partitions: &[TopicPartition]) -> Result<(), Failure> {
        let positions = member.positions()?;
        let ours = positions.into_iter().filter(|(partition, _)| partitions.contains(partition));
        self.flushed.extend(ours);
        Ok(())
    }

    fn abandon(&mut self) {
        self.fill = Fill::default();
        if let Err(failure) = self.handler.abandon() {
            // Whatever is still open is settled when the handler begins anew.
            tracing::warn!(error = %failure, "could not take back what was begun");
        }
    }

    fn pause(&mut self) {
        let until = Instant::now() + self.backoff.wait();
        while Instant::now() < until && !self.token.is_cancelled() {
            (self.settings.signals.heartbeat)();
            std::thread::park_timeout(IDLE.min(until.saturating_duration_since(Instant::now())));
        }
    }

    fn warn(&self, failure: &Failure) {
        tracing::warn!(consumer = self.settings.group, error = %failure, "trying again");
    }
}

/// What lies between two sets of positions.
fn progress(from: &BTreeMap<TopicPartition, i64>, to: &BTreeMap<TopicPartition, i64>) -> Vec<Progress> {
    let moved = to.iter().filter_map(|(partition, to)| {
        let from = from.get(partition).filter(|from| *from < to)?;
        let (topic, partition) = partition.clone();
        Some(Progress { topic, partition, from: *from, to: *to })
    });
    moved.collect()
}

fn names(partitions: &[TopicPartition]) -> String {
    partitions.iter().map(|(topic, partition)| format!("{topic}/{partition}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offsets: &[(&str, i32, i64)]) -> BTreeMap<TopicPartition, i64> {
        offsets
            .iter()
            .map(|(topic, partition, offset)| (((*topic).to_owned(), *partition), *offset))
            .collect()
    }

    #[test]
    fn progress_is_what_moved_since_the_last_flush() {
        let from = at(&[("raw", 0, 5), ("raw", 1, 9)]);
        let to = at(&[("raw", 0, 8), ("raw", 1, 9), ("raw", 2, 3)]);
        let moved = progress(&from, &to);
        assert_eq!(moved, [Progress { topic: "raw".into(), partition: 0, from: 5, to: 8 }]);
    }
}
