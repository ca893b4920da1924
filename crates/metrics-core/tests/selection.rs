//! Selections over `fixtures/tables`.

use std::path::Path;

use metrics_core::{Bots, Calculation, Selection, calculate, calculate_selected, calculate_tables, catalogue, known};
use model::columns::{Raw, Scopes, TicketColumns, TicketEventColumns};
use model::rules::{RuleSet, Rules};
use model::table::Table;
use store::csv_folder::{Reading, load};

fn raw() -> Raw {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tables/raw");
    load(&folder, Scopes::ALL, Reading::Strict).expect("the fixture is read").raw
}

fn rules(set: RuleSet) -> Rules {
    Rules { set, people: true, ..Rules::default() }
}

fn text(calculation: &Calculation) -> Vec<String> {
    calculation.tables.iter().map(Table::to_csv).collect()
}

fn selected(raw: &Raw, set: RuleSet, selection: &Selection) -> Calculation {
    calculate_selected(raw, &rules(set), None, Scopes::ALL, selection).expect("nothing to contradict")
}

const SETS: [RuleSet; 2] = [RuleSet::Flow, RuleSet::CtoStats];

#[test]
fn the_default_selection_is_the_calculation_byte_for_byte() {
    let raw = raw();
    for set in SETS {
        let whole = calculate(&raw, &rules(set), None, Scopes::ALL).expect("nothing to contradict");
        let part = selected(&raw, set, &Selection::default());
        assert_eq!(text(&part), text(&whole));
        assert_eq!((part.notices, part.findings), (whole.notices, whole.findings));
        assert_eq!(part.findings_by_table, whole.findings_by_table);
    }
}

#[test]
fn everything_that_is_known_together_is_everything() {
    // Tickets are of no repository and on no board: a selection of these leaves them out.
    let raw = Raw { tickets: TicketColumns::default(), ticket_events: TicketEventColumns::default(), ..raw() };
    for set in SETS {
        let known = known(&raw, &rules(set));
        assert!(!known.repositories.is_empty() && !known.boards.is_empty() && !known.types.is_empty());
        let mut projects: Vec<String> = known.boards.iter().map(|board| board.id.clone()).collect();
        projects.push(metrics_core::selection::NO_BOARD.to_owned());
        let selection = Selection {
            projects,
            repositories: known.repositories.clone(),
            types: known.types.clone(),
            ..Selection::default()
        };
        assert_eq!(known.unknown(&selection), []);
        assert_eq!(text(&selected(&raw, set, &selection)), text(&selected(&raw, set, &Selection::default())));
    }
}

fn table<'a>(calculation: &'a Calculation, name: &str) -> &'a Table {
    calculation.tables.iter().find(|table| table.name == name).expect("a table of that name")
}

/// Rows of a table that have a text in a column.
fn rows_with(calculation: &Calculation, name: &str, column: &str, text: &str) -> Vec<String> {
    let table = table(calculation, name);
    let csv = table.to_csv();
    let lines: Vec<&str> = csv.lines().skip(1).collect();
    (0..table.height()).filter(|row| table.cell(*row, column) == text).map(|row| lines[row].to_owned()).collect()
}

#[test]
fn one_board_has_the_rows_of_that_board_and_the_bills_stay_as_they_are() {
    let raw = raw();
    for set in SETS {
        let whole = selected(&raw, set, &Selection::default());
        let part = selected(&raw, set, &Selection { projects: vec!["7".to_owned()], ..Selection::default() });
        for name in ["calculated_issue", "stocks"] {
            let rows = rows_with(&whole, name, "project_id", "7");
            assert!(!rows.is_empty() && rows.len() < table(&whole, name).height(), "{name} has rows of other boards");
            assert_eq!(rows_with(&part, name, "project_id", "7"), rows);
            assert_eq!(table(&part, name).height(), rows.len(), "{name}");
        }
        for (one, other) in part.tables.iter().zip(&whole.tables) {
            if one.name.starts_with("cloud_") || one.name.starts_with("pr_") {
                assert_eq!(one.to_csv(), other.to_csv(), "{} knows no boards", one.name);
            }
        }
    }
}

#[test]
fn one_repository_has_its_own_rows_and_all_of_it_is_that_repository() {
    let raw = raw();
    for set in SETS {
        let whole = selected(&raw, set, &Selection::default());
        let part = selected(&raw, set, &Selection { repositories: vec!["api".to_owned()], ..Selection::default() });
        for name in ["pr_change_requests_repo", "pr_change_requests_repo_dist"] {
            let rows = rows_with(&whole, name, "repo", "api");
            assert!(!rows.is_empty() && rows.len() < table(&whole, name).height(), "{name} has rows of others");
            assert_eq!(rows_with(&part, name, "repo", "api"), rows);
            assert_eq!(table(&part, name).height(), rows.len(), "{name}");
        }
        let all = |row: String| row.replace(",ALL,", ",api,");
        let of_all: Vec<String> =
            rows_with(&part, "pr_change_requests_week", "repo", "ALL").into_iter().map(all).collect();
        // Its rows end with its last activity, those of the total with the last week.
        let own = rows_with(&part, "pr_change_requests_week", "repo", "api");
        let (same, rest) = of_all.split_at(own.len());
        assert_eq!(own, same);
        assert!(!own.is_empty() && (set == RuleSet::Flow || rest.is_empty()), "{rest:?}");
        assert!(rest.iter().all(|row| row.contains(",api,,,,0,0,0,")), "weeks in which nothing happened: {rest:?}");
        assert_eq!(table(&part, "calculated_issue").height(), 0, "it has no issues");
    }
}

#[test]
fn nothing_selected_is_no_error() {
    let raw = raw();
    for set in SETS {
        for bots in [None, Some(Bots::Include), Some(Bots::Exclude)] {
            let nowhere = Selection { repositories: vec!["nowhere/nothing".to_owned()], bots, ..Selection::default() };
            for table in selected(&raw, set, &nowhere).tables {
                let is_empty_by_board = table.name == "stocks";
                assert!(table.height() == 0 || is_empty_by_board || table.name.starts_with("cloud_"), "{}", table.name);
            }
        }
    }
}

#[test]
fn a_table_alone_is_the_one_among_all_with_what_is_said_of_it() {
    let raw = raw();
    let days = |text: &str| text.parse().ok();
    let selections = [
        Selection::default(),
        Selection { repositories: vec!["web".to_owned()], ..Selection::default() },
        Selection { projects: vec!["7".to_owned()], from: days("2026-03-04"), ..Selection::default() },
    ];
    for selection in selections {
        for set in SETS {
            let all = selected(&raw, set, &selection);
            for spec in catalogue::tables() {
                let alone = calculate_tables(&raw, &rules(set), None, spec.scope, Some(&[spec.name]), &selection, None);
                let alone = alone.expect("nothing to contradict");
                let csv = |calculation: &Calculation| {
                    calculation.tables.iter().find(|table| table.name == spec.name).map(Table::to_csv)
                };
                assert_eq!(csv(&alone), csv(&all), "{}", spec.name);
                let said = |calculation: &Calculation| calculation.findings_by_table.get(spec.name).cloned();
                assert_eq!(said(&alone), said(&all), "{}", spec.name);
            }
        }
    }
}
