//! Division of a whole into shares without losing a unit.

/// Splits `total` in proportion to `weights` by largest remainder: every part is within one unit of its exact share,
/// and the parts sum to `total`.
///
/// Units left over go to the largest remainders; equal remainders go to the earlier weight, so callers who list
/// shares in a fixed order (owners by id) get the same cents on every machine. A negative total splits like its
/// mirror. Weights that are all zero yield all of `total` to the first part.
///
/// ```
/// assert_eq!(ledger::split::largest_remainder(100, &[1, 1, 1]), [34, 33, 33]);
/// ```
///
/// # Panics
/// Where a weight is negative, or there is something to split and no weight to give it to: both are programming
/// errors.
#[must_use]
pub fn largest_remainder(total: i64, weights: &[i64]) -> Vec<i64> {
    if weights.is_empty() {
        assert_eq!(total, 0, "cannot split {total} among nobody");
        return Vec::new();
    }
    assert!(weights.iter().all(|&weight| weight >= 0), "a share cannot be negative");
    let sum: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
    if sum == 0 {
        let mut parts = vec![0; weights.len()];
        parts[0] = total;
        return parts;
    }
    let magnitude = total.unsigned_abs();
    // Nearly every split fits half the width, where a division costs a tenth.
    let fits = u64::try_from(sum).is_ok_and(|sum| magnitude.checked_mul(sum).is_some());
    let exact = |weight: i64| -> (u64, u128) {
        if fits {
            let (product, sum) = (magnitude * weight.unsigned_abs(), sum as u64);
            (product / sum, u128::from(product % sum))
        } else {
            let (product, sum) = (u128::from(magnitude) * u128::from(weight.unsigned_abs()), sum as u128);
            // Each part is at most the total, which is an i64.
            ((product / sum) as u64, product % sum)
        }
    };
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    for (i, &weight) in weights.iter().enumerate() {
        let (part, remainder) = exact(weight);
        parts.push(part);
        remainders.push((std::cmp::Reverse(remainder), i));
    }
    let left_over = (magnitude - parts.iter().sum::<u64>()) as usize;
    remainders.sort_unstable();
    for &(_, i) in &remainders[..left_over] {
        parts[i] += 1;
    }
    parts.into_iter().map(|part| part as i64 * total.signum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_split_loses_nothing_and_no_part_is_off_by_a_whole_unit(
            total in -1_000_000_000_000_i64..1_000_000_000_000,
            weights in proptest::collection::vec(0_i64..=100_000_000, 1..60),
        ) {
            let parts = largest_remainder(total, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            let sum: i128 = weights.iter().map(|&w| i128::from(w)).sum();
            if sum > 0 {
                for (&part, &weight) in parts.iter().zip(&weights) {
                    let off = i128::from(part) * sum - i128::from(total) * i128::from(weight);
                    prop_assert!(off.abs() < sum);
                }
            }
        }

        #[test]
        fn a_negative_total_splits_like_its_mirror(
            total in 0_i64..1_000_000_000,
            weights in proptest::collection::vec(1_i64..=1_000_000, 1..20),
        ) {
            let mirror: Vec<i64> = largest_remainder(total, &weights).iter().map(|part| -part).collect();
            prop_assert_eq!(largest_remainder(-total, &weights), mirror);
        }
    }
}
