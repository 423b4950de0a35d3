//! A record as it was read.

use rdkafka::Message;
use rdkafka::message::{BorrowedMessage, Headers as _, OwnedHeaders};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A record as it was read. Its bytes stand in the client's own memory: take what is needed and let it go, since a record
/// that is held keeps the whole fetched block.
#[derive(Debug)]
pub struct Record<'m> {
    message: BorrowedMessage<'m>,
}

impl<'m> Record<'m> {
    pub(crate) const fn new(message: BorrowedMessage<'m>) -> Self {
        Self { message }
    }

    /// The full name of its topic.
    #[must_use]
    pub fn topic(&self) -> &str {
        self.message.topic()
    }

    /// Its partition.
    #[must_use]
    pub fn partition(&self) -> i32 {
        self.message.partition()
    }

    /// Its offset.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.message.offset()
    }

    /// When it was written, milliseconds since 1970; 0 where the record does not say.
    #[must_use]
    pub fn timestamp_ms(&self) -> i64 {
        self.message.timestamp().to_millis().unwrap_or(0)
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> Option<&[u8]> {
        self.message.key()
    }

    /// Its value.
    #[must_use]
    pub fn payload(&self) -> Option<&[u8]> {
        self.message.payload()
    }

    /// Bytes of key and value.
    #[must_use]
    pub fn size(&self) -> usize {
        self.message.key_len() + self.message.payload_len()
    }

    /// Its headers, in their order; one whose name is no UTF-8 is passed over (see [`Record::has_unreadable_header`]).
    pub fn headers(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        (0..self.header_count()).filter_map(|at| self.header(at))
    }

    /// Whether a header's name is no UTF-8. Such a record breaks the protocol, but any client can write it.
    #[must_use]
    pub fn has_unreadable_header(&self) -> bool {
        (0..self.header_count()).any(|at| self.header(at).is_none())
    }

    fn header_count(&self) -> usize {
        self.message.headers().map_or(0, |headers| headers.count())
    }

    fn header(&self, at: usize) -> Option<(&str, Option<&[u8]>)> {
        let headers = self.message.headers()?;
        // The library panics over a name that is no UTF-8: one hostile record must not stop the ledger.
        let header = catch_unwind(AssertUnwindSafe(|| headers.try_get(at))).ok()??;
        Some((header.key, header.value))
    }

    /// All headers as they are, unreadable ones included.
    pub(crate) fn detach_headers(&self) -> OwnedHeaders {
        self.message.headers().map_or_else(OwnedHeaders::new, |headers| headers.detach())
    }
}
