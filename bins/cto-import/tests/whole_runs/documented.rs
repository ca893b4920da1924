//! The configurations of docs/delivery.md, each run against a simulated repository that deploys so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use model::table::Table;
use sandbox::{Options, Size, Truth};

use crate::published::rows;
use crate::simulated::{HURRIED, Simulated};
use crate::truth::{calculation_by, table};

/// A service with its deployments and with the changes that they shipped.
type Counts = BTreeMap<String, [u64; 2]>;

/// The YAML blocks of a section.
fn blocks(section: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/delivery.md");
    let text = std::fs::read_to_string(path).expect("the document is there");
    let title = format!("## {section}\n");
    let (_, rest) = text.split_once(&title).unwrap_or_else(|| panic!("docs/delivery.md has no section {section}"));
    let section = rest.split("\n## ").next().unwrap_or_default();
    let blocks = section.split("```yaml\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// An organisation whose eight repositories deploy in all the ways.
fn simulated() -> Simulated {
    let base = Options::new(3, Size::Small);
    Simulated::serve(&Options { repositories: Some(8), issues: Some(20), pull_requests: Some(1_200), ..base })
}

/// Imports and computes by a block of the document, and gives what each service has.
fn told(simulated: &Simulated, block: &str) -> (Counts, tempfile::TempDir) {
    let data = tempfile::tempdir().expect("a folder");
    let yaml = format!("{block}{HURRIED}");
    std::fs::write(data.path().join("config.yml"), &yaml).expect("written");
    simulated.import(data.path(), &["--pr", "--delivery"]).with_code(0);
    let calculation = calculation_by(&yaml, data.path(), None);
    (counts(table(&calculation, "dora_month")), data)
}

fn counts(months: &Table) -> Counts {
    let mut counts = Counts::new();
    for row in 0..months.height() {
        let of_service = counts.entry(months.cell(row, "service")).or_default();
        for (sum, column) in of_service.iter_mut().zip(["deployments", "changes"]) {
            *sum += months.cell(row, column).parse::<u64>().expect("a count");
        }
    }
    counts
}

/// What happened, for the services of the truth that have these names; each with the name that it is told by.
fn happened(truth: &Truth, services: &[(&str, &str)]) -> Counts {
    let mut counts = Counts::new();
    let (mut all, mut ids) = ([0; 2], BTreeSet::new());
    for (name, told_as) in services {
        let counted = truth.deployments.iter().filter(|row| {
            row.service == *name && row.rollout_id == row.id && ["change", "rollback"].contains(&row.kind)
        });
        let deployments = counted.filter(|row| row.succeeded_at.is_some()).count() as u64;
        let shipped = truth.changes.iter().filter(|row| row.service == *name && row.reason.is_empty());
        let shipped: Vec<&str> = shipped.map(|row| row.id.as_str()).collect();
        let changes = shipped.len() as u64;
        ids.extend(shipped);
        assert!(deployments > 5 && changes > 5, "{name}: {deployments} deployments, {changes} changes");
        counts.insert((*told_as).to_owned(), [deployments, changes]);
        all[0] += deployments;
    }
    all[1] = ids.len() as u64;
    counts.insert("ALL".to_owned(), all);
    counts
}

/// A service that is told by its own name.
fn same(name: &'static str) -> (&'static str, &'static str) {
    (name, name)
}

/// Repositories that deploy to `production`, and the one that has releases alone: nothing is to be configured for them.
const USUAL: [&str; 5] = ["acme/api", "acme/mobile", "acme/search", "acme/design-system", "acme/web-next"];

#[test]
fn environments_of_actions() {
    let simulated = simulated();
    let truth = simulated.organisation.truth(simulated.now());
    let [one, regions] = &blocks("By GitHub Actions with environments")[..] else { panic!("two blocks") };
    let (counts, _) = told(&simulated, one);
    assert_eq!(counts, happened(&truth, &USUAL.map(same)));
    let (counts, _) = told(&simulated, regions);
    assert_eq!(counts, happened(&truth, &["acme/infra", "acme/web-next"].map(same)));
}

#[test]
fn releases() {
    let simulated = simulated();
    let truth = simulated.organisation.truth(simulated.now());
    let [block] = &blocks("By releases")[..] else { panic!("one block") };
    let (counts, _) = told(&simulated, &block.replace("[client]", "[web-next]"));
    let mut services = USUAL.map(same);
    services[4].1 = "client";
    assert_eq!(counts, happened(&truth, &services));
}

#[test]
fn tags() {
    let simulated = simulated();
    let truth = simulated.organisation.truth(simulated.now());
    let [block] = &blocks("By tags")[..] else { panic!("one block") };
    let (counts, data) = told(&simulated, &block.replace("[app]", "[design-system]"));
    let mut services = USUAL.map(same);
    services[3].1 = "app";
    assert_eq!(counts, happened(&truth, &services));
    let refs: Vec<String> = rows(data.path(), "deployment.csv")
        .into_iter()
        .filter(|row| row["repo"] == "design-system" && row["environment"] == "production")
        .map(|row| row["ref"].clone())
        .collect();
    assert!(!refs.is_empty() && refs.iter().all(|name| name.starts_with("v1.")), "what is deployed is a tag: {refs:?}");
}

#[test]
fn one_of_several_workflows() {
    let simulated = simulated();
    let truth = simulated.organisation.truth(simulated.now());
    let [block] = &blocks("By one of several workflows")[..] else { panic!("one block") };
    let (counts, data) = told(&simulated, block);
    let mut services = USUAL.map(same);
    services[0].1 = "api";
    assert_eq!(counts, happened(&truth, &services));
    assert!(rows(data.path(), "ci_run.csv").iter().all(|row| row["repo"] == "api"));
    let (counts, _) = told(&simulated, &block.replace("deploy.yml, rollback.yml", "deploy.yml"));
    let rollbacks = truth.deployments.iter().filter(|row| row.service == "acme/api" && row.kind == "rollback");
    let rollbacks = rollbacks.filter(|row| row.rollout_id == row.id && row.succeeded_at.is_some()).count() as u64;
    assert!(rollbacks > 0);
    assert_eq!(counts["api"][0], happened(&truth, &services)["api"][0] - rollbacks, "those are by the other workflow");
}

#[test]
fn a_workflow_without_environments() {
    let simulated = simulated();
    let truth = simulated.organisation.truth(simulated.now());
    let [main, tags] = &blocks("By a workflow without environments")[..] else { panic!("two blocks") };
    let mut services = USUAL.map(same);
    services[0].1 = "api";
    assert_eq!(told(&simulated, main).0, happened(&truth, &services));
    let mut services = USUAL.map(same);
    services[3].1 = "app";
    let (counts, _) = told(&simulated, &tags.replace("[app]", "[design-system]"));
    assert_eq!(counts, happened(&truth, &services));
}

#[test]
fn several_services_in_one_repository() {
    let simulated = simulated();
    let truth = simulated.organisation.truth(simulated.now());
    let [block] = &blocks("Several services in one repository")[..] else { panic!("one block") };
    let (counts, _) = told(&simulated, block);
    let services: Vec<(&str, &str)> = USUAL.into_iter().chain(["cart", "pay"]).map(same).collect();
    assert_eq!(counts, happened(&truth, &services));
    let [cart, pay] = ["cart", "pay"].map(|name| counts[name][1]);
    let once = counts["ALL"][1] - USUAL.iter().map(|name| counts[*name][1]).sum::<u64>();
    assert!(once < cart + pay, "{once} of {cart} and {pay}: a change of both counts once");
}

#[test]
fn every_block_is_a_configuration() {
    let sections = ["Hotfixes and failures", "Incidents"];
    for block in sections.into_iter().flat_map(blocks) {
        config_model::Config::from_yaml(&block, "config.yml").unwrap_or_else(|error| panic!("{block}: {error}"));
    }
}
