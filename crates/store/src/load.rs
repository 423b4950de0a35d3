//! Loading: rows and offsets in one transaction, fenced by the offsets themselves.

use crate::error::{Class, StoreError, class, describe};
use crate::migrate::{ConnectionTask, connect};
use crate::rows;
use crate::settings::{Args, Target};
use crate::staged::{Advance, Batch, RejectedEntry, Stage, StagedEntry};
use crate::{masters, seals};
use bytes::Bytes;
use chrono::{Datelike, Months, NaiveDate};
use contract::Topic;
use futures_util::SinkExt;
use std::collections::BTreeSet;
use std::pin::pin;
use tokio_postgres::{Client, Statement, Transaction};
use uuid::Uuid;

/// Commits are durable. A statement takes at most a minute (a batch takes a fraction of a second), a lock ten seconds
/// (a predecessor commits or dies within that), and a transaction that its client forgot lets go of its locks.
const SESSION: &str = "SET synchronous_commit = on; SET statement_timeout = '60s'; SET lock_timeout = '10s'; \
    SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning; SET TimeZone = 'UTC'";
/// Making a partition must not hold up loading: where a reader is in the way, it is left for the next batch.
const PARTITION_LOCK: &str = "SET LOCAL lock_timeout = '1s'";
/// Months made beyond the newest posting date of a batch.
const MONTHS_AHEAD: u32 = 2;
/// Months that one batch may add: more than two years at once is no journal, and the DEFAULT partition takes it.
const MONTHS_PER_BATCH: usize = 26;

const ADVANCE: &str = "UPDATE staging.ingest_offset AS held \
    SET next_offset = advance.until, updated_at = now() \
    FROM unnest($1::text[], $2::int4[], $3::int8[], $4::int8[]) AS advance (topic, partition, since, until) \
    WHERE held.topic = advance.topic AND held.partition = advance.partition \
    AND held.next_offset = advance.since AND held.incarnation = $5";

/// Why a batch was not loaded. Nothing of it is in the tables then.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The tables stand elsewhere than the batch begins: another loader owns the partition now, or this batch was
    /// loaded before. Read [`Loader::next_offset`] and go on from there.
    #[error(
        "{topic} partition {partition}: the batch begins at offset {expected}, the tables stand at {}; \
         another sink has taken over, or the batch was loaded before",
        found.map_or_else(|| "no offset of this run".to_owned(), |offset| offset.to_string())
    )]
    Fenced {
        /// Topic.
        topic: Topic,
        /// Partition.
        partition: i32,
        /// Where the batch begins.
        expected: i64,
        /// Where the tables stand, if they hold the partition for this run.
        found: Option<i64>,
    },
    /// Postgres refuses a row: [`Loader::load_isolating`] finds it.
    #[error("Postgres refuses a row of the batch: {detail}")]
    Refused {
        /// SQLSTATE and name of the constraint or condition.
        reason: String,
        /// What the server said.
        detail: String,
    },
    /// Try again, on a new [`Loader`]. The batch may have been committed: [`Loader::next_offset`] says.
    #[error("{0}")]
    Transient(StoreError),
    /// Stop.
    #[error("{0}")]
    Fatal(StoreError),
}

/// What was loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Entries.
    pub entries: usize,
    /// Their lines.
    pub lines: usize,
    /// Rejected records, those of the validator and those that Postgres refused.
    pub rejected: usize,
    /// Places in [`Batch::entries`] of those that Postgres refused.
    pub refused: Vec<usize>,
}

/// The one connection through which a sink writes.
pub struct Loader {
    client: Client,
    _connection: ConnectionTask,
    address: String,
    incarnation: Uuid,
    copy_entries: Statement,
    copy_lines: Statement,
    copy_rejected: Statement,
    advance: Statement,
    /// First days of the months that have a partition.
    months: BTreeSet<NaiveDate>,
}

