//! The exact tests: one cent off is a miss.
//!
//! | module | asks |
//! |---|---|
//! | [`entries`] | is each entry whole and sound |
//! | [`books`] | do accounts, periods and statements agree |
//! | [`subledgers`] | do owners, partners, projects and wells agree with their control accounts |
//! | [`open_items`] | is nothing paid that was not owed |
//! | [`reversals`] | does each accrual end in its mirror |
//! | [`intercompany`] | do the companies agree |

pub(crate) mod books;
pub(crate) mod entries;
pub(crate) mod intercompany;
pub(crate) mod open_items;
pub(crate) mod reversals;
pub(crate) mod subledgers;
