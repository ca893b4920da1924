//! What issues of all services have in common.

use provider::endpoint::Advice;
use provider::{Reply, Url};
use serde::de::DeserializeOwned;
use source::{ErrorKind, SourceError};

use crate::Message;
use crate::message::{fitted_lines, length};

/// By it the issues of earlier months are found.
pub(crate) const LABEL: &str = "report";
pub(crate) const PER_PAGE: usize = 100;
/// So many pages of issues with the label are looked through.
pub(crate) const MOST_PAGES: usize = 50;

const CUT: &str = "The report is longer than an issue may be: what follows is left out here.";

/// Where an address lacks https.
pub(crate) fn advice(form: &'static str) -> Advice {
    Advice {
        form,
        with_login: ": the token is a setting of its own",
        plain_http: ", where the token could be read in between: use https",
    }
}

/// The text of an issue: the report and where it is read, of at most so many characters.
pub(crate) fn body(message: &Message, most: usize) -> Result<String, SourceError> {
    let link = message.address()?;
    let link = link.map(|url| format!("\n<{}>\n", Url::as_str(&url))).unwrap_or_default();
    Ok(fitted_lines(&message.markdown, most.saturating_sub(length(&link)), CUT) + &link)
}

/// What a reply holds.
pub(crate) fn decoded<T: DeserializeOwned>(reply: &Reply, what: &str) -> Result<T, SourceError> {
    serde_json::from_slice(&reply.body).map_err(|error| {
        let text = format!("the answer is no {what} ({error}): check the address of the server");
        SourceError::new(ErrorKind::UnexpectedResponse, text)
    })
}

/// There are more issues with the label than are looked through.
pub(crate) fn too_many() -> SourceError {
    let issues = MOST_PAGES * PER_PAGE;
    let text = format!("more than {issues} issues have the label `{LABEL}`: take it off those that are no reports");
    SourceError::new(ErrorKind::Unsupported, text)
}
