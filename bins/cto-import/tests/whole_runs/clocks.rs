//! Answers whose dates are wrong, and clocks that are.

use std::path::Path;

use model::Instant;
use sandbox::{Options, Size};
use store::Store;

use crate::simulated::{Simulated, assert_same_tables, tables};

/// Seconds from the end of the simulation to some day in 2099 at least.
const CENTURY: &str = "2300000000";

fn weeks_before(at: Instant, weeks: i64) -> Instant {
    Instant::from_micros(at.micros() - weeks * 7 * 86_400_000_000)
}

/// Two imports two weeks apart, the first one with these faults. What it said.
fn two_imports(simulated: &Simulated, data: &Path, faults: &[&str]) -> String {
    let end = simulated.organisation.end();
    simulated.moves_to(weeks_before(end, 2));
    simulated.breaks(faults);
    let first = simulated.import(data, &[]).with_code(0);
    simulated.breaks(&[]);
    simulated.moves_to(end);
    simulated.import(data, &[]).with_code(0);
    first.stderr
}

fn covered(data: &Path) -> Vec<Instant> {
    let store = Store::open_existing(&store::url_in(data)).expect("the store is there");
    store.import_runs().expect("runs").into_iter().filter_map(|run| run.covered_to).collect()
}

/// The tables in which nothing tells when something was observed.
fn assert_same_facts(left: &Path, right: &Path, what: &str) {
    let (left, right) = (tables(left), tables(right));
    for (name, bytes) in left.iter().filter(|(name, _)| !name.contains("sighting") && *name != "project_item.csv") {
        let (one, other) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&right[name]));
        let differing = one.lines().zip(other.lines()).find(|(a, b)| a != b);
        assert!(one == other, "{what}: {name} differs: {differing:?}");
    }
}

#[test]
fn dates_that_are_wrong_in_one_import_change_nothing_and_are_said() {
    let simulated = Simulated::serve(&Options::new(13, Size::Small));
    let undisturbed = tempfile::tempdir().expect("a folder");
    let said = two_imports(&simulated, undisturbed.path(), &[]);
    assert!(!said.contains("clock"), "{said}");
    for fault in ["date-ahead=always,3600", &format!("date-ahead=always,{CENTURY}"), "date-behind=always"] {
        let data = tempfile::tempdir().expect("a folder");
        let said = two_imports(&simulated, data.path(), &[fault]);
        assert_eq!(said.matches("by this machine's clock it is").count(), 1, "{fault}: {said}");
        assert_same_facts(undisturbed.path(), data.path(), fault);
        assert!(covered(data.path()).into_iter().max() <= Some(simulated.organisation.end()), "{fault}");
    }
}

#[test]
fn dates_that_are_wrong_now_and_then_change_nothing_at_all() {
    let simulated = Simulated::serve(&Options::new(13, Size::Small));
    let undisturbed = tempfile::tempdir().expect("a folder");
    two_imports(&simulated, undisturbed.path(), &[]);
    let data = tempfile::tempdir().expect("a folder");
    two_imports(&simulated, data.path(), &["date-ahead=every:4"]);
    assert_same_tables(undisturbed.path(), data.path(), "every fourth date is an hour ahead");
}

#[test]
fn an_import_is_one_instant() {
    let simulated = Simulated::serve(&Options::new(13, Size::Small));
    let data = tempfile::tempdir().expect("a folder");
    simulated.import(data.path(), &[]).with_code(0);
    assert!(covered(data.path()).windows(2).all(|pair| pair[0] == pair[1]), "{:?}", covered(data.path()));
}

#[test]
fn an_import_that_was_dated_ahead_is_said_by_the_next_and_by_no_other() {
    let simulated = Simulated::serve(&Options::new(13, Size::Small));
    let data = tempfile::tempdir().expect("a folder");
    // A machine whose own clock is wrong in the same way believes it.
    simulated.breaks(&["date-ahead=always,86400"]);
    let ahead = Instant::from_micros(simulated.organisation.end().micros() + 86_400_000_000).to_rfc3339_seconds();
    let login = simulated.organisation.login().to_owned();
    let mut importer = simulated.importer(data.path());
    importer.env("CTO_IMPORT__CLOCK", "provider").args(["--org", &login]);
    assert!(importer.status().expect("runs").success());
    simulated.breaks(&[]);
    let second = simulated.import(data.path(), &[]).with_code(0);
    assert!(second.stderr.contains(&format!("the last import is dated {ahead}")), "{}", second.stderr);
    let third = simulated.import(data.path(), &[]).with_code(0);
    assert!(!third.stderr.contains("the last import is dated"), "{}", third.stderr);
}

#[test]
fn a_simulation_that_is_far_from_the_machines_clock_is_imported_all_the_same() {
    let simulated = Simulated::serve(&Options::new(13, Size::Small));
    let data = tempfile::tempdir().expect("a folder");
    let login = simulated.organisation.login().to_owned();
    let output = simulated.importer(data.path()).env_remove("CTO_IMPORT__CLOCK").args(["--org", &login]).output();
    let output = output.expect("runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("import.clock"), "{said}");
}
