//! The forward curve of a market whose monthly means alone are known: from the last mean back to the mean of two years.
//!
//! At the end of a month, a barrel for delivery so many months on costs the month's mean, and a [`REVERSION`]th of the
//! distance to the trailing mean of [`TRAILING`] months for each month on. So a market above its mean has a falling curve, one
//! below it a rising one, as traders' quotes have. Whoever has the means works out the same curve.

use crate::fixed::{UnitPrice, divide_half_away};

/// Months whose mean the curve returns to, that at whose end it stands among them.
pub const TRAILING: usize = 24;
/// Months on in which it has returned.
pub const REVERSION: usize = 24;
/// A cent, in the smallest units of a price: quotes are to it.
const CENT: i128 = 10_000;

/// Forward prices as they stand at the end of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curve {
    spot: i128,
    /// Of the trailing months.
    sum: i128,
}

impl Curve {
    /// The curve at the end of the month whose mean is the first; the others are of the months before it, one by one.
    #[must_use]
    pub fn new(means: [UnitPrice; TRAILING]) -> Self {
        Self { spot: means[0].units_wide(), sum: means.iter().map(|mean| mean.units_wide()).sum() }
    }

    /// The price for delivery so many months on, to the cent; none on is the month's mean itself.
    #[must_use]
    pub fn ahead(self, months: usize) -> UnitPrice {
        if months == 0 {
            return UnitPrice::from_units(self.spot as i64);
        }
        let (trailing, reversion) = (TRAILING as i128, REVERSION as i128);
        let returned = months.min(REVERSION) as i128;
        let exact = self.spot * trailing * (reversion - returned) + self.sum * returned;
        let cents = divide_half_away(exact, trailing * reversion * CENT);
        UnitPrice::from_units((cents * CENT) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> UnitPrice {
        text.parse().unwrap()
    }

    #[test]
    fn a_market_above_its_mean_has_a_falling_curve_that_ends_at_it() {
        let mut means = [price("60"); TRAILING];
        means[0] = price("84"); // the mean of all is 61
        let curve = Curve::new(means);
        assert_eq!(curve.ahead(0), price("84"));
        assert_eq!(curve.ahead(1), price("83.04")); // 84 − 23/24
        assert_eq!(curve.ahead(12), price("72.5"));
        assert_eq!([curve.ahead(24), curve.ahead(60)], [price("61"); 2]);
        assert!((0..24).all(|months| curve.ahead(months) > curve.ahead(months + 1)));
    }

    #[test]
    fn a_market_below_its_mean_has_a_rising_curve_and_a_flat_one_stays() {
        let mut means = [price("60"); TRAILING];
        assert!((0..30).all(|months| Curve::new(means).ahead(months) == price("60")));
        means[0] = price("-37.63");
        let curve = Curve::new(means);
        assert!((0..24).all(|months| curve.ahead(months) < curve.ahead(months + 1)));
    }
}
