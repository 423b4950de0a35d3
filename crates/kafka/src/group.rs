//! Membership in a consumer group: which partitions are ours, and where we stand in them.

use crate::context::{Change, Member};
use crate::failure::Failure;
use crate::metrics::Lag;
use crate::producer::offsets;
use crate::reader::{Start, consumer_config};
use crate::record::Record;
use crate::settings::Args;
use crate::tracker::{QUESTION_TIMEOUT, TopicPartition, Tracker, give_up, offsets_at};
use crate::watchdog;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerGroupMetadata, RebalanceProtocol};
use rdkafka::error::KafkaError;
use rdkafka::{Offset, TopicPartitionList};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A member that is silent for so long is taken for dead, and its partitions go to others. Brokers allow 6 s and more;
/// a loaded machine can hold up a heartbeat for some seconds.
const SESSION_TIMEOUT: Duration = Duration::from_secs(10);
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(2);
/// A member that does not poll for so long leaves the group: far above the longest batch with its retries.
const POLL_INTERVAL_MAX: Duration = Duration::from_secs(120);
/// How often the client reports where it stands: a lag is read every ten seconds or so.
const STATISTICS_INTERVAL: Duration = Duration::from_secs(5);
/// Partitions that a member has on busy topics, for the bound on what is read ahead.
const BUSY_PARTITIONS: usize = 6;

/// How far a batch takes one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Full name of the topic.
    pub topic: String,
    /// Its partition.
    pub partition: i32,
    /// Where the batch begins.
    pub from: i64,
    /// Where it ends: after its last record, and after the markers of transactions that follow.
    pub to: i64,
}

/// Proof of membership, for a transaction that moves the group's offsets.
pub struct GroupMetadata(pub(crate) ConsumerGroupMetadata);

/// What a poll of a member brings.
#[derive(Debug)]
pub(crate) enum Polled<'m> {
    Record(Record<'m>),
    /// Partitions were read to their ends.
    Ended,
    /// The group gives us partitions; they are read once [`Membership::take`] says from where.
    Assigned(Vec<TopicPartition>),
    /// The group wants partitions back; [`Membership::give_back`] lets go. Where they are lost, others may have them.
    Revoked {
        partitions: Vec<TopicPartition>,
        are_lost: bool,
    },
    Nothing,
}

/// A member of a group.
pub(crate) struct Membership {
    consumer: Option<BaseConsumer<Member>>,
    brokers: String,
    tracker: Tracker,
    /// Numbers of partitions that were read to their ends; of which topic, is asked only by who wants to know.
    ended: BTreeSet<i32>,
}

impl Membership {
    /// Joins a group. `instance` makes it a static member: one that restarts within the session time-out has its
    /// partitions back at once, and nobody else is disturbed.
    pub(crate) fn join(
        args: &Args,
        group: &str,
        instance: Option<&str>,
        topics: &[String],
    ) -> Result<Self, Failure> {
        let brokers = args.bootstrap_servers.clone();
        let group = format!("{}{group}", args.topic_prefix);
        let milliseconds = |duration: Duration| duration.as_millis().to_string();
        let mut config = consumer_config(args, BUSY_PARTITIONS)?;
        config
            .set("group.id", &group)
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("session.timeout.ms", milliseconds(SESSION_TIMEOUT))
            .set("heartbeat.interval.ms", milliseconds(HEARTBEAT_INTERVAL))
            .set("max.poll.interval.ms", milliseconds(POLL_INTERVAL_MAX))
            .set("statistics.interval.ms", milliseconds(STATISTICS_INTERVAL));
        if let Some(instance) = instance {
            config.set("group.instance.id", instance);
        }
        let failure =
            |error: &KafkaError| Failure::of(&brokers, &format!("cannot join group {group}"), error);
        let context = Member::new(Some(Lag::new(&group)));
        let consumer =
            BaseConsumer::from_config_and_context(&config, context).map_err(|error| failure(&error))?;
        let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
        consumer.subscribe(&topics).map_err(|error| failure(&error))?;
        Ok(Self {
            consumer: Some(consumer),
            tracker: Tracker::new(&brokers),
            brokers,
            ended: BTreeSet::new(),
        })
    }

