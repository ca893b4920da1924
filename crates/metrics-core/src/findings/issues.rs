//! `calculated_issue`, `aging_wip`, `cumulative_flow_day` and `forecast` in words.

use model::table::{Cells, Table};

use super::rows::{against, count, counted, number};
use super::stocks::STEPS;
use crate::totals::ALL;

/// Days between the two ends of the cumulative flow that are set against each other.
const DAYS_BACK: i64 = 28;
/// Weeks ahead of the forecast that is said, the one that its hits are counted for.
const WEEKS_AHEAD: i64 = 4;

/// How many are open, finished, and closed as not planned.
pub(super) fn all(table: &Table) -> Vec<String> {
    if table.height() == 0 {
        return vec!["There is no issue.".to_owned()];
    }
    let of = |is: &dyn Fn(usize) -> bool| (0..table.height()).filter(|row| is(*row)).count();
    let ended = |row| !table.cell(row, "enddatetime").is_empty();
    let finished = of(&|row| number(table, row, "lead_days").is_some());
    let open = of(&|row| !ended(row));
    vec![format!(
        "{}: {open} open, {finished} finished, {} closed as not planned or duplicate.",
        counted(table.height() as i64, "issue"),
        table.height() - open - finished
    )]
}

/// How many are unusually long in their step, and the oldest; of equally old ones the first by id.
pub(super) fn aging(table: &Table) -> Vec<String> {
    if table.height() == 0 {
        return vec!["No started issue is open on a board.".to_owned()];
    }
    let long = (0..table.height()).filter(|row| is_true(table, *row, "above_p85")).count();
    let first = match (long, table.height()) {
        (0, 1) => "The only started issue has not been in its step for longer than 85 % of finished ones.".to_owned(),
        (_, 1) => "The only started issue has been in its step for longer than 85 % of finished ones.".to_owned(),
        (1, started) => {
            format!("1 of {started} started issues has been in its step for longer than 85 % of finished ones.")
        }
        (long, started) => {
            format!("{long} of {started} started issues have been in their step for longer than 85 % of finished ones.")
        }
    };
    [Some(first), oldest(table), unknown_ages(table)].into_iter().flatten().collect()
}

fn oldest(table: &Table) -> Option<String> {
    let ages = (0..table.height()).rev().filter_map(|row| number(table, row, "age_days").map(|age| (row, age)));
    let (oldest, age) = ages.max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    let step = table.cell(oldest, "step");
    let step = STEPS.into_iter().find(|(_, _, name)| *name == step).map_or(step.as_str(), |(words, ..)| words);
    Some(format!(
        "The oldest, {}, was started {age:.0} days ago and has been in {step} for {:.0} days.",
        table.cell(oldest, "id"),
        number(table, oldest, "days_in_step").unwrap_or_default(),
    ))
}

fn unknown_ages(table: &Table) -> Option<String> {
    let unknown = (0..table.height()).filter(|row| number(table, *row, "age_days").is_none()).count() as i64;
    (unknown > 0).then(|| format!("Of {} it is not known when work began: history is lost.", counted(unknown, "issue")))
}

fn is_true(table: &Table, row: usize, column: &str) -> bool {
    matches!(table.column(column), Some(Cells::Judged(cells)) if cells[row] == Some(true))
}

/// What became of what was planned for the iteration that ended last; nothing where none has ended.
pub(super) fn spillover(table: &Table) -> Vec<String> {
    let over = (0..table.height()).filter(|row| number(table, *row, "carried_over").is_some());
    let Some(row) = over.max_by_key(|row| table.cell(*row, "due_on")) else { return Vec::new() };
    let [planned, done, carried] =
        ["planned_at_start", "planned_done", "carried_over"].map(|column| count(table, row, column));
    let name = table.cell(row, "iteration");
    let planned = match planned {
        0 => format!("Nothing was planned at the start of {name}"),
        1 => format!("Of 1 issue planned at the start of {name}, {done} was done in it"),
        _ => format!("Of {planned} issues planned at the start of {name}, {done} were done in it"),
    };
    let were = if carried == 1 { "was" } else { "were" };
    vec![format!("{planned}; {} {were} carried over.", counted(carried, "issue"))]
}

/// What is on boards and not done, and what is done, at the end of the last whole day: the last row may be any hour of
/// its day, and is not set against the end of another.
pub(super) fn cumulative_flow(table: &Table) -> Vec<String> {
    let none = || vec!["No issue has been on a board yet.".to_owned()];
    let Some(Cells::Date(days)) = table.column("date") else { return none() };
    let Some(last) = days.last().copied().flatten().and_then(|day| day.pred_opt()) else { return none() };
    // Days are in order: only the rows of the two days are looked at.
    let at = |day: chrono::NaiveDate| {
        let rows = days.partition_point(|known| *known < Some(day))..days.partition_point(|known| *known <= Some(day));
        let sum = |step: &str| {
            let of_step = rows.clone().filter(|row| table.cell(*row, "step") == step);
            of_step.map(|row| count(table, row, "count")).sum::<i64>()
        };
        let (all, done) = (sum("backlog"), sum("done"));
        (!rows.is_empty()).then_some((all - done, done))
    };
    let Some((open, done)) = at(last) else { return vec!["No day of the boards is over yet.".to_owned()] };
    let before = at(last - chrono::Days::new(DAYS_BACK.unsigned_abs()));
    let when = format!("{DAYS_BACK} days before");
    let compared = |now: i64, then: Option<i64>| then.map(|then| against(now, then, &when)).unwrap_or_default();
    vec![
        format!(
            "At the end of {last} {} on boards {} not done{}.",
            counted(open, "issue"),
            if open == 1 { "was" } else { "were" },
            compared(open, before.map(|(open, _)| open))
        ),
        format!(
            "{done} {} done{}.",
            if done == 1 { "was" } else { "were" },
            compared(done, before.map(|(_, done)| done))
        ),
    ]
}

/// The row of all boards for the weeks ahead that are said.
pub(crate) fn forecast_row(table: &Table) -> Option<usize> {
    (0..table.height()).find(|row| table.cell(*row, "project_id") == ALL && count(table, *row, "weeks") == WEEKS_AHEAD)
}

/// The 85 % forecast of four weeks over all boards, and how often it came true.
pub(super) fn forecast(table: &Table) -> Vec<String> {
    let Some(row) = forecast_row(table) else {
        return vec!["There is nothing to forecast from.".to_owned()];
    };
    let Some(least) = number(table, row, "p85") else {
        let weeks = count(table, row, "history_weeks");
        let are = if weeks == 1 { "is" } else { "are" };
        return vec![format!("There is no forecast: it rests on 12 weeks at least, and there {are} {weeks}.")];
    };
    let head = format!("85 %: at least {} in {WEEKS_AHEAD} weeks", counted(least as i64, "issue"));
    let (hits, tried) = (count(table, row, "hit_count"), count(table, row, "hit_n"));
    vec![match tried {
        0 => format!("{head}; no such forecast of the past can be checked yet."),
        _ => format!("{head}; of the last {} for as long {hits} came true.", counted(tried, "forecast")),
    }]
}
