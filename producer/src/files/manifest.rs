//! The manifest of a folder of files: what it holds, and what it follows from. The same settings give the same manifest.

use chrono::{DateTime, NaiveDate, Utc};
use contract::Genesis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Its name in the folder.
pub const MANIFEST: &str = "manifest.json";

/// What `manifest.json` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Who made it: `wellbook` and its version.
    pub made_by: String,
    /// Form of the entries.
    pub format: super::Format,
    /// The settings of the run.
    pub settings: RunSettings,
    /// Version of the simulator: another makes another ledger.
    pub simulator_version: String,
    /// Where prices are from.
    pub price_source: String,
    /// BLAKE3 of the price table.
    pub price_digest: String,
    /// By series, the day from which the history has no real prices and follows a path that depends on the seed alone; a
    /// series whose real prices last is left out.
    pub prices_seeded_from: BTreeMap<String, NaiveDate>,
    /// The first entry is entered then or later: simulated time, UTC.
    pub entered_from: DateTime<Utc>,
    /// And the last one before this.
    pub entered_until: DateTime<Utc>,
    /// The run's fingerprint: the digest of its good submissions, as `wellbook-producer fingerprint` prints it.
    pub fingerprint: String,
    /// Good entries and planted ones in all files of entries.
    pub entries: u64,
    /// How many of these were planted.
    pub planted: u64,
    /// Lines of all.
    pub lines: u64,
    /// Bytes of all files but this one.
    pub bytes: u64,
    /// Every other file in the folder, in the order of writing.
    pub files: Vec<FileRecord>,
}

/// The settings that the entries follow from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSettings {
    /// Seed of every random number.
    pub random_seed: u64,
    /// First day of the ledger.
    pub start_date: NaiveDate,
    /// Days of history.
    pub historical_days: u32,
    /// Multiplies wells and entries.
    pub scale: u32,
    /// Planted faults for each good entry, by reason code; what is not planted is left out.
    pub fault_rates: BTreeMap<String, String>,
}

impl RunSettings {
    pub(crate) fn of(genesis: &Genesis) -> Self {
        let planted = genesis.fault_rates.iter().filter(|rate| !rate.rate.is_zero());
        Self {
            random_seed: genesis.random_seed.cast_unsigned(),
            start_date: genesis.start_date,
            historical_days: genesis.historical_days.cast_unsigned(),
            scale: genesis.scale.cast_unsigned(),
            fault_rates: planted.map(|rate| (rate.reason.clone(), rate.rate.to_string())).collect(),
        }
    }
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// Journal entries, or their lines.
    Entries,
    /// The records of a reference topic.
    Reference,
    /// The ground truth of planted faults.
    Faults,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// From the folder.
    pub path: String,
    /// What it holds.
    pub content: Content,
    /// Records in it: entries, lines or reference records, whatever one record or row is.
    pub rows: u64,
    /// Its length.
    pub bytes: u64,
    /// Its BLAKE3, as 64 hexadecimal digits.
    pub blake3: String,
    /// Of a file of entries, what they come to.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub entries: Option<EntryTotals>,
}

/// What the entries of a file come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryTotals {
    /// Entries, good and planted.
    pub entries: u64,
    /// How many of these were planted.
    pub planted: u64,
    /// Their lines.
    pub lines: u64,
    /// Sums of the line amounts. Debits and credits are equal but for planted entries.
    pub amounts: Vec<Amounts>,
}

/// Sums of one company in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    /// Company.
    pub company_code: String,
    /// ISO 4217.
    pub currency: String,
    /// Sum of the debit lines, exact.
    pub debit: String,
    /// Sum of the credit lines, exact.
    pub credit: String,
}

/// The ground truth of one planted fault, a line of `faults.ndjson`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlantedFault {
    /// The id of the faulty submission.
    pub ce_id: uuid::Uuid,
    /// The reason for which it must be rejected.
    pub reason: String,
    /// The id of the entry: that of its good sibling, too.
    pub entry_id: uuid::Uuid,
    /// The sibling's company.
    pub company_code: String,
    /// What was done to it.
    pub description: String,
    /// The file that it is in; none for one that no file can hold, because its bytes were cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its place among the entries of that file, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
}

/// Cents as text with two digits after the point.
pub(crate) fn money(cents: i128) -> String {
    let (sign, magnitude) = (if cents < 0 { "-" } else { "" }, cents.unsigned_abs());
    format!("{sign}{}.{:02}", magnitude / 100, magnitude % 100)
}
