//! What is said of the cost of CI and of delivery where neither has anything to do with the other.

use metrics_core::{RawBuilder, calculate};
use model::Instant;
use model::columns::{Raw, Scopes};
use model::records::Place;
use model::rules::Rules;
use model::tables::{CiBill, Deployment, GitCommit, Incident, PullRequest};

use crate::chance::Chance;
use crate::{Share, Size};

const MONTHS: i32 = 36;
/// Its first day is the beginning.
const FIRST: &str = "2023-01";
/// Measures by months that delivery lies behind.
const FIGURES: usize = 9;
const SHARE_FAILED: f64 = 0.15;

/// How the months of an organisation follow each other.
#[derive(Clone, Copy, Debug)]
enum Course {
    /// Each for itself.
    Steady,
    /// Each keeps a part of the one before, in the cost and in the number of deployments.
    Dependent,
    /// Cost and deployments both double over the years.
    Growing,
}

#[derive(Default)]
struct Seen {
    spearman: Share,
    pearson: Share,
}

#[test]
fn of_an_organisation_without_any_link_few_figures_show_one() {
    let size = Size::chosen();
    // Months that depend on each other, and what grows at once, show links by themselves: a link is no cause.
    let courses = [
        (Course::Steady, "months for themselves", 0.0..=size.pick(12.0, 5.0)),
        (Course::Dependent, "dependent months", 0.0..=size.pick(25.0, 7.0)),
        (Course::Growing, "cost and deployments grow", 15.0..=45.0),
    ];
    for (course, words, percent) in courses {
        let mut seen = Seen::default();
        for seed in 0..size.pick(6, 400) {
            look(&organisation(&mut Chance::new(seed), course), &mut seen);
        }
        seen.spearman.held(&format!("{words}: figures whose Spearman leaves 0 out"), percent.clone());
        seen.pearson
            .held(&format!("{words}: figures whose Pearson leaves 0 out"), *percent.start()..=percent.end() * 1.2);
    }
}

fn look(raw: &Raw, seen: &mut Seen) {
    let scopes = Scopes { delivery: true, ci: true, ..Scopes::NONE };
    let calculation = calculate(raw, &Rules::default(), None, scopes).expect("nothing to contradict");
    let table = calculation.tables.iter().find(|table| table.name == "cost_delivery_link").expect("it is computed");
    let number = |row: usize, column: &str| -> f64 { table.cell(row, column).parse().expect("known") };
    let over_months = (0..table.height()).filter(|row| table.cell(*row, "over") == "months");
    let mut figures = 0;
    for row in over_months {
        assert!(number(row, "pairs") >= f64::from(MONTHS - 3), "all months count: {}", number(row, "pairs"));
        let leaves_zero_out =
            |name: &str| number(row, &format!("{name}_low")) > 0.0 || number(row, &format!("{name}_high")) < 0.0;
        seen.spearman.add(leaves_zero_out("spearman"));
        seen.pearson.add(leaves_zero_out("pearson"));
        figures += 1;
    }
    assert_eq!(figures, FIGURES);
}

/// Bills of each month, and changes that are deployed one by one: some deployments fail.
fn organisation(chance: &mut Chance, course: Course) -> Raw {
    let mut builder = RawBuilder::new();
    let first = model::Month::parse(FIRST).expect("a month");
    let costs = levels(chance, course, 1_200.0, 0.25);
    let means = levels(chance, course, 40.0, 0.15);
    let (mut number, mut parent) = (0, String::new());
    for ((back, cost), mean) in (0..MONTHS).zip(costs).zip(means) {
        let month = first.plus(back);
        let (start, end) = (month.start().seconds(), month.end().seconds());
        builder.ci_bill(&bill(month.start(), cost));
        let mut times: Vec<i64> = (0..chance.poisson(mean).max(12))
            .map(|_| start + (chance.uniform() * (end - start) as f64) as i64)
            .collect();
        times.sort_unstable();
        for at in times {
            number += 1;
            let sha = format!("c{number}");
            let lead = (chance.exponential() * 4.0 * 86_400.0) as i64 + 3_600;
            builder.pull_request(&change(number, at - lead, at - 600, &sha));
            builder.git_commit(&commit(&sha, &parent, at - 600));
            builder.deployment(&deployment(number, &sha, at));
            if chance.uniform() < SHARE_FAILED {
                builder.incident(&incident(number, at + 1_800));
            }
            parent = sha;
        }
    }
    let as_of = Instant::from_seconds(first.plus(MONTHS).start().seconds() + 20 * 86_400);
    builder.build(as_of).expect("each comes once")
}

/// A level for each month around a mean.
fn levels(chance: &mut Chance, course: Course, mean: f64, varied: f64) -> Vec<f64> {
    let mut kept = 0.0;
    let level = |month: i32| {
        let own = normal(chance);
        kept = if matches!(course, Course::Dependent) { 0.6 * kept + 0.8 * own } else { own };
        let grown =
            if matches!(course, Course::Growing) { 2_f64.powf(f64::from(month) / f64::from(MONTHS)) } else { 1.0 };
        mean * grown * (varied * kept).exp()
    };
    (0..MONTHS).map(level).collect()
}

fn normal(chance: &mut Chance) -> f64 {
    (2.0 * chance.exponential()).sqrt() * (std::f64::consts::TAU * chance.uniform()).cos()
}

fn bill(day: Instant, cost: f64) -> CiBill {
    let cost: model::Amount = format!("{cost:.2}").parse().expect("an amount");
    let [org, repo, cost_center] = ["acme", "shop", ""].map(str::to_owned);
    let [sku, unit, currency, host] = ["linux", "minutes", "USD", "github.com"].map(str::to_owned);
    let zero = model::Amount::zero;
    let (quantity, price, discount) = (zero(), zero(), zero());
    CiBill {
        day,
        org,
        repo,
        cost_center,
        sku,
        quantity,
        unit,
        price,
        gross: cost.clone(),
        discount,
        net: cost,
        currency,
        host,
    }
}

fn change(number: i32, first: i64, merged: i64, sha: &str) -> PullRequest {
    let [first, merged] = [first, merged].map(Instant::from_seconds);
    let place = Place {
        org: "acme".into(),
        repo: "shop".into(),
        number: number.to_string(),
        host: "github.com".into(),
        ..Place::default()
    };
    PullRequest {
        place,
        state: "merged".into(),
        created_at: first,
        first_commit_at: Some(first),
        merged_at: Some(merged),
        closed_at: Some(merged),
        base: "main".into(),
        merge_commit: sha.into(),
        creator: "ada".into(),
        ..PullRequest::default()
    }
}

fn commit(sha: &str, parent: &str, at: i64) -> GitCommit {
    GitCommit {
        org: "acme".into(),
        repo: "shop".into(),
        sha: sha.into(),
        parents: parent.into(),
        committed_at: Instant::from_seconds(at),
        ..GitCommit::default()
    }
}

fn deployment(number: i32, sha: &str, at: i64) -> Deployment {
    let at = Instant::from_seconds(at);
    Deployment {
        id: format!("d{number}"),
        org: "acme".into(),
        repo: "shop".into(),
        environment: "production".into(),
        sha: sha.into(),
        created_at: at,
        started_at: Some(at),
        succeeded_at: Some(at),
        finished_at: Some(at),
        outcome: "success".into(),
        ..Deployment::default()
    }
}

fn incident(number: i32, at: i64) -> Incident {
    Incident {
        id: format!("i{number}"),
        org: "acme".into(),
        repo: "shop".into(),
        deployment_id: format!("d{number}"),
        started_at: Instant::from_seconds(at),
        ..Incident::default()
    }
}
