//! The ledger itself: exact money, the chart of accounts, fiscal periods, the journal entry, and every check
//! that one entry and the reference data can answer.
//!
//! Pure: no IO, no clock, no async, no serialisation, no floating point. What stands on a topic or in a table is
//! the business of `contract` and `store`; they translate to and from these types.
//!
//! | module | holds |
//! |---|---|
//! | [`fixed`] | `Money`, `Quantity`, `UnitPrice`, `DecimalInterest`, `Rate`: whole numbers of a smallest unit |
//! | [`split`] | largest-remainder division that loses no unit |
//! | [`entry`] | `JournalEntry` and `JournalLine` |
//! | [`chart`] | the chart of accounts |
//! | [`forward`] | the forward curve of a market, from its monthly means |
//! | [`period`] | fiscal periods and their close calendar |
//! | [`mod@reference`] | the master records that entries point at |
//! | [`reason`] | the stable reason codes of a rejection |
//! | [`check`] | the checks, in their fixed order |
//! | [`mod@explain`] | how each amount of an entry came about, worked out anew |

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod chart;
pub mod check;
pub mod entry;
pub mod explain;
pub mod fixed;
pub mod forward;
pub mod period;
pub mod reason;
pub mod reference;
pub mod split;

pub use entry::{DocumentType, InterestType, JournalEntry, JournalLine, Product, Side, Source, Text};
pub use fixed::{DecimalInterest, Fixed, FixedError, Money, Quantity, Rate, UnitPrice};
pub use reason::{ReasonCode, Rejection};
