//! A query string as names and values.

use axum::http::StatusCode;

use crate::problem::Problem;

/// Names and values in their order, escapes resolved.
pub(crate) fn pairs(text: &str) -> Result<Vec<(String, String)>, Problem> {
    let parts = text.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Ok((decoded(name)?, decoded(value)?))
        })
        .collect()
}

fn decoded(text: &str) -> Result<String, Problem> {
    let wrong = || Problem::new(StatusCode::BAD_REQUEST, "the query holds an escape (%) that is no UTF-8 text");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let (digits, after) = rest.split_at_checked(2).ok_or_else(wrong)?;
                let digit = |byte: u8| char::from(byte).to_digit(16).ok_or_else(wrong);
                bytes.push((digit(digits[0])? * 16 + digit(digits[1])?) as u8);
                rest = after;
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}
