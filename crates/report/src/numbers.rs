//! How numbers are written: rounded once, from exact values, half to even.

use model::Amount;
use model::money;

/// Between the thousands of a count: a narrow space at which no line breaks.
const THIN_SPACE: char = '\u{202f}';
/// Before a unit: a space at which no line breaks.
const NO_BREAK: char = '\u{a0}';
/// From here on amounts of money and percents are written whole.
const WHOLE_MONEY_FROM: i64 = 1_000;
const WHOLE_PERCENT_FROM: f64 = 10.0;

const MINUTES_PER_HOUR: f64 = 60.0;
const HOURS_PER_DAY: f64 = 24.0;
/// From here on a duration is written in days.
const DAYS_FROM_HOURS: f64 = 48.0;

/// A duration: below an hour in minutes, below 48 hours in hours, else in days, with one decimal.
pub fn duration(hours: f64) -> String {
    let size = hours.abs();
    if size < 1.0 {
        format!("{}{NO_BREAK}min", one_decimal(hours * MINUTES_PER_HOUR))
    } else if size < DAYS_FROM_HOURS {
        format!("{}{NO_BREAK}h", one_decimal(hours))
    } else {
        format!("{}{NO_BREAK}days", one_decimal(hours / HOURS_PER_DAY))
    }
}

/// A share from 0 to 1 in percent: whole from 10 on, one decimal below.
pub fn share(share: f64) -> String {
    percent(share * 100.0)
}

/// A percent that is one already, without a sign where it is not negative.
pub fn percent(percent: f64) -> String {
    format!("{}{NO_BREAK}%", percent_digits(percent))
}

/// A difference in percent, with its sign: `+5.6 %`, `−16 %`; `0.0 %` has none.
pub fn signed_percent(percent: f64) -> String {
    let digits = percent_digits(percent);
    let sign = if percent > 0.0 && digits.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) { "+" } else { "" };
    format!("{sign}{digits}{NO_BREAK}%")
}

/// A difference with its sign and one decimal.
pub fn signed(difference: f64) -> String {
    let digits = one_decimal(difference);
    let is_zero = !digits.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    if difference > 0.0 && !is_zero { format!("+{digits}") } else { digits }
}

fn percent_digits(percent: f64) -> String {
    let whole = percent.abs() >= WHOLE_PERCENT_FROM;
    grouped(&if whole { format!("{percent:.0}") } else { format!("{percent:.1}") }, THIN_SPACE)
}

/// A count, with thin spaces between thousands.
pub fn count(count: i64) -> String {
    grouped(&count.to_string(), THIN_SPACE)
}

/// Something measured, with one decimal, of a count without one where it is whole.
pub fn number(value: f64) -> String {
    let text = if (value - value.round()).abs() < 1e-9 { format!("{value:.0}") } else { format!("{value:.1}") };
    grouped(&text, THIN_SPACE)
}

/// One decimal, with thin spaces between thousands.
pub fn one_decimal(value: f64) -> String {
    grouped(&format!("{value:.1}"), THIN_SPACE)
}

/// An amount of money after its currency: whole from 1,000 on, two decimals below; `EUR 118,000`.
pub fn money(currency: &str, amount: &Amount) -> String {
    let digits = money_digits(amount);
    if currency.is_empty() { digits } else { format!("{currency}{NO_BREAK}{digits}") }
}

/// The same without a currency.
pub fn money_digits(amount: &Amount) -> String {
    let size = if amount.is_negative() { -amount } else { amount.clone() };
    let text = if size < Amount::from(WHOLE_MONEY_FROM) { amount.to_cents() } else { amount.to_whole() };
    grouped(&text, ',')
}

/// With something between the thousands and a true minus sign, which zero has not.
fn grouped(text: &str, separator: char) -> String {
    let is_zero = !text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    let text = if is_zero { text.trim_start_matches('-') } else { text };
    money::grouped(text, separator).replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        text.replace([NO_BREAK, THIN_SPACE], " ")
    }

    #[test]
    fn durations_are_in_the_unit_that_suits_their_size() {
        for (hours, written) in [
            (0.0, "0.0 min"),
            (0.5, "30.0 min"),
            (0.999, "59.9 min"),
            (1.0, "1.0 h"),
            (47.96, "48.0 h"),
            (48.0, "2.0 days"),
            (45.12 * 24.0, "45.1 days"),
            (-3.0, "−3.0 h"),
        ] {
            assert_eq!(plain(&duration(hours)), written, "{hours}");
        }
    }

    #[test]
    fn percents_are_whole_from_ten_on() {
        for (value, written) in [(9.94, "9.9 %"), (10.0, "10 %"), (15.5, "16 %"), (0.0, "0.0 %"), (-0.04, "0.0 %")] {
            assert_eq!(plain(&percent(value)), written, "{value}");
        }
        assert_eq!(plain(&share(0.062)), "6.2 %");
        assert_eq!(plain(&signed_percent(5.555)), "+5.6 %");
        assert_eq!(plain(&signed_percent(-15.49)), "−15 %");
        assert_eq!(plain(&signed_percent(0.01)), "0.0 %");
        assert_eq!([signed(1.25), signed(-5.55), signed(-0.01), signed(0.04)], ["+1.2", "−5.5", "0.0", "0.0"]);
    }

    #[test]
    fn ties_go_to_the_even_digit() {
        assert_eq!(one_decimal(0.25), "0.2");
        assert_eq!(one_decimal(0.75), "0.8");
        assert_eq!(plain(&percent(12.5)), "12 %");
        assert_eq!(plain(&money("EUR", &"1000.50".parse().expect("an amount"))), "EUR 1,000");
        assert_eq!(plain(&money("EUR", &"0.125".parse().expect("an amount"))), "EUR 0.12");
    }

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!(plain(&count(1_234_567)), "1 234 567");
        assert_eq!(plain(&count(-1_234)), "−1 234");
        assert_eq!(plain(&number(1_234.0)), "1 234");
        assert_eq!(plain(&number(12.34)), "12.3");
        assert_eq!(plain(&money("USD", &"1281.60".parse().expect("an amount"))), "USD 1,282");
        assert_eq!(plain(&money("USD", &"-999.999".parse().expect("an amount"))), "USD −1,000.00");
        assert_eq!(plain(&money("", &"12".parse().expect("an amount"))), "12.00");
    }
}
