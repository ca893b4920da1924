//! What makes a deployment fail, and when users are served again.

use model::records::Place;
use model::rules::Rules;
use model::tables::{Issue, StatusEvent};

use super::Life;

/// Deployments `a`, `b` and `c` of three commits, a day and an hour apart, each with one change.
fn three() -> Life {
    let mut life = Life::default();
    for (sha, parent, date) in
        [("0", "", "01 00:00"), ("1", "0", "02 08:00"), ("2", "1", "03 08:00"), ("3", "2", "04 09:00")]
    {
        life.commit(sha, parent, date);
    }
    life.deployment("first", "0", "01 00:00", true);
    for (number, merged, ended, id) in
        [(1, "02 08:00", "02 09:00", "a"), (2, "03 08:00", "03 10:00", "b"), (3, "04 09:00", "04 11:00", "c")]
    {
        life.change(number, "01 12:00", merged, &number.to_string());
        life.deployment(id, &number.to_string(), ended, true);
    }
    life
}

/// Id, causes and recovery of the deployments that failed.
fn failed(life: &Life, rules: &Rules) -> Vec<String> {
    let delivered = life.tables(rules, "2026-04-10");
    delivered.rows("calculated_deployment", ("failed", "true"), &["deployment_id", "causes", "recovered_at"])
}

#[test]
fn a_hotfix_within_the_window_says_that_the_deployment_before_it_failed() {
    let mut life = three();
    life.changes[1].head_branch = "hotfix/login".into();
    assert_eq!(failed(&life, &Rules::default()), [""; 0], "25 hours later");
    life.deployments[2].succeeded_at = Some(super::march("03 08:59"));
    life.deployments[2].finished_at = Some(super::march("03 08:59"));
    assert_eq!(failed(&life, &Rules::default()), ["a hotfix 2026-03-03T08:59:00Z"]);
    let mut rules = Rules::default();
    rules.delivery.failure.hotfix = false;
    assert_eq!(failed(&life, &rules), [""; 0]);
}

#[test]
fn a_label_says_that_a_change_caused_a_failure_and_nothing_says_when_it_was_over() {
    let mut life = three();
    life.changes[0].labels = vec!["x".into(), "Caused-Incident".into()];
    assert_eq!(failed(&life, &Rules::default()), ["a label "]);
    let delivered = life.tables(&Rules::default(), "2026-04-10");
    assert_eq!(delivered.rows("dora_month", ("service", "ALL"), &["failed", "recovered", "recovery_open"])[0], "1 0 1");
}

#[test]
fn an_incident_is_laid_to_what_its_source_names_else_to_the_newest_deployment_before_it() {
    let mut life = three();
    life.incident("window", "03 12:00", &[]);
    life.incident("named", "09 12:00", &[]).deployment_id = "a".into();
    life.incident("change", "09 12:00", &[]).change = "acme/shop#3".into();
    life.incident("commit", "09 12:00", &[]).change = "2".into();
    life.incident("late", "09 12:00", &[]);
    let delivered = life.tables(&Rules::default(), "2026-04-10");
    let rows =
        delivered.rows("calculated_incident", ("service", "acme/shop"), &["incident_id", "deployment_id", "method"]);
    assert_eq!(rows, ["window b window", "change c sha", "commit b sha", "late  ", "named a named"]);
}

#[test]
fn an_incident_that_comes_back_was_not_over_and_the_time_between_does_not_count() {
    let mut life = three();
    let events = [("restored", "03 13:00"), ("reopened", "03 15:00"), ("restored", "03 16:30")];
    life.incident("i", "03 12:00", &events);
    let delivered = life.tables(&Rules::default(), "2026-04-10");
    let rows =
        delivered.rows("calculated_incident", ("incident_id", "i"), &["restored_at", "downtime_hours", "detect_hours"]);
    assert_eq!(rows, ["2026-03-03T16:30:00Z 2.500000 2.000000"]);
    assert_eq!(failed(&life, &Rules::default()), ["b incident 2026-03-03T16:30:00Z"]);
    let open = life.tables(&Rules::default(), "2026-03-03T15:30:00Z");
    let rows = open.rows("calculated_incident", ("incident_id", "i"), &["restored_at", "downtime_hours"]);
    assert_eq!(rows, [" "], "as of a time at which it is open again");
}

#[test]
fn a_fix_that_is_out_while_the_incident_is_open_mends_and_one_before_it_came_back_does_not() {
    let mut life = three();
    life.deployments.push(model::tables::Deployment {
        id: "fix".into(),
        sha: "1".into(),
        ..life.deployments[2].clone()
    });
    let fixed = super::march("03 14:00");
    let fix = life.deployments.last_mut().expect("added");
    (fix.created_at, fix.started_at, fix.succeeded_at, fix.finished_at) =
        (fixed, Some(fixed), Some(fixed), Some(fixed));
    life.incident("i", "03 12:00", &[("restored", "03 18:00"), ("reopened", "04 01:00"), ("restored", "04 02:00")]);
    assert_eq!(failed(&life, &Rules::default()), ["b incident;rollback 2026-03-03T14:00:00Z"]);
    life.incidents[0].events[0].at = super::march("03 13:00");
    assert_eq!(failed(&life, &Rules::default()), ["b incident;rollback 2026-03-04T02:00:00Z"]);
}

