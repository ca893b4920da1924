//! `docs/metrics.md` names every table and every column that is written.

use metrics_core::calculate;
use model::columns::{Raw, Scopes};
use model::rules::{Rules, Team};

#[test]
fn every_table_and_column_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
    let text = std::fs::read_to_string(path).expect("docs/metrics.md is there");
    let teams = [("alpha".to_owned(), Team::default())].into();
    let rules = Rules { people: true, teams, ..Rules::default() };
    let calculation = calculate(&Raw::default(), &rules, None, Scopes::ALL).expect("nothing to contradict");
    let mut missing = Vec::new();
    for table in &calculation.tables {
        let words = |line: &str| -> Vec<String> {
            line.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(str::to_owned).collect()
        };
        let row = text.lines().find(|line| line.starts_with('|') && line.contains(&format!("`{}.csv`", table.name)));
        let Some(row) = row else {
            missing.push(format!("{}.csv", table.name));
            continue;
        };
        // The tables of stocks share their columns.
        let shared = if table.name == "stocks_week" { text.clone() } else { String::new() };
        let named = [words(row), words(&shared)].concat();
        let absent = table.columns.iter().filter(|column| !named.iter().any(|word| word == column.name));
        missing.extend(absent.map(|column| format!("{}.{}", table.name, column.name)));
    }
    assert!(missing.is_empty(), "not in docs/metrics.md: {missing:?}");
}
