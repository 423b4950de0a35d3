//! Creating, deleting and asking.

use crate::brokers::{Brokers, wait_until};
use kafka::{Admin, Args, Class, TopicSpec};
use std::time::Duration;

#[test]
fn creating_topics_again_changes_nothing() {
    let brokers = Brokers::new();
    let specs = [brokers.spec("a", 3), brokers.spec("b", 1)];
    let first = brokers.block_on(brokers.admin.create_topics(&specs)).unwrap();
    assert_eq!((first.created.len(), first.existing.len()), (2, 0));
    let again = brokers.block_on(brokers.admin.create_topics(&specs)).unwrap();
    assert_eq!((again.created.len(), again.existing.len()), (0, 2));
    assert_eq!(brokers.admin.end_offsets(&specs[0].name).unwrap(), [(0, 0); 3]);
}

#[test]
fn a_topic_with_another_number_of_partitions_is_refused_by_name() {
    let brokers = Brokers::new();
    let name = brokers.topic("a", 3);
    let error = brokers.block_on(brokers.admin.create_topics(&[brokers.spec("a", 6)])).unwrap_err();
    assert_eq!(error.class(), Class::Fatal);
    assert!(error.to_string().contains(&format!("topic {name} has 3 partitions instead of 6")), "{error}");
}

#[test]
fn a_deleted_topic_is_gone_and_deleting_it_again_is_no_error() {
    let brokers = Brokers::new();
    let name = brokers.topic("a", 1);
    brokers.block_on(brokers.admin.delete_topics(&[&name])).unwrap();
    wait_until("the topic is gone", || {
        !brokers.block_on(brokers.admin.partition_counts()).unwrap().contains_key(&name)
    });
    brokers.block_on(brokers.admin.delete_topics(&[&name])).unwrap();
    let error = brokers.admin.end_offsets(&name).unwrap_err().to_string();
    assert!(error.contains(&name) && error.contains("wellbook init"), "{error}");
}

#[test]
fn a_bad_setting_of_a_topic_is_refused_with_its_name() {
    let brokers = Brokers::new();
    let config = vec![("cleanup.policy".to_owned(), "burn".to_owned())];
    let error =
        brokers.block_on(brokers.admin.create_topics(&[TopicSpec { config, ..brokers.spec("a", 1) }]));
    let error = error.unwrap_err();
    assert!(error.class() == Class::Fatal && error.to_string().contains(&brokers.name("a")), "{error}");
}

#[test]
fn brokers_that_are_not_there_are_named() {
    let admin = Admin::new(&Args::of("127.0.0.1:1")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let error = runtime.block_on(admin.reachable(Duration::from_millis(500))).unwrap_err();
    assert_eq!(error.class(), Class::Transient);
    let text = error.to_string();
    assert!(text.contains("127.0.0.1:1") && text.contains("KAFKA_BOOTSTRAP_SERVERS"), "{text}");
}

#[test]
fn the_cluster_says_who_it_is() {
    let brokers = Brokers::new();
    brokers.block_on(brokers.admin.reachable(Duration::from_secs(10))).unwrap();
    assert!(!brokers.admin.cluster_id().unwrap().is_empty());
}
