//! The order of the rows of raw tables changes nothing under `flow`.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use metrics_core::{Calculation, calculate};
use model::columns::{Raw, Scopes};
use model::rules::{CloudRules, Rules, ServiceGroup, Team};
use model::table::Table;
use proptest::prelude::*;
use store::csv_folder::{Reading, load};

/// Imports with a gap that a later one closes, one that stays, another name, and a source of bills that failed.
const MORE_IMPORTS: &str = "\
2,issues,acme/api,ok,false,2026-04-02T00:00:00Z,2026-04-03T00:00:00Z,0,0,0,
3,issues,acme/api,ok,false,2026-03-29T00:00:00Z,2026-04-02T00:00:00Z,0,0,0,
2,issues,acme/web,ok,false,2026-03-29T00:00:00Z,2026-04-01T00:00:00Z,0,0,0,
3,issues,acme/web,ok,false,2026-04-02T00:00:00Z,2026-04-03T00:00:00Z,0,0,0,
2,project_items,7,ok,false,2026-03-29T00:00:00Z,2026-04-03T00:00:00Z,0,0,0,
2,pull_requests,acme/web,failed,false,2026-03-29T00:00:00Z,2026-04-03T00:00:00Z,0,0,0,timeout
3,pull_requests,acme/web,ok,false,2026-03-31T00:00:00Z,2026-04-03T00:00:00Z,0,0,0,
1,cloud_costs,azure/a,ok,false,2026-01-01T00:00:00Z,2026-03-30T00:00:00Z,0,0,0,
2,cloud_costs,azure/a,failed,false,2026-01-01T00:00:00Z,2026-04-03T00:00:00Z,0,0,0,no rights
2,cloud_costs,gcp/x,ok,false,2026-01-01T00:00:00Z,2026-04-03T00:00:00Z,0,0,0,
";

/// Cards seen again, by imports and by a delivery that tells two columns at once.
const MORE_SIGHTINGS: &str = "\
PVTI_12,acme,web,12,7,Web,QA,2026-03-21T09:00:00Z,on_board,,2026-03-09T10:00:00Z,2026-03-22T01:00:00Z,snapshot
PVTI_12,acme,web,12,7,Web,QA,,on_board,,2026-03-09T10:00:00Z,2026-03-23T08:59:59Z,webhook
PVTI_12,acme,web,12,7,Web,To release,2026-03-23T09:00:00Z,on_board,,2026-03-09T10:00:00Z,2026-03-23T09:00:00Z,webhook
PVTI_12,acme,web,12,7,Web,In review,,archived,2026-03-25T09:00:00Z,2026-03-09T10:00:00Z,2026-03-26T09:00:00Z,snapshot
";

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tables/raw")
}

/// The files of the fixture, by name.
fn files() -> Vec<(String, String)> {
    let entries = std::fs::read_dir(fixture()).expect("the fixture is there");
    let mut files: Vec<(String, String)> = entries
        .map(|entry| {
            let path = entry.expect("readable").path();
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).expect("text"))
        })
        .collect();
    files.sort();
    for (name, text) in &mut files {
        match name.as_str() {
            "import_run.csv" => text.push_str(MORE_IMPORTS),
            "project_item_sighting.csv" => text.push_str(MORE_SIGHTINGS),
            _ => {}
        }
    }
    files
}

/// The rows of one table, or of all, in an order by chance.
fn read(seed: u64, only: Option<&str>) -> Raw {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files() {
        let (header, rows) = text.split_once('\n').expect("a header");
        let mut rows: Vec<&str> = rows.lines().collect();
        if seed != 0 && only.is_none_or(|only| only == name) {
            rows.sort_by_cached_key(|row| {
                let mut hasher = DefaultHasher::new();
                (seed, row).hash(&mut hasher);
                hasher.finish()
            });
        }
        std::fs::write(folder.path().join(&name), format!("{header}\n{}\n", rows.join("\n"))).expect("written");
    }
    load(folder.path(), Scopes::ALL, Reading::Strict).expect("the fixture is read").raw
}

fn calculated(raw: &Raw) -> Calculation {
    let team = |repos: &[&str]| Team { repos: repos.iter().map(|&repo| repo.to_owned()).collect(), ..Team::default() };
    let groups = vec![ServiceGroup { name: "AI".to_owned(), services: vec!["Azure OpenAI".to_owned()] }];
    let rules = Rules {
        people: true,
        teams: [("one".to_owned(), team(&["api"])), ("two".to_owned(), team(&["web"]))].into(),
        cloud: CloudRules { groups, ..CloudRules::default() },
        ..Rules::default()
    };
    calculate(raw, &rules, None, Scopes::ALL).expect("nothing to contradict")
}

fn texts(calculation: &Calculation) -> Vec<String> {
    let tables = calculation.tables.iter().map(Table::to_csv);
    tables.chain(calculation.notices.iter().cloned()).chain(calculation.findings.iter().cloned()).collect()
}

#[test]
fn the_fixture_has_rows_to_shuffle_in_every_raw_table() {
    // What the engine knows of cards it has from sightings.
    let declared = model::tables::RAW_TABLES.iter().map(|table| table.name).filter(|name| *name != "project_item");
    let declared: BTreeSet<String> = declared.map(|name| format!("{name}.csv")).collect();
    let there: BTreeSet<String> = files().into_iter().map(|(name, _)| name).collect();
    let missing: Vec<&String> = declared.difference(&there).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_order_of_imports_changes_no_table() {
    let expected = texts(&calculated(&read(0, None)));
    for seed in 1..=200 {
        assert_eq!(texts(&calculated(&read(seed, Some("import_run.csv")))), expected, "seed {seed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_rows_of_raw_tables_changes_nothing(seed in 1..u64::MAX) {
        prop_assert_eq!(texts(&calculated(&read(seed, None))), texts(&calculated(&read(0, None))));
    }
}
