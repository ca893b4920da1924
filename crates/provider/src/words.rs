//! Text of providers, for messages.

/// The provider's words, without secrets, on one line and not too many.
pub fn shortened(text: &str) -> String {
    const LONGEST: usize = 300;
    // Before it is cut: half a secret would be left.
    let text = redact::redacted(text);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_end_in_an_ellipsis_and_lines_become_one() {
        assert_eq!(shortened("a\r\n  b"), "a b");
        assert_eq!(shortened(&"é".repeat(400)).chars().count(), 301);
    }
}
