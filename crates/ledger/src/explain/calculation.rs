//! What is said of one line.

use super::words;
use crate::entry::{JournalLine, Side, coded};
use crate::fixed::Money;

coded! {
    /// How an amount comes about.
    Method {
        /// Quantity times price.
        Price = "PRICE",
        /// Base times rate.
        Rate = "RATE",
        /// Base times a share.
        Share = "SHARE",
        /// A part of a whole, by largest remainder.
        Split = "SPLIT",
        /// A tax by statute: value times rate and volume times a fee.
        Tax = "TAX",
        /// The sum of other lines.
        Sum = "SUM",
        /// What the other lines leave.
        Balance = "BALANCE",
        /// The amount of another line.
        Same = "SAME",
        /// The sum of a month's field tickets, each an entry of its own.
        Tickets = "TICKETS",
        /// An open item of another entry, which this line clears.
        Clears = "CLEARS",
        /// A balance that stood in the books.
        Standing = "STANDING",
        /// Stated on a document from outside the books, or decided by people.
        Stated = "STATED",
    }
}

impl Method {
    /// Whether the amount is worked out anew from the entry and the reference records.
    #[must_use]
    pub const fn is_recomputed(self) -> bool {
        !matches!(self, Self::Tickets | Self::Clears | Self::Standing | Self::Stated)
    }
}

/// How the amount of one line comes about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calculation {
    /// The line.
    pub line_number: i32,
    /// The amount as it stands on the line.
    pub amount: Money,
    /// How it comes about.
    pub method: Method,
    /// The calculation, in words and figures.
    pub text: String,
    /// What the reference records add to it.
    pub notes: Vec<String>,
    /// The amount as calculated anew; none where it begins outside this entry. Negative where it belongs on the other side.
    pub recomputed: Option<Money>,
    /// What contradicts the line, beside its amount.
    pub contradictions: Vec<String>,
}

impl Calculation {
    pub(super) fn new(line: &JournalLine<'_>, method: Method, text: String) -> Self {
        Self {
            line_number: line.line_number,
            amount: line.amount,
            method,
            text,
            notes: Vec::new(),
            recomputed: None,
            contradictions: Vec::new(),
        }
    }

    /// An amount that comes out at `cents`, on whatever side it stands.
    pub(super) fn worked(line: &JournalLine<'_>, method: Method, text: String, cents: i64) -> Self {
        let mut calculation = Self::new(line, method, format!("{text} = {}", words::cents(cents)));
        calculation.recomputed = Some(Money::from_units(cents.abs()));
        calculation
    }

    /// An amount that comes out at `cents`, which belong on a side where they are positive.
    pub(super) fn worked_on(
        line: &JournalLine<'_>,
        method: Method,
        text: String,
        (side, cents): (Side, i64),
    ) -> Self {
        let mut calculation = Self::new(line, method, format!("{text} = {}", words::cents(cents)));
        calculation.recomputed = Some(Money::from_units(if line.side == side { cents } else { -cents }));
        calculation
    }

    pub(super) fn noting(mut self, note: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(note);
        self
    }

    /// Whether it comes out at the amount to the cent and nothing contradicts it. What cannot be calculated anew agrees as
    /// long as nothing contradicts it.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.recomputed.is_none_or(|recomputed| recomputed == self.amount) && self.contradictions.is_empty()
    }
}
