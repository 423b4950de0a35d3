//! The report as one page: no network, no script; light and dark by the reader's own preference.

use crate::report::Report;

/// A judged ledger with its name.
#[derive(Clone, Debug)]
pub struct Ledger<'r> {
    /// Name, such as its seed.
    pub title: String,
    /// What it was made of.
    pub subtitle: String,
    /// What was found.
    pub report: &'r Report,
}

/// The page of these ledgers.
#[must_use]
pub fn page(ledgers: &[Ledger<'_>]) -> String {
    format!("{}", ledgers.len())
}
