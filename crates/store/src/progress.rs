//! How far the ledger is loaded, in simulated time.

use crate::error::StoreError;
use crate::pool::Store;
use chrono::{DateTime, Utc};

/// Ids begin with the time of entry, so the newest is the last of the key.
const NEWEST: &str = "SELECT entered_at FROM staging.journal_entry ORDER BY entry_id DESC LIMIT 1";
/// Seals and entries are loaded side by side: a seal that is there does not say that its entries are.
const IS_LOADED: &str = "WITH seal AS (SELECT min(sequence) AS last FROM staging.batch_seal WHERE window_end >= $1) \
    SELECT seal.last IS NOT NULL AND \
        (SELECT sum(good_entries) FROM staging.batch_seal WHERE sequence <= seal.last) <= \
        (SELECT count(*) FROM staging.journal_entry WHERE batch <= seal.last) FROM seal";

impl Store {
    /// When the newest staged entry was entered; none before the first. Others, a little older, may still be on their way.
    ///
    /// # Errors
    /// Where the database cannot be asked.
    pub async fn loaded_until(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let client = self.client().await?;
        let row = client.query_opt(NEWEST, &[]).await.map_err(|error| self.failed(&error))?;
        Ok(row.map(|row| row.get(0)))
    }

    /// Whether every good entry that was sealed up to `until` is staged. Counts them, which takes a moment.
    ///
    /// # Errors
    /// Where the database cannot be asked.
    pub async fn is_loaded_through(&self, until: DateTime<Utc>) -> Result<bool, StoreError> {
        let client = self.client().await?;
        let row = client.query_one(IS_LOADED, &[&until]).await.map_err(|error| self.failed(&error))?;
        Ok(row.get::<_, Option<bool>>(0).unwrap_or(false))
    }
}
