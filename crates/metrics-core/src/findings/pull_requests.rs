//! Tables of pull requests in words.

use model::rules::ProcessChange;
use model::table::Table;

use super::rows::{counted, is_complete, number, week};
use crate::control::{finding, weekly_series, xmr};

const ALL: Option<(&str, &str)> = Some(("repo", "ALL"));

/// Whether the median from opened to merged was normal in the last complete week.
pub(super) fn cycle(table: &Table, changes: &[ProcessChange]) -> Vec<String> {
    let median = "open_to_merge_p50_days";
    let empty = last_complete_of_all(table)
        .filter(|row| number(table, *row, median).is_none())
        .map(|row| format!("No pull request was merged in {}, the last complete week.", week(table, row)));
    match empty {
        Some(sentence) => vec![sentence],
        None => charted(table, median, "days from opened to merged in the median", changes),
    }
}

/// Whether the change requests submitted in the last complete week were normal.
pub(super) fn change_requests(table: &Table, changes: &[ProcessChange]) -> Vec<String> {
    charted(table, "requested", "change requests", changes)
}

fn charted(table: &Table, column: &str, unit: &str, changes: &[ProcessChange]) -> Vec<String> {
    let points = weekly_series(table, column, ALL).unwrap_or_default();
    finding(&xmr(&points, changes), unit).sentences
}

fn last_complete_of_all(table: &Table) -> Option<usize> {
    (0..table.height()).rev().find(|row| table.cell(*row, "repo") == "ALL" && is_complete(table, *row))
}

/// How many are open, and the oldest.
pub(super) fn open(table: &Table) -> Vec<String> {
    let Some(age) = (table.height() > 0).then(|| number(table, 0, "age_days")).flatten() else {
        return vec!["No pull request is open.".to_owned()];
    };
    let open = table.height() as i64;
    let stage = match table.cell(0, "stage").as_str() {
        "coding" => "has been a draft",
        "pickup" => "has waited for its first review",
        "review" => "has been in review",
        _ => "has been approved and not merged",
    };
    let since = table.cell(0, "waiting_since");
    let day = since.get(..10).unwrap_or(&since);
    vec![
        format!("{} {} open.", counted(open, "pull request"), if open == 1 { "is" } else { "are" }),
        format!("The oldest, {}, was opened {age:.1} days ago and {stage} since {day}.", table.cell(0, "id"),),
    ]
}
