//! Quotation of a provider's text in messages: a server may echo secrets.

use redact::{REDACTED, redacted};

/// Words longer than this are not shown: a signed claim set, a key, a token. Names of tables are shorter.
const LONGEST_WORD: usize = 120;

/// Longest text that is quoted.
const LONGEST_QUOTE: usize = 400;

/// What a provider says, fit to be shown: one line, not too long, without the secrets and whatever looks like one.
pub(crate) fn quoted(text: &str) -> String {
    let text = redacted(text);
    let words = text.split_whitespace().map(|word| {
        let secret = word.chars().count() > LONGEST_WORD
            || ["ya29.", "eyJ", "-----BEGIN"].iter().any(|mark| word.contains(mark));
        if secret { REDACTED } else { word }
    });
    let line = words.collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(LONGEST_QUOTE).collect();
    short.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_what_looks_like_one_are_hidden() {
        let long = "x".repeat(LONGEST_WORD + 1);
        redact::know("hunter22");
        let text = format!("Bad\n grant hunter22 for eyJhbGciOi.abc and {long}.");
        assert_eq!(quoted(&text), "Bad grant (hidden) for (hidden) and (hidden)");
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(quoted(&"word ".repeat(200)).len(), LONGEST_QUOTE);
    }
}
