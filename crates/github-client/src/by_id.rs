//! Batches of nodes read by their ids.

use serde::Deserialize;
use source::SourceError;

use crate::GraphqlError;
use crate::faults::{self, Sorted};

/// Ids per call, as many as GitHub takes.
pub const MOST_IDS: usize = 100;

/// Path of the list in the answers.
pub const LIST: &str = "nodes";

pub(crate) mod queries {
    use graphql_client::GraphQLQuery;

    type DateTime = String;

    #[derive(GraphQLQuery)]
    #[graphql(
        schema_path = "schema.graphql",
        query_path = "src/by_id.graphql",
        fragments_other_variant = "true",
        variables_derives = "Clone, Debug"
    )]
    pub(crate) struct Whereabouts;

    #[derive(GraphQLQuery)]
    #[graphql(
        schema_path = "schema.graphql",
        query_path = "src/by_id.graphql",
        fragments_other_variant = "true",
        variables_derives = "Clone, Debug"
    )]
    pub(crate) struct PresentIds;
}

/// What a query by ids brings, in the order of the ids.
#[derive(Debug, Deserialize)]
pub struct ByIdData<N> {
    /// What has one of the ids; `None` where nothing came.
    pub nodes: Vec<Option<N>>,
}

/// The first of the ids that are left, as many as a page takes.
pub fn first(left: &[String], most: i64) -> Vec<String> {
    left.iter().take(usize::try_from(most).unwrap_or(1)).cloned().collect()
}

/// The ids that are left behind an answer of so many entries. An answer of none, or of more than were asked for, is an
/// error: it would be asked for without end.
pub fn rest<'a>(
    left: &'a [String],
    answered: usize,
    what: &str,
    request_id: Option<&str>,
) -> Result<&'a [String], SourceError> {
    match left.get(answered..) {
        Some(rest) if answered > 0 => Ok(rest),
        _ => Err(faults::stuck(what, request_id.map(str::to_owned))),
    }
}

/// Position of the entry that did not come as a whole.
pub fn position(error: &GraphqlError) -> Option<usize> {
    error.path.strip_prefix(LIST)?.strip_prefix('.')?.parse().ok()
}

/// As [`faults::sort`], where it is the answer to the question, and no fault, that an object is gone or may not be seen.
pub fn sort(errors: &[GraphqlError], may_be_hidden: Option<&str>) -> Sorted {
    let is_answer = |error: &GraphqlError| position(error).is_some() && faults::HIDDEN.contains(&error.kind.as_str());
    let errors = errors.iter().filter(|error| !is_answer(error)).cloned().collect();
    faults::sort(errors, LIST, may_be_hidden)
}
