//! Servers whose schema lacks something.

use sandbox::server::{Conduct, Config};
use sandbox::{Options, Size};

use crate::simulated::{Simulated, tables};

/// What an import can do without, alone and together.
const OPTIONAL: [&str; 8] = [
    "Query.rateLimit",
    "Issue.stateReason(enableDuplicate:)",
    "Issue.issueType",
    "Issue.projectItems(includeArchived:)",
    "ProjectV2.fullDatabaseId",
    "ProjectV2.items(query:)",
    "IssueTimelineItemsItemType.PROJECT_V2_ITEM_STATUS_CHANGED_EVENT",
    "ProjectV2ItemStatusChangedEvent",
];

fn serve(lacks: &[&str]) -> Simulated {
    let lacks = lacks.iter().map(|lack| lack.parse().expect("a part of the schema")).collect();
    let conduct = Conduct { lacks, ..Conduct::default() };
    Simulated::serve_with(&Options::new(13, Size::Tiny), Config { conduct, ..Config::default() })
}

fn rows(data: &std::path::Path, table: &str) -> usize {
    tables(data)[table].split(|byte| *byte == b'\n').count() - 2
}

#[test]
fn what_a_server_lacks_does_not_stop_an_import_and_is_said_in_one_line() {
    let whole = tempfile::tempdir().expect("a folder");
    let said = serve(&[]).import(whole.path(), &[]).with_code(0).stderr;
    assert!(!said.contains("note:"), "{said}");
    // A server that lacks the events lacks the word for them as well.
    let alone = OPTIONAL.iter().map(|lack| match *lack {
        "ProjectV2ItemStatusChangedEvent" => vec![*lack, OPTIONAL[6]],
        lack => vec![lack],
    });
    for lacks in alone.chain([OPTIONAL.to_vec()]) {
        let simulated = serve(&lacks);
        let data = tempfile::tempdir().expect("a folder");
        for _ in 0..2 {
            let said = simulated.import(data.path(), &[]).with_code(0).stderr;
            let line = said.lines().find(|line| line.contains("does not have all that is asked for"));
            let line = line.unwrap_or_else(|| panic!("{lacks:?} is not said: {said}"));
            assert!(lacks.iter().all(|lack| line.contains(lack)), "{lacks:?}: {line}");
        }
        for table in ["issue.csv", "pr.csv", "project_item.csv", "issue_status_event.csv"] {
            assert_eq!(rows(data.path(), table), rows(whole.path(), table), "{table} without {lacks:?}");
        }
    }
}

#[test]
fn what_is_essential_is_named_with_the_oldest_server_that_works() {
    let data = tempfile::tempdir().expect("a folder");
    let said = serve(&["PullRequest.mergedAt"]).import(data.path(), &[]).with_code(3).stderr;
    assert!(said.contains("does not have PullRequest.mergedAt") && said.contains("Server 3.16 or later"), "{said}");
    assert!(rows(data.path(), "issue.csv") > 0 && rows(data.path(), "pr.csv") == 0, "the rest is imported");
}
