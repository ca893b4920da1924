//! Part of a list of a repository: what changed since some instant, with a cursor that whoever reads the whole list does not
//! go on from.

use model::Instant;
use model::records::{Record, Scope};
use serde::{Deserialize, Serialize};
use source::Batch;
use store::Store;

use crate::failure::Failure;

/// What is kept of a part between two imports.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    since: Instant,
    cursor: String,
}

/// Where the cursor of a part is.
fn subject_of(repository_id: &str) -> String {
    format!("since/{repository_id}")
}

/// The part as an earlier import left it, if that began no later: since when it is stored, and the connector's cursor.
pub(crate) fn stored(
    store: &Store,
    (scope, repository_id): (Scope, &str),
    since: Instant,
) -> Result<Option<(Instant, String)>, Failure> {
    let stored = store.cursor(scope, &subject_of(repository_id))?;
    let kept = stored.and_then(|text| serde_json::from_str::<Kept>(&text).ok());
    Ok(kept.filter(|kept| kept.since <= since).map(|kept| (kept.since, kept.cursor)))
}

/// A batch without what did not change since then, and with its cursor beside that of the whole list.
pub(crate) fn since(mut batch: Batch, since: Instant) -> Batch {
    batch.records.retain(|record| match record {
        Record::PullRequest(it) => it.updated_at.is_none_or(|at| at >= since),
        Record::Deployment(it) => it.created_at >= since,
        Record::Release(it) => it.published_at.is_some_and(|at| at >= since),
        _ => true,
    });
    batch.cursor = batch
        .cursor
        .map(|cursor| serde_json::to_string(&Kept { since, cursor }).expect("texts can always be written as JSON"));
    Batch { subject: subject_of(&batch.subject), full_crawl: None, ..batch }
}

#[cfg(test)]
mod tests {
    use model::records::{Deployment, PullRequest, Release};

    use super::*;

    #[test]
    fn what_did_not_change_since_is_left_out_and_the_cursor_is_one_of_its_own() {
        let at = Instant::from_seconds;
        let pull_request = |updated: i64| {
            Record::PullRequest(Box::new(PullRequest { updated_at: Some(at(updated)), ..PullRequest::default() }))
        };
        let deployment = |created: i64| {
            Record::Deployment(Box::new(Deployment { created_at: at(created), ..Deployment::default() }))
        };
        let release = |published: Option<i64>| {
            Record::Release(Box::new(Release { published_at: published.map(at), ..Release::default() }))
        };
        let batch = Batch {
            scope: Scope::PullRequests,
            subject: "R_1".into(),
            records: vec![
                pull_request(9),
                pull_request(10),
                deployment(9),
                deployment(10),
                release(Some(9)),
                release(Some(10)),
                release(None),
            ],
            cursor: Some("there".into()),
            observed_at: at(20),
            full_crawl: None,
        };
        let batch = since(batch, at(10));
        assert_eq!(batch.records, [pull_request(10), deployment(10), release(Some(10))]);
        assert_eq!(batch.subject, "since/R_1");
        let kept: Kept = serde_json::from_str(&batch.cursor.expect("a cursor")).expect("JSON");
        assert_eq!((kept.since, kept.cursor.as_str()), (at(10), "there"));
    }
}
