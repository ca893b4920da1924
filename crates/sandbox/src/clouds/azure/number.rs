//! Amounts as JSON numbers, with all their digits.

use model::Amount;

/// Zeros behind the point from which on a number is written with an exponent, as JavaScript does.
const MOST_ZEROS: usize = 6;

/// A JSON number with exactly the digits of the amount: `12.5`, `800`, `4.1e-7`.
pub(crate) fn json_number(amount: &Amount) -> String {
    let text = amount.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let zeros = fraction.len() - fraction.trim_start_matches('0').len();
    if fraction.is_empty() {
        return format!("{sign}{whole}");
    }
    if whole != "0" || zeros < MOST_ZEROS {
        return format!("{sign}{whole}.{fraction}");
    }
    let (first, others) = fraction[zeros..].split_at(1);
    let point = if others.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{others}e-{}", zeros + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_as_the_same_amount() {
        for (text, written) in [
            ("12.50", "12.5"),
            ("800", "800"),
            ("-0.004", "-0.004"),
            ("0.000001", "0.000001"),
            ("0.00000041", "4.1e-7"),
            ("-0.0000002", "-2e-7"),
            ("19.726027397260273972", "19.726027397260273972"),
            ("0", "0"),
        ] {
            let amount: Amount = text.parse().expect("an amount");
            assert_eq!(json_number(&amount), written);
            assert_eq!(written.parse::<Amount>(), Ok(amount));
        }
    }
}
