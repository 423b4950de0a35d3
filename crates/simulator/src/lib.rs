//! An upstream oil and gas ledger as a pure function of its settings.
//!
//! | module | holds |
//! |---|---|
//! | [`settings`] | what the ledger follows from |
//! | [`prices`], [`geography`] | the world outside |
//! | `masters`, `taxes` | companies, wells, leases, owners, decks, statutes |
//! | `facts` | what happened in a month: tickets, volumes, splits, costs |
//! | `kind` | which documents exist and when each is entered |
//! | `tickets`, `revenue`, `payables`, `joint_interest`, `payroll`, `depletion`, `opening` | the templates |
//! | `faults`, [`late`] | what is broken on purpose |
//! | `plan` | the one numbered sequence |
//! | [`random`] | counter-based randomness |
//!
//! A month is planned first: which documents are entered in it, in order, with their numbers. Each document is then built
//! from its plan alone, so any window gives the same entries however it is cut and on however many threads.
//! Floating point serves volumes only, with a pinned `libm`; prices, shares and money are whole numbers.

#![cfg_attr(test, allow(clippy::unwrap_used))]
#![allow(clippy::inconsistent_digit_grouping)] // cents stand apart from dollars: 100_00

mod depletion;
mod draft;
mod facts;
mod faults;
pub mod geography;
mod joint_interest;
mod kind;
pub mod late;
mod masters;
mod month;
mod opening;
mod payables;
mod payroll;
mod plan;
pub mod prices;
pub mod random;
mod revenue;
pub mod settings;
mod taxes;
mod tickets;
mod world;

pub use faults::{Damage, Planted};
pub use prices::PriceTable;
pub use settings::{FaultRates, Settings, SettingsError};
pub use world::{Submission, World};

/// Version of the simulator: a ledger made by another version is another ledger.
pub const VERSION: &str = "1";
