//! Reads the dead letters, strikes out what was submitted again already, and submits the rest. Blocking: runs on a thread of
//! its own.

use super::choice::Letter;
use super::outcome::Outcome;
use super::{Args, TRANSACTIONAL_ID};
use anyhow::{Context, bail};
use contract::header::{DeadLetterHeaders, SubmissionHeaders};
use contract::replay::{Resubmission, first_submission};
use contract::{DecodeError, Decoder, Topic, TopicNames};
use indicatif::{ProgressBar, ProgressStyle};
use kafka::{Failure, Outgoing, Reader, Record, Start, TransactionalProducer, written_offsets};
use ledger::ReasonCode;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Dead letters that are dealt with at once: some ten megabytes of ids, and seldom is there more than one round.
const ROUND_LETTERS: usize = 100_000;
/// A transaction of this size costs next to nothing beside what it moves.
const TRANSACTION_LETTERS: usize = 5_000;
/// The brokers end a transaction after 15 s, and what readers wait for should come soon.
const TRANSACTION_AGE: Duration = Duration::from_secs(1);

/// Next offset by partition.
type Offsets = BTreeMap<i32, i64>;

pub(super) struct Replay {
    names: TopicNames,
    decoder: Decoder,
    args: Args,
    token: CancellationToken,
    progress: ProgressBar,
}

/// Dead letters that may be submitted again, by the id that they would get.
#[derive(Default)]
struct Round {
    letters: HashMap<Uuid, ReasonCode>,
    /// Where the round begins and ends on the dead-letter topic.
    from: Offsets,
    to: Offsets,
    /// Whatever was made again of these stands on the raw topic from here on.
    raw_from: Offsets,
}

/// Why reading stopped before its end.
enum Stop {
    Full,
    Failed(anyhow::Error),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure.into())
    }
}

/// A dead letter that can be submitted again.
struct Readable {
    headers: DeadLetterHeaders,
    again: Resubmission,
    letter: Letter,
}

impl Replay {
    pub(super) fn new(names: TopicNames, decoder: Decoder, args: Args, token: CancellationToken) -> Self {
        let progress = ProgressBar::new_spinner();
        let style =
            ProgressStyle::with_template("{spinner} {prefix} {human_pos}").expect("the template is constant");
        progress.set_style(style);
        progress.enable_steady_tick(Duration::from_millis(200));
        Self { names, decoder, args, token, progress }
    }

    pub(super) fn run(&self) -> anyhow::Result<Outcome> {
        // Before anything is read: from here on no other replay can add to the raw topic.
        let mut producer = match self.args.choice.dry_run {
            true => None,
            false => Some(TransactionalProducer::connect(&self.args.kafka, TRANSACTIONAL_ID)?),
        };
        let mut outcome = Outcome::default();
        let ends = self.ends_of_dead_letters()?;
        let mut next = Offsets::new();
        loop {
            let mut round = self.choose(&next, &ends, &mut outcome)?;
            self.strike_out(&mut round, &mut outcome)?;
            match &mut producer {
                Some(producer) => self.submit(producer, &mut round, &mut outcome)?,
                None => round.letters.values().for_each(|reason| outcome.of(*reason).submitted += 1),
            }
            let is_done = ends.iter().all(|(partition, end)| round.to.get(partition) >= Some(end));
            next = round.to;
            if is_done {
                self.progress.finish_and_clear();
                return Ok(outcome);
            }
        }
    }

    /// Where the dead letters end now: what is rejected meanwhile is left to the next run, or this one might never end.
    fn ends_of_dead_letters(&self) -> anyhow::Result<Offsets> {
        let ends = self.reader(Topic::JournalEntryDlq, &Offsets::new())?.end_offsets()?;
        Ok(ends.into_iter().map(|((_, partition), end)| (partition, end)).collect())
    }

