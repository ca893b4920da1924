//! Single rules that are those of the other set, over `fixtures/tables`.

use std::collections::BTreeSet;
use std::path::Path;

use metrics_core::{Calculation, calculate};
use model::columns::{Raw, Scopes};
use model::records::StateReason;
use model::rules::{RuleSet, Rules};
use model::single_rules::SingleRule;
use model::table::Table;
use store::csv_folder::{Reading, load};

fn raw() -> Raw {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tables/raw");
    load(&folder, Scopes::ALL, Reading::Strict).expect("the fixture is read").raw
}

fn calculated(raw: &Raw, set: RuleSet, overridden: &[SingleRule]) -> Calculation {
    let overridden = overridden.iter().copied().collect();
    calculate(raw, &Rules { set, overridden, ..Rules::default() }, None, Scopes::ALL).expect("nothing to contradict")
}

fn table<'a>(calculation: &'a Calculation, name: &str) -> &'a Table {
    calculation.tables.iter().find(|table| table.name == name).expect("a table of that name")
}

/// Names of the tables in which two calculations differ.
fn differing(one: &Calculation, other: &Calculation) -> BTreeSet<&'static str> {
    let pairs = one.tables.iter().zip(&other.tables);
    pairs.filter(|(one, other)| one.to_csv() != other.to_csv()).map(|(one, _)| one.name).collect()
}

/// The distinct cells of a column.
fn cells(table: &Table, column: &str) -> BTreeSet<String> {
    (0..table.height()).map(|row| table.cell(row, column)).collect()
}

/// The cells of a column in the rows where another one counts nothing, or where that is counted.
fn where_counted(table: &Table, column: &str, count: &str, is_counted: bool) -> BTreeSet<String> {
    let rows = (0..table.height()).filter(|row| (table.cell(*row, count) != "0") == is_counted);
    rows.map(|row| table.cell(row, column)).collect()
}

#[test]
fn means_over_nothing_may_be_zero_under_flow_in_every_table_that_has_means() {
    let (raw, usual) = (raw(), calculated(&raw(), RuleSet::Flow, &[]));
    let zeros = calculated(&raw, RuleSet::Flow, &[SingleRule::MeansOverNothing]);
    for (name, count, column) in [
        ("cycle_time_week", "cycle_count", "cycletime_days_avg"),
        ("pr_change_requests_week", "pr_count", "avg"),
        ("pr_cycle_week", "with_all_stages", "coding_mean_days"),
        ("pr_activity_week", "authors", "merged_per_author"),
    ] {
        let one = |cell: &str| BTreeSet::from([cell.to_owned()]);
        assert_eq!(where_counted(table(&usual, name), column, count, false), one(""), "{name}");
        assert_eq!(where_counted(table(&zeros, name), column, count, false), one("0.000000"), "{name}");
        let counted = |calculation| where_counted(table(calculation, name), column, count, true);
        assert_eq!(counted(&usual), counted(&zeros), "{name}");
        assert!(!cells(table(&zeros, name), column).contains(""), "{name}");
    }
    let with_means = ["cycle_time", "cycle_time_week", "pr_activity_week", "pr_change_requests_week", "pr_cycle_week"];
    assert!(differing(&usual, &zeros).is_subset(&with_means.into()));
    assert_eq!(usual.findings_by_table, zeros.findings_by_table, "no sentence rests on such a zero");
}

#[test]
fn means_over_nothing_may_be_empty_under_cto_stats() {
    let raw = raw();
    let (usual, empty) = (
        calculated(&raw, RuleSet::CtoStats, &[]),
        calculated(&raw, RuleSet::CtoStats, &[SingleRule::MeansOverNothing]),
    );
    let nothing =
        |calculation| where_counted(table(calculation, "cycle_time"), "cycletime_days_avg", "cycle_count", false);
    let expected = |cell: &str| if nothing(&usual).is_empty() { BTreeSet::new() } else { [cell.to_owned()].into() };
    assert_eq!((nothing(&usual), nothing(&empty)), (expected("0.000000"), expected("")));
    assert!(differing(&usual, &empty).is_subset(&["cycle_time"].into()));
}

#[test]
fn the_last_week_of_throughput_may_be_dropped() {
    let raw = raw();
    let usual = calculated(&raw, RuleSet::Flow, &[]);
    let dropped = calculated(&raw, RuleSet::Flow, &[SingleRule::LastWeekInThroughput]);
    let csv = |calculation| table(calculation, "throughput_week").to_csv();
    let (usual_csv, dropped_csv) = (csv(&usual), csv(&dropped));
    assert_eq!(usual_csv.strip_prefix(&dropped_csv).expect("the same weeks before").lines().count(), 1);
    assert_eq!(differing(&usual, &dropped), ["throughput_week"].into());
}

#[test]
fn issues_closed_as_not_planned_may_be_throughput() {
    let mut raw = raw();
    // The fixture's first closed issue is made one that is not planned.
    let closed = (0..raw.issues.id.len()).find(|row| raw.issues.closed_at.get(*row).is_some()).expect("a closed issue");
    raw.issues.state_reason[closed] = Some(StateReason::NotPlanned);
    let events = 0..raw.status_events.issue.len();
    for event in events.filter(|event| raw.status_events.issue[*event] as usize == closed) {
        raw.status_events.state_reason[event] = Some(StateReason::NotPlanned);
    }
    let sums = |calculation: &Calculation| {
        let table = table(calculation, "throughput_week");
        let sum = |column: &str| -> i64 {
            (0..table.height()).map(|row| table.cell(row, column).parse::<i64>().expect("a count")).sum()
        };
        (sum("throughput"), sum("closed_not_planned"))
    };
    let (finished, not_planned) = sums(&calculated(&raw, RuleSet::Flow, &[]));
    assert!(not_planned > 0);
    let counted = calculated(&raw, RuleSet::Flow, &[SingleRule::ClosedAsNotPlanned]);
    assert_eq!(sums(&counted), (finished + not_planned, 0));
    let list = table(&counted, "calculated_issue");
    let ended = (0..list.height()).filter(|row| !list.cell(*row, "enddatetime").is_empty());
    assert!(ended.into_iter().all(|row| !list.cell(row, "lead_days").is_empty()), "they have times too");
}
