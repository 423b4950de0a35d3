//! Topics of a test's own.

use kafka::{
    Admin, Args, Event, Failure, Outgoing, Reader, Start, TopicSpec, TransactionalProducer, written_offsets,
};
use std::time::{Duration, Instant};

const BOOTSTRAP_SERVERS: &str = "WELLBOOK_TEST_BOOTSTRAP_SERVERS";
/// A condition that is not met within this time never will be.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The brokers, under a prefix of the test's own.
pub(crate) struct Brokers {
    pub(crate) args: Args,
    pub(crate) admin: Admin,
    runtime: tokio::runtime::Runtime,
}

impl Brokers {
    pub(crate) fn new() -> Self {
        let servers = std::env::var(BOOTSTRAP_SERVERS).unwrap_or_else(|_| {
            panic!("{BOOTSTRAP_SERVERS} is not set: these tests need real brokers (make test)")
        });
        let args = Args::of(&servers).with_prefix(&format!("test.{}.", uuid::Uuid::new_v4().simple()));
        let admin = Admin::new(&args).unwrap();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { args, admin, runtime }
    }

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// The full name of a topic.
    pub(crate) fn name(&self, topic: &str) -> String {
        format!("{}{topic}", self.args.topic_prefix)
    }

    pub(crate) fn spec(&self, topic: &str, partitions: i32) -> TopicSpec {
        TopicSpec { name: self.name(topic), partitions, replication: -1, config: Vec::new() }
    }

    pub(crate) fn topic(&self, topic: &str, partitions: i32) -> String {
        self.block_on(self.admin.create_topics(&[self.spec(topic, partitions)])).unwrap();
        self.name(topic)
    }

    pub(crate) fn producer(&self, id: &str) -> TransactionalProducer {
        TransactionalProducer::connect(&self.args, id).unwrap()
    }

    /// Commits these texts to a partition, in one transaction.
    pub(crate) fn write(&self, topic: &str, partition: i32, texts: &[&str]) {
        let mut producer = self.producer(&format!("writer-{topic}"));
        producer.begin().unwrap();
        texts.iter().for_each(|text| send(&mut producer, topic, partition, text).unwrap());
        producer.commit().unwrap();
        self.wait_for_markers(topic, partition);
    }

    /// Brokers answer a commit before its marker stands in the partition; until then nobody sees its records.
    pub(crate) fn wait_for_markers(&self, topic: &str, partition: i32) {
        let partition = usize::try_from(partition).unwrap();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let committed = self.admin.end_offsets(topic).unwrap();
            let written = written_offsets(&self.args, topic, committed.len().try_into().unwrap()).unwrap();
            if committed[partition] == written[partition] {
                return;
            }
            assert!(Instant::now() < deadline, "the marker of a commit never came");
        }
    }

    /// The committed texts of a topic, by partition.
    pub(crate) fn texts(&self, topic: &str, partitions: i32) -> Vec<Vec<String>> {
        let starts: Vec<_> =
            (0..partitions).map(|number| (topic.to_owned(), number, Start::Beginning)).collect();
        let mut texts = vec![Vec::new(); starts.len()];
        let mut reader = Reader::open(&self.args, &starts).unwrap();
        reader
            .read_to_end::<Failure>(|record| {
                let text = String::from_utf8(record.payload().unwrap().to_vec()).unwrap();
                texts[usize::try_from(record.partition()).unwrap()].push(text);
                Ok(())
            })
            .unwrap();
        texts
    }
}

pub(crate) fn send(
    producer: &mut TransactionalProducer,
    topic: &str,
    partition: i32,
    text: &str,
) -> Result<(), Failure> {
    let payload = Some(text.as_bytes());
    producer.send(&Outgoing { topic, partition: Some(partition), key: Some(b"k"), payload, headers: &[] })
}

/// Waits for a condition.
pub(crate) fn wait_until(what: &str, mut is_met: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_met() {
        assert!(Instant::now() < deadline, "still not so after {PATIENCE:?}: {what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// Reads until every partition has ended, and returns texts and ends as `topic/partition=next`.
pub(crate) fn read_all(reader: &mut Reader, partitions: usize) -> (Vec<String>, Vec<String>) {
    let (mut texts, mut ends) = (Vec::new(), Vec::new());
    let deadline = Instant::now() + PATIENCE;
    while ends.len() < partitions {
        assert!(Instant::now() < deadline, "only {ends:?} ended");
        match reader.poll(Duration::from_millis(100)).unwrap() {
            Some(Event::Record(record)) => {
                texts.push(String::from_utf8_lossy(record.payload().unwrap()).into_owned());
            }
            Some(Event::EndOfPartition { topic, partition, next }) => {
                ends.push(format!("{}/{partition}={next}", topic.rsplit('.').next().unwrap()));
            }
            None => {}
        }
    }
    ends.sort();
    (texts, ends)
}
