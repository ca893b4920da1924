//! Services whose deployments are recorded no more while their merges go on.

use model::rules::Rules;
use model::tables::Deployment;

use super::{Life, at};
use crate::catalogue::table;
use crate::delivery::Delivered;
use crate::summary::{Summaries, Summary};

/// What the tables rest on: a day of 2026, `03-04`, at ten.
fn day(text: &str) -> model::Instant {
    at(&format!("2026-{text}T10:00:00Z"))
}

impl Life {
    /// A deployment of a commit of a repository that is in no graph.
    fn deployed(&mut self, repo: &str, on: &str, succeeds: bool) -> &mut Deployment {
        let id = format!("{repo} {on}");
        let deployment = self.deployment(&id, &id, "01 00:00", succeeds);
        let ended = day(on);
        deployment.repo = repo.into();
        (deployment.created_at, deployment.started_at, deployment.finished_at) = (ended, Some(ended), Some(ended));
        deployment.succeeded_at = succeeds.then_some(ended);
        deployment
    }

    /// A change of a repository that was merged on a day.
    fn merged(&mut self, repo: &str, number: u32, on: &str) {
        let change = self.change(number, "01 00:00", "01 00:00", "");
        change.place.repo = repo.into();
        change.created_at = day(on);
        (change.first_commit_at, change.merged_at, change.closed_at) = (Some(day(on)), Some(day(on)), Some(day(on)));
    }

    fn delivered(&self, as_of: &str) -> Delivered {
        self.tables(&Rules::default(), as_of)
    }
}

/// `shop` deploys on four Mondays of January and on the second of February; its merges go on. One incident in March.
fn silent() -> Life {
    let mut life = Life::default();
    for on in ["01-05", "01-12", "01-19", "01-26", "02-02"] {
        life.deployed("shop", on, true);
    }
    for (number, on) in ["01-08", "02-10", "02-17", "02-24", "03-03", "03-10"].into_iter().enumerate() {
        life.merged("shop", number as u32 + 1, on);
    }
    life.incident("i", "05 12:00", &[("restored", "05 14:00")]);
    life
}

/// The same beside `web`, which deploys each Monday up to the middle of March.
fn one_of_two() -> Life {
    let mut life = silent();
    for on in ["01-05", "01-12", "01-19", "01-26", "02-02", "02-09", "02-16", "02-23", "03-02", "03-09", "03-16"] {
        life.deployed("web", on, true);
    }
    life
}

const AS_OF: &str = "2026-03-20";

fn months(delivered: &Delivered, service: &str, columns: &[&str]) -> Vec<String> {
    delivered.rows("dora_month", ("service", service), columns)
}

fn summary(delivered: &Delivered, from: &str, to: &str) -> Summary {
    let day = |text: &str| text.parse().ok();
    let facts = Summaries { delivery: delivered.summary.clone(), ..Summaries::default() };
    facts.of("dora_summary", day(from), day(to)).expect("something was deployed")
}

fn cells(summary: &Summary, column: &str) -> Vec<String> {
    (0..summary.table.height()).map(|row| summary.table.cell(row, column)).collect()
}

#[test]
fn a_service_whose_deployments_stop_while_its_merges_go_on_is_asked_about() {
    let expected = "service acme/shop: no deployments since 2026-02-02T10:00:00Z, while its merges go on: does the job still record them?";
    assert!(silent().delivered(AS_OF).notices.iter().any(|notice| notice == expected));
    let is_said = |life: &Life, as_of: &str| life.delivered(as_of).notices.iter().any(|it| it.starts_with("service"));
    assert!(!is_said(&silent(), "2026-03-01"), "for four weeks it may be chance");
    let mut rare = silent();
    rare.deployed("shop", "02-25", true);
    assert!(!is_said(&rare, AS_OF), "it deploys again");
    let mut tried = silent();
    tried.deployed("shop", "03-12", false);
    assert!(!is_said(&tried, AS_OF), "an attempt that failed is recorded, and so would be a success");
    let mut quiet = silent();
    quiet.changes.truncate(5);
    assert!(!is_said(&quiet, AS_OF), "hardly anything is merged");
}

#[test]
fn its_periods_from_then_on_are_null_and_the_one_in_which_it_fell_silent_is_incomplete() {
    let delivered = silent().delivered(AS_OF);
    let columns = ["month", "deployments", "per_day", "changes", "failed", "linked_share", "no_limits", "complete"];
    assert_eq!(
        months(&delivered, "acme/shop", &columns),
        [
            "2026-01 4 0.129032 1 0 1.000000 too_few_periods true",
            "2026-02 1 0.035714 0 0  incomplete false",
            "2026-03      incomplete false",
        ]
    );
    assert_eq!(months(&delivered, "acme/shop", &["incidents", "restored", "restore_p50_hours"])[2], "1 1 2.000000");
    let weeks = delivered.rows("dora_week", ("service", "acme/shop"), &["week", "deployments", "complete"]);
    assert_eq!(weeks[..4], ["02 1 true", "03 1 true", "04 1 true", "05 1 true"]);
    assert_eq!(weeks[4..6], ["06 1 false", "07  false"]);
    let days = delivered.rows("dora_day", ("service", "ALL"), &["date", "deployments", "complete"]);
    assert_eq!(days[27..30], ["2026-02-01 0 true", "2026-02-02 1 false", "2026-02-03  false"]);
}

