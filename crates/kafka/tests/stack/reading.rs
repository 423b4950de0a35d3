//! Readers.

use crate::brokers::{Brokers, read_all, send};
use kafka::{Class, Event, Failure, Outgoing, Reader, Start};
use std::time::Duration;

#[test]
fn each_of_several_topics_with_the_same_partition_reports_its_own_end() {
    let brokers = Brokers::new();
    let topics = ["a", "b", "empty"].map(|topic| brokers.topic(topic, 1));
    brokers.write(&topics[0], 0, &["a1", "a2"]);
    brokers.write(&topics[1], 0, &["b1"]);
    let starts: Vec<_> = topics.iter().map(|topic| (topic.clone(), 0, Start::Beginning)).collect();
    let mut reader = Reader::open(&brokers.args, &starts).unwrap();
    let (mut texts, ends) = read_all(&mut reader, 3);
    texts.sort();
    assert_eq!(texts, ["a1", "a2", "b1"]);
    // The marker that ends each transaction takes an offset.
    assert_eq!(ends, ["a/0=3", "b/0=2", "empty/0=0"]);
}

#[test]
fn an_end_is_reported_again_after_more_was_read() {
    let brokers = Brokers::new();
    let topic = brokers.topic("a", 1);
    brokers.write(&topic, 0, &["one"]);
    let mut reader = Reader::open(&brokers.args, &[(topic.clone(), 0, Start::Offset(0))]).unwrap();
    assert_eq!(read_all(&mut reader, 1), (vec!["one".into()], vec!["a/0=2".into()]));
    brokers.write(&topic, 0, &["two"]);
    assert_eq!(read_all(&mut reader, 1), (vec!["two".into()], vec!["a/0=4".into()]));
}

#[test]
fn reading_from_the_end_brings_only_what_comes_after() {
    let brokers = Brokers::new();
    let topic = brokers.topic("a", 1);
    brokers.write(&topic, 0, &["old"]);
    let mut reader = Reader::open(&brokers.args, &[(topic.clone(), 0, Start::End)]).unwrap();
    brokers.write(&topic, 0, &["new"]);
    let mut texts = Vec::new();
    reader
        .read_to_end::<Failure>(|record| {
            texts.push(record.payload().unwrap().to_vec());
            Ok(())
        })
        .unwrap();
    assert_eq!(texts, [b"new"]);
}

#[test]
fn records_of_an_open_transaction_do_not_keep_a_reader_from_the_end() {
    let brokers = Brokers::new();
    let topic = brokers.topic("a", 1);
    brokers.write(&topic, 0, &["committed"]);
    let mut open = brokers.producer("open");
    open.begin().unwrap();
    send(&mut open, &topic, 0, "open").unwrap();
    assert_eq!(brokers.texts(&topic, 1), [["committed"]]);
    open.commit().unwrap();
    brokers.wait_for_markers(&topic, 0);
    assert_eq!(brokers.texts(&topic, 1), [["committed", "open"]]);
}

#[test]
fn an_offset_that_is_no_longer_held_is_an_error_and_never_another_offset() {
    let brokers = Brokers::new();
    let topic = brokers.topic("a", 1);
    brokers.write(&topic, 0, &["one"]);
    let mut reader = Reader::open(&brokers.args, &[(topic.clone(), 0, Start::Offset(99))]).unwrap();
    let error = loop {
        match reader.poll(Duration::from_secs(10)) {
            Ok(Some(Event::Record(_))) => panic!("a record from nowhere"),
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(error.class(), Class::Fatal, "{error}");
}

#[test]
fn a_topic_that_does_not_exist_is_named_when_it_is_opened() {
    let brokers = Brokers::new();
    let name = brokers.name("nowhere");
    let error =
        Reader::open(&brokers.args, &[(name.clone(), 0, Start::Beginning)]).err().unwrap().to_string();
    assert!(error.contains(&name) && error.contains("wellbook init"), "{error}");
}

#[test]
fn keys_values_and_headers_arrive_as_they_were_sent() {
    let brokers = Brokers::new();
    let topic = brokers.topic("a", 1);
    let mut producer = brokers.producer("p");
    producer.begin().unwrap();
    let headers: [(&str, &[u8]); 3] = [("a", b"1"), ("b", &[0xFF, 0]), ("a", b"")];
    let (key, payload) = (Some(&b"key"[..]), Some(&[0u8, 1, 2][..]));
    producer.send(&Outgoing { topic: &topic, partition: Some(0), key, payload, headers: &headers }).unwrap();
    producer
        .send(&Outgoing { topic: &topic, partition: Some(0), key: None, payload: None, headers: &[] })
        .unwrap();
    producer.commit().unwrap();
    brokers.wait_for_markers(&topic, 0);
    let mut reader = Reader::open(&brokers.args, &[(topic, 0, Start::Beginning)]).unwrap();
    let mut seen = Vec::new();
    reader
        .read_to_end::<Failure>(|record| {
            let headers: Vec<_> =
                record.headers().map(|(name, value)| (name.to_owned(), value.map(<[u8]>::to_vec))).collect();
            seen.push((record.key().map(<[u8]>::to_vec), record.payload().map(<[u8]>::to_vec), headers));
            assert!(record.timestamp_ms() > 1_700_000_000_000 && !record.has_unreadable_header());
            Ok(())
        })
        .unwrap();
    let sent: Vec<_> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), Some(value.to_vec()))).collect();
    assert_eq!(seen[0], (Some(b"key".to_vec()), Some(vec![0, 1, 2]), sent));
    assert_eq!(seen[1], (None, None, Vec::new()));
}
