//! Addresses: steps that are encoded each by itself, and parameters.

use std::fmt::Write as _;

/// Decodes `%2F` and its like; `+` is a space in parameters.
fn decoded(text: &str, plus_is_space: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while place < bytes.len() {
        let hex = text.get(place + 1..place + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (bytes[place], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                place += 3;
                continue;
            }
            (b'+', _) if plus_is_space => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        place += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The steps of a path.
pub(crate) fn steps(path: &str) -> Vec<String> {
    path.trim_matches('/').split('/').map(|step| decoded(step, false)).collect()
}

/// Parameters in their order.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(crate) fn read(query: &str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name, true), decoded(value, true))
        });
        Self(pairs.collect())
    }

    /// The value of a parameter that is there and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(given, _)| given == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A number of at least 1.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.get(name)?.parse().ok().filter(|number| *number > 0)
    }

    /// Written again with another page.
    pub(crate) fn with_page(&self, page: usize) -> String {
        self.with("page", &page.to_string())
    }

    /// Written again with another value of a parameter, at the end.
    pub(crate) fn with(&self, changed: &str, to: &str) -> String {
        let mut text = String::new();
        for (name, value) in self.0.iter().filter(|(name, _)| name != changed) {
            write!(text, "{}={}&", encoded(name), encoded(value)).expect("writing to memory does not fail");
        }
        write!(text, "{changed}={}", encoded(to)).expect("writing to memory does not fail");
        text
    }
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to memory does not fail");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_may_hold_a_slash_and_a_time_its_zone() {
        assert_eq!(steps("/groups/acme%2Fshop/issues"), ["groups", "acme/shop", "issues"]);
        let given = Parameters::read("updated_after=2026-01-02T03%3A04%3A05%2B01%3A00&page=2&per_page=&x=%zz");
        assert_eq!(given.get("updated_after"), Some("2026-01-02T03:04:05+01:00"));
        assert_eq!((given.number("page"), given.get("per_page"), given.get("x")), (Some(2), None, Some("%zz")));
        assert_eq!(given.with_page(3), "updated_after=2026-01-02T03%3A04%3A05%2B01%3A00&per_page=&x=%25zz&page=3");
    }
}
