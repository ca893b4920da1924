//! What counts as a run, as failed, as retried and as flaky.

use model::kinds::JobPart;
use model::tables::{CiJobSum, CiRun};

use super::{Life, cells, second};
use crate::selection::Selection;

const COUNTS: [&str; 6] = ["runs", "succeeded", "failed", "cancelled", "retried", "flaky"];

#[test]
fn a_run_counts_by_its_last_attempt_in_the_month_in_which_that_ended() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 100, "failure");
    life.attempt("1", 2, 20 * 86_400, 20 * 86_400 + 60, "success");
    assert_eq!(life.cells("ci_month", "2026-02,acme/shop,CI", &COUNTS), Vec::<String>::new());
    assert_eq!(life.cells("ci_month", "2026-03,acme/shop,CI", &COUNTS), ["1,1,0,0,1,1"]);
    assert_eq!(life.cells("ci_month", "2026-03,ALL,ALL", &["runs", "first_try_rate", "host"]), ["1,0.000000,"]);
}

#[test]
fn what_runs_still_is_no_run_and_what_could_not_begin_has_failed() {
    let mut life = Life::default();
    let running = life.attempt("1", 1, 0, 100, "");
    running.finished_at = None;
    life.attempt("2", 1, 0, 100, "startup_failure").sha = "c2".into();
    life.attempt("3", 1, 0, 100, "timed_out").sha = "c3".into();
    life.attempt("4", 1, 0, 100, "skipped").sha = "c4".into();
    life.attempt("5", 1, 0, 100, "cancelled").sha = "c5".into();
    let columns = ["runs", "failed", "failed_infrastructure", "cancelled", "other", "success_rate", "commits"];
    assert_eq!(life.cells("ci_month", "2026-02,acme/shop,CI", &columns), ["4,2,2,1,1,0.000000,2"]);
}

#[test]
fn a_commit_is_flaky_if_another_run_of_the_same_event_succeeds_later() {
    for (event, sha, flaky) in [("push", "c1", "1"), ("schedule", "c1", "0"), ("push", "c2", "0")] {
        let mut life = Life::default();
        life.attempt("1", 1, 0, 100, "failure");
        let second = life.attempt("2", 1, 200, 300, "success");
        second.event = event.into();
        second.sha = sha.into();
        assert_eq!(life.cells("ci_month", "2026-02,acme/shop,CI", &["flaky"]), [flaky], "{event} {sha}");
    }
    let mut life = Life::default();
    life.attempt("1", 1, 0, 100, "success");
    life.attempt("2", 1, 200, 300, "failure");
    assert_eq!(life.cells("ci_month", "2026-02,acme/shop,CI", &["flaky", "commits"]), ["0,1"], "it broke later");
}

#[test]
fn a_job_of_a_pipeline_that_failed_and_was_started_again_makes_its_commit_flaky() {
    let mut life = Life::default();
    life.pipeline(1, 0, 400, "success");
    life.task(1, "test", [10, 100], "failure").retried = true;
    life.task(1, "test", [200, 300], "success");
    let columns = ["runs", "succeeded", "first_try_rate", "retried", "flaky"];
    assert_eq!(life.cells("ci_month", "2026-02,acme/api,push", &columns), ["1,1,0.000000,1,1"]);
    life.jobs[0].allow_failure = true;
    assert_eq!(life.cells("ci_month", "2026-02,acme/api,push", &columns), ["1,1,1.000000,1,0"]);
    life.jobs[0].allow_failure = false;
    life.jobs[0].conclusion = "success".into();
    assert_eq!(
        life.cells("ci_month", "2026-02,acme/api,push", &columns),
        ["1,1,1.000000,0,0"],
        "a deployment that is run again repairs nothing"
    );
}

#[test]
fn a_pipeline_ends_when_its_jobs_had_ended_first_and_takes_the_time_in_which_they_ran() {
    let mut life = Life::default();
    let day = 86_400;
    life.pipeline(1, 60, 30 * day, "success");
    life.task(1, "build", [60, 180], "success").queued_ms = Some(30_000);
    life.task(1, "lint", [120, 240], "success").queued_ms = Some(60_000);
    // Somebody deploys in March.
    life.task(1, "deploy", [30 * day, 30 * day + 60], "success").queued_ms = Some(1_000);
    let columns = ["runs", "duration_p50_min", "queue_p50_min"];
    assert_eq!(life.cells("ci_month", "2026-02,acme/api,push", &columns), ["1,4.000000,0.500000"]);
    assert_eq!(life.cells("ci_month", "2026-03,acme/api,push", &columns), Vec::<String>::new());
}

