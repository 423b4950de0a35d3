//! The encoded record.

use crate::random::Draw;
use std::fmt;

/// Schema ids that no registry has given out: the last that fit a signed number. They are few, so that a consumer that
/// remembers them asks its registry as seldom.
const SCHEMA_IDS: [u32; 4] = [2_147_483_644, 2_147_483_645, 2_147_483_646, 2_147_483_647];

/// What is done to an encoded record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The frame names a schema that the registry does not have.
    SchemaId(u32),
    /// The first byte is not zero.
    FirstByte(u8),
    /// So many bytes are left, not even a whole frame.
    CutFrame(u8),
    /// So many thousandths of the datum are left.
    CutDatum(u32),
    /// So many bytes stand behind the record.
    Trailing(u8),
    /// An optional field names a branch that its union does not have.
    Branch(u8),
    /// A side has a number that the enumeration does not have.
    Symbol(u8),
    /// The document type is no code of ours.
    Code(u8),
    /// A text is no UTF-8.
    Text(u8),
}

impl Damage {
    /// Damage of the schema id.
    pub(super) fn schema(draw: &mut Draw) -> Self {
        Self::SchemaId(*draw.pick(&SCHEMA_IDS))
    }

    /// Damage after which the bytes are no entry.
    pub(super) fn bytes(draw: &mut Draw) -> Self {
        let kind = draw.below(8);
        let mut from = |low, high| draw.between(low, high) as u8;
        match kind {
            0 => Self::FirstByte(from(1, 255)),
            1 => Self::CutFrame(from(0, 4)),
            2 => Self::CutDatum(draw.between(0, 950) as u32),
            3 => Self::Trailing(from(1, 32)),
            4 => Self::Branch(from(2, 63)),
            5 => Self::Symbol(from(2, 63)),
            6 => Self::Code(from(b'0'.into(), b'9'.into())),
            // Bytes that UTF-8 does not use.
            _ => Self::Text(from(0xF8, 0xFF)),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SchemaId(id) => write!(f, "schema id → {id}"),
            Self::FirstByte(byte) => write!(f, "first byte 0 → {byte}"),
            Self::CutFrame(left) => write!(f, "cut to {left} bytes"),
            Self::CutDatum(left) => write!(f, "datum cut to {left} thousandths"),
            Self::Trailing(bytes) => write!(f, "{bytes} bytes added behind the record"),
            Self::Branch(branch) => write!(f, "due_date: union branch → {branch}"),
            Self::Symbol(symbol) => write!(f, "line 1: side → symbol {symbol}"),
            Self::Code(first) => write!(f, "document_type: first letter → {}", char::from(*first)),
            Self::Text(byte) => write!(f, "created_by: first byte → {byte:#04x}"),
        }
    }
}
