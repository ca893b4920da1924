//! Numbers as the original writes them.

/// The shortest text that reads back as the same number, in Go's `%v` form: `3`, `0.5`, `1e+21`, `1e-05`.
pub(crate) fn text(number: f64) -> String {
    if !number.is_finite() {
        let sign = if number > 0.0 { "+Inf" } else { "-Inf" };
        return if number.is_nan() { "NaN".to_owned() } else { sign.to_owned() };
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').expect("the `e` format always writes an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is a small integer");
    if number != 0.0 && !(-4..21).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.unsigned_abs());
    }
    format!("{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_large_or_small_ones_have_an_exponent() {
        let cases = [
            (3.0, "3"),
            (0.5, "0.5"),
            (-2.25, "-2.25"),
            (0.0, "0"),
            (-0.0, "-0"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e21, "1.5e+21"),
            (0.0001, "0.0001"),
            (0.000_012_5, "1.25e-05"),
            (1e-100, "1e-100"),
            (0.1 + 0.2, "0.30000000000000004"),
        ];
        for (number, expected) in cases {
            assert_eq!(text(number), expected);
        }
    }
}
