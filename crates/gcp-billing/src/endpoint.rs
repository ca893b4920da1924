//! Addresses that keys and tokens may be sent to.

use provider::Url;
use provider::endpoint::Advice;
use source::SourceError;

/// What is said about addresses that are refused.
const ADVICE: Advice = Advice {
    form: "https://HOST",
    with_login: ": leave them out",
    plain_http: ": that would leak the credentials to everyone on the way; use https",
};

/// Reads an address and refuses what would leak a key or a token. `setting` is how people call the address.
pub(crate) fn checked(setting: &str, address: &str) -> Result<Url, SourceError> {
    provider::endpoint::checked(setting, address, &ADVICE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_is_said_with_the_remedy() {
        let refusal = |address| checked("BIGQUERY_ENDPOINT", address).expect_err(address).message;
        assert_eq!(
            refusal("http://bigquery.googleapis.com"),
            "BIGQUERY_ENDPOINT is plain http to bigquery.googleapis.com: that would leak the credentials to everyone on \
             the way; use https"
        );
        assert_eq!(
            refusal("https://me:hunter2@example.com"),
            "BIGQUERY_ENDPOINT holds a user name or password: leave them out"
        );
        assert!(refusal("token").ends_with("(relative URL without a base): write it as https://HOST"));
    }
}
