//! `NUMERIC`: decimals with nine digits behind the point.

use std::fmt;

/// Digits behind the point.
const SCALE: u32 = 9;
/// One, in units of the last digit.
const ONE: i128 = 1_000_000_000;
/// The largest value: 38 digits.
const MOST: i128 = 99_999_999_999_999_999_999_999_999_999_999_999_999;
/// Bits of the fraction of a binary number.
const FRACTION_BITS: u32 = 52;

/// A `NUMERIC` value: at most 29 digits before the point and nine behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Numeric(i128);

impl Numeric {
    pub(crate) const ZERO: Self = Self(0);

    fn checked(units: Option<i128>) -> Option<Self> {
        units.filter(|units| units.unsigned_abs() <= MOST.unsigned_abs()).map(Self)
    }

    pub(crate) fn from_integer(value: i64) -> Self {
        Self(i128::from(value) * ONE)
    }

    /// The nearest value to a binary number, halves away from zero; `None` when too large or not finite.
    pub(crate) fn from_float(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let bits = value.to_bits();
        let exponent = ((bits >> FRACTION_BITS) & 0x7ff) as i32;
        let fraction = i128::from(bits & ((1 << FRACTION_BITS) - 1));
        let mantissa = if exponent == 0 { fraction } else { fraction | (1 << FRACTION_BITS) };
        let shift = exponent.max(1) - 1_023 - FRACTION_BITS as i32;
        let units = mantissa * ONE;
        let magnitude = match u32::try_from(shift) {
            Ok(up) => units.checked_mul(1_i128.checked_shl(up).filter(|_| up < 126)?)?,
            Err(_) if shift < -100 => 0,
            Err(_) => (units + (1 << (-shift - 1))) >> -shift,
        };
        Self::checked(Some(if value.is_sign_negative() { -magnitude } else { magnitude }))
    }

    /// Reads `-12.5` or `1e-3`, digits beyond the ninth rounded half away from zero.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (digits, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all: String = format!("{whole}{fraction}");
        if all.is_empty() || all.len() > 38 || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let shift = exponent.checked_add(SCALE as i32)?.checked_sub(fraction.len() as i32)?;
        let value: i128 = all.parse().ok()?;
        let magnitude = if shift >= 0 {
            value.checked_mul(10_i128.checked_pow(shift as u32)?)
        } else {
            Some(10_i128.checked_pow(shift.unsigned_abs()).map_or(0, |divisor| divide(value, divisor)))
        };
        Self::checked(magnitude.map(|units| if negative { -units } else { units }))
    }

    pub(crate) fn add(self, other: Self) -> Option<Self> {
        Self::checked(self.0.checked_add(other.0))
    }

    pub(crate) fn subtract(self, other: Self) -> Option<Self> {
        Self::checked(self.0.checked_sub(other.0))
    }

    /// Rounded half away from zero; `None` when an intermediate value needs more than 38 digits.
    pub(crate) fn multiply(self, other: Self) -> Option<Self> {
        Self::checked(self.0.checked_mul(other.0).map(|product| divide(product, ONE)))
    }

    /// Rounded half away from zero; `None` for a divisor of zero or when too large.
    pub(crate) fn divide(self, other: Self) -> Option<Self> {
        if other.0 == 0 {
            return None;
        }
        Self::checked(self.0.checked_mul(ONE).map(|product| divide(product, other.0)))
    }

    pub(crate) fn negate(self) -> Self {
        Self(-self.0)
    }

    pub(crate) fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The nearest whole number, halves away from zero; `None` when it is no `INT64`.
    pub(crate) fn to_integer(self) -> Option<i64> {
        i64::try_from(divide(self.0, ONE)).ok()
    }

    /// Rounded half away from zero to so many decimals.
    pub(crate) fn rounded(self, decimals: i64) -> Self {
        let dropped = (i64::from(SCALE) - decimals).clamp(0, 37) as u32;
        let unit = 10_i128.pow(dropped);
        Self(divide(self.0, unit) * unit)
    }

    /// The nearest binary number.
    pub(crate) fn to_float(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }
}

/// A quotient rounded half away from zero.
fn divide(dividend: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    let away = if (dividend < 0) == (divisor < 0) { 1 } else { -1 };
    if rest.unsigned_abs() * 2 >= divisor.unsigned_abs() && rest != 0 { quotient + away } else { quotient }
}

impl fmt::Display for Numeric {
    /// As BigQuery writes it: `12.5`, `-0.000000001`, `7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / ONE.unsigned_abs(), self.0.unsigned_abs() % ONE.unsigned_abs());
        let fraction = format!("{rest:09}");
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        write!(f, "{sign}{whole}{point}{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numeric(text: &str) -> Numeric {
        Numeric::parse(text).unwrap_or_else(|| panic!("{text} is a NUMERIC"))
    }

    #[test]
    fn texts_keep_nine_decimals_and_round_away_from_zero() {
        for (text, written) in [
            ("12.50", "12.5"),
            ("7", "7"),
            ("-0.000000001", "-0.000000001"),
            ("0.0000000005", "0.000000001"),
            ("-0.0000000005", "-0.000000001"),
            ("1e3", "1000"),
            ("1.5e-9", "0.000000002"),
            ("1e-40", "0"),
        ] {
            assert_eq!(numeric(text).to_string(), written, "{text}");
        }
        for text in ["", "x", "1,5", "1e30", "1e999999999999"] {
            assert_eq!(Numeric::parse(text), None, "{text}");
        }
    }

    #[test]
    fn binary_numbers_become_the_decimals_that_they_were_written_as() {
        for text in ["0.1", "-2.675", "1234567.891234567", "0.000000001", "0", "100000000000"] {
            let float: f64 = text.parse().expect("a number");
            assert_eq!(Numeric::from_float(float), Some(numeric(text)), "{text}");
        }
        assert_eq!(Numeric::from_float(1e-300), Some(Numeric::ZERO));
        assert_eq!(Numeric::from_float(1e30), None);
        assert_eq!(Numeric::from_float(f64::NAN), None);
        // Exactly half of the last digit is not a binary number; the nearest above and below show the rounding.
        assert_eq!(Numeric::from_float(0.000_000_000_500_000_1), Some(numeric("0.000000001")));
    }

    #[test]
    fn arithmetic_is_exact_or_refused() {
        assert_eq!(numeric("0.1").add(numeric("0.2")), Some(numeric("0.3")));
        assert_eq!(numeric("1").divide(numeric("3")), Some(numeric("0.333333333")));
        assert_eq!(numeric("-2").divide(numeric("3")), Some(numeric("-0.666666667")));
        assert_eq!(numeric("1.5").multiply(numeric("-2.5")), Some(numeric("-3.75")));
        assert_eq!(numeric("1").divide(Numeric::ZERO), None);
        assert_eq!(numeric("-2.5").to_integer(), Some(-3));
        assert_eq!(numeric("2.675").rounded(2), numeric("2.68"));
    }
}
