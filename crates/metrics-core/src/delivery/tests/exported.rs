//! Families for monitoring systems, of the example whose tables are known.

use std::collections::BTreeMap;

use model::records::{Place, PullRequest, Review};
use model::rules::Rules;
use model::series::{Family, Unit};
use model::teams::Team;

use super::examples::example_a;
use super::{Life, at};
use crate::exported::families;

fn all(life: &Life, rules: &Rules, as_of: &str) -> BTreeMap<&'static str, Family> {
    families(&life.raw(), rules, Some(at(as_of))).into_iter().map(|family| (family.name, family)).collect()
}

fn rules_with_teams(names: &[&str]) -> Rules {
    let team = Team { repos: vec!["shop".into()], ..Team::default() };
    Rules { teams: names.iter().map(|name| ((*name).to_owned(), team.clone())).collect(), ..Rules::default() }
}

/// Labels and counts of the series of a family.
fn counts(family: &Family) -> Vec<String> {
    let series = family.series.iter().map(|(labels, series)| {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{} {}", labels.join(","), series.count)
    });
    series.collect()
}

/// The sum of the values of a family.
fn sum(family: &Family) -> String {
    format!("{:.1}", family.series.values().map(|series| series.sum).sum::<f64>())
}

#[test]
fn totals_are_those_of_the_tables() {
    let all = all(&example_a(), &rules_with_teams(&["checkout"]), "2026-04-10");
    let of = |name: &str| counts(&all[name]);
    let to = "service=acme/shop,team=checkout,deployment.environment.name=production";
    assert_eq!(of("cto.deployments"), [format!("{to} 5")]);
    assert_eq!(of("cto.deployment.failures"), [format!("{to} 2")]);
    assert_eq!(of("cto.deployment.lead_time"), ["service=acme/shop,team=checkout 4"]);
    let project = "project_id=acme/shop,team_id=checkout";
    for (name, count) in [
        ("deployment_started", 7),
        ("deployment_frequency", 5),
        ("change_failure_count", 2),
        ("lead_time_for_changes", 4),
        ("incident_count", 1),
        ("incident_restored", 1),
        ("time_to_restore", 1),
        ("time_to_detect", 1),
    ] {
        assert_eq!(of(name), [format!("{project} {count}")], "{name}");
    }
    assert!(!all.contains_key("incident_finished"), "nothing says that it was closed");
}

#[test]
fn durations_are_in_the_unit_of_their_name() {
    let all = all(&example_a(), &Rules::default(), "2026-04-10");
    // 52, 26, 1 and 50 hours; down for 45 minutes, noticed after 90.
    assert_eq!(sum(&all["cto.deployment.lead_time"]), "464400.0");
    assert_eq!(sum(&all["lead_time_for_changes"]), "7740.0");
    assert_eq!(sum(&all["cto.incident.time_to_restore"]), "2700.0");
    assert_eq!((sum(&all["time_to_restore"]), sum(&all["time_to_detect"])), ("45.0".into(), "90.0".into()));
    let leads = all["lead_time_for_changes"].series.values().next().expect("a series");
    // 60 lies on a bound, 1,560 below two days, 3,000 and 3,120 below five.
    assert_eq!(leads.buckets, [0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 0]);
    assert_eq!(leads.first, super::march("03 14:00"));
}

#[test]
fn a_repository_of_two_teams_carries_the_name_of_none() {
    let all = all(&example_a(), &rules_with_teams(&["checkout", "search"]), "2026-04-10");
    assert_eq!(counts(&all["deployment_frequency"]), ["project_id=acme/shop 5"]);
    assert!(!all.contains_key("pull_request_merged_count"), "these count only where a team is known");
}

#[test]
fn pull_requests_count_for_their_one_team() {
    let mut life = example_a();
    life.changes[0].creator_is_bot = true;
    life.changes[1].additions = Some(40);
    let all = all(&life, &rules_with_teams(&["checkout"]), "2026-04-10");
    assert_eq!(counts(&all["pull_request_merged_count"]), ["team_id=checkout 3"]);
    assert_eq!(counts(&all["pull_request_loc_added"]), ["team_id=checkout 1"]);
    // A day, half an hour and two days.
    assert_eq!(sum(&all["pull_request_time_to_merge_minutes"]), "4350.0");
}

#[test]
fn what_has_not_happened_yet_is_not_counted() {
    let all = all(&example_a(), &Rules::default(), "2026-03-03T13:00:00Z");
    assert_eq!(counts(&all["deployment_started"]), ["project_id=acme/shop 1"]);
    assert!(!all.contains_key("incident_count"));
}

