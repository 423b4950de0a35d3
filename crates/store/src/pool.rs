//! The pool through which queries run.

use crate::error::StoreError;
use crate::settings::{Args, Target};
use contract::{ENTRY_PARTITIONS, Position, Topic};
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod};
use deadpool_postgres::{Runtime, Transaction};
use std::time::Duration;
use tokio_postgres::IsolationLevel;
use uuid::Uuid;

/// Queries only read. Filters are optional parameters of one statement each, so every run is planned for the parameters
/// that it has. Fifteen seconds are far beyond any indexed page and short of a client's patience.
const SESSION: &str = "SET default_transaction_read_only = on; SET statement_timeout = '15s'; \
    SET idle_in_transaction_session_timeout = '60s'; SET plan_cache_mode = force_custom_plan; SET jit = off; SET TimeZone = 'UTC'";
/// How long a request waits for a connection while all are in use, before it is turned away.
const WAIT_TIMEOUT: Duration = Duration::from_secs(5);
/// Connecting, with TLS and authentication, on a busy machine.
const CREATE_TIMEOUT: Duration = Duration::from_secs(15);
/// A check whether the connection still lives.
const RECYCLE_TIMEOUT: Duration = Duration::from_secs(5);

/// Read access to staging, through a bounded pool. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
    pub(crate) address: String,
}

impl Store {
    /// A pool for these settings. Connects nothing yet: [`Store::ping`] does.
    ///
    /// # Errors
    /// Where the settings are wrong.
    pub fn connect(args: &Args) -> Result<Self, StoreError> {
        let Target { config, tls, address } = args.target()?;
        // A connection is checked by the first statement it runs; a broken one is noticed by its task having ended.
        let manager =
            Manager::from_config(config, tls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let prepare = Hook::async_fn(|client: &mut deadpool_postgres::ClientWrapper, _| {
            Box::pin(async move { client.batch_execute(SESSION).await.map_err(HookError::Backend) })
        });
        let pool = Pool::builder(manager)
            .max_size(usize::from(args.database_pool_size))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT_TIMEOUT))
            .create_timeout(Some(CREATE_TIMEOUT))
            .recycle_timeout(Some(RECYCLE_TIMEOUT))
            .post_create(prepare)
            .build()
            .map_err(|error| StoreError::Setting { detail: error.to_string() })?;
        Ok(Self { pool, address })
    }

    /// Host, port and database, for people; never the password.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Connections in use and idle, for metrics.
    #[must_use]
    pub fn pool_status(&self) -> PoolStatus {
        let status = self.pool.status();
        PoolStatus { in_use: status.size.saturating_sub(status.available), idle: status.available }
    }

    /// Asks the server for a sign of life, and whether the schema is there.
    ///
    /// # Errors
    /// Where it gives none.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let client = self.client().await?;
        let statement = "SELECT FROM staging.ingest_offset LIMIT 1";
        client.query_opt(statement, &[]).await.map(drop).map_err(|error| self.failed(&error))
    }

    /// How far the validated topic is loaded; none before a sink has begun.
    ///
    /// # Errors
    /// Where the database cannot be asked.
    pub async fn position(&self) -> Result<Option<Position>, StoreError> {
        let mut client = self.client().await?;
        let transaction = self.snapshot(&mut client).await?;
        self.position_in(&transaction).await
    }

    pub(crate) async fn client(&self) -> Result<Object, StoreError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                self.failed(&error)
            }
            other => StoreError::Unavailable {
                address: self.address.clone(),
                detail: format!(
                    "no connection within {} s ({other}); raise DATABASE_POOL_SIZE if this lasts",
                    WAIT_TIMEOUT.as_secs()
                ),
            },
        })
    }

    /// A transaction in which everything is read as of one moment.
    pub(crate) async fn snapshot<'c>(&self, client: &'c mut Object) -> Result<Transaction<'c>, StoreError> {
        client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()
            .await
            .map_err(|error| self.failed(&error))
    }

    pub(crate) async fn position_in(
        &self,
        transaction: &Transaction<'_>,
    ) -> Result<Option<Position>, StoreError> {
        let statement = transaction.prepare_cached(POSITION).await.map_err(|error| self.failed(&error))?;
        let topic = Topic::JournalEntryValidated.base_name();
        let rows = transaction.query(&statement, &[&topic]).await.map_err(|error| self.failed(&error))?;
        let Some(first) = rows.first() else { return Ok(None) };
        let mut position = Position::start(first.get::<_, Uuid>(0));
        for row in &rows {
            let (partition, next): (i32, i64) = (row.get(1), row.get(2));
            let slot = usize::try_from(partition).ok().filter(|at| *at < ENTRY_PARTITIONS);
            if let (Some(slot), Ok(next)) = (slot, u64::try_from(next)) {
                position.next[slot] = next;
            }
        }
        Ok(Some(position))
    }

    pub(crate) fn failed(&self, error: &tokio_postgres::Error) -> StoreError {
        StoreError::of(&self.address, error)
    }
}

const POSITION: &str =
    "SELECT incarnation, partition, next_offset FROM staging.ingest_offset WHERE topic = $1";

/// Connections of the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolStatus {
    /// Lent out.
    pub in_use: usize,
    /// Open and waiting.
    pub idle: usize,
}
