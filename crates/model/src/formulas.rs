//! Text that a spreadsheet would run, and how it is kept from that.

use crate::csv::push_field;

/// What a formula begins with: also in full width, and white space that spreadsheets skip.
const BEGINNINGS: [&str; 11] = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"];

/// Whether a spreadsheet would take a text for a formula. Plain numbers with a sign are none.
pub fn is_formula(text: &[u8]) -> bool {
    BEGINNINGS.iter().any(|beginning| text.starts_with(beginning.as_bytes())) && !is_number(text)
}

/// Appends one field of CSV, quoted where it must be, with an apostrophe before what would be a formula.
pub fn push_guarded_field(line: &mut Vec<u8>, field: &[u8]) {
    if is_formula(field) {
        push_field(line, &[b"'", field].concat());
    } else {
        push_field(line, field);
    }
}

/// A sign, digits, and at most one decimal point.
fn is_number(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let mut parts = digits.split(|byte| *byte == b'.');
    let are_digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let (whole, decimals) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    parts.next().is_none() && whole.len() + decimals.len() > 0 && are_digits(whole) && are_digits(decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_get_an_apostrophe_and_numbers_do_not() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-cmd", "'-cmd"),
            ("+1-2", "'+1-2"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("＝1+1", "'＝1+1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠A1", "'＠A1"),
            ("-12.50", "-12.50"),
            ("+7", "+7"),
            ("-", "'-"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            let mut line = Vec::new();
            push_guarded_field(&mut line, text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&line), expected, "{text:?}");
        }
    }
}
