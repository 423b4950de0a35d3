//! Reads the topics into the evidence. Blocking: runs on a thread of its own.

use super::evidence::Evidence;
use super::facts::{DeadLetter, EntryFacts, Held, Place};
use super::progress::Progress;
use anyhow::{Context, bail};
use contract::header::{DeadLetterHeaders, SubmissionHeaders};
use contract::replay::first_submission;
use contract::{DecodeError, Decoder, Topic, TopicNames};
use kafka::{Event, Reader, Record, Start};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long a poll waits: short enough to notice a cancellation.
const POLL: Duration = Duration::from_millis(200);
/// A broker that sends neither records nor ends for so long is not coming back by itself; longer than the time-out of
/// a transaction that a killed writer left open.
const SILENCE: Duration = Duration::from_secs(60);
/// Pause between two looks at a validator that is still behind.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Everything that is needed to read the topics.
pub(super) struct Topics {
    pub(super) kafka: kafka::Args,
    pub(super) names: TopicNames,
    pub(super) decoder: Decoder,
    pub(super) token: CancellationToken,
    pub(super) progress: Progress,
}

/// Next offset by partition.
pub(super) type Ends = BTreeMap<i32, i64>;

impl Topics {
    /// Reads seals, faults, raw, validated and dead letters, each to its end; where the validator is behind the newest
    /// seal, looks again until `deadline`. Says also how far raw was read.
    pub(super) fn read(&self, deadline: Instant) -> anyhow::Result<(Evidence, Ends)> {
        let mut evidence = Evidence::default();
        self.read_to_end(Topic::BatchSeal, &mut Ends::new(), |record| {
            let seal = self.decoder.seal(payload(record)).with_context(|| place(record))?;
            evidence.seal(record.offset(), &seal);
            Ok(())
        })?;
        self.read_to_end(Topic::InjectedFault, &mut Ends::new(), |record| {
            evidence.fault(&self.decoder.fault(payload(record)).with_context(|| place(record))?);
            Ok(())
        })?;
        let mut raw = Ends::new();
        self.read_to_end(Topic::JournalEntryRaw, &mut raw, |record| {
            match SubmissionHeaders::read(record.headers()) {
                Ok(headers) => {
                    let first = first_submission(record.headers()).unwrap_or(headers.ce_id);
                    evidence.raw(at(record), self.held(first, &headers, record)?);
                }
                Err(_) => evidence.unsealed(),
            }
            Ok(())
        })?;
        let (mut validated, mut dead) = (Ends::new(), Ends::new());
        loop {
            evidence.hold(false);
            self.read_validated(&mut evidence, &mut validated)?;
            self.read_dead_letters(&mut evidence, &mut dead)?;
            evidence.hold(true);
            self.read_validated(&mut evidence, &mut validated)?;
            if evidence.validator_has_passed() || Instant::now() + LOOK_AGAIN >= deadline {
                return Ok((evidence, raw));
            }
            self.pause()?;
        }
    }

    /// What the stages hold and raw did not when it was read, from `raw` on: dead letters may have been submitted again since.
    pub(super) fn read_on(&self, evidence: &mut Evidence, mut raw: Ends) -> anyhow::Result<()> {
        self.read_to_end(Topic::JournalEntryRaw, &mut raw, |record| {
            if first_submission(record.headers()).is_some()
                && let Ok(headers) = SubmissionHeaders::read(record.headers())
            {
                evidence.made_later(headers.ce_id);
            }
            Ok(())
        })
    }

    fn read_validated(&self, evidence: &mut Evidence, ends: &mut Ends) -> anyhow::Result<()> {
        self.read_to_end(Topic::JournalEntryValidated, ends, |record| {
            if let Ok(headers) = SubmissionHeaders::read(record.headers()) {
                let first = evidence.first_of(headers.ce_id);
                evidence.validated(at(record), &self.held(first, &headers, record)?);
            }
            Ok(())
        })
    }

