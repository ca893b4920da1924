//! What notes tell of reviews, drafts and requests.

use connector_testing::Memory;
use model::records::PullRequest;
use serde_json::{Value, json};
use source::Window;

use crate::crawl::{Group, merge_request};
use crate::import;

/// A note: number, second, action (empty for a remark), author, text.
fn note(number: u64, second: u64, action: &str, author: &str, body: &str) -> Value {
    json!({
        "id": format!("gid://gitlab/Note/{number}"),
        "createdAt": format!("2026-01-10T10:00:{second:02}Z"),
        "system": !action.is_empty(),
        "body": body,
        "author": {"username": author, "bot": false},
        "systemNoteMetadata": if action.is_empty() { Value::Null } else { json!({"action": action}) },
    })
}

/// A merge request of `ada` with these notes, as it is stored.
async fn stored(notes: Vec<Value>) -> PullRequest {
    let mut wire = merge_request(1, "2026-01-20T00:00:00Z");
    wire["notes"]["nodes"] = Value::Array(notes);
    let server = Group::of(vec![wire]).serve().await;
    let memory = Memory::default();
    import(&server.uri(), &memory, Window::default()).await.expect("imported");
    memory.pull_requests().pop().expect("one")
}

fn reviews(pull: &PullRequest) -> Vec<(&str, &str, &str)> {
    let reviews = pull.reviews.iter();
    reviews.map(|review| (review.user.as_str(), review.state.name(), review.dismissed_state.name())).collect()
}

fn events(pull: &PullRequest) -> Vec<&str> {
    pull.events.iter().map(|event| event.kind.name()).collect()
}

#[tokio::test]
async fn remarks_of_others_are_comments_and_the_authors_own_are_not() {
    let pull =
        stored(vec![note(1, 1, "", "ada", "see"), note(2, 2, "", "bob", "why?"), note(3, 3, "", "bob", "ah")]).await;
    assert_eq!(reviews(&pull), [("bob", "COMMENTED", ""), ("bob", "COMMENTED", "")]);
}

#[tokio::test]
async fn an_approval_that_was_taken_back_is_dismissed_and_nobody_elses() {
    let pull = stored(vec![
        note(1, 1, "approved", "bob", "approved this merge request"),
        note(2, 2, "approved", "eve", "approved this merge request"),
        note(3, 3, "unapproved", "bob", "unapproved this merge request"),
        note(4, 4, "approved", "bob", "approved this merge request"),
    ])
    .await;
    let expected = [("bob", "DISMISSED", "APPROVED"), ("eve", "APPROVED", ""), ("bob", "APPROVED", "")];
    assert_eq!(reviews(&pull), expected);
}

#[tokio::test]
async fn a_push_that_resets_approvals_dismisses_all_of_them() {
    let pull = stored(vec![
        note(1, 1, "approved", "bob", ""),
        note(2, 2, "requested_changes", "eve", ""),
        note(3, 3, "approvals_reset", "ada", "reset approvals from @bob by pushing to the branch"),
    ])
    .await;
    assert_eq!(reviews(&pull), [("bob", "DISMISSED", "APPROVED"), ("eve", "CHANGES_REQUESTED", "")]);
}

#[tokio::test]
async fn notes_of_one_second_are_in_the_order_of_their_numbers() {
    let pull = stored(vec![
        note(12, 5, "unapproved", "bob", ""),
        note(9, 5, "approved", "bob", ""),
        note(13, 5, "approved", "bob", ""),
    ])
    .await;
    assert_eq!(reviews(&pull), [("bob", "DISMISSED", "APPROVED"), ("bob", "APPROVED", "")]);
}

#[tokio::test]
async fn requests_and_drafts_are_events_and_what_takes_a_request_back_alone_is_not() {
    let pull = stored(vec![
        note(1, 1, "title", "ada", "marked this merge request as **draft**"),
        note(2, 2, "title", "ada", "marked this merge request as **ready**"),
        note(3, 3, "title", "ada", "changed title from **a** to **b**"),
        note(4, 4, "reviewer", "ada", "requested review from @bob"),
        note(5, 5, "reviewer", "ada", "removed review request for @bob"),
        note(6, 6, "reviewer", "ada", "requested review from @eve and removed review request for @bob"),
        note(7, 7, "merge", "bob", "merged"),
    ])
    .await;
    assert_eq!(events(&pull), ["converted_to_draft", "ready_for_review", "review_requested", "review_requested"]);
}
