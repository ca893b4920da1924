//! What issues of all services have in common.

use provider::endpoint::Advice;
use provider::{Method, Reply, Request, Url};
use serde::de::DeserializeOwned;
use source::{ErrorKind, SourceError};

use crate::Message;
use crate::message::{fitted_lines, length};

/// By it the issues of earlier months are found.
pub(crate) const LABEL: &str = "report";
const PER_PAGE: usize = 100;
/// So many pages of issues with the label are looked through.
const MOST_PAGES: usize = 50;

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

/// The first issue with the label that is it, page by page; `order` are the parameters by which the oldest come first.
pub(crate) async fn find<T: DeserializeOwned>(
    issues: &Url,
    order: [(&str, &str); 2],
    ask: impl AsyncFn(Request) -> Result<Reply, SourceError>,
    is_it: impl Fn(&T) -> bool,
) -> Result<Option<T>, SourceError> {
    for page in 1..=MOST_PAGES {
        let mut url = issues.clone();
        url.query_pairs_mut()
            .append_pair("labels", LABEL)
            .append_pair("state", "all")
            .extend_pairs(order)
            .append_pair("per_page", &PER_PAGE.to_string())
            .append_pair("page", &page.to_string());
        let listed: Vec<T> = decoded(&ask(Request::new(Method::GET, url)).await?, "list of issues")?;
        let is_last = listed.len() < PER_PAGE;
        let found = listed.into_iter().find(|issue| is_it(issue));
        if found.is_some() || is_last {
            return Ok(found);
        }
    }
    let issues = MOST_PAGES * PER_PAGE;
    let text = format!("more than {issues} issues have the label `{LABEL}`: take it off those that are no reports");
    Err(SourceError::new(ErrorKind::Unsupported, text))
}
