//! The entries that an entry names: what it clears, reverses or adjusts.

use super::{Explanation, Method, words};
use crate::entry::{JournalEntry, Side};
use crate::fixed::Money;
use chrono::NaiveDate;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What is told of an entry that another one names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub entry_id: Uuid,
    /// The year that its number counts in.
    pub fiscal_year: i32,
    /// Its number in the company's books.
    pub entry_number: i64,
    /// The day that it counts on.
    pub posting_date: NaiveDate,
    /// Its template.
    pub transaction_type: String,
    /// The sum of its debits.
    pub amount: Money,
    /// The currency of that.
    pub currency: String,
}

impl Named {
    /// What is told of this entry.
    #[must_use]
    pub fn of(entry: &JournalEntry<'_>) -> Self {
        let debits = entry.lines.iter().filter(|line| line.side == Side::Debit);
        Self {
            entry_id: entry.entry_id,
            fiscal_year: entry.fiscal_year,
            entry_number: entry.entry_number,
            posting_date: entry.posting_date,
            transaction_type: entry.transaction_type.to_string(),
            amount: debits.map(|line| line.amount).sum(),
            currency: entry.currency.to_string(),
        }
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { fiscal_year, entry_number, posting_date, transaction_type, amount, currency, .. } = self;
        let amount = words::cents(amount.units());
        write!(
            f,
            "entry {fiscal_year}-{entry_number:06} of {posting_date}, {transaction_type}, {amount} {currency}"
        )
    }
}

/// The ids of the entries that an entry names: of its header first, then of its lines, each once.
#[must_use]
pub fn named(entry: &JournalEntry<'_>) -> Vec<Uuid> {
    let header = [entry.reverses_entry_id, entry.adjusts_entry_id].into_iter().flatten();
    let all = header.chain(entry.lines.iter().filter_map(|line| line.clears_entry_id));
    let mut seen = BTreeSet::new();
    all.filter(|id| seen.insert(*id)).collect()
}

impl Explanation {
    /// Tells of the entries that an explained entry names, beside what names them. What is not known was carried in with the
    /// opening balances, and has no entry; or it was not found where it was looked for.
    pub fn tell_of(&mut self, entry: &JournalEntry<'_>, known: &HashMap<Uuid, Named>) {
        let told = |id: Uuid| {
            known.get(&id).map_or_else(
                || "no entry of this ledger: carried in with the opening balances, or not loaded".to_owned(),
                ToString::to_string,
            )
        };
        for (line, calculation) in entry.lines.iter().zip(&mut self.calculations) {
            if let Some(id) = line.clears_entry_id.filter(|_| calculation.method == Method::Clears) {
                calculation.notes.push(told(id));
            }
        }
        let header = [("reverses", entry.reverses_entry_id), ("adjusts", entry.adjusts_entry_id)];
        self.notes.extend(header.into_iter().filter_map(|(what, id)| Some(format!("{what} {}", told(id?)))));
    }
}
