//! What connectors of a list of a repository do alike, and what a window brings.

use connector_testing::{Memory, RepositoryEntries};
use serde_json::Value;
use source::Window;

use crate::repository::{PullRequests, Repository, minute, pull_requests};
use crate::setting::{Setting, at};

#[tokio::test]
async fn a_window_brings_what_changed_in_it_and_leaves_the_watermark() {
    let setting = Setting::new(Repository::with(pull_requests(9)), 2).await;
    let window = Window { since: Some(at(&minute(6))), full: false };
    let usage = setting.import(window).await.expect("succeeds");
    assert_eq!(setting.memory.numbers(), [4, 5, 6, 7, 8, 9], "to the end of the page on which older ones begin");
    assert_eq!(usage.covered_from, window.since);
    assert_eq!(setting.memory.cursor(), None);
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

impl RepositoryEntries for PullRequests {
    const FIELD: &'static str = "pullRequests";
    const NAME: &'static str = "pull requests";
    const INNER: [&'static str; 3] = ["reviews", "timelineItems", "commits"];

    fn records(memory: &Memory) -> Vec<Value> {
        memory.pull_requests().iter().map(|record| serde_json::to_value(record).expect("records are JSON")).collect()
    }
}

connector_testing::repository_contract!(PullRequests);
