//! The position: one cursor for WebSocket, SSE, NDJSON and REST.

use crate::topic::ENTRY_PARTITIONS;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

const VERSION: u8 = 1;
const BYTES: usize = 1 + 16 + ENTRY_PARTITIONS * 8;

/// How far somebody has read the validated topic of one run: per partition, the offset after the last record read.
///
/// As text it is base64url, without padding, of a version byte, the incarnation, and six big-endian `u64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// The run.
    pub incarnation: Uuid,
    /// Per partition, the offset to read next.
    pub next: [u64; ENTRY_PARTITIONS],
}

/// Why a text is no position.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PositionError {
    /// Not base64url.
    #[error("a position is base64url text as the API gave it; this one is not")]
    NotBase64,
    /// Another length than a position has.
    #[error("a position has {BYTES} bytes, this one {0}; it may have been cut")]
    Length(usize),
    /// A version that this program does not know.
    #[error("position version {0} is not known here; this program reads version {VERSION}")]
    Version(u8),
}

impl Position {
    /// The beginning of a run.
    #[must_use]
    pub const fn start(incarnation: Uuid) -> Self {
        Self { incarnation, next: [0; ENTRY_PARTITIONS] }
    }

    /// Whether everything up to `other` lies before this position.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.incarnation == other.incarnation
            && self.next.iter().zip(other.next).all(|(mine, theirs)| *mine >= theirs)
    }

    /// Whether a record lies before this position.
    #[must_use]
    pub fn has_read(&self, partition: usize, offset: u64) -> bool {
        self.next.get(partition).is_some_and(|next| offset < *next)
    }

    /// Moves past a record.
    ///
    /// # Panics
    /// For a partition that the topic does not have.
    pub fn advance(&mut self, partition: usize, offset: u64) {
        let next = &mut self.next[partition];
        *next = (*next).max(offset + 1);
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(self.incarnation.as_bytes());
        for next in self.next {
            bytes.extend_from_slice(&next.to_be_bytes());
        }
        f.pad(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, PositionError> {
        if text.len() > 2 * BYTES {
            return Err(PositionError::Length(text.len() * 3 / 4));
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| PositionError::NotBase64)?;
        let bytes: [u8; BYTES] =
            bytes.try_into().map_err(|bytes: Vec<u8>| PositionError::Length(bytes.len()))?;
        if bytes[0] != VERSION {
            return Err(PositionError::Version(bytes[0]));
        }
        let incarnation = Uuid::from_slice(&bytes[1..17]).expect("sixteen bytes");
        let mut next = [0; ENTRY_PARTITIONS];
        for (slot, chunk) in next.iter_mut().zip(bytes[17..].chunks_exact(8)) {
            *slot = u64::from_be_bytes(chunk.try_into().expect("eight bytes"));
        }
        Ok(Self { incarnation, next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_position_survives_its_text(incarnation in any::<u128>(), next in any::<[u64; ENTRY_PARTITIONS]>()) {
            let position = Position { incarnation: Uuid::from_u128(incarnation), next };
            prop_assert_eq!(position.to_string().parse::<Position>().unwrap(), position);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,200}") {
            let _ = text.parse::<Position>();
        }
    }

    #[test]
    fn what_is_wrong_with_a_text_is_said() {
        let text = Position::start(Uuid::nil()).to_string();
        assert_eq!("***".parse::<Position>(), Err(PositionError::NotBase64));
        assert!(matches!(text[..20].parse::<Position>(), Err(PositionError::Length(15))));
        assert_eq!(text.replacen("AQ", "Ag", 1).parse::<Position>(), Err(PositionError::Version(2)));
    }

    #[test]
    fn a_position_covers_what_lies_before_it_and_nothing_of_another_run() {
        let mut read = Position::start(Uuid::from_u128(1));
        read.advance(3, 41);
        assert!(read.has_read(3, 41) && !read.has_read(3, 42) && !read.has_read(9, 0));
        assert!(read.covers(&Position::start(Uuid::from_u128(1))));
        assert!(!Position::start(Uuid::from_u128(1)).covers(&read));
        assert!(!read.covers(&Position::start(Uuid::from_u128(2))));
    }
}