#[test]
fn every_figure_of_deployments_is_null_then_and_no_other() {
    let delivered = silent().delivered(AS_OF);
    let written = delivered.table("dora_month");
    let row = (0..written.height()).find(|row| written.cell(*row, "month") == "2026-03").expect("March");
    let kept = ["month", "service", "segment", "provisional", "no_limits", "complete"];
    let of_incidents = ["incidents", "restored", "restore_p50_hours", "restore_mean_hours"];
    for column in table("dora_month").expect("in the catalogue").columns {
        let is_known = kept.contains(&column.name) || of_incidents.contains(&column.name) || column.name == "signals";
        assert_eq!(written.cell(row, column.name).is_empty(), !is_known || column.name == "signals", "{}", column.name);
        assert!(column.nullable || is_known, "{}", column.name);
    }
}

#[test]
fn of_several_services_all_is_what_is_known_and_incomplete_from_the_first_silence_on() {
    let delivered = one_of_two().delivered(AS_OF);
    let columns = ["month", "deployments", "complete"];
    assert_eq!(months(&delivered, "ALL", &columns), ["2026-01 8 true", "2026-02 5 false", "2026-03 3 false"]);
    assert_eq!(months(&delivered, "acme/web", &columns), ["2026-01 4 true", "2026-02 4 true", "2026-03 3 false"]);
    assert_eq!(months(&silent().delivered(AS_OF), "ALL", &columns)[2], "2026-03  false", "nothing is known");
}

#[test]
fn what_was_merged_since_is_neither_deployed_nor_not() {
    let mut life = one_of_two();
    life.merged("web", 20, "03-03");
    let delivered = life.delivered(AS_OF);
    let reasons = delivered.rows("calculated_change", ("repo", "shop"), &["number", "reason"]);
    assert_eq!(
        reasons,
        ["1 ", "2 not_recorded", "3 not_recorded", "4 not_recorded", "5 not_recorded", "6 not_recorded"]
    );
    assert_eq!(months(&delivered, "ALL", &["linked_share"]), ["1.000000", "", "1.000000"]);
}

#[test]
fn limits_see_no_zeros_of_a_silent_service() {
    let mut life = silent();
    for on in ["01-07", "01-14", "01-21"] {
        life.deployed("shop", on, true);
    }
    for on in 3..9 {
        life.deployed("shop", &format!("02-0{on}"), true);
    }
    let long = life.delivered("2026-06-30");
    let weeks = long.rows("dora_week", ("service", "ALL"), &["week", "deployments", "center", "signals"]);
    assert!(weeks.len() > 20 && weeks[6..].iter().all(|week| week.trim_end().len() == 2), "{weeks:?}");
}

#[test]
fn the_summary_goes_by_the_days_that_are_known_and_says_since_when_nothing_is() {
    let delivered = silent().delivered(AS_OF);
    // Five deployments in the 28 days from the first to the last of them.
    let whole = summary(&delivered, "2026-01-05", "2026-03-19");
    assert_eq!((&*cells(&whole, "value")[0], &*cells(&whole, "n")[0]), ("1.250000", "5"));
    assert!(cells(&whole, "previous").iter().all(String::is_empty));
    assert_eq!(
        whole.sentences[1],
        "Deployments are recorded no more of acme/shop since 2026-02-02: what was deployed since then is not known."
    );
    let since = summary(&delivered, "2026-03-01", "2026-03-19");
    assert_eq!((&*cells(&since, "value")[0], &*cells(&since, "n")[0]), ("", "0"));
    assert_eq!(since.sentences[0], "From 2026-03-01 to 2026-03-19, there is nothing to sum up.");
    let before = summary(&delivered, "2026-01-19", "2026-01-31");
    assert_eq!(before.sentences.len(), 1, "that was before");
}

#[test]
fn the_summary_of_several_adds_what_each_deploys_a_week_while_it_is_known() {
    let delivered = one_of_two().delivered(AS_OF);
    // In March `web` alone: three in 19 days. From the begin on both: 11 in 74 days, and 5 in 28.
    let march = summary(&delivered, "2026-03-01", "2026-03-19");
    let of_days = |parts: &[(f64, f64)]| format!("{:.6}", parts.iter().map(|(n, days)| n / days * 7.0).sum::<f64>());
    assert_eq!(cells(&march, "value")[0], of_days(&[(3.0, 19.0)]));
    let whole = summary(&delivered, "2026-01-05", "2026-03-19");
    assert_eq!(cells(&whole, "value")[0], of_days(&[(11.0, 73.0 + 14.0 / 24.0), (5.0, 28.0)]));
    assert_eq!(cells(&march, "change_percent")[0], "", "the days before have a service more");
}
