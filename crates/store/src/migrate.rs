//! Brings the schema up to date.

use crate::error::StoreError;
use crate::settings::{Args, Target};
use tokio_postgres::Client;

mod embedded {
    refinery::embed_migrations!("../../migrations");
}

/// Where refinery notes what it applied; beside the schema, which its first migration creates.
const HISTORY_TABLE: &str = "wellbook_schema_history";
/// Any number that nobody else takes: "wellbook" as bytes.
const LOCK: i64 = 0x7765_6c6c_626f_6f6b;

/// What [`migrate`] found and did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The migrations that were applied now, such as `V1__journal`.
    pub applied: Vec<String>,
    /// The version that the schema has.
    pub version: i64,
}

/// Applies the migrations that the database does not have. Safe to run at any time and by several at once: they wait
/// for each other, and one that finds nothing to do changes nothing.
///
/// # Errors
/// Where the database cannot be reached, refuses, or holds migrations that this program does not know.
pub async fn migrate(args: &Args) -> Result<Migrated, StoreError> {
    let target = args.target()?;
    let (mut client, _connection) = connect(&target, MIGRATION_SESSION).await?;
    let failed = |error| StoreError::of(&target.address, &error);
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await.map_err(failed)?;
    let mut runner = embedded::migrations::runner().set_grouped(false);
    runner.set_migration_table_name(HISTORY_TABLE);
    let outcome = runner.run_async(&mut client).await;
    // The lock goes with the connection, too; this lets a waiting one start at once.
    client.execute("SELECT pg_advisory_unlock($1)", &[&LOCK]).await.map_err(failed)?;
    let report = outcome.map_err(|error| StoreError::Schema {
        address: target.address.clone(),
        detail: format!("a migration failed: {}", with_causes(&error)),
    })?;
    let applied = report.applied_migrations().iter().map(ToString::to_string).collect();
    let newest = runner.get_migrations().iter().map(|migration| i64::from(migration.version())).max();
    Ok(Migrated { applied, version: newest.unwrap_or(0) })
}

/// Changes to a schema wait a minute for readers to let go, and then say so rather than hang.
const MIGRATION_SESSION: &str = "SET lock_timeout = '60s'; SET client_min_messages = warning";

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = match cause.downcast_ref::<tokio_postgres::Error>() {
            Some(database) => crate::error::describe(database),
            None => cause.to_string(),
        };
        text = format!("{text}: {cause_text}");
        source = cause.source();
    }
    text
}

/// A connection outside the pool, prepared by `session`. Its driving task ends when the returned guard is dropped.
pub(crate) async fn connect(target: &Target, session: &str) -> Result<(Client, ConnectionTask), StoreError> {
    let failed = |error| StoreError::of(&target.address, &error);
    let (client, connection) = target.config.connect(target.tls.clone()).await.map_err(failed)?;
    let address = target.address.clone();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(
                database.address = address,
                error = crate::error::describe(&error),
                "connection ended"
            );
        }
    });
    client.batch_execute(session).await.map_err(failed)?;
    Ok((client, ConnectionTask { _tasks: tasks }))
}

/// Drives a connection for as long as it is held.
pub(crate) struct ConnectionTask {
    _tasks: tokio::task::JoinSet<()>,
}
