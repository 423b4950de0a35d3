//! Judges how real a ledger is, from its entries and reference records alone: it knows nothing of who made them.
//!
//! | module | holds |
//! |---|---|
//! | [`thresholds`] | what is wanted, as data |
//! | [`report`] | what is found |
//! | [`html`] | the report as one page |
//! | `ties` | exact tests of the books |
//! | `shape` | how the ledger looks beside real ones |
//! | `domain` | whether it is oil and gas |
//! | `masters`, `seen`, `closing` | what the tests share |
//! | `question` | how a test comes to its outcome |
//!
//! Pure: no IO, no clock. Balances are whole cents; a float appears only in a finished statistic.

#![cfg_attr(test, allow(clippy::unwrap_used))]
#![allow(clippy::inconsistent_digit_grouping)] // cents stand apart from dollars: 100_00

mod account;
mod closing;
mod domain;
pub mod html;
mod masters;
mod month;
mod names;
mod question;
pub mod report;
mod scorecard;
mod seen;
mod shape;
pub mod thresholds;
mod ties;

pub use question::grouped;
pub use report::{Group, Outcome, Report, Test};
pub use scorecard::Scorecard;
pub use thresholds::{Band, Thresholds};
