//! Exact decimal numbers as whole numbers of their smallest unit.
//!
//! Precision and scale are part of the type, so dollars cannot be added to barrels, and both match the Avro
//! `decimal(precision, scale)` of the wire and the SQL `numeric(precision, scale)` of staging.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

/// A signed decimal of at most `PRECISION` digits, `SCALE` of them after the point.
///
/// Held as an `i64` count of the smallest unit (a cent, for [`Money`]), which takes 18 digits with room to spare.
/// Sums over many amounts go through `i128` ([`Fixed::units_wide`]) and cannot overflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fixed<const PRECISION: u32, const SCALE: u32>(i64);

/// An amount of money, to the cent: `decimal(18,2)`.
pub type Money = Fixed<18, 2>;
/// A volume or count in its unit of measure: `decimal(18,3)`.
pub type Quantity = Fixed<18, 3>;
/// A price for one unit of measure, signed: `decimal(18,6)`.
pub type UnitPrice = Fixed<18, 6>;
/// A share of a property: `decimal(9,8)`; a whole deck sums to exactly 1.
pub type DecimalInterest = Fixed<9, 8>;
/// A tax, exchange, heat or escalation factor: `decimal(18,8)`.
pub type Rate = Fixed<18, 8>;

/// Why a text or a number is not a [`Fixed`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FixedError {
    /// The text is no plain decimal number.
    #[error("`{0}` is not a decimal number")]
    NotANumber(String),
    /// More digits after the point than the type holds: it is refused, never rounded.
    #[error("`{text}` has more than {scale} digits after the point")]
    TooFine {
        /// The text as given.
        text: String,
        /// The digits that the type holds after the point.
        scale: u32,
    },
    /// The number does not fit the precision.
    #[error("number does not fit {precision} digits with {scale} after the point")]
    OutOfRange {
        /// All digits of the type.
        precision: u32,
        /// Those after the point.
        scale: u32,
    },
}

impl<const P: u32, const S: u32> Fixed<P, S> {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// Exactly one whole unit.
    pub const ONE: Self = Self(10_i64.pow(S));
    /// The largest number that the precision allows.
    pub const MAX: Self = Self(10_i64.pow(P) - 1);
    /// Digits in all.
    pub const PRECISION: u32 = P;
    /// Digits after the point.
    pub const SCALE: u32 = S;

    /// The number that counts `units` smallest units, without a look at the precision.
    ///
    /// For constants and for numbers that were checked already; what comes from outside goes through
    /// [`Fixed::try_from_units`].
    #[must_use]
    pub const fn from_units(units: i64) -> Self {
        Self(units)
    }

    /// The number that counts `units` smallest units.
    ///
    /// # Errors
    /// [`FixedError::OutOfRange`] where it has more digits than the precision.
    pub fn try_from_units(units: i128) -> Result<Self, FixedError> {
        match i64::try_from(units) {
            Ok(small) if small.unsigned_abs() <= Self::MAX.0.unsigned_abs() => Ok(Self(small)),
            _ => Err(FixedError::OutOfRange { precision: P, scale: S }),
        }
    }

    /// The count of smallest units.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// The count of smallest units, wide enough to sum without overflow.
    #[must_use]
    pub const fn units_wide(self) -> i128 {
        self.0 as i128
    }

    /// Whether the number is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The distance from zero.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// The sum, where it fits.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, where it fits.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The product of two decimals, rounded once to this type's scale, halves away from zero.
    ///
    /// # Errors
    /// [`FixedError::OutOfRange`] where the product does not fit.
    pub fn product<const PA: u32, const SA: u32, const PB: u32, const SB: u32>(
        a: Fixed<PA, SA>,
        b: Fixed<PB, SB>,
    ) -> Result<Self, FixedError> {
        let exact = a.units_wide() * b.units_wide();
        let scale = SA + SB;
        let units = if scale >= S {
            divide_half_away(exact, 10_i128.pow(scale - S))
        } else {
            exact
                .checked_mul(10_i128.pow(S - scale))
                .ok_or(FixedError::OutOfRange { precision: P, scale: S })?
        };
        Self::try_from_units(units)
    }
}

