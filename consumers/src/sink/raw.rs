//! The bytes of a batch, copied out of the client's memory.

use chrono::{DateTime, Utc};
use contract::Topic;
use kafka::Record;
use std::collections::BTreeMap;
use std::ops::Range;

/// A batch as it was read. One buffer for all bytes, so that a batch costs a few allocations and not one a record.
#[derive(Debug, Default)]
pub(super) struct RawBatch {
    bytes: Vec<u8>,
    headers: Vec<(Span, Option<Span>)>,
    records: Vec<Place>,
}

type Span = Range<u32>;

#[derive(Debug)]
struct Place {
    topic: Topic,
    partition: i32,
    offset: i64,
    timestamp_ms: i64,
    key: Option<Span>,
    payload: Option<Span>,
    headers: Span,
}

/// A record of a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawRecord<'b> {
    batch: &'b RawBatch,
    place: &'b Place,
}

impl RawBatch {
    /// Room for a batch like the one before.
    pub(super) fn like(other: &Self) -> Self {
        Self {
            bytes: Vec::with_capacity(other.bytes.len()),
            headers: Vec::with_capacity(other.headers.len()),
            records: Vec::with_capacity(other.records.len()),
        }
    }

    /// Copies a record.
    pub(super) fn push(&mut self, topic: Topic, record: &Record<'_>) {
        let key = record.key().map(|key| self.copy(key));
        let payload = record.payload().map(|payload| self.copy(payload));
        let since = self.headers.len();
        for (name, value) in record.headers() {
            let name = self.copy(name.as_bytes());
            let value = value.map(|value| self.copy(value));
            self.headers.push((name, value));
        }
        self.records.push(Place {
            topic,
            partition: record.partition(),
            offset: record.offset(),
            timestamp_ms: record.timestamp_ms(),
            key,
            payload,
            headers: span(since, self.headers.len()),
        });
    }

    fn copy(&mut self, bytes: &[u8]) -> Span {
        let since = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        span(since, self.bytes.len())
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.headers.clear();
        self.records.clear();
    }

    pub(super) fn records(&self) -> impl ExactSizeIterator<Item = RawRecord<'_>> {
        self.records.iter().map(|place| RawRecord { batch: self, place })
    }

    /// The record at this place of the batch.
    pub(super) fn record(&self, at: usize) -> RawRecord<'_> {
        RawRecord { batch: self, place: &self.records[at] }
    }

    /// Timestamps of the oldest and of the newest record.
    pub(super) fn age(&self) -> (Option<i64>, Option<i64>) {
        let timestamps = || self.records.iter().map(|place| place.timestamp_ms);
        (timestamps().min(), timestamps().max())
    }

    /// How many records of each topic it holds.
    pub(super) fn count_by_topic(&self) -> BTreeMap<Topic, u64> {
        let mut counts = BTreeMap::new();
        for place in &self.records {
            *counts.entry(place.topic).or_default() += 1;
        }
        counts
    }

    fn slice(&self, span: &Span) -> &[u8] {
        &self.bytes[span.start as usize..span.end as usize]
    }
}

fn span(since: usize, until: usize) -> Span {
    let number = |at| u32::try_from(at).expect("a batch is bounded far below 4 GB");
    number(since)..number(until)
}

impl<'b> RawRecord<'b> {
    pub(super) const fn topic(self) -> Topic {
        self.place.topic
    }

    pub(super) const fn partition(self) -> i32 {
        self.place.partition
    }

    pub(super) const fn offset(self) -> i64 {
        self.place.offset
    }

    /// When it was written; the beginning of time where it does not say.
    pub(super) fn written_at(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.place.timestamp_ms).unwrap_or_default()
    }

    pub(super) fn key(self) -> Option<&'b [u8]> {
        self.place.key.as_ref().map(|span| self.batch.slice(span))
    }

    pub(super) fn payload(self) -> Option<&'b [u8]> {
        self.place.payload.as_ref().map(|span| self.batch.slice(span))
    }

    pub(super) fn headers(self) -> impl Iterator<Item = (&'b str, Option<&'b [u8]>)> {
        let Range { start, end } = self.place.headers;
        self.batch.headers[start as usize..end as usize].iter().map(move |(name, value)| {
            let name = std::str::from_utf8(self.batch.slice(name)).expect("copied from a str");
            (name, value.as_ref().map(|span| self.batch.slice(span)))
        })
    }
}

#[cfg(test)]
impl RawBatch {
    /// As [`RawBatch::push`], from parts.
    pub(super) fn push_parts(
        &mut self,
        topic: Topic,
        (partition, offset): (i32, i64),
        key: Option<&[u8]>,
        payload: Option<&[u8]>,
        headers: &[(&str, &[u8])],
    ) {
        let (key, payload) = (key.map(|key| self.copy(key)), payload.map(|payload| self.copy(payload)));
        let since = self.headers.len();
        for (name, value) in headers {
            let header = (self.copy(name.as_bytes()), Some(self.copy(value)));
            self.headers.push(header);
        }
        let headers = span(since, self.headers.len());
        let timestamp_ms = 1_700_000_000_000 + offset;
        self.records.push(Place { topic, partition, offset, timestamp_ms, key, payload, headers });
    }
}
