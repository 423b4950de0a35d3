//! A set of entry numbers that notices gaps and repeats: a bit for each number.

/// Beyond this a number is no number of ours: 32 MB of bits for one company and year.
const NUMBERS_MAX: i64 = 1 << 28;

/// The numbers of one company and fiscal year.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    words: Vec<u64>,
    /// The first that came twice, or that is no number of ours.
    repeated: Option<i64>,
}

impl Numbers {
    pub(super) fn insert(&mut self, number: i64) {
        if !(1..=NUMBERS_MAX).contains(&number) {
            self.repeated.get_or_insert(number);
            return;
        }
        let (word, bit) = ((number / 64) as usize, 1_u64 << (number % 64));
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        if self.words[word] & bit != 0 {
            self.repeated.get_or_insert(number);
        }
        self.words[word] |= bit;
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.repeated = self.repeated.or(other.repeated);
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (at, (word, added)) in self.words.iter_mut().zip(&other.words).enumerate() {
            let twice = *word & added;
            if twice != 0 {
                self.repeated.get_or_insert(at as i64 * 64 + i64::from(twice.trailing_zeros()));
            }
            *word |= added;
        }
    }

    /// The first of `1..=last` that is not there.
    pub(super) fn first_missing(&self, last: i64) -> Option<i64> {
        (1..=last).find(|number| !self.contains(*number))
    }

    /// The first number that came twice.
    pub(super) const fn first_repeated(&self) -> Option<i64> {
        self.repeated
    }

    /// The highest number there.
    pub(super) fn highest(&self) -> i64 {
        let last = self.words.iter().rposition(|word| *word != 0);
        last.map_or(0, |at| at as i64 * 64 + 63 - i64::from(self.words[at].leading_zeros()))
    }

    fn contains(&self, number: i64) -> bool {
        self.words.get((number / 64) as usize).is_some_and(|word| word & (1 << (number % 64)) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_repeats_and_the_highest_number_are_found() {
        let mut numbers = Numbers::default();
        (1..=200).filter(|number| *number != 130).for_each(|number| numbers.insert(number));
        assert_eq!((numbers.first_missing(129), numbers.first_missing(200)), (None, Some(130)));
        assert_eq!((numbers.first_repeated(), numbers.highest()), (None, 200));
        let mut other = Numbers::default();
        other.insert(130);
        other.insert(64);
        numbers.merge(other);
        assert_eq!((numbers.first_missing(200), numbers.first_missing(201)), (None, Some(201)));
        assert_eq!(numbers.first_repeated(), Some(64));
        numbers.insert(-1);
        numbers.insert(i64::MAX);
    }
}