#[test]
fn lead_times_that_were_pushed_count_where_no_change_is_linked() {
    let mut life = Life::default();
    let deployment = life.deployment("p1", "", "03 08:00", true);
    (deployment.org, deployment.repo) = (String::new(), String::new());
    (deployment.service, deployment.first_commit_at) = ("billing".into(), Some(super::march("02 08:00")));
    let all = all(&life, &Rules::default(), "2026-04-10");
    assert_eq!(counts(&all["lead_time_for_changes"]), ["project_id=billing 1"]);
    assert_eq!(sum(&all["cto.deployment.lead_time"]), "86400.0");
}

#[test]
fn a_deployment_that_runs_has_begun_and_is_none_yet() {
    let mut life = example_a();
    let running = life.deployment("D6", "c5", "06 10:00", false);
    (running.finished_at, running.outcome) = (None, "pending".into());
    let all = all(&life, &Rules::default(), "2026-04-10");
    assert_eq!(counts(&all["deployment_started"]), ["project_id=acme/shop 8"]);
    assert_eq!(counts(&all["deployment_frequency"]), ["project_id=acme/shop 5"]);
}

#[test]
fn a_pushed_pull_request_counts_for_the_team_that_it_was_pushed_under() {
    let mut life = Life::default();
    let review = |state: &str, when: &str, comments| Review {
        state: state.into(),
        submitted_at: Some(super::march(when)),
        comments: Some(comments),
        ..Review::default()
    };
    life.changes.push(PullRequest {
        id: "api/1".into(),
        place: Place { repo: "platform".into(), number: "api/1".into(), ..Place::default() },
        team: "platform".into(),
        state: "merged".into(),
        created_at: super::march("02 08:00"),
        closed_at: Some(super::march("02 10:00")),
        merged_at: Some(super::march("02 10:00")),
        additions: Some(1234),
        deletions: Some(30),
        reviews: vec![review("APPROVED", "02 08:30", 0), review("COMMENTED", "02 08:20", 12)],
        ..PullRequest::default()
    });
    let all = all(&life, &Rules::default(), "2026-04-10");
    for (name, count) in [
        ("pull_request_opened_count", 1),
        ("pull_request_merged_count", 1),
        ("pull_request_loc_added", 1),
        ("pull_request_loc_removed", 1),
        ("pull_request_nb_reviews_per_pr", 1),
        ("pull_request_nb_comments_per_review", 2),
    ] {
        assert_eq!(counts(&all[name]), [format!("team_id=platform {count}")], "{name}");
    }
    for (name, total) in [
        ("pull_request_nb_reviews_per_pr", "2.0"),
        ("pull_request_nb_comments_per_review", "12.0"),
        ("pull_request_time_to_first_review_minutes", "20.0"),
        ("pull_request_time_to_approve_minutes", "30.0"),
        ("pull_request_time_to_merge_minutes", "120.0"),
    ] {
        assert_eq!(sum(&all[name]), total, "{name}");
    }
    assert!(!all.contains_key("cto.deployment.lead_time"), "it is a change of no service");
    let opened = |names: &[&str]| {
        let all = self::all(&life, &rules_with_teams(names), "2026-04-10");
        counts(&all["pull_request_opened_count"])
    };
    assert_eq!(opened(&["Platform", "checkout"]), ["team_id=Platform 1"], "as the rules write it");
    assert_eq!(opened(&["checkout"]), ["team_id=platform 1"]);
}

#[test]
fn medians_of_changes_are_gauges_over_28_days_where_they_are_asked_for() {
    let mut life = Life::default();
    life.commit("1", "", "01 08:00");
    for (number, first, merged) in
        [(1, "02 08:00", "02 09:00"), (2, "20 08:00", "20 09:00"), (3, "20 08:00", "20 11:00")]
    {
        life.change(number, first, merged, "1");
    }
    let rules = Rules { semantic_metrics: true, ..Rules::default() };
    assert!(!all(&life, &Rules::default(), "2026-04-10").contains_key("vcs.change.time_to_merge"));
    let all = all(&life, &rules, "2026-04-10");
    let merge = &all["vcs.change.time_to_merge"];
    assert_eq!((merge.is_gauge, merge.unit, sum(merge).as_str()), (true, Unit::Seconds, "7200.0"), "of 1 and 3 hours");
    assert_eq!(counts(merge), ["vcs.repository.name=acme/shop,vcs.change.state=merged 2"]);
    assert!(!all.contains_key("vcs.change.time_to_approval"), "nothing was approved");
}
