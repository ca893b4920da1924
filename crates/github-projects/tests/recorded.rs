//! What the connector makes of a recorded import of a simulated board.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

#[path = "../../../fixtures/github/recorded/replay.rs"]
mod replay;

use std::fmt::Write as _;
use std::sync::Arc;

use github_projects::ProjectItemSource;
use model::records::{ProjectItem, Record};
use tokio_util::sync::CancellationToken;

use crate::replay::{Recording, Silent, digest};

fn line(item: &ProjectItem) -> String {
    let fields = item.fields.iter().flatten().map(|field| format!("{}={}", field.name, field.value));
    let fields: Vec<String> = fields.collect();
    format!(
        "{:?} {:?} in `{}` | {}",
        item.content,
        item.presence,
        item.status.as_deref().unwrap_or("?"),
        fields.join(", ")
    )
}

#[tokio::test]
async fn a_recorded_import_gives_these_cards() {
    let recording = Recording::serve("projects").await;
    let client = recording.client();
    let survey = client.survey("acme", &Silent, &CancellationToken::new()).await;
    let survey = survey.unwrap_or_else(|error| {
        recording.check();
        panic!("{error}")
    });
    let pages = Arc::new(ProjectItemSource::page_size());
    let source = ProjectItemSource::new(client, &survey.projects[0], survey.at, pages);
    let (records, usage) = recording.import(&source).await;

    let mut text = format!("{} cards, {} calls, {} points\n", usage.records, usage.calls, usage.points);
    for record in &records {
        let Record::ProjectItem(item) = record else { panic!("not a card: {record:?}") };
        writeln!(text, "{}", line(item)).unwrap();
    }
    writeln!(text, "digest {}", digest(&records)).unwrap();
    insta::assert_snapshot!(text);
}
