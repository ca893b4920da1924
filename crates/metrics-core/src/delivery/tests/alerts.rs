//! Which incidents count, and which alerts are one.

use model::rules::Rules;

use super::Life;

const AS_OF: &str = "2026-04-10";
const SHOWN: [&str; 5] = ["incident_id", "restored_at", "downtime_hours", "not_counted", "part_of"];

/// A service with one deployment on the 2nd.
fn life() -> Life {
    let mut life = Life::default();
    life.commit("1", "", "01 08:00");
    life.deployment("first", "1", "02 09:00", true);
    life
}

fn alert(life: &mut Life, id: &str, started: &str, restored: Option<&str>) {
    let events: Vec<(&str, &str)> = restored.into_iter().map(|at| ("restored", at)).collect();
    life.incident(id, started, &events).source = "alertmanager".into();
}

fn rows(life: &Life, rules: &Rules) -> Vec<String> {
    life.tables(rules, AS_OF).rows("calculated_incident", ("service", "acme/shop"), &SHOWN)
}

fn counted(life: &Life, rules: &Rules) -> String {
    life.tables(rules, AS_OF).rows("dora_month", ("service", "ALL"), &["incidents", "restored"]).join("|")
}

#[test]
fn alerts_that_overlap_or_follow_soon_are_one_incident_to_the_end_of_the_last() {
    let mut life = life();
    alert(&mut life, "a", "05 10:00", Some("05 11:00"));
    alert(&mut life, "b", "05 10:30", Some("05 10:40"));
    alert(&mut life, "c", "05 11:30", Some("05 12:00"));
    alert(&mut life, "d", "05 12:31", Some("05 12:40"));
    assert_eq!(
        rows(&life, &Rules::default()),
        [
            "a 2026-03-05T12:00:00Z 2.000000  ",
            "b 2026-03-05T10:40:00Z 0.166667 merged a",
            "c 2026-03-05T12:00:00Z 0.500000 merged a",
            "d 2026-03-05T12:40:00Z 0.150000  ",
        ]
    );
    let mut rules = Rules::default();
    rules.delivery.incidents.merge_minutes = 0.0;
    assert!(rows(&life, &rules)[2].ends_with("0.500000  "), "a minute behind is one of its own then");
    assert!(rows(&life, &rules)[1].ends_with("merged a"), "it lies within");
}

#[test]
fn an_alert_that_goes_on_holds_those_behind_it() {
    let mut life = life();
    alert(&mut life, "a", "05 10:00", Some("05 11:00"));
    alert(&mut life, "b", "05 10:30", None);
    alert(&mut life, "c", "09 10:00", Some("09 11:00"));
    let told = rows(&life, &Rules::default());
    assert_eq!(told[0], "a    ");
    assert!(told[2].ends_with("merged a"), "{told:?}");
}

#[test]
fn an_alert_that_is_open_for_more_than_a_week_is_stale_and_holds_none_behind_it() {
    let mut life = life();
    alert(&mut life, "a", "05 10:00", None);
    alert(&mut life, "b", "12 10:00", Some("12 11:00"));
    alert(&mut life, "c", "12 10:01", Some("12 11:00"));
    life.incident("of people", "06 10:00", &[]);
    let shown = ["incident_id", "downtime_hours", "part_of", "stale"];
    let told = |as_of: &str| {
        life.tables(&Rules::default(), as_of).rows("calculated_incident", ("service", "acme/shop"), &shown)
    };
    assert_eq!(told(AS_OF), ["a   true", "of people   false", "b 1.000000 a false", "c 0.983333  false"]);
    assert_eq!(told("2026-03-12")[0], "a   false", "a week to the day");
    let of_month = life.tables(&Rules::default(), AS_OF);
    let figures = of_month.rows("dora_month", ("service", "ALL"), &["incidents", "restored", "restore_p50_hours"]);
    assert_eq!(figures[0], "3 1 0.983333", "it counts, and is in no median");
}

#[test]
fn incidents_of_people_are_never_one() {
    let mut life = life();
    life.incident("a", "05 10:00", &[("restored", "05 11:00")]);
    life.incident("b", "05 10:30", &[("restored", "05 10:40")]);
    alert(&mut life, "c", "05 10:35", Some("05 10:40"));
    assert!(rows(&life, &Rules::default()).iter().all(|row| row.ends_with("  ")));
}

#[test]
fn what_is_too_mild_or_too_short_counts_in_no_figure_and_is_listed() {
    let mut life = life();
    life.incident("mild", "05 10:00", &[("restored", "05 11:00")]).severity = "Warning".into();
    life.incident("short", "06 10:00", &[("restored", "06 10:04")]).severity = "P1".into();
    life.incident("odd", "07 10:00", &[("restored", "07 11:00")]).severity = "of the future".into();
    life.incident("open", "08 10:00", &[]).severity = "critical".into();
    life.incident("before", "09 10:00", &[("restored", "09 09:59")]).severity = "critical".into();
    assert!(rows(&life, &Rules::default()).iter().all(|row| row.ends_with("  ")), "by default all count");
    let mut rules = Rules::default();
    rules.delivery.incidents.minimum_severity = Some(2);
    rules.delivery.incidents.minimum_minutes = 5.0;
    let why: Vec<String> = life.tables(&rules, AS_OF).rows(
        "calculated_incident",
        ("service", "acme/shop"),
        &["incident_id", "not_counted"],
    );
    assert_eq!(why, ["mild severity", "short minutes", "odd ", "open ", "before "]);
    assert_ne!(counted(&life, &rules), counted(&life, &Rules::default()));
}

#[test]
fn an_incident_that_was_dropped_is_none() {
    let mut life = life();
    life.incident("a", "05 10:00", &[("dropped", "05 10:30")]);
    life.incident("b", "05 10:00", &[("restored", "05 11:00")]);
    assert_eq!(rows(&life, &Rules::default()).len(), 1);
}

#[test]
fn a_service_of_incidents_is_called_as_the_rules_say() {
    let mut life = life();
    let incident = life.incident("a", "05 10:00", &[]);
    (incident.org, incident.repo, incident.service) = (String::new(), String::new(), "API Service".into());
    assert!(rows(&life, &Rules::default()).is_empty());
    let mut rules = Rules::default();
    rules.delivery.incidents.services.insert("api service".into(), "acme/shop".into());
    assert_eq!(rows(&life, &rules).len(), 1);
}
