//! The same inputs give the same bytes: twice, in any order of rows, from a store as from a folder.

mod folder;

use std::fs;
use std::path::Path;

use config_model::Config;
use folder::{Folder, names_in};
use metrics_core::catalogue;
use model::columns::Scopes;
use model::rules::{RuleSet, Rules};
use sandbox::{Options, Organisation, Size, write_csv_folder, write_store};
use store::Store;

/// A simulated organisation as a folder of raw files, and its configuration.
fn simulated() -> (Folder, Organisation) {
    let organisation = Organisation::generate(&Options { iterations: true, ..Options::new(5, Size::Small) });
    let folder = Folder::empty().with("config.yml", organisation.config_yaml());
    write_csv_folder(&organisation, &folder.path("data")).expect("written");
    (folder, organisation)
}

fn store_url(folder: &Folder, name: &str) -> String {
    format!("sqlite:{}", folder.path(name).display())
}

/// Compares all tables of two folders byte for byte; there have to be some.
fn assert_same_tables(folder: &Folder, one: &str, other: &str, tables: usize) {
    let (one, other) = (folder.path(one), folder.path(other));
    let names = names_in(&one);
    assert_eq!(names.len(), tables, "{names:?}");
    assert_eq!(names, names_in(&other));
    for name in names {
        let read = |folder: &Path| fs::read_to_string(folder.join(&name)).expect("readable");
        let (left, right) = (read(&one), read(&other));
        // A line needs ten repositories that deploy.
        assert!(left.lines().count() > 1 || name == "cost_delivery_line.csv", "{name} has no rows");
        let different = left.lines().zip(right.lines()).enumerate().find(|(_, (left, right))| left != right);
        assert_eq!(different, None, "{name}");
        assert_eq!(left, right, "{name}");
    }
}

/// Tables that a rule set writes of the simulated organisation, its bills aside.
fn tables_of(organisation: &Organisation, set: RuleSet) -> usize {
    let config = Config::from_yaml(&organisation.config_yaml(), "config.yml").expect("a configuration");
    let rules = Rules { set, ..config.rules(None).expect("rules") };
    catalogue::tables().iter().filter(|table| table.is_written(&rules, Scopes::USUAL)).count()
}

#[test]
fn the_same_inputs_and_instant_give_the_same_bytes_twice() {
    let (folder, organisation) = simulated();
    for (rules, tables) in
        [("flow", tables_of(&organisation, RuleSet::Flow)), ("cto-stats", tables_of(&organisation, RuleSet::CtoStats))]
    {
        for out in ["one", "two"] {
            folder.calculated(&format!("--rules {rules} --as-of 2026-09-01 --out {rules}-{out}"));
        }
        assert_same_tables(&folder, &format!("{rules}-one"), &format!("{rules}-two"), tables);
    }
}

#[test]
fn under_flow_the_order_of_rows_and_columns_changes_nothing() {
    let (folder, organisation) = simulated();
    folder.calculated("--rules flow --out straight");
    fs::create_dir(folder.path("shuffled")).expect("created");
    for seed in 1..=3 {
        let mut dice = Dice(seed);
        for name in names_in(&folder.path("data")) {
            let text = folder.read(&format!("data/{name}"));
            let shuffled = shuffled(&text, &mut dice);
            assert_ne!(text, shuffled, "{name}");
            fs::write(folder.path("shuffled").join(&name), shuffled).expect("written");
        }
        let out = format!("from-shuffled-{seed}");
        folder.calculated(&format!("--rules flow --data shuffled --out {out}"));
        assert_same_tables(&folder, "straight", &out, tables_of(&organisation, RuleSet::Flow));
    }
}

#[test]
fn a_store_and_the_folder_of_the_same_import_give_the_same_tables() {
    let (folder, organisation) = simulated();
    let url = store_url(&folder, "direct.db");
    write_store(&organisation, &url).expect("stored");
    for (rules, tables) in
        [("flow", tables_of(&organisation, RuleSet::Flow)), ("cto-stats", tables_of(&organisation, RuleSet::CtoStats))]
    {
        folder.calculated(&format!("--rules {rules} --out {rules}-folder"));
        folder.calculated(&format!("--rules {rules} --store {url} --out {rules}-store"));
        assert_same_tables(&folder, &format!("{rules}-folder"), &format!("{rules}-store"), tables);
    }
}

#[test]
fn a_folder_that_was_loaded_into_a_store_gives_the_same_tables() {
    let (folder, organisation) = simulated();
    let url = store_url(&folder, "loaded.db");
    Store::open(&url).expect("a store").import_csv(&folder.path("data")).expect("loaded");
    for (rules, tables) in
        [("flow", tables_of(&organisation, RuleSet::Flow)), ("cto-stats", tables_of(&organisation, RuleSet::CtoStats))]
    {
        folder.calculated(&format!("--rules {rules} --as-of 2026-10-30T18:00:00Z --out {rules}-folder"));
        folder.calculated(&format!("--rules {rules} --as-of 2026-10-30T18:00:00Z --store {url} --out {rules}-store"));
        assert_same_tables(&folder, &format!("{rules}-folder"), &format!("{rules}-store"), tables);
    }
}

/// Rows and columns in another order; quoted fields stay as they are.
fn shuffled(text: &str, dice: &mut Dice) -> String {
    let mut rows: Vec<Vec<&str>> =
        parts(text.trim_end_matches('\n'), '\n').into_iter().map(|row| parts(row, ',')).collect();
    dice.shuffle(&mut rows[1..]);
    let mut order: Vec<usize> = (0..rows[0].len()).collect();
    dice.shuffle(&mut order);
    rows.iter().map(|row| order.iter().map(|at| row[*at]).collect::<Vec<_>>().join(",") + "\n").collect()
}

/// Splits at a mark outside of quotes.
fn parts(text: &str, mark: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|character| {
        quoted ^= character == '"';
        character == mark && !quoted
    })
    .collect()
}

/// Numbers that look random and are the same in every run (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit as u64) as usize
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
