//! The cases that the original was run on, by its database as text.

use std::path::{Path, PathBuf};

use dora_compat::{BotPolicy, DeploymentRow, Metric, PullRequestRow, Question, Report, Rows};
use model::Instant;
use serde_json::Value;

/// The folder of the cases, where there is one.
fn cases() -> Option<Vec<PathBuf>> {
    let Ok(data) = std::env::var("CTO_REFERENCE_DATA") else {
        eprintln!("skipped: CTO_REFERENCE_DATA names no folder");
        return None;
    };
    let mut cases: Vec<PathBuf> = std::fs::read_dir(Path::new(&data).join("dora"))
        .expect("the folder dora")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(cases.len() >= 10, "the cases are there");
    Some(cases)
}

/// The rows of a file by the names of its columns, null where `\N` stands.
fn table(file: &Path) -> Vec<Vec<(String, Option<String>)>> {
    let mut reader = csv::Reader::from_path(file).expect("a file of rows");
    let names = reader.headers().expect("a header").clone();
    let cell =
        |(name, cell): (&str, &str)| (name.to_owned(), Some(cell).filter(|cell| *cell != "\\N").map(str::to_owned));
    reader.records().map(|row| names.iter().zip(&row.expect("a row")).map(cell).collect()).collect()
}

fn rows(case: &Path) -> Rows {
    let mut rows = Rows::default();
    for row in table(&case.join("pull_requests.csv")) {
        let mut it = PullRequestRow::default();
        for (name, cell) in row {
            let number = || cell.as_deref().map(|cell| cell.parse().expect("a number"));
            match name.as_str() {
                "repo" => it.repo = cell.expect("a repository"),
                "number" => it.number = number().expect("a number"),
                "title" => it.title = cell,
                "author" => it.author = cell,
                "base" => it.base = cell,
                "opened_at" => it.opened_at = cell,
                "merged_at" => it.merged_at = cell,
                "first_commit_at" => it.first_commit_at = cell,
                "merge_sha" => it.merge_sha = cell,
                "labels" => it.labels = cell,
                "additions" => it.additions = number(),
                "deletions" => it.deletions = number(),
                "changed_files" => it.changed_files = number(),
                "ready_for_review_at" => it.ready_for_review_at = cell,
                other => panic!("{other} is no column"),
            }
        }
        rows.pull_requests.push(it);
    }
    for row in table(&case.join("deployments.csv")) {
        let mut it = DeploymentRow::default();
        for (name, cell) in row {
            match name.as_str() {
                "repo" => it.repo = cell.expect("a repository"),
                "deployment_id" => it.deployment_id = cell.map(|cell| cell.parse().expect("a number")),
                "sha" => it.sha = cell.expect("a commit"),
                "environment" => it.environment = cell,
                "created_at" => it.created_at = cell.expect("a time"),
                "status" => it.status = cell,
                other => panic!("{other} is no column"),
            }
        }
        rows.deployments.push(it);
    }
    rows
}

fn question(case: &Value, policy: &str) -> Question {
    let metrics = case["metrics"].as_array().cloned().unwrap_or_default();
    Question {
        now: Instant::parse_rfc3339(case["now"].as_str().expect("an instant")).expect("an instant"),
        weeks: u32::try_from(case["weeks"].as_u64().expect("weeks")).expect("few weeks"),
        bots: match policy {
            "exclude-bots" => BotPolicy::ExcludeAll,
            "include-bots" => BotPolicy::IncludeAll,
            _ => BotPolicy::Default,
        },
        metrics: metrics.iter().map(|name| Metric::find(name.as_str().expect("a name")).expect("a metric")).collect(),
    }
}

/// A report whose descriptions are empty, and whose weekend merges, which have no order, are in one.
fn comparable(text: &str) -> String {
    let mut text = text.to_owned();
    for metric in Metric::ALL {
        text = text.replace(metric.description(), "");
    }
    // Of JSON the objects, of CSV and tables the lines.
    let Some(begin) = text.find("weekend-merges") else { return text };
    let (before, merges) = text.split_at(begin);
    let separator = if text.starts_with('{') { "        {\n" } else { "\n" };
    let mut pieces: Vec<String> = merges
        .split(separator)
        .map(|piece| piece.trim_end().trim_end_matches(']').trim_end_matches([',', ' ', '\n']).to_owned())
        .collect();
    pieces.sort();
    format!("{before}{}", pieces.join(separator))
}

#[test]
fn every_case_is_reported_as_the_original_reports_it() {
    let Some(cases) = cases() else { return };
    let mut compared = 0;
    for case in cases {
        let described: Value =
            serde_json::from_slice(&std::fs::read(case.join("case.json")).expect("a case")).expect("JSON");
        let rows = rows(&case);
        for policy in described["policies"].as_array().expect("policies") {
            let policy = policy.as_str().expect("a name");
            let report = Report::new(&rows, &question(&described, policy));
            let forms = [("json", report.to_json()), ("csv", report.to_csv()), ("txt", report.to_table())];
            for (form, found) in forms {
                let file = case.join(format!("report-{policy}.{form}"));
                let expected = std::fs::read_to_string(&file).expect("a report");
                let (found, expected) = (comparable(&found), comparable(&expected));
                let differing = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
                assert_eq!(differing, None, "{} (ours, theirs)", file.display());
                assert_eq!(found, expected, "{}", file.display());
                compared += 1;
            }
        }
    }
    assert!(compared >= 54, "{compared} reports were compared");
}
