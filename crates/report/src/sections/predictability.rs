//! Predictability: does what is forecast come true, what lies longer than usual, what did not end in its iteration.

use metrics_core::totals::ALL;

use super::{ISSUES_REMEDY, Made, grid, list, not_connected};
use crate::content::{Align, Block, Cell, Sentence};
use crate::input::{count, days_of, evidence, flag, number};
use crate::make::{as_of, day};
use crate::numbers;

/// Old items that are listed.
const LISTED: usize = 5;

pub(super) fn blocks(made: Made<'_>) -> Vec<Block> {
    let input = made.input;
    if input.table("throughput_month").is_none_or(|table| table.height() == 0) {
        return not_connected("Issues are", ISSUES_REMEDY);
    }
    let mut said: Vec<Sentence> = forecast(made).into_iter().collect();
    let old = input.table("aging_wip");
    let above: Vec<usize> =
        old.map(|table| (0..table.height()).filter(|row| flag(table, "above_p85", *row)).collect()).unwrap_or_default();
    let day = day(as_of(input.calculation));
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
                super::known(
                    number(table, "days_in_step", *row),
                    |days| numbers::duration(days * 24.0),
                    at("days_in_step"),
                ),
            ]
        });
        let columns =
            [("Item", Align::Left), ("Board", Align::Left), ("Step", Align::Left), ("In it for", Align::Right)];
        blocks.push(grid(format!("Longest in their step, on {day}"), &columns, rows.collect()));
    }
    blocks
}

/// How often what was forecast for all boards came true.
fn forecast(made: Made<'_>) -> Option<Sentence> {
    let table = made.input.table("forecast")?;
    let row = (0..table.height()).rfind(|row| table.cell(*row, "project_id") == ALL)?;
    let weeks = count(table, "weeks", row)?;
    let Some((rate, n)) = number(table, "hit_rate_85", row).zip(count(table, "hit_n", row)) else {
        return Some(Sentence::plain("There are too few weeks to say whether forecasts come true."));
    };
    let key = [("project_id", ALL.to_owned()), ("weeks", weeks.to_string())];
    Some(Sentence {
        text: format!(
            "Of {} forecasts for {weeks} weeks in the past {} came true; 85 % are meant to.",
            numbers::count(n),
            numbers::share(rate)
        ),
        evidence: Some(evidence("forecast", &key, "hit_rate_85", None, made.input.teams)),
    })
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
