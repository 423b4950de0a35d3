//! The consumer loop, in both of its shapes.

use crate::brokers::{Brokers, wait_until};
use kafka::{
    Args, BatchLimits, Class, Failure, Flow, GroupMetadata, Handler, Progress, Record, Settings, Signals,
    Start, TopicPartition, TransactionalProducer, run_consumer,
};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

type Group<'g> = &'g dyn Fn() -> Result<GroupMetadata, Failure>;

/// Copies records to another topic, exactly once.
struct Relay {
    args: Args,
    id: &'static str,
    producer: Option<TransactionalProducer>,
    to: String,
    /// Fails once, after so many records.
    fails_at: Option<usize>,
    taken: Arc<AtomicUsize>,
}

impl Relay {
    fn new(brokers: &Brokers, id: &'static str, to: &str) -> Self {
        let taken = Arc::default();
        Self { args: brokers.args.clone(), id, producer: None, to: to.to_owned(), fails_at: None, taken }
    }
}

impl Handler for Relay {
    fn starts(&mut self, _: &[TopicPartition]) -> Result<Option<Vec<Start>>, Failure> {
        if self.producer.as_ref().is_none_or(TransactionalProducer::is_poisoned) {
            self.producer = None;
            self.producer = Some(TransactionalProducer::connect(&self.args, self.id)?);
        }
        Ok(None)
    }

    fn take(&mut self, record: &Record<'_>) -> Result<Flow, Failure> {
        let producer = self.producer.as_mut().unwrap();
        if !producer.is_open() {
            producer.begin()?;
        }
        producer.forward(record, &self.to, &[("seen", b"yes")])?;
        let taken = self.taken.fetch_add(1, Ordering::Relaxed) + 1;
        if self.fails_at.take_if(|at| *at == taken).is_some() {
            return Err(Failure::transient("as the test wants it"));
        }
        Ok(Flow::More)
    }

    fn flush(&mut self, progress: &[Progress], group: Group<'_>) -> Result<(), Failure> {
        let producer = self.producer.as_mut().unwrap();
        producer.send_offsets(progress, &group()?)?;
        producer.commit()
    }

    fn abandon(&mut self) -> Result<(), Failure> {
        self.producer.as_mut().map_or(Ok(()), TransactionalProducer::abort)
    }
}

/// What a database would hold: rows and offsets, moved together.
#[derive(Debug, Default)]
struct Table {
    rows: Vec<String>,
    offsets: BTreeMap<TopicPartition, i64>,
}

/// Keeps its own offsets.
#[derive(Default)]
struct Loader {
    table: Arc<Mutex<Table>>,
    batch: Vec<String>,
    fails_at_flush: Option<usize>,
    flushes: usize,
    full_at: usize,
    /// How often it cannot say yet where to begin.
    unsure: usize,
}

impl Handler for Loader {
    fn starts(&mut self, partitions: &[TopicPartition]) -> Result<Option<Vec<Start>>, Failure> {
        if self.unsure > 0 {
            self.unsure -= 1;
            return Err(Failure::transient("nothing has begun yet"));
        }
        let table = self.table.lock().unwrap();
        let start = |partition| Start::Offset(table.offsets.get(partition).copied().unwrap_or(0));
        Ok(Some(partitions.iter().map(start).collect()))
    }

    fn take(&mut self, record: &Record<'_>) -> Result<Flow, Failure> {
        self.batch.push(String::from_utf8(record.payload().unwrap().to_vec()).unwrap());
        Ok(if self.batch.len() == self.full_at { Flow::Full } else { Flow::More })
    }

    fn flush(&mut self, progress: &[Progress], _: Group<'_>) -> Result<(), Failure> {
        self.flushes += 1;
        if self.fails_at_flush.take_if(|at| *at == self.flushes).is_some() {
            return Err(Failure::transient("the database is away"));
        }
        let mut table = self.table.lock().unwrap();
        for Progress { topic, partition, from, to } in progress {
            let held = table.offsets.entry((topic.clone(), *partition)).or_insert(0);
            assert_eq!(*held, *from, "{topic}/{partition}: a gap or an overlap");
            *held = *to;
        }
        table.rows.append(&mut self.batch);
        Ok(())
    }

    fn abandon(&mut self) -> Result<(), Failure> {
        self.batch.clear();
        Ok(())
    }
}

