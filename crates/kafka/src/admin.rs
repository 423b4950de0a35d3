//! Topics and offsets, asked and changed.

use crate::context::Plain;
use crate::failure::Failure;
use crate::reader::consumer_config;
use crate::settings::Args;
use crate::tracker::{QUESTION_TIMEOUT, TopicPartition, offsets_at};
use rdkafka::Offset;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the brokers may take over a change.
const CHANGE_TIMEOUT: Duration = Duration::from_secs(30);
/// Pause between two looks at whether a new topic is there.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A topic to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicSpec {
    /// Full name.
    pub name: String,
    /// Number of partitions.
    pub partitions: i32,
    /// Number of replicas; −1 for the brokers' default.
    pub replication: i32,
    /// Settings of the topic.
    pub config: Vec<(String, String)>,
}

/// What became of the topics to create.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Created {
    /// Names of those that were created now.
    pub created: Vec<String>,
    /// Names of those that were there.
    pub existing: Vec<String>,
}

/// Asks and changes what is on the brokers. Cheap to clone.
#[derive(Clone)]
pub struct Admin {
    brokers: String,
    admin: Arc<AdminClient<Plain>>,
    consumer: Arc<BaseConsumer<Plain>>,
}

impl Admin {
    /// A client for these brokers; nothing is asked yet.
    ///
    /// # Errors
    /// Where the settings cannot work.
    pub fn new(args: &Args) -> Result<Self, Failure> {
        let brokers = args.bootstrap_servers.clone();
        let failure = |error: KafkaError| Failure::of(&brokers, "client", &error);
        let admin = AdminClient::from_config_and_context(&args.client()?, Plain).map_err(failure)?;
        let consumer =
            BaseConsumer::from_config_and_context(&consumer_config(args, 1)?, Plain).map_err(failure)?;
        Ok(Self { admin: Arc::new(admin), consumer: Arc::new(consumer), brokers })
    }

    /// Creates the topics that are not there, and waits until they are. Repeating it changes nothing.
    ///
    /// # Errors
    /// Where a topic is there with another number of partitions, by name; where the brokers refuse.
    pub async fn create_topics(&self, topics: &[TopicSpec]) -> Result<Created, Failure> {
        let there = self.partition_counts().await?;
        let (existing, missing): (Vec<&TopicSpec>, Vec<&TopicSpec>) =
            topics.iter().partition(|topic| there.contains_key(&topic.name));
        self.refuse_other_counts(&existing, &there)?;
        let news: Vec<NewTopic<'_>> = missing.iter().map(|topic| new_topic(topic)).collect();
        let options = AdminOptions::new().operation_timeout(Some(CHANGE_TIMEOUT));
        if !news.is_empty() {
            let outcomes = self
                .admin
                .create_topics(&news, &options)
                .await
                .map_err(|e| self.failure("cannot create topics", &e))?;
            for outcome in outcomes {
                match outcome {
                    // Somebody else was faster.
                    Ok(_) | Err((_, Code::TopicAlreadyExists)) => {}
                    Err((topic, code)) => {
                        let what = format!("topic {topic} cannot be created");
                        return Err(self.failure(&what, &KafkaError::AdminOp(code)));
                    }
                }
            }
        }
        self.wait_for(&missing).await?;
        let names = |topics: &[&TopicSpec]| topics.iter().map(|topic| topic.name.clone()).collect();
        Ok(Created { created: names(&missing), existing: names(&existing) })
    }

    fn refuse_other_counts(
        &self,
        topics: &[&TopicSpec],
        there: &BTreeMap<String, i32>,
    ) -> Result<(), Failure> {
        let others = topics.iter().filter_map(|topic| {
            let found = there.get(&topic.name).filter(|found| **found != topic.partitions)?;
            Some(format!("topic {} has {found} partitions instead of {}", topic.name, topic.partitions))
        });
        let others: Vec<String> = others.collect();
        if others.is_empty() {
            return Ok(());
        }
        Err(Failure::Fatal(format!(
            "Kafka {}: {}; delete it, or use another TOPIC_PREFIX",
            self.brokers,
            others.join(", ")
        )))
    }

