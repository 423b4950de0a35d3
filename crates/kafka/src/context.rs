//! What a client of the library reports while it runs: logs, errors, statistics, and changes of the assignment.

use crate::metrics::Lag;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError;
use rdkafka::message::DeliveryResult;
use rdkafka::producer::ProducerContext;
use rdkafka::types::{RDKafkaErrorCode as Code, RDKafkaRespErr};
use rdkafka::{ClientContext, Statistics, TopicPartitionList};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        RDKafkaLogLevel::Emerg
        | RDKafkaLogLevel::Alert
        | RDKafkaLogLevel::Critical
        | RDKafkaLogLevel::Error => tracing::error!(target: "librdkafka", facility, "{message}"),
        RDKafkaLogLevel::Warning => tracing::warn!(target: "librdkafka", facility, "{message}"),
        RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => {
            tracing::info!(target: "librdkafka", facility, "{message}");
        }
        RDKafkaLogLevel::Debug => tracing::debug!(target: "librdkafka", facility, "{message}"),
    }
}

/// The library repeats what a call returns as well, and reports the end of a partition as an error.
fn error(error: &KafkaError, reason: &str) {
    match error.rdkafka_error_code() {
        Some(Code::PartitionEOF) => {}
        _ => tracing::warn!(target: "librdkafka", error = %error, "{reason}"),
    }
}

/// A client that is only asked questions.
#[derive(Debug, Default)]
pub(crate) struct Plain;

impl ClientContext for Plain {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, kafka_error: KafkaError, reason: &str) {
        error(&kafka_error, reason);
    }
}

impl ConsumerContext for Plain {}

/// A producer: keeps the first delivery that failed.
#[derive(Debug, Default)]
pub(crate) struct Delivery {
    failed: Mutex<Option<(String, Code)>>,
}

impl Delivery {
    /// The first failed delivery since the last call: topic and partition, and why.
    pub(crate) fn take_failure(&self) -> Option<(String, Code)> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ClientContext for Delivery {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, kafka_error: KafkaError, reason: &str) {
        error(&kafka_error, reason);
    }
}

impl ProducerContext for Delivery {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        use rdkafka::Message;
        let Err((error, message)) = result else { return };
        let code = error.rdkafka_error_code().unwrap_or(Code::Unknown);
        // An abort purges what was not sent: that is no failure of its own.
        if matches!(code, Code::PurgeQueue | Code::PurgeInflight) {
            return;
        }
        let place = format!("topic {} partition {}", message.topic(), message.partition());
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert((place, code));
    }
}

/// A change of a member's assignment that it has yet to answer.
#[derive(Debug)]
pub(crate) enum Change {
    Assign(TopicPartitionList),
    Revoke(TopicPartitionList),
}

/// A member of a group. Changes of the assignment are kept for the loop, which has all it needs to answer them; the
/// library waits for that.
#[derive(Debug, Default)]
pub(crate) struct Member {
    changes: Mutex<VecDeque<Change>>,
    is_closing: AtomicBool,
    lag: Option<Lag>,
}

impl Member {
    pub(crate) fn new(lag: Option<Lag>) -> Self {
        Self { lag, ..Self::default() }
    }

    pub(crate) fn take_change(&self) -> Option<Change> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// The change could not be dealt with: it is the next one again.
    pub(crate) fn put_back(&self, change: Change) {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).push_front(change);
    }

    /// From now on changes are answered at once: nobody is left to ask.
    pub(crate) fn close(&self) {
        self.is_closing.store(true, Ordering::Release);
    }
}

impl ClientContext for Member {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, kafka_error: KafkaError, reason: &str) {
        error(&kafka_error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        if let Some(lag) = &self.lag {
            lag.set(&statistics);
        }
    }
}

impl ConsumerContext for Member {
    fn rebalance(&self, consumer: &BaseConsumer<Self>, event: RDKafkaRespErr, list: &mut TopicPartitionList) {
        let is_assign = event == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
        if self.is_closing.load(Ordering::Acquire) {
            let answer = if is_assign { Ok(()) } else { consumer.incremental_unassign(list) };
            if let Err(error) = answer {
                tracing::debug!(%error, "closing without having given the partitions back");
            }
            return;
        }
        let list = list.clone();
        let change = if is_assign { Change::Assign(list) } else { Change::Revoke(list) };
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).push_back(change);
    }
}