fn settings(brokers: &Brokers, topics: &[&str], until_end: bool) -> Settings {
    Settings {
        kafka: brokers.args.clone(),
        group: "group".into(),
        instance: None,
        topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
        batch: BatchLimits { records: 500, ..BatchLimits::default() },
        until_end,
        hint_offsets: false,
        signals: Signals::default(),
    }
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{number:05}")).collect()
}

fn write_numbered(brokers: &Brokers, topic: &str, partitions: usize, count: usize) -> Vec<Vec<String>> {
    let numbers = numbered(count);
    let mut expected = vec![Vec::new(); partitions];
    for (at, text) in numbers.iter().enumerate() {
        expected[at % partitions].push(text.clone());
    }
    for (partition, texts) in expected.iter().enumerate() {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        brokers.write(topic, i32::try_from(partition).unwrap(), &texts);
    }
    expected
}

#[test]
fn a_relay_copies_each_record_once_to_the_partition_that_it_came_from() {
    let brokers = Brokers::new();
    let (from, to) = (brokers.topic("from", 3), brokers.topic("to", 3));
    let expected = write_numbered(&brokers, &from, 3, 2000);
    let relay = Relay::new(&brokers, "relay-0", &to);
    brokers
        .block_on(run_consumer(settings(&brokers, &[&from], true), relay, CancellationToken::new()))
        .unwrap();
    assert_eq!(brokers.texts(&to, 3), expected);
    // Once more: the group's offsets moved in the same transactions.
    let relay = Relay::new(&brokers, "relay-0", &to);
    brokers
        .block_on(run_consumer(settings(&brokers, &[&from], true), relay, CancellationToken::new()))
        .unwrap();
    assert_eq!(brokers.texts(&to, 3), expected);
}

#[test]
fn a_relay_that_fails_in_the_middle_of_a_batch_leaves_neither_gap_nor_double() {
    let brokers = Brokers::new();
    let (from, to) = (brokers.topic("from", 2), brokers.topic("to", 2));
    let expected = write_numbered(&brokers, &from, 2, 3000);
    let relay = Relay { fails_at: Some(1777), ..Relay::new(&brokers, "relay-0", &to) };
    brokers
        .block_on(run_consumer(settings(&brokers, &[&from], true), relay, CancellationToken::new()))
        .unwrap();
    assert_eq!(brokers.texts(&to, 2), expected);
}

#[test]
fn what_a_dead_relay_produced_and_did_not_commit_is_copied_once_by_its_successor() {
    let brokers = Brokers::new();
    let (from, to) = (brokers.topic("from", 1), brokers.topic("to", 1));
    let expected = write_numbered(&brokers, &from, 1, 100);
    // As far as the brokers can tell, this one is killed after its records arrived and before it committed.
    let mut dead = brokers.producer("relay-0");
    dead.begin().unwrap();
    expected[0].iter().take(50).for_each(|text| crate::brokers::send(&mut dead, &to, 0, text).unwrap());
    let relay = Relay::new(&brokers, "relay-0", &to);
    brokers
        .block_on(run_consumer(settings(&brokers, &[&from], true), relay, CancellationToken::new()))
        .unwrap();
    assert_eq!(brokers.texts(&to, 1), expected);
    assert_eq!(dead.commit().unwrap_err().class(), Class::Fatal);
}

#[test]
fn a_loader_reads_on_where_its_table_stands() {
    let brokers = Brokers::new();
    let topic = brokers.topic("from", 3);
    let empty = brokers.topic("empty", 1);
    write_numbered(&brokers, &topic, 3, 1000);
    let table: Arc<Mutex<Table>> = Arc::default();
    for round in 1..=2 {
        let loader =
            Loader { table: Arc::clone(&table), fails_at_flush: Some(2), full_at: 70, ..Loader::default() };
        let settings = settings(&brokers, &[&topic, &empty], true);
        brokers.block_on(run_consumer(settings, loader, CancellationToken::new())).unwrap();
        let mut rows = table.lock().unwrap().rows.clone();
        rows.sort();
        let mut expected: Vec<String> = (0..round).flat_map(|_| numbered(1000)).collect();
        expected.sort();
        assert_eq!(rows, expected, "round {round}");
        write_numbered(&brokers, &topic, 3, 1000);
    }
}

