//! Makes rows of one batch while another is loaded.
//!
//! Two workers take batches in turn. Each decodes its own, which only needs a processor, and then waits for its turn to
//! load, which mostly waits for Postgres: batches are loaded in the order in which they were read, and at most two are
//! under way.

use super::raw::RawBatch;
use super::rows::{Rows, decode, refused};
use crate::metrics;
use contract::{Decoder, TopicNames};
use kafka::{Failure, Progress};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::{Advance, Batch, LoadError, Loaded, Loader, StoreError};
use tokio::runtime::Handle;

const WORKERS: usize = 2;
/// How often the default partition is looked at: it fills only where month partitions could not be made.
const DEFAULT_PARTITION_INTERVAL: Duration = Duration::from_secs(60);

/// A batch on its way.
struct Job {
    number: u64,
    raw: RawBatch,
    progress: Vec<Progress>,
}

/// How far the workers are.
#[derive(Default)]
struct State {
    /// The batch whose turn it is.
    turn: u64,
    /// Why batches are dropped from now on.
    failure: Option<Failure>,
    looked_at_default_partition: Option<Instant>,
}

struct Shared {
    state: Mutex<State>,
    turned: Condvar,
    loader: Mutex<Option<Loader>>,
    decoder: Decoder,
    names: TopicNames,
    runtime: Handle,
}

/// The workers, and the way to them.
pub(super) struct Pipeline {
    jobs: SyncSender<Job>,
    shared: Arc<Shared>,
    sent: u64,
}

impl Pipeline {
    pub(super) fn new(decoder: Decoder, names: TopicNames, runtime: Handle) -> Result<Self, Failure> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            turned: Condvar::new(),
            loader: Mutex::default(),
            decoder,
            names,
            runtime,
        });
        // A batch is taken when a worker is free for it: none waits in between.
        let (jobs, waiting) = sync_channel(0);
        let waiting = Arc::new(Mutex::new(waiting));
        for worker in 0..WORKERS {
            let (shared, waiting) = (Arc::clone(&shared), Arc::clone(&waiting));
            std::thread::Builder::new()
                .name(format!("load {worker}"))
                .spawn(move || work(&shared, &waiting))
                .map_err(|error| Failure::fatal(format!("no thread to load with: {error}")))?;
        }
        Ok(Self { jobs, shared, sent: 0 })
    }

    /// Loads through this connection from now on. Nothing may be under way.
    pub(super) fn connect(&mut self, loader: Loader) {
        *self.shared.loader() = Some(loader);
    }

    /// Hands a batch over; waits while two are under way.
    ///
    /// # Errors
    /// Where an earlier one failed.
    pub(super) fn send(&mut self, raw: RawBatch, progress: Vec<Progress>) -> Result<(), Failure> {
        self.check()?;
        let job = Job { number: self.sent, raw, progress };
        self.jobs.send(job).map_err(|_| Failure::fatal("the threads that load have died"))?;
        self.sent += 1;
        Ok(())
    }

    /// Whether all went well so far.
    ///
    /// # Errors
    /// Why a batch was not loaded.
    pub(super) fn check(&self) -> Result<(), Failure> {
        self.shared.state().failure.clone().map_or(Ok(()), Err)
    }

    /// Waits until nothing is under way.
    ///
    /// # Errors
    /// Why a batch was not loaded.
    pub(super) fn settle(&self) -> Result<(), Failure> {
        self.wait();
        self.check()
    }

    /// Drops what was not loaded, and the connection.
    pub(super) fn abandon(&mut self) {
        self.shared.state().failure.get_or_insert_with(|| Failure::transient("the batch was abandoned"));
        self.wait();
        self.shared.state().failure = None;
        *self.shared.loader() = None;
    }

    fn wait(&self) {
        let state = self.shared.state();
        let is_under_way = |state: &mut State| state.turn < self.sent;
        drop(self.shared.turned.wait_while(state, is_under_way).unwrap_or_else(PoisonError::into_inner));
    }
}

/// A worker: ends when the pipeline is gone.
fn work(shared: &Shared, waiting: &Mutex<Receiver<Job>>) {
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        let turn = Turn { shared, number: job.number };
        if let Err(failure) = shared.process(&job, &turn) {
            shared.state().failure.get_or_insert(failure);
        }
    }
}

