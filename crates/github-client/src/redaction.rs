//! Secrets in what is shown: a server may echo them, and its words are quoted in messages.
//!
//! Only texts for people are changed, after the answer was judged. What is decoded stays as it came. Errors take secrets
//! out by themselves.

use redact::redact;

use crate::GraphqlError;
use crate::judge::Verdict;

/// Takes secrets out of what the provider says about parts of an answer.
pub(crate) fn errors(errors: &mut [GraphqlError]) {
    for error in errors {
        for text in [&mut error.path, &mut error.kind, &mut error.message] {
            redact(text);
        }
    }
}

/// Takes secrets out of the texts of a verdict.
pub(crate) fn verdict(verdict: &mut Verdict) {
    match verdict {
        Verdict::Done { errors: list, .. } => errors(list),
        Verdict::TooMuch { reason, partial } => {
            redact(reason);
            if let Some((_, list)) = partial {
                errors(list);
            }
        }
        Verdict::Limit { reason, .. } | Verdict::Again { reason, .. } => redact(reason),
        Verdict::BadToken(_) | Verdict::Refused(_) => {}
    }
}
