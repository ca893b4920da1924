//! Tokens in what is shown: a server may echo them, and its words are quoted in messages.
//!
//! Only texts for people are changed, after the answer was judged. What is decoded stays as it came.

use secrecy::{ExposeSecret as _, SecretString};
use source::SourceError;

use crate::GraphqlError;
use crate::judge::Verdict;

/// A shorter text is no token of GitHub's, and to take it out of messages would hide ordinary words.
const SHORTEST_TOKEN: usize = 8;

/// Replaces a token in texts.
pub(crate) struct Concealing<'a>(pub(crate) &'a SecretString);

impl Concealing<'_> {
    pub(crate) fn text(&self, text: &mut String) {
        if self.holds_token(text) {
            *text = text.replace(self.0.expose_secret(), "(hidden)");
        }
    }

    pub(crate) fn error(&self, error: &mut SourceError) {
        self.text(&mut error.message);
        if let Some(id) = &mut error.request_id {
            self.text(id);
        }
        // A cause cannot be changed. What it says is in the message.
        error.source.take_if(|cause| self.holds_token(&format!("{cause} {cause:?}")));
    }

    pub(crate) fn errors(&self, errors: &mut [GraphqlError]) {
        for error in errors {
            for text in [&mut error.path, &mut error.kind, &mut error.message] {
                self.text(text);
            }
        }
    }

    pub(crate) fn verdict(&self, verdict: &mut Verdict) {
        match verdict {
            Verdict::Done { errors, .. } => self.errors(errors),
            Verdict::TooMuch { reason, partial } => {
                self.text(reason);
                if let Some((_, errors)) = partial {
                    self.errors(errors);
                }
            }
            Verdict::Limit { reason, .. } | Verdict::Again { reason, .. } => self.text(reason),
            Verdict::BadToken(error) | Verdict::Refused(error) => self.error(error),
        }
    }

    fn holds_token(&self, text: &str) -> bool {
        let token = self.0.expose_secret();
        token.len() >= SHORTEST_TOKEN && text.contains(token)
    }
}
