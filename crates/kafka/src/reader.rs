//! Reading partitions that are chosen by hand.

use crate::context::Plain;
use crate::failure::Failure;
use crate::record::Record;
use crate::settings::Args;
use crate::tracker::{TopicPartition, Tracker, give_up, offsets_at};
use crate::watchdog;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// Kilobytes that a client may hold unread: enough to keep a fast reader busy.
const PREFETCH_KILOBYTES: usize = 32 * 1024;
/// Each partition may hold at least a record of the largest size.
const PREFETCH_KILOBYTES_MIN: usize = 1024;
/// How long one poll of [`Reader::read_to_end`] waits.
const POLL: Duration = Duration::from_millis(100);
/// Records after which [`Reader::read_to_end`] looks at the positions: a busy topic would else keep it for ever.
const POSITIONS_EVERY: usize = 1000;
/// Nothing heard for so long means that the brokers are in trouble; longer than a killed writer's transaction blocks.
const SILENCE: Duration = Duration::from_secs(60);

/// Where to begin in a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the first record that is held.
    Beginning,
    /// At this offset; an offset that is no longer held is an error, never silently another one.
    Offset(i64),
    /// After the last committed record.
    End,
}

/// What a poll brings.
#[derive(Debug)]
pub enum Event<'r> {
    /// The next record.
    Record(Record<'r>),
    /// A partition was read to its end, for now.
    EndOfPartition {
        /// Full name of the topic.
        topic: String,
        /// Its partition.
        partition: i32,
        /// The offset to read next: after the last record, and after the markers that follow it.
        next: i64,
    },
}

/// Reads committed records of given partitions. Joins no group and commits nothing. Blocking: use it on a thread of
/// its own.
pub struct Reader {
    consumer: Option<BaseConsumer<Plain>>,
    brokers: String,
    tracker: Tracker,
    ends: VecDeque<(TopicPartition, i64)>,
}

impl Reader {
    /// Opens partitions, each at its start.
    ///
    /// # Errors
    /// Where the brokers cannot be reached, or do not have such a partition.
    pub fn open(args: &Args, starts: &[(String, i32, Start)]) -> Result<Self, Failure> {
        let brokers = args.bootstrap_servers.clone();
        let mut config = consumer_config(args, starts.len())?;
        // Manual assignment needs the name of a group, though none is joined.
        config.set("group.id", format!("{}wellbook-reader", args.topic_prefix));
        let failure = |error: &KafkaError| Failure::of(&brokers, "cannot open a reader", error);
        let consumer =
            BaseConsumer::from_config_and_context(&config, Plain).map_err(|error| failure(&error))?;
        let mut reader = Self {
            consumer: Some(consumer),
            tracker: Tracker::new(&brokers),
            brokers,
            ends: VecDeque::new(),
        };
        let resolved = reader.resolve(starts)?;
        let mut list = TopicPartitionList::with_capacity(starts.len());
        for (topic, partition, start) in starts {
            let offset = match start {
                // Not the number: retention may take the first record away meanwhile.
                Start::Beginning => Offset::Beginning,
                Start::Offset(_) | Start::End => Offset::Offset(resolved[&(topic.clone(), *partition)]),
            };
            list.add_partition_offset(topic, *partition, offset).map_err(|error| reader.failure(&error))?;
        }
        reader.consumer().assign(&list).map_err(|error| reader.failure(&error))?;
        reader.tracker.start(resolved);
        Ok(reader)
    }

    /// The starts as numbers. Asks about every partition, so one that does not exist is found here.
    fn resolve(&self, starts: &[(String, i32, Start)]) -> Result<BTreeMap<TopicPartition, i64>, Failure> {
        let named = |wanted: fn(&Start) -> bool| -> Vec<TopicPartition> {
            let wanted = starts.iter().filter(|(_, _, start)| wanted(start));
            wanted.map(|(topic, partition, _)| (topic.clone(), *partition)).collect()
        };
        let mut resolved = BTreeMap::new();
        for (partitions, place) in [
            (named(|start| *start != Start::End), Offset::Beginning),
            (named(|start| *start == Start::End), Offset::End),
        ] {
            if !partitions.is_empty() {
                let asked: Vec<&TopicPartition> = partitions.iter().collect();
                resolved.extend(offsets_at(self.consumer(), &self.brokers, &asked, place)?);
            }
        }
        for (topic, partition, start) in starts {
            if let Start::Offset(offset) = start {
                resolved.insert((topic.clone(), *partition), *offset);
            }
        }
        Ok(resolved)
    }

