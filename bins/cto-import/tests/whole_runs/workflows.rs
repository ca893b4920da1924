//! Services that are deployed by runs of workflows: the same figures as by the deployments that the runs make.

use std::collections::BTreeSet;
use std::path::Path;

use config_model::Config;
use metrics_core::Calculation;
use model::columns::Scopes;
use sandbox::{Options, Organisation, Size};
use store::Store;

use crate::published::{rows, rows_with};
use crate::simulated::{HURRIED, Simulated};
use crate::truth::table;

/// Repositories that a workflow deploys to `production` alone.
fn repositories(data: &Path) -> Vec<String> {
    let names = |environment: &str| -> BTreeSet<String> {
        let made = [("environment", environment), ("outcome", "success")];
        rows_with(data, "deployment.csv", &made).into_iter().map(|row| row["repo"].clone()).collect()
    };
    names("production").into_iter().collect()
}

/// The organisation's configuration with a service for each repository.
fn configuration(organisation: &Organisation, repositories: &[String], says: &str) -> String {
    let service = |name: &String| format!("    - {{name: acme/{name}, repos: [{name}], {says}}}\n");
    let services: Vec<String> = repositories.iter().map(service).collect();
    format!("{}{HURRIED}delivery:\n  services:\n{}", organisation.config_yaml(), services.concat())
}

fn calculation(data: &Path) -> Calculation {
    let store = Store::open_existing(&format!("sqlite:{}", data.join("cto.db").display())).expect("a store");
    let raw = store.load(Scopes::ALL).expect("raw data");
    let text = std::fs::read_to_string(data.join("config.yml")).expect("a configuration");
    let rules = Config::from_yaml(&text, "config.yml").expect("a configuration").rules(None).expect("rules");
    metrics_core::calculate(&raw, &rules, None, Scopes::ALL).expect("tables")
}

/// Some columns of the rows of some services, failed attempts aside.
fn cells(calculation: &Calculation, name: &str, services: &[String], columns: &[&str]) -> Vec<String> {
    let table = table(calculation, name);
    let is_meant = |row: &usize| {
        services.iter().any(|repo| table.cell(*row, "repo") == *repo)
            && (name != "calculated_deployment" || table.cell(*row, "kind") != "failed_attempt")
    };
    let shown = |row: usize| columns.iter().map(|column| table.cell(row, column)).collect::<Vec<_>>().join(" ");
    let mut cells: Vec<String> = (0..table.height()).filter(is_meant).map(shown).collect();
    cells.sort_unstable();
    cells
}

const OF_DEPLOYMENTS: [&str; 8] = ["repo", "sha", "kind", "succeeded_at", "counted", "failed", "unplanned", "changes"];
const OF_CHANGES: [&str; 6] = ["repo", "number", "deployed_at", "method", "confidence", "reason"];

#[test]
fn runs_of_the_workflows_that_deploy_give_the_figures_of_the_deployments_that_they_make() {
    let simulated = Simulated::serve(&Options::new(23, Size::Small));
    let by_deployments = tempfile::tempdir().expect("a folder");
    simulated.import(by_deployments.path(), &["--pr", "--delivery"]).with_code(0);
    assert!(rows(by_deployments.path(), "ci_run.csv").is_empty(), "no service names a workflow");
    let repositories = repositories(by_deployments.path());
    assert!(repositories.len() > 1, "{repositories:?}");

    let by_runs = tempfile::tempdir().expect("a folder");
    // Deployments are from the default branch there, or from the release branch.
    let says = "workflows: [deploy.yml, rollback.yml], refs: [main, /^release/], deployments_from: runs";
    let text = configuration(&simulated.organisation, &repositories, says);
    std::fs::write(by_runs.path().join("config.yml"), text).expect("written");
    simulated.import(by_runs.path(), &["--pr", "--delivery"]).with_code(0);

    let (told, expected) = (calculation(by_runs.path()), calculation(by_deployments.path()));
    for (name, columns) in [("calculated_deployment", &OF_DEPLOYMENTS[..]), ("calculated_change", &OF_CHANGES)] {
        let (told, expected) =
            (cells(&told, name, &repositories, columns), cells(&expected, name, &repositories, columns));
        assert!(expected.len() > 50, "{name}: {}", expected.len());
        assert_eq!(told, expected, "{name}");
    }
}

