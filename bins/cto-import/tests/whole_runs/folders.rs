//! Folders that pull requests touch, of repositories that services share.

use std::collections::BTreeMap;
use std::path::Path;

use model::records::Record;
use sandbox::{Options, Size};

use crate::published::rows;
use crate::simulated::{HURRIED, Simulated, assert_same_tables};
use crate::truth::{calculation, table};

/// An organisation with the repository of two services, `shop`.
fn options(seed: u64) -> Options {
    let base = Options::new(seed, Size::Small);
    Options { repositories: Some(8), issues: Some(20), pull_requests: Some(2_400), ..base }
}

/// Folders of the pull requests by repository and number, and whether they are all.
fn folders(data: &Path) -> BTreeMap<[String; 2], [String; 2]> {
    let pair = |row: &BTreeMap<String, String>, columns: [&str; 2]| columns.map(|column| row[column].clone());
    let rows = rows(data, "pr.csv");
    rows.iter().map(|row| (pair(row, ["repo", "number"]), pair(row, ["paths", "paths_complete"]))).collect()
}

fn without_folders(simulated: &Simulated) -> String {
    let yaml = simulated.organisation.config_yaml();
    let without: Vec<&str> = yaml.lines().map(|line| line.split(", paths: [").next().unwrap_or_default()).collect();
    let without: Vec<String> =
        without
            .iter()
            .map(|line| {
                if line.contains("{name: ") && !line.ends_with('}') { format!("{line}}}") } else { (*line).to_owned() }
            })
            .collect();
    format!("{}\n{HURRIED}", without.join("\n"))
}

#[test]
fn folders_are_told_of_the_repository_that_services_share_and_of_no_other() {
    let simulated = Simulated::serve(&options(3));
    let data = tempfile::tempdir().expect("a folder");
    simulated.import(data.path(), &["--pr"]).with_code(0);
    let view = simulated.organisation.view(simulated.now());
    let expected: BTreeMap<[String; 2], [String; 2]> = sandbox::records(&view)
        .filter_map(|record| match record {
            Record::PullRequest(pull) => {
                let paths = [pull.paths.join(";"), pull.paths_complete.to_string()];
                Some(([pull.place.repo.clone(), pull.place.number.clone()], paths))
            }
            _ => None,
        })
        .collect();
    assert_eq!(folders(data.path()), expected);
    let of_shop = |[repo, _]: &[String; 2]| repo == "shop";
    assert!(expected.iter().all(|(key, [_, complete])| (complete == "true") == of_shop(key)));
    assert!(expected.values().filter(|[paths, _]| paths.contains("services/cart")).count() > 50);
}

#[test]
fn folders_that_are_configured_later_are_read_once_for_what_the_dry_run_says() {
    let simulated = Simulated::serve(&options(5));
    let at_once = tempfile::tempdir().expect("a folder");
    simulated.import(at_once.path(), &["--pr"]).with_code(0);

    let later = tempfile::tempdir().expect("a folder");
    let config = later.path().join("config.yml");
    std::fs::write(&config, without_folders(&simulated)).expect("written");
    let before = simulated.counters();
    let dry = simulated.import(later.path(), &["--pr", "--dry-run"]).with_code(0);
    assert!(!dry.stdout.contains("folders"), "{}", dry.stdout);
    simulated.import(later.path(), &["--pr"]).with_code(0);
    assert!(folders(later.path()).values().all(|[paths, complete]| paths.is_empty() && complete == "false"));
    assert_eq!(simulated.counters().by_operation.get("PullRequestsById"), before.by_operation.get("PullRequestsById"));

    std::fs::write(&config, format!("{}{HURRIED}", simulated.organisation.config_yaml())).expect("written");
    let before = simulated.counters();
    let dry = simulated.import(later.path(), &["--pr", "--dry-run"]).with_code(0);
    let added = dry.stdout.lines().find_map(|line| line.strip_prefix("of that for folders of pull requests"));
    let added: Vec<u64> =
        added.expect("a line").split_whitespace().map(|cell| cell.parse().expect("a number")).collect();
    assert!(added[0] > 100 && added[1] == added[0].div_ceil(100), "{}", dry.stdout);
    simulated.import(later.path(), &["--pr"]).with_code(0);
    let after = simulated.counters();
    let used = |counts: fn(&sandbox::server::Counters) -> &BTreeMap<String, u64>| {
        let of = |counters| counts(counters).get("PullRequestsById").copied().unwrap_or_default();
        of(&after) - of(&before)
    };
    assert_eq!(used(|counters| &counters.by_operation), added[1]);
    assert_eq!(used(|counters| &counters.points_by_operation), added[2]);

    let merged = |data: &Path| -> Vec<BTreeMap<String, String>> {
        rows(data, "pr.csv").into_iter().filter(|row| !row["merged_at"].is_empty()).collect()
    };
    assert_eq!(merged(later.path()), merged(at_once.path()));
    simulated.import(later.path(), &["--pr"]).with_code(0);
    let last = simulated.counters().by_operation;
    assert_eq!(last["PullRequestsById"], after.by_operation["PullRequestsById"], "once");
    assert_eq!(last["PullRequests"], after.by_operation["PullRequests"]);
}

#[test]
fn imports_in_steps_of_time_know_the_folders_that_one_import_knows() {
    let simulated = Simulated::serve(&options(7));
    let steps = tempfile::tempdir().expect("a folder");
    for days in [90, 40, 10, 1, 0] {
        simulated.moves_to(simulated.days_before_end(days));
        simulated.import(steps.path(), &["--pr"]).with_code(0);
    }
    let once = tempfile::tempdir().expect("a folder");
    simulated.import(once.path(), &["--pr"]).with_code(0);
    assert_same_tables(steps.path(), once.path(), "in steps and at once");
}

#[test]
fn by_what_an_import_reads_each_service_has_its_own_changes_and_what_served_them_first() {
    let simulated = Simulated::serve(&options(9));
    let data = tempfile::tempdir().expect("a folder");
    simulated.import(data.path(), &["--pr", "--delivery"]).with_code(0);
    let calculation = calculation(&simulated.organisation, data.path(), None);
    let changes = table(&calculation, "calculated_change");
    let told: BTreeMap<[String; 2], [String; 2]> = (0..changes.height())
        .filter(|row| changes.cell(*row, "repo") == "shop")
        .map(|row| {
            let cells = |columns: [&str; 2]| columns.map(|column| changes.cell(row, column));
            (cells(["number", "service"]), cells(["deployment_id", "reason"]))
        })
        .collect();
    let truth = simulated.organisation.truth(simulated.now());
    let happened: BTreeMap<[String; 2], [String; 2]> = truth
        .changes
        .iter()
        .filter_map(|change| {
            let number = change.id.strip_prefix("acme/shop#")?.to_owned();
            // What the first deployment held has no lead time: the truth names the deployment all the same.
            let by = if change.reason.is_empty() { change.deployment_id.clone() } else { String::new() };
            Some(([number, change.service.clone()], [by, change.reason.to_owned()]))
        })
        .collect();
    assert_eq!(told, happened);
    let of = |service: &str| happened.keys().filter(|[_, of]| of == service).count();
    assert!(of("cart") > 50 && of("pay") > 50 && of("") > 20, "of each, and of none");
}
