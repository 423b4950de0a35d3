//! Where a consumer stands in each of its partitions, and which of them it has read to their ends.

use crate::failure::{Class, Failure, class_of, code_of};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode as Code;
use rdkafka::{Offset, TopicPartitionList};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// How long to wait for the answer to one question about offsets.
pub(crate) const QUESTION_TIMEOUT: Duration = Duration::from_secs(10);

/// Pause between two looks at a partition that has no leader.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A partition: full name of its topic, and its number.
pub type TopicPartition = (String, i32);

/// Where a consumer stands.
#[derive(Debug)]
pub(crate) struct Tracker {
    brokers: String,
    starts: BTreeMap<TopicPartition, i64>,
    /// Read to their ends, with no record since.
    ended: BTreeSet<TopicPartition>,
}

impl Tracker {
    pub(crate) fn new(brokers: &str) -> Self {
        Self { brokers: brokers.to_owned(), starts: BTreeMap::new(), ended: BTreeSet::new() }
    }

    /// Takes in partitions with the offsets that they are read from, or new such offsets.
    pub(crate) fn start(&mut self, starts: impl IntoIterator<Item = (TopicPartition, i64)>) {
        for (partition, start) in starts {
            self.ended.remove(&partition);
            self.starts.insert(partition, start);
        }
    }

    pub(crate) fn remove(&mut self, partitions: &[TopicPartition]) {
        for partition in partitions {
            self.starts.remove(partition);
            self.ended.remove(partition);
        }
    }

    pub(crate) fn partitions(&self) -> impl Iterator<Item = &TopicPartition> {
        self.starts.keys()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Whether every partition was read to its end.
    pub(crate) fn has_ended(&self) -> bool {
        !self.starts.is_empty() && self.ended.len() == self.starts.len()
    }

    /// A record was read.
    pub(crate) fn note_record(&mut self, topic: &str, partition: i32) {
        if !self.ended.is_empty() {
            self.ended.retain(|(ended, number)| *number != partition || ended != topic);
        }
    }

    /// The offset to read next in each partition: after the last record read, and after the markers of transactions
    /// that were passed since.
    pub(crate) fn positions<C: ConsumerContext>(
        &self,
        consumer: &BaseConsumer<C>,
    ) -> Result<BTreeMap<TopicPartition, i64>, Failure> {
        let list = consumer
            .position()
            .map_err(|error| Failure::of(&self.brokers, "cannot tell the position", &error))?;
        let mut positions = self.starts.clone();
        for element in list.elements() {
            let partition = (element.topic().to_owned(), element.partition());
            if let (Offset::Offset(next), Some(position)) = (element.offset(), positions.get_mut(&partition))
            {
                *position = next.max(*position);
            }
        }
        Ok(positions)
    }

    /// Takes in that some partition with this number was read to its end: which, the client library does not say.
    /// Returns each that was, with its next offset.
    ///
    /// Where several topics have such a partition, those count that stand where the brokers say the committed records
    /// end. One whose end has moved on meanwhile is not among them: it will be read to the new end, and reported again.
    pub(crate) fn ends<C: ConsumerContext>(
        &mut self,
        consumer: &BaseConsumer<C>,
        number: i32,
    ) -> Result<Vec<(TopicPartition, i64)>, Failure> {
        let positions = self.positions(consumer)?;
        let mut ended: Vec<(TopicPartition, i64)> =
            positions.into_iter().filter(|((_, partition), _)| *partition == number).collect();
        if ended.len() > 1 {
            let asked: Vec<&TopicPartition> = ended.iter().map(|(partition, _)| partition).collect();
            let ends = offsets_at(consumer, &self.brokers, &asked, Offset::End)?;
            ended.retain(|(partition, position)| ends.get(partition).is_some_and(|end| position >= end));
        }
        self.ended.extend(ended.iter().map(|(partition, _)| partition.clone()));
        Ok(ended)
    }
}

/// The first or the end offset of partitions; the end is that of the committed records. One question to each leader.
pub(crate) fn offsets_at<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    brokers: &str,
    partitions: &[&TopicPartition],
    place: Offset,
) -> Result<BTreeMap<TopicPartition, i64>, Failure> {
    let deadline = Instant::now() + QUESTION_TIMEOUT;
    loop {
        match ask_for_offsets(consumer, partitions, place) {
            Ok(offsets) => return Ok(offsets),
            // A partition that is new, or whose leader was lost, has one soon.
            Err((_, error)) if is_without_leader(&error) && Instant::now() < deadline => {
                std::thread::park_timeout(LOOK_AGAIN);
            }
            Err((topic, error)) => {
                return Err(Failure::of(
                    brokers,
                    &format!("cannot ask for the offsets of topic {topic}"),
                    &error,
                ));
            }
        }
    }
}