    fn read_dead_letters(&self, evidence: &mut Evidence, ends: &mut Ends) -> anyhow::Result<()> {
        self.read_to_end(Topic::JournalEntryDlq, ends, |record| {
            let Ok(headers) = SubmissionHeaders::read(record.headers()) else { return Ok(()) };
            let letter = DeadLetterHeaders::read(record.headers()).with_context(|| place(record))?;
            let held = Held::again(
                evidence.first_of(headers.ce_id),
                headers.ce_id,
                headers.batch,
                headers.index,
                record.key().unwrap_or_default(),
                payload(record),
                None,
            );
            let raw = Place { partition: letter.partition, offset: letter.offset };
            evidence.dead_letter(at(record), &DeadLetter { held, raw, reason: letter.reason });
            Ok(())
        })
    }

    fn held(&self, first: Uuid, headers: &SubmissionHeaders, record: &Record<'_>) -> anyhow::Result<Held> {
        let value = payload(record);
        let facts = match self.decoder.entry(value) {
            Ok(entry) => Some(EntryFacts::of(&entry)),
            Err(DecodeError::UnknownSchema { .. } | DecodeError::Unreadable { .. }) => None,
            Err(error @ DecodeError::RegistryUnavailable { .. }) => {
                return Err(error).with_context(|| place(record));
            }
        };
        let key = record.key().unwrap_or_default();
        Ok(Held::again(first, headers.ce_id, headers.batch, headers.index, key, value, facts))
    }

    /// Reads all partitions of a topic from `ends` to where they end now, and moves `ends` there.
    fn read_to_end(
        &self,
        topic: Topic,
        ends: &mut Ends,
        mut take: impl FnMut(&Record<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let name = self.names.name(topic);
        let start = |partition| match ends.get(&partition) {
            Some(next) => Start::Offset(*next),
            None => Start::Beginning,
        };
        let starts: Vec<(String, i32, Start)> =
            (0..topic.partitions()).map(|partition| (name.clone(), partition, start(partition))).collect();
        let mut open = starts.len();
        // A reader of its own each time: it is sure to say where each partition ends.
        let mut reader = Reader::open(&self.kafka, &starts).with_context(|| format!("cannot read {name}"))?;
        let mut heard = Instant::now();
        let mut ended = vec![false; starts.len()];
        while open > 0 {
            if self.token.is_cancelled() {
                bail!("interrupted while reading {name}");
            }
            match reader.poll(POLL).with_context(|| format!("cannot read {name}"))? {
                Some(Event::Record(record)) => {
                    ends.insert(record.partition(), record.offset() + 1);
                    take(&record)?;
                    self.progress.count(topic);
                }
                Some(Event::EndOfPartition { partition, next, .. }) => {
                    ends.insert(partition, next);
                    let ended =
                        usize::try_from(partition).ok().and_then(|partition| ended.get_mut(partition));
                    if let Some(ended) = ended.filter(|ended| !**ended) {
                        *ended = true;
                        open -= 1;
                    }
                }
                None if heard.elapsed() > SILENCE => {
                    bail!("{name}: no record and no end for {} s; are the brokers up?", SILENCE.as_secs())
                }
                None => continue,
            }
            heard = Instant::now();
        }
        self.progress.finish(topic);
        Ok(())
    }

    fn pause(&self) -> anyhow::Result<()> {
        let (_keep, never) = std::sync::mpsc::channel::<()>();
        let _ = never.recv_timeout(LOOK_AGAIN);
        if self.token.is_cancelled() {
            bail!("interrupted while waiting for the validator");
        }
        Ok(())
    }
}

fn at(record: &Record<'_>) -> Place {
    Place { partition: record.partition(), offset: record.offset() }
}

fn payload<'r>(record: &'r Record<'_>) -> &'r [u8] {
    record.payload().unwrap_or_default()
}

fn place(record: &Record<'_>) -> String {
    format!("{} partition {} offset {}", record.topic(), record.partition(), record.offset())
}