#[test]
fn a_service_that_names_workflows_has_their_deployments_alone() {
    let simulated = Simulated::serve(&Options::new(23, Size::Small));
    let data = tempfile::tempdir().expect("a folder");
    simulated.import(data.path(), &["--pr", "--delivery"]).with_code(0);
    let repositories = repositories(data.path());
    let kinds = |says: &str| {
        let text = configuration(&simulated.organisation, &repositories, says);
        std::fs::write(data.path().join("config.yml"), text).expect("written");
        simulated.import(data.path(), &["--pr", "--delivery"]).with_code(0);
        let cells = cells(&calculation(data.path()), "calculated_deployment", &repositories, &["kind"]);
        cells.into_iter().collect::<BTreeSet<String>>()
    };
    let all: BTreeSet<String> = ["change", "redeploy", "rollback"].map(str::to_owned).into();
    assert_eq!(kinds("workflows: [deploy.yml, rollback.yml]"), all);
    assert_eq!(kinds("workflows: [deploy.yml]"), BTreeSet::from(["change".to_owned()]));
}

#[test]
fn a_workflow_that_is_not_there_is_missing_and_the_others_are_imported() {
    let simulated = Simulated::serve(&Options::new(23, Size::Tiny));
    let data = tempfile::tempdir().expect("a folder");
    simulated.import(data.path(), &["--delivery"]).with_code(0);
    let repositories = repositories(data.path());
    let text = configuration(&simulated.organisation, &repositories[..1], "workflows: [absent.yml, deploy.yml]");
    std::fs::write(data.path().join("config.yml"), text).expect("written");
    let ended = simulated.import(data.path(), &["--delivery"]).with_code(3);
    let said = format!("the workflow absent.yml of acme/{} is not there", repositories[0]);
    assert!(ended.stderr.contains(&said), "{}", ended.stderr);
    assert!(!rows(data.path(), "ci_run.csv").is_empty());
}

#[test]
fn runs_are_the_same_with_faults_and_in_steps_of_time() {
    let simulated = Simulated::serve(&Options::new(29, Size::Tiny));
    let first = tempfile::tempdir().expect("a folder");
    simulated.import(first.path(), &["--delivery"]).with_code(0);
    let says = "workflows: [deploy.yml, rollback.yml], deployments_from: runs";
    let text = configuration(&simulated.organisation, &repositories(first.path()), says);
    let import = |data: &Path| {
        std::fs::write(data.join("config.yml"), &text).expect("written");
        simulated.import(data, &["--delivery"]).with_code(0);
        rows(data, "ci_run.csv")
    };
    let once = tempfile::tempdir().expect("a folder");
    let expected = import(once.path());
    assert!(!expected.is_empty());
    let disturbed = tempfile::tempdir().expect("a folder");
    simulated.breaks(&["bad-gateway=every:4", "secondary-429-seconds=every:5,0", "connection-reset=every:6"]);
    assert_eq!(import(disturbed.path()), expected, "with faults");
    simulated.breaks(&[]);
    let steps = tempfile::tempdir().expect("a folder");
    for days in [40, 9, 2, 0] {
        simulated.moves_to(simulated.days_before_end(days));
        import(steps.path());
    }
    let is_last = |row: &std::collections::BTreeMap<String, String>| {
        expected.iter().any(|one| one["run_id"] == row["run_id"] && one["attempt"] == row["attempt"])
    };
    let told: Vec<_> = rows(steps.path(), "ci_run.csv").into_iter().filter(is_last).collect();
    assert_eq!(told, expected, "attempts that were seen before the last one are rows too");
}
