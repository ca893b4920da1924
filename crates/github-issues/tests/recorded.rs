//! What the connector makes of a recorded import of a simulated repository.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

#[path = "../../../fixtures/github/recorded/replay.rs"]
mod replay;

use std::fmt::Write as _;
use std::sync::Arc;

use github_issues::{Cards, IssueSource};
use model::records::{Issue, Record};
use tokio_util::sync::CancellationToken;

use crate::replay::{Recording, Silent, digest};

fn line(issue: &Issue) -> String {
    let moves = |kind: &str| issue.project_events.iter().filter(|event| event.kind == kind).count();
    let states: Vec<&str> = issue.status_events.iter().map(|event| event.kind.name()).collect();
    format!(
        "#{} {} {} {} | {} labels, {} assignees | {} | {} added, {} moved, {} removed | {} cards | {}",
        issue.place.number,
        issue.kind,
        issue.state,
        issue.state_reason,
        issue.labels.len(),
        issue.assignees.len(),
        states.join(" "),
        moves("added"),
        moves("moved"),
        moves("removed"),
        issue.items.len(),
        issue.title,
    )
}

#[tokio::test]
async fn a_recorded_import_gives_these_issues() {
    let recording = Recording::serve("issues").await;
    let client = recording.client();
    let survey = client.survey("acme", &Silent, &CancellationToken::new()).await;
    let survey = survey.unwrap_or_else(|error| {
        recording.check();
        panic!("{error}")
    });
    let pages = Arc::new(IssueSource::page_size());
    let source = IssueSource::new(client, &survey.repositories[0], survey.at, pages).with_cards(Arc::new(Cards {
        bug_source: "Found in".to_owned(),
        status_shown: survey.projects.iter().map(|board| board.record.number_id.clone()).collect(),
        ..Cards::default()
    }));
    let (records, usage) = recording.import(&source).await;

    let mut text = format!("{} issues, {} calls, {} points\n", usage.records, usage.calls, usage.points);
    for record in &records {
        let Record::Issue(issue) = record else { panic!("not an issue: {record:?}") };
        writeln!(text, "{}", line(issue)).unwrap();
    }
    writeln!(text, "digest {}", digest(&records)).unwrap();
    insta::assert_snapshot!(text);
}
