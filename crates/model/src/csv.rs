//! Writing CSV as the original tool writes it.
//!
//! Comma, LF, no byte order mark; a field is quoted only if it contains a comma, a quote, CR or LF,
//! or begins with white space (any of Unicode's), or is exactly `\.`; quotes are doubled.

use std::io::{self, Write};

/// Appends one field, quoted where it must be.
pub fn push_field(line: &mut Vec<u8>, field: &[u8]) {
    if !needs_quotes(field) {
        line.extend_from_slice(field);
        return;
    }
    line.push(b'"');
    for &byte in field {
        if byte == b'"' {
            line.push(b'"');
        }
        line.push(byte);
    }
    line.push(b'"');
}

fn needs_quotes(field: &[u8]) -> bool {
    if field.is_empty() {
        return false;
    }
    if field == br"\." || memchr::memchr3(b',', b'"', b'\n', field).is_some() || memchr::memchr(b'\r', field).is_some()
    {
        return true;
    }
    let first = &field[..field.len().min(4)];
    let valid = match std::str::from_utf8(first) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&first[..error.valid_up_to()]).unwrap_or_default(),
    };
    valid.chars().next().is_some_and(char::is_whitespace)
}

/// Writes one record and its line feed.
pub fn write_record<W: Write, F: AsRef<[u8]>>(out: &mut W, fields: impl IntoIterator<Item = F>) -> io::Result<()> {
    let mut line = Vec::with_capacity(256);
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            line.push(b',');
        }
        push_field(&mut line, field.as_ref());
    }
    line.push(b'\n');
    out.write_all(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(field: &str) -> String {
        let mut line = Vec::new();
        push_field(&mut line, field.as_bytes());
        String::from_utf8(line).expect("text stays text")
    }

    #[test]
    fn only_fields_that_must_be_quoted_are() {
        assert_eq!(written("plain text "), "plain text ");
        assert_eq!(written("a,b"), "\"a,b\"");
        assert_eq!(written("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(written(" leading"), "\" leading\"");
        assert_eq!(written("\u{3000}wide"), "\"\u{3000}wide\"");
        assert_eq!(written("\\."), "\"\\.\"");
        assert_eq!(written("\\.."), "\\..");
        assert_eq!(written("line\r"), "\"line\r\"");
        assert_eq!(written(""), "");
    }
}
