//! Delivery through the program: the reference case, from a folder and through a store, and what is said where nothing is
//! deployed.

mod folder;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use folder::Folder;

/// Tables of the reference case with their keys.
const TABLES: [(&str, &[&str]); 5] = [
    ("dora_week", &["year", "week", "service"]),
    ("dora_month", &["month", "service"]),
    ("calculated_deployment", &["deployment_id"]),
    ("calculated_change", &["org", "repo", "number"]),
    ("calculated_incident", &["incident_id"]),
];

fn reference() -> Option<PathBuf> {
    let folder = std::env::var_os("CTO_REFERENCE_DATA").map(|root| PathBuf::from(root).join("delivery/delivery-small"));
    if folder.is_none() {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
    }
    folder
}

/// Rows of a table without quotes: each by its key, as cells by column.
fn rows(file: &Path, key: &[&str]) -> BTreeMap<String, BTreeMap<String, String>> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let row = |cells: Vec<String>| {
        let row: BTreeMap<String, String> = header.iter().cloned().zip(cells).collect();
        (key.iter().map(|column| row[*column].clone()).collect::<Vec<_>>().join(" "), row)
    };
    lines.map(row).collect()
}

/// Whether two cells say the same: numbers to six decimals.
fn agree(one: &str, other: &str) -> bool {
    match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => (one - other).abs() < 1.5e-6,
        _ => one == other,
    }
}

/// Every difference between what is expected and what was written; columns that are not expected do not count.
fn differences(expected: &Path, written: &Path) -> Vec<String> {
    let mut differences = Vec::new();
    for (table, key) in TABLES {
        let file = format!("{table}.csv");
        let (expected, written) = (rows(&expected.join(&file), key), rows(&written.join(&file), key));
        assert!(!expected.is_empty(), "{table}");
        for (key, expected) in expected {
            let Some(row) = written.get(&key) else {
                // Weeks before the first deployment of a service may be left out.
                if expected.get("deployments").is_none_or(|count| count != "0") {
                    differences.push(format!("{table} {key} is missing"));
                }
                continue;
            };
            for (column, cell) in &expected {
                if !agree(cell, &row[column]) {
                    differences.push(format!("{table} {key}: {column} is {} and not {cell}", row[column]));
                }
            }
        }
    }
    differences
}

fn calculate(arguments: &[&str]) {
    let run = Command::new(env!("CARGO_BIN_EXE_cto-calculate"))
        .env_remove("CONFIG_PATH")
        .args(["--delivery", "--as-of", "2026-02-23T00:00:00Z"])
        .args(arguments)
        .output()
        .expect("the program runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn the_reference_case_has_the_figures_that_the_definitions_say() {
    let Some(reference) = reference() else { return };
    let out = tempfile::tempdir().expect("a folder");
    let path = |name: &str| reference.join(name).display().to_string();
    let out_path = out.path().display().to_string();
    calculate(&["--config", &path("config.yml"), "--data", &path("raw"), "--out", &out_path]);
    assert_eq!(differences(&reference.join("expected"), out.path()), [""; 0]);
}

#[test]
fn through_a_store_the_tables_are_those_of_the_folder_byte_for_byte() {
    let Some(reference) = reference() else { return };
    let [store, of_folder, of_store] = [(); 3].map(|()| tempfile::tempdir().expect("a folder"));
    let text = |folder: &Path| folder.display().to_string();
    let (raw, config) = (text(&reference.join("raw")), text(&reference.join("config.yml")));
    let url = format!("sqlite:{}", store.path().join("cto.db").display());
    store::Store::open(&url).and_then(|store| store.import_csv(&reference.join("raw"))).expect("loaded");
    calculate(&["--config", &config, "--data", &raw, "--out", &text(of_folder.path())]);
    calculate(&["--config", &config, "--store", &url, "--out", &text(of_store.path())]);
    for (table, _) in TABLES {
        let read = |folder: &Path| std::fs::read_to_string(folder.join(format!("{table}.csv"))).expect("written");
        assert_eq!(read(of_folder.path()), read(of_store.path()), "{table}");
    }
}

#[test]
fn where_nothing_is_deployed_the_usual_run_writes_no_empty_tables_of_delivery() {
    let folder = Folder::new();
    folder.calculated("--out usual");
    assert!(!folder.has("usual/dora_week.csv") && folder.has("usual/pr_summary.csv"));
    folder.calculated("--delivery --out asked");
    let week = folder.read("asked/dora_week.csv");
    assert_eq!(week.lines().count(), 1, "{week}");
    assert!(!folder.has("asked/pr_summary.csv"));
}

#[test]
fn environments_that_no_rule_calls_production_are_told() {
    let deployments = "\
deployment_id,org,repo,environment,sha,created_at,succeeded_at,finished_at,outcome
D1,acme,web,live,a1,2026-01-09T10:00:00Z,2026-01-09T10:05:00Z,2026-01-09T10:05:00Z,success
";
    let folder = Folder::new().with("data/deployment.csv", deployments);
    let said = String::from_utf8_lossy(&folder.run("--delivery --out a").stderr).into_owned();
    assert!(said.contains("no deployment is to production: no environment matches /^prod(uction)?$/i"), "{said}");
    let config = format!("{}delivery:\n  production: {{environments: [live]}}\n", folder::CONFIG);
    let folder = folder.with("config.yml", config);
    folder.calculated("--out b");
    assert!(folder.read("b/calculated_deployment.csv").contains("\nD1,acme,web,acme/web,live,a1,"));
}
