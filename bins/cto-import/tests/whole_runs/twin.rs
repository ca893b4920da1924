//! One organisation, told by GitHub and by GitLab: the same figures, and those of the truth.

use std::collections::BTreeMap;
use std::path::Path;

use metrics_core::Calculation;
use model::Instant;
use model::instant::MICROS_PER_DAY;
use model::table::Table;
use sandbox::Size;

use crate::published::{Row, rows as rows_of};
use crate::simulated_gitlab::{SimulatedGitlab, told_by_both};
use crate::truth::{assert_truth, calculation};

/// Columns of a table that differ, and why; addresses are each forge's own in all tables.
const DIFFERING: [(&str, &[&str]); 1] = [
    // Drawn by the id of the board.
    ("forecast", &["p50", "p70", "p85", "p95", "hit_rate_85", "hit_count"]),
];

/// Whether a column has to be the same.
fn is_compared(table: &str, column: &str) -> bool {
    let differs = |(name, columns): &(&str, &[&str])| *name == table && columns.contains(&column);
    !["url", "host"].contains(&column) && !DIFFERING.iter().any(differs)
}

/// Rows of a table with the columns that are compared, in an order of their own: what is sorted by ids may come in another.
fn rows(table: &Table, translate: &dyn Fn(&str, String) -> String) -> BTreeMap<String, usize> {
    let columns = table.columns.iter().map(|column| column.name);
    let columns: Vec<&str> = columns.filter(|column| is_compared(table.name, column)).collect();
    let mut rows = BTreeMap::new();
    for row in 0..table.height() {
        let cells = columns.iter().map(|column| format!("{column}={}", translate(column, table.cell(row, column))));
        *rows.entry(cells.collect::<Vec<_>>().join(" | ")).or_default() += 1;
    }
    rows
}

/// Ids of GitLab's deployments, and those of the same ones on GitHub: made in one repository for one environment at one time.
fn deployment_ids(github: &Path, gitlab: &Path) -> BTreeMap<String, String> {
    let key = |row: &Row| ["repo", "environment", "sha", "created_at"].map(|column| row[column].clone());
    let of_github: BTreeMap<_, _> =
        rows_of(github, "deployment.csv").into_iter().map(|row| (key(&row), row["deployment_id"].clone())).collect();
    let of_gitlab = rows_of(gitlab, "deployment.csv");
    assert!(!of_gitlab.is_empty() && of_gitlab.len() == of_github.len());
    of_gitlab.into_iter().map(|row| (row["deployment_id"].clone(), of_github[&key(&row)].clone())).collect()
}

/// Fails with the first row of each table in which the two differ.
#[track_caller]
fn assert_same(
    github: &Calculation,
    gitlab: &Calculation,
    twin: &SimulatedGitlab,
    deployments: &BTreeMap<String, String>,
) {
    let board = twin.both.organisation.view(twin.both.now()).projects[0].number_id.clone();
    let (board_of_gitlab, host) = (twin.board(), twin.host());
    let into_github = |column: &str, cell: String| {
        if let Some(known) = deployments.get(&cell) {
            return known.clone();
        }
        let cell = cell.replace(&board_of_gitlab, &board).replace(&host, "github.com");
        match column {
            // GitLab calls what is a draft so.
            "title" => cell.strip_prefix("Draft: ").map_or(cell.clone(), str::to_owned),
            _ if cell.starts_with("acme/") => cell.replace('!', "#"),
            _ => cell,
        }
    };
    let mut differing = Vec::new();
    let mut compared = 0;
    for table in &github.tables {
        let other = gitlab.tables.iter().find(|other| other.name == table.name).expect("the same tables");
        let (ours, theirs) = (rows(table, &|_, cell| cell), rows(other, &into_github));
        compared += ours.len();
        let first = |these: &BTreeMap<String, usize>, those: &BTreeMap<String, usize>| {
            these.iter().find(|(row, count)| those.get(*row) != Some(count)).map(|(row, _)| row.clone())
        };
        if ours != theirs {
            let (here, there) = (first(&ours, &theirs), first(&theirs, &ours));
            differing.push(format!("{}:\n  GitHub {here:?}\n  GitLab {there:?}", table.name));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    assert!(compared > 1_000, "{compared} rows");
}

fn assert_twins(seed: u64, size: Size) {
    let twin = SimulatedGitlab::serve(&told_by_both(seed, size));
    let (github, gitlab) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    twin.both.import(github.path(), &[]).with_code(0);
    twin.import(gitlab.path(), &[]).with_code(0);
    let of_github = calculation(&twin.both.organisation, github.path(), None);
    let of_gitlab = twin.calculation(gitlab.path());
    assert_truth(&of_github, &twin.both.organisation.truth(twin.both.now()));
    assert_truth(&of_gitlab, &twin.truth(twin.both.now()));
    assert_same(&of_github, &of_gitlab, &twin, &deployment_ids(github.path(), gitlab.path()));
}

#[test]
fn small_organisations_have_the_same_figures_on_both() {
    for seed in [1, 2] {
        assert_twins(seed, Size::Small);
    }
}

#[test]
fn the_demo_has_the_same_figures_on_both() {
    assert_twins(3, Size::Demo);
}

#[test]
fn imports_day_by_day_tell_the_same_as_one_at_the_end() {
    let twin = SimulatedGitlab::serve(&told_by_both(31, Size::Small));
    let (daily, once) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let end = twin.both.organisation.end();
    for day in (0..30).rev() {
        twin.both.moves_to(Instant::from_micros(end.micros() - day * MICROS_PER_DAY));
        twin.import(daily.path(), &[]).with_code(0);
    }
    twin.import(once.path(), &[]).with_code(0);
    let (daily, once) = (twin.calculation(daily.path()), twin.calculation(once.path()));
    assert_truth(&daily, &twin.truth(end));
    for (left, right) in daily.tables.iter().zip(&once.tables) {
        assert_eq!(left.to_csv(), right.to_csv(), "{}", left.name);
    }
}

#[test]
fn an_import_costs_what_was_said_and_one_with_nothing_new_a_few_calls() {
    let twin = SimulatedGitlab::serve(&told_by_both(12, Size::Small));
    let data = tempfile::tempdir().expect("a folder");
    let view = twin.both.organisation.view(twin.both.now());
    let (issues, projects) = (view.issues.len() as u64, view.repositories.len() as u64);
    let commits: u64 = view.repositories.iter().map(|repository| repository.commits.len() as u64).sum();
    let pages = |entries: u64| entries.div_ceil(100) + 1;
    twin.import(data.path(), &[]).with_code(0);
    let first = twin.counters().calls;
    // Two calls for each issue, one more for what stands at the end of a page and comes again, and pages of all lists.
    let of_lists = pages(issues) + 4 * pages(view.pull_requests.len() as u64) + pages(view.deployments.len() as u64);
    let most = 2 * issues + 2 * pages(issues) + of_lists + 2 * commits.div_ceil(100) + 6 * projects;
    assert!(first <= most, "{first} calls, {most} at most");
    twin.import(data.path(), &[]).with_code(0);
    let again = twin.counters().calls - first;
    assert!(again <= 8 * projects, "{again} calls for {projects} projects with nothing new");
}
