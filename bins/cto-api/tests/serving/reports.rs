//! Monthly reports, and whether each of their numbers is found where they say.

use std::collections::BTreeMap;

use sandbox::{Options, Organisation, Size};
use serde_json::Value;

use crate::process::{Server, text};

/// A number of a report, where it is said to be found, and its exact value where the report has that.
struct Found {
    path: String,
    row: BTreeMap<String, String>,
    column: String,
    value: Option<f64>,
}

/// All evidence of a report, wherever it stands.
fn evidence(value: &Value, found: &mut Vec<Found>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::Object(evidence)) = members.get("evidence") {
                let cell = |value: &Value| value.as_str().expect("text").to_owned();
                let row = evidence["row"].as_object().expect("a row");
                found.push(Found {
                    path: cell(&evidence["path"]),
                    row: row.iter().map(|(name, value)| (name.clone(), cell(value))).collect(),
                    column: cell(&evidence["column"]),
                    value: members.get("value").and_then(Value::as_f64),
                });
            }
            members.values().for_each(|member| evidence(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| evidence(item, found)),
        _ => {}
    }
}

/// A cell as text: as the report names it.
fn plain(cell: &Value) -> String {
    match cell {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[test]
fn every_number_of_a_report_is_found_where_the_report_says() {
    let organisation = Organisation::generate(&Options::new(7, Size::Small));
    let folder = tempfile::tempdir().expect("a folder");
    sandbox::write_csv_folder(&organisation, folder.path()).expect("written");
    let config = folder.path().join("config.yml");
    let targets = "\nreport: {targets: {change_failure_rate: \"<= 0.15\", change_lead_time: \"<= 1\"}}\n";
    std::fs::write(&config, organisation.config_yaml() + targets).expect("written");
    let (config, data) = (config.display().to_string(), folder.path().display().to_string());
    let server = Server::ready(&["--data", &data, "--config", &config]);
    let months: Value = server.get("/api/v1/reports").json();
    let usual = months["usual"].as_str().expect("a month").to_owned();
    let team = organisation.config_yaml();
    let mut team = team.lines().skip_while(|line| *line != "teams:").skip(1).map(str::trim);
    let team = team.find_map(|line| line.strip_suffix(':')).expect("a team").trim_matches('"').to_owned();
    let mut answers: BTreeMap<String, Value> = BTreeMap::new();
    let mut walked = 0;
    for query in [String::new(), format!("?team={}", team.replace(' ', "%20"))] {
        let report: Value = server.get(&format!("/api/v1/reports/{usual}{query}")).json();
        let mut numbers = Vec::new();
        evidence(&report, &mut numbers);
        for Found { path, row, column, value } in numbers {
            let answer = answers.entry(path.clone()).or_insert_with(|| {
                let answer = server.get(&path);
                assert_eq!(answer.status, 200, "{path}: {}", answer.body);
                answer.json()
            });
            let rows = answer["data"].as_array().expect("rows");
            let is_it = |found: &&Value| row.iter().all(|(name, text)| plain(&found[name]) == *text);
            let found = rows.iter().find(is_it).unwrap_or_else(|| panic!("{path} has no row {row:?}"));
            let cell = &found[&column];
            assert!(!cell.is_null(), "{path} {row:?} {column} is null");
            if let Some(value) = value {
                let number = cell.as_f64().or_else(|| cell.as_str().and_then(|text| text.parse().ok()));
                let number = number.unwrap_or_else(|| panic!("{path} {row:?} {column} is no number: {cell}"));
                // Tables have six decimals of numbers.
                assert!((number - value).abs() <= 1e-6 * value.abs().max(1.0), "{path} {row:?}: {number}, not {value}");
            }
            walked += 1;
        }
    }
    assert!(walked > 200, "{walked}");
}

#[test]
fn a_report_comes_in_all_its_forms_and_what_there_is_not_is_told() {
    let organisation = Organisation::generate(&Options::new(8, Size::Tiny));
    let folder = tempfile::tempdir().expect("a folder");
    sandbox::write_csv_folder(&organisation, folder.path()).expect("written");
    let data = text(folder.path());
    let server = Server::ready(&["--data", &data, "--base-path", "/figures"]);
    let months: Value = server.get("/figures/api/v1/reports").json();
    let month = months["usual"].as_str().expect("a month").to_owned();
    for (file, media_type, begins) in [
        ("report.html", "text/html; charset=utf-8", "<!DOCTYPE html>"),
        ("report.md", "text/markdown; charset=utf-8", "# Monthly report, "),
        ("executive_summary.txt", "text/plain; charset=utf-8", "ENGINEERING PORTFOLIO – MONTHLY SUMMARY ("),
        ("dora_monthly.csv", "text/csv; charset=utf-8", "month,prod_deployments,lead_time_hours,"),
        ("ci_cost_monthly.csv", "text/csv; charset=utf-8", "month,ci_minutes,ci_cost,"),
        ("cost_vs_dora.csv", "text/csv; charset=utf-8", "month,prod_deployments,"),
        ("team_scores.csv", "text/csv; charset=utf-8", "month,system,measure,"),
        ("findings.csv", "text/csv; charset=utf-8", "month,rank,sentence,evidence"),
    ] {
        let answer = server.get(&format!("/figures/api/v1/reports/{month}/{file}"));
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(media_type)), "{file}");
        let body = &answer.body;
        assert!(body.to_lowercase().starts_with(&begins.to_lowercase()), "{file}: {}", &body[..body.len().min(90)]);
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert_eq!(policy.contains("style-src 'unsafe-inline'"), file == "report.html", "{file}: {policy}");
        if file == "report.html" {
            assert!(body.contains("/figures/api/v1/") && !body.contains("<script"), "links lead below the base path");
        }
    }
    for (address, status) in [
        (format!("{month}/report.docx"), 404),
        ("2100-01".to_owned(), 404),
        ("January".to_owned(), 400),
        (format!("{month}?team=Nobody"), 400),
        (format!("{month}?repo=api"), 400),
    ] {
        assert_eq!(server.get(&format!("/figures/api/v1/reports/{address}")).status, status, "{address}");
    }
}
