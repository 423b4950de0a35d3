//! Ids of entries as people give them: whole, or enough of the beginning.

use chrono::{DateTime, TimeDelta, Utc};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// Hexadecimal digits that are enough: an id begins with the time of entry, and eight are about a minute of it.
const DIGITS_MIN: usize = 8;
/// Hexadecimal digits of a whole id.
const DIGITS: usize = 32;

/// The beginning of an id, or all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdPrefix {
    /// Its digits, and zeros behind them.
    first: u128,
    digits: usize,
}

impl IdPrefix {
    /// A whole id.
    #[must_use]
    pub const fn whole(id: Uuid) -> Self {
        Self { first: id.as_u128(), digits: DIGITS }
    }

    /// The first and the last id that begin so.
    #[must_use]
    pub fn span(self) -> (Uuid, Uuid) {
        let rest = (DIGITS - self.digits) * 4;
        (Uuid::from_u128(self.first), Uuid::from_u128(self.first | ((1_u128 << rest) - 1)))
    }

    /// Whether an id begins so.
    #[must_use]
    pub fn holds(self, id: Uuid) -> bool {
        let (first, last) = self.span();
        (first..=last).contains(&id)
    }

    /// From when up to and without when an entry with such an id was entered: its first 48 bits are milliseconds.
    #[must_use]
    pub fn entered(self) -> (DateTime<Utc>, DateTime<Utc>) {
        let (first, last) = self.span();
        let at = |id: Uuid| DateTime::from_timestamp_millis((id.as_u128() >> 80) as i64).unwrap_or_default();
        (at(first), at(last) + TimeDelta::milliseconds(1))
    }
}

impl FromStr for IdPrefix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let expected = || {
            format!("the id of an entry is expected, or at least its first {DIGITS_MIN} hexadecimal digits")
        };
        let is_id =
            (DIGITS_MIN..=DIGITS).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_hexdigit());
        if !is_id {
            return Err(expected());
        }
        let first = u128::from_str_radix(&format!("{digits:0<DIGITS$}"), 16).map_err(|_| expected())?;
        Ok(Self { first, digits: digits.len() })
    }
}

impl fmt::Display for IdPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = Uuid::from_u128(self.first).hyphenated().to_string();
        // Hyphens stand behind 8, 12, 16 and 20 digits.
        let hyphens = [8, 12, 16, 20].iter().filter(|at| **at < self.digits).count();
        f.write_str(&whole[..self.digits + hyphens])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_given_whole_or_by_its_beginning_with_hyphens_or_without() {
        let id: Uuid = "01942fd5-4e5c-7d27-8a2f-0a8f3ba9d3f1".parse().unwrap();
        for text in ["01942fd5", "01942fd5-4e5c", "01942FD54E5C7", &id.to_string(), &id.simple().to_string()]
        {
            let prefix: IdPrefix = text.parse().unwrap();
            assert!(prefix.holds(id), "{text}");
            assert_eq!(prefix.to_string().replace('-', ""), text.to_lowercase().replace('-', ""));
        }
        let other = Uuid::from_u128(id.as_u128() + 1);
        assert!(!IdPrefix::whole(id).holds(other));
        assert_eq!(IdPrefix::whole(id).span(), (id, id));
        assert!("01942fd5".parse::<IdPrefix>().unwrap().holds(other));
        assert!(!"01942fd6".parse::<IdPrefix>().unwrap().holds(id));
        for wrong in ["", "01942fd", "01942fg5", "4711", "01942fd5-4e5c-7d27-8a2f-0a8f3ba9d3f1a"] {
            assert!(wrong.parse::<IdPrefix>().unwrap_err().contains("first 8"), "{wrong}");
        }
    }

    #[test]
    fn the_time_of_entry_is_narrowed_by_each_digit_and_exact_to_the_millisecond_with_the_id() {
        let entered = |text: &str| text.parse::<IdPrefix>().unwrap().entered();
        let (from, until) = entered("01942fd5");
        assert_eq!((until - from).num_milliseconds(), 65_536);
        let (whole_from, whole_until) = entered("01942fd5-4e5c-7d27-8a2f-0a8f3ba9d3f1");
        assert!(from <= whole_from && whole_until <= until);
        assert_eq!((whole_until - whole_from).num_milliseconds(), 1);
    }
}
