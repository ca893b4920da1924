//! Exact amounts of money.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};
use std::str::FromStr;

use bigdecimal::{BigDecimal, RoundingMode, Zero as _};
use serde::{Deserialize, Serialize};

/// An amount of money in some currency: an exact decimal number, of any number of digits.
///
/// Sums are exact. Amounts of different currencies are never added: the currency stands beside the amount.
///
/// ```
/// use model::Amount;
///
/// let bill: Amount = "0.00000080000".parse().unwrap();
/// assert_eq!((&bill + &"12.5".parse().unwrap()).to_string(), "12.5000008");
/// assert_eq!("12.5".parse::<Amount>().unwrap().to_string(), "12.50");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Amount(BigDecimal);

/// Digits that an amount may have at most, before and behind the point: more is a mistake, not money.
pub const MOST_DIGITS: usize = 64;

/// Decimals kept by a division, which is never exact.
const DECIMALS_OF_QUOTIENTS: i64 = 12;

/// A text that is no amount: not a plain decimal number, with or without an exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnAmount;

impl fmt::Display for NotAnAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a decimal number such as 1234.56 or 1.2e-7 (no thousands separators, no currency sign)")
    }
}

impl std::error::Error for NotAnAmount {}

/// A decimal number with something between its thousands: `-1,234.50`.
pub fn grouped(number: &str, separator: char) -> String {
    let (sign, unsigned) = number.strip_prefix('-').map_or(("", number), |unsigned| ("-", unsigned));
    let whole = unsigned.find('.').unwrap_or(unsigned.len());
    let mut text = sign.to_owned();
    for (index, digit) in unsigned.char_indices() {
        if index > 0 && index < whole && (whole - index).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

impl FromStr for Amount {
    type Err = NotAnAmount;

    /// Reads `-1234.56`, `+.5`, `6.`, `8e2`, `1.2E-7`. No white space, no separators, no `NaN`.
    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        if !is_number(text) {
            return Err(NotAnAmount);
        }
        BigDecimal::from_str(text).map(|value| Self(value.normalized())).map_err(|_| NotAnAmount)
    }
}

/// A sign, digits with a point among them, and an exponent, none of them too long.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (digits, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = match exponent {
        None => Some(0),
        Some(text) => {
            let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
            (!unsigned.is_empty() && all_digits(unsigned)).then(|| text.parse::<i32>().ok()).flatten()
        }
    };
    all_digits(whole)
        && all_digits(fraction)
        && whole.len() + fraction.len() > 0
        && whole.len() <= MOST_DIGITS
        && fraction.len() <= MOST_DIGITS
        && exponent.is_some_and(|exponent| exponent.unsigned_abs() as usize <= MOST_DIGITS)
}

impl Amount {
    /// Nothing owed. Not to be confused with nothing known, which is `Option::None`.
    pub fn zero() -> Self {
        Self::default()
    }

    /// Whether it is exactly zero.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.0 < BigDecimal::zero()
    }

    /// The nearest binary number, for statistics.
    pub fn to_f64(&self) -> f64 {
        self.0.to_plain_string().parse().unwrap_or(f64::NAN)
    }

    /// Two decimals, rounded half to even: `-12.35`. Zero has no sign.
    pub fn to_cents(&self) -> String {
        let rounded = self.0.with_scale_round(2, RoundingMode::HalfEven);
        if rounded.is_zero() { "0.00".to_owned() } else { rounded.to_plain_string() }
    }

    /// Without decimals, rounded half to even: `-12`. Zero has no sign.
    pub fn to_whole(&self) -> String {
        let rounded = self.0.with_scale_round(0, RoundingMode::HalfEven);
        if rounded.is_zero() { "0".to_owned() } else { rounded.to_plain_string() }
    }

    /// This amount times a fraction, rounded half to even to 12 decimals; `None` when the denominator is 0.
    #[must_use]
    pub fn scaled(&self, numerator: i64, denominator: i64) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let quotient = &self.0 * BigDecimal::from(numerator) / BigDecimal::from(denominator);
        Some(Self(quotient.with_scale_round(DECIMALS_OF_QUOTIENTS, RoundingMode::HalfEven).normalized()))
    }

    /// This amount times a number of millionths, exactly.
    #[must_use]
    pub fn times_millionths(&self, millionths: i64) -> Self {
        Self((&self.0 * BigDecimal::new(millionths.into(), 6)).normalized())
    }
}

