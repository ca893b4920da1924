//! Cases that once gave wrong figures.

use model::delivery::{DeliveryRules, ServiceRules};
use model::rules::Rules;

use super::{Life, march};

fn of_two_repositories(services: Vec<ServiceRules>) -> Rules {
    Rules { delivery: DeliveryRules { services, ..DeliveryRules::default() }, ..Rules::default() }
}

fn service(name: &str, repos: &[&str]) -> ServiceRules {
    let repos = repos.iter().map(|repo| (*repo).to_owned()).collect();
    ServiceRules { name: name.into(), repos, ..ServiceRules::default() }
}

/// Id, kind and causes of every deployment.
fn deployments(life: &Life, rules: &Rules) -> Vec<String> {
    life.tables(rules, "2026-04-10").rows(
        "calculated_deployment",
        ("org", "acme"),
        &["deployment_id", "kind", "causes"],
    )
}

/// Commits `0` to `3` in a row, of which each was deployed as `d0` to `d3`, an hour after the other.
fn row() -> Life {
    let mut life = Life::default();
    for number in 0..4 {
        let parent = if number == 0 { String::new() } else { (number - 1).to_string() };
        life.commit(&number.to_string(), &parent, &format!("02 0{number}:00"));
        life.deployment(&format!("d{number}"), &number.to_string(), &format!("02 0{number}:30"), true);
    }
    life
}

#[test]
fn users_are_served_again_when_that_is_told_and_not_when_the_incident_is_closed_for_good() {
    let mut life = row();
    life.incident("i", "02 04:00", &[("restored", "02 06:00"), ("finished", "05 12:00")]);
    let columns = ["restored_at", "downtime_hours"];
    let found =
        life.tables(&Rules::default(), "2026-04-10").rows("calculated_incident", ("incident_id", "i"), &columns);
    assert_eq!(found, ["2026-03-02T06:00:00Z 2.000000"]);
    life.incidents[0].events.clear();
    life.incidents[0].restored_at = Some(march("02 07:00"));
    let found =
        life.tables(&Rules::default(), "2026-04-10").rows("calculated_incident", ("incident_id", "i"), &columns);
    assert_eq!(found, ["2026-03-02T07:00:00Z 3.000000"], "without events its own cell says it");
}

#[test]
fn a_rollback_in_one_repository_says_nothing_of_the_other_of_the_same_service() {
    let mut life = Life::default();
    for (repo, sha, parent) in [("web", "w0", ""), ("web", "w1", "w0"), ("shop", "s1", "")] {
        life.commit(sha, parent, "01 00:00").repo = repo.into();
    }
    for (id, repo, sha, at) in [
        ("w", "web", "w0", "02 08:00"),
        ("bad", "web", "w1", "02 09:00"),
        ("good", "shop", "s1", "02 10:00"),
        ("back", "web", "w0", "02 11:00"),
    ] {
        life.deployment(id, sha, at, true).repo = repo.into();
    }
    let rules = of_two_repositories(vec![service("both", &["shop", "web"])]);
    assert_eq!(deployments(&life, &rules), ["w change ", "bad change rollback", "good change ", "back rollback "]);
}

#[test]
fn what_is_merged_back_and_what_a_bot_landed_before_is_deployed_all_the_same() {
    let mut life = row();
    for number in 1..3 {
        life.change(number, "01 10:00", "02 00:10", &number.to_string());
    }
    let back = life.change(5, "01 10:00", "20 10:00", "other");
    (back.head_sha, back.head_branch, back.base) = ("1".into(), "main".into(), "develop".into());
    assert_eq!(deployments(&life, &Rules::default()).len(), 4);
    life.changes[2].head_branch = "feature".into();
    assert_eq!(deployments(&life, &Rules::default()).len(), 3, "a preview of a pull request that is merged later");
}

#[test]
fn one_name_on_two_hosts_is_two_services_with_incidents_of_their_own() {
    let mut life = row();
    life.deployment("there", "x", "02 04:00", true).host = "forge.example".into();
    life.incident("i", "02 05:00", &[]).host = "forge.example".into();
    life.incident("i", "02 06:00", &[("restored", "02 07:00")]).events[0].host = "github.com".into();
    life.incidents[1].host = "github.com".into();
    let delivered = life.tables(&Rules::default(), "2026-04-10");
    let services = delivered.rows("dora_month", ("month", "2026-03"), &["service", "deployments"]);
    assert_eq!(services, ["forge.example/acme/shop 1", "github.com/acme/shop 4", "ALL 5"]);
    let incidents =
        delivered.rows("calculated_incident", ("incident_id", "i"), &["service", "deployment_id", "downtime_hours"]);
    assert_eq!(incidents, ["forge.example/acme/shop there ", "github.com/acme/shop d3 1.000000"]);
}

