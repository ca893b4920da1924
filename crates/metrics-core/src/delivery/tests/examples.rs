//! Examples A, B and C of the definitions.

use model::rules::Rules;

use super::Life;
use crate::delivery::wilson;
use crate::frame::{P85_MINIMUM, percentile, percentile_of_enough};

/// Six commits in a row, four changes, seven deployments and an incident.
pub(super) fn example_a() -> Life {
    let mut life = Life::default();
    let dates = ["01 00:00", "02 10:00", "03 11:00", "03 12:00", "04 09:30", "05 16:00"];
    for (number, date) in dates.into_iter().enumerate() {
        let parent = number.checked_sub(1).map_or_else(String::new, |parent| format!("c{parent}"));
        life.commit(&format!("c{number}"), &parent, date);
    }
    life.change(1, "01 10:00", "02 10:00", "c1");
    life.change(2, "02 12:00", "03 12:00", "c3");
    life.change(3, "04 09:00", "04 09:30", "c4").labels = vec!["hotfix".into()];
    life.change(4, "03 16:00", "05 16:00", "c5");
    for (id, sha, ended, succeeds) in [
        ("D0", "c0", "01 00:00", true),
        ("D1", "c3", "03 14:00", true),
        ("again", "c3", "03 15:00", true),
        ("D2", "c0", "04 08:00", true),
        ("D3", "c4", "04 10:00", true),
        ("D4", "c5", "05 17:00", false),
        ("D5", "c5", "05 18:00", true),
    ] {
        life.deployment(id, sha, ended, succeeds);
    }
    life.incident("i", "05 19:30", &[("opened", "05 19:30"), ("restored", "05 20:15")]);
    life
}

#[test]
fn example_a_has_the_keys_that_the_definitions_say() {
    let delivered = example_a().tables(&Rules::default(), "2026-04-10");
    let month = |columns: &[&str]| delivered.rows("dora_month", ("month", "2026-03"), columns);
    let counts =
        ["service", "deployments", "redeploys", "rollbacks", "attempts_failed", "changes", "failed", "unplanned"];
    assert_eq!(month(&counts), ["acme/shop 5 1 1 1 4 2 2", "ALL 5 1 1 1 4 2 2"]);
    let leads = ["lead_p50_days", "lead_mean_days", "lead_p85_days", "change_failure_rate", "complete"];
    assert_eq!(month(&leads)[1], "1.583333 1.343750   true");
    let times = ["recovered", "recovery_open", "recovery_p50_hours", "restore_p50_hours", "detect_p50_hours"];
    assert_eq!(month(&times)[1], "2 0 10.125000 0.750000 1.500000");
    let deployments = delivered.rows(
        "calculated_deployment",
        ("service", "acme/shop"),
        &["deployment_id", "kind", "failed", "causes", "unplanned", "changes"],
    );
    assert_eq!(
        deployments,
        [
            "D0 change false  false 0",
            "D1 change true rollback false 2",
            "again redeploy false  false 0",
            "D2 rollback false  true 0",
            "D3 change false  true 1",
            "D4 failed_attempt    ",
            "D5 change true incident false 1",
        ]
    );
    let changes = delivered.rows(
        "calculated_change",
        ("service", "acme/shop"),
        &["number", "deployment_id", "lead_days", "method", "confidence"],
    );
    assert_eq!(
        changes,
        [
            "1 D1 2.166667 ancestry certain",
            "2 D1 1.083333 ancestry certain",
            "3 D3 0.041667 ancestry certain",
            "4 D5 2.083333 ancestry certain",
        ]
    );
    let incidents = delivered.rows("calculated_incident", ("incident_id", "i"), &["deployment_id", "method"]);
    assert_eq!(incidents, ["D5 window"]);
}

#[test]
fn example_b_has_intervals_by_wilson() {
    let rounded = |part, all| wilson(part, all).map(|(low, high)| (format!("{low:.6}"), format!("{high:.6}")));
    let interval = |low: &str, high: &str| Some((low.to_owned(), high.to_owned()));
    assert_eq!(rounded(33, 412), interval("0.057600", "0.110352"));
    assert_eq!(rounded(0, 20), interval("0.000000", "0.161125"));
    assert_eq!(rounded(4, 25), interval("0.064035", "0.346536"));
    assert_eq!(wilson(0, 0), None);
}

#[test]
fn example_c_has_percentiles_between_observations() {
    let leads = [2.5, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0, 24.0, 30.0, 52.0, 75.5];
    assert_eq!(percentile(&leads, 0.5), Some(12.0));
    assert_eq!(percentile_of_enough(&leads, 0.85, P85_MINIMUM), Some(41.0));
}

#[test]
fn in_whatever_order_the_rows_come_the_tables_are_the_same() {
    let csv = |life: &Life| {
        let delivered = life.tables(&Rules::default(), "2026-04-10");
        delivered.tables.iter().map(model::table::Table::to_csv).collect::<Vec<_>>()
    };
    let (life, mut shuffled) = (example_a(), example_a());
    shuffled.commits.reverse();
    shuffled.deployments.reverse();
    shuffled.deployments.swap(1, 3);
    shuffled.changes.reverse();
    assert_eq!(csv(&life), csv(&shuffled));
}
