//! Addresses of evidence.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::content::Evidence;

/// What no form reads as part of an address.
const UNFIT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'\'')
    .add(b'(')
    .add(b')')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Where evidence is looked up: below the address of a server, `https://metrics.example.org`, or below the base path of the
/// server that shows the page; `None` without either, or
/// without evidence. What is no address of the web opens nothing.
pub(crate) fn address(base: Option<&str>, evidence: Option<&Evidence>) -> Option<String> {
    let of_web = |base: &str| base.starts_with("https://") || base.starts_with("http://");
    // A server's own pages: below its base path, which is empty or begins with a slash.
    let of_server = |base: &str| base.is_empty() || (base.starts_with('/') && !base.starts_with("//"));
    let base = base.filter(|base| of_web(base) || of_server(base))?;
    let path = &evidence?.path;
    let address = format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/'));
    Some(utf8_percent_encode(&address, UNFIT).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(path: &str) -> Evidence {
        Evidence { path: path.to_owned(), row: std::collections::BTreeMap::new(), column: "value".to_owned() }
    }

    #[test]
    fn paths_are_below_the_address_of_the_server() {
        let evidence = evidence("/api/v1/delivery/dora?service=a b)|é");
        let address = |base| address(base, Some(&evidence));
        let written = "https://m.example/base/api/v1/delivery/dora?service=a%20b%29%7C%C3%A9";
        assert_eq!(address(Some("https://m.example/base/")).as_deref(), Some(written));
        assert_eq!(address(Some("javascript:alert(1)")), None);
        assert_eq!(address(None), None);
    }
}
