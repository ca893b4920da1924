//! Form-encoded texts: bodies of token requests and the queries of addresses.

use std::collections::BTreeMap;

/// The fields of a form; of several with one name the last one.
pub(crate) fn fields(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let coded = others.get(..2).and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 16).ok()
        });
        match (first, coded) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = others;
            }
            _ => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_decoded_and_half_a_code_stays() {
        let fields = fields("scope=https%3A%2F%2Fmanagement.azure.com%2F.default&a+b=c%2&%24skiptoken=x%3D&flag");
        assert_eq!(fields["scope"], "https://management.azure.com/.default");
        assert_eq!((fields["a b"].as_str(), fields["$skiptoken"].as_str(), fields["flag"].as_str()), ("c%2", "x=", ""));
    }
}