    /// The next record or change; nothing where `timeout` passes before.
    pub(crate) fn poll(&mut self, timeout: Duration) -> Result<Polled<'_>, Failure> {
        let consumer = self.consumer.as_ref().expect("taken only when dropped");
        if let Some(change) = consumer.context().take_change() {
            return Ok(changed(change, consumer.assignment_lost()));
        }
        match consumer.poll(timeout) {
            Some(Ok(message)) => {
                let record = Record::new(message);
                self.tracker.note_record(record.topic(), record.partition());
                Ok(Polled::Record(record))
            }
            Some(Err(KafkaError::PartitionEOF(number))) => {
                self.ended.insert(number);
                Ok(Polled::Ended)
            }
            Some(Err(error)) => give_up(&self.brokers, "cannot read on", &error).map(|()| Polled::Nothing),
            None => Ok(match consumer.context().take_change() {
                Some(change) => changed(change, consumer.assignment_lost()),
                None => Polled::Nothing,
            }),
        }
    }

    /// Begins to read partitions that the group gave us, each where `starts` says; none for where the group's committed
    /// offsets stand.
    pub(crate) fn take(
        &mut self,
        partitions: &[TopicPartition],
        starts: Option<Vec<Start>>,
    ) -> Result<(), Failure> {
        let resolved = self.resolve(partitions, starts)?;
        let list = self.list(&resolved)?;
        let outcome = match self.consumer().rebalance_protocol() {
            RebalanceProtocol::Cooperative => self.consumer().incremental_assign(&list),
            RebalanceProtocol::Eager | RebalanceProtocol::None => self.consumer().assign(&list),
        };
        outcome.map_err(|error| self.failure("cannot take partitions", &error))?;
        self.tracker.start(resolved);
        Ok(())
    }

    /// Partitions that the group gave us cannot be taken yet: the next poll gives them again.
    pub(crate) fn put_back(&self, partitions: &[TopicPartition]) {
        let mut list = TopicPartitionList::with_capacity(partitions.len());
        for (topic, partition) in partitions {
            list.add_partition(topic, *partition);
        }
        self.consumer().context().put_back(Change::Assign(list));
    }

    /// Stops reading partitions and lets the group have them.
    pub(crate) fn give_back(&mut self, partitions: &[TopicPartition]) -> Result<(), Failure> {
        let mut list = TopicPartitionList::with_capacity(partitions.len());
        for (topic, partition) in partitions {
            list.add_partition(topic, *partition);
        }
        let outcome = match self.consumer().rebalance_protocol() {
            RebalanceProtocol::Cooperative => self.consumer().incremental_unassign(&list),
            RebalanceProtocol::Eager | RebalanceProtocol::None => self.consumer().unassign(),
        };
        outcome.map_err(|error| self.failure("cannot give partitions back", &error))?;
        self.tracker.remove(partitions);
        Ok(())
    }

    /// Goes back to `starts` in all partitions that are ours, as [`Membership::take`].
    pub(crate) fn rewind(&mut self, starts: Option<Vec<Start>>) -> Result<(), Failure> {
        let partitions = self.partitions();
        if partitions.is_empty() {
            return Ok(());
        }
        let resolved = self.resolve(&partitions, starts)?;
        let list = self.list(&resolved)?;
        let sought = self
            .consumer()
            .seek_partitions(list, QUESTION_TIMEOUT)
            .map_err(|error| self.failure("cannot go back", &error))?;
        for element in sought.elements() {
            element.error().map_err(|error| {
                self.failure(&format!("topic {}: cannot go back", element.topic()), &error)
            })?;
        }
        // What was an end is none any more; each will be reported again.
        self.ended.clear();
        self.tracker.start(resolved);
        Ok(())
    }

    /// Where to read from, as numbers.
    fn resolve(
        &self,
        partitions: &[TopicPartition],
        starts: Option<Vec<Start>>,
    ) -> Result<BTreeMap<TopicPartition, i64>, Failure> {
        let starts = match starts {
            Some(starts) => starts,
            None => self.committed(partitions)?,
        };
        let mut resolved = BTreeMap::new();
        for place in [Start::Beginning, Start::End] {
            let at_place = partitions.iter().zip(&starts).filter(|(_, start)| **start == place);
            let asked: Vec<&TopicPartition> = at_place.map(|(partition, _)| partition).collect();
            if !asked.is_empty() {
                let place = if place == Start::End { Offset::End } else { Offset::Beginning };
                resolved.extend(offsets_at(self.consumer(), &self.brokers, &asked, place)?);
            }
        }
        for (partition, start) in partitions.iter().zip(&starts) {
            if let Start::Offset(offset) = start {
                resolved.insert(partition.clone(), *offset);
            }
        }
        Ok(resolved)
    }

    /// The group's committed offsets, after open transactions on them are settled; the beginning where there are none.
    fn committed(&self, partitions: &[TopicPartition]) -> Result<Vec<Start>, Failure> {
        let mut list = TopicPartitionList::with_capacity(partitions.len());
        for (topic, partition) in partitions {
            list.add_partition(topic, *partition);
        }
        let failure = |error: &KafkaError| self.failure("cannot ask for the group's offsets", error);
        let answer =
            self.consumer().committed_offsets(list, QUESTION_TIMEOUT).map_err(|error| failure(&error))?;
        let mut starts = Vec::with_capacity(partitions.len());
        for (topic, partition) in partitions {
            let element = answer.find_partition(topic, *partition);
            if let Some(element) = &element {
                element.error().map_err(|error| failure(&error))?;
            }
            starts.push(match element.map(|element| element.offset()) {
                Some(Offset::Offset(offset)) => Start::Offset(offset),
                _ => Start::Beginning,
            });
        }
        Ok(starts)
    }

    fn list(&self, offsets: &BTreeMap<TopicPartition, i64>) -> Result<TopicPartitionList, Failure> {
        let mut list = TopicPartitionList::with_capacity(offsets.len());
        for ((topic, partition), offset) in offsets {
            list.add_partition_offset(topic, *partition, Offset::Offset(*offset))
                .map_err(|error| self.failure(&format!("topic {topic}: offset {offset}"), &error))?;
        }
        Ok(list)
    }

    /// The partitions that are ours.
    pub(crate) fn partitions(&self) -> Vec<TopicPartition> {
        self.tracker.partitions().cloned().collect()
    }

    pub(crate) fn has_partitions(&self) -> bool {
        !self.tracker.is_empty()
    }

    /// Whether all that is ours was read to its end. May ask the brokers, behind whatever fetch they hold back.
    pub(crate) fn has_ended(&mut self) -> Result<bool, Failure> {
        let consumer = self.consumer.as_ref().expect("taken only when dropped");
        for number in std::mem::take(&mut self.ended) {
            self.tracker.ends(consumer, number)?;
        }
        Ok(self.tracker.has_ended())
    }

    /// The offset to read next in each partition that is ours.
    pub(crate) fn positions(&self) -> Result<BTreeMap<TopicPartition, i64>, Failure> {
        self.tracker.positions(self.consumer())
    }

    /// Proof of membership as it stands now.
    pub(crate) fn metadata(&self) -> Result<GroupMetadata, Failure> {
        let metadata = self.consumer().group_metadata();
        metadata
            .map(GroupMetadata)
            .ok_or_else(|| Failure::fatal("a reader without a group cannot move its offsets"))
    }

    /// Tells the group how far we are, without waiting for an answer.
    pub(crate) fn hint(&self, progress: &[Progress]) {
        let outcome = offsets(progress).and_then(|list| self.consumer().commit(&list, CommitMode::Async));
        if let Err(error) = outcome {
            tracing::debug!(%error, "the group was not told how far this consumer is");
        }
    }

    fn consumer(&self) -> &BaseConsumer<Member> {
        self.consumer.as_ref().expect("taken only when dropped")
    }

    fn failure(&self, what: &str, error: &KafkaError) -> Failure {
        Failure::of(&self.brokers, what, error)
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        if let Some(consumer) = self.consumer.take() {
            consumer.context().close();
            watchdog::close("group member", move || drop(consumer));
        }
    }
}

fn changed(change: Change, are_lost: bool) -> Polled<'static> {
    let partitions = |list: &TopicPartitionList| {
        list.elements().iter().map(|element| (element.topic().to_owned(), element.partition())).collect()
    };
    match change {
        Change::Assign(list) => Polled::Assigned(partitions(&list)),
        Change::Revoke(list) => Polled::Revoked { partitions: partitions(&list), are_lost },
    }
}
