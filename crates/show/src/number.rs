//! Numbers for people: as many digits as the interval supports, in the unit one reads them in.
//!
//! Comes in: a figure, how uncertain it is, its unit. Goes out: text. Numbers for machines are in `csv` and `json`.

use wearout_core::tally::Unit;

/// Digits after the point beyond which nobody reads.
const MOST_DECIMALS: usize = 4;

/// Digits after the point for a figure of this half-width: the half-width then has one digit, or two when they are below 20.
pub(super) fn decimals(half_width: f64) -> usize {
    let mut scaled = half_width;
    let mut decimals = 0;
    while scaled < 1.95 && decimals < MOST_DECIMALS {
        scaled *= 10.0;
        decimals += 1;
    }
    decimals
}

/// Digits after the point, no fewer than `digits`, with which no end of an interval that is not 0 is written as 0; `digits` where none
/// that one reads would do.
pub(super) fn telling(digits: usize, ends: [f64; 2]) -> usize {
    let is_told =
        |digits: usize, end: f64| end == 0.0 || fixed(end, digits).contains(|letter| ('1'..='9').contains(&letter));
    (digits..=MOST_DECIMALS).find(|&digits| ends.iter().all(|&end| is_told(digits, end))).unwrap_or(digits)
}

/// Digits after the point with which a figure has two digits that count, where it needs any after the point.
pub(super) fn two_digits(value: f64) -> usize {
    let mut scaled = value;
    let mut decimals = 0;
    while scaled < 9.95 && decimals < MOST_DECIMALS {
        scaled *= 10.0;
        decimals += 1;
    }
    decimals
}

/// Digits after the point of a figure that is not uncertain, or of unknown uncertainty.
pub(super) fn plain_decimals(unit: Unit) -> usize {
    match unit {
        Unit::Count => 0,
        unit if unit.is_percentage() => 1,
        _ => 2,
    }
}

/// What a figure of this unit is multiplied by to be read: shares, chances and weekly rates in points.
pub(super) fn scale(unit: Unit) -> f64 {
    if unit.is_percentage() { 100.0 } else { 1.0 }
}

/// The unit of a level, as it is read.
pub(super) fn level_unit(unit: Unit, currency: &str) -> &str {
    if unit.is_percentage() { "%" } else { difference_unit(unit, currency) }
}

/// The unit of a difference of two levels, as it is read.
pub(super) fn difference_unit(unit: Unit, currency: &str) -> &str {
    match unit {
        Unit::Share | Unit::Chance | Unit::WeeklyRate | Unit::WeeklyChange => "percentage points",
        Unit::Count => "count",
        Unit::PerThousand => "per 1,000 delivered",
        Unit::PerThousandMembers => "per 1,000 members",
        Unit::PerMember => "per member addressed",
        Unit::PerDay => "per day",
        Unit::PerMonth => "per 30 days",
        Unit::Seconds => "seconds",
        Unit::Money if currency.is_empty() => "currency",
        Unit::Money => currency,
        Unit::Ratio => "ratio",
    }
}

/// What lies this near to the middle between two roundings, as a share of itself, is rounded away from 0. So a share and its percentage
/// round alike: 0.885 lies above its middle in binary, 88.5 on it, and a product by 100 anywhere beside it.
const NEAR: f64 = 8.0 * f64::EPSILON;

/// The figure with that many digits after the point and a comma at every thousand; never "-0".
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    let digits = format!("{:.decimals$}", value.abs() * (1.0 + NEAR));
    let (whole, fraction) = digits.split_once('.').map_or((digits.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let is_zero = digits.chars().all(|digit| digit == '0' || digit == '.');
    let mut text = String::from(if value < 0.0 && !is_zero { "-" } else { "" });
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// The figure with three significant digits, without zeros at the end of a fraction.
pub(super) fn short(value: f64) -> String {
    let digits = if value == 0.0 { 0 } else { 2 - libm::log10(value.abs()).floor() as i32 };
    let text = fixed(value, digits.clamp(0, 6) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The same with a plus sign before what is above 0.
pub(super) fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    let is_zero = text.chars().all(|digit| matches!(digit, '0' | '.'));
    if value > 0.0 && !is_zero { format!("+{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_and_its_percentage_round_alike() {
        for thousandths in (5..1000).step_by(10) {
            let share = f64::from(thousandths) / 1000.0;
            let (as_share, as_percent) = (fixed(share, 2), fixed(100.0 * share, 0));
            assert_eq!(as_share, format!("0.{as_percent:0>2}").replace("0.100", "1.00"), "{share}");
        }
        assert_eq!([fixed(0.885, 2), fixed(88.5, 0), fixed(-0.125, 2)], ["0.89", "89", "-0.13"]);
    }

    #[test]
    fn digits_follow_the_width_of_the_interval() {
        for (half_width, expected) in
            [(130.0, 0), (2.0, 0), (1.5, 1), (0.24, 1), (0.15, 2), (0.03, 2), (1e-9, 4), (0.0, 4)]
        {
            assert_eq!(decimals(half_width), expected, "{half_width}");
        }
    }

    #[test]
    fn an_end_that_is_not_zero_is_not_written_as_zero() {
        assert_eq!(telling(0, [-8.0, 0.1]), 1);
        assert_eq!(telling(0, [-8.0, 0.0]), 0);
        assert_eq!(telling(1, [0.004, 3.0]), 3);
        assert_eq!(telling(0, [-1.0, 1e-12]), 0);
    }

    #[test]
    fn a_short_figure_has_three_digits() {
        let texts = [0.15, 0.36751, 1234.6, -1.0, 0.0, 0.001_234_56].map(short);
        assert_eq!(texts, ["0.15", "0.368", "1,235", "-1", "0", "0.00123"]);
    }

    #[test]
    fn two_digits_count() {
        let shown: Vec<String> = [37.2, 9.97, 1.92, 0.107, 0.0147].iter().map(|&x| fixed(x, two_digits(x))).collect();
        assert_eq!(shown, ["37", "10", "1.9", "0.11", "0.015"]);
    }

    #[test]
    fn thousands_have_a_comma_and_zero_has_no_sign() {
        let texts = [fixed(1_234_567.8, 1), fixed(-999.0, 0), fixed(-0.04, 1), signed(0.04, 1), signed(1000.0, 0)];
        assert_eq!(texts, ["1,234,567.8", "-999", "0.0", "0.0", "+1,000"]);
    }
}