    /// The next record or end of a partition; none where `timeout` passes before.
    ///
    /// # Errors
    /// Where records are lost or reading is refused. Lost connections are no error: the client reconnects, and until
    /// then nothing comes.
    pub fn poll(&mut self, timeout: Duration) -> Result<Option<Event<'_>>, Failure> {
        let deadline = Instant::now() + timeout;
        loop {
            if let Some(((topic, partition), next)) = self.ends.pop_front() {
                return Ok(Some(Event::EndOfPartition { topic, partition, next }));
            }
            let consumer = self.consumer.as_ref().expect("taken only when dropped");
            match next(consumer, &self.brokers, &mut self.tracker, deadline)? {
                Next::Record(record) => return Ok(Some(Event::Record(record))),
                Next::End(number) => self.ends.extend(self.tracker.ends(consumer, number)?),
                Next::Nothing => return Ok(None),
            }
        }
    }

    /// Takes every record that is committed now, in all partitions; what is committed meanwhile may come as well.
    ///
    /// # Errors
    /// What `take` returns, or where the brokers fail or fall silent.
    pub fn read_to_end<E: From<Failure>>(
        &mut self,
        take: impl FnMut(&Record<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let ends = self.end_offsets()?;
        self.read_until(ends, take)
    }

    /// Takes every committed record before these offsets; some behind them may come as well. Where an offset stands behind
    /// a transaction that is open, waits until that has ended.
    ///
    /// # Errors
    /// As [`Reader::read_to_end`].
    pub fn read_until<E: From<Failure>>(
        &mut self,
        mut ends: BTreeMap<TopicPartition, i64>,
        mut take: impl FnMut(&Record<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut heard = Instant::now();
        loop {
            let positions = self.positions()?;
            ends.retain(|partition, end| positions.get(partition).is_none_or(|position| position < end));
            if ends.is_empty() {
                return Ok(());
            }
            // Positions are looked at again when the client has nothing at hand, or after a while.
            let mut timeout = POLL;
            for _ in 0..POSITIONS_EVERY {
                let consumer = self.consumer.as_ref().expect("taken only when dropped");
                match next(consumer, &self.brokers, &mut self.tracker, Instant::now() + timeout)? {
                    Next::Record(record) => take(&record)?,
                    // The positions say it, too, and asking for each would wait behind the fetches.
                    Next::End(_) => {}
                    Next::Nothing => break,
                }
                (timeout, heard) = (Duration::ZERO, Instant::now());
            }
            if heard.elapsed() > SILENCE {
                let topics = ends.keys().map(|(topic, _)| topic.as_str()).collect::<Vec<_>>().join(", ");
                let text = format!(
                    "Kafka {}: topic {topics}: no record for {} s before the end; are the brokers up?",
                    self.brokers,
                    SILENCE.as_secs()
                );
                return Err(Failure::Transient(text).into());
            }
        }
    }

    /// Takes every record that is at hand, without waiting for any.
    ///
    /// # Errors
    /// What `take` returns, or where reading is refused.
    pub fn read_at_hand<E: From<Failure>>(
        &mut self,
        mut take: impl FnMut(&Record<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        loop {
            let consumer = self.consumer.as_ref().expect("taken only when dropped");
            match next(consumer, &self.brokers, &mut self.tracker, Instant::now())? {
                Next::Record(record) => take(&record)?,
                Next::End(_) => {}
                Next::Nothing => return Ok(()),
            }
        }
    }

    /// The offset to read next in each partition.
    ///
    /// # Errors
    /// Where the client cannot tell.
    pub fn positions(&self) -> Result<BTreeMap<TopicPartition, i64>, Failure> {
        self.tracker.positions(self.consumer())
    }

    /// Where the committed records of each partition end now.
    ///
    /// # Errors
    /// Where the brokers cannot be asked.
    pub fn end_offsets(&self) -> Result<BTreeMap<TopicPartition, i64>, Failure> {
        let partitions: Vec<&TopicPartition> = self.tracker.partitions().collect();
        offsets_at(self.consumer(), &self.brokers, &partitions, Offset::End)
    }

    fn consumer(&self) -> &BaseConsumer<Plain> {
        self.consumer.as_ref().expect("taken only when dropped")
    }

    fn failure(&self, error: &KafkaError) -> Failure {
        Failure::of(&self.brokers, "cannot open a reader", error)
    }
}

/// What the client brings.
enum Next<'r> {
    Record(Record<'r>),
    /// Some partition with this number was read to its end.
    End(i32),
    Nothing,
}

/// The next of it before `deadline`.
fn next<'r>(
    consumer: &'r BaseConsumer<Plain>,
    brokers: &str,
    tracker: &mut Tracker,
    deadline: Instant,
) -> Result<Next<'r>, Failure> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match consumer.poll(left) {
            Some(Ok(message)) => {
                let record = Record::new(message);
                tracker.note_record(record.topic(), record.partition());
                return Ok(Next::Record(record));
            }
            Some(Err(KafkaError::PartitionEOF(number))) => return Ok(Next::End(number)),
            Some(Err(error)) => give_up(brokers, "cannot read on", &error)?,
            None if left.is_zero() => return Ok(Next::Nothing),
            None => {}
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let consumer = self.consumer.take();
        watchdog::close("reader", move || drop(consumer));
    }
}

/// What every consumer here shares: committed records only, ends reported, no silent reset, bounded memory.
pub(crate) fn consumer_config(args: &Args, partitions: usize) -> Result<ClientConfig, Failure> {
    // The limit of the library is one for each partition.
    let prefetch = (PREFETCH_KILOBYTES / partitions.max(1)).max(PREFETCH_KILOBYTES_MIN);
    let mut config = args.client()?;
    config
        .set("isolation.level", "read_committed")
        .set("enable.partition.eof", "true")
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "error")
        .set("allow.auto.create.topics", "false");
    for (name, value) in [
        ("queued.max.messages.kbytes", prefetch.to_string()),
        // A full queue is looked at again soon: at the default of a second a fast reader would stand still.
        ("fetch.queue.backoff.ms", "20".to_owned()),
        ("fetch.error.backoff.ms", "100".to_owned()),
        // A broker answers one connection's requests in turn: a question about offsets waits behind a fetch that it holds
        // back for want of records, and at the default of half a second everything that asks would be slow.
        ("fetch.wait.max.ms", "100".to_owned()),
        ("fetch.max.bytes", (16 * 1024 * 1024).to_string()),
    ] {
        if config.get(name).is_none() {
            config.set(name, value); // not set by a properties file
        }
    }
    Ok(config)
}
