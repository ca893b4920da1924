//! What jobs cost, and what that was spent on.

use model::ci::{JobPrice, MinuteRounding};
use model::records::Repository;
use model::tables::CiBill;
use model::{Amount, Instant};

use super::{Life, at};

const PARTS: [&str; 6] = ["cost", "useful", "flaky", "failed", "cancelled", "retried"];

fn amount(text: &str) -> Amount {
    text.parse().expect("an amount")
}

/// Example D of the definitions.
#[test]
fn a_minute_that_has_begun_is_charged_for_each_job_and_what_failed_and_then_succeeded_was_flaky() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 100, "failure");
    life.attempt("1", 2, 200, 300, "success");
    life.job("1", 1, "linux", [0, 61], "failure");
    life.job("1", 1, "windows", [0, 45], "success").labels = "windows-latest".into();
    life.job("1", 2, "linux", [200, 259], "success");
    let row = || life.cells("ci_cost_month", "2026-02,ALL,acme/shop,CI", &PARTS);
    assert_eq!(row(), ["0.028,0.016,0.012,0.00,0.00,0.00"]);
    // What a partial second attempt lists once more counts once.
    let mut partial = Life { runs: life.runs.clone(), jobs: life.jobs.clone(), ..Life::default() };
    partial.job("1", 2, "windows", [0, 45], "success").labels = "windows-latest".into();
    assert_eq!(partial.cells("ci_cost_month", "2026-02,ALL,acme/shop,CI", &PARTS), row());
}

#[test]
fn prices_are_those_of_the_day_on_which_a_job_began() {
    let cost = |began: &str| {
        let mut life = Life::default();
        let began = at(began);
        let later = |seconds: i64| Some(Instant::from_seconds(began.seconds() + seconds));
        let run = life.attempt("1", 1, 0, 100, "success");
        (run.created_at, run.started_at, run.finished_at) = (began, later(0), later(60));
        for (name, seconds, labels) in
            [("a", 61, "ubuntu-latest"), ("b", 45, "windows-latest"), ("c", 59, "ubuntu-latest")]
        {
            let job = life.job("1", 1, name, [0, 0], "success");
            (job.started_at, job.finished_at, job.labels) = (later(0), later(seconds), labels.into());
        }
        life.cells("ci_cost_month", "", &["month", "cost", "workflow"])[0].clone()
    };
    assert_eq!(cost("2025-12-31T23:59:00Z"), "2025-12,0.04,CI");
    assert_eq!(cost("2026-01-01T00:00:00Z"), "2026-01,0.028,CI");
}

#[test]
fn minutes_of_gitlab_count_by_the_machine_and_are_not_rounded_up() {
    let mut life = Life::default();
    life.pipeline(1, 0, 100, "success");
    let job = life.task(1, "test", [0, 90], "success");
    job.labels = "saas-linux-medium-amd64".into();
    job.duration_ms = Some(90_400);
    let columns = ["minutes", "cost", "currency"];
    assert_eq!(life.cells("ci_cost_month", "2026-02,ALL,acme/api,push", &columns), ["3.013333,0.03013333,USD"]);
    life.jobs[0].labels = String::new();
    life.jobs[0].duration_ms = Some(60_000);
    assert_eq!(
        life.cells("ci_cost_month", "2026-02,ALL,acme/api,push", &columns),
        ["1.000000,0.01,USD"],
        "a small one"
    );
    life.jobs[0].runner = "self_hosted".into();
    assert_eq!(
        life.cells("ci_cost_month", "2026-02,ALL,acme/api,push", &["minutes", "unpriced_minutes", "cost", "basis"]),
        ["1.000000,1.000000,0.00,"]
    );
}

#[test]
fn public_repositories_cost_nothing_on_the_usual_machines() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 100, "success");
    life.job("1", 1, "usual", [0, 61], "success");
    life.job("1", 1, "large", [0, 61], "success").labels = "ubuntu-latest-16-cores".into();
    let row = |life: &Life| life.cells("ci_cost_month", "2026-02,ALL,acme/shop,CI", &["minutes", "cost"]);
    assert_eq!(row(&life), ["4.000000,0.096"]);
    let public = Repository { org: "acme".into(), name: "shop".into(), private: false, ..Repository::default() };
    life.repositories.push(public);
    assert_eq!(row(&life), ["4.000000,0.084"]);
}

