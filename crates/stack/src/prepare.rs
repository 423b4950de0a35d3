//! What the services expect to find: topics, schemas, tables. The same for embedded and for external parts.

use crate::error::StackError;
use contract::{Registry, Topic, TopicNames};
use kafka::{Admin, Created, TopicSpec};
use store::Migrated;

/// What [`prepare`] found and did.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Topics that were created, and that were there.
    pub topics: Created,
    /// How many schemas are registered.
    pub schemas: usize,
    /// Migrations that were applied.
    pub migrated: Migrated,
}

impl std::fmt::Display for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let topics = self.topics.created.len() + self.topics.existing.len();
        write!(
            f,
            "{topics} topics ({} new), {} schemas, {} migrations (version {})",
            self.topics.created.len(),
            self.schemas,
            self.migrated.applied.len(),
            self.migrated.version
        )
    }
}

/// Creates the topics of the contract with the brokers' own replication, registers their schemas, and brings the tables
/// up to date. Repeating it changes nothing.
///
/// # Errors
/// What refused, by name.
pub async fn prepare(
    kafka: &kafka::Args,
    registry: &contract::registry::Args,
    store: &store::Args,
) -> Result<Prepared, StackError> {
    kafka.check().map_err(|failure| StackError::Settings(failure.to_string()))?;
    let names = TopicNames::new(&kafka.topic_prefix);
    let specs: Vec<TopicSpec> = Topic::ALL.iter().map(|topic| topic_spec(*topic, &names)).collect();
    let topics = async { Ok::<_, StackError>(Admin::new(kafka)?.create_topics(&specs).await?) };
    let schemas = async { Ok(Registry::new(registry)?.register_all(&names).await?.len()) };
    let tables = async { Ok(store::migrate(store).await?) };
    let (topics, schemas, migrated) = tokio::try_join!(topics, schemas, tables)?;
    Ok(Prepared { topics, schemas, migrated })
}

fn topic_spec(topic: Topic, names: &TopicNames) -> TopicSpec {
    TopicSpec {
        name: names.name(topic),
        partitions: topic.partitions(),
        replication: -1, // the brokers know how many they are
        config: topic.config().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}
