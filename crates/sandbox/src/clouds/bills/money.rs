//! Amounts while charges are made: whole numbers, so that sums are exact without a decimal library.

use std::ops::{Add, AddAssign, Neg, Sub};

use model::Amount;

/// A number of 10⁻¹⁸ units of some currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Atto(i128);

/// Ten to the power of nine: from nano to atto.
const NANO: i128 = 1_000_000_000;

impl Atto {
    /// Nearest amount with nine decimals.
    pub(crate) fn nano(value: f64) -> Self {
        Self((value * NANO as f64).round() as i128 * NANO)
    }

    /// With this many units of 10⁻¹⁸ besides.
    pub(crate) fn and_atto(self, atto: i64) -> Self {
        Self(self.0 + i128::from(atto))
    }

    /// One of `parts` equal parts; the last one has what the division leaves.
    pub(crate) fn part(self, parts: i64, is_last: bool) -> Self {
        let share = self.0 / i128::from(parts);
        Self(if is_last { self.0 - share * i128::from(parts - 1) } else { share })
    }

    /// A share in thousandths, cut to nine decimals.
    pub(crate) fn per_mille(self, share: i64) -> Self {
        Self(self.0 * i128::from(share) / 1_000 / NANO * NANO)
    }

    /// What is missing to whole cents, rounded half up.
    pub(crate) fn to_next_cent(self) -> Self {
        let cent = NANO * NANO / 100;
        Self((self.0 + cent / 2).div_euclid(cent) * cent - self.0)
    }

    /// Whether it is exactly zero.
    pub(crate) fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// As the rest of the program writes amounts.
    pub(crate) fn amount(self) -> Amount {
        format!("{}e-18", self.0).parse().expect("a whole number and a small exponent are an amount")
    }
}

impl Add for Atto {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Atto {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl AddAssign for Atto {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Neg for Atto {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_and_keep_every_digit() {
        let whole = Atto::nano(7_200.0);
        let sum = (0..365).fold(Atto::default(), |sum, day| sum + whole.part(365, day == 364));
        assert_eq!(sum, whole);
        assert_eq!(whole.part(365, false).amount().to_string(), "19.726027397260273972");
        assert_eq!(Atto::nano(0.000_000_25).and_atto(7).amount().to_string(), "0.000000250000000007");
    }

    #[test]
    fn a_sum_is_rounded_to_cents_by_what_is_missing() {
        for (value, missing) in [(1.004, "-0.004"), (1.007, "0.003"), (-1.007, "-0.003"), (2.0, "0")] {
            assert_eq!(Atto::nano(value).to_next_cent().amount(), missing.parse().expect("an amount"), "{value}");
        }
    }

    #[test]
    fn shares_have_nine_decimals() {
        assert_eq!((-Atto::nano(1.234_567_891).per_mille(333)).amount().to_string(), "-0.411111107");
    }
}