#[test]
fn ones_own_prices_go_before_the_providers_and_own_machines_have_no_other() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 100, "success");
    let job = life.job("1", 1, "build", [0, 90], "success");
    job.labels = "self-hosted;linux-xl".into();
    job.runner = "self_hosted".into();
    let row = |life: &Life| {
        life.cells("ci_cost_month", "2026-02,ALL,acme/shop,CI", &["currency", "minutes", "unpriced_minutes", "cost"])
    };
    assert_eq!(row(&life), ["USD,1.500000,1.500000,0.00"]);
    let price = |per_minute: &str, from: Option<&str>, round| JobPrice {
        labels: vec!["Linux-XL".into()],
        per_minute: amount(per_minute),
        currency: "EUR".into(),
        from: from.map(|day| day.parse().expect("a day")),
        round,
    };
    life.prices = vec![price("0.031", None, MinuteRounding::Up)];
    assert_eq!(row(&life), ["EUR,2.000000,0.000000,0.062"]);
    life.prices.push(price("0.04", Some("2026-02-10"), MinuteRounding::None));
    life.prices.push(price("9", Some("2026-02-11"), MinuteRounding::None));
    assert_eq!(row(&life), ["EUR,1.500000,0.000000,0.06"], "the last one that holds on the day");
}

#[test]
fn each_job_is_spent_on_the_first_thing_that_fits() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 100, "failure");
    life.attempt("1", 2, 200, 300, "success");
    life.job("1", 1, "called off", [0, 60], "cancelled");
    life.job("1", 1, "red", [0, 60], "failure");
    life.job("1", 1, "green", [0, 60], "success");
    life.job("1", 2, "red", [200, 260], "success");
    life.job("1", 2, "green", [200, 260], "success");
    life.job("1", 2, "skipped", [200, 200], "skipped");
    life.attempt("2", 1, 0, 100, "failure").sha = "c2".into();
    life.job("2", 1, "red", [0, 60], "timed_out");
    assert_eq!(
        life.cells("ci_cost_month", "2026-02,ALL,acme/shop,CI", &PARTS),
        ["0.036,0.012,0.006,0.006,0.006,0.006"]
    );
    assert_eq!(life.cells("ci_cost_month", "2026-02,ALL,acme/shop,CI", &["jobs", "minutes"]), ["7,6.000000"]);
}

#[test]
fn a_job_that_may_fail_in_a_run_that_succeeds_has_failed_and_is_not_flaky() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 100, "success");
    life.job("1", 1, "may fail", [0, 60], "failure").allow_failure = true;
    assert_eq!(life.cells("ci_cost_month", "2026-02,ALL,acme/shop,CI", &["flaky", "failed"]), ["0.00,0.006"]);
    life.attempt("2", 1, 200, 300, "success");
    assert_eq!(
        life.cells("ci_cost_month", "2026-02,ALL,acme/shop,CI", &["flaky", "failed"]),
        ["0.006,0.00"],
        "another run of the commit succeeds"
    );
}

fn bill(repo: &str, sku: &str, net: &str) -> CiBill {
    CiBill {
        day: at("2026-02-10"),
        org: "acme".into(),
        repo: repo.into(),
        cost_center: String::new(),
        sku: sku.into(),
        quantity: amount("3"),
        unit: "minutes".into(),
        price: amount("0.006"),
        gross: amount(net),
        discount: amount("0"),
        net: amount(net),
        currency: "USD".into(),
        host: "github.com".into(),
    }
}

