//! Deployments that whoever deploys pushes, beside what providers tell.

use model::delivery::ServiceRules;
use model::rules::Rules;
use model::tables::Deployment;

use super::examples::example_a;
use super::{Life, march};

/// A deployment pushed for a project, with the oldest commit that it ships.
fn pushed<'a>(life: &'a mut Life, id: &str, project: &str, first: &str, ended: &str) -> &'a mut Deployment {
    let deployment = life.deployment(id, "", ended, true);
    (deployment.org, deployment.repo) = (String::new(), String::new());
    deployment.service = project.into();
    deployment.first_commit_at = Some(march(first));
    deployment
}

fn deployments(life: &Life, rules: &Rules) -> Vec<String> {
    let columns = ["deployment_id", "service", "kind", "changes", "pushed_lead_days"];
    life.tables(rules, "2026-04-10").rows("calculated_deployment", ("environment", "production"), &columns)
}

#[test]
fn a_project_that_is_no_repository_is_a_service_with_the_lead_times_that_were_pushed() {
    let mut life = Life::default();
    pushed(&mut life, "p1", "billing", "02 08:00", "03 08:00");
    pushed(&mut life, "p2", "billing", "03 20:00", "04 08:00");
    let rules = Rules::default();
    assert_eq!(deployments(&life, &rules), ["p1 billing change 0 1.000000", "p2 billing change 0 0.500000"]);
    let tables = life.tables(&rules, "2026-04-10");
    let week = tables.rows("dora_week", ("service", "billing"), &["deployments", "changes", "lead_p50_days"]);
    assert_eq!(week[0], "2 0 0.750000");
    let notice =
        "service billing: 2 of 2 lead times are as they were pushed, since no change is linked to these deployments";
    assert!(tables.notices.iter().any(|told| told == notice), "{:?}", tables.notices);
}

#[test]
fn a_project_that_the_rules_name_as_a_service_of_one_repository_is_deployed_from_it() {
    let mut life = example_a();
    life.deployments.clear();
    pushed(&mut life, "p1", "Checkout", "01 10:00", "02 11:00");
    pushed(&mut life, "p2", "checkout", "02 10:00", "03 14:00");
    let mut rules = Rules::default();
    let service = ServiceRules { name: "checkout".into(), repos: vec!["acme/shop".into()], ..ServiceRules::default() };
    rules.delivery.services.push(service);
    assert_eq!(deployments(&life, &rules), ["p1 checkout change 0 1.041667", "p2 checkout change 1 "]);
    let columns = ["number", "deployment_id", "method", "confidence"];
    let links = life.tables(&rules, "2026-04-10").rows("calculated_change", ("number", "2"), &columns);
    assert_eq!(links, ["2 p2 time guess"], "without a commit that is a guess, and says so");
}

#[test]
fn a_pushed_commit_links_as_one_that_a_provider_tells_of() {
    let mut life = example_a();
    for deployment in &mut life.deployments {
        deployment.service = "shop".into();
    }
    let links = |life: &Life| {
        let columns = ["number", "deployment_id", "method", "confidence"];
        life.tables(&Rules::default(), "2026-04-10").rows("calculated_change", ("org", "acme"), &columns)
    };
    assert_eq!(links(&life), links(&example_a()));
    assert!(links(&life).iter().any(|link| link.ends_with("ancestry certain")), "{:?}", links(&life));
}

#[test]
fn what_is_pushed_of_a_deployment_that_its_provider_tells_too_is_no_other_one() {
    let mut life = example_a();
    let before = deployments(&life, &Rules::default());
    let of_provider = life.deployments.last().expect("there are some").clone();
    let minutes = |minutes: i64| {
        of_provider.succeeded_at.map(|at| model::Instant::from_micros(at.micros() + minutes * 60_000_000))
    };
    let mut twin = Deployment { id: "api/1".into(), service: "shop".into(), ..of_provider.clone() };
    twin.succeeded_at = minutes(9);
    twin.finished_at = minutes(9);
    life.deployments.push(twin.clone());
    assert_eq!(deployments(&life, &Rules::default()), before);
    let named = life.incident("j", "05 19:30", &[("restored", "05 20:15")]);
    named.deployment_id = "api/1".into();
    let laid = life.tables(&Rules::default(), "2026-04-10").rows(
        "calculated_incident",
        ("incident_id", "i"),
        &["deployment_id"],
    );
    assert_eq!(laid, std::slice::from_ref(&of_provider.id), "an incident may name it as it was pushed");
    let twin = life.deployments.last_mut().expect("the one that was added");
    (twin.succeeded_at, twin.finished_at) = (minutes(11), minutes(11));
    assert_eq!(deployments(&life, &Rules::default()).len(), before.len() + 1, "a later one is another one");
}

