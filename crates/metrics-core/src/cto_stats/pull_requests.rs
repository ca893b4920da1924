//! Change requests per pull request.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use hashbrown::HashMap;
use model::columns::{Raw, ReviewState, TextColumn};
use model::table::{Cells, Column, Table};

use super::weeks::{At, Week};
use crate::selection::Chosen;

/// The three tables about pull requests: `pr_change_requests_week`, `pr_change_requests_repo`,
/// `pr_change_requests_repo_dist`.
///
/// Repositories are told apart by name alone. Of rows with one id the weekly table takes the last, the others all.
pub fn pull_request_tables(raw: &Raw) -> Vec<Table> {
    tables_of(raw, &Chosen::everything())
}

/// The tables of a selection. All bots count by default.
pub(crate) fn tables_of(raw: &Raw, chosen: &Chosen) -> Vec<Table> {
    let counts =
        if chosen.is_everything() { vec![true; raw.pull_requests.id.len()] } else { chosen.pull_requests(raw) };
    let rows: Vec<usize> = (0..counts.len()).filter(|row| counts[*row]).collect();
    let requests = change_requests(raw);
    let week = week_table(raw, &requests, &Repositories::new(raw, &rows));
    // The original cuts days in UTC.
    let days = chosen.days(Tz::UTC);
    let is_within = |row: &usize| raw.pull_requests.created_at.get(*row).is_none_or(|at| days.contains(&at.micros()));
    let within: Vec<usize> = rows.into_iter().filter(is_within).collect();
    let repositories = Repositories::new(raw, &within);
    vec![week, repo_table(&requests, &repositories), dist_table(&requests, &repositories)]
}

/// Per row of the pull requests: reviews of its id that request changes.
fn change_requests(raw: &Raw) -> Vec<i64> {
    let mut requests = vec![0; raw.pull_requests.id.len()];
    for (pull_request, state) in raw.reviews.pull_request.iter().zip(&raw.reviews.state) {
        if *state == Some(ReviewState::ChangesRequested) {
            requests[*pull_request as usize] += 1;
        }
    }
    (0..requests.len()).map(|row| requests[raw.as_original.last_pull_request(row)]).collect()
}

/// Repository names by their bytes.
struct Repositories {
    names: TextColumn,
    /// Rows of the pull requests that count, with their repository.
    of_rows: Vec<(usize, u32)>,
}

impl Repositories {
    fn new(raw: &Raw, rows: &[usize]) -> Self {
        let code = |row: &usize| raw.pull_requests.repo[*row];
        let sorted: BTreeSet<&[u8]> = rows.iter().map(|row| raw.dictionary.bytes(code(row))).collect();
        let mut names = TextColumn::default();
        for name in &sorted {
            names.push(name);
        }
        let places: HashMap<&[u8], u32> = sorted.into_iter().zip(0..).collect();
        let mut place_of_code: HashMap<u32, u32> = HashMap::new();
        let mut place = |code| *place_of_code.entry(code).or_insert_with(|| places[raw.dictionary.bytes(code)]);
        let of_rows = rows.iter().map(|row| (*row, place(code(row)))).collect();
        Self { names, of_rows }
    }

    /// Change requests per repository, ascending.
    fn sorted_requests(&self, requests: &[i64]) -> Vec<Vec<i64>> {
        let mut repositories = vec![Vec::new(); self.names.len()];
        for (row, repository) in &self.of_rows {
            repositories[*repository as usize].push(requests[*row]);
        }
        for requests in &mut repositories {
            requests.sort_unstable();
        }
        repositories
    }
}

fn median(sorted: &[i64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] as f64 } else { (sorted[middle - 1] + sorted[middle]) as f64 / 2.0 }
}

/// Nearest rank.
fn p90(sorted: &[i64]) -> f64 {
    let rank = (0.9 * sorted.len() as f64).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1] as f64
}

fn counts(values: impl Iterator<Item = usize>) -> Cells {
    Cells::Int(values.map(|value| Some(value as i64)).collect())
}