impl Loader {
    /// Connects, and enters the partitions that this sink owns at offset 0 where they are new.
    ///
    /// # Errors
    /// Where Postgres cannot be reached, has no schema, or holds another run.
    pub async fn open(
        args: &Args,
        incarnation: Uuid,
        partitions: &[(Topic, i32)],
    ) -> Result<Self, StoreError> {
        let target = args.target()?;
        let (client, connection) = connect(&target, SESSION).await?;
        let failed = |error| StoreError::of(&target.address, &error);
        refuse_other_run(&client, &target, incarnation).await?;
        let (topics, numbers): (Vec<&str>, Vec<i32>) =
            partitions.iter().map(|(topic, partition)| (topic.base_name(), *partition)).unzip();
        client
            .execute(
                "INSERT INTO staging.ingest_offset (topic, partition, next_offset, incarnation) \
                 SELECT topic, partition, 0, $3 FROM unnest($1::text[], $2::int4[]) AS owned (topic, partition) \
                 ON CONFLICT DO NOTHING",
                &[&topics, &numbers, &incarnation],
            )
            .await
            .map_err(failed)?;
        // Again: two sinks of two runs may have entered theirs at once.
        refuse_other_run(&client, &target, incarnation).await?;
        let copy_entries = client.prepare(rows::COPY_ENTRIES).await.map_err(failed)?;
        let copy_lines = client.prepare(rows::COPY_LINES).await.map_err(failed)?;
        let copy_rejected = client.prepare(rows::COPY_REJECTED).await.map_err(failed)?;
        let advance = client.prepare(ADVANCE).await.map_err(failed)?;
        Ok(Self {
            client,
            _connection: connection,
            address: target.address,
            incarnation,
            copy_entries,
            copy_lines,
            copy_rejected,
            advance,
            months: BTreeSet::new(),
        })
    }

    /// The offset to read next, as committed with the rows.
    ///
    /// # Errors
    /// Where Postgres cannot be asked, or does not hold the partition.
    pub async fn next_offset(&self, topic: Topic, partition: i32) -> Result<i64, StoreError> {
        let row =
            self.stands_at(topic, partition).await.map_err(|error| StoreError::of(&self.address, &error))?;
        row.ok_or_else(|| StoreError::Failed {
            address: self.address.clone(),
            detail: format!("staging.ingest_offset has no row for {topic} partition {partition}"),
        })
    }

    /// Lines in the DEFAULT partition: should be 0; more means that month partitions were not made ahead.
    ///
    /// # Errors
    /// Where Postgres cannot be asked.
    pub async fn default_partition_lines(&self) -> Result<i64, StoreError> {
        self.client
            .query_one("SELECT count(*) FROM staging.journal_line_default", &[])
            .await
            .map(|row| row.get(0))
            .map_err(|error| StoreError::of(&self.address, &error))
    }

    /// Loads a batch whole and moves its offsets, or does neither.
    ///
    /// # Errors
    /// As [`LoadError`] says.
    pub async fn load(&mut self, batch: &Batch<'_>) -> Result<Loaded, LoadError> {
        self.prepare(batch).await?;
        let entries = by_entry_id(batch);
        let Self { client, advance, incarnation, address, .. } = self;
        let failed = |error| sort(address, &error);
        let transaction = client.transaction().await.map_err(failed)?;
        if moved(&transaction, advance, &batch.advances, *incarnation).await.map_err(failed)? {
            let copies = Copies { entries: &self.copy_entries, lines: &self.copy_lines };
            copy_entries(&transaction, &copies, &entries).await.map_err(failed)?;
            let rejected: Vec<_> = batch.rejected.iter().collect();
            copy(&transaction, &self.copy_rejected, rows::rejected(&rejected)).await.map_err(failed)?;
            insert_the_rest(&transaction, batch, *incarnation).await.map_err(failed)?;
            transaction.commit().await.map_err(failed)?;
            return Ok(loaded(batch, Vec::new()));
        }
        transaction.rollback().await.map_err(failed)?;
        Err(self.fenced(&batch.advances).await)
    }

