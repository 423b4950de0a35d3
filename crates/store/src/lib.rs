//! Everything that is SQL: the schema, loading it, and the queries on it. Speaks the ledger's types and positions.
//!
//! **Writing** (the sink). [`migrate()`] brings the schema up to date. A [`Loader`] is the sink's one connection:
//! [`Loader::open`] enters the partitions it owns, [`Loader::next_offset`] says where to read on, and
//! [`Loader::load`] loads a [`Batch`] and moves its offsets in one transaction, by compare-and-set: whoever else moved
//! them first fences this loader. Where Postgres refuses a row, [`Loader::load_isolating`] finds it.
//!
//! ```no_run
//! # async fn sink(args: store::Args, run: uuid::Uuid, batch: store::Batch<'_>) -> Result<(), Box<dyn std::error::Error>> {
//! use contract::Topic;
//! let mut loader = store::Loader::open(&args, run, &[(Topic::JournalEntryValidated, 0)]).await?;
//! let start = loader.next_offset(Topic::JournalEntryValidated, 0).await?;
//! # let rejected = |_: usize| -> store::RejectedEntry<'static> { unimplemented!() };
//! match loader.load(&batch).await {
//!     Err(store::LoadError::Refused { .. }) => loader.load_isolating(&batch, &rejected).await?,
//!     outcome => outcome?,
//! };
//! # let _ = start; Ok(()) }
//! ```
//!
//! **Reading** (the API and verify). A [`Store`] is a bounded pool of read-only connections.
//!
//! | question | method |
//! |---|---|
//! | how far is it loaded | [`Store::position`], [`Store::ingest_offsets`], [`Store::loaded_until`], [`Store::is_loaded_through`] |
//! | entries in pages, by filter | [`Store::entries`] ([`PageRequest`] → [`EntryPage`]) |
//! | one entry | [`Store::entry`] |
//! | all entries of a filter, for a stream | [`Store::read_entries`] → [`EntryReader::next_page`] |
//! | flat rows | [`Store::names`] → [`Names::rows`], for entries of staging and of the live feed alike |
//! | lines in a range of days | [`Store::line_count`] |
//! | the chart | [`Store::accounts`] |
//! | a trial balance | [`Store::trial_balance`] |
//! | everything, as of one moment | [`Store::visit_staging`] |
//! | the marts beside it | [`Store::marts`] |
//!
//! Rows and position of one answer are read in one `REPEATABLE READ` transaction.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod balances;
mod console;
mod copy;
mod database;
mod entries;
mod error;
mod flat;
mod load;
mod marts;
mod masters;
mod migrate;
mod numeric;
mod pool;
mod progress;
mod proof;
mod rows;
mod seals;
mod settings;
mod staged;

pub use balances::{TrialBalance, TrialBalanceRequest, TrialBalanceRow};
pub use console::{Console, Reply};
pub use database::{create_database, drop_database};
pub use entries::{EntryFilter, EntryPage, EntryReader, Order, PAGE_MAX, PageRequest};
pub use error::StoreError;
pub use flat::{FlatRow, Names};
pub use load::{LoadError, Loaded, Loader};
pub use marts::{Marts, Movement, PeriodMovement};
pub use migrate::{Migrated, migrate};
pub use pool::{PoolStatus, Store};
pub use proof::{RejectedRow, StagingVisitor};
pub use settings::Args;
pub use staged::{
    Advance, Batch, Header, Origin, ReferenceRow, RejectedEntry, RunRow, SealRow, Stage, StagedEntry,
};