/// `numerator / denominator` for a positive denominator, rounded to the nearest whole number, halves away from zero.
#[must_use]
pub fn divide_half_away(numerator: i128, denominator: i128) -> i128 {
    let half = denominator / 2;
    if numerator >= 0 { (numerator + half) / denominator } else { (numerator - half) / denominator }
}

impl<const P: u32, const S: u32> std::ops::Neg for Fixed<P, S> {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl<const P: u32, const S: u32> std::ops::Add for Fixed<P, S> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl<const P: u32, const S: u32> std::ops::Sub for Fixed<P, S> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl<const P: u32, const S: u32> std::ops::AddAssign for Fixed<P, S> {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl<const P: u32, const S: u32> std::ops::SubAssign for Fixed<P, S> {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl<const P: u32, const S: u32> Sum for Fixed<P, S> {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        Self(numbers.map(|number| number.0).sum())
    }
}

/// Plain decimal with all digits after the point: `-12.30`, never an exponent.
impl<const P: u32, const S: u32> fmt::Display for Fixed<P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = 10_u64.pow(S);
        let magnitude = self.0.unsigned_abs();
        let digits = if S == 0 {
            format!("{magnitude}")
        } else {
            format!("{}.{:0width$}", magnitude / one, magnitude % one, width = S as usize)
        };
        f.pad_integral(self.0 >= 0, "", &digits)
    }
}

/// Reads a plain decimal such as `1234.5` or `-0.07`; what is finer than the scale is refused.
impl<const P: u32, const S: u32> FromStr for Fixed<P, S> {
    type Err = FixedError;

    fn from_str(text: &str) -> Result<Self, FixedError> {
        let not_a_number = || FixedError::NotANumber(text.chars().take(64).collect());
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let pointless = digits.contains('.') && fraction.is_empty();
        if whole.is_empty() || pointless || !all_digits(whole) || !all_digits(fraction) {
            return Err(not_a_number());
        }
        let kept = fraction.trim_end_matches('0');
        if kept.len() > S as usize {
            return Err(FixedError::TooFine { text: text.chars().take(64).collect(), scale: S });
        }
        let out_of_range = || FixedError::OutOfRange { precision: P, scale: S };
        if whole.trim_start_matches('0').len() > P as usize {
            return Err(out_of_range());
        }
        let mut units: i128 = whole.parse::<i128>().map_err(|_| out_of_range())? * 10_i128.pow(S);
        if !kept.is_empty() {
            let part: i128 = kept.parse().map_err(|_| not_a_number())?;
            units += part * 10_i128.pow(S - kept.len() as u32);
        }
        Self::try_from_units(if negative { -units } else { units })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn money_is_read_and_written_with_two_digits() {
        for (text, cents, back) in
            [("12.3", 1230, "12.30"), ("-0.07", -7, "-0.07"), ("1000000", 100_000_000, "1000000.00")]
        {
            let money: Money = text.parse().unwrap();
            assert_eq!((money.units(), money.to_string().as_str()), (cents, back));
        }
    }

    #[test]
    fn what_is_finer_than_a_cent_or_no_number_is_refused() {
        assert!(matches!("1.001".parse::<Money>(), Err(FixedError::TooFine { .. })));
        for text in ["", "-", ".", "1.", ".5", "1e3", "+1", "1,000", " 1", "NaN"] {
            assert!(matches!(text.parse::<Money>(), Err(FixedError::NotANumber(_))), "{text}");
        }
        assert!(matches!("10000000000000000.00".parse::<Money>(), Err(FixedError::OutOfRange { .. })));
    }

    #[test]
    fn a_product_is_rounded_once_with_halves_away_from_zero() {
        let volume: Quantity = "0.5".parse().unwrap();
        let price: UnitPrice = "0.01".parse().unwrap();
        assert_eq!(Money::product(volume, price).unwrap().to_string(), "0.01");
        assert_eq!(Money::product(-volume, price).unwrap().to_string(), "-0.01");
    }

    proptest! {
        #[test]
        fn a_number_survives_its_text(units in -999_999_999_999_999_999_i64..=999_999_999_999_999_999) {
            let number = UnitPrice::from_units(units);
            prop_assert_eq!(number.to_string().parse::<UnitPrice>().unwrap(), number);
        }
    }
}
