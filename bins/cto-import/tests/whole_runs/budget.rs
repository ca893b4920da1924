//! Calls are a budget, and the simulated GitHub counts them.

use sandbox::{Options, Size};

use crate::simulated::Simulated;

/// A store that has seen everything asks again: once what the server has, once for the repositories, once for the boards, once
/// for what is deployed, one page a board, and one call for drafts that were never published.
#[test]
fn an_import_without_changes_takes_one_page_per_board_and_no_call_per_repository() {
    let simulated = Simulated::serve(&Options::new(3, Size::Small));
    let data = tempfile::tempdir().expect("a folder");
    simulated.import(data.path(), &[]).with_code(0);
    let before = simulated.counters();
    let second = simulated.import(data.path(), &[]).with_code(0);
    let after = simulated.counters();
    assert_eq!(after.by_operation["Issues"], before.by_operation["Issues"], "{}", second.stderr);
    assert_eq!(after.by_operation["PullRequests"], before.by_operation["PullRequests"], "{}", second.stderr);
    assert_eq!(after.by_operation["Items"] - before.by_operation["Items"], 2, "{}", second.stderr);
    for listed in ["Deployments", "Releases", "Commits"] {
        assert_eq!(after.by_operation[listed], before.by_operation[listed], "{listed}: {}", second.stderr);
    }
    println!("{:?}", after.by_operation);
    assert_eq!(after.calls - before.calls, 7, "{}", second.stderr);
}

#[test]
fn ten_thousand_issues_and_pull_requests_cost_450_calls_and_1000_points_at_most() {
    let options = Options {
        repositories: Some(10),
        issues: Some(10_000),
        pull_requests: Some(10_000),
        boards: Some(4),
        ..Options::new(5, Size::Medium)
    };
    let simulated = Simulated::serve(&options);
    let data = tempfile::tempdir().expect("a folder");
    let ended = simulated.import(data.path(), &[]).with_code(0);
    let counters = simulated.counters();
    println!("{} calls, {} points: {:?}", counters.calls, counters.points, counters.by_operation);
    let deliveries = |counts: &std::collections::BTreeMap<String, u64>| -> u64 {
        let names = [
            "Deliveries",
            "Deployments",
            "DeploymentsById",
            "DeploymentStatuses",
            "Releases",
            "ReleasesById",
            "Commits",
        ];
        names.into_iter().filter_map(|name| counts.get(name)).sum()
    };
    assert!(counters.calls - deliveries(&counters.by_operation) <= 450, "{counters:?}");
    assert!(counters.points - deliveries(&counters.points_by_operation) <= 1_000, "{counters:?}");
    let said = format!("{} calls, {} points", counters.calls, counters.points);
    assert!(ended.stdout.contains(&said), "the ledger says what the provider counted, {said}: {}", ended.stdout);
}
