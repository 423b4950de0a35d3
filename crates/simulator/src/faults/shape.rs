//! The record key, texts, the number of lines.

use super::{another_id, any_line, append, restate_totals};
use crate::random::Draw;
use ledger::check::TEXT_CHARACTERS_MAX;
use ledger::entry::LINES_MAX;
use ledger::{JournalEntry, Money, Side};

/// A key that is not the chain id: that of another chain, or the right one in another form.
pub(super) fn other_key(entry: &JournalEntry<'_>, draw: &mut Draw) -> String {
    match draw.below(3) {
        0 => another_id(entry.chain_id, draw).to_string(),
        1 => entry.chain_id.simple().to_string(),
        _ => format!("{{{}}}", entry.chain_id),
    }
}

/// Puts U+0000 into a text, or makes it longer than texts may be.
pub(super) fn spoil_text(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    let at = any_line(entry, draw);
    let line = &mut entry.lines[at];
    let (field, text) = match draw.below(3) {
        0 => ("description".to_owned(), &mut entry.description),
        1 => ("source_document".to_owned(), entry.source_document.get_or_insert_default()),
        _ => (format!("line {}: text", line.line_number), line.text.get_or_insert_default()),
    };
    let characters = text.chars().count();
    if draw.below(2) == 0 {
        let place = draw.below(characters as u64 + 1) as usize;
        let (head, tail) =
            (text.chars().take(place).collect::<String>(), text.chars().skip(place).collect::<String>());
        *text = format!("{head}\0{tail}").into();
        return format!("{field}: U+0000 put in at character {place}");
    }
    let length = TEXT_CHARACTERS_MAX + draw.between(1, 200) as usize;
    *text = text.chars().chain(['é']).cycle().take(length).collect::<String>().into();
    format!("{field}: {characters} → {length} characters")
}

/// Leaves one line or none.
pub(super) fn drop_lines(entry: &mut JournalEntry<'_>, draw: &mut Draw) -> String {
    let (lines, left) = (entry.lines.len(), draw.below(2) as usize);
    entry.lines.truncate(left);
    restate_totals(entry);
    format!("{lines} lines → {left}")
}

/// Adds pairs of a cent until there are more lines than an entry may have; it still balances.
pub(super) fn add_lines(entry: &mut JournalEntry<'_>) -> String {
    let (cent, lines) = (Money::from_units(1), entry.lines.len());
    while entry.lines.len() <= LINES_MAX {
        append(entry, 0, Side::Debit, cent);
        append(entry, 0, Side::Credit, cent);
    }
    restate_totals(entry);
    format!("{lines} lines → {}: pairs of {cent} added", entry.lines.len())
}