    /// Loads a batch of which Postgres refuses something: halves the entries until each culprit stands alone, and
    /// writes `rejected(i)` for the `i`th entry instead of it, with the server's reason. One transaction, as ever.
    ///
    /// # Errors
    /// As [`LoadError`] says; `Refused` only where something else than an entry is refused.
    pub async fn load_isolating<'r>(
        &mut self,
        batch: &Batch<'_>,
        rejected: &(dyn Fn(usize) -> RejectedEntry<'r> + Sync),
    ) -> Result<Loaded, LoadError> {
        self.prepare(batch).await?;
        let entries = by_entry_id(batch);
        let Self { client, advance, incarnation, address, .. } = self;
        let failed = |error| sort(address, &error);
        let mut transaction = client.transaction().await.map_err(failed)?;
        if moved(&transaction, advance, &batch.advances, *incarnation).await.map_err(failed)? {
            let copies = Copies { entries: &self.copy_entries, lines: &self.copy_lines };
            let refusals = isolate(&mut transaction, &copies, &entries, address).await?;
            let place = |refused: &StagedEntry<'_>| {
                let same = |staged: &StagedEntry<'_>| std::ptr::eq(staged, refused);
                batch.entries.iter().position(same).expect("it is one of the batch")
            };
            let refused: Vec<usize> = refusals.iter().map(|refusal| place(refusal.entry)).collect();
            let ours = refused.iter().zip(&refusals).map(|(at, refusal)| RejectedEntry {
                stage: Stage::Sink,
                reason: refusal.reason.clone().into(),
                detail: refusal.detail.clone().into(),
                ..rejected(*at)
            });
            let ours: Vec<RejectedEntry<'_>> = ours.collect();
            let all: Vec<_> = batch.rejected.iter().chain(&ours).collect();
            copy(&transaction, &self.copy_rejected, rows::rejected(&all)).await.map_err(failed)?;
            insert_the_rest(&transaction, batch, *incarnation).await.map_err(failed)?;
            transaction.commit().await.map_err(failed)?;
            return Ok(loaded(batch, refused));
        }
        transaction.rollback().await.map_err(failed)?;
        Err(self.fenced(&batch.advances).await)
    }

    async fn prepare(&mut self, batch: &Batch<'_>) -> Result<(), LoadError> {
        if let Some(origin) = batch.stray_entry() {
            return Err(LoadError::Fatal(StoreError::Failed {
                address: self.address.clone(),
                detail: format!(
                    "the batch holds an entry of partition {} offset {}, which none of its offsets covers",
                    origin.source_partition, origin.source_offset
                ),
            }));
        }
        self.make_partitions(batch).await
    }

    /// Makes the month partitions that the batch needs and some ahead. Where one cannot be made now, its lines go to the
    /// DEFAULT partition: they are loaded, and the month is tried again with the next batch.
    async fn make_partitions(&mut self, batch: &Batch<'_>) -> Result<(), LoadError> {
        let wanted = months(batch.entries.iter().map(|staged| staged.entry.posting_date));
        let missing: Vec<NaiveDate> =
            wanted.difference(&self.months).take(MONTHS_PER_BATCH).copied().collect();
        for month in missing {
            match make_partition(&mut self.client, month).await {
                Ok(()) => {
                    self.months.insert(month);
                }
                Err(error) if matches!(class(&error), Class::Transient) && !self.client.is_closed() => {
                    tracing::warn!(
                        month = %month, error = describe(&error),
                        "month partition not made; its lines go to the default partition until it can be"
                    );
                }
                Err(error) => return Err(sort(&self.address, &error)),
            }
        }
        Ok(())
    }

    async fn stands_at(&self, topic: Topic, partition: i32) -> Result<Option<i64>, tokio_postgres::Error> {
        let row = self
            .client
            .query_opt(
                "SELECT next_offset FROM staging.ingest_offset \
                 WHERE topic = $1 AND partition = $2 AND incarnation = $3",
                &[&topic.base_name(), &partition, &self.incarnation],
            )
            .await?;
        Ok(row.map(|row| row.get(0)))
    }

    /// Which of the offsets is elsewhere.
    async fn fenced(&self, advances: &[Advance]) -> LoadError {
        for Advance { topic, partition, from, .. } in advances {
            match self.stands_at(*topic, *partition).await {
                Ok(found) if found == Some(*from) => {}
                Ok(found) => {
                    return LoadError::Fenced {
                        topic: *topic,
                        partition: *partition,
                        expected: *from,
                        found,
                    };
                }
                Err(error) => return sort(&self.address, &error),
            }
        }
        LoadError::Transient(StoreError::Unavailable {
            address: self.address.clone(),
            detail: "the offsets moved and moved back while the batch was loaded".to_owned(),
        })
    }
}

