//! Lists inside a pull request that are longer than a page.

use serde_json::{Value, json};

use crate::repository::{Repository, minute, pull_request, pull_requests};
use crate::setting::{Setting, at};

fn heavy() -> Value {
    let mut heavy = pull_request(1, &minute(1));
    let ann = json!({"__typename": "User", "login": "ann"});
    heavy["labels"] = (0..160).map(|n| json!({"name": format!("label {n}")})).collect();
    heavy["reviews"] = (0..170)
        .map(|n| json!({"id": format!("PRR_{n}"), "state": "DISMISSED", "submittedAt": minute(n), "author": ann}))
        .collect();
    heavy["timelineItems"] = (0..170)
        .map(|n| {
            let review = json!({"id": format!("PRR_{}", 169 - n)});
            json!({"__typename": "ReviewDismissedEvent", "previousReviewState": "CHANGES_REQUESTED", "review": review})
        })
        .chain([json!({"__typename": "ReadyForReviewEvent", "createdAt": minute(199), "actor": ann})])
        .collect();
    // The oldest commit is the last, as after a rebase.
    heavy["commits"] = (0..251).map(|n| json!({"commit": {"authoredDate": minute(300 - n)}})).collect();
    heavy
}

#[tokio::test]
async fn long_lists_are_read_to_their_ends_alone() {
    let mut all = pull_requests(3);
    all[0] = heavy();
    let setting = Setting::new(Repository::with(all), 100).await;
    let usage = setting.import_all().await;
    assert_eq!((usage.calls, usage.records), (3, 3), "one page and, of the commits, 100 + 100 + 51");
    let known = &setting.memory.pull_requests()[0];
    assert_eq!(known.labels.len(), 160);
    assert_eq!(known.reviews.len(), 170);
    assert!(known.reviews.iter().all(|review| review.dismissed_state == "CHANGES_REQUESTED"));
    assert_eq!(known.events.len(), 1);
    assert_eq!(known.first_commit_at, Some(at(&minute(50))));
}

#[tokio::test]
async fn ten_thousand_pull_requests_take_a_hundred_calls_and_four_hundred_points() {
    let setting = Setting::new(Repository::with(pull_requests(1000)), 100).await;
    let usage = setting.import_all().await;
    assert_eq!((usage.calls * 10, usage.points * 10), (100, 400));
}
