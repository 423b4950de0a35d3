//! The cursor from page to page: opaque, checked, and bound to the filters of its list.
//!
//! base64url of a version byte, a check of what follows, a digest of the filters, the last entry's id, and the position
//! as of which the list is read.

use crate::problem::{Code, Problem};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::Position;
use store::{EntryFilter, Order};
use uuid::Uuid;

const VERSION: u8 = 1;
const CHECK_BYTES: usize = 4;
const DIGEST_BYTES: usize = 8;
const HEAD_BYTES: usize = 1 + CHECK_BYTES;
/// Longer than any cursor.
const TEXT_MAX: usize = 512;

/// Where the next page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) after: Uuid,
    pub(crate) as_of: Position,
}

fn digest(filter: &EntryFilter, order: Order) -> [u8; DIGEST_BYTES] {
    let hash = blake3::hash(format!("{filter:?} {order:?}").as_bytes());
    let mut digest = [0; DIGEST_BYTES];
    digest.copy_from_slice(&hash.as_bytes()[..DIGEST_BYTES]);
    digest
}

fn check(body: &[u8]) -> [u8; CHECK_BYTES] {
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&blake3::hash(body).as_bytes()[..CHECK_BYTES]);
    check
}

impl Cursor {
    /// The cursor as text, for a list with these filters.
    pub(crate) fn encode(&self, filter: &EntryFilter, order: Order) -> String {
        let mut body = Vec::with_capacity(DIGEST_BYTES + 16 + 88);
        body.extend_from_slice(&digest(filter, order));
        body.extend_from_slice(self.after.as_bytes());
        body.extend_from_slice(self.as_of.to_string().as_bytes());
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&check(&body));
        bytes.extend_from_slice(&body);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor back.
    pub(crate) fn decode(text: &str, filter: &EntryFilter, order: Order) -> Result<Self, Problem> {
        let damaged = || {
            let text =
                "cursor: it is damaged or cut; use the one of the answer before, or begin again without";
            Problem::new(Code::BadCursor, text)
        };
        if text.len() > TEXT_MAX {
            return Err(damaged());
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| damaged())?;
        let (head, body) = bytes.split_at_checked(HEAD_BYTES).ok_or_else(damaged)?;
        if head[0] != VERSION || head[1..] != check(body) {
            return Err(damaged());
        }
        let (found, rest) = body.split_at_checked(DIGEST_BYTES).ok_or_else(damaged)?;
        if found != digest(filter, order) {
            let text = "cursor: it belongs to a list with other filters; repeat them, or begin again without a cursor";
            return Err(Problem::new(Code::BadCursor, text));
        }
        let (after, as_of) = rest.split_at_checked(16).ok_or_else(damaged)?;
        let as_of = std::str::from_utf8(as_of).ok().and_then(|text| text.parse().ok()).ok_or_else(damaged)?;
        Ok(Self { after: Uuid::from_slice(after).map_err(|_| damaged())?, as_of })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_nothing_else_is_taken() {
        let filter = EntryFilter { company_code: Some("1000".into()), ..EntryFilter::default() };
        let cursor = Cursor { after: Uuid::from_u128(7), as_of: Position::start(Uuid::from_u128(9)) };
        let text = cursor.encode(&filter, Order::NewestFirst);
        let decode = |text: &str, filter: &EntryFilter, order| Cursor::decode(text, filter, order);
        assert_eq!(decode(&text, &filter, Order::NewestFirst), Ok(cursor));
        for damaged in ["", "x", "***", &text[..20], &text.replace('A', "B"), &"A".repeat(10_000)] {
            let problem = decode(damaged, &filter, Order::NewestFirst).unwrap_err();
            assert!(problem.code == Code::BadCursor && problem.detail.contains("damaged"), "{problem}");
        }
        for (filter, order) in [(EntryFilter::default(), Order::NewestFirst), (filter, Order::OldestFirst)] {
            let problem = decode(&text, &filter, order).unwrap_err();
            assert!(problem.detail.contains("other filters"), "{problem}");
        }
    }
}
