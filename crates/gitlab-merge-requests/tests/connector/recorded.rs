//! A recorded group gives the rows that were written down with it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use connector_testing::{Memory, Replay};
use model::Instant;
use model::records::{Place, PullRequest};
use serde_json::json;
use source::Window;

use crate::import;

/// The folder of the recording, where reference data is there.
fn folder() -> Option<PathBuf> {
    let Some(root) = std::env::var_os("CTO_REFERENCE_DATA") else {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
        return None;
    };
    Some(Path::new(&root).join("gitlab/gitlab-small"))
}

/// The lines of a file of expected rows, without its header.
fn expected(folder: &Path, name: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(folder.join("expected/raw").join(name)).expect("expected rows");
    text.lines().skip(1).map(str::to_owned).collect()
}

fn time(at: Option<Instant>) -> String {
    at.map(Instant::to_rfc3339).unwrap_or_default()
}

fn in_place(place: &Place, cells: &[&str]) -> String {
    [&[place.org.as_str(), &place.repo, &place.number], cells].concat().join(",")
}

/// The ids are those of another server than the recording's.
fn id(id: &str) -> String {
    id.split_once('/').map_or_else(|| id.to_owned(), |(_, rest)| format!("gitlab.example/{rest}"))
}

fn row(pull: &PullRequest) -> String {
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    in_place(
        &pull.place,
        &[
            &id(&pull.id),
            &pull.title,
            pull.state.name(),
            &pull.created_at.to_rfc3339(),
            &time(pull.closed_at),
            &time(pull.merged_at),
            &pull.creator,
            &pull.creator_is_bot.to_string(),
            &pull.is_draft.to_string(),
            &pull.base,
            &pull.head_branch,
            &pull.labels.join(";"),
            &number(pull.additions),
            &number(pull.deletions),
            &number(pull.changed_files),
            &time(pull.first_commit_at),
            &pull.merge_commit,
        ],
    )
}

#[tokio::test]
async fn the_recorded_group_gives_the_expected_rows() {
    let Some(folder) = folder() else { return };
    let recording = fs::read_to_string(folder.join("exchanges.jsonl")).expect("a recording");
    let replay = Replay::of(&recording).and("/api/v4/groups/acme", &json!({"id": 7, "full_path": "acme"}));
    let server = replay.serve().await;
    let memory = Memory::default();
    let usage = import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert_eq!((usage.records, usage.full), (6, true));

    let pulls = memory.pull_requests();
    let rows: BTreeSet<String> = pulls.iter().map(row).collect();
    assert_eq!(rows, expected(&folder, "pr.csv"));
    let events = pulls.iter().flat_map(|pull| {
        pull.events.iter().map(|event| in_place(&pull.place, &[event.kind.name(), &event.at.to_rfc3339(), &event.by]))
    });
    assert_eq!(events.collect::<BTreeSet<_>>(), expected(&folder, "pr_event.csv"));
    let reviews = pulls.iter().flat_map(|pull| {
        pull.reviews.iter().map(|review| {
            let is_bot = review.user_is_bot.to_string();
            let cells = [
                &id(&review.id),
                review.state.name(),
                &time(review.submitted_at),
                &review.user,
                &is_bot,
                review.dismissed_state.name(),
            ];
            in_place(&pull.place, &cells)
        })
    });
    assert_eq!(reviews.collect::<BTreeSet<_>>(), expected(&folder, "pr_review.csv"));
}
