//! Iterations of the simulated GitLab: what the tables say of them is what happened.

use std::path::Path;

use model::Instant;
use model::instant::MICROS_PER_DAY;
use model::table::Table;
use sandbox::{IterationTruth, Options, Size};

use crate::published::rows;
use crate::simulated::HURRIED;
use crate::simulated_gitlab::{SimulatedGitlab, told_by_both};
use crate::truth::{assert_truth, calculation_by, table};

fn serve(seed: u64) -> SimulatedGitlab {
    SimulatedGitlab::serve(&Options { iterations: true, ..told_by_both(seed, Size::Small) })
}

const COLUMNS: [&str; 11] = [
    "iteration_id",
    "iteration",
    "starts_on",
    "due_on",
    "planned_at_start",
    "added_later",
    "removed",
    "done_in_it",
    "carried_over",
    "planned_done",
    "complete",
];

fn said(table: &Table) -> Vec<String> {
    (0..table.height()).map(|row| COLUMNS.map(|column| table.cell(row, column)).join(",")).collect()
}

fn happened(simulated: &SimulatedGitlab, at: Instant) -> Vec<String> {
    let host = simulated.host();
    let row = |truth: &IterationTruth| {
        let counts =
            [truth.planned_at_start, truth.added_later, truth.removed, truth.done_in_it].map(|count| count.to_string());
        let carried = truth.carried_over.map(|count| count.to_string()).unwrap_or_default();
        format!(
            "{host}/iteration/{},{},{},{},{},{carried},{},{}",
            truth.number,
            truth.name,
            truth.starts_on,
            truth.due_on,
            counts.join(","),
            truth.planned_done,
            truth.carried_over.is_some()
        )
    };
    simulated.truth(at).iterations.iter().map(row).collect()
}

fn computed(simulated: &SimulatedGitlab, data: &Path, as_of: Option<Instant>) -> Vec<String> {
    said(table(&calculation_by(&simulated.config_yaml(), data, as_of), "spillover_iteration"))
}

#[test]
fn spillover_is_what_happened_now_and_at_any_time_before() {
    for seed in [1, 2, 3] {
        let simulated = serve(seed);
        let data = tempfile::tempdir().expect("a folder");
        simulated.import(data.path(), &[]).with_code(0);
        let now = simulated.both.now();
        let truth = simulated.truth(now);
        let sum = |count: &dyn Fn(&IterationTruth) -> u32| truth.iterations.iter().map(count).sum::<u32>();
        assert!(sum(&|it| it.done_in_it) > 20 && sum(&|it| it.carried_over.unwrap_or(0)) > 20, "seed {seed}");
        assert!(sum(&|it| it.removed) > 5 && sum(&|it| it.added_later) > 5, "seed {seed}");
        assert_eq!(computed(&simulated, data.path(), None), happened(&simulated, now), "seed {seed}");
        assert_truth(&simulated.calculation(data.path()), &truth);
        for days in [1, 9, 40, 100] {
            let before = Instant::from_micros(now.micros() - days * MICROS_PER_DAY);
            let said = computed(&simulated, data.path(), Some(before));
            assert_eq!(said, happened(&simulated, before), "seed {seed}, {days} days before");
        }
    }
}

#[test]
fn imports_week_by_week_tell_of_iterations_what_one_at_the_end_does() {
    let simulated = serve(4);
    let (weekly, once) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let end = simulated.both.organisation.end();
    for weeks in (0..8).rev() {
        simulated.both.moves_to(Instant::from_micros(end.micros() - weeks * 7 * MICROS_PER_DAY));
        simulated.import(weekly.path(), &["--issues"]).with_code(0);
    }
    simulated.import(once.path(), &["--issues"]).with_code(0);
    let name = "issue_iteration_event.csv";
    assert_eq!(rows(weekly.path(), name), rows(once.path(), name));
    assert_eq!(computed(&simulated, weekly.path(), None), happened(&simulated, end));
}

#[test]
fn what_was_imported_without_iterations_gets_them_once_they_are_configured() {
    let simulated = serve(5);
    let data = tempfile::tempdir().expect("a folder");
    let mut importer = simulated.importer(data.path());
    let without = simulated.config_yaml().replace("  iterations: true\n", "");
    std::fs::write(data.path().join("config.yml"), without + HURRIED).expect("written");
    assert!(importer.arg("--issues").status().expect("the program runs").success());
    assert_eq!(rows(data.path(), "issue_iteration_event.csv").len(), 0);
    assert_eq!(simulated.counters().by_list.get("resource_iteration_events"), None);
    simulated.import(data.path(), &["--issues"]).with_code(0);
    assert_eq!(computed(&simulated, data.path(), None), happened(&simulated, simulated.both.now()));
}

#[test]
fn iterations_that_are_refused_are_named_once_and_what_is_stored_of_them_stays() {
    let simulated = serve(6);
    let data = tempfile::tempdir().expect("a folder");
    simulated.breaks(&["gitlab-no-iterations"]);
    let ended = simulated.import(data.path(), &["--issues"]).with_code(3);
    let said = |text: &str| text.matches("failed: iterations of acme: ").count();
    assert_eq!(said(&ended.stderr), 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("take gitlab.iterations out of the configuration"), "{}", ended.stderr);
    assert!(rows(data.path(), "issue.csv").len() > 200);
    simulated.breaks(&[]);
    simulated.import(data.path(), &["--issues"]).with_code(0);
    let known = rows(data.path(), "issue_iteration_event.csv");
    assert!(!known.is_empty());
    simulated.breaks(&["gitlab-no-iterations"]);
    simulated.import(data.path(), &["--issues", "--full"]).with_code(3);
    assert_eq!(rows(data.path(), "issue_iteration_event.csv"), known);
    assert_eq!(computed(&simulated, data.path(), None), happened(&simulated, simulated.both.now()));
}

#[test]
fn an_import_with_iterations_takes_one_call_more_for_each_issue_as_was_said() {
    let simulated = serve(7);
    let data = tempfile::tempdir().expect("a folder");
    let expected = simulated.import(data.path(), &["--issues", "--dry-run"]).with_code(0);
    let line = expected.stdout.lines().find(|line| line.starts_with("issues of acme")).expect("a line");
    let numbers: Vec<u64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [issues, calls] = numbers[..] else { panic!("{line}") };
    assert_eq!(calls, 3 * issues + issues.div_ceil(100));
    simulated.import(data.path(), &["--issues"]).with_code(0);
    let asked = simulated.counters().by_list["resource_iteration_events"];
    assert!(asked >= issues && asked <= issues + issues.div_ceil(100), "{asked} for {issues} issues");
}