impl From<i64> for Amount {
    fn from(whole: i64) -> Self {
        Self(BigDecimal::from(whole).normalized())
    }
}

impl TryFrom<String> for Amount {
    type Error = NotAnAmount;

    fn try_from(text: String) -> Result<Self, NotAnAmount> {
        text.parse()
    }
}

impl From<Amount> for String {
    fn from(amount: Amount) -> Self {
        amount.to_string()
    }
}

impl fmt::Display for Amount {
    /// All digits, without exponent, at least two decimals: `12.50`, `0.0000008`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.0.normalized().fractional_digit_count().max(2);
        f.write_str(&self.0.with_scale(scale).to_plain_string())
    }
}

impl Add for &Amount {
    type Output = Amount;

    fn add(self, other: Self) -> Amount {
        Amount((&self.0 + &other.0).normalized())
    }
}

impl Sub for &Amount {
    type Output = Amount;

    fn sub(self, other: Self) -> Amount {
        Amount((&self.0 - &other.0).normalized())
    }
}

impl Neg for &Amount {
    type Output = Amount;

    fn neg(self) -> Amount {
        Amount(-&self.0)
    }
}

impl AddAssign<&Amount> for Amount {
    fn add_assign(&mut self, other: &Self) {
        self.0 += &other.0;
    }
}

impl<'a> Sum<&'a Amount> for Amount {
    fn sum<I: Iterator<Item = &'a Amount>>(amounts: I) -> Self {
        let mut sum = Self::zero();
        amounts.for_each(|amount| sum += amount);
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap_or_else(|_| panic!("{text} is an amount"))
    }

    #[test]
    fn thousands_are_set_apart_by_commas() {
        for (number, written) in [
            ("0.50", "0.50"),
            ("999.00", "999.00"),
            ("1000.00", "1,000.00"),
            ("-123456.78", "-123,456.78"),
            ("1234567.00", "1,234,567.00"),
        ] {
            assert_eq!(grouped(number, ','), written);
        }
    }

    #[test]
    fn all_digits_stay_whatever_the_form() {
        for (text, written) in [
            ("0.00000080000", "0.0000008"),
            ("1.49011611938476560e-08", "0.000000014901161193847656"),
            ("8e2", "800.00"),
            ("+.7", "0.70"),
            ("6.", "6.00"),
            ("-0", "0.00"),
            ("-12345678901234567890.125", "-12345678901234567890.125"),
        ] {
            assert_eq!(amount(text).to_string(), written);
        }
    }

    #[test]
    fn sums_of_very_large_and_very_small_amounts_are_exact() {
        let sum: Amount = [amount("123456789012.01"), amount("1.23456789012345678e-10")].iter().sum();
        assert_eq!(sum.to_string(), "123456789012.010000000123456789012345678");
        assert_eq!(&sum - &amount("123456789012.01"), amount("1.23456789012345678e-10"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            " 1",
            "1 ",
            "1,234.56",
            "NaN",
            "Inf",
            "1e",
            "e5",
            ".",
            "-",
            "0x10",
            "1_000",
            "€5",
            "1e999999999",
            "1e-65",
            "--1",
        ] {
            assert_eq!(text.parse::<Amount>(), Err(NotAnAmount), "{text}");
        }
    }

    #[test]
    fn cents_are_rounded_half_to_even_and_zero_has_no_sign() {
        for (text, cents) in [
            ("0.015", "0.02"),
            ("0.025", "0.02"),
            ("2.675", "2.68"),
            ("-0.004", "0.00"),
            ("7", "7.00"),
            ("-1.005", "-1.00"),
        ] {
            assert_eq!(amount(text).to_cents(), cents, "{text}");
        }
    }

    #[test]
    fn a_share_is_rounded_to_twelve_decimals() {
        assert_eq!(amount("100").scaled(1, 3), Some(amount("33.333333333333")));
        assert_eq!(amount("19").scaled(30, 19), Some(amount("30")));
        assert_eq!(amount("1").scaled(1, 0), None);
    }

    #[test]
    fn equal_amounts_are_equal_however_they_were_written() {
        assert_eq!(amount("1.50"), amount("15e-1"));
        assert!(amount("-2") < amount("1.5"));
        assert!(amount("-2").is_negative() && !Amount::zero().is_negative());
        assert!((amount("0.1").to_f64() - 0.1).abs() < f64::EPSILON);
    }
}
