//! Errors within a GraphQL reply: what is absent, hidden or failed.

use std::collections::BTreeSet;

use source::{ErrorKind, SourceError};

use crate::GraphqlError;

/// Kinds of errors that tell what the token may not see, or what is gone: asking again would not bring it.
pub(crate) const HIDDEN: [&str; 2] = ["FORBIDDEN", "NOT_FOUND"];

/// The errors of one answer, by what they concern.
#[derive(Debug, Default)]
pub struct Sorted {
    /// Positions in the list of those entries that came without something that exists.
    pub broken: BTreeSet<usize>,
    /// The errors that make the answer incomplete.
    pub failures: Vec<GraphqlError>,
    /// Errors that only say what may not be seen.
    pub hidden: u64,
}

/// Sorts the errors of an answer whose entries are at `list`, a path such as `node.issues.nodes`.
///
/// `may_be_hidden` is the field that the token may not see, or that is gone, without anything missing: a board, the
/// content of a card. Everywhere else such an error means that something did not come.
pub fn sort(errors: Vec<GraphqlError>, list: &str, may_be_hidden: Option<&str>) -> Sorted {
    let mut sorted = Sorted::default();
    for error in errors {
        let inside = error.path.strip_prefix(list).and_then(|rest| rest.strip_prefix('.'));
        if error.path.split('.').next() == Some("rateLimit") {
            continue;
        }
        let last_step = inside.and_then(|inside| inside.rsplit('.').next());
        if last_step.is_some() && last_step == may_be_hidden && HIDDEN.contains(&error.kind.as_str()) {
            sorted.hidden += 1;
            continue;
        }
        let position = inside.and_then(|inside| inside.split('.').next()).and_then(|step| step.parse::<usize>().ok());
        sorted.broken.extend(position);
        sorted.failures.push(error);
    }
    sorted
}

/// Everything that did not come in a run.
#[derive(Debug, Default)]
pub struct Faults {
    count: u64,
    first: Option<GraphqlError>,
    request_id: Option<String>,
}

impl Faults {
    /// Adds the failures of one answer.
    pub fn add(&mut self, failures: Vec<GraphqlError>, request_id: Option<&str>) {
        self.count += failures.len() as u64;
        if self.first.is_none() && !failures.is_empty() {
            self.first = failures.into_iter().next();
            self.request_id = request_id.map(str::to_owned);
        }
    }

    /// Adds an entry of a list that came empty, and no error says why: nobody knows what it is.
    pub fn add_empty(&mut self, list: &str, position: usize, request_id: Option<&str>) {
        let error = GraphqlError {
            path: format!("{list}.{position}"),
            kind: "EMPTY".to_owned(),
            message: "it came empty, and GitHub does not say why".to_owned(),
        };
        self.add(vec![error], request_id);
    }

    /// Adds an entry that is missing somewhere in what came otherwise: `place` says where, for people.
    pub fn add_hole(&mut self, place: &str) {
        let error = GraphqlError {
            path: place.to_owned(),
            kind: "EMPTY".to_owned(),
            message: "an entry came empty, and GitHub does not say why; what was stored of that list stays".to_owned(),
        };
        self.add(vec![error], None);
    }

    /// Adds that a list came empty of which the provider counts so many entries.
    pub fn add_lack(&mut self, place: &str, counted: u64) {
        let error = GraphqlError {
            path: place.to_owned(),
            kind: "EMPTY".to_owned(),
            message: format!("the list came empty, although GitHub counts {counted} there; nothing is taken for gone"),
        };
        self.add(vec![error], None);
    }

    /// Whether anything is missing.
    pub fn any(&self) -> bool {
        self.count > 0
    }

    /// The error with which a run ends that read `what` but not all of it.
    pub fn into_result(self, what: &str) -> Result<(), SourceError> {
        let Some(first) = self.first else { return Ok(()) };
        let message = format!(
            "{what}: GitHub left out {} of what was asked for, the first at {}: {} ({}); the rest is stored, and the \
             next import asks again for what is missing",
            self.count, first.path, first.message, first.kind
        );
        Err(SourceError::new(ErrorKind::Incomplete, message).in_request(self.request_id))
    }
}

