//! What holds of any database.

use model::Instant;
use model::dora::{DeploymentRow, PullRequestRow, Rows};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::{BotPolicy, Metric, Question, Report};

fn time() -> impl Strategy<Value = String> {
    let usual = (2024..2027, 1..13_u8, 1..32_u8, 0..24_u8, 0..60_u8, select(vec!["Z", "+02:00", ".5Z", ""]));
    let usual = usual.prop_map(|(year, month, day, hour, minute, end)| {
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:59{end}")
    });
    let odd =
        select(vec!["", "9999-12-31T23:59:59Z", "0000-01-01", "2026-07-01", "never", "é026", "2026-07-01T99:00:00Z"]);
    prop_oneof![9 => usual, 1 => odd.prop_map(str::to_owned)]
}

fn text(texts: &[&'static str]) -> impl Strategy<Value = Option<String>> + use<> {
    let texts: Vec<&'static str> = texts.to_vec();
    prop_oneof![
        5 => select(texts).prop_map(|text| Some(text.to_owned())),
        1 => Just(None),
        1 => proptest::option::of("\\PC{0,80}"),
    ]
}

fn pull_request() -> impl Strategy<Value = PullRequestRow> {
    let who = (
        select(vec!["acme/api", "acme/web", ""]),
        any::<i64>(),
        text(&["Change", "a,b\r\n\"c\"", "😀 größer"]),
        text(&["ada", "x[bot]", "X[BOT]", "[bot]", "bot]", "é[bot"]),
        text(&["main", "release"]),
        text(&["", "hotfix", "CAUSED-INCIDENT", "bug,hotfix,caused-incident", "hotfi"]),
    );
    let times = (
        proptest::option::of(time()),
        proptest::option::of(time()),
        proptest::option::of(time()),
        proptest::option::of(time()),
    );
    let sizes = proptest::option::of(prop_oneof![0..20_i64, any::<i64>()]);
    (who, times, sizes).prop_map(
        |((repo, number, title, author, base, labels), (opened, merged, first, ready), files)| PullRequestRow {
            repo: repo.to_owned(),
            number,
            title,
            author,
            base,
            opened_at: opened,
            merged_at: merged,
            first_commit_at: first,
            labels,
            changed_files: files,
            ready_for_review_at: ready,
            ..PullRequestRow::default()
        },
    )
}

fn deployment() -> impl Strategy<Value = DeploymentRow> {
    let states = ["success", "inactive", "failure", "SUCCESS"];
    (text(&["production", "staging"]), time(), text(&states)).prop_map(|(environment, created_at, status)| {
        DeploymentRow { repo: "acme/api".to_owned(), environment, created_at, status, ..DeploymentRow::default() }
    })
}

fn rows() -> impl Strategy<Value = Rows> {
    let pull_requests = proptest::collection::vec(pull_request(), 0..14);
    let deployments = proptest::collection::vec(deployment(), 0..6);
    (pull_requests, deployments).prop_map(|(pull_requests, deployments)| Rows { pull_requests, deployments })
}

fn question(bots: BotPolicy, weeks: u32) -> Question {
    let now = Instant::parse_rfc3339("2026-07-20T12:00:00.000001Z").expect("an instant");
    Question { now, weeks, bots, metrics: Vec::new() }
}

fn json(report: &Report<'_>) -> Value {
    serde_json::from_str(&report.to_json()).expect("JSON")
}

/// The rows of a metric.
fn data(json: &Value, metric: Metric) -> &[Value] {
    let all = json["metrics"].as_array().expect("metrics");
    let found = all.iter().find(|it| it["metric"] == metric.name()).expect("the metric");
    found["data"].as_array().expect("rows")
}

fn sum(rows: &[Value], column: &str) -> u64 {
    rows.iter().map(|row| row[column].as_u64().expect("a count")).sum()
}

/// How many databases are made up: `PROPTEST_CASES` where it is set.
fn cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok());
    ProptestConfig::with_cases(asked.unwrap_or(500))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_database_stops_the_report_and_no_null_counts_as_zero(
        rows in rows(), weeks in 0..200_u32, bots in select(vec![BotPolicy::Default, BotPolicy::ExcludeAll, BotPolicy::IncludeAll])
    ) {
        let question = question(bots, weeks);
        let report = Report::new(&rows, &question);
        let (csv, table) = (report.to_csv(), report.to_table());
        prop_assert!(csv.is_ascii() || csv.chars().count() > 0);
        prop_assert!(table.contains("# weekend-merges"));
        let json_text = report.to_json();
        prop_assert!(json_text.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)));
        let json = json(&report);

        let since = crate::time::window_start(question.now, weeks);
        let inside = |row: &&PullRequestRow| row.merged_at.as_deref().is_some_and(|at| at >= since.as_str());
        let counted = |excluded_by_default: bool| {
            let without = bots.excludes(excluded_by_default);
            rows.pull_requests.iter().filter(inside)
                .filter(move |row| !without || row.author.as_deref().is_some_and(|it| !it.to_ascii_lowercase().ends_with("[bot]")))
        };
        let merged = counted(false).count() as u64;
        prop_assert_eq!(sum(data(&json, Metric::DeployFreqPrs), "deploys"), merged);
        prop_assert_eq!(sum(data(&json, Metric::ChangeFailureRate), "deploys"), merged);
        prop_assert_eq!(sum(data(&json, Metric::Summary), "prs"), merged);
        let failures = data(&json, Metric::ChangeFailurePrs).len() as u64;
        prop_assert_eq!(sum(data(&json, Metric::ChangeFailureRate), "failures"), failures);

        // Rows without a size are of no size, those without a first commit have no lead time.
        let large = counted(true).filter(|row| row.changed_files.is_some_and(|files| files >= 10)).count() as u64;
        prop_assert_eq!(sum(data(&json, Metric::LargePrs), "large_prs"), large);
        let known = counted(true).filter(|row| row.first_commit_at.is_some()).count() as u64;
        prop_assert!(sum(data(&json, Metric::LeadTime), "prs") <= known);
        let sized = counted(true).filter(|row| row.changed_files.is_some_and(|files| files >= 1)).count() as u64;
        prop_assert!(sum(data(&json, Metric::ReviewLatency), "n_prs") <= sized);
        // A week without any is no row.
        for (metric, column) in [
            (Metric::DeployFreqPrs, "deploys"), (Metric::DeployFreq, "deploys"), (Metric::LeadTime, "prs"),
            (Metric::LargePrs, "large_prs"), (Metric::HotfixCount, "hotfix_count"), (Metric::ReviewLatency, "n_prs"),
        ] {
            prop_assert!(data(&json, metric).iter().all(|row| row[column].as_u64() > Some(0)), "{}", metric.name());
        }
        let done = rows.deployments.iter()
            .filter(|row| matches!(row.status.as_deref(), Some("success" | "inactive")) && row.created_at >= since);
        prop_assert_eq!(sum(data(&json, Metric::DeployFreq), "deploys"), done.count() as u64);
        // Without lead times there is no median, and without merges no share.
        for row in data(&json, Metric::Summary) {
            let of_repo = |it: &&PullRequestRow| it.repo == row["repo"].as_str().expect("a repository");
            if counted(true).filter(of_repo).all(|it| it.first_commit_at.is_none()) {
                prop_assert_eq!(&row["median_lead_h"], &Value::Null);
            }
            prop_assert_eq!(row["prs"] == 0, row["cfr"] == "0%");
        }
    }

    #[test]
    fn the_order_in_which_rows_were_written_decides_nothing_but_ties(rows in rows()) {
        let mut reversed = rows.clone();
        reversed.pull_requests.reverse();
        reversed.deployments.reverse();
        let question = question(BotPolicy::Default, 150);
        let (json, other) = (json(&Report::new(&rows, &question)), json(&Report::new(&reversed, &question)));
        let unordered = [Metric::Hotfixes, Metric::ChangeFailurePrs, Metric::WeekendMerges];
        for metric in Metric::ALL.into_iter().filter(|metric| !unordered.contains(metric)) {
            prop_assert_eq!(data(&json, metric), data(&other, metric), "{}", metric.name());
        }
    }

    #[test]
    fn a_hotfix_follows_at_most_three_earlier_merges_to_its_branch(rows in rows()) {
        let json = json(&Report::new(&rows, &question(BotPolicy::IncludeAll, 150)));
        let mut since_fix = 0;
        let mut last = String::new();
        for row in data(&json, Metric::Hotfixes) {
            let merged = row["merged"].as_str().expect("a date").to_owned();
            if row["relation"] == "hotfix" {
                since_fix = 0;
            } else {
                since_fix += 1;
                prop_assert!(merged <= last && since_fix <= 3);
            }
            last = merged;
        }
    }
}