    /// A topic that was created is not everywhere at once.
    async fn wait_for(&self, topics: &[&TopicSpec]) -> Result<(), Failure> {
        let deadline = Instant::now() + CHANGE_TIMEOUT;
        loop {
            let there = self.partition_counts().await?;
            let mut missing = topics.iter().filter(|topic| !there.contains_key(&topic.name));
            let Some(topic) = missing.next() else {
                return self.refuse_other_counts(topics, &there);
            };
            if Instant::now() > deadline {
                let what = format!("topic {} was created and does not appear", topic.name);
                return Err(self.failure(&what, &KafkaError::AdminOp(Code::OperationTimedOut)));
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Deletes topics; one that is not there is no error.
    ///
    /// # Errors
    /// Where the brokers refuse.
    pub async fn delete_topics(&self, names: &[&str]) -> Result<(), Failure> {
        let options = AdminOptions::new().operation_timeout(Some(CHANGE_TIMEOUT));
        let outcomes = self
            .admin
            .delete_topics(names, &options)
            .await
            .map_err(|e| self.failure("cannot delete topics", &e))?;
        for outcome in outcomes {
            match outcome {
                Ok(_) | Err((_, Code::UnknownTopicOrPartition | Code::UnknownTopic)) => {}
                Err((topic, code)) => {
                    let what = format!("topic {topic} cannot be deleted");
                    return Err(self.failure(&what, &KafkaError::AdminOp(code)));
                }
            }
        }
        Ok(())
    }

    /// Whether a broker answers within `timeout`.
    ///
    /// # Errors
    /// Where none does.
    pub async fn reachable(&self, timeout: Duration) -> Result<(), Failure> {
        self.metadata(timeout).await.map(drop)
    }

    /// The topics that are there, with their numbers of partitions.
    ///
    /// # Errors
    /// Where the brokers cannot be asked.
    pub async fn partition_counts(&self) -> Result<BTreeMap<String, i32>, Failure> {
        self.metadata(QUESTION_TIMEOUT).await
    }

    /// How many brokers take part in the cluster, as one that answers within `timeout` knows.
    ///
    /// # Errors
    /// Where none answers.
    pub async fn broker_count(&self, timeout: Duration) -> Result<usize, Failure> {
        self.ask(timeout, |metadata| metadata.brokers().len()).await
    }

    async fn metadata(&self, timeout: Duration) -> Result<BTreeMap<String, i32>, Failure> {
        let count = |topic: &rdkafka::metadata::MetadataTopic| {
            (topic.name().to_owned(), i32::try_from(topic.partitions().len()).unwrap_or(i32::MAX))
        };
        self.ask(timeout, move |metadata| metadata.topics().iter().map(count).collect()).await
    }

    async fn ask<A: Send + 'static>(
        &self,
        timeout: Duration,
        read: impl FnOnce(&rdkafka::metadata::Metadata) -> A + Send + 'static,
    ) -> Result<A, Failure> {
        let consumer = Arc::clone(&self.consumer);
        let answer = tokio::task::spawn_blocking(move || {
            consumer.fetch_metadata(None, timeout).map(|metadata| read(&metadata))
        });
        let answer =
            answer.await.map_err(|error| Failure::transient(format!("asking for the topics: {error}")))?;
        answer.map_err(|error: KafkaError| self.failure("cannot be asked for its topics", &error))
    }

    /// The first and the end offset of each partition of a topic; the end is that of the committed records. Blocking.
    ///
    /// # Errors
    /// Where there is no such topic, or the brokers cannot be asked.
    pub fn end_offsets(&self, topic: &str) -> Result<Vec<(i64, i64)>, Failure> {
        let what = format!("topic {topic}");
        let metadata = self
            .consumer
            .fetch_metadata(Some(topic), QUESTION_TIMEOUT)
            .map_err(|e| self.failure(&what, &e))?;
        let count =
            metadata.topics().iter().find(|found| found.name() == topic).map_or(0, |t| t.partitions().len());
        if count == 0 {
            return Err(self.failure(&what, &KafkaError::MetadataFetch(Code::UnknownTopicOrPartition)));
        }
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        let partitions: Vec<TopicPartition> =
            (0..count).map(|partition| (topic.to_owned(), partition)).collect();
        let asked: Vec<&TopicPartition> = partitions.iter().collect();
        let at = |place| offsets_at(&*self.consumer, &self.brokers, &asked, place);
        let (first, end) = (at(Offset::Beginning)?, at(Offset::End)?);
        Ok(first.into_values().zip(end.into_values()).collect())
    }

    /// The id of the cluster. Blocking.
    ///
    /// # Errors
    /// Where the brokers do not say within ten seconds.
    pub fn cluster_id(&self) -> Result<String, Failure> {
        self.consumer.client().fetch_cluster_id(QUESTION_TIMEOUT).ok_or_else(|| {
            self.failure("cannot be asked for its id", &KafkaError::MetadataFetch(Code::OperationTimedOut))
        })
    }

    fn failure(&self, what: &str, error: &KafkaError) -> Failure {
        Failure::of(&self.brokers, what, error)
    }
}

/// The first offset of each partition of a topic, and where all its records end, those of open transactions included:
/// whatever was committed before this was asked stands before that end. Blocking.
///
/// # Errors
/// Where there is no such topic, or the brokers cannot be asked.
pub fn written_offsets(args: &Args, topic: &str, partitions: i32) -> Result<Vec<(i64, i64)>, Failure> {
    let brokers = &args.bootstrap_servers;
    let mut config = consumer_config(args, 1)?;
    config.set("isolation.level", "read_uncommitted");
    let consumer = BaseConsumer::from_config_and_context(&config, Plain)
        .map_err(|error| Failure::of(brokers, "client", &error))?;
    let partitions: Vec<TopicPartition> =
        (0..partitions).map(|partition| (topic.to_owned(), partition)).collect();
    let asked: Vec<&TopicPartition> = partitions.iter().collect();
    let at = |place| offsets_at(&consumer, brokers, &asked, place);
    let (first, end) = (at(Offset::Beginning)?, at(Offset::End)?);
    Ok(first.into_values().zip(end.into_values()).collect())
}

fn new_topic(topic: &TopicSpec) -> NewTopic<'_> {
    let mut new = NewTopic::new(&topic.name, topic.partitions, TopicReplication::Fixed(topic.replication));
    for (name, value) in &topic.config {
        new = new.set(name, value);
    }
    new
}
