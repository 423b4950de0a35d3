//! SQL that a person types, and its answer as text.

use crate::error::StoreError;
use crate::migrate::{ConnectionTask, connect};
use crate::settings::Args;
use tokio_postgres::{Client, SimpleQueryMessage};

/// The answer to one statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// Names of the columns; none for a statement that returns no rows.
    pub columns: Vec<String>,
    /// The rows, as Postgres writes their values; none for NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// How many rows it returned or changed.
    pub count: u64,
}

/// A session for statements that a person types.
pub struct Console {
    client: Client,
    address: String,
    _connection: ConnectionTask,
}

impl Console {
    /// Connects.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub async fn connect(args: &Args) -> Result<Self, StoreError> {
        let target = args.target()?;
        let (client, connection) = connect(&target, "").await?;
        Ok(Self { client, address: target.address, _connection: connection })
    }

    /// Runs one or more statements, and returns the answer to each.
    ///
    /// # Errors
    /// What the server says of them.
    pub async fn run(&self, sql: &str) -> Result<Vec<Reply>, StoreError> {
        let messages = self.client.simple_query(sql).await;
        let messages = messages.map_err(|error| StoreError::of(&self.address, &error))?;
        let (mut replies, mut reply) = (Vec::new(), Reply::default());
        for message in messages {
            match message {
                SimpleQueryMessage::RowDescription(columns) => {
                    reply.columns = columns.iter().map(|column| column.name().to_owned()).collect();
                }
                SimpleQueryMessage::Row(row) => {
                    reply.rows.push((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect());
                }
                SimpleQueryMessage::CommandComplete(count) => {
                    replies.push(Reply { count, ..std::mem::take(&mut reply) });
                }
                _ => {}
            }
        }
        Ok(replies)
    }
}
