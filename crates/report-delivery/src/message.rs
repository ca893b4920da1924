//! What is sent.

use provider::Url;
use source::{ErrorKind, SourceError};

/// A report, as messages have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// `Monthly report, October 2026`: the subject. An issue is found by it, so all reports of a month have the same.
    pub title: String,
    /// Sentences in plain text, the first one first.
    pub findings: Vec<String>,
    /// Where the report is read, `https://metrics.example.org/reports/2026-10.html`; `None` where it is served nowhere.
    pub link: Option<String>,
    /// The whole report: the body of an issue, and of a mail for who reads text alone.
    pub markdown: String,
    /// The body of a mail.
    pub html: String,
    /// Files of a mail, by name.
    pub attachments: Vec<(String, Vec<u8>)>,
}

impl Message {
    /// The link as an address of the web.
    pub(crate) fn address(&self) -> Result<Option<Url>, SourceError> {
        let refused = || {
            SourceError::new(
                ErrorKind::UnexpectedResponse,
                "the link of the report is no address of the web: write it as https://HOST",
            )
        };
        let Some(link) = &self.link else { return Ok(None) };
        let url = Url::parse(link).map_err(|_| refused())?;
        if matches!(url.scheme(), "https" | "http") { Ok(Some(url)) } else { Err(refused()) }
    }
}

/// How long services count a text: in units of UTF-16, at least as many as characters.
pub(crate) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A text of at most `most` units, letter by letter as `written`; where it is cut, `sentence` says so at its end.
pub(crate) fn fitted(text: &str, most: usize, sentence: &str, written: impl Fn(char) -> String) -> String {
    let letters: Vec<String> = text.chars().map(written).collect();
    if letters.iter().map(|letter| length(letter)).sum::<usize>() <= most {
        return letters.concat();
    }
    let mut room = most.saturating_sub(length(sentence) + 2);
    let kept = letters.iter().take_while(|letter| {
        let rest = room.checked_sub(length(letter));
        room = rest.unwrap_or_default();
        rest.is_some()
    });
    format!("{}… {sentence}", kept.map(String::as_str).collect::<String>())
}

/// Whole lines of at most `most` units; where some are left out, `sentence` says so after an empty line.
pub(crate) fn fitted_lines(text: &str, most: usize, sentence: &str) -> String {
    if length(text) <= most {
        return text.to_owned();
    }
    let mut room = most.saturating_sub(length(sentence) + 2);
    let kept = text.split_inclusive('\n').take_while(|line| {
        let rest = room.checked_sub(length(line));
        room = rest.unwrap_or_default();
        rest.is_some()
    });
    format!("{}\n{sentence}\n", kept.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_whole_and_what_does_not_says_so_within_the_bound() {
        let same = |letter: char| letter.to_string();
        assert_eq!(fitted("abc", 3, "(cut)", same), "abc");
        assert_eq!(fitted("abcdefghijkl", 11, "(cut)", same), "abcd… (cut)");
        let wide = |letter: char| format!("&{letter};");
        assert_eq!(fitted("abcdefgh", 16, "(cut)", wide), "&a;&b;&c;… (cut)");
        assert_eq!(length(&fitted(&"😀".repeat(99), 20, "(cut)", same)), 19, "no letter is cut in two");
    }

    #[test]
    fn lines_are_kept_whole() {
        assert_eq!(fitted_lines("one\ntwo\n", 8, "(cut)"), "one\ntwo\n");
        assert_eq!(fitted_lines("one\ntwo\nthree\n", 13, "(cut)"), "one\n\n(cut)\n");
        assert_eq!(fitted_lines(&"x".repeat(99), 20, "(cut)"), "\n(cut)\n");
    }

    #[test]
    fn links_are_addresses_of_the_web() {
        let of = |link: &str| Message { link: Some(link.to_owned()), ..Message::default() }.address();
        assert!(of("https://m.example/reports").is_ok() && Message::default().address().is_ok());
        assert!(of("javascript:alert(1)").is_err() && of("/reports").is_err());
    }
}
