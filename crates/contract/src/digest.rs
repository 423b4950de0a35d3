//! A digest of a set of submissions that depends on neither their order nor the registry's ids.

use ledger::entry::UnknownCode;
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// Length of the framing before an Avro datum: a zero byte and a four-byte schema id.
pub const FRAME_BYTES: usize = 5;

/// The sum modulo 2^256 of BLAKE3 over each submission: its `ce_id`, key and value without the frame, each preceded by
/// its length as eight little-endian bytes.
///
/// A sum is the same in any order, so partitions can be digested apart and merged; a submission that stands twice
/// counts twice, so neither loss nor doubling goes unnoticed.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Digest([u64; 4]);

impl Digest {
    /// Takes in one submission; `value` is the record value with its frame.
    pub fn add(&mut self, ce_id: Uuid, key: &[u8], value: &[u8]) {
        let datum = value.get(FRAME_BYTES..).unwrap_or_default();
        let mut hasher = blake3::Hasher::new();
        for part in [ce_id.as_bytes().as_slice(), key, datum] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        self.merge(&Self::from_bytes(*hasher.finalize().as_bytes()));
    }

    /// Adds the digest of another set.
    pub fn merge(&mut self, other: &Self) {
        let mut carry = false;
        for (limb, addend) in self.0.iter_mut().zip(other.0) {
            let (sum, first) = limb.overflowing_add(addend);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            (*limb, carry) = (sum, first || second);
        }
    }

    /// The digest as 32 bytes, least significant first.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (chunk, limb) in bytes.chunks_exact_mut(8).zip(self.0) {
            chunk.copy_from_slice(&limb.to_le_bytes());
        }
        bytes
    }

    /// The digest that these 32 bytes hold, least significant first.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let mut limbs = [0; 4];
        for (limb, chunk) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
            *limb = u64::from_le_bytes(chunk.try_into().expect("chunks of eight"));
        }
        Self(limbs)
    }
}

/// 64 hexadecimal digits.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&blake3::Hash::from_bytes(self.to_bytes()).to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        blake3::Hash::from_hex(text).map(|hash| Self::from_bytes(*hash.as_bytes())).map_err(|_| UnknownCode {
            what: "digest of 64 hexadecimal digits",
            code: text.chars().take(80).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digest(submissions: &[(u128, Vec<u8>)]) -> Digest {
        let mut digest = Digest::default();
        for (id, value) in submissions {
            digest.add(Uuid::from_u128(*id), b"key", value);
        }
        digest
    }

    #[test]
    fn the_registrys_id_does_not_matter_and_every_other_byte_does() {
        assert_eq!(digest(&[(1, b"\0\0\0\0\x01abc".to_vec())]), digest(&[(1, b"\0\0\0\0\x02abc".to_vec())]));
        assert_ne!(digest(&[(1, b"\0\0\0\0\x01abc".to_vec())]), digest(&[(1, b"\0\0\0\0\x01abd".to_vec())]));
        assert_ne!(digest(&[(1, b"\0\0\0\0\x01abc".to_vec())]), digest(&[(2, b"\0\0\0\0\x01abc".to_vec())]));
    }

    #[test]
    fn one_lost_and_one_doubled_is_not_the_same_set() {
        let (a, b) = ((1, b"\0\0\0\0\x01a".to_vec()), (2, b"\0\0\0\0\x01b".to_vec()));
        assert_ne!(digest(&[a.clone(), b.clone()]), digest(&[a.clone(), a]));
        assert_ne!(digest(std::slice::from_ref(&b)), digest(&[b.clone(), b.clone()]));
    }

    proptest! {
        #[test]
        fn any_order_and_any_cut_gives_the_same_digest(
            mut set in proptest::collection::vec((any::<u128>(), proptest::collection::vec(any::<u8>(), 0..40)), 0..30),
            cut in 0_usize..30,
        ) {
            let whole = digest(&set);
            let (head, tail) = set.split_at(cut.min(set.len()));
            let mut merged = digest(tail);
            merged.merge(&digest(head));
            prop_assert_eq!(merged, whole);
            set.reverse();
            prop_assert_eq!(digest(&set), whole);
            prop_assert_eq!(whole.to_string().parse::<Digest>().unwrap(), whole);
        }
    }
}