#[test]
fn a_run_takes_from_its_begin_to_its_last_job_and_waits_for_its_first() {
    let mut life = Life::default();
    life.attempt("1", 1, 60, 900, "success");
    life.job("1", 1, "a", [90, 120], "success");
    life.job("1", 1, "b", [100, 360], "success");
    let columns = ["duration_p50_min", "duration_p95_min", "queue_p50_min"];
    assert_eq!(life.cells("ci_month", "2026-02,acme/shop,CI", &columns), ["5.000000,,0.500000"]);
    life.jobs.clear();
    assert_eq!(life.cells("ci_month", "2026-02,acme/shop,CI", &columns), ["14.000000,,"], "where no job is known");
}

#[test]
fn pipelines_that_another_one_starts_are_no_runs_but_their_jobs_cost() {
    let mut life = Life::default();
    life.pipeline(1, 0, 100, "success").event = "parent_pipeline".into();
    life.task(1, "test", [0, 60], "success");
    assert_eq!(life.cells("ci_month", "2026-02", &["runs"]), Vec::<String>::new());
    assert_eq!(life.cells("ci_cost_month", "2026-02,ALL,ALL", &["jobs", "cost"]), ["1,0.01"]);
}

#[test]
fn a_flaky_job_is_named_without_its_matrix_once_for_a_commit_with_what_it_ran_in_vain() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 200, "failure");
    life.attempt("1", 2, 300, 500, "success");
    life.job("1", 1, "unit (3.11)", [0, 90], "failure");
    life.job("1", 1, "unit (3.12)", [0, 30], "failure");
    life.job("1", 1, "lint", [0, 30], "success");
    life.job("1", 2, "unit (3.11)", [300, 400], "success");
    life.job("1", 2, "unit (3.12)", [300, 500], "success");
    // It fails for good.
    life.attempt("2", 1, 600, 700, "failure").sha = "c2".into();
    life.job("2", 1, "unit (3.11)", [600, 700], "failure");
    let columns = ["repo", "workflow", "name", "times", "wasted_minutes", "last_at", "url"];
    assert_eq!(
        life.cells("ci_flaky_jobs", "", &columns),
        [format!(
            "acme/shop,CI,unit,1,2.000000,{},https://github.com/acme/shop/actions/runs/1",
            second(500).to_rfc3339_seconds()
        )]
    );
    let selection = |from: &str| Selection { from: Some(from.parse().expect("a day")), ..Selection::default() };
    let times = |from: &str| cells(&life.tables_of(&selection(from)), "ci_flaky_jobs", "", &["times"]);
    assert_eq!((times("2026-02-10"), times("2026-02-11")), (vec!["1".to_owned()], Vec::new()));
}

#[test]
fn two_workflows_of_one_name_are_told_apart_and_a_renamed_one_is_one() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 10, "success");
    let renamed = life.attempt("2", 1, 20, 30, "success");
    renamed.workflow = "Checks".into();
    renamed.created_at = second(15);
    let other = life.attempt("3", 1, 20, 30, "success");
    other.workflow = "Checks".into();
    other.workflow_path = ".github/workflows/other.yml".into();
    let rows = life.cells("ci_month", "2026-02,acme/shop", &["workflow", "runs"]);
    let right =
        ["Checks (.github/workflows/ci.yml),2", "Checks (.github/workflows/other.yml),1", "ALL,3"].map(str::to_owned);
    assert_eq!(rows, right);
}

#[test]
fn only_selected_repositories_count() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 10, "success");
    life.pipeline(1, 0, 100, "success");
    let selection = Selection { repositories: vec!["acme/api".into()], ..Selection::default() };
    let tables = life.tables_of(&selection);
    assert_eq!(cells(&tables, "ci_month", "2026-02,ALL", &["runs"]), ["1"]);
    assert_eq!(cells(&tables, "ci_month", "2026-02,acme/shop", &["runs"]), Vec::<String>::new());
}

#[test]
fn of_the_default_branch_alone_runs_are_counted_and_what_they_cost_is_not_changed() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 100, "success").default_branch = true;
    life.job("1", 1, "test", [0, 60], "success");
    let other = life.attempt("2", 1, 200, 300, "failure");
    (other.sha, other.git_ref) = ("c2".into(), "topic".into());
    life.job("2", 1, "test", [200, 320], "failure");
    let only_default = Selection { default_branch: true, ..Selection::default() };
    let (all, of_default) = (life.tables(), life.tables_of(&only_default));
    let counts =
        |tables| cells(tables, "ci_month", "2026-02,acme/shop,CI", &["runs", "succeeded", "failed", "commits"]);
    assert_eq!(counts(&all), ["2,1,1,2"]);
    assert_eq!(counts(&of_default), ["1,1,0,1"]);
    let costs = |tables| cells(tables, "ci_cost_month", "2026-02,ALL,acme/shop,CI", &["jobs", "cost", "failed"]);
    assert_eq!(costs(&all), ["2,0.018,0.012"]);
    assert_eq!(costs(&of_default), costs(&all));
    assert_eq!(cells(&of_default, "calculated_run", "", &["run_id"]), ["1"]);
}

