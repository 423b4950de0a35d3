//! Figures as people write them.

use crate::fixed::{Fixed, Money};
use chrono::NaiveDate;

/// A decimal with its thousands set apart.
fn grouped(decimal: &str) -> String {
    let (sign, digits) = decimal.strip_prefix('-').map_or(("", decimal), |rest| ("-", rest));
    let point = digits.find('.').unwrap_or(digits.len());
    let mut groups = String::from(sign);
    for (at, digit) in digits[..point].chars().enumerate() {
        if at > 0 && (point - at).is_multiple_of(3) {
            groups.push(',');
        }
        groups.push(digit);
    }
    groups + &digits[point..]
}

/// An amount of cents.
pub(super) fn cents(cents: i64) -> String {
    grouped(&Money::from_units(cents).to_string())
}

/// A number without the zeros that say nothing, but with two digits after the point.
pub(super) fn number<const P: u32, const S: u32>(decimal: Fixed<P, S>) -> String {
    let text = grouped(&decimal.to_string());
    let least = text.find('.').map_or(text.len(), |point| (point + 3).min(text.len()));
    let kept = text.trim_end_matches('0').len().max(least);
    text[..kept].to_owned()
}

/// A month.
pub(super) fn month(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

/// Places of lines from 0, as their numbers: `lines 1, 3 to 5`.
pub(super) fn lines(places: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for number in places.iter().map(|place| place + 1) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let run = |(first, last): &(usize, usize)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first} to {last}"),
    };
    let listed: Vec<String> = runs.iter().map(run).collect();
    format!("{} {}", if places.len() == 1 { "line" } else { "lines" }, listed.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::UnitPrice;

    #[test]
    fn figures_are_grouped_and_runs_of_lines_are_shortened() {
        assert_eq!(cents(-123_456_750), "-1,234,567.50");
        assert_eq!(number("71.230000".parse::<UnitPrice>().unwrap()), "71.23");
        assert_eq!(lines(&[0, 2, 3, 4, 7, 8]), "lines 1, 3 to 5, 8, 9");
        assert_eq!(lines(&[1]), "line 2");
    }
}
