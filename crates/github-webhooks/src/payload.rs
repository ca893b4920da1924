//! Extraction of the JSON payload from a body: plain, or a field of a form.

use std::borrow::Cow;

use crate::Malformed;

/// How a body holds its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// `application/json`: the body is the payload.
    Json,
    /// `application/x-www-form-urlencoded`: the payload is the value of `payload`.
    Form,
}

impl BodyKind {
    /// By the header `Content-Type`; `None` for every other one.
    pub fn of(content_type: &str) -> Option<Self> {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        let is = |known: &str| media_type.eq_ignore_ascii_case(known);
        match () {
            () if is("application/json") => Some(Self::Json),
            () if is("application/x-www-form-urlencoded") => Some(Self::Form),
            () => None,
        }
    }
}

/// The JSON text in a body whose signature was checked.
///
/// # Errors
/// A form without `payload`.
pub fn payload(kind: BodyKind, body: &[u8]) -> Result<Cow<'_, [u8]>, Malformed> {
    match kind {
        BodyKind::Json => Ok(Cow::Borrowed(body)),
        BodyKind::Form => {
            let mut pairs = url::form_urlencoded::parse(body);
            let value = pairs.find_map(|(name, value)| (name == "payload").then_some(value));
            value.map(|text| Cow::Owned(text.into_owned().into_bytes())).ok_or(Malformed::NoPayload)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_holds_the_payload_as_a_value() {
        let body = b"payload=%7B%22zen%22%3A%22a+b%2Bc%22%7D&other=1";
        assert_eq!(payload(BodyKind::Form, body).expect("there"), &b"{\"zen\":\"a b+c\"}"[..]);
        assert!(matches!(payload(BodyKind::Form, b"{}"), Err(Malformed::NoPayload)));
    }

    #[test]
    fn both_content_types_that_github_offers_are_known_with_parameters() {
        assert_eq!(BodyKind::of("application/json"), Some(BodyKind::Json));
        assert_eq!(BodyKind::of("Application/JSON; charset=utf-8"), Some(BodyKind::Json));
        assert_eq!(BodyKind::of("application/x-www-form-urlencoded"), Some(BodyKind::Form));
        for other in ["", "text/plain", "application/jsonp", "multipart/form-data"] {
            assert_eq!(BodyKind::of(other), None, "{other}");
        }
    }
}