#[test]
fn a_deployment_that_its_provider_was_not_told_the_end_of_has_the_one_that_was_pushed() {
    let mut life = Life::default();
    let told = life.deployment("D", "c1", "03 08:00", true);
    (told.succeeded_at, told.finished_at) = (None, None);
    told.outcome = "pending".into();
    let twin = life.deployment("api/1", "c1", "03 08:05", true);
    twin.service = "shop".into();
    twin.first_commit_at = Some(march("02 08:05"));
    assert_eq!(deployments(&life, &Rules::default()), ["D acme/shop change 0 1.000000"]);
}

#[test]
fn a_change_that_whoever_pushes_names_is_shipped_by_the_first_that_names_it_beyond_doubt() {
    let mut life = example_a();
    pushed(&mut life, "p1", "shop-deploy", "02 10:00", "05 14:00").pull_requests = vec!["Acme/Shop#2".into()];
    pushed(&mut life, "p2", "shop-deploy", "02 10:00", "06 14:00").pull_requests =
        vec!["acme/shop#2".into(), "acme/shop#99".into()];
    let columns = ["number", "deployment_id", "method", "confidence", "service"];
    let links =
        life.tables(&Rules::default(), "2026-04-10").rows("calculated_change", ("service", "shop-deploy"), &columns);
    assert_eq!(links, ["2 p1 pushed certain shop-deploy"], "of whatever repository it is");
    let own = life.deployments.iter_mut().find(|it| it.id == "D5").expect("a deployment");
    own.pull_requests = vec!["acme/shop#2".into()];
    let links =
        life.tables(&Rules::default(), "2026-04-10").rows("calculated_change", ("service", "acme/shop"), &columns);
    assert!(links.contains(&"2 D5 pushed certain acme/shop".to_owned()), "{links:?}");
    assert!(links.iter().any(|link| link.starts_with("1 D1 ancestry certain")), "{links:?}");
}

#[test]
fn the_service_that_whoever_pushes_names_is_the_one_that_is_deployed() {
    let mut life = example_a();
    for deployment in &mut life.deployments {
        deployment.of_service = if deployment.id == "D2" { "Search".into() } else { "checkout".into() };
    }
    let by_service = |life: &Life, rules: &Rules| {
        let id_and_service = |row: &String| row.split(' ').take(2).collect::<Vec<_>>().join(" ");
        deployments(life, rules).iter().map(id_and_service).collect::<Vec<_>>()
    };
    let rows = by_service(&life, &Rules::default());
    assert!(rows.contains(&"D2 Search".to_owned()) && rows.contains(&"D3 checkout".to_owned()), "{rows:?}");
    assert!(!rows.iter().any(|row| row.ends_with("acme/shop")), "{rows:?}");
    // One that names none is of the repository's own.
    life.deployments[0].of_service.clear();
    let rows = by_service(&life, &Rules::default());
    assert_eq!(rows.iter().filter(|row| row.ends_with(" acme/shop")).count(), 1, "{rows:?}");
    let mut rules = Rules::default();
    let service = ServiceRules { name: "search".into(), repos: vec!["acme/shop".into()], ..ServiceRules::default() };
    rules.delivery.services.push(service);
    let rows = by_service(&life, &rules);
    assert!(rows.contains(&"D2 search".to_owned()) && rows.contains(&"D3 checkout".to_owned()), "{rows:?}");
}

#[test]
fn the_service_that_was_pushed_fills_the_gap_of_what_its_provider_tells() {
    let mut life = example_a();
    let told = life.deployments.iter().find(|it| it.id == "D2").expect("a deployment").clone();
    let twin = Deployment { id: "api/1".into(), service: "shop".into(), of_service: "search".into(), ..told };
    life.deployments.push(twin);
    let rows = deployments(&life, &Rules::default());
    assert!(rows.iter().any(|row| row.starts_with("D2 search")), "{rows:?}");
    assert!(!rows.iter().any(|row| row.starts_with("api/1")), "{rows:?}");
}

#[test]
fn a_notice_names_services_whose_pushed_commits_are_mostly_off_the_default_branch() {
    let mut life = example_a();
    let notice = |life: &Life| {
        let notices = life.tables(&Rules::default(), "2026-04-10").notices;
        notices.into_iter().find(|told| told.contains("default branch does not hold"))
    };
    for deployment in &mut life.deployments {
        deployment.service = "shop".into();
    }
    assert_eq!(notice(&life), None);
    for number in 0..9 {
        life.commit(&format!("preview{number}"), "c1", "03 08:00");
        life.deployment(&format!("p{number}"), &format!("preview{number}"), "06 10:00", true).service = "shop".into();
    }
    let told = notice(&life).expect("a notice");
    assert!(told.starts_with("service acme/shop: 9 commits were pushed"), "{told}");
    for deployment in &mut life.deployments {
        deployment.service.clear();
    }
    assert_eq!(notice(&life), None, "a provider says what it deploys");
}