fn is_without_leader(error: &KafkaError) -> bool {
    matches!(code_of(error), Some(Code::NotLeaderForPartition | Code::LeaderNotAvailable))
}

fn ask_for_offsets<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    partitions: &[&TopicPartition],
    place: Offset,
) -> Result<BTreeMap<TopicPartition, i64>, (String, KafkaError)> {
    let of = |topic: &str| {
        let topic = topic.to_owned();
        move |error| (topic, error)
    };
    let mut list = TopicPartitionList::with_capacity(partitions.len());
    for (topic, partition) in partitions {
        // The protocol asks for first and end by times that no record has: the library's numbers for the two places.
        list.add_partition_offset(topic, *partition, place).map_err(of(topic))?;
    }
    let first = partitions.first().map_or("", |(topic, _)| topic.as_str());
    let answer = consumer.offsets_for_times(list, QUESTION_TIMEOUT).map_err(of(first))?;
    let mut offsets = BTreeMap::new();
    for element in answer.elements() {
        element.error().map_err(of(element.topic()))?;
        match element.offset() {
            Offset::Offset(offset) => {
                offsets.insert((element.topic().to_owned(), element.partition()), offset)
            }
            _ => return Err(of(element.topic())(KafkaError::OffsetFetch(Code::UnknownPartition))),
        };
    }
    Ok(offsets)
}

/// What a poll reports as an error: whether to go on polling, because the client recovers by itself, or to give up.
pub(crate) fn give_up(brokers: &str, what: &str, error: &KafkaError) -> Result<(), Failure> {
    match code_of(error) {
        // The client reconnects and goes on where it was; it logs each of these.
        Some(
            Code::BrokerTransportFailure
            | Code::AllBrokersDown
            | Code::Resolve
            | Code::OperationTimedOut
            | Code::RequestTimedOut
            | Code::NetworkException
            | Code::LeaderNotAvailable
            | Code::NotLeaderForPartition
            | Code::BrokerNotAvailable
            | Code::ReplicaNotAvailable
            | Code::CoordinatorLoadInProgress
            | Code::CoordinatorNotAvailable
            | Code::NotCoordinator
            | Code::RebalanceInProgress
            | Code::FencedLeaderEpoch
            | Code::UnknownLeaderEpoch,
        ) if !matches!(error, KafkaError::MessageConsumptionFatal(_)) => Ok(()),
        code => {
            let failure = Failure::of(brokers, what, error);
            let is_fatal = matches!(error, KafkaError::MessageConsumptionFatal(_))
                || code.is_none_or(|code| class_of(code) == Class::Fatal);
            Err(if is_fatal {
                Failure::Fatal(failure.to_string())
            } else {
                Failure::Transient(failure.to_string())
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(topic: &str, number: i32) -> TopicPartition {
        (topic.to_owned(), number)
    }

    #[test]
    fn all_is_read_once_every_partition_has_ended_and_no_record_came_since() {
        let mut tracker = Tracker::new("b:1");
        assert!(!tracker.has_ended(), "nothing is assigned yet");
        tracker.start([(partition("a", 0), 0), (partition("b", 0), 7)]);
        tracker.ended.extend([partition("a", 0), partition("b", 0)]);
        assert!(tracker.has_ended());
        tracker.note_record("b", 0);
        assert!(!tracker.has_ended());
        tracker.remove(&[partition("b", 0)]);
        assert!(tracker.has_ended());
    }

    #[test]
    fn a_lost_connection_is_left_to_the_client_and_a_lost_record_is_not() {
        let consumption = KafkaError::MessageConsumption;
        assert_eq!(give_up("b:1", "reading", &consumption(Code::AllBrokersDown)), Ok(()));
        let lost = give_up("b:1", "reading", &consumption(Code::AutoOffsetReset)).unwrap_err();
        assert_eq!(lost.class(), Class::Fatal);
        let fenced = KafkaError::MessageConsumptionFatal(Code::NetworkException);
        assert_eq!(give_up("b:1", "reading", &fenced).unwrap_err().class(), Class::Fatal);
    }
}