#[test]
fn partitions_that_come_before_a_loader_knows_where_to_begin_are_read_when_it_does() {
    let brokers = Brokers::new();
    let topic = brokers.topic("from", 2);
    write_numbered(&brokers, &topic, 2, 10);
    let table: Arc<Mutex<Table>> = Arc::default();
    let loader = Loader { table: Arc::clone(&table), unsure: 3, ..Loader::default() };
    let token = CancellationToken::new();
    std::thread::scope(|scope| {
        let settings = settings(&brokers, &[&topic], false);
        let running =
            scope.spawn(|| brokers.block_on(run_consumer(settings, loader, token.clone())).unwrap());
        wait_until("all is loaded", || table.lock().unwrap().rows.len() == 10);
        token.cancel();
        running.join().unwrap();
    });
}

#[test]
fn two_members_share_the_partitions_and_one_takes_over_when_the_other_leaves() {
    let brokers = Brokers::new();
    let (from, to) = (brokers.topic("from", 4), brokers.topic("to", 4));
    let tokens = [CancellationToken::new(), CancellationToken::new()];
    let mut expected = write_numbered(&brokers, &from, 4, 400);
    std::thread::scope(|scope| {
        let relays: Vec<_> = ["relay-0", "relay-1"]
            .into_iter()
            .zip(&tokens)
            .map(|(id, token)| {
                let relay = Relay::new(&brokers, id, &to);
                let taken = Arc::clone(&relay.taken);
                let (settings, token) = (settings(&brokers, &[&from], false), token.clone());
                let brokers = &brokers;
                let running =
                    scope.spawn(move || brokers.block_on(run_consumer(settings, relay, token)).unwrap());
                (taken, running)
            })
            .collect();
        let taken = |at: usize| relays[at].0.load(Ordering::Relaxed);
        wait_until("both have a share", || {
            for (partition, texts) in write_numbered(&brokers, &from, 4, 40).into_iter().enumerate() {
                expected[partition].extend(texts);
            }
            taken(0) > 0 && taken(1) > 0
        });
        let stopping = Instant::now();
        tokens[0].cancel();
        for (partition, texts) in write_numbered(&brokers, &from, 4, 40).into_iter().enumerate() {
            expected[partition].extend(texts);
        }
        let count: usize = expected.iter().map(Vec::len).sum();
        wait_until("the other has copied the rest", || {
            brokers.texts(&to, 4).iter().map(Vec::len).sum::<usize>() >= count
        });
        tokens[1].cancel();
        for (_, running) in relays {
            assert!(running.join().unwrap().is_some(), "left behind");
        }
        assert!(stopping.elapsed() < Duration::from_secs(60));
    });
    assert_eq!(brokers.texts(&to, 4), expected);
}

#[test]
fn a_static_member_that_died_has_its_partitions_back_at_once() {
    let brokers = Brokers::new();
    let topic = brokers.topic("from", 2);
    write_numbered(&brokers, &topic, 2, 10);
    for _ in 0..2 {
        let table: Arc<Mutex<Table>> = Arc::default();
        let loader = Loader { table: Arc::clone(&table), ..Loader::default() };
        let settings = Settings { instance: Some("sink-0".into()), ..settings(&brokers, &[&topic], true) };
        let since = Instant::now();
        brokers.block_on(run_consumer(settings, loader, CancellationToken::new())).unwrap();
        assert_eq!(table.lock().unwrap().rows.len(), 10);
        // A static member does not leave when it ends: for the group, both deaths and ends look the same.
        assert!(
            since.elapsed() < Duration::from_secs(9),
            "waited for the session to time out: {:?}",
            since.elapsed()
        );
    }
}

#[test]
fn a_shutdown_with_brokers_away_ends_in_time() {
    let brokers = Brokers::new();
    let token = CancellationToken::new();
    let settings = Settings { kafka: Args::of("127.0.0.1:1"), ..settings(&brokers, &["nowhere"], false) };
    let alive = Arc::new(AtomicUsize::new(0));
    let beats = Arc::clone(&alive);
    let signals = Signals {
        heartbeat: Box::new(move || {
            beats.fetch_add(1, Ordering::Relaxed);
        }),
        ready: Box::new(|is_ready| assert!(!is_ready, "nothing to be ready with")),
    };
    std::thread::scope(|scope| {
        let settings = Settings { signals, ..settings };
        let running = scope
            .spawn(|| brokers.block_on(run_consumer(settings, Loader::default(), token.clone())).unwrap());
        wait_until("the loop is alive", || alive.load(Ordering::Relaxed) > 3);
        let since = Instant::now();
        token.cancel();
        running.join().unwrap();
        assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
    });
}
