//! Tables of pull requests in words.

use model::rules::ProcessChange;
use model::table::Table;

use super::rows::{against, charted, charted_or_longer, count, counted, is_complete, joined, number, week};
use crate::totals;

const ALL: (&str, &str) = ("repo", totals::ALL);
const ALL_SIZES: (&str, &str) = ("size", totals::ALL);

/// Whether the median from opened to merged was normal in the last complete week.
pub(super) fn cycle(table: &Table, changes: &[ProcessChange]) -> Vec<String> {
    let median = "open_to_merge_p50_days";
    let said = || charted(table, median, Some(ALL), "days from opened to merged in the median", changes);
    unless_empty(table, ALL, median, "No pull request was merged in", said)
}

/// Whether the median wait for a first review was normal in the last complete week.
pub(super) fn review_latency(table: &Table, changes: &[ProcessChange]) -> Vec<String> {
    let median = "to_first_review_p50_hours";
    let said = || charted(table, median, Some(ALL_SIZES), "hours to the first review in the median", changes);
    unless_empty(table, ALL_SIZES, median, "No pull request that was reviewed once it was ready was merged in", said)
}

/// Whether the change requests submitted in the last complete week (month, quarter) were normal.
pub(super) fn change_requests(tables: &[Table], table: &Table, changes: &[ProcessChange]) -> Vec<String> {
    charted_or_longer(tables, table, "requested", Some(ALL), "change requests", changes)
}

/// What the last complete week of all says, unless there is nothing in it.
fn unless_empty(
    table: &Table,
    all: (&str, &str),
    column: &str,
    nothing: &str,
    said: impl FnOnce() -> Vec<String>,
) -> Vec<String> {
    match complete_weeks_of_all(table, all).next().filter(|row| number(table, *row, column).is_none()) {
        Some(row) => vec![format!("{nothing} {}, the last complete week.", week(table, row))],
        None => said(),
    }
}

/// Rows of all groups together in complete weeks, the newest first.
fn complete_weeks_of_all<'a>(table: &'a Table, all: (&'a str, &'a str)) -> impl Iterator<Item = usize> + 'a {
    (0..table.height()).rev().filter(move |row| table.cell(*row, all.0) == all.1 && is_complete(table, *row))
}

/// What happened in the last complete week, against the one before.
pub(super) fn activity(table: &Table) -> Vec<String> {
    let mut weeks = complete_weeks_of_all(table, ALL);
    let Some(last) = weeks.next() else { return vec!["There is no complete week yet.".to_owned()] };
    let before = weeks.next();
    let were = |column: &str| match count(table, last, column) {
        1 => "1 was".to_owned(),
        others => format!("{others} were"),
    };
    let merged = count(table, last, "merged");
    let against_before = before.map(|row| {
        let when = format!("in {}", week(table, row));
        against(merged, count(table, row, "merged"), &when)
    });
    vec![
        format!(
            "{} {} merged in {}, the last complete week{}.",
            counted(merged, "pull request"),
            if merged == 1 { "was" } else { "were" },
            week(table, last),
            against_before.unwrap_or_default()
        ),
        format!("{} opened and {} closed without being merged.", were("opened"), were("closed_unmerged")),
    ]
}

/// Change requests of all pull requests together.
pub(super) fn by_repository(table: &Table) -> Vec<String> {
    let sum = |column: &str| (0..table.height()).map(|row| count(table, row, column)).sum::<i64>();
    let (all, requests) = (sum("pr_count"), sum("cr_total"));
    if all == 0 {
        return vec!["There is no pull request.".to_owned()];
    }
    let repositories = if table.height() == 1 { "1 repository" } else { &format!("{} repositories", table.height()) };
    vec![format!(
        "{} in {repositories} met {}: {:.2} each in the mean.",
        counted(all, "pull request"),
        counted(requests, "change request"),
        requests as f64 / all as f64
    )]
}

/// How many pull requests met none, one, and more change requests.
pub(super) fn distribution(table: &Table) -> Vec<String> {
    let met = |is: &dyn Fn(i64) -> bool| {
        let rows = (0..table.height()).filter(|row| is(count(table, *row, "cr")));
        rows.map(|row| count(table, row, "pr_count")).sum::<i64>()
    };
    let all = met(&|_| true);
    if all == 0 {
        return vec!["There is no pull request.".to_owned()];
    }
    let most = (0..table.height()).map(|row| count(table, row, "cr")).max().unwrap_or_default();
    let none = met(&|requests| requests == 0);
    let share = none as f64 / all as f64 * 100.0;
    let mut parts = vec![format!("{none} of {} ({share:.0} %) met no change request", counted(all, "pull request"))];
    parts.push(format!("{} met one", met(&|requests| requests == 1)));
    parts.push(format!("{} met more", met(&|requests| requests > 1)));
    vec![format!("{}; the most was {most}.", joined(&parts))]
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
