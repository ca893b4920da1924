//! What each rule decides.

use super::*;

const MINUTE: i64 = 60_000_000;

fn attempt(number: i64, conclusion: RunConclusion, finished_at: i64) -> Attempt {
    Attempt { number, conclusion: Some(conclusion), finished_at: Some(finished_at), ..Attempt::default() }
}

fn job(attempt: i64, name: &'static str, span: [i64; 2], conclusion: RunConclusion) -> Job<'static> {
    let [began, ended] = span;
    Job { attempt, began, ended, name: name.as_bytes(), conclusion: Some(conclusion), ..Job::default() }
}

fn run(jobs: Vec<Job<'static>>) -> Run<'static> {
    let numbers: std::collections::BTreeSet<i64> = jobs.iter().map(|job| job.attempt).collect();
    let attempts = numbers.into_iter().map(|number| attempt(number, RunConclusion::Failure, 0)).collect();
    Run { is_pipeline: false, attempts, jobs }
}

fn parts(runs: &mut [Run<'static>]) -> Vec<Vec<JobPart>> {
    roll_up(runs).into_iter().map(|rolled| rolled.parts).collect()
}

#[test]
fn a_job_is_flaky_if_one_of_its_name_begins_to_be_green_within_thirty_days_after_it_ended() {
    for (began, right) in
        [(2, JobPart::Flaky), (1 + REPAIRED_WITHIN, JobPart::Flaky), (2 + REPAIRED_WITHIN, JobPart::Failed)]
    {
        let red = run(vec![job(1, "test", [0, 1], RunConclusion::Failure)]);
        let green = run(vec![job(1, "test", [began, began + 9], RunConclusion::Success)]);
        assert_eq!(parts(&mut [red.clone(), green.clone()]), [vec![right], vec![JobPart::Useful]], "{began}");
        assert_eq!(parts(&mut [green, red]), [vec![JobPart::Useful], vec![right]], "in another order");
    }
    let red = run(vec![job(1, "test", [0, 1], RunConclusion::Failure)]);
    let other = run(vec![job(1, "lint", [2, 3], RunConclusion::Success)]);
    assert_eq!(parts(&mut [red, other]), [vec![JobPart::Failed], vec![JobPart::Useful]]);
}

#[test]
fn a_green_attempt_without_jobs_repairs_all_that_failed_in_the_thirty_days_before() {
    for (at, has_other_jobs, right) in [
        (2, false, JobPart::Flaky),
        (1 + REPAIRED_WITHIN, false, JobPart::Flaky),
        (2 + REPAIRED_WITHIN, false, JobPart::Failed),
        (2, true, JobPart::Failed),
        (1, false, JobPart::Failed),
    ] {
        let mut red = run(vec![job(1, "test", [0, 1], RunConclusion::Failure)]);
        red.attempts.push(Attempt { has_other_jobs, ..attempt(2, RunConclusion::Success, at) });
        assert_eq!(parts(&mut [red]), [vec![right]], "{at} {has_other_jobs}");
    }
}

#[test]
fn what_a_second_attempt_lists_once_more_is_repeated_and_what_it_does_again_is_retried() {
    let mut runs = [run(vec![
        job(1, "build", [0, 9], RunConclusion::Success),
        job(1, "test", [0, 9], RunConclusion::Failure),
        job(1, "docs", [0, 9], RunConclusion::Success),
        job(2, "build", [0, 9], RunConclusion::Success),
        job(2, "docs", [20, 29], RunConclusion::Success),
        job(2, "test", [20, 29], RunConclusion::Success),
    ])];
    let (useful, flaky) = (JobPart::Useful, JobPart::Flaky);
    let repeated = [JobPart::Repeated, JobPart::Retried];
    assert_eq!(parts(&mut runs), [[useful, useful, flaky, repeated[0], repeated[1], useful]]);
}

#[test]
fn a_flake_has_the_first_failure_the_last_green_job_of_thirty_days_and_what_was_wasted() {
    let mut runs = [
        run(vec![
            job(1, "test (3.11)", [0, MINUTE], RunConclusion::Failure),
            job(1, "test (3.12)", [0, 2 * MINUTE], RunConclusion::Failure),
        ]),
        run(vec![
            job(1, "test (3.11)", [3 * MINUTE, 4 * MINUTE], RunConclusion::Success),
            job(1, "test (3.12)", [3 * MINUTE, 5 * MINUTE], RunConclusion::Success),
        ]),
        run(vec![job(1, "test (3.11)", [3 * REPAIRED_WITHIN, 4 * REPAIRED_WITHIN], RunConclusion::Success)]),
    ];
    let flakes = roll_up(&mut runs).swap_remove(0).flakes;
    let right = Flake { name: b"test", failed_at: MINUTE, green_at: Some(5 * MINUTE), wasted_ms: 180_000 };
    assert_eq!(flakes, [right]);
}

#[test]
fn minutes_are_rounded_up_for_each_job_and_what_is_skipped_takes_none() {
    let spent = |span, conclusion| job(1, "test", span, conclusion).spent();
    let minutes = spent([0, MINUTE + 1_000], RunConclusion::Failure);
    assert_eq!(minutes, Spent { jobs: 1, skipped: 0, run_ms: 60_001, whole_minutes: 2 });
    assert_eq!(spent([0, MINUTE], RunConclusion::Success).whole_minutes, 1);
    assert_eq!(spent([0, 0], RunConclusion::Success).whole_minutes, 0);
    let skipped = spent([0, MINUTE], RunConclusion::Skipped);
    assert_eq!(skipped, Spent { jobs: 1, skipped: 1, run_ms: 0, whole_minutes: 0 });
}

#[test]
fn names_are_cut_before_the_values_of_a_matrix() {
    for (name, right) in [
        ("test (ubuntu, 3.12)", "test"),
        ("build / test (a (b))", "build / test (a"),
        ("test (a) b", "test (a) b"),
        (" (a)", " (a)"),
        ("test", "test"),
    ] {
        assert_eq!(without_matrix(name.as_bytes()), right.as_bytes(), "{name}");
    }
}

#[test]
fn a_run_waits_for_those_that_need_it_and_for_no_others() {
    let span = |began, ended| Span { began, ended };
    let day = MICROS_PER_DAY;
    // One that was started again long after, and one between its begin and that.
    assert_eq!(settled(&[span(0, 100 * day), span(day, 2 * day)], 50 * day), [false, false]);
    // Each night one.
    let nights: Vec<Span> = (0..100).map(|night| span(night * day, night * day + 1)).collect();
    let right: Vec<bool> = (0..100).map(|night| night < 50).collect();
    assert_eq!(settled(&nights, 50 * day), right);
    // What waits makes others wait.
    let chain = [span(0, 3 * day), span(2 * day, 6 * day), span(5 * day, 100 * day)];
    assert_eq!(settled(&chain, 50 * day), [false; 3]);
    assert_eq!(settled(&[span(0, 1)], 1), [false]);
}
