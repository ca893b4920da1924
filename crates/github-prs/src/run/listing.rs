//! Which pull requests are asked for.

use crate::convert::Rest;
use crate::wire::pull_requests;

/// Which pages are read.
pub(super) struct Listing {
    field: pull_requests::IssueOrderField,
    direction: pull_requests::OrderDirection,
    pub(super) after: Option<String>,
    /// How many are left, where that is known: the last of several pages is asked for, and paid, no larger than it is.
    left: Option<u64>,
}

impl Listing {
    pub(super) fn oldest_first(after: Option<String>, left: Option<u64>) -> Self {
        let (field, direction) = (pull_requests::IssueOrderField::CREATED_AT, pull_requests::OrderDirection::ASC);
        Self { field, direction, after, left }
    }

    pub(super) fn newest_change_first() -> Self {
        let direction = pull_requests::OrderDirection::DESC;
        Self { field: pull_requests::IssueOrderField::UPDATED_AT, direction, after: None, left: None }
    }

    /// What is asked for a page of a repository.
    pub(super) fn variables(&self, repository_id: &str, first: i64, with_files: bool) -> pull_requests::Variables {
        pull_requests::Variables {
            id: repository_id.to_owned(),
            first: self.left.map_or(first, |left| first.min(i64::try_from(left.max(1)).unwrap_or(first))),
            after: self.after.clone(),
            order: pull_requests::IssueOrder { field: self.field.clone(), direction: self.direction.clone() },
            labels_after: None,
            reviews_after: None,
            timeline_after: None,
            commits_after: None,
            files_after: None,
            with_files,
        }
    }
}

/// What is asked for the rest of one pull request.
pub(super) fn rest_variables(pull_request_id: &str, rest: &Rest) -> pull_requests::Variables {
    let Listing { field, direction, after, .. } = Listing::oldest_first(None, None);
    pull_requests::Variables {
        id: pull_request_id.to_owned(),
        first: 1,
        after,
        order: pull_requests::IssueOrder { field, direction },
        labels_after: rest.labels.clone(),
        reviews_after: rest.reviews.clone(),
        timeline_after: rest.timeline.clone(),
        commits_after: rest.commits.clone(),
        files_after: rest.files.clone(),
        with_files: rest.files.is_some(),
    }
}
