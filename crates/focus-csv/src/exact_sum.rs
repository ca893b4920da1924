//! Sums without rounding.

use model::Amount;
use model::money::NotAnAmount;

/// Decimals of the units in which most costs are added.
const DECIMALS: usize = 18;
/// Digits before the point that a cost in units may have: far below what the integer holds.
const WHOLE_DIGITS: usize = 18;
/// Units in 1.
const UNITS: i128 = 10_i128.pow(DECIMALS as u32);

/// An exact sum of costs.
///
/// A plain number of at most 18 digits on either side of the point is added as an integer; anything else that
/// [`Amount`] reads is added as an [`Amount`].
#[derive(Clone, Debug, Default)]
pub(crate) struct ExactSum {
    units: i128,
    rest: Amount,
}

impl ExactSum {
    /// Adds the number that is written there.
    pub(crate) fn add(&mut self, text: &[u8]) -> Result<(), NotAnAmount> {
        let Some(units) = units_of(text) else {
            self.rest += &std::str::from_utf8(text).map_err(|_| NotAnAmount)?.parse()?;
            return Ok(());
        };
        if let Some(sum) = self.units.checked_add(units) {
            self.units = sum;
        } else {
            self.rest += &amount_of(self.units);
            self.units = units;
        }
        Ok(())
    }

    /// Adds another sum.
    pub(crate) fn join(&mut self, other: &Self) {
        self.rest += &other.total();
    }

    /// The sum.
    pub(crate) fn total(&self) -> Amount {
        &amount_of(self.units) + &self.rest
    }
}

/// A plain number in units; `None` for anything else, be it a number of another form or none.
fn units_of(text: &[u8]) -> Option<i128> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    let point = digits.iter().position(|&byte| byte == b'.').unwrap_or(digits.len());
    let (whole, fraction) = (&digits[..point], digits.get(point + 1..).unwrap_or_default());
    if whole.len() > WHOLE_DIGITS || fraction.len() > DECIMALS || whole.len() + fraction.len() == 0 {
        return None;
    }
    let whole = i128::from(integer(whole)?) * UNITS;
    let fraction = i128::from(integer(fraction)? * 10_u64.pow((DECIMALS - fraction.len()) as u32));
    let units = whole + fraction;
    Some(if negative { -units } else { units })
}

/// Up to 18 digits.
fn integer(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0')))
}

fn amount_of(units: i128) -> Amount {
    let sign = if units < 0 { "-" } else { "" };
    let (units, one) = (units.unsigned_abs(), UNITS.unsigned_abs());
    let text = format!("{sign}{}.{:0DECIMALS$}", units / one, units % one);
    text.parse().expect("digits with a point among them are an amount")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(texts: &[&str]) -> Amount {
        let mut sum = ExactSum::default();
        for text in texts {
            sum.add(text.as_bytes()).expect("a number");
        }
        sum.total()
    }

    #[test]
    fn numbers_of_every_form_are_added_exactly() {
        assert_eq!(
            sum(&["0.00000080000", "1.49011611938476560e-08"]).to_string(),
            "0.0000008149011611938476560".trim_end_matches('0')
        );
        assert_eq!(sum(&["-.5", "+6.", "8E2"]).to_string(), "805.50");
        assert_eq!(
            sum(&["123456789012345678901.000000000000000000001", "-1"]).to_string(),
            "123456789012345678900.000000000000000000001"
        );
        assert_eq!(sum(&[]), Amount::zero());
    }

    #[test]
    fn a_sum_beyond_the_integer_stays_exact() {
        let most = "999999999999999999.999999999999999999";
        let mut large = ExactSum { units: i128::MAX - 1, rest: Amount::zero() };
        let before = large.total();
        large.add(most.as_bytes()).expect("a number");
        assert_eq!(&large.total() - &before, most.parse().expect("a number"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", ".", "1,5", "1 ", "NaN", "inf", "1.2.3", "0x1", "1_0", "--1", "+-1", "\u{ff11}"] {
            assert_eq!(ExactSum::default().add(text.as_bytes()), Err(NotAnAmount), "{text}");
        }
        assert_eq!(ExactSum::default().add(b"\xff"), Err(NotAnAmount));
    }

    proptest! {
        #[test]
        fn every_sum_is_the_sum_of_the_amounts(
            texts in proptest::collection::vec("[+-]?[0-9]{1,21}(\\.[0-9]{0,21})?(e-?[0-9])?", 0..20),
        ) {
            let amounts: Vec<Amount> = texts.iter().map(|text| text.parse().expect("an amount")).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            prop_assert_eq!(sum(&texts), amounts.iter().sum::<Amount>());
        }

        #[test]
        fn exactly_what_an_amount_reads_is_added(text in "[-+.0-9eE,]{0,8}") {
            prop_assert_eq!(ExactSum::default().add(text.as_bytes()).is_ok(), text.parse::<Amount>().is_ok());
        }
    }
}
