//! Findings of levels that grew or shrank: only where the chart of their net flow signals.

use std::cmp::Ordering;
use std::ops::Range;

use model::table::Table;

use super::rows::{count, counted, is_complete, number, week};
use super::stocks::STEPS;
use crate::control::{RUN, signals_around};

/// Levels that grew or shrank in the last complete week, or that none did.
pub(super) fn sentences(table: &Table) -> Vec<String> {
    let Some(last) = last_complete(table) else { return vec!["There is no complete week yet.".to_owned()] };
    let said = changes(table, last.clone());
    if said.is_empty() { vec![quiet(table, last)] } else { said }
}

/// The same of a table among others, and nothing where nothing changed.
pub(super) fn changed(tables: &[Table], name: &str) -> Vec<String> {
    let table = tables.iter().find(|table| table.name == name);
    let said = table.and_then(|table| last_complete(table).map(|last| changes(table, last)));
    said.unwrap_or_default()
}

/// Rows of the last complete week.
fn last_complete(table: &Table) -> Option<Range<usize>> {
    let newest = (0..table.height()).rev().find(|row| is_complete(table, *row))?;
    let label = week(table, newest);
    let first = (0..=newest).rev().take_while(|row| week(table, *row) == label).last()?;
    Some(first..newest + 1)
}

fn changes(table: &Table, rows: Range<usize>) -> Vec<String> {
    let levels = rows.len();
    rows.filter_map(|row| changed_level(table, row, levels)).collect()
}

/// A signal alone is not enough: the weeks must signal around 0 too, on the same side. Where a level grew while its
/// limits were drawn, weeks in which it stays as it is lie below their centre, and are no shrinking. Rows of one level are
/// `levels` apart.
fn changed_level(table: &Table, row: usize, levels: usize) -> Option<String> {
    if table.cell(row, "signals").is_empty() {
        return None;
    }
    let (center, upper) = (number(table, row, "center")?, number(table, row, "ucl")?);
    let nets: Vec<f64> = last_weeks(row, levels).map(|week| count(table, week, "net_flow") as f64).collect();
    let net = nets.last().copied().filter(|_| !signals_around(0.0, upper - center, &nets).is_empty())?;
    let how = match (net.total_cmp(&0.0), net.total_cmp(&center)) {
        (Ordering::Greater, Ordering::Greater) => "grew",
        (Ordering::Less, Ordering::Less) => "shrank",
        _ => return None,
    };
    let (came, left) = (count(table, row, "arrivals"), count(table, row, "departures"));
    let (name, what) = words(&table.cell(row, "level"));
    Some(format!(
        "{name} {how}: {} came and {left} left in {}, and the chart of the difference signals.",
        counted(came, what),
        week(table, row),
    ))
}

/// Rows of a level up to one of them: as many weeks as the longest signal looks back.
fn last_weeks(row: usize, levels: usize) -> impl Iterator<Item = usize> {
    (0..RUN).rev().filter_map(move |ago| row.checked_sub(ago * levels))
}

fn quiet(table: &Table, mut rows: Range<usize>) -> String {
    let label = week(table, rows.start);
    if rows.all(|row| number(table, row, "ucl").is_none()) {
        return format!(
            "Whether anything grew or shrank in {label}, the last complete week, cannot be said: no limits."
        );
    }
    format!("Nothing grew or shrank by a signal in {label}, the last complete week.")
}

/// A level in words, and what is counted in it.
fn words(level: &str) -> (String, &'static str) {
    let name = match level {
        "open" => "The number of open issues on boards",
        "wip" => "Work in progress",
        "red_bin" => return ("The number of open bugs".to_owned(), "bug"),
        "open_prs" => return ("The number of open pull requests".to_owned(), "pull request"),
        step => {
            let known = STEPS.into_iter().find(|(_, _, name)| *name == step);
            return (format!("What is in {}", known.map_or(step, |(words, ..)| words)), "issue");
        }
    };
    (name.to_owned(), "issue")
}
