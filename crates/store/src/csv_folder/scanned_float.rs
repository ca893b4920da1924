//! Amounts as the original tool reads them: `fmt.Sscanf(text, "%f", &cost)` of Go, with the error ignored.

/// The number at the beginning of a text; 0 where there is none, or where it is too large.
///
/// Leading white space is passed over, a line feed is not. Then comes the longest piece that looks like a number: a
/// sign, digits with a point among them and `_` between them, and an exponent of ten (`e`) or of two (`p`); or
/// hexadecimal digits behind `0x` with an exponent `p`; or `NaN`, or `Inf` with a sign, in any case of letters.
/// What comes behind it does not matter.
pub(super) fn read(text: &[u8]) -> f64 {
    let text = String::from_utf8_lossy(text);
    let number = text.trim_start_matches(|character: char| character.is_whitespace() && character != '\n');
    value(number).unwrap_or_default()
}

fn value(text: &str) -> Option<f64> {
    let mut rest = Rest(text.as_bytes());
    let letters_of_nan = rest.letters("nan");
    if letters_of_nan == 3 {
        return Some(f64::NAN);
    }
    let sign = match rest.one_of(b"+-") {
        Some(b'-') => -1.0,
        _ => 1.0,
    };
    let letters_of_inf = rest.letters("inf");
    if letters_of_nan == 0 && letters_of_inf == 3 {
        return Some(sign * f64::INFINITY);
    }
    if letters_of_nan + letters_of_inf > 0 {
        return None;
    }
    let number = number_at_start(&text[text.len() - rest.0.len()..]);
    let unsigned = match without_hexadecimal_prefix(number) {
        Some(digits) => hexadecimal(number, digits)?,
        None => match number.split_once('p') {
            Some((decimal_part, exponent)) => times_power_of_two(decimal(decimal_part)?, exponent.parse().ok()?),
            None => decimal(number)?,
        },
    };
    Some(sign * unsigned)
}

/// What is left to be scanned.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    /// Takes the next byte if it is one of those.
    fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        bytes.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// Takes the letters of a word, in any case, up to the first that differs, and counts them.
    fn letters(&mut self, word: &str) -> usize {
        word.bytes().take_while(|letter| self.one_of(&[*letter, letter.to_ascii_uppercase()]).is_some()).count()
    }

    /// Takes digits, and `_` among them.
    fn digits(&mut self, hexadecimal: bool) {
        let is_digit = |byte: &u8| if hexadecimal { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() };
        let count = self.0.iter().take_while(|byte| is_digit(byte) || **byte == b'_').count();
        self.0 = &self.0[count..];
    }
}

/// The longest beginning that looks like a number without sign. It need not be one.
fn number_at_start(text: &str) -> &str {
    let digits = without_hexadecimal_prefix(text);
    let hexadecimal = digits.is_some();
    let mut rest = Rest(digits.unwrap_or(text).as_bytes());
    rest.digits(hexadecimal);
    if rest.one_of(b".").is_some() {
        rest.digits(hexadecimal);
    }
    if rest.one_of(if hexadecimal { b"pP" } else { b"eEpP" }).is_some() {
        rest.one_of(b"+-");
        rest.digits(false);
    }
    &text[..text.len() - rest.0.len()]
}

fn without_hexadecimal_prefix(text: &str) -> Option<&str> {
    text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))
}

/// The number without its `_`; `None` where one of them does not stand between two digits, or behind `0x`.
fn without_underscores(number: &str) -> Option<String> {
    let hexadecimal = without_hexadecimal_prefix(number).is_some();
    let bytes = number.as_bytes();
    let is_digit = |place: Option<usize>| {
        place
            .and_then(|place| bytes.get(place))
            .is_some_and(|byte| if hexadecimal { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() })
    };
    let allowed = |place: usize| {
        let behind_prefix = hexadecimal && place == 2;
        (behind_prefix || is_digit(place.checked_sub(1))) && is_digit(Some(place + 1))
    };
    let all_allowed = bytes.iter().enumerate().all(|(place, byte)| *byte != b'_' || allowed(place));
    all_allowed.then(|| number.replace('_', ""))
}