    /// Reads on from `next` until the round is full or the dead letters end.
    fn choose(&self, next: &Offsets, ends: &Offsets, outcome: &mut Outcome) -> anyhow::Result<Round> {
        self.tell("reading dead letters");
        let mut round = Round { from: next.clone(), to: next.clone(), ..Round::default() };
        let read = self.read(Topic::JournalEntryDlq, next, ends, |record| {
            if round.letters.len() == ROUND_LETTERS {
                return Err(Stop::Full);
            }
            round.to.insert(record.partition(), record.offset() + 1);
            self.consider(record, &mut round, outcome).map_err(Stop::Failed)
        });
        match read {
            Ok(()) => round.to.clone_from(ends),
            Err(Stop::Full) => {}
            Err(Stop::Failed(error)) => return Err(error),
        }
        Ok(round)
    }

    fn consider(&self, record: &Record<'_>, round: &mut Round, outcome: &mut Outcome) -> anyhow::Result<()> {
        let Some(Readable { headers, again, letter }) = readable(record) else {
            outcome.unreadable += 1;
            return Ok(());
        };
        if !self.args.choice.takes(&letter) || !self.is_of_chosen_entry(record)? {
            return Ok(());
        }
        if headers.attempt >= self.args.choice.attempts_max {
            outcome.of(letter.reason).too_often += 1;
            return Ok(());
        }
        round.letters.insert(again.ce_id, letter.reason);
        let is_from_raw = headers.topic == self.names.name(Topic::JournalEntryRaw)
            && headers.partition == record.partition();
        let behind = if is_from_raw { headers.offset + 1 } else { 0 };
        let raw_from = round.raw_from.entry(record.partition()).or_insert(behind);
        *raw_from = behind.min(*raw_from);
        Ok(())
    }

    fn is_of_chosen_entry(&self, record: &Record<'_>) -> anyhow::Result<bool> {
        let chosen = &self.args.choice.entry_id;
        if chosen.is_empty() {
            return Ok(true);
        }
        match self.decoder.entry(record.payload().unwrap_or_default()) {
            Ok(entry) => Ok(chosen.contains(&entry.entry_id)),
            // What nobody can read has no entry id.
            Err(DecodeError::UnknownSchema { .. } | DecodeError::Unreadable { .. }) => Ok(false),
            Err(error @ DecodeError::RegistryUnavailable { .. }) => {
                Err(error).with_context(|| format!("{} offset {}", record.topic(), record.offset()))
            }
        }
    }

    /// Takes out of the round what stands on the raw topic already, everything that an earlier run committed included.
    fn strike_out(&self, round: &mut Round, outcome: &mut Outcome) -> anyhow::Result<()> {
        if round.letters.is_empty() {
            return Ok(());
        }
        self.tell("reading submissions");
        let raw = Topic::JournalEntryRaw;
        let written = written_offsets(&self.args.kafka, &self.names.name(raw), raw.partitions())?;
        let (mut from, mut ends) = (Offsets::new(), Offsets::new());
        for (partition, (first, end)) in (0..).zip(written) {
            if let Some(offset) = round.raw_from.get(&partition) {
                from.insert(partition, (*offset).clamp(first, end));
                ends.insert(partition, end);
            }
        }
        let struck = self.read(raw, &from, &ends, |record| {
            let ce_id = first_submission(record.headers())
                .and_then(|_| SubmissionHeaders::read(record.headers()).ok())
                .map(|headers| headers.ce_id);
            if let Some(reason) = ce_id.and_then(|ce_id| round.letters.remove(&ce_id)) {
                outcome.of(reason).before += 1;
            }
            Ok(())
        });
        settled(struck)
    }

