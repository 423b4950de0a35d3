//! Transactions.

use crate::brokers::{Brokers, send};
use kafka::Class;
use std::time::{Duration, Instant};

#[test]
fn an_aborted_record_is_never_seen() {
    let brokers = Brokers::new();
    let topic = brokers.topic("a", 2);
    let mut producer = brokers.producer("p");
    for (text, is_kept) in [("one", true), ("two", false), ("three", true)] {
        producer.begin().unwrap();
        send(&mut producer, &topic, 0, text).unwrap();
        send(&mut producer, &topic, 1, text).unwrap();
        if is_kept { producer.commit().unwrap() } else { producer.abort().unwrap() }
    }
    assert_eq!(brokers.texts(&topic, 2), [["one", "three"], ["one", "three"]]);
}

#[test]
fn a_successor_fences_its_predecessor_and_drops_what_that_left_open() {
    let brokers = Brokers::new();
    let topic = brokers.topic("a", 1);
    let mut zombie = brokers.producer("validator-0");
    zombie.begin().unwrap();
    send(&mut zombie, &topic, 0, "of the zombie").unwrap();
    let mut successor = brokers.producer("validator-0");
    successor.begin().unwrap();
    send(&mut successor, &topic, 0, "of the successor").unwrap();
    successor.commit().unwrap();
    let error = zombie.commit().unwrap_err();
    assert_eq!(error.class(), Class::Fatal, "{error}");
    assert!(error.to_string().contains("WELLBOOK_INSTANCE"), "{error}");
    assert!(zombie.is_poisoned());
    assert_eq!(brokers.texts(&topic, 1), [["of the successor"]]);
}

#[test]
fn a_small_transaction_commits_well_below_the_hundred_milliseconds_that_an_undrained_flush_takes() {
    let brokers = Brokers::new();
    let topic = brokers.topic("a", 6);
    let mut producer = brokers.producer("p");
    let mut times: Vec<Duration> = (0..21)
        .map(|_| {
            producer.begin().unwrap();
            (0..100).for_each(|at| send(&mut producer, &topic, at % 6, "a journal entry").unwrap());
            let since = Instant::now();
            producer.commit().unwrap();
            since.elapsed()
        })
        .collect();
    times.sort();
    assert!(times[10] < Duration::from_millis(60), "the median of 21 commits is {:?}", times[10]);
}

#[test]
fn records_without_a_partition_go_where_javas_clients_send_them() {
    let brokers = Brokers::new();
    let topic = brokers.topic("a", 6);
    let mut producer = brokers.producer("p");
    producer.begin().unwrap();
    let keys = ["0", "well", "owner", "period", "chain", "7f3c"];
    for key in keys {
        let payload = Some(key.as_bytes());
        let record = kafka::Outgoing {
            topic: &topic,
            partition: None,
            key: Some(key.as_bytes()),
            payload,
            headers: &[],
        };
        producer.send(&record).unwrap();
    }
    producer.commit().unwrap();
    let found = brokers.texts(&topic, 6);
    for key in keys {
        let expected = usize::try_from(murmur2(key.as_bytes()) & 0x7fff_ffff).unwrap() % 6;
        assert!(found[expected].iter().any(|text| text == key), "{key}: {found:?}");
    }
}

/// The hash of Java's default partitioner.
fn murmur2(data: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let mut hash = 0x9747_b28c ^ u32::try_from(data.len()).unwrap();
    let mut chunks = data.chunks_exact(4);
    for chunk in &mut chunks {
        let mut k = u32::from_le_bytes(chunk.try_into().unwrap()).wrapping_mul(M);
        k = (k ^ (k >> 24)).wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ k;
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        hash ^= rest.iter().rev().fold(0, |word, byte| (word << 8) | u32::from(*byte));
        hash = hash.wrapping_mul(M);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[test]
fn a_record_larger_than_any_topic_takes_is_refused_alone() {
    let brokers = Brokers::new();
    let topic = brokers.topic("a", 1);
    let mut producer = brokers.producer("p");
    producer.begin().unwrap();
    let error = send(&mut producer, &topic, 0, &"x".repeat(3 << 20)).unwrap_err();
    assert_eq!(error.class(), Class::Invalid, "{error}");
    send(&mut producer, &topic, 0, "small").unwrap();
    producer.commit().unwrap();
    assert_eq!(brokers.texts(&topic, 1), [["small"]]);
}