/// The nearest binary number; `None` for what is no number, or too large.
fn decimal(number: &str) -> Option<f64> {
    without_underscores(number)?.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The nearest binary number; `None` without an exponent, for what is no number, or too large.
fn hexadecimal(number: &str, digits: &str) -> Option<f64> {
    without_underscores(number)?;
    let digits = digits.replace('_', "");
    let (mantissa, exponent) = digits.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.len() + fraction.len() == 0 {
        return None;
    }
    let mut bits = 0_u128;
    let mut dropped = 0;
    for digit in whole.chars().chain(fraction.chars()) {
        let digit = u128::from(digit.to_digit(16)?);
        if bits >> 120 == 0 {
            bits = bits << 4 | digit;
        } else {
            // Only whether there is anything matters this far behind the first digit.
            bits |= u128::from(digit != 0);
            dropped += 4;
        }
    }
    let exponent = exponent.parse::<i64>().ok()? + dropped - 4 * fraction.len() as i64;
    Some(times_power_of_two(bits as f64, exponent)).filter(|value| value.is_finite())
}

/// A number times two to a power, in steps that are exact while the result is not tiny.
fn times_power_of_two(number: f64, exponent: i64) -> f64 {
    /// Beyond this every number is infinite or zero.
    const FAR: i64 = 2200;
    let mut number = number;
    let mut left = exponent.clamp(-FAR, FAR);
    while left != 0 {
        let step = left.clamp(-1000, 1000);
        number *= 2_f64.powi(step as i32);
        left -= step;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cases: &[(&str, f64)]) {
        for (text, expected) in cases {
            let found = read(text.as_bytes());
            assert!(found.to_bits() == expected.to_bits(), "`{text}` is read as {found}, not as {expected}");
        }
    }

    #[test]
    fn the_longest_number_at_the_beginning_counts() {
        check(&[
            ("12abc", 12.0),
            ("1,5", 1.0),
            ("1,234.56", 1.0),
            ("1d3", 1.0),
            ("1.2.3", 1.2),
            ("12.5 EUR", 12.5),
            ("1e2e3", 100.0),
            ("1-2", 1.0),
            ("0b1", 0.0),
            ("1e5p3", 1e5),
        ]);
    }

    #[test]
    fn usual_forms_are_read_to_the_nearest_binary_number() {
        check(&[
            ("12.34", 12.34),
            ("-9.05", -9.05),
            ("+3", 3.0),
            (".7", 0.7),
            ("6.", 6.0),
            ("8e2", 800.0),
            ("8E+2", 800.0),
            ("1e-400", 0.0),
            ("-0.00", -0.0),
            ("0.1234567890123456789012345678901234567890", 0.123_456_789_012_345_68),
            ("00012", 12.0),
        ]);
    }

    #[test]
    fn leading_blanks_are_passed_over_and_a_line_feed_is_not() {
        check(&[
            ("  5", 5.0),
            ("\t\u{a0}\u{3000}5", 5.0),
            ("\r5", 5.0),
            ("\n5", 0.0),
            (" \r\n5", 0.0),
            ("\u{200b}5", 0.0),
        ]);
    }

    #[test]
    fn underscores_stand_between_digits() {
        check(&[
            ("1_000", 1000.0),
            ("1_0.2_5e1_0", 10.25e10),
            ("1__0", 0.0),
            ("_1", 0.0),
            ("1_", 0.0),
            ("1_.5", 0.0),
            ("1._5", 0.0),
            ("1e_5", 0.0),
            ("1_000,5", 1000.0),
        ]);
    }

    #[test]
    fn an_exponent_may_be_one_of_two() {
        check(&[
            ("1p3", 8.0),
            ("1.5p+4", 24.0),
            ("-3p-1", -1.5),
            ("1P3", 0.0),
            ("1p", 0.0),
            ("1p1_0", 0.0),
            ("p3", 0.0),
            ("1p2000", f64::INFINITY),
            ("1p-2000", 0.0),
            ("1p99999999999999999999", 0.0),
        ]);
    }

    #[test]
    fn hexadecimal_numbers_need_an_exponent() {
        check(&[
            ("0x10", 0.0),
            ("0x", 0.0),
            ("0x10p0", 16.0),
            ("-0X1.8P1", -3.0),
            ("0x_1_0p0", 16.0),
            ("0xp1", 0.0),
            ("0x1p1024", 0.0),
            ("0x1p-2", 0.25),
            ("0x10000000000000000000000000000000000000001p-160", 1.0),
        ]);
    }

    #[test]
    fn what_is_no_number_or_too_large_is_nothing() {
        check(&[
            ("", 0.0),
            ("abc", 0.0),
            ("1e", 0.0),
            ("1e+", 0.0),
            ("1e400", 0.0),
            ("-1e400", 0.0),
            (".", 0.0),
            ("-", 0.0),
            ("--1", 0.0),
            ("e5", 0.0),
            ("€5", 0.0),
            ("(5)", 0.0),
        ]);
        assert_eq!(read(b"\xff5").to_bits(), 0);
    }

    proptest::proptest! {
        #[test]
        fn plain_numbers_are_read_whole(text in "[+-]?[0-9]{1,30}(\\.[0-9]{0,30})?([eE][+-]?[0-9]{1,2})?") {
            let expected: f64 = text.parse().expect("a number");
            proptest::prop_assert_eq!(read(text.as_bytes()).to_bits(), expected.to_bits());
        }
    }

    #[test]
    fn words_are_read_letter_by_letter() {
        assert!(["NaN", "nan", "NAN", "nano", "NaN5"].iter().all(|text| read(text.as_bytes()).is_nan()));
        check(&[
            ("Inf", f64::INFINITY),
            ("+inf", f64::INFINITY),
            ("-INF", f64::NEG_INFINITY),
            ("Infinity", f64::INFINITY),
            ("n5", 0.0),
            ("na", 0.0),
            ("i5", 0.0),
            ("-nan", 0.0),
            ("ninf", 0.0),
            ("in", 0.0),
        ]);
    }
}
