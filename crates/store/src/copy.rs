//! `COPY … FROM STDIN (FORMAT binary)`: tuples written straight into a buffer, without a dispatch per value.

use crate::numeric;
use bytes::{BufMut, Bytes, BytesMut};
use chrono::{DateTime, NaiveDate, Utc};
use ledger::Fixed;
use uuid::Uuid;

/// Signature, flags and length of the header extension.
const HEADER: &[u8; 19] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Days from 1970 to 2000, where Postgres counts from.
const EPOCH_DAYS: i32 = 10_957;
/// The same in microseconds.
const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * 86_400_000_000;
/// Bytes of one message of a copy: large enough that its own cost does not count, small enough to flow while the next
/// is on its way.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;

/// Tuples of one table in binary form.
pub(crate) struct Tuples {
    out: BytesMut,
    columns: i16,
}

impl Tuples {
    /// No tuples yet, of `columns` columns each.
    pub(crate) fn new(columns: usize, capacity: usize) -> Self {
        let mut out = BytesMut::with_capacity(HEADER.len() + capacity);
        out.put_slice(HEADER);
        Self { out, columns: i16::try_from(columns).expect("a table has some dozens of columns") }
    }

    /// Begins a tuple; as many values as there are columns follow.
    pub(crate) fn tuple(&mut self) -> &mut Self {
        self.out.put_i16(self.columns);
        self
    }

    /// Ends the data and cuts it into messages.
    pub(crate) fn finish(mut self) -> Vec<Bytes> {
        self.out.put_i16(-1);
        let mut rest = self.out.freeze();
        let mut chunks = Vec::with_capacity(rest.len() / CHUNK_BYTES + 1);
        while rest.len() > CHUNK_BYTES {
            chunks.push(rest.split_to(CHUNK_BYTES));
        }
        chunks.push(rest);
        chunks
    }

    pub(crate) fn null(&mut self) -> &mut Self {
        self.out.put_i32(-1);
        self
    }

    pub(crate) fn int(&mut self, value: i32) -> &mut Self {
        self.out.put_i32(4);
        self.out.put_i32(value);
        self
    }

    pub(crate) fn bigint(&mut self, value: i64) -> &mut Self {
        self.out.put_i32(8);
        self.out.put_i64(value);
        self
    }

    pub(crate) fn uuid(&mut self, value: Uuid) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    pub(crate) fn text(&mut self, value: &str) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.out.put_i32(i32::try_from(value.len()).expect("a value is smaller than a Kafka record"));
        self.out.put_slice(value);
        self
    }

    /// `jsonb`: a version byte and the text.
    pub(crate) fn jsonb(&mut self, value: &str) -> &mut Self {
        self.out.put_i32(1 + i32::try_from(value.len()).expect("headers are smaller than a Kafka record"));
        self.out.put_u8(1);
        self.out.put_slice(value.as_bytes());
        self
    }

    pub(crate) fn date(&mut self, value: NaiveDate) -> &mut Self {
        self.int(value.to_epoch_days() - EPOCH_DAYS)
    }

    pub(crate) fn instant(&mut self, value: DateTime<Utc>) -> &mut Self {
        self.bigint(value.timestamp_micros() - EPOCH_MICROS)
    }

    pub(crate) fn numeric<const P: u32, const S: u32>(&mut self, value: Fixed<P, S>) -> &mut Self {
        let at = self.out.len();
        self.out.put_i32(0);
        numeric::put(value.units_wide(), S, &mut self.out);
        let length = (self.out.len() - at - 4) as i32;
        self.out[at..at + 4].copy_from_slice(&length.to_be_bytes());
        self
    }

    /// A value that may be absent, written by `put` where it is not.
    pub(crate) fn option<T>(
        &mut self,
        value: Option<T>,
        put: impl FnOnce(&mut Self, T) -> &mut Self,
    ) -> &mut Self {
        match value {
            Some(value) => put(self, value),
            None => self.null(),
        }
    }

    pub(crate) fn option_text(&mut self, value: Option<&str>) -> &mut Self {
        self.option(value, Self::text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tuple_is_its_width_and_then_each_value_with_its_length() {
        let mut tuples = Tuples::new(4, 64);
        tuples.tuple().int(7).null().text("ab").date(NaiveDate::from_ymd_opt(2000, 1, 2).unwrap());
        let data = tuples.finish().concat();
        let body = [
            &[0, 4][..],
            &[0, 0, 0, 4, 0, 0, 0, 7],
            &[0xFF; 4],
            &[0, 0, 0, 2, b'a', b'b'],
            &[0, 0, 0, 4, 0, 0, 0, 1],
            &[0xFF, 0xFF],
        ]
        .concat();
        assert_eq!(data, [&HEADER[..], &body].concat());
    }

    #[test]
    fn large_data_is_cut_into_messages_and_loses_nothing() {
        let mut tuples = Tuples::new(1, 0);
        let text = "x".repeat(CHUNK_BYTES);
        tuples.tuple().text(&text);
        let chunks = tuples.finish();
        assert_eq!(chunks.len(), 2);
        assert_eq!(chunks.iter().map(Bytes::len).sum::<usize>(), HEADER.len() + 2 + 4 + text.len() + 2);
    }
}
