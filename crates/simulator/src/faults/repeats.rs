//! What only the memory of earlier entries shows: repeats and reversals.

use super::{another_id, line_that, raise, restate_totals};
use crate::random::Draw;
use ledger::{DocumentType, JournalEntry, Money, Side};

/// The same entry with another description.
pub(super) fn conflicting(entry: &mut JournalEntry<'_>) -> String {
    let before = std::mem::replace(&mut entry.description, "Entered again".into());
    format!("description `{before}` → `{}`", entry.description)
}

/// Reverses an entry that never was.
pub(super) fn target_missing(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> Option<String> {
    let may_reverse = matches!(
        entry.document_type,
        DocumentType::Standard | DocumentType::Accrual | DocumentType::Reversal
    );
    if !may_reverse {
        return None;
    }
    entry.document_type = DocumentType::Reversal;
    let target = another_id(entry.entry_id, draw);
    let before = entry.reverses_entry_id.replace(target);
    let before = before.map_or_else(|| "none".to_owned(), |id| id.to_string());
    Some(format!("reverses_entry_id {before} → {target}"))
}

/// A reversal of a little less than was booked; it still balances.
pub(super) fn mismatch(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> Option<String> {
    entry.reverses_entry_id?;
    let cents = |side| move |line: &ledger::JournalLine<'_>| line.side == side && line.amount.units() > 1;
    let debit = line_that(entry, draw, cents(Side::Debit))?;
    let credit = line_that(entry, draw, cents(Side::Credit))?;
    let most = entry.lines[debit].amount.min(entry.lines[credit].amount).units() - 1;
    let less = Money::from_units(-draw.between(1, most));
    let changes = [debit, credit].map(|at| raise(entry, at, less)).join("; ");
    restate_totals(entry);
    Some(changes)
}

/// The same reversal as another document.
pub(super) fn again(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> Option<String> {
    entry.reverses_entry_id?;
    let before = entry.entry_id;
    entry.entry_id = another_id(before, draw);
    Some(format!("entry_id {before} → {}", entry.entry_id))
}
