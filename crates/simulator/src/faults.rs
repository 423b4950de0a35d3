//! Planted faults: extra submissions beside untouched good ones.

use crate::random::{Draw, Stream};
use crate::settings::FaultRates;
use ledger::{JournalEntry, Money, Rate, ReasonCode};

/// How a planted submission is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// The entry itself is faulty, in a way that must be rejected for this reason.
    Altered(ReasonCode),
    /// The encoded entry is cut to this many thousandths of its datum, so that it cannot be read.
    Garbled {
        /// Thousandths that are kept.
        keep: u32,
    },
}

impl Planted {
    /// The reason that the validator must give.
    #[must_use]
    pub const fn reason(self) -> ReasonCode {
        match self {
            Self::Altered(reason) => reason,
            Self::Garbled { .. } => ReasonCode::UnreadablePayload,
        }
    }
}

/// The faults planted beside the good submission `ordinal`, each drawn on its own.
pub(crate) fn beside(seed: u64, rates: &FaultRates, ordinal: u64) -> Vec<Planted> {
    let mut planted = Vec::new();
    for (reason, rate) in rates.rates() {
        let mut draw = Draw::new(seed, Stream::Fault, ordinal, reason as u64);
        if draw.between(0, Rate::ONE.units() - 1) < rate.units() {
            planted.push(match reason {
                ReasonCode::UnreadablePayload => Planted::Garbled { keep: draw.between(50, 900) as u32 },
                other => Planted::Altered(other),
            });
        }
    }
    planted
}

/// Breaks a copy of a good entry.
pub(crate) fn alter(seed: u64, ordinal: u64, planted: Planted, entry: &mut JournalEntry<'_>) {
    if planted == Planted::Altered(ReasonCode::Unbalanced) {
        let mut draw = Draw::new(seed, Stream::Fault, ordinal, u64::MAX);
        let at = draw.below(entry.lines.len() as u64) as usize;
        let line = &mut entry.lines[at];
        let amount = line.amount + Money::from_units(draw.between(1, 99_999));
        (line.amount, line.functional_amount) = (amount, amount);
    }
}
