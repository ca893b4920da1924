//! `stocks` and `stocks_week`.

use std::ops::Range;

use model::Instant;
use model::columns::CodeColumn;
use model::table::{Cells, Column, Table};

use super::bug_source::{CUSTOMER_FACING, DEV_PROCESS, INTERNAL};
use super::issue_list::project_texts;
use super::lives::{Life, Lives, Stage};
use super::weeks::{At, Week};

/// Bugs four times, then the six buckets.
const COUNTS: usize = 10;
const BUCKETS: usize = 6;
const NAMES: [&str; COUNTS] = [
    "opened_bugs",
    "opened_bugs_customer_facing",
    "opened_bugs_internal",
    "opened_bugs_dev_process",
    "in_backlogs",
    "in_ready",
    "in_dev",
    "in_review",
    "in_qa",
    "waiting_to_prod",
];
const BACKLOG: usize = COUNTS - BUCKETS;
/// The stages that move an issue to the buckets behind the backlog.
const BUCKET_STAGES: [Stage; BUCKETS - 1] = [Stage::PutInReady, Stage::Dev, Stage::Review, Stage::Qa, Stage::Waiting];

type Counts = [i64; COUNTS];

/// Issues that have not ended, by project: in the furthest step that they ever reached.
pub(super) fn stocks(lives: &Lives) -> Table {
    let mut counts = vec![[0; COUNTS]; lives.projects.len()];
    for life in lives.lives.iter().filter(|life| life.end().is_none()) {
        let counts = &mut counts[life.project as usize];
        let furthest = BUCKET_STAGES.iter().rposition(|stage| life.date(*stage).known().is_some());
        counts[BACKLOG + furthest.map_or(0, |stage| stage + 1)] += 1;
        for bug in bug_columns(life) {
            counts[bug] += 1;
        }
    }
    let rows = (0..).zip(counts).filter(|(_, counts)| is_stock(counts)).collect::<Vec<(u32, Counts)>>();
    Table { name: "stocks", columns: stock_columns(lives, &rows) }
}

/// The same at the end of each week, where issues that ended during the week still count: from the week of the
/// first creation to the week of the last date of another kind, or to `now` when there is none.
pub(super) fn stocks_week(lives: &Lives, now: Option<Instant>) -> Table {
    let mut rows = Vec::new();
    if let Some(weeks) = weeks(lives, now) {
        for (project, lives) in by_project(lives).into_iter().enumerate() {
            push_project_weeks(project as u32, &lives, &weeks, &mut rows);
        }
    }
    rows.sort_unstable_by_key(|(week, (project, _))| (*week, *project));
    let labels: Vec<(i64, i64)> = rows.iter().map(|(week, _)| week.label()).collect();
    let rows: Vec<(u32, Counts)> = rows.into_iter().map(|(_, row)| row).collect();
    let mut columns = vec![
        Column { name: "year", cells: Cells::Int(labels.iter().map(|(year, _)| Some(*year)).collect()) },
        Column { name: "week", cells: Cells::Week(labels.iter().map(|(_, week)| *week).collect()) },
    ];
    columns.extend(stock_columns(lives, &rows));
    Table { name: "stocks_week", columns }
}

fn is_stock(counts: &Counts) -> bool {
    counts[BACKLOG..].iter().any(|count| *count > 0)
}

/// The bug columns in which an issue counts.
fn bug_columns(life: &Life) -> impl Iterator<Item = usize> {
    let source = |flag: u8| life.bug_sources & flag != 0;
    let flags = [life.is_bug, source(CUSTOMER_FACING), source(INTERNAL), source(DEV_PROCESS)];
    (0..BACKLOG).filter(move |column| flags[*column])
}

fn stock_columns(lives: &Lives, rows: &[(u32, Counts)]) -> Vec<Column> {
    let (ids, names) = project_texts(lives);
    let projects: CodeColumn = rows.iter().map(|(project, _)| *project).collect();
    let mut columns = vec![
        Column { name: "project_id", cells: Cells::Code(projects.clone(), ids) },
        Column { name: "project_name", cells: Cells::Code(projects, names) },
    ];
    columns.extend(NAMES.iter().enumerate().map(|(index, name)| {
        let cells = rows.iter().map(|(_, counts)| Some(counts[index])).collect();
        Column { name, cells: Cells::Int(cells) }
    }));
    columns
}

/// The weeks of the table; `None` when there are none.
fn weeks(lives: &Lives, now: Option<Instant>) -> Option<Range<i64>> {
    let first = lives.lives.iter().map(|life| life.created).min()?.week();
    let last = lives.lives.iter().filter_map(Life::latest_date).max().map(At::week).or_else(|| now.map(Week::of))?;
    (last >= first).then_some(first.0..last.0 + 1)
}

