//! What a planted fault does to the bytes of an encoded record.

use contract::Encoder;
use contract::digest::FRAME_BYTES;
use ledger::{DocumentType, JournalEntry};
use simulator::Damage;

/// Damages `value`, the encoded `entry`.
pub(crate) fn inflict(damage: Damage, entry: &JournalEntry<'_>, encoder: &mut Encoder, value: &mut Vec<u8>) {
    match damage {
        Damage::SchemaId(id) => value[1..FRAME_BYTES].copy_from_slice(&id.to_be_bytes()),
        Damage::FirstByte(byte) => value[0] = byte,
        Damage::CutFrame(left) => value.truncate(left.into()),
        Damage::CutDatum(left) => {
            let datum = value.len() - FRAME_BYTES;
            value.truncate(FRAME_BYTES + datum * left as usize / 1_000);
        }
        Damage::Trailing(bytes) => value.extend(std::iter::repeat_n(0, bytes.into())),
        Damage::Branch(branch) => {
            let twin = JournalEntry {
                due_date: if entry.due_date.is_some() { None } else { Some(entry.posting_date) },
                ..entry.clone()
            };
            let place = first_difference(&twin, encoder, value);
            value[place] = ordinal(branch);
        }
        Damage::Symbol(symbol) => {
            let mut twin = entry.clone();
            twin.lines[0].side = twin.lines[0].side.opposite();
            let place = first_difference(&twin, encoder, value);
            value[place] = ordinal(symbol);
        }
        Damage::Code(first) => {
            let document_type = match entry.document_type {
                DocumentType::Standard => DocumentType::Accrual,
                _ => DocumentType::Standard,
            };
            let twin = JournalEntry { document_type, ..entry.clone() };
            let place = first_difference(&twin, encoder, value);
            value[place] = first;
        }
        Damage::Text(byte) => {
            let first = if entry.created_by.starts_with('x') { 'y' } else { 'x' };
            let created_by: String = std::iter::once(first).chain(entry.created_by.chars().skip(1)).collect();
            let twin = JournalEntry { created_by: created_by.into(), ..entry.clone() };
            let place = first_difference(&twin, encoder, value);
            value[place] = byte;
        }
    }
}

/// Where the record of an entry that differs in one field begins to differ: the place of that field, whatever the order
/// of fields in the schema.
fn first_difference(twin: &JournalEntry<'_>, encoder: &mut Encoder, value: &[u8]) -> usize {
    let mut other = Vec::with_capacity(value.len());
    encoder.entry(twin, &mut other);
    let place = value.iter().zip(&other).position(|(one, other)| one != other);
    place.expect("entries that differ in a field differ in their bytes")
}

/// A branch or symbol as Avro writes it: a zigzag number, of one byte below 64.
const fn ordinal(number: u8) -> u8 {
    number * 2
}
