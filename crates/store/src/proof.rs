//! Staging as verify reads it: all of it, as of one moment.

use crate::entries::{EntryFilter, Order, PAGE_MAX, PageRequest};
use crate::error::StoreError;
use crate::pool::Store;
use crate::staged::{Stage, StagedEntry};
use contract::{Digest, Position, Topic};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Rejected rows fetched at once: their values are whole records.
const REJECTED_PAGE: i64 = 500;
const OFFSETS: &str = "SELECT topic, partition, next_offset FROM staging.ingest_offset";
const SEALS: &str = "SELECT sequence, chain FROM staging.batch_seal WHERE sequence <= $1 ORDER BY sequence";
const REJECTED: &str = "SELECT stage, source_partition, source_offset, reason, ce_id, batch, batch_index, key, value \
    FROM staging.rejected_entry WHERE (stage, source_partition, source_offset) > ($1, $2, $3) \
    ORDER BY stage, source_partition, source_offset LIMIT $4";

/// A rejected row, as far as a proof needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedRow {
    /// Who rejected it.
    pub stage: Stage,
    /// Partition of the record it was loaded from.
    pub source_partition: i32,
    /// Offset of that record.
    pub source_offset: i64,
    /// Reason code.
    pub reason: String,
    /// Id of the submission, where it carried one.
    pub ce_id: Option<Uuid>,
    /// Sequence of the batch, where it carried one.
    pub batch: Option<i64>,
    /// Place in the batch, where it carried one.
    pub batch_index: Option<i32>,
    /// Record key.
    pub key: Option<Vec<u8>>,
    /// Record value.
    pub value: Option<Vec<u8>>,
}

/// Takes in what stands in staging.
pub trait StagingVisitor {
    /// A loaded entry, in the order of entry ids.
    fn entry(&mut self, staged: StagedEntry<'static>);
    /// A rejected row.
    fn rejected(&mut self, row: RejectedRow);
    /// A seal's sequence and chain hash, in order of sequence.
    fn seal(&mut self, sequence: i64, chain: Digest);
}

impl Store {
    /// How far each partition is loaded, by topic and partition.
    ///
    /// # Errors
    /// Where the database cannot be asked.
    pub async fn ingest_offsets(&self) -> Result<BTreeMap<(Topic, i32), i64>, StoreError> {
        let client = self.client().await?;
        let rows = client.query(OFFSETS, &[]).await.map_err(|error| self.failed(&error))?;
        let topic = |name: &str| Topic::ALL.iter().copied().find(|topic| topic.base_name() == name);
        Ok(rows.iter().filter_map(|row| Some(((topic(row.get(0))?, row.get(1)), row.get(2)))).collect())
    }

    /// Shows `visitor` all entries and rejected rows, and the seals up to `last_seal`, as of one moment, and says which.
    ///
    /// # Errors
    /// Where the database cannot be asked, or holds what this program did not write.
    pub async fn visit_staging(
        &self,
        last_seal: i64,
        visitor: &mut (dyn StagingVisitor + Send),
    ) -> Result<Option<Position>, StoreError> {
        let mut client = self.client().await?;
        let transaction = self.snapshot(&mut client).await?;
        let position = self.position_in(&transaction).await?;
        let failed = |error| self.failed(&error);
        for row in transaction.query(SEALS, &[&last_seal]).await.map_err(failed)? {
            let chain = row.get::<_, &str>(1).parse().unwrap_or_default();
            visitor.seal(row.get(0), chain);
        }
        self.visit_rejected(&transaction, visitor).await?;
        let mut request = PageRequest {
            filter: EntryFilter::default(),
            order: Order::OldestFirst,
            after: None,
            limit: PAGE_MAX,
            as_of: None,
        };
        loop {
            let (entries, has_more) = self.page_in(&transaction, &request).await?;
            request.after = entries.last().map(|staged| staged.entry.entry_id);
            entries.into_iter().for_each(|staged| visitor.entry(staged));
            if !has_more {
                return Ok(position);
            }
        }
    }

    async fn visit_rejected(
        &self,
        transaction: &deadpool_postgres::Transaction<'_>,
        visitor: &mut (dyn StagingVisitor + Send),
    ) -> Result<(), StoreError> {
        let failed = |error| self.failed(&error);
        let statement = transaction.prepare_cached(REJECTED).await.map_err(failed)?;
        let mut after = (String::new(), -1_i32, -1_i64);
        loop {
            let rows = transaction
                .query(&statement, &[&after.0, &after.1, &after.2, &REJECTED_PAGE])
                .await
                .map_err(failed)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = (last.get(0), last.get(1), last.get(2));
            for row in &rows {
                visitor.rejected(RejectedRow {
                    stage: if row.get::<_, &str>(0) == Stage::Sink.code() {
                        Stage::Sink
                    } else {
                        Stage::Validator
                    },
                    source_partition: row.get(1),
                    source_offset: row.get(2),
                    reason: row.get(3),
                    ce_id: row.get(4),
                    batch: row.get(5),
                    batch_index: row.get(6),
                    key: row.get(7),
                    value: row.get(8),
                });
            }
        }
    }
}
