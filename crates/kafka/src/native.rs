//! The one call that the client library does not pass on.

use crate::context::Delivery;
use rdkafka::producer::{Producer, ThreadedProducer};
use rdkafka::types::RDKafkaRespErr;
use std::time::Duration;

/// Sends what is queued without waiting for its linger, and returns when all of it is acknowledged; false where `timeout`
/// ran out before.
///
/// The library's own `flush` polls in steps of 100 ms, which would cap small transactions at ten a second.
#[allow(unsafe_code)]
pub(crate) fn flush(producer: &ThreadedProducer<Delivery>, timeout: Duration) -> bool {
    let milliseconds = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: the pointer is that of a live client, which `producer` owns and keeps for the whole call; the function is
    // thread-safe and takes nothing else. The delivery reports that it waits for are served by the producer's own
    // thread.
    let outcome = unsafe { rdkafka::bindings::rd_kafka_flush(producer.client().native_ptr(), milliseconds) };
    outcome == RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR
}
