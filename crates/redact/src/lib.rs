#![doc = include_str!("../README.md")]

use std::borrow::Cow;
use std::sync::{PoisonError, RwLock};

use secrecy::{ExposeSecret, SecretString};

/// What stands where a secret stood.
pub const REDACTED: &str = "(hidden)";

/// A shorter text, in bytes, is no secret of any provider, and to take it out of messages would hide ordinary words.
pub const SHORTEST_SECRET: usize = 8;

/// The secrets of this process, the longest first: one may be a part of another.
static KNOWN: RwLock<Vec<SecretString>> = RwLock::new(Vec::new());

/// Makes a secret known, for as long as the process runs. Surrounding blanks do not belong to it.
pub fn know(secret: &str) {
    let secret = secret.trim();
    if secret.len() < SHORTEST_SECRET {
        return;
    }
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    if known.iter().all(|other| other.expose_secret() != secret) {
        let place = known.partition_point(|other| other.expose_secret().len() >= secret.len());
        known.insert(place, SecretString::from(secret));
    }
}

/// A text for people without the secrets that are known.
pub fn redacted(text: &str) -> Cow<'_, str> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    let mut text = Cow::Borrowed(text);
    for secret in known.iter().map(ExposeSecret::expose_secret) {
        if text.contains(secret) {
            text = Cow::Owned(text.replace(secret, REDACTED));
        }
    }
    text
}

/// [`redacted`] in place.
pub fn redact(text: &mut String) {
    if let Cow::Owned(changed) = redacted(text) {
        *text = changed;
    }
}

/// Whether a text holds a secret that is known.
pub fn holds_secret(text: &str) -> bool {
    matches!(redacted(text), Cow::Owned(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_is_known_is_taken_out_of_texts() {
        know(" hunter22-hunter22\n");
        let mut text = "Bad credentials: Bearer hunter22-hunter22, hunter22-hunter22".to_owned();
        assert!(holds_secret(&text));
        redact(&mut text);
        assert_eq!(text, "Bad credentials: Bearer (hidden), (hidden)");
        assert!(!holds_secret(&text));
    }

    #[test]
    fn a_secret_that_begins_another_one_leaves_no_rest() {
        know("prefix-of-token");
        know("prefix-of-token-and-more");
        assert_eq!(redacted("x prefix-of-token-and-more y prefix-of-token z"), "x (hidden) y (hidden) z");
    }

    #[test]
    fn short_texts_are_no_secrets() {
        know("page");
        know("");
        assert_eq!(redacted("a page of issues"), "a page of issues");
    }
}
