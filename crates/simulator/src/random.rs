//! Counter-based randomness: any number can be drawn alone, in any order, on any thread.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a draw is for. Each purpose has numbers of its own, so that adding one disturbs no other.
#[derive(Clone, Copy, Debug)]
pub enum Stream {
    /// Names, shares and rates of the masters.
    Master = 1,
    /// Prices behind the table.
    Price = 2,
    /// Volumes of tickets.
    Volume = 3,
    /// When and by whom a document is entered.
    Desk = 4,
    /// Vendor invoices.
    Invoice = 5,
    /// Payroll.
    Payroll = 6,
    /// Which submissions get a planted fault beside them, and how it is broken.
    Fault = 7,
    /// Final against accrued volumes, and what is corrected later.
    Final = 8,
    /// Which person enters a document.
    Clerk = 9,
    /// Wells that are drilled, and what they cost.
    Project = 10,
    /// Exchange rates.
    Exchange = 11,
    /// Joint interest: who never pays.
    Partner = 12,
    /// Materials.
    Material = 13,
    /// What happens to a well: days down, tickets that are not runs.
    Well = 14,
    /// Corrections by people.
    Correction = 15,
    /// The affiliates' and the head office's own business.
    Corporate = 16,
    /// Interests that pass to other owners.
    Transfer = 17,
    /// What owners take of a well's gas in kind.
    Takes = 18,
    /// When partners pay.
    Habit = 19,
}

/// Numbers keyed by seed, stream, entity and day.
pub struct Draw(ChaCha8Rng);

impl Draw {
    /// The numbers of one entity on one day (or month, by its first day).
    #[must_use]
    pub fn new(seed: u64, stream: Stream, entity: u64, day: u64) -> Self {
        let mut key = [0; 32];
        for (slot, part) in key.chunks_exact_mut(8).zip([seed, stream as u64, entity, day]) {
            slot.copy_from_slice(&part.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 up to and without `bound`. The bias of the multiplication is below 2^-32 for bounds that occur.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).unsigned_abs()) as i64
    }

    /// One of `items`.
    ///
    /// # Panics
    /// Where there is none.
    pub fn pick<'i, T>(&mut self, items: &'i [T]) -> &'i T {
        &items[self.below(items.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_each_part_of_its_key_and_on_nothing_else() {
        let first = |seed, stream, entity, day| Draw::new(seed, stream, entity, day).bits();
        let base = first(42, Stream::Volume, 1, 1);
        assert_eq!(base, first(42, Stream::Volume, 1, 1));
        for other in [
            first(43, Stream::Volume, 1, 1),
            first(42, Stream::Desk, 1, 1),
            first(42, Stream::Volume, 2, 1),
            first(42, Stream::Volume, 1, 2),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn numbers_stay_within_their_bounds() {
        let mut draw = Draw::new(1, Stream::Master, 0, 0);
        assert!((0..1000).all(|_| (-3..=3).contains(&draw.between(-3, 3))));
    }
}
