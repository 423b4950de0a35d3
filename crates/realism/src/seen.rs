//! One entry as the tests see it.

use crate::account::Account;
use crate::month::Month;
use chrono::NaiveDate;
use ledger::{DocumentType, JournalEntry, JournalLine, Source};

/// An entry, with what every test would work out again.
pub(crate) struct Seen<'e> {
    pub(crate) entry: &'e JournalEntry<'e>,
    /// The account of each line.
    pub(crate) accounts: &'e [Account],
    /// The company, as a number.
    pub(crate) company: u32,
    /// The day on which it was entered, UTC.
    pub(crate) entered_on: NaiveDate,
    pub(crate) posted: Month,
    /// Whether it was entered after its period had closed.
    pub(crate) is_late: bool,
}

impl<'e> Seen<'e> {
    pub(crate) fn lines(&self) -> impl Iterator<Item = (Account, &'e JournalLine<'e>)> + '_ {
        self.accounts.iter().copied().zip(&self.entry.lines)
    }

    /// A field ticket: the shape tests count it apart.
    pub(crate) fn is_ticket(&self) -> bool {
        self.entry.source == Source::Production
    }

    /// An entry that people or a subledger made while the ledger ran: no field ticket and no opening balance.
    pub(crate) fn is_business(&self) -> bool {
        !self.is_ticket() && self.entry.document_type != DocumentType::Opening
    }

    /// A correction of what was booked before. One of what was booked before the books begin names no entry.
    pub(crate) fn is_correction(&self) -> bool {
        self.entry.document_type == DocumentType::Adjusting || self.entry.adjusts_entry_id.is_some()
    }

    /// The line's production month, or the entry's.
    pub(crate) fn production(&self, line: &JournalLine<'_>) -> Option<Month> {
        line.production_month.or(self.entry.production_month).map(Month::of)
    }
}

/// Debits positive, in cents of functional currency.
pub(crate) fn signed(line: &JournalLine<'_>) -> i128 {
    line.signed_functional().units_wide()
}