#[test]
fn a_bill_is_the_money_and_the_estimate_shares_it_out_to_the_last_digit() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 100, "failure");
    life.attempt("1", 2, 200, 300, "success");
    life.job("1", 1, "a", [0, 60], "failure");
    life.job("1", 2, "a", [200, 260], "success");
    let deploy = life.attempt("2", 1, 0, 100, "success");
    (deploy.workflow, deploy.workflow_path) = ("Deploy".into(), ".github/workflows/deploy.yml".into());
    life.job("2", 1, "ship", [0, 60], "success");
    life.bills = vec![bill("shop", "Actions Linux", "0.01"), bill("shop", "storage", "0.5"), bill("", "packages", "2")];
    let columns = ["workflow", "cost", "useful", "flaky", "basis", "bill_over_estimate"];
    assert_eq!(
        life.cells("ci_cost_month", "2026-02,ALL,acme/shop", &columns),
        [
            "CI,0.006666666667,0.003333333334,0.003333333333,bill,0.555556",
            "Deploy,0.003333333333,0.003333333333,0.00,bill,0.555556",
            "storage,0.50,0.50,0.00,bill,",
            "ALL,0.51,0.506666666667,0.003333333333,bill,0.555556",
        ]
    );
    assert_eq!(life.cells("ci_cost_month", "2026-02,ALL,,packages", &["cost"]), ["2.00"]);
    assert_eq!(life.cells("ci_cost_month", "2026-02,ALL,ALL,ALL", &["cost"]), ["2.51"]);
}

#[test]
fn what_is_billed_for_larger_machines_is_for_the_jobs_whose_labels_say_no_kind() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 100, "failure");
    life.job("1", 1, "usual", [0, 60], "success");
    life.job("1", 1, "large", [0, 180], "failure").labels = "linux-xl".into();
    let own = life.job("1", 1, "own", [0, 60], "success");
    (own.labels, own.runner) = ("self-hosted;rack".into(), "self_hosted".into());
    let mut storage = bill("shop", "storage", "0.5");
    storage.unit = "gigabyte hours".into();
    life.bills = vec![bill("shop", "linux", "0.006"), bill("shop", "linux_8_core", "0.066"), storage];
    let columns = ["workflow", "cost", "useful", "failed", "unpriced_minutes", "bill_over_estimate"];
    let right = ["CI,0.072,0.006,0.066,1.000000,1.000000", "storage,0.50,0.50,0.00,0.000000,"];
    let rows = |life: &Life| life.cells("ci_cost_month", "2026-02,ALL,acme/shop", &columns)[..2].to_vec();
    assert_eq!(rows(&life), right);
    // With a price of one's own the bill is the money all the same, and the two are not added.
    life.prices = vec![JobPrice {
        labels: vec!["linux-xl".into()],
        per_minute: amount("0.031"),
        currency: "USD".into(),
        from: None,
        round: MinuteRounding::Up,
    }];
    assert_eq!(rows(&life), right);
    // Without a line of the bill for it, it may be a machine of one's own, and costs what the configuration says.
    life.bills.remove(1);
    assert_eq!(rows(&life)[0], "CI,0.099,0.006,0.093,1.000000,1.000000");
}

#[test]
fn the_repositories_that_cost_most_come_first() {
    let mut life = Life::default();
    for (number, (repo, minutes)) in (1..).zip([("a", 1), ("b", 8), ("c", 1)]) {
        let run = number.to_string();
        life.attempt(&run, 1, 0, 60 * minutes, "success").repo = repo.into();
        life.job(&run, 1, "test", [0, 60 * minutes], "success").repo = repo.into();
    }
    let columns = ["rank", "repo", "cost", "share", "cumulative_share"];
    assert_eq!(
        life.cells("ci_cost_pareto", "USD", &columns),
        ["1,acme/b,0.048,0.800000,0.800000", "2,acme/a,0.006,0.100000,0.900000", "3,acme/c,0.006,0.100000,1.000000"]
    );
}

#[test]
fn repositories_without_a_line_of_the_bill_are_told_where_others_have_one() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 100, "success");
    life.job("1", 1, "test", [0, 60], "success");
    let other = life.attempt("2", 1, 0, 100, "success");
    other.repo = "docs".into();
    life.job("2", 1, "test", [0, 60], "success").repo = "docs".into();
    assert_eq!(life.notices(), [""; 0], "nothing is billed");
    life.bills.push(bill("shop", "linux", "0.006"));
    assert_eq!(
        life.notices(),
        [
            "no line of the bill of acme is for acme/docs, which had jobs in 2026-02, while others are billed: what they cost \
          is not known, and counts as nothing; if they belong to a cost centre, name its id in ci.cost_centers"
        ]
    );
    life.bills.push(bill("docs", "linux", "0.000"));
    assert_eq!(life.notices(), [""; 0], "a line of nothing is one");
    life.bills.pop();
    life.jobs[1].runner = "self_hosted".into();
    assert_eq!(life.notices(), [""; 0], "nobody bills one's own machines");
}
