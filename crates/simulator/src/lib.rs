//! An upstream oil and gas ledger as a pure function of its settings.
//!
//! | module | holds |
//! |---|---|
//! | [`settings`] | what the ledger follows from |
//! | [`prices`], [`geography`], `severance`, `impact_fee` | the world outside: markets, counties, statutes |
//! | `masters` | companies, land, wells, projects, owners, counterparties, all from the seed |
//! | `field` | what happened at the wells: meters read, loads hauled, visits by crews |
//! | `ground` | what happened in a month before anybody booked it: volumes, splits, costs |
//! | `template` | the entry templates as data |
//! | `document` | a document by what makes it, and when in the day it is entered |
//! | `tickets`, `revenue`, `owners`, `taxes`, `payables`, `currency`, `joint_interest`, `non_operator`, `capital`, `depletion`, `retirement`, `payroll`, `hedging`, `imbalance`, `midstream`, `materials`, `treasury`, `close`, `opening` | a family of templates each: which documents exist, when each is entered, what it posts |
//! | `books`, `items`, `standing` | balances by what accounts are kept by, and open items, folded month by month |
//! | `plan` | the one numbered sequence |
//! | `faults`, [`late`] | what is broken on purpose |
//! | [`random`] | counter-based randomness |
//!
//! A month is planned first: which documents are entered in it, in order, with their numbers. Most follow from the month's
//! facts; some (depletion, interest, checks, draws on the revolver, the close of a year) from what stands in the books when
//! the month begins, which is folded from the months before and kept. Each document is then built from its plan alone, so
//! any window gives the same entries however it is cut and on however many threads.
//! Floating point serves volumes only, with a pinned `libm`; prices, shares and money are whole numbers.

#![cfg_attr(test, allow(clippy::unwrap_used))]
#![allow(clippy::inconsistent_digit_grouping)] // cents stand apart from dollars: 100_00

mod books;
mod capital;
mod close;
mod currency;
mod depletion;
mod document;
mod draft;
mod faults;
mod field;
pub mod geography;
mod ground;
mod hedging;
mod imbalance;
mod impact_fee;
mod items;
mod joint_interest;
pub mod late;
mod masters;
mod materials;
mod midstream;
mod month;
mod non_operator;
mod opening;
mod owners;
mod payables;
mod payroll;
mod plan;
pub mod prices;
pub mod random;
mod retirement;
mod revenue;
pub mod settings;
mod severance;
#[cfg(test)]
mod sound;
mod standing;
mod taxes;
mod template;
mod tickets;
mod treasury;
mod world;

pub use faults::{Damage, Planted};
pub use prices::PriceTable;
pub use settings::{FaultRates, Settings, SettingsError};
pub use world::{Submission, World};

/// The transaction types that entries can have, each once, in the order of the templates.
#[must_use]
pub fn transaction_types() -> Vec<&'static str> {
    template::transaction_types()
}

/// Version of the simulator: a ledger made by another version is another ledger.
pub const VERSION: &str = "5";