fn totals<'a>(groups: impl Iterator<Item = &'a [i64]>) -> Cells {
    Cells::Int(groups.map(|group| Some(group.iter().sum())).collect())
}

fn floats<'a>(groups: impl Iterator<Item = &'a [i64]>, value: impl Fn(&[i64]) -> f64) -> Cells {
    Cells::Float(groups.map(|group| Some(value(group))).collect())
}

struct WeekRow {
    week: Week,
    repository: u32,
    sorted: Vec<i64>,
}

fn week_table(raw: &Raw, requests: &[i64], repositories: &Repositories) -> Table {
    let mut names = repositories.names.clone();
    names.push(b"ALL");
    let all = names.len() as u32 - 1;
    let mut entries: Vec<(Week, u32, i64)> = Vec::new();
    for (row, repository) in repositories.of_rows.iter().copied() {
        if raw.as_original.last_pull_request(row) == row {
            let week = At::of(&raw.pull_requests.created_at, row).week();
            entries.push((week, repository, requests[row]));
        }
    }
    entries.sort_unstable();
    let mut rows = Vec::new();
    for of_week in entries.chunk_by(|one, other| one.0 == other.0) {
        let week = of_week[0].0;
        for group in of_week.chunk_by(|one, other| one.1 == other.1) {
            rows.push(WeekRow { week, repository: group[0].1, sorted: group.iter().map(|entry| entry.2).collect() });
        }
        let mut sorted: Vec<i64> = of_week.iter().map(|entry| entry.2).collect();
        sorted.sort_unstable();
        rows.push(WeekRow { week, repository: all, sorted });
    }
    let labels: Vec<(i64, i64)> = rows.iter().map(|row| row.week.label()).collect();
    let groups = || rows.iter().map(|row| row.sorted.as_slice());
    let columns = vec![
        Column { name: "year", cells: Cells::Int(labels.iter().map(|(year, _)| Some(*year)).collect()) },
        Column { name: "week", cells: Cells::Week(labels.iter().map(|(_, week)| *week).collect()) },
        Column { name: "repo", cells: Cells::Code(rows.iter().map(|row| row.repository).collect(), names) },
        Column { name: "avg", cells: floats(groups(), |group| group.iter().sum::<i64>() as f64 / group.len() as f64) },
        Column { name: "median", cells: floats(groups(), median) },
        Column { name: "p90", cells: floats(groups(), p90) },
        Column { name: "pr_count", cells: counts(groups().map(<[i64]>::len)) },
        Column { name: "cr_total", cells: totals(groups()) },
    ];
    Table { name: "pr_change_requests_week", columns }
}

fn repo_table(requests: &[i64], repositories: &Repositories) -> Table {
    let sorted = repositories.sorted_requests(requests);
    let groups = || sorted.iter().map(Vec::as_slice);
    let columns = vec![
        Column { name: "repo", cells: Cells::Text(repositories.names.clone()) },
        Column { name: "median", cells: floats(groups(), median) },
        Column { name: "pr_count", cells: counts(groups().map(<[i64]>::len)) },
        Column { name: "cr_total", cells: totals(groups()) },
    ];
    Table { name: "pr_change_requests_repo", columns }
}

fn dist_table(requests: &[i64], repositories: &Repositories) -> Table {
    let (mut places, mut values, mut frequencies) = (Vec::new(), Vec::new(), Vec::new());
    for (repository, sorted) in (0..).zip(repositories.sorted_requests(requests)) {
        for equal in sorted.chunk_by(|one, other| one == other) {
            places.push(repository);
            values.push(Some(equal[0]));
            frequencies.push(equal.len());
        }
    }
    let columns = vec![
        Column { name: "repo", cells: Cells::Code(places.into(), repositories.names.clone()) },
        Column { name: "cr", cells: Cells::Int(values.into()) },
        Column { name: "pr_count", cells: counts(frequencies.into_iter()) },
    ];
    Table { name: "pr_change_requests_repo_dist", columns }
}
