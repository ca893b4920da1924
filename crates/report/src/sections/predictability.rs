//! Predictability: does what is forecast come true, what lies longer than usual, what did not end in its iteration.

use metrics_core::totals::ALL;

use super::{ISSUES_REMEDY, Made, grid, list, not_connected};
use crate::content::{Align, Block, Cell, Evidence, Sentence};
use crate::input::{count, days_of, evidence, flag, number};
use crate::make::as_of;
use crate::numbers;

/// Old items that are listed.
const LISTED: usize = 5;

pub(super) fn blocks(made: Made<'_>) -> Vec<Block> {
    let input = made.input;
    if input.table("throughput_month").is_none_or(|table| table.height() == 0) {
        return not_connected("Issues are", ISSUES_REMEDY);
    }
    let mut said = forecast(made);
    let old = input.table("aging_wip");
    let above: Vec<usize> =
        old.map(|table| (0..table.height()).filter(|row| flag(table, "above_p85", *row)).collect()).unwrap_or_default();
    let day: String = as_of(input.calculation).to_rfc3339_seconds().chars().take(10).collect();
    if let Some(table) = old {
        let of = numbers::count(table.height() as i64);
        let noun = if table.height() == 1 { "started item" } else { "started items" };
        said.push(Sentence::plain(format!(
            "{} of {of} {noun} lay in their step longer than 85 % of the finished ones did, on {day}.",
            numbers::count(above.len() as i64)
        )));
    }
    said.extend(spillover(made));
    let mut blocks = vec![list(said)];
    if let Some(table) = old.filter(|_| !above.is_empty()) {
        let rows = above.iter().take(LISTED).map(|row| {
            let id = table.cell(*row, "id");
            let at = |column: &str| {
                let row = [("id", id.clone())];
                evidence("aging_wip", &row, column, None, input.teams)
            };
            vec![
                Cell::text(&id),
                Cell::text(table.cell(*row, "project_name")),
                Cell::text(table.cell(*row, "step").replace('_', " ")),
                super::known(number(table, "days_in_step", *row), |days| numbers::duration(days * 24.0), at("days_in_step")),
            ]
        });
        let columns =
            [("Item", Align::Left), ("Board", Align::Left), ("Step", Align::Left), ("In it for", Align::Right)];
        blocks.push(grid(format!("Longest in their step, on {day}"), &columns, rows.collect()));
    }
    blocks
}

/// What is forecast for all boards, and how often that came true.
fn forecast(made: Made<'_>) -> Vec<Sentence> {
    let Some(table) = made.input.table("forecast") else { return Vec::new() };
    let of_all = (0..table.height()).filter(|row| table.cell(*row, "project_id") == ALL);
    let Some(row) = of_all.last() else { return Vec::new() };
    let weeks = count(table, "weeks", row).unwrap_or_default();
    let key = vec![("project_id", ALL.to_owned()), ("weeks", weeks.to_string())];
    let at = |column: &str| Some::<Evidence>(evidence("forecast", &key, column, None, made.input.teams));
    let (Some(half), Some(sure)) = (count(table, "p50", row), count(table, "p85", row)) else {
        return vec![Sentence::plain("There are too few weeks for a forecast of issues.")];
    };
    let mut said = vec![Sentence {
        text: format!(
            "At least {} issues are finished in the next {weeks} weeks with a probability of 85 %, at least {} with one of 50 %.",
            numbers::count(sure),
            numbers::count(half)
        ),
        evidence: at("p85"),
    }];
    if let Some((rate, n)) = number(table, "hit_rate_85", row).zip(count(table, "hit_n", row)) {
        said.push(Sentence {
            text: format!("Of {} such forecasts in the past {} came true.", numbers::count(n), numbers::share(rate)),
            evidence: at("hit_rate_85"),
        });
    }
    said
}

/// Iterations that ended in the month.
fn spillover(made: Made<'_>) -> Vec<Sentence> {
    let Some(table) = made.input.table("spillover_iteration") else { return Vec::new() };
    let days = days_of(made.input.month);
    let ended = (0..table.height()).filter(|row| {
        let due = table.cell(*row, "due_on");
        due.parse().is_ok_and(|due| days.contains(&due))
    });
    let (mut planned, mut carried, mut iterations) = (0, 0, 0);
    for row in ended {
        planned += count(table, "planned_at_start", row).unwrap_or(0);
        carried += count(table, "carried_over", row).unwrap_or(0);
        iterations += 1;
    }
    if iterations == 0 {
        return Vec::new();
    }
    let noun = if iterations == 1 { "iteration" } else { "iterations" };
    vec![Sentence::plain(format!(
        "{iterations} {noun} ended in the month: {} items were planned at the start, {} were carried over.",
        numbers::count(planned),
        numbers::count(carried)
    ))]
}
