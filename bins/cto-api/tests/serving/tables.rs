use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::process::{Server, fixture, text};

/// The original's addresses and the files behind them.
const ROUTES: [(&str, &str); 10] = [
    ("cycle_times", "cycle_time"),
    ("stocks", "stocks"),
    ("stocks/week", "stocks_week"),
    ("throughput/week", "throughput_week"),
    ("pr/change_requests", "pr_change_requests_week"),
    ("pr/change_requests/repo", "pr_change_requests_repo"),
    ("pr/change_requests/repo_dist", "pr_change_requests_repo_dist"),
    ("cloud_spending/monthly", "cloud_spending_monthly"),
    ("cloud_spending/services", "cloud_spending_services"),
    ("cloud_spending/compared", "cloud_spending_compared"),
];

/// What the original makes of a file: an object for each row, every value a text.
fn as_json(file: &Path) -> Value {
    let mut reader = csv::Reader::from_path(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let header = reader.headers().expect("a header").clone();
    let rows = reader.records().map(|row| {
        let row = row.expect("a row");
        let cells = header.iter().zip(row.iter()).map(|(name, cell)| (name.to_owned(), Value::from(cell)));
        Value::Object(cells.collect::<Map<_, _>>())
    });
    Value::Array(rows.collect())
}

fn assert_served(data: &Path, config: &Path, rules: &str, expected: &Path) {
    let arguments = ["--data", &text(data), "--config", &text(config), "--rules", rules];
    let server = Server::ready(&arguments);
    let mut connection = server.connect();
    for (route, table) in ROUTES {
        let answer = connection.get(&format!("/api/{route}"));
        let file = as_json(&expected.join(format!("{table}.csv")));
        assert!(file.as_array().is_some_and(|rows| !rows.is_empty()), "{table} shows nothing");
        assert_eq!((answer.status, answer.json()), (200, file), "/api/{route} under {rules}");
    }
}

#[test]
fn compatible_routes_of_a_folder_are_the_files_of_calculate_under_cto_stats() {
    let config = fixture("tables/config.yml");
    assert_served(&fixture("tables/raw"), &config, "cto-stats", &fixture("tables/cto-stats"));
}

#[test]
fn compatible_routes_of_the_originals_folder_are_the_originals_files() {
    let Some(reference) = std::env::var_os("CTO_REFERENCE_DATA") else {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
        return;
    };
    let folder = PathBuf::from(reference).join("cto-stats/tiny");
    assert_served(&folder.join("data-in"), &folder.join("config.yml"), "cto-stats", &folder.join("data-out"));
}

#[test]
fn a_store_with_the_folders_records_serves_both_rule_sets() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store::Store::open(&text(&folder.path().join("cto.db"))).expect("made");
    store.import_csv(&fixture("tables/raw")).expect("loaded");
    drop(store);
    let config = fixture("tables/config.yml");
    let server = Server::ready(&["--data", &text(folder.path()), "--config", &text(&config)]);
    for rules in ["flow", "cto-stats"] {
        let answer = server.get(&format!("/api/v1/flow/stocks?rules={rules}"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.json()["meta"]["rules"], rules);
    }
}

#[test]
fn a_folder_that_flow_refuses_is_served_under_cto_stats_and_says_why_not_under_flow() {
    let folder = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(fixture("tables/raw")).expect("readable") {
        let from = entry.expect("an entry").path();
        std::fs::copy(&from, folder.path().join(from.file_name().expect("a name"))).expect("copied");
    }
    let file = folder.path().join("issue.csv");
    let odd = std::fs::read_to_string(&file).expect("read").replacen("T09:00:00Z", "", 1);
    std::fs::write(&file, odd).expect("written");
    let config = text(&fixture("tables/config.yml"));
    let server = Server::ready(&["--data", &text(folder.path()), "--config", &config]);
    assert_eq!(server.get("/api/v1/flow/stocks?rules=cto-stats").status, 200);
    let refused = server.get("/api/v1/flow/stocks?rules=flow");
    assert!((400..600).contains(&refused.status) && refused.body.contains("issue.csv line"), "{}", refused.body);
    let said = server.stop();
    assert!(said.contains("rule set flow cannot be served: issue.csv line"), "{said}");
}
