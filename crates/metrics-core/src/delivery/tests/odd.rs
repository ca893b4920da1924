//! Odd input: names that nothing is called by, clocks that disagree, releases of old lines.

use model::delivery::{DeliveryRules, ServiceRules};
use model::rules::Rules;

use super::{Life, march};

/// Two commits, each deployed an hour after its change was merged.
fn two() -> Life {
    let mut life = Life::default();
    for (number, parent) in [("0", ""), ("1", "0")] {
        let on = format!("0{} 10:00", number.parse::<u32>().expect("a digit") + 2);
        life.commit(number, parent, &on);
        life.change(number.parse().expect("a digit"), "01 10:00", &on, number);
        life.deployment(&format!("d{number}"), number, &on.replace("10:00", "11:00"), true);
    }
    life
}

fn of_services(services: Vec<ServiceRules>) -> Rules {
    Rules { delivery: DeliveryRules { services, ..DeliveryRules::default() }, ..Rules::default() }
}

fn service(name: &str, repos: &[&str]) -> ServiceRules {
    let repos = repos.iter().map(|repo| (*repo).to_owned()).collect();
    ServiceRules { name: name.into(), repos, ..ServiceRules::default() }
}

#[test]
fn repositories_of_services_that_the_data_do_not_have_are_named_with_the_remedy() {
    let services = vec![service("cart", &["SHOP", "shopp", "acme/pay"]), service("gone", &["gone"])];
    let notices = two().tables(&of_services(services), "2026-04-10").notices;
    let named: Vec<&String> = notices.iter().filter(|notice| notice.contains("no repository")).collect();
    assert_eq!(
        named,
        [
            "service cart: there is no repository shopp or acme/pay: import it, or write in delivery.services[].repos what it is called, name or org/name",
            "service gone: there is no repository gone: import it, or write in delivery.services[].repos what it is called, name or org/name",
        ]
    );
    let notices = two().tables(&of_services(vec![service("cart", &["acme/Shop"])]), "2026-04-10").notices;
    assert!(!notices.iter().any(|notice| notice.contains("no repository")), "{notices:?}");
    let nothing = Life::default().tables(&of_services(vec![service("cart", &["shop"])]), "2026-04-10").notices;
    assert!(nothing.is_empty(), "nothing is imported at all: {nothing:?}");
}

#[test]
fn a_service_that_is_called_like_another_repository_in_other_letters_is_told_from_it() {
    let mut life = two();
    life.deployment("web", "x", "05 10:00", true).repo = "web".into();
    let delivered = life.tables(&of_services(vec![service("Acme/Shop", &["web"])]), "2026-04-10");
    assert_eq!(
        delivered.rows("dora_month", ("month", "2026-03"), &["service"]),
        ["Acme/Shop", "github.com/acme/shop", "ALL"]
    );
}

#[test]
fn a_change_that_was_deployed_before_its_first_commit_is_in_no_lead_time_and_counted() {
    let mut life = two();
    life.changes[1].first_commit_at = Some(march("03 12:00"));
    life.changes[1].created_at = march("03 12:00");
    let delivered = life.tables(&Rules::default(), "2026-04-10");
    let columns = ["changes", "negative_lead", "lead_p50_days", "lead_mean_days"];
    assert_eq!(delivered.rows("dora_month", ("service", "ALL"), &columns)[0], "1 1  ");
    let facts = crate::summary::Summaries { delivery: delivered.summary, ..Default::default() };
    let summary = facts.of("dora_summary", None, None).expect("something was deployed").table;
    assert_eq!((&*summary.cell(1, "metric"), &*summary.cell(1, "n")), ("lead_time_for_changes", "0"));
}

