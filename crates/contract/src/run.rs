//! The run: its genesis and the anchors of its clock.

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{Rate, UnitPrice};
use uuid::Uuid;

/// A record of the run's topic: exactly one of the two is present. The genesis is the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRecord {
    /// What the ledger follows from.
    pub genesis: Option<Genesis>,
    /// A point where simulated time was tied to the wall clock.
    pub anchor: Option<Anchor>,
}

/// What the whole ledger follows from. Written once; a producer with other settings refuses to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// Seed of every random number.
    pub random_seed: i64,
    /// First day of the ledger.
    pub start_date: NaiveDate,
    /// Days of history before the live ledger.
    pub historical_days: i32,
    /// Multiplies wells and entries.
    pub scale: i32,
    /// Planted faults for each good entry, by reason code.
    pub fault_rates: Vec<FaultRate>,
    /// Where the price table is from.
    pub price_source: String,
    /// BLAKE3 of the price table, as 64 hexadecimal digits.
    pub price_digest: String,
    /// The price table, by series and date.
    pub prices: Vec<GenesisPrice>,
    /// Version of the simulator.
    pub simulator_version: String,
    /// Random; tells two runs with the same settings apart. In no digest.
    pub incarnation: Uuid,
    /// Wall clock. In no digest.
    pub created_at: DateTime<Utc>,
    /// Scenario for tests of replay; none in an ordinary run. In no digest: it moves no entry.
    pub late_master: Option<LateMaster>,
}

/// A master that is published behind the first entries that point at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateMaster {
    /// What it is: `well`, `owner`, `counterparty` or `afe`.
    pub kind: String,
    /// Days between its first use and its publication, in simulated time.
    pub days: i32,
}

/// How often a fault is planted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultRate {
    /// The reason code that the validator must give.
    pub reason: String,
    /// Planted submissions for each good one.
    pub rate: Rate,
}

/// One price of the genesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenesisPrice {
    /// Series, such as WTI or `HENRY_HUB`.
    pub series: String,
    /// Day, or the first of the month for a monthly mean.
    pub price_date: NaiveDate,
    /// Price of one unit, in US dollars, signed.
    pub price: UnitPrice,
}

/// Ties simulated time to the wall clock: from `wall` on, the simulated clock runs from `simulated` at `speed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Simulated time at the anchor.
    pub simulated: DateTime<Utc>,
    /// Wall clock at the anchor.
    pub wall: DateTime<Utc>,
    /// Simulated seconds for one second of wall clock.
    pub speed: Rate,
    /// Wall clock seconds of a live window.
    pub interval_seconds: i32,
}

impl From<Genesis> for RunRecord {
    fn from(genesis: Genesis) -> Self {
        Self { genesis: Some(genesis), anchor: None }
    }
}

impl From<Anchor> for RunRecord {
    fn from(anchor: Anchor) -> Self {
        Self { genesis: None, anchor: Some(anchor) }
    }
}