async fn refuse_other_run(client: &Client, target: &Target, incarnation: Uuid) -> Result<(), StoreError> {
    let other = client
        .query_opt(
            "SELECT incarnation FROM staging.ingest_offset WHERE incarnation <> $1 LIMIT 1",
            &[&incarnation],
        )
        .await
        .map_err(|error| StoreError::of(&target.address, &error))?;
    match other {
        Some(row) => Err(StoreError::OtherRun {
            address: target.address.clone(),
            expected: incarnation,
            found: row.get(0),
        }),
        None => Ok(()),
    }
}

fn sort(address: &str, error: &tokio_postgres::Error) -> LoadError {
    match class(error) {
        Class::Refused => {
            let (reason, detail) = refusal(error);
            LoadError::Refused { reason, detail }
        }
        // A batch is small: its time runs out where the server is overloaded or blocked, which passes.
        Class::Transient | Class::TimedOut => LoadError::Transient(StoreError::Unavailable {
            address: address.to_owned(),
            detail: describe(error),
        }),
        Class::Schema | Class::Fatal => LoadError::Fatal(StoreError::of(address, error)),
    }
}

/// SQLSTATE with the constraint or the message, and the whole text.
fn refusal(error: &tokio_postgres::Error) -> (String, String) {
    let reason = error.as_db_error().map_or_else(String::new, |db| {
        format!("{} {}", db.code().code(), db.constraint().unwrap_or_else(|| db.message()))
    });
    (reason, describe(error))
}

/// Entries in the order of the primary key, so that keys append; of two with one id the earlier record comes first.
fn by_entry_id<'b, 'a>(batch: &'b Batch<'a>) -> Vec<&'b StagedEntry<'a>> {
    let mut entries: Vec<_> = batch.entries.iter().collect();
    entries.sort_by_key(|staged| {
        (staged.entry.entry_id, staged.origin.source_partition, staged.origin.source_offset)
    });
    entries
}

fn loaded(batch: &Batch<'_>, refused: Vec<usize>) -> Loaded {
    let kept = |at: &usize| !refused.contains(at);
    let lines = (0..batch.entries.len()).filter(kept).map(|at| batch.entries[at].entry.lines.len()).sum();
    Loaded {
        entries: batch.entries.len() - refused.len(),
        lines,
        rejected: batch.rejected.len() + refused.len(),
        refused,
    }
}

/// Moves the offsets; false where one of them stands elsewhere.
async fn moved(
    transaction: &Transaction<'_>,
    statement: &Statement,
    advances: &[Advance],
    incarnation: Uuid,
) -> Result<bool, tokio_postgres::Error> {
    let topics: Vec<&str> = advances.iter().map(|advance| advance.topic.base_name()).collect();
    let partitions: Vec<i32> = advances.iter().map(|advance| advance.partition).collect();
    let from: Vec<i64> = advances.iter().map(|advance| advance.from).collect();
    let to: Vec<i64> = advances.iter().map(|advance| advance.to).collect();
    let moved = transaction.execute(statement, &[&topics, &partitions, &from, &to, &incarnation]).await?;
    Ok(moved == advances.len() as u64)
}

