//! Postgres `numeric` in its binary form, to and from whole numbers of a smallest unit. Exact: no float, no text.
//!
//! The wire form is four 16-bit words (digit count, weight, sign, display scale) and then digits in base 10 000.

use bytes::{Buf, BufMut, BytesMut};
use ledger::Fixed;
use std::error::Error;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

const POSITIVE: u16 = 0x0000;
const NEGATIVE: u16 = 0x4000;
const BASE: u128 = 10_000;
/// Base-10 000 digits that a `u128` and its padding to whole digits can have: 39 decimal digits and 3, rounded up, and
/// one for where the point falls.
const DIGITS_MAX: usize = 12;
/// Digits after the point of the widest type here.
const SCALE_MAX: u32 = 8;

/// Appends `units / 10^scale` in binary form.
pub(crate) fn put(units: i128, scale: u32, out: &mut BytesMut) {
    let magnitude = units.unsigned_abs();
    let one = 10_u128.pow(scale);
    let mut digits = [0_u16; DIGITS_MAX];
    let mut start = DIGITS_MAX;
    let mut push = |digit: u128| {
        start -= 1;
        digits[start] = digit as u16;
    };
    // The fraction fills its last digit with zeros on the right, so that digits begin at the point.
    let after_point = scale.div_ceil(4);
    let mut fraction = magnitude % one * 10_u128.pow(after_point * 4 - scale);
    for _ in 0..after_point {
        push(fraction % BASE);
        fraction /= BASE;
    }
    let mut whole = magnitude / one;
    let mut before_point = 0;
    while whole > 0 {
        push(whole % BASE);
        whole /= BASE;
        before_point += 1;
    }
    let digits = &digits[start..];
    let leading = digits.iter().take_while(|digit| **digit == 0).count();
    let trailing = digits[leading..].iter().rev().take_while(|digit| **digit == 0).count();
    let kept = &digits[leading..digits.len() - trailing];
    let weight = if kept.is_empty() { 0 } else { before_point - 1 - leading as i16 };
    out.put_u16(kept.len() as u16);
    out.put_i16(weight);
    out.put_u16(if units < 0 { NEGATIVE } else { POSITIVE });
    out.put_u16(scale as u16);
    for digit in kept {
        out.put_u16(*digit);
    }
}

/// Reads a binary numeric as a count of units of `10^-scale`.
pub(crate) fn take(mut raw: &[u8], scale: u32) -> Result<i128, NumericError> {
    if raw.len() < 8 {
        return Err(NumericError::Malformed);
    }
    let count = raw.get_u16() as usize;
    let weight = raw.get_i16();
    let sign = raw.get_u16();
    let _display_scale = raw.get_u16();
    if raw.len() != count * 2 || !matches!(sign, POSITIVE | NEGATIVE) {
        return Err(NumericError::Malformed);
    }
    let mut units: i128 = 0;
    for place in 0..count {
        let digit = i128::from(raw.get_u16());
        // The digit counts 10 000^(weight − place); in units that is 10^exponent.
        let exponent = (i32::from(weight) - place as i32) * 4 + scale as i32;
        let value = if exponent >= 0 {
            let power = 10_i128.checked_pow(exponent.unsigned_abs()).ok_or(NumericError::OutOfRange);
            power?.checked_mul(digit).ok_or(NumericError::OutOfRange)?
        } else {
            let divisor = 10_i128.checked_pow(exponent.unsigned_abs()).ok_or(NumericError::TooFine)?;
            if digit % divisor != 0 {
                return Err(NumericError::TooFine);
            }
            digit / divisor
        };
        units = units.checked_add(value).ok_or(NumericError::OutOfRange)?;
    }
    Ok(if sign == NEGATIVE { -units } else { units })
}

/// Why a numeric of the database is not a number of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NumericError {
    #[error("malformed or not finite numeric")]
    Malformed,
    #[error("numeric is finer than its column allows")]
    TooFine,
    #[error("numeric is out of range")]
    OutOfRange,
}

/// A decimal on its way to or from a `numeric` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numeric<const P: u32, const S: u32>(pub(crate) Fixed<P, S>);

impl<const P: u32, const S: u32> ToSql for Numeric<P, S> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        put(self.0.units_wide(), S, out);
        Ok(IsNull::No)
    }
    accepts!(NUMERIC);
    to_sql_checked!();
}

impl<'a, const P: u32, const S: u32> FromSql<'a> for Numeric<P, S> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(Fixed::try_from_units(take(raw, S)?)?))
    }
    accepts!(NUMERIC);
}

/// A sum of money in cents, to or from `numeric(38,2)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WideCents(pub(crate) i128);

impl ToSql for WideCents {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        put(self.0, 2, out);
        Ok(IsNull::No)
    }
    accepts!(NUMERIC);
    to_sql_checked!();
}

impl<'a> FromSql<'a> for WideCents {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(take(raw, 2)?))
    }
    accepts!(NUMERIC);
}

const _: () = assert!(SCALE_MAX == ledger::Rate::SCALE, "digits are reserved for the widest scale");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn binary(units: i128, scale: u32) -> Vec<u8> {
        let mut out = BytesMut::new();
        put(units, scale, &mut out);
        out.to_vec()
    }

    /// The words of the wire form: count, weight, sign, scale, digits.
    fn words(units: i128, scale: u32) -> Vec<i32> {
        binary(units, scale).chunks(2).map(|word| i32::from(i16::from_be_bytes([word[0], word[1]]))).collect()
    }

    #[test]
    fn numbers_have_the_words_that_postgres_itself_sends() {
        assert_eq!(words(0, 2), [0, 0, 0, 2]);
        assert_eq!(words(1, 2), [1, -1, 0, 2, 100]);
        assert_eq!(words(-1, 2), [1, -1, 0x4000, 2, 100]);
        assert_eq!(words(1_234_567, 2), [3, 1, 0, 2, 1, 2345, 6700]);
        assert_eq!(words(1_000_000, 2), [1, 1, 0, 2, 1]);
        assert_eq!(words(1, 8), [1, -2, 0, 8, 1]);
        assert_eq!(words(100_000_000, 8), [1, 0, 0, 8, 1]);
        assert_eq!(words(71_250_000, 6), [2, 0, 0, 6, 71, 2500]);
    }

    #[test]
    fn what_is_finer_or_larger_than_the_column_is_refused_and_not_rounded() {
        assert_eq!(take(&binary(1, 3), 2), Err(NumericError::TooFine));
        assert_eq!(take(&binary(10, 3), 2), Ok(1));
        assert_eq!(take(&[0, 0, 0, 0, 0xC0, 0, 0, 0], 2), Err(NumericError::Malformed), "NaN");
        assert_eq!(take(&[0, 1, 0x7F, 0xFF, 0, 0, 0, 0, 0, 1], 2), Err(NumericError::OutOfRange));
    }

    proptest! {
        #[test]
        fn any_count_of_units_survives(units in any::<i64>(), scale in 0_u32..=SCALE_MAX) {
            prop_assert_eq!(take(&binary(i128::from(units), scale), scale), Ok(i128::from(units)));
        }

        #[test]
        fn any_wide_sum_survives(units in -(10_i128.pow(36))..10_i128.pow(36)) {
            prop_assert_eq!(take(&binary(units, 2), 2), Ok(units));
        }

        #[test]
        fn no_bytes_make_the_reader_panic(raw in proptest::collection::vec(any::<u8>(), 0..40), scale in 0_u32..=SCALE_MAX) {
            let _ = take(&raw, scale);
        }
    }
}
