//! What the connector makes of a recorded import of the pull requests of a simulated repository.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

#[path = "../../../fixtures/github/recorded/replay.rs"]
mod replay;

use std::fmt::Write as _;
use std::sync::Arc;

use github_prs::PullRequestSource;
use model::Instant;
use model::records::{PullRequest, Record};
use tokio_util::sync::CancellationToken;

use crate::replay::{Recording, Silent, digest};

fn line(pull_request: &PullRequest) -> String {
    let count = |state: &str| pull_request.reviews.iter().filter(|review| review.state == state).count();
    format!(
        "#{} {} | {} labels | {} approved, {} changes requested, {} commented, {} dismissed | {} events | first commit {} | {}",
        pull_request.place.number,
        pull_request.state,
        pull_request.labels.len(),
        count("APPROVED"),
        count("CHANGES_REQUESTED"),
        count("COMMENTED"),
        count("DISMISSED"),
        pull_request.events.len(),
        pull_request.first_commit_at.map_or_else(|| "unknown".to_owned(), Instant::to_rfc3339),
        pull_request.title,
    )
}

#[tokio::test]
async fn a_recorded_import_gives_these_pull_requests() {
    let recording = Recording::serve("prs").await;
    let client = recording.client();
    let survey = client.survey("acme", &Silent, &CancellationToken::new()).await;
    let survey = survey.unwrap_or_else(|error| {
        recording.check();
        panic!("{error}")
    });
    let pages = Arc::new(PullRequestSource::page_size());
    let source = PullRequestSource::new(client, &survey.repositories[0], survey.at, pages);
    let (records, usage) = recording.import(&source).await;

    let mut text = format!("{} pull requests, {} calls, {} points\n", usage.records, usage.calls, usage.points);
    for record in &records {
        let Record::PullRequest(pull_request) = record else { panic!("not a pull request: {record:?}") };
        writeln!(text, "{}", line(pull_request)).unwrap();
    }
    writeln!(text, "digest {}", digest(&records)).unwrap();
    insta::assert_snapshot!(text);
}