    /// Reads the round once more and submits what is left of it.
    fn submit(
        &self,
        producer: &mut TransactionalProducer,
        round: &mut Round,
        outcome: &mut Outcome,
    ) -> anyhow::Result<()> {
        if round.letters.is_empty() {
            return Ok(());
        }
        self.tell("submitting again");
        let raw = self.names.name(Topic::JournalEntryRaw);
        let (mut open, mut opened) = (Vec::new(), Instant::now());
        let (from, to) = (round.from.clone(), round.to.clone());
        let sent = self.read(Topic::JournalEntryDlq, &from, &to, |record| {
            let Some(Readable { again, letter, .. }) = readable(record) else { return Ok(()) };
            // A dead letter that stands twice is submitted once.
            if round.letters.remove(&again.ce_id).is_none() {
                return Ok(());
            }
            if !producer.is_open() {
                producer.begin()?;
                opened = Instant::now();
            }
            send(producer, &raw, record, &again)?;
            open.push(letter.reason);
            if open.len() >= TRANSACTION_LETTERS || opened.elapsed() >= TRANSACTION_AGE {
                producer.commit()?;
                open.drain(..).for_each(|reason| outcome.of(reason).submitted += 1);
            }
            Ok(())
        });
        if let Err(error) = settled(sent) {
            // What is left open where this fails, too, is settled by the next run.
            let _ = producer.abort();
            let done = outcome.total().submitted;
            return Err(error)
                .with_context(|| format!("{done} submitted again; the same command goes on from there"));
        }
        if producer.is_open() {
            producer.commit()?;
            open.drain(..).for_each(|reason| outcome.of(reason).submitted += 1);
        }
        Ok(())
    }

    /// Takes the records of a topic from `from` up to `ends`, of the partitions that `ends` names.
    fn read(
        &self,
        topic: Topic,
        from: &Offsets,
        ends: &Offsets,
        mut take: impl FnMut(&Record<'_>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let name = self.names.name(topic);
        let starts: Offsets = ends.keys().map(|at| (*at, from.get(at).copied().unwrap_or(-1))).collect();
        let mut reader = self.reader(topic, &starts).map_err(Stop::Failed)?;
        let until = ends.iter().map(|(partition, end)| ((name.clone(), *partition), *end)).collect();
        reader.read_until(until, |record| {
            if self.token.is_cancelled() {
                return Err(Stop::Failed(anyhow::anyhow!("interrupted while reading {name}")));
            }
            if ends.get(&record.partition()).is_none_or(|end| record.offset() >= *end) {
                return Ok(());
            }
            self.progress.inc(1);
            take(record)
        })
    }

    /// A reader of the partitions that `starts` names, or of all; an offset below 0 is where a partition begins.
    fn reader(&self, topic: Topic, starts: &Offsets) -> anyhow::Result<Reader> {
        let name = self.names.name(topic);
        let all: Offsets = (0..topic.partitions()).map(|partition| (partition, -1)).collect();
        let starts: Vec<(String, i32, Start)> = if starts.is_empty() { &all } else { starts }
            .iter()
            .map(|(partition, offset)| match *offset {
                ..0 => (name.clone(), *partition, Start::Beginning),
                offset => (name.clone(), *partition, Start::Offset(offset)),
            })
            .collect();
        Reader::open(&self.args.kafka, &starts).with_context(|| format!("cannot read {name}"))
    }

    fn tell(&self, what: &'static str) {
        self.progress.set_prefix(what);
        self.progress.set_position(0);
    }
}

/// A dead letter that can be submitted again: one with the headers of a submission and of a dead letter.
fn readable(record: &Record<'_>) -> Option<Readable> {
    if record.has_unreadable_header() {
        return None; // the header would be lost, and with it what was wrong
    }
    let submission = SubmissionHeaders::read(record.headers()).ok()?;
    let headers = DeadLetterHeaders::read(record.headers()).ok()?;
    let again = Resubmission::of(&submission, &headers, record.headers());
    let letter = Letter {
        ce_id: submission.ce_id,
        first: again.first,
        reason: headers.reason,
        rejected_ms: record.timestamp_ms(),
    };
    Some(Readable { headers, again, letter })
}

fn send(
    producer: &mut TransactionalProducer,
    raw: &str,
    record: &Record<'_>,
    again: &Resubmission,
) -> Result<(), Failure> {
    let headers = again.headers(record.headers());
    let headers: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (*name, value.as_slice())).collect();
    producer.send(&Outgoing {
        topic: raw,
        partition: Some(record.partition()),
        key: record.key(),
        payload: record.payload(),
        headers: &headers,
    })
}

fn settled(read: Result<(), Stop>) -> anyhow::Result<()> {
    match read {
        Ok(()) => Ok(()),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Full) => bail!("a round that was full already came to more: this is a defect of replay"),
    }
}