/// A worker's place in the order; passes the turn on when it is dropped, also by a panic.
struct Turn<'s> {
    shared: &'s Shared,
    number: u64,
}

impl Turn<'_> {
    /// Waits for the turn; false where an earlier batch failed.
    fn comes(&self) -> bool {
        let is_early = |state: &mut State| state.turn < self.number;
        let state = self.shared.turned.wait_while(self.shared.state(), is_early);
        state.unwrap_or_else(PoisonError::into_inner).failure.is_none()
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.comes();
        if std::thread::panicking() {
            self.shared.state().failure.get_or_insert(Failure::fatal("a thread that loads panicked"));
        }
        self.shared.state().turn += 1;
        self.shared.turned.notify_all();
    }
}

impl Shared {
    fn process(&self, job: &Job, turn: &Turn<'_>) -> Result<(), Failure> {
        let rows = decode(&job.raw, &self.decoder);
        if !turn.comes() {
            return Ok(());
        }
        let Rows { mut batch, places } = rows?;
        batch.advances = self.advances(&job.progress)?;
        let began = Instant::now();
        let loaded = self.load(&batch, &places, &job.raw)?;
        let (oldest, newest) = job.raw.age();
        metrics::committed(began.elapsed(), oldest, newest);
        metrics::staged(loaded.entries, loaded.lines, loaded.refused.len());
        for (topic, count) in job.raw.count_by_topic() {
            metrics::consumed(&self.names.name(topic), count);
        }
        self.look_at_default_partition();
        Ok(())
    }

    fn advances(&self, progress: &[Progress]) -> Result<Vec<Advance>, Failure> {
        let advance = |progress: &Progress| {
            let topic = self.names.topic(&progress.topic);
            let topic =
                topic.ok_or_else(|| Failure::fatal(format!("topic {} is none of ours", progress.topic)))?;
            Ok(Advance { topic, partition: progress.partition, from: progress.from, to: progress.to })
        };
        progress.iter().map(advance).collect()
    }

    fn load(&self, batch: &Batch<'_>, places: &[usize], raw: &RawBatch) -> Result<Loaded, Failure> {
        let mut loader = self.loader();
        let loader = loader.as_mut().ok_or_else(|| Failure::transient("not connected to Postgres"))?;
        let outcome = match self.runtime.block_on(loader.load(batch)) {
            Err(LoadError::Refused { reason, detail }) => {
                tracing::error!(
                    reason,
                    detail,
                    "Postgres refuses a validated entry; it goes to the rejected ones"
                );
                // Reason and detail of each are what the server says of it.
                let rejected = |at: usize| refused(raw.record(places[at]), "", String::new());
                self.runtime.block_on(loader.load_isolating(batch, &rejected))
            }
            outcome => outcome,
        };
        outcome.map_err(failure_of_load)
    }

    fn look_at_default_partition(&self) {
        let looked = self.state().looked_at_default_partition;
        if looked.is_some_and(|at| at.elapsed() < DEFAULT_PARTITION_INTERVAL) {
            return;
        }
        self.state().looked_at_default_partition = Some(Instant::now());
        let lines =
            self.loader().as_ref().map(|loader| self.runtime.block_on(loader.default_partition_lines()));
        match lines {
            Some(Ok(lines)) => metrics::default_partition(lines),
            Some(Err(error)) => tracing::debug!(%error, "the default partition was not looked at"),
            None => {}
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn loader(&self) -> MutexGuard<'_, Option<Loader>> {
        self.loader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failure_of_load(error: LoadError) -> Failure {
    match error {
        // Read on where the tables stand.
        LoadError::Fenced { .. } | LoadError::Transient(_) => Failure::transient(error.to_string()),
        LoadError::Refused { .. } | LoadError::Fatal(_) => Failure::fatal(error.to_string()),
    }
}

/// A failure of the database, sorted.
pub(super) fn failure_of_store(error: &StoreError) -> Failure {
    if error.is_transient() {
        Failure::transient(error.to_string())
    } else {
        Failure::fatal(error.to_string())
    }
}