#[test]
fn what_an_incident_names_says_which_service_is_meant() {
    let mut life = row();
    life.change(7, "01 10:00", "02 01:00", "1");
    life.deployment("attempt", "3", "02 04:00", false);
    for (id, named) in [("by-deployment", "d2"), ("by-attempt", "attempt")] {
        let incident = life.incident(id, "02 05:00", &[]);
        (incident.org, incident.repo, incident.deployment_id) = (String::new(), String::new(), named.into());
    }
    let incident = life.incident("by-change", "09 05:00", &[]);
    (incident.org, incident.repo, incident.change) = (String::new(), String::new(), "Acme/Shop#7".into());
    let delivered = life.tables(&Rules::default(), "2026-04-10");
    let found =
        delivered.rows("calculated_incident", ("service", "acme/shop"), &["incident_id", "deployment_id", "method"]);
    assert_eq!(found, ["by-attempt  ", "by-deployment d2 named", "by-change d1 sha"]);
}

#[test]
fn deployments_without_a_commit_are_not_deployments_of_one_commit() {
    let mut life = Life::default();
    for day in 2..5 {
        life.deployment(&format!("d{day}"), "", &format!("0{day} 10:00"), true);
    }
    assert_eq!(deployments(&life, &Rules::default()), ["d2 change ", "d3 change ", "d4 change "]);
}

#[test]
fn a_release_of_what_was_released_is_a_redeploy_also_after_a_patch_to_an_old_line() {
    let mut life = row();
    life.deployments.clear();
    life.commit("patch", "0", "03 00:00");
    for (tag, sha, at) in
        [("1.0", "0", "02 10:00"), ("2.0", "3", "03 10:00"), ("1.0.1", "patch", "04 10:00"), ("1.5", "2", "05 10:00")]
    {
        life.release(tag, sha, at);
    }
    assert_eq!(deployments(&life, &Rules::default()), ["1.0 change ", "2.0 change ", "1.0.1 change ", "1.5 redeploy "]);
}

#[test]
fn releases_count_by_what_their_repository_deploys_and_not_by_what_a_service_picks() {
    let mut life = row();
    life.release("v1", "1", "02 10:00");
    life.release("w1", "x", "02 11:00").repo = "web".into();
    let mut picky = service("both", &["shop", "web"]);
    picky.tasks = vec!["ship".into()];
    assert_eq!(deployments(&life, &of_two_repositories(vec![picky])), ["w1 change "]);
}

#[test]
fn a_return_from_a_rollback_is_none_also_without_the_graph() {
    let mut life = Life::default();
    for (id, sha, at) in
        [("a", "A", "02 01:00"), ("b", "B", "02 02:00"), ("back", "A", "02 03:00"), ("again", "B", "02 04:00")]
    {
        life.deployment(id, sha, at, true);
    }
    assert_eq!(
        deployments(&life, &Rules::default()),
        ["a change ", "b change rollback", "back rollback ", "again change "]
    );
}

#[test]
fn attempts_make_rows_of_their_own_and_services_add_up_to_all() {
    let mut life = Life::default();
    life.deployment("only", "1", "02 01:00", false);
    let mut rules = Rules::default();
    rules.delivery.failure.attempt = true;
    let months = life.tables(&rules, "2026-04-10").rows(
        "dora_month",
        ("month", "2026-03"),
        &["service", "deployments", "failed"],
    );
    assert_eq!(months, ["acme/shop 1 1", "ALL 1 1"]);
    // Where they do not count as deployments, they are seen all the same.
    let columns = ["service", "deployments", "failed", "attempts_failed"];
    let months = life.tables(&Rules::default(), "2026-04-10").rows("dora_month", ("month", "2026-03"), &columns);
    assert_eq!(months, ["acme/shop 0 0 1", "ALL 0 0 1"]);
}

#[test]
fn environments_are_told_of_only_where_none_is_production() {
    let mut life = row();
    let said = |life: &Life, as_of: &str| {
        life.tables(&Rules::default(), as_of)
            .notices
            .iter()
            .any(|notice| notice.starts_with("no deployment is to production"))
    };
    assert!(!said(&life, "2026-03-01"), "there was none yet");
    for deployment in &mut life.deployments {
        deployment.environment = "live".into();
    }
    assert!(said(&life, "2026-04-10") && !said(&life, "2026-03-01"));
}
