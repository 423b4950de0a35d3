//! The limit that the validator is measured against: reads a topic to its end and writes each record, bytes and headers
//! untouched, to the same partition of another, idempotently and without transactions. Decodes nothing, checks nothing.
//!
//! `relay BOOTSTRAP_SERVERS FROM TO PARTITIONS`; prints the records and the seconds from the first to the last.

#![expect(clippy::print_stdout, reason = "it is what the example is for")]

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{Message, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [servers, from, to, partitions] = arguments.as_slice() else {
        return Err("relay BOOTSTRAP_SERVERS FROM TO PARTITIONS".into());
    };
    let partitions: i32 = partitions.parse()?;
    let consumer = consumer(servers, partitions)?;
    let mut list = TopicPartitionList::new();
    for partition in 0..partitions {
        list.add_partition_offset(from, partition, Offset::Beginning)?;
    }
    consumer.assign(&list)?;
    let producer = producer(servers)?;
    let (mut records, mut open, mut since) = (0_u64, partitions, None);
    while open > 0 {
        match consumer.poll(Duration::from_secs(30)) {
            None => return Err("nothing for 30 s".into()),
            Some(Err(KafkaError::PartitionEOF(_))) => open -= 1,
            Some(Err(error)) => return Err(error.into()),
            Some(Ok(message)) => {
                since.get_or_insert_with(Instant::now);
                let headers = message.headers().map_or_else(OwnedHeaders::new, |headers| headers.detach());
                let mut record =
                    BaseRecord::<[u8], [u8]>::to(to).partition(message.partition()).headers(headers);
                (record.key, record.payload) = (message.key(), message.payload());
                while let Err((error, again)) = producer.send(record) {
                    if error != KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull) {
                        return Err(error.into());
                    }
                    producer.flush(Duration::from_millis(5)).ok();
                    record = again;
                }
                records += 1;
            }
        }
    }
    producer.flush(Duration::from_secs(60))?;
    let seconds = since.map_or(0.0, |since: Instant| since.elapsed().as_secs_f64());
    println!("{records} {seconds:.3}");
    Ok(())
}

/// As the consumers of Wellbook.
fn consumer(servers: &str, partitions: i32) -> Result<BaseConsumer, KafkaError> {
    ClientConfig::new()
        .set("bootstrap.servers", servers)
        .set("group.id", "relay")
        .set("isolation.level", "read_committed")
        .set("enable.partition.eof", "true")
        .set("enable.auto.commit", "false")
        .set("queued.max.messages.kbytes", (32 * 1024 / partitions.max(1)).to_string())
        .set("fetch.queue.backoff.ms", "20")
        .set("fetch.max.bytes", (16 * 1024 * 1024).to_string())
        .create()
}

/// As the producers of Wellbook, without transactions.
fn producer(servers: &str) -> Result<ThreadedProducer<DefaultProducerContext>, KafkaError> {
    ClientConfig::new()
        .set("bootstrap.servers", servers)
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("queue.buffering.max.messages", "100000")
        .set("queue.buffering.max.kbytes", "65536")
        .set("delivery.report.only.error", "true")
        .set("compression.type", "lz4")
        .set("linger.ms", "5")
        .set("batch.size", "1000000")
        .set("batch.num.messages", "20000")
        .set("message.max.bytes", "2097152")
        .create()
}
