//! Opaque cursors: a key and an id, so that a page begins after the same object even when others moved.

use std::fmt::Write as _;

/// Where a page ended: the sort key (microseconds or a position) and the id of its last object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) key: i64,
    pub(crate) id: String,
}

const PREFIX: &str = "cursor:v2:";

impl Cursor {
    /// As the client sees it.
    pub(crate) fn encode(key: i64, id: &str) -> String {
        let mut text = String::with_capacity(PREFIX.len() + 24 + id.len());
        write!(text, "{PREFIX}{key}:{id}").expect("writing to a string");
        encode_base64(text.as_bytes())
    }

    /// Back from what the client sends; `None` when it was not made here.
    pub(crate) fn decode(text: &str) -> Option<Self> {
        let bytes = decode_base64(text)?;
        let text = std::str::from_utf8(&bytes).ok()?;
        let (key, id) = text.strip_prefix(PREFIX)?.split_once(':')?;
        Some(Self { key: key.parse().ok()?, id: id.to_owned() })
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encode_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for digit in 0..4 {
            let used = digit <= chunk.len();
            let sextet = (bits >> (18 - 6 * digit)) & 63;
            text.push(if used { char::from(ALPHABET[sextet as usize]) } else { '=' });
        }
    }
    text
}

/// Decodes base64 in either alphabet, with or without padding.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').as_bytes();
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.chunks(4) {
        if group.len() == 1 {
            return None;
        }
        let mut bits = 0_u32;
        for (place, digit) in group.iter().enumerate() {
            bits |= u32::from(sextet(*digit)?) << (18 - 6 * place);
        }
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    Some(bytes)
}

fn sextet(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was_made() {
        for (key, id) in [(0, ""), (-5, "I_1"), (1_767_225_600_000_000, "PVTI_é:x")] {
            assert_eq!(Cursor::decode(&Cursor::encode(key, id)), Some(Cursor { key, id: id.to_owned() }));
        }
    }

    #[test]
    fn a_cursor_of_elsewhere_is_refused() {
        for text in ["", "A", "Y3Vyc29y", "not base64!", "Y3Vyc29yOnYxOjE6YQ=="] {
            assert_eq!(Cursor::decode(text), None, "{text}");
        }
    }

    #[test]
    fn base64_is_the_usual_one() {
        assert_eq!(encode_base64(b"cursor"), "Y3Vyc29y");
        assert_eq!(encode_base64(b"a"), "YQ==");
        assert_eq!(decode_base64("eyJhIjoxfQ"), Some(br#"{"a":1}"#.to_vec()));
    }
}
