//! Thousands of repositories with little in each: what a short life costs.

mod folder;

use std::fmt::Write as _;

use folder::Folder;
use model::Instant;

const REPOSITORIES: i64 = 1_000;
/// A pull request opens every so many seconds, so that all of them take ten years.
const SECONDS_APART: i64 = 10 * 365 * 86_400 / REPOSITORIES;
/// 2016-01-01.
const BEGIN_SECONDS: i64 = 1_451_606_400;

/// One merged pull request in each repository.
fn pull_requests() -> String {
    let mut rows = "org,repo,number,title,url,state,created_at,closed_at,merged_at,creator\n".to_owned();
    for number in 0..REPOSITORIES {
        let opened = BEGIN_SECONDS + number * SECONDS_APART;
        let [opened, merged] = [opened, opened + 86_400].map(|at| Instant::from_seconds(at).to_rfc3339_seconds());
        writeln!(rows, "acme,service-{number:04},1,One,,closed,{opened},{merged},{merged},ada").expect("text");
    }
    rows
}

#[test]
fn a_repository_costs_the_weeks_in_which_something_happened_in_it() {
    let folder = Folder::empty().with("data/pr.csv", pull_requests());
    folder.calculated("--pr --out out");
    let rows = |name: &str| folder.read(&format!("out/{name}")).lines().count() as i64 - 1;
    let weeks = 53 * 10;
    for name in ["pr_change_requests_week.csv", "pr_cycle_week.csv", "pr_activity_week.csv"] {
        // Opened on one day and merged on the next: two weeks at most.
        let rows = rows(name);
        assert!((REPOSITORIES..=2 * REPOSITORIES + weeks).contains(&rows), "{name}: {rows} rows");
    }
    let cycle = folder.read("out/pr_cycle_week.csv");
    let totals = cycle.lines().filter(|line| line.contains(",ALL,"));
    let count = |line: &str| line.split(',').nth(3).and_then(|count| count.parse::<i64>().ok()).expect("a count");
    let merged: i64 = totals.clone().map(count).sum();
    assert_eq!(merged, REPOSITORIES, "the total has all of them");
    assert!(totals.count() > 50 * 9, "and every week");
}
