//! Deployments, releases and commits of the simulated GitHub.

use sandbox::{Options, Size};

use crate::published::{rows, rows_with};
use crate::simulated::{Simulated, assert_same_tables};

#[test]
fn deliveries_are_imported_once_and_whatever_the_size_of_steps() {
    let simulated = Simulated::serve(&Options::new(17, Size::Small));
    let whole = tempfile::tempdir().expect("a folder");
    simulated.import(whole.path(), &[]).with_code(0);
    for table in ["deployment.csv", "deployment_status.csv", "release.csv", "git_commit.csv"] {
        assert!(!rows(whole.path(), table).is_empty(), "{table}");
    }
    for scope in ["deployments", "releases", "commits"] {
        assert!(
            !rows_with(whole.path(), "import_run.csv", &[("scope", scope), ("outcome", "ok")]).is_empty(),
            "{scope}"
        );
    }
    assert!(rows(whole.path(), "repository.csv").iter().any(|row| !row["default_branch"].is_empty()));
    assert!(
        rows(whole.path(), "pr.csv").iter().all(|row| !row["head_branch"].is_empty() && !row["head_sha"].is_empty())
    );

    let scopes = tempfile::tempdir().expect("a folder");
    for flags in [&["--delivery"][..], &["--pr"], &["--issues"]] {
        simulated.import(scopes.path(), flags).with_code(0);
    }
    let without_runs = |data: &std::path::Path| std::fs::remove_file(data.join("import_run.csv")).expect("removed");
    without_runs(whole.path());
    without_runs(scopes.path());
    assert_same_tables(whole.path(), scopes.path(), "scope by scope");
}

#[test]
fn what_was_not_asked_for_costs_nothing() {
    let simulated = Simulated::serve(&Options::new(17, Size::Tiny));
    let data = tempfile::tempdir().expect("a folder");
    simulated.import(data.path(), &["--issues", "--pr"]).with_code(0);
    let asked = simulated.counters().by_operation;
    for operation in ["Deliveries", "Deployments", "Releases", "Commits"] {
        assert!(!asked.contains_key(operation), "{operation}");
    }
    assert!(rows(data.path(), "deployment.csv").is_empty());
}

#[test]
fn an_import_in_steps_of_time_ends_like_one_import() {
    let simulated = Simulated::serve(&Options::new(19, Size::Tiny));
    let (end, steps) = (simulated.now(), tempfile::tempdir().expect("a folder"));
    for days in [60, 30, 12, 3, 0] {
        simulated.moves_to(simulated.days_before_end(days));
        simulated.import(steps.path(), &["--delivery"]).with_code(0);
    }
    assert_eq!(simulated.now(), end);
    let once = tempfile::tempdir().expect("a folder");
    simulated.import(once.path(), &["--delivery"]).with_code(0);
    for table in ["deployment.csv", "deployment_status.csv", "release.csv"] {
        assert_eq!(rows(steps.path(), table), rows(once.path(), table), "{table}");
    }
    // What a force push has dropped since stays where it was read before.
    let ids = |data: &std::path::Path| -> std::collections::BTreeSet<String> {
        rows(data, "git_commit.csv").into_iter().map(|row| row["sha"].clone()).collect()
    };
    assert!(ids(once.path()).is_subset(&ids(steps.path())));
}