fn by_project(lives: &Lives) -> Vec<Vec<&Life>> {
    let mut projects = vec![Vec::new(); lives.projects.len()];
    for life in &lives.lives {
        projects[life.project as usize].push(life);
    }
    projects
}

/// Weeks as differences: what changes at the beginning of each week, summed up once.
struct Changes {
    first: i64,
    changes: Vec<Counts>,
}

impl Changes {
    /// Counts one in a column for some weeks.
    fn add(&mut self, column: usize, weeks: &Range<i64>) {
        if weeks.is_empty() {
            return;
        }
        self.changes[(weeks.start - self.first) as usize][column] += 1;
        self.changes[(weeks.end - self.first) as usize][column] -= 1;
    }
}

fn push_project_weeks(project: u32, lives: &[&Life], weeks: &Range<i64>, rows: &mut Vec<(Week, (u32, Counts))>) {
    let mut changes =
        Changes { first: weeks.start, changes: vec![[0; COUNTS]; (weeks.end - weeks.start + 1) as usize] };
    for life in lives {
        add_life(&mut changes, life, weeks);
    }
    let mut counts = [0; COUNTS];
    for (week, change) in weeks.clone().zip(&changes.changes) {
        for (count, change) in counts.iter_mut().zip(change) {
            *count += change;
        }
        if is_stock(&counts) {
            rows.push((Week(week), (project, counts)));
        }
    }
}

/// An issue counts from the week of its creation through the week of its end; the step of a week is the furthest
/// whose date lies in that week or before.
fn add_life(changes: &mut Changes, life: &Life, weeks: &Range<i64>) {
    let created = life.created.week().0;
    let after = life.end().map_or(weeks.end, |end| (end.week().0 + 1).clamp(weeks.start, weeks.end));
    for bug in bug_columns(life) {
        changes.add(bug, &(created..after));
    }
    let mut until = after;
    for (index, stage) in BUCKET_STAGES.iter().enumerate().rev() {
        if let Some(date) = life.date(*stage).known() {
            let from = date.week().0.max(created);
            changes.add(BACKLOG + 1 + index, &(from..until));
            until = until.min(from);
        }
    }
    changes.add(BACKLOG, &(created..until));
}

#[cfg(test)]
mod tests {
    use model::instant::MICROS_PER_DAY;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const NANOS_PER_WEEK: i128 = 7 * 86_400_000_000_000;

    fn at() -> impl Strategy<Value = At> {
        (-40..80_i64, 0..3_i64).prop_map(|(days, micros)| At { micros: days * MICROS_PER_DAY - micros, nanos: 0 })
    }

    fn life() -> impl Strategy<Value = Life> {
        let date = || prop_oneof![Just(At::NEVER), at()];
        let dates = [date(), date(), date(), date(), date(), date(), date(), date()].map(Strategy::boxed);
        (0..2_u32, at(), dates).prop_map(|(project, created, dates)| Life::with_dates(project, created, dates))
    }

    fn nanos(at: At) -> i128 {
        i128::from(at.micros) * 1000 + i128::from(at.nanos)
    }

    /// The counts of a project in the week that begins at an instant, by the definition.
    fn counts_of_week(lives: &[Life], project: u32, monday: i128) -> Counts {
        let cut_off = monday + NANOS_PER_WEEK - 1;
        let mut counts = [0; COUNTS];
        for life in lives.iter().filter(|life| life.project == project) {
            if nanos(life.created) > cut_off || life.end().is_some_and(|end| nanos(end) < monday) {
                continue;
            }
            let reached = |stage: &Stage| life.date(*stage).known().is_some_and(|date| nanos(date) <= cut_off);
            let bucket = BUCKET_STAGES.iter().rposition(reached).map_or(0, |stage| stage + 1);
            counts[BACKLOG + bucket] += 1;
            counts[0] += i64::from(life.is_bug);
        }
        counts
    }

    proptest! {
        #[test]
        fn weeks_by_differences_are_weeks_by_definition(lives in vec(life(), 0..12)) {
            let lives = Lives { lives, projects: vec![(b"1".into(), b"".into()), (b"2".into(), b"".into())] };
            let mut expected = Vec::new();
            for week in weeks(&lives, None).unwrap_or(0..0) {
                // The week of 1970-01-01 began three days earlier.
                let monday = i128::from(week) * NANOS_PER_WEEK - 3 * NANOS_PER_WEEK / 7;
                for project in 0..2 {
                    let counts = counts_of_week(&lives.lives, project, monday);
                    if is_stock(&counts) {
                        expected.push((Week(week).label().1, i64::from(project) + 1, counts));
                    }
                }
            }
            let table = stocks_week(&lives, None);
            let number = |row, column| table.cell(row, column).parse::<i64>().expect("a number");
            let found: Vec<_> = (0..table.height())
                .map(|row| (number(row, "week"), number(row, "project_id"), NAMES.map(|name| number(row, name))))
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
