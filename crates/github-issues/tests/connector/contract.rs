//! What connectors of a list of a repository do alike, and what a window brings.

use connector_testing::{Memory, RepositoryEntries};
use serde_json::Value;
use source::Window;

use crate::repository::{Issues, Repository, issues, minute};
use crate::setting::{Setting, at};

#[tokio::test]
async fn a_window_brings_what_changed_in_it_and_leaves_the_watermark() {
    let setting = Setting::new(Repository::with(issues(6)), 100).await;
    let window = Window { since: Some(at(&minute(4))), full: false };
    let usage = setting.import(window).await.expect("succeeds");
    assert_eq!(setting.memory.numbers(), [4, 5, 6]);
    assert_eq!(usage.covered_from, window.since);
    assert_eq!(setting.memory.cursor(), None);
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1, 2, 3, 4, 5, 6]);
}

impl RepositoryEntries for Issues {
    const FIELD: &'static str = "issues";
    const NAME: &'static str = "issues";
    const INNER: [&'static str; 3] = ["assignees", "timelineItems", "projectItems"];

    fn records(memory: &Memory) -> Vec<Value> {
        memory.issues().iter().map(|record| serde_json::to_value(record).expect("records are JSON")).collect()
    }
}

connector_testing::repository_contract!(Issues);
