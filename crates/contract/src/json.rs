//! Records as JSON, by their public schema: for files and for people. Not for the hot path.
//!
//! Names are the schema's. Decimals are strings with all their digits, dates and instants are ISO 8601 text, what is absent
//! is left out.

use crate::codec::{self, DecodeError};
use crate::digest::FRAME_BYTES;
use crate::topic::Topic;
use apache_avro::types::Value;
use apache_avro::{Reader, Schema};
use chrono::{DateTime, NaiveDate, SecondsFormat};
use std::collections::BTreeMap;

/// Precision and scale of the decimals, by the path of field names.
type Decimals = BTreeMap<String, (u64, u64)>;

/// Turns the records of one topic into JSON.
pub struct Documents {
    schema: Schema,
    decimals: &'static Decimals,
}

impl Documents {
    /// For the records of `topic`.
    ///
    /// # Panics
    /// For a topic without a schema.
    #[must_use]
    pub fn new(topic: Topic) -> Self {
        let schema = topic.schema().expect("only topics with a schema have documents");
        let schema = Schema::parse_str(schema).expect("the contract's own schemas are sound");
        Self { schema, decimals: codec::decimals(topic) }
    }

    /// The document of a framed record that was written by the topic's own schema.
    ///
    /// # Errors
    /// Where the bytes are no such record.
    pub fn of(&self, framed: &[u8]) -> Result<String, DecodeError> {
        let mut datum = framed.get(FRAME_BYTES..).unwrap_or_default();
        let reader = apache_avro::reader::datum::GenericDatumReader::builder(&self.schema).build();
        let value = reader.and_then(|reader| reader.read_value(&mut datum)).map_err(unreadable)?;
        self.document(&value)
    }

    /// The documents of all records in a container file of the topic, in order.
    ///
    /// # Errors
    /// Where the bytes are no such file.
    pub fn of_container(&self, file: &[u8]) -> Result<Vec<String>, DecodeError> {
        let reader = Reader::new(file).map_err(unreadable)?;
        if *reader.writer_schema() != self.schema {
            return Err(unreadable("the file's schema is not the topic's"));
        }
        reader.map(|value| self.document(&value.map_err(unreadable)?)).collect()
    }

    fn document(&self, value: &Value) -> Result<String, DecodeError> {
        let mut out = String::with_capacity(512);
        write(value, "", self.decimals, &mut out)?;
        Ok(out)
    }
}

fn unreadable(error: impl ToString) -> DecodeError {
    DecodeError::Unreadable { detail: error.to_string() }
}

fn write(value: &Value, path: &str, decimals: &Decimals, out: &mut String) -> Result<(), DecodeError> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Boolean(value) => out.push_str(&value.to_string()),
        Value::Int(value) => out.push_str(&value.to_string()),
        Value::Long(value) => out.push_str(&value.to_string()),
        Value::String(text) | Value::Enum(_, text) => push_text(text, out),
        Value::Uuid(id) => push_text(&id.to_string(), out),
        Value::Union(_, value) => write(value, path, decimals, out)?,
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                out.push(if at == 0 { '[' } else { ',' });
                write(item, path, decimals, out)?;
            }
            out.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Record(fields) => write_record(fields, path, decimals, out)?,
        Value::Date(days) => {
            let date = NaiveDate::from_epoch_days(*days).ok_or_else(|| unreadable("a day that is none"))?;
            push_text(&date.to_string(), out);
        }
        Value::TimestampMicros(micros) => {
            let instant = DateTime::from_timestamp_micros(*micros);
            let instant = instant.ok_or_else(|| unreadable("an instant that is none"))?;
            push_text(&instant.to_rfc3339_opts(SecondsFormat::AutoSi, true), out);
        }
        Value::Decimal(decimal) => {
            let bytes = Vec::<u8>::try_from(decimal).map_err(unreadable)?;
            let scale = decimals.get(path).map_or(0, |(_, scale)| *scale);
            push_text(&decimal_text(units(&bytes)?, scale), out);
        }
        other => return Err(unreadable(format!("no schema of ours has a {other:?}"))),
    }
    Ok(())
}

/// In the schema's order; what is absent is left out.
fn write_record(
    fields: &[(String, Value)],
    path: &str,
    decimals: &Decimals,
    out: &mut String,
) -> Result<(), DecodeError> {
    let is_absent = |value: &Value| match value {
        Value::Union(_, value) => matches!(**value, Value::Null),
        value => matches!(value, Value::Null),
    };
    let mut before = '{';
    for (name, value) in fields.iter().filter(|(_, value)| !is_absent(value)) {
        out.push(before);
        before = ',';
        push_text(name, out);
        out.push(':');
        write(value, &format!("{path}.{name}"), decimals, out)?;
    }
    out.push_str(if before == '{' { "{}" } else { "}" });
    Ok(())
}

fn push_text(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

/// The integer that big-endian two's complement bytes hold.
fn units(bytes: &[u8]) -> Result<i128, DecodeError> {
    let fill = if bytes.first().is_some_and(|first| first & 0x80 != 0) { 0xff } else { 0 };
    let mut wide = [fill; 16];
    let at = 16_usize.checked_sub(bytes.len()).ok_or_else(|| unreadable("a decimal of over 16 bytes"))?;
    wide[at..].copy_from_slice(bytes);
    Ok(i128::from_be_bytes(wide))
}

fn decimal_text(units: i128, scale: u64) -> String {
    let (sign, magnitude, width) = (if units < 0 { "-" } else { "" }, units.unsigned_abs(), scale as usize);
    let one = 10_u128.pow(width as u32);
    if width == 0 {
        return format!("{sign}{magnitude}");
    }
    format!("{sign}{}.{:0width$}", magnitude / one, magnitude % one)
}
