//! Change requests per pull request.

use std::collections::BTreeSet;

use hashbrown::HashMap;
use model::columns::{Raw, ReviewState, TextColumn};
use model::table::{Cells, Column, Table};

use super::weeks::{At, Week};

/// The three tables about pull requests: `pr_change_requests_week`, `pr_change_requests_repo`,
/// `pr_change_requests_repo_dist`.
///
/// Repositories are told apart by name alone. Of rows with one id the weekly table takes the last, the others all.
pub fn pull_request_tables(raw: &Raw) -> Vec<Table> {
    let requests = change_requests(raw);
    let repositories = Repositories::new(raw);
    vec![
        week_table(raw, &requests, &repositories),
        repo_table(&requests, &repositories),
        dist_table(&requests, &repositories),
    ]
}

/// Per row of the pull requests: reviews of its id that request changes.
fn change_requests(raw: &Raw) -> Vec<i64> {
    let mut requests = vec![0; raw.pull_requests.id.len()];
    for (pull_request, state) in raw.reviews.pull_request.iter().zip(&raw.reviews.state) {
        if *state == ReviewState::ChangesRequested {
            requests[*pull_request as usize] += 1;
        }
    }
    raw.pull_requests.last.iter().map(|last| requests[*last as usize]).collect()
}

/// Repository names by their bytes.
struct Repositories {
    names: TextColumn,
    /// Per row of the pull requests.
    of_row: Vec<u32>,
}

impl Repositories {
    fn new(raw: &Raw) -> Self {
        let sorted: BTreeSet<&[u8]> = raw.pull_requests.repo.iter().map(|code| raw.dictionary.bytes(*code)).collect();
        let mut names = TextColumn::default();
        for name in &sorted {
            names.push(name);
        }
        let places: HashMap<&[u8], u32> = sorted.into_iter().zip(0..).collect();
        let mut place_of_code: HashMap<u32, u32> = HashMap::new();
        let place = |code: &u32| *place_of_code.entry(*code).or_insert_with(|| places[raw.dictionary.bytes(*code)]);
        let of_row = raw.pull_requests.repo.iter().map(place).collect();
        Self { names, of_row }
    }

    /// Change requests per repository, ascending.
    fn sorted_requests(&self, requests: &[i64]) -> Vec<Vec<i64>> {
        let mut repositories = vec![Vec::new(); self.names.len()];
        for (repository, requests) in self.of_row.iter().zip(requests) {
            repositories[*repository as usize].push(*requests);
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
    for (row, last) in raw.pull_requests.last.iter().enumerate() {
        if *last as usize == row {
            let week = At::of(&raw.pull_requests.created_at, row).week();
            entries.push((week, repositories.of_row[row], requests[row]));
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
        Column { name: "repo", cells: Cells::Code(places, repositories.names.clone()) },
        Column { name: "cr", cells: Cells::Int(values) },
        Column { name: "pr_count", cells: counts(frequencies.into_iter()) },
    ];
    Table { name: "pr_change_requests_repo_dist", columns }
}
