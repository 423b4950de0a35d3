//! Entries as text: one JSON document a line, or one CSV row for each line. Buffers are kept from row to row.

use super::fields::{CE_ID, Value, each_of_entry, each_of_line, flat_columns};
use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use ledger::JournalEntry;
use uuid::Uuid;

/// Appends the entry as one JSON document and a line feed. Names are the schema's; decimals are strings, so that no reader
/// passes them through a float; what is absent is left out.
pub(crate) fn push_document(ce_id: Uuid, entry: &JournalEntry<'_>, out: &mut Vec<u8>) {
    out.push(b'{');
    push_member(CE_ID, Value::Id(ce_id), out);
    each_of_entry(entry, |name, value| push_member(name, value, out));
    out.extend_from_slice(b",\"lines\":[");
    for (at, line) in entry.lines.iter().enumerate() {
        out.extend_from_slice(if at == 0 { b"{" } else { b",{" });
        each_of_line(line, |name, value| push_member(name, value, out));
        out.push(b'}');
    }
    out.extend_from_slice(b"]}\n");
}

fn push_member(name: &str, value: Value<'_>, out: &mut Vec<u8>) {
    if matches!(value, Value::Absent) {
        return;
    }
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    match value {
        Value::Int(_) | Value::Long(_) => push_plain(value, out),
        Value::Text(text) => {
            serde_json::to_writer(out, text).expect("a text is JSON, and a Vec takes every byte");
        }
        value => {
            out.push(b'"');
            push_plain(value, out);
            out.push(b'"');
        }
    }
}

/// Appends the value without quotes; nothing for an absent one.
pub(crate) fn push_plain(value: Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Absent => {}
        Value::Text(text) => out.extend_from_slice(text.as_bytes()),
        Value::Id(id) => {
            out.extend_from_slice(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
        }
        Value::Int(number) => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
        Value::Long(number) => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
        Value::Date(date) => push_date(date, out),
        Value::Instant(instant) => push_instant(instant, out),
        Value::Decimal { units, scale } => push_decimal(units, scale, out),
    }
}

fn push_decimal(units: i64, scale: u32, out: &mut Vec<u8>) {
    if units < 0 {
        out.push(b'-');
    }
    let one = 10_u64.pow(scale);
    let magnitude = units.unsigned_abs();
    out.extend_from_slice(itoa::Buffer::new().format(magnitude / one).as_bytes());
    if scale > 0 {
        out.push(b'.');
        push_padded(magnitude % one, scale, out);
    }
}

/// The number with leading zeros up to `width` digits.
fn push_padded(number: u64, width: u32, out: &mut Vec<u8>) {
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(number);
    out.extend(std::iter::repeat_n(b'0', (width as usize).saturating_sub(digits.len())));
    out.extend_from_slice(digits.as_bytes());
}

fn push_date(date: NaiveDate, out: &mut Vec<u8>) {
    push_padded(u64::from(date.year().unsigned_abs()), 4, out);
    for part in [date.month(), date.day()] {
        out.push(b'-');
        push_padded(u64::from(part), 2, out);
    }
}

fn push_instant(instant: DateTime<Utc>, out: &mut Vec<u8>) {
    push_date(instant.date_naive(), out);
    for (mark, part) in [(b'T', instant.hour()), (b':', instant.minute()), (b':', instant.second())] {
        out.push(mark);
        push_padded(u64::from(part), 2, out);
    }
    let micros = u64::from(instant.timestamp_subsec_micros());
    match (micros, micros % 1_000) {
        (0, _) => {}
        (_, 0) => {
            out.push(b'.');
            push_padded(micros / 1_000, 3, out);
        }
        _ => {
            out.push(b'.');
            push_padded(micros, 6, out);
        }
    }
    out.push(b'Z');
}

/// Writes flat rows as CSV.
pub(crate) struct Rows {
    writer: csv::Writer<Vec<u8>>,
    /// The cells of the entry, then those of the line that is written.
    record: csv::ByteRecord,
    cell: Vec<u8>,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            writer: csv::Writer::from_writer(Vec::new()),
            record: csv::ByteRecord::new(),
            cell: Vec::new(),
        }
    }
}

impl Rows {
    /// The line that names the columns.
    pub(crate) fn header() -> Vec<u8> {
        let mut rows = Self::default();
        flat_columns().iter().for_each(|column| rows.record.push_field(column.name.as_bytes()));
        rows.write();
        rows.take()
    }

    /// A row for each line of the entry.
    pub(crate) fn add(&mut self, ce_id: Uuid, entry: &JournalEntry<'_>) {
        self.record.clear();
        self.push(Value::Id(ce_id));
        each_of_entry(entry, |_, value| self.push(value));
        let header = self.record.len();
        for line in &entry.lines {
            self.record.truncate(header);
            each_of_line(line, |_, value| self.push(value));
            self.write();
        }
    }

    /// The rows since the last call.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let writer = std::mem::replace(&mut self.writer, csv::Writer::from_writer(Vec::new()));
        writer.into_inner().expect("a Vec takes every byte")
    }

    fn push(&mut self, value: Value<'_>) {
        match value {
            Value::Text(text) => self.record.push_field(text.as_bytes()),
            value => {
                self.cell.clear();
                push_plain(value, &mut self.cell);
                self.record.push_field(&self.cell);
            }
        }
    }

    fn write(&mut self) {
        self.writer
            .write_byte_record(&self.record)
            .expect("rows are of one length, and a Vec takes every byte");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(value: Value<'_>) -> String {
        let mut out = Vec::new();
        push_plain(value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn decimals_keep_every_digit_and_their_sign() {
        for (units, scale, text) in [
            (-7, 2, "-0.07"),
            (123_456, 2, "1234.56"),
            (5, 8, "0.00000005"),
            (-12_000_001, 6, "-12.000001"),
            (3, 0, "3"),
        ] {
            assert_eq!(plain(Value::Decimal { units, scale }), text);
        }
        assert_eq!(plain(Value::Decimal { units: i64::MIN, scale: 2 }), "-92233720368547758.08");
    }

    #[test]
    fn an_instant_is_written_as_the_api_writes_it() {
        for text in ["2025-01-31T06:00:30Z", "2025-01-31T06:00:30.120Z", "0999-12-31T23:59:59.000001Z"] {
            let instant: DateTime<Utc> = text.parse().unwrap();
            assert_eq!(plain(Value::Instant(instant)), text);
            assert_eq!(serde_json::to_value(instant).unwrap(), text);
        }
    }
}