/// The error for a repository, board or other object that did not come at all.
pub fn absent(what: &str, errors: &[GraphqlError], request_id: Option<String>) -> SourceError {
    let (kind, message) = match errors.first() {
        Some(error) if error.kind == "FORBIDDEN" => (
            ErrorKind::NoAccess,
            format!("{what}: no access ({}); give the token access, or leave this out", error.message),
        ),
        Some(error) if error.kind != "NOT_FOUND" => {
            (ErrorKind::UnexpectedResponse, format!("reading {what}: {} ({})", error.message, error.kind))
        }
        _ => (ErrorKind::NotFound, format!("{what}: not found; it was deleted, or is hidden from this token")),
    };
    SourceError::new(kind, message).in_request(request_id)
}

/// The error for a repository of which a survey has found that the token may not read it.
pub fn no_access(what: &str) -> SourceError {
    let message = format!("{what}: no access; give the token access to the repository, or leave it out");
    SourceError::new(ErrorKind::NoAccess, message)
}

/// Where a list goes on of which a page was read that began behind `after`; `None` at its end.
///
/// Fails when there is more, but not from another place.
pub fn next_page(
    what: &str,
    (more, cursor): (bool, Option<String>),
    after: Option<&String>,
    request_id: Option<&str>,
) -> Result<Option<String>, SourceError> {
    match (more, cursor) {
        (false, _) => Ok(None),
        (true, Some(next)) if after != Some(&next) => Ok(Some(next)),
        (true, _) => Err(stuck(what, request_id.map(str::to_owned))),
    }
}

/// The error for a page that came without the list that was asked for: that is not an empty one.
pub fn no_list(what: &str, request_id: Option<String>) -> SourceError {
    let message = format!("reading {what}: the answer holds no list, and GitHub does not say why; import again later");
    SourceError::new(ErrorKind::UnexpectedResponse, message).in_request(request_id)
}

/// The error for a list that says that there is more, but not from where.
pub fn stuck(what: &str, request_id: Option<String>) -> SourceError {
    let message = format!("reading {what}: GitHub says that there is more, but not from where; try again later");
    SourceError::new(ErrorKind::UnexpectedResponse, message).in_request(request_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(path: &str, kind: &str) -> GraphqlError {
        GraphqlError { path: path.to_owned(), kind: kind.to_owned(), message: "message".to_owned() }
    }

    #[test]
    fn what_may_not_be_seen_breaks_nothing() {
        let sorted = sort(vec![error("list.3.content", "FORBIDDEN")], "list", Some("content"));
        assert_eq!((sorted.hidden, sorted.broken.len(), sorted.failures.len()), (1, 0, 0));
        let sorted = sort(vec![error("list.3.content", "FORBIDDEN")], "list", None);
        assert_eq!((sorted.hidden, sorted.broken.len(), sorted.failures.len()), (0, 1, 1));
    }

    #[test]
    fn an_entry_that_is_not_found_is_missing() {
        let sorted = sort(vec![error("list.3", "NOT_FOUND")], "list", Some("content"));
        assert_eq!((sorted.hidden, sorted.broken.len(), sorted.failures.len()), (0, 1, 1));
    }

    #[test]
    fn a_failure_inside_an_entry_breaks_that_entry_and_one_outside_breaks_none() {
        let errors =
            vec![error("list.3.fieldValues", "RESOURCE_LIMITS_EXCEEDED"), error("list", "TIMEOUT"), error("", "")];
        let sorted = sort(errors, "list", Some("content"));
        assert_eq!(sorted.broken, BTreeSet::from([3]));
        assert_eq!(sorted.failures.len(), 3);
    }

    #[test]
    fn a_list_goes_on_from_another_place_or_not_at_all() {
        let here = "here".to_owned();
        let next =
            |more, cursor: Option<&str>| next_page("issues", (more, cursor.map(str::to_owned)), Some(&here), None);
        assert_eq!(next(true, Some("there")).expect("a place"), Some("there".to_owned()));
        assert_eq!(next(false, Some("there")).expect("the end"), None);
        for nowhere in [None, Some("here")] {
            assert_eq!(next(true, nowhere).expect_err("no place").kind, ErrorKind::UnexpectedResponse);
        }
    }

    #[test]
    fn the_report_names_the_first_place_and_how_many_there_are() {
        let mut faults = Faults::default();
        faults.add(Vec::new(), Some("1"));
        faults.add(vec![error("list.3.fieldValues", "TIMEOUT"), error("list.4", "TIMEOUT")], Some("2"));
        let error = faults.into_result("cards of Roadmap").expect_err("incomplete");
        assert_eq!(error.kind, ErrorKind::Incomplete);
        assert!(error.to_string().contains("left out 2 of what"), "{error}");
        assert!(error.to_string().contains("list.3.fieldValues"), "{error}");
        assert!(error.to_string().ends_with("(request 2)"), "{error}");
    }
}