struct Copies<'s> {
    entries: &'s Statement,
    lines: &'s Statement,
}

async fn copy_entries(
    transaction: &Transaction<'_>,
    copies: &Copies<'_>,
    entries: &[&StagedEntry<'_>],
) -> Result<(), tokio_postgres::Error> {
    if entries.is_empty() {
        return Ok(());
    }
    copy(transaction, copies.entries, rows::entries(entries)).await?;
    let mut by_date = entries.to_vec();
    by_date.sort_by_key(|staged| (staged.entry.posting_date, staged.entry.entry_id));
    copy(transaction, copies.lines, rows::lines(&by_date)).await
}

async fn copy(
    transaction: &Transaction<'_>,
    statement: &Statement,
    chunks: Vec<Bytes>,
) -> Result<(), tokio_postgres::Error> {
    let mut sink = pin!(transaction.copy_in(statement).await?);
    for chunk in chunks {
        sink.as_mut().send(chunk).await?;
    }
    sink.finish().await?;
    Ok(())
}

struct Refusal<'b, 'a> {
    entry: &'b StagedEntry<'a>,
    reason: String,
    detail: String,
}

/// Loads what Postgres takes, in halves behind savepoints, and returns what it does not.
async fn isolate<'b, 'a>(
    transaction: &mut Transaction<'_>,
    copies: &Copies<'_>,
    entries: &[&'b StagedEntry<'a>],
    address: &str,
) -> Result<Vec<Refusal<'b, 'a>>, LoadError> {
    let failed = |error| sort(address, &error);
    let mut refusals = Vec::new();
    let mut waiting = vec![entries];
    // At most 2 n − 1 steps for n entries, and about k log n for k culprits.
    while let Some(part) = waiting.pop() {
        let savepoint = transaction.savepoint("part").await.map_err(failed)?;
        match copy_entries(&savepoint, copies, part).await {
            Ok(()) => savepoint.commit().await.map_err(failed)?,
            Err(error) if class(&error) == Class::Refused => {
                savepoint.rollback().await.map_err(failed)?;
                if let [entry] = part {
                    let (reason, detail) = refusal(&error);
                    refusals.push(Refusal { entry, reason, detail });
                } else {
                    let (first, second) = part.split_at(part.len() / 2);
                    waiting.extend([second, first]);
                }
            }
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(refusals)
}

async fn insert_the_rest(
    transaction: &Transaction<'_>,
    batch: &Batch<'_>,
    incarnation: Uuid,
) -> Result<(), tokio_postgres::Error> {
    masters::insert(transaction, &batch.reference).await?;
    seals::insert(transaction, &batch.seals).await?;
    seals::insert_runs(transaction, incarnation, &batch.runs).await
}

/// The first days of these dates' months and of some after the newest.
fn months(dates: impl Iterator<Item = NaiveDate>) -> BTreeSet<NaiveDate> {
    let mut months: BTreeSet<NaiveDate> = dates.filter_map(|date| date.with_day(1)).collect();
    if let Some(newest) = months.last().copied() {
        months.extend((1..=MONTHS_AHEAD).filter_map(|ahead| newest.checked_add_months(Months::new(ahead))));
    }
    months
}

async fn make_partition(client: &mut Client, month: NaiveDate) -> Result<(), tokio_postgres::Error> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(PARTITION_LOCK).await?;
    transaction.execute("SELECT staging.ensure_journal_line_partitions($1, $1)", &[&month]).await?;
    transaction.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn partitions_are_made_for_the_months_of_a_batch_and_two_ahead() {
        let made = months([day(2025, 11, 30), day(2025, 11, 2), day(2025, 9, 1)].into_iter());
        let expected = [(2025, 9), (2025, 11), (2025, 12), (2026, 1)];
        assert_eq!(made.into_iter().collect::<Vec<_>>(), expected.map(|(y, m)| day(y, m, 1)));
        assert!(months(std::iter::empty()).is_empty());
    }
}