#[test]
fn without_a_source_of_incidents_what_rests_on_them_is_unknown_and_nothing_else_changes() {
    let mut life = super::examples::example_a();
    let columns = |life: &Life, columns: &[&str]| {
        life.tables(&Rules::default(), "2026-04-10").rows("dora_month", ("month", "2026-03"), columns)[1].clone()
    };
    let others = ["deployments", "changes", "lead_p50_days", "linked_share", "failed_by_rollback", "unplanned"];
    let before = columns(&life, &others);
    life.incidents.clear();
    assert_eq!(columns(&life, &others), before);
    assert_eq!(
        columns(&life, &["incidents", "restored", "restore_p50_hours", "failed_by_incident", "failed"]),
        "    1"
    );
    let notices = life.tables(&Rules::default(), "2026-04-10").notices;
    assert!(notices[0].starts_with("no source of incidents: time to restore is unknown"), "{notices:?}");
}

#[test]
fn issues_with_a_label_are_incidents_where_the_rules_say_so() {
    let mut life = three();
    let issue = |number: &str, labels: &[&str], events: &[(&str, &str)]| Issue {
        place: Place { org: "acme".into(), repo: "shop".into(), number: number.into(), ..Place::default() },
        title: "Checkout is down".into(),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        created_at: super::march("03 12:00"),
        status_events: events
            .iter()
            .map(|(kind, time)| StatusEvent { kind: (*kind).into(), at: super::march(time), ..StatusEvent::default() })
            .collect(),
        ..Issue::default()
    };
    life.issues = vec![
        issue("7", &["x", "Incident"], &[("closed", "03 13:00"), ("reopened", "03 14:00"), ("closed", "03 15:00")]),
        issue("8", &["incident", "service:elsewhere"], &[]),
        issue("9", &["bug"], &[]),
    ];
    let rows = |rules: &Rules| {
        let columns = ["incident_id", "service", "downtime_hours", "deployment_id"];
        life.tables(rules, "2026-04-10").rows("calculated_incident", ("title", "Checkout is down"), &columns)
    };
    assert_eq!(rows(&Rules::default()), [""; 0]);
    let mut rules = Rules::default();
    rules.delivery.incidents.github_issues = true;
    assert_eq!(rows(&rules), ["acme/shop#7 acme/shop 2.000000 b", "acme/shop#8   "]);
}

#[test]
fn an_issue_that_a_source_tells_as_an_incident_under_another_id_or_that_was_moved_is_not_counted_twice() {
    let mut life = Life::default();
    life.commit("a", "", "01 00:00");
    life.deployment("d", "a", "02 00:00", true);
    let issue = |number: &str, reason: &str| {
        let place = Place {
            org: "acme".into(),
            repo: "shop".into(),
            number: number.into(),
            host: "gitlab.example".into(),
            ..Place::default()
        };
        Issue {
            place,
            title: "Checkout is down".into(),
            url: format!("https://gitlab.example/acme/shop/-/issues/{number}"),
            labels: vec!["incident".into()],
            state_reason: reason.into(),
            created_at: super::march("03 12:00"),
            ..Issue::default()
        }
    };
    life.issues = vec![issue("7", ""), issue("8", "moved"), issue("9", "")];
    let told = life.incident("gitlab.example/issue/40007", "03 12:00", &[]);
    told.title = "Checkout is down".into();
    told.url = "https://gitlab.example/acme/shop/-/issues/7".into();
    told.host = "gitlab.example".into();
    let mut rules = Rules::default();
    rules.delivery.incidents.github_issues = true;
    let rows =
        life.tables(&rules, "2026-04-10").rows("calculated_incident", ("title", "Checkout is down"), &["incident_id"]);
    assert_eq!(rows, ["acme/shop#9", "gitlab.example/issue/40007"]);
}

#[test]
fn attempts_count_as_failed_deployments_only_where_the_rules_say_so() {
    let mut rules = Rules::default();
    rules.delivery.failure.attempt = true;
    let delivered = super::examples::example_a().tables(&rules, "2026-04-10");
    let rows = delivered.rows("dora_month", ("month", "2026-03"), &["deployments", "failed", "recovery_open"]);
    assert_eq!(rows[1], "6 3 1");
    let rows = delivered.rows("calculated_deployment", ("kind", "failed_attempt"), &["counted", "failed", "causes"]);
    assert_eq!(rows, ["true true attempt"]);
}
