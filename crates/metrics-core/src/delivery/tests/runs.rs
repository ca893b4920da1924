//! Services that are deployed by runs of workflows, or only by some of them.

use model::delivery::{DeliveryRules, DeploymentsFrom, ServiceRules};
use model::rules::Rules;

use super::Life;

fn rules(change: impl FnOnce(&mut ServiceRules)) -> Rules {
    let mut service = ServiceRules {
        name: "shop".into(),
        repos: vec!["acme/shop".into()],
        workflows: vec!["deploy.yml".into()],
        deployments_from: Some(DeploymentsFrom::Runs),
        ..ServiceRules::default()
    };
    change(&mut service);
    let delivery = DeliveryRules { services: vec![service], ..DeliveryRules::default() };
    Rules { delivery, ..Rules::default() }
}

/// Id, kind and end of every deployment.
fn deployments(life: &Life, rules: &Rules) -> Vec<String> {
    life.tables(rules, "2026-04-10").rows(
        "calculated_deployment",
        ("org", "acme"),
        &["deployment_id", "kind", "finished_at"],
    )
}

/// Commits `0` to `3` in a row.
fn row() -> Life {
    let mut life = Life::default();
    for number in 0..4 {
        let parent = if number == 0 { String::new() } else { (number - 1).to_string() };
        life.commit(&number.to_string(), &parent, &format!("02 0{number}:00"));
    }
    life
}

#[test]
fn runs_that_succeed_are_deployments_which_ship_changes() {
    let mut life = row();
    life.run("10", 1, "0", "02 10:00", "success");
    life.run("11", 1, "2", "02 11:00", "success");
    life.run("12", 1, "2", "02 12:00", "success");
    life.run("13", 1, "0", "02 13:00", "success");
    life.change(1, "01 12:00", "02 02:00", "2");
    let rules = rules(|_| {});
    assert_eq!(
        deployments(&life, &rules),
        [
            "10 change 2026-03-02T10:00:00Z",
            "11 change 2026-03-02T11:00:00Z",
            "12 redeploy 2026-03-02T12:00:00Z",
            "13 rollback 2026-03-02T13:00:00Z"
        ]
    );
    let found = life.tables(&rules, "2026-04-10").rows(
        "calculated_change",
        ("number", "1"),
        &["deployment_id", "method", "confidence"],
    );
    assert_eq!(found, ["11 ancestry certain"]);
    let found = life.tables(&rules, "2026-04-10").rows(
        "calculated_deployment",
        ("deployment_id", "11"),
        &["environment", "url"],
    );
    assert_eq!(found, ["main https://github.com/acme/shop/actions/runs/11"]);
}

#[test]
fn a_run_is_over_with_its_first_success_and_has_failed_where_no_attempt_succeeds() {
    let mut life = row();
    life.run("10", 1, "0", "02 10:00", "failure");
    life.run("10", 2, "0", "02 11:00", "success");
    life.run("10", 3, "0", "02 12:00", "failure");
    life.run("11", 1, "1", "02 13:00", "timed_out");
    life.run("11", 2, "1", "02 14:00", "cancelled");
    for (id, conclusion) in [("12", "cancelled"), ("13", "skipped"), ("14", ""), ("15", "action_required")] {
        life.run(id, 1, "2", "02 15:00", conclusion);
    }
    life.run("16", 1, "3", "02 16:00", "startup_failure");
    assert_eq!(
        deployments(&life, &rules(|_| {})),
        [
            "10 change 2026-03-02T11:00:00Z",
            "11 failed_attempt 2026-03-02T13:00:00Z",
            "16 failed_attempt 2026-03-02T16:00:00Z"
        ]
    );
}

#[test]
fn runs_of_other_workflows_branches_and_pull_requests_deploy_nothing() {
    let mut life = row();
    life.run("10", 1, "0", "02 10:00", "success").workflow_path = ".github/workflows/ci.yml".into();
    life.run("11", 1, "0", "02 11:00", "success").default_branch = false;
    let of_fork = life.run("12", 1, "0", "02 12:00", "success");
    of_fork.event = "pull_request_target".into();
    life.run("13", 1, "0", "02 13:00", "success");
    assert_eq!(deployments(&life, &rules(|_| {})), ["13 change 2026-03-02T13:00:00Z"]);
    assert!(deployments(&life, &Rules::default()).is_empty(), "nothing says that runs deploy");
    let none = rules(|service| service.workflows = vec![".github/workflows/other.yml".into()]);
    assert!(deployments(&life, &none).is_empty());
}

#[test]
fn refs_say_for_which_branches_and_tags_a_run_deploys() {
    let mut life = row();
    for (id, git_ref) in [("10", "v1.0.0"), ("11", "topic"), ("12", "main"), ("13", "v1.1.0")] {
        let run = life.run(id, 1, &(id.as_bytes()[1] - b'0').to_string(), &format!("02 {id}:00"), "success");
        run.git_ref = git_ref.into();
        run.default_branch = git_ref == "main";
    }
    let by_tags = rules(|service| service.refs = vec!["/^v[0-9]/".parse().expect("a pattern")]);
    assert_eq!(deployments(&life, &by_tags), ["10 change 2026-03-02T10:00:00Z", "13 change 2026-03-02T13:00:00Z"]);
}

#[test]
fn deployments_of_other_workflows_and_refs_are_not_those_of_the_service() {
    let mut life = row();
    for (id, run) in [("d0", "10"), ("d1", "11"), ("d2", ""), ("d3", "12")] {
        let hour = life.deployments.len();
        life.deployment(id, &hour.to_string(), &format!("02 1{hour}:00"), true).run_id = run.into();
    }
    life.run("10", 1, "0", "02 10:00", "success");
    life.run("11", 1, "1", "02 11:00", "success").workflow_path = ".github/workflows/secrets.yml".into();
    let by_deployments = rules(|service| service.deployments_from = None);
    assert_eq!(deployments(&life, &by_deployments), ["d0 change 2026-03-02T10:00:00Z"]);
    let delivered = life.tables(&by_deployments, "2026-04-10");
    let said = "service shop: 2 deployments to production do not count, since the run of a workflow that made them is not known";
    assert!(delivered.notices.iter().any(|notice| notice.starts_with(said)), "{:?}", delivered.notices);
    life.deployments[3].git_ref = "v3".into();
    let of_tags = rules(|service| {
        service.deployments_from = None;
        service.workflows = Vec::new();
        service.refs = vec!["/^v/".parse().expect("a pattern")];
    });
    assert_eq!(deployments(&life, &of_tags), ["d3 change 2026-03-02T13:00:00Z"]);
}