#[test]
fn the_list_of_runs_has_each_as_it_is_counted_the_newest_first() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 100, "failure");
    life.attempt("1", 2, 200, 400, "success");
    life.job("1", 2, "test", [230, 320], "success");
    life.attempt("2", 1, 500, 600, "timed_out").git_ref = "topic".into();
    life.attempt("3", 1, 700, 800, "cancelled").default_branch = true;
    life.pipeline(4, 900, 1_300, "success");
    life.task(4, "build", [930, 990], "success").queued_ms = Some(30_000);
    life.task(4, "test", [1_050, 1_110], "success").queued_ms = Some(60_000);
    let columns = ["run_id", "repo", "workflow", "event", "ref", "default_branch", "ended_at"];
    assert_eq!(
        life.cells("calculated_run", "", &columns),
        [
            "gitlab.com/pipeline/4,acme/api,push,push,,false,2026-02-10T00:18:30Z",
            "3,acme/shop,CI,push,,true,2026-02-10T00:13:20Z",
            "2,acme/shop,CI,push,topic,false,2026-02-10T00:10:00Z",
            "1,acme/shop,CI,push,,false,2026-02-10T00:05:20Z",
        ]
    );
    let columns = ["outcome", "failed_infrastructure", "first_try", "retried", "minutes", "wait_minutes", "host"];
    assert_eq!(
        life.cells("calculated_run", "", &columns),
        [
            "succeeded,false,true,false,2.000000,1.000000,gitlab.com",
            "cancelled,false,,false,,,github.com",
            "failed,true,false,false,1.666667,,github.com",
            "succeeded,false,false,true,2.000000,0.500000,github.com",
        ]
    );
    let link = "https://github.com/acme/shop/actions/runs/1";
    assert_eq!(life.cells("calculated_run", "1,", &["url"]), [link]);
}

#[test]
fn a_host_that_is_not_said_is_the_usual_one_in_runs_and_jobs_alike() {
    let mut life = Life::default();
    for (run, of_run, of_job) in [("1", "", "github.com"), ("2", "github.com", ""), ("3", "", "")] {
        life.attempt(run, 1, 0, 100, "success").host = of_run.into();
        life.job(run, 1, "test", [0, 60], "success").host = of_job.into();
    }
    let columns = ["workflow", "runs", "duration_p50_min", "host"];
    assert_eq!(life.cells("ci_month", "2026-02,acme/shop,CI", &columns), ["CI,3,1.000000,github.com"]);
    assert_eq!(life.cells("ci_cost_month", "2026-02,ALL,acme/shop,CI", &["jobs", "cost"]), ["3,0.018"]);
}

#[test]
fn what_is_green_after_thirty_days_repairs_nothing() {
    for (days, flaky) in [(29, "1"), (31, "0")] {
        let mut life = Life::default();
        let later = days * 86_400;
        life.attempt("1", 1, 0, 100, "failure");
        life.attempt("2", 1, later, later + 60, "success");
        let times = life.cells("ci_month", "20", &["repo", "workflow", "flaky"]);
        let of_all: Vec<&String> =
            times.iter().filter(|row| row.starts_with("ALL,ALL") && !row.ends_with(",0")).collect();
        assert_eq!(of_all.len().to_string(), flaky, "{days}: {times:?}");
    }
}

#[test]
fn what_is_rolled_up_is_found_whether_its_host_is_said_or_not() {
    let mut life = Life::default();
    life.attempt("1", 1, 0, 100, "success").host = "github.com".into();
    let CiRun { org, repo, workflow, workflow_path, .. } = life.runs[0].clone();
    let (day, part, labels) = (second(0), JobPart::Useful, "ubuntu-latest".to_owned());
    let sum = CiJobSum { day, part, labels, org, repo, workflow, workflow_path, jobs: 2, ..CiJobSum::default() };
    life.sums.push(CiJobSum { run_ms: 90_000, whole_minutes: 2, ..sum });
    assert_eq!(life.cells("ci_cost_month", "2026-02,ALL,acme/shop,ALL", &["jobs", "host"]), ["2,github.com"]);
}