#[test]
fn an_end_before_its_begin_is_known_to_be_an_end_and_in_no_duration() {
    let mut life = two();
    life.incident("before", "03 12:00", &[("restored", "03 11:30")]).deployment_id = "d1".into();
    life.incident("named", "03 09:00", &[("restored", "03 10:30")]).deployment_id = "d1".into();
    let delivered = life.tables(&Rules::default(), "2026-04-10");
    let incidents = delivered.rows("calculated_incident", ("deployment_id", "d1"), &["incident_id", "downtime_hours"]);
    assert_eq!(incidents, ["named 1.500000", "before "]);
    let columns = ["incidents", "restored", "restore_p50_hours", "detect_p50_hours"];
    assert_eq!(delivered.rows("dora_month", ("service", "ALL"), &columns)[0], "2 2 1.500000 1.000000");
    life.incidents.remove(0);
    let delivered = life.tables(&Rules::default(), "2026-04-10");
    let columns = ["failed", "recovered", "recovery_open", "recovery_p50_hours"];
    assert_eq!(delivered.rows("dora_month", ("service", "ALL"), &columns)[0], "1 1 0 ", "over before it was deployed");
    let facts = crate::summary::Summaries { delivery: delivered.summary, ..Default::default() };
    let summary = facts.of("dora_summary", None, None).expect("something was deployed").table;
    assert_eq!((&*summary.cell(3, "metric"), &*summary.cell(3, "n")), ("recovery_time", "0"));
}

#[test]
fn tiers_are_compared_without_case() {
    let mut life = two();
    for deployment in &mut life.deployments {
        (deployment.environment, deployment.tier) = ("live".into(), "Production".into());
    }
    let months = life.tables(&Rules::default(), "2026-04-10").rows("dora_month", ("service", "ALL"), &["deployments"]);
    assert_eq!(months[0], "2");
}

/// Releases 1.0 and 2.0 of one line, and a hotfix to the old one on the day of 2.0.
fn lines() -> Life {
    let mut life = Life::default();
    for (sha, parent, on) in
        [("a", "", "02 08:00"), ("b", "a", "05 08:00"), ("old", "a", "05 13:00"), ("new", "b", "05 17:00")]
    {
        life.commit(sha, parent, on);
    }
    life.release("1.0", "a", "02 10:00");
    life.release("2.0", "b", "05 10:00");
    life.release("1.0.1", "old", "05 14:00");
    let hotfix = life.change(1, "05 12:00", "05 13:00", "old");
    (hotfix.base, hotfix.labels) = ("release-1".into(), vec!["hotfix".into()]);
    // So that `main` is the branch that most is merged into.
    life.change(8, "01 12:00", "01 13:00", "");
    life.change(9, "01 12:00", "01 13:00", "");
    life
}

fn causes(life: &Life) -> Vec<String> {
    life.tables(&Rules::default(), "2026-04-10").rows(
        "calculated_deployment",
        ("org", "acme"),
        &["deployment_id", "kind", "causes"],
    )
}

#[test]
fn a_hotfix_to_an_old_line_says_nothing_of_the_newest_one() {
    assert_eq!(causes(&lines()), ["1.0 change ", "2.0 change ", "1.0.1 change "]);
    let mut alone = lines();
    alone.releases.remove(1);
    alone.releases[0].published_at = Some(march("05 09:00"));
    assert_eq!(causes(&alone), ["1.0 change hotfix", "1.0.1 change "], "it is made from that one");
}

#[test]
fn a_hotfix_to_the_newest_line_says_that_its_release_failed_also_after_one_to_an_old_line() {
    let mut life = lines();
    life.change(2, "05 16:00", "05 17:00", "new").labels = vec!["hotfix".into()];
    life.release("2.0.1", "new", "05 18:00");
    assert_eq!(causes(&life), ["1.0 change ", "2.0 change hotfix", "1.0.1 change ", "2.0.1 change "]);
}

#[test]
fn a_release_that_is_behind_ships_nothing_and_is_no_base() {
    let mut life = lines();
    life.releases[2].sha = "a".into();
    life.change(2, "05 16:00", "05 17:00", "new").labels = vec!["hotfix".into()];
    life.release("2.0.1", "new", "05 18:00");
    assert_eq!(causes(&life), ["1.0 change ", "2.0 change hotfix", "1.0.1 redeploy ", "2.0.1 change "]);
}
