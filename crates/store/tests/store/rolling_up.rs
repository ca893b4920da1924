//! Which runs are settled, and what becomes of their jobs.

use std::fs;

use model::columns::Scopes;
use model::records::{CiJob, CiRun, ImportRun, Record, RunOutcome, Scope};
use store::{JobsAsked, JobsOfCi, Settled};

use crate::records::{Fixture, at, repository};

const DAY: i64 = 86_400;
const SUM: [&str; 6] = ["day", "repo", "part", "jobs", "whole_minutes", "settled"];

fn run(repo: &str, id: &str, attempt: i64, began: i64, conclusion: &str) -> Record {
    Record::CiRun(Box::new(CiRun {
        run_id: id.into(),
        attempt,
        org: "acme".into(),
        repo: repo.into(),
        workflow: "CI".into(),
        workflow_path: "ci.yml".into(),
        event: "push".into(),
        sha: format!("c{id}"),
        conclusion: conclusion.into(),
        created_at: at(began),
        started_at: Some(at(began)),
        finished_at: Some(at(began + 90)),
        ..CiRun::default()
    }))
}

fn job(repo: &str, run: &str, id: &str, attempt: i64, began: i64, conclusion: &str) -> Record {
    Record::CiJob(Box::new(CiJob {
        job_id: id.into(),
        run_id: run.into(),
        attempt,
        org: "acme".into(),
        repo: repo.into(),
        name: "test".into(),
        conclusion: conclusion.into(),
        started_at: Some(at(began)),
        finished_at: Some(at(began + 90)),
        labels: "ubuntu-latest".into(),
        ..CiJob::default()
    }))
}

fn repositories() -> [Record; 2] {
    [Record::Repository(repository("R_1", "api")), Record::Repository(repository("R_2", "web"))]
}

/// An import of CI has covered a repository up to a day.
fn covered(fixture: &Fixture, subject: &str, day: i64) {
    let import = ImportRun {
        run: day,
        scope: Scope::CiRuns.into(),
        subject: subject.into(),
        outcome: RunOutcome::Ok.into(),
        covered_to: Some(at(day * DAY)),
        ..ImportRun::default()
    };
    fixture.store.record_import(&import).expect("recorded");
}

fn settle(fixture: &Fixture) -> (u64, u64) {
    let Settled { runs, removed, .. } = fixture.store.settle_jobs(105, &mut || true).expect("settled");
    (runs, removed)
}

/// A red run of `api` on day 100, and its repository covered up to a day.
fn red_run(until: i64) -> Fixture {
    let fixture = Fixture::new();
    fixture.read_in(1, 1, &repositories());
    fixture.read_in(1, 1, &[run("api", "1", 1, 100 * DAY, "failure"), job("api", "1", "11", 1, 100 * DAY, "failure")]);
    covered(&fixture, "R_1", until);
    fixture
}

#[test]
fn a_run_is_settled_75_days_before_the_newest_import_of_its_repository() {
    for (days, settled) in [(175, 0), (176, 1)] {
        let fixture = red_run(days);
        covered(&fixture, "R_2", 1_000);
        assert_eq!(settle(&fixture), (settled, 0), "{days}");
        let part = if settled > 0 { "failed" } else { "" };
        assert_eq!(fixture.cells("ci_job", &["job_id", "part"]), [format!("11,{part}")]);
        let is_settled = settled > 0;
        assert_eq!(fixture.cells("ci_job_sum", &SUM), [format!("1970-04-11T00:00:00Z,api,failed,1,2,{is_settled}")]);
        assert_eq!(fixture.cells("ci_run_jobs", &["run_id", "jobs", "settled"]), [format!("1,1,{is_settled}")]);
        let jobs = fixture.store.load(Scopes::CI).expect("read").ci_jobs.run_id.len();
        assert_eq!(jobs, usize::from(!is_settled), "jobs that are rolled up are not read");
    }
}

#[test]
fn what_is_repeated_changes_nothing_and_what_changes_opens_a_run_again() {
    let fixture = red_run(190);
    assert_eq!(settle(&fixture), (1, 0));
    let sums = || fixture.cells("ci_job_sum", &SUM);
    let before = (fixture.store.changes().expect("asked"), sums());
    assert_eq!(settle(&fixture), (0, 0));
    assert_eq!((fixture.store.changes().expect("asked"), sums()), before);
    let again = [run("api", "1", 1, 100 * DAY, "failure"), job("api", "1", "11", 1, 100 * DAY, "failure")];
    fixture.read_in(2, 2, &again);
    assert_eq!(sums(), before.1);
    assert_eq!(settle(&fixture), (0, 0));
    let green = 120 * DAY;
    fixture.read_in(3, 3, &[run("api", "1", 2, green, "success"), job("api", "1", "12", 2, green, "success")]);
    let sums_of = |settled: bool| {
        [
            format!("1970-04-11T00:00:00Z,api,flaky,1,2,{settled}"),
            format!("1970-05-01T00:00:00Z,api,useful,1,2,{settled}"),
        ]
    };
    assert_eq!(sums(), sums_of(false));
    covered(&fixture, "R_1", 196);
    assert_eq!(settle(&fixture), (1, 0));
    assert_eq!(sums(), sums_of(true));
    let flakes = ["name", "failed_at", "green_at", "wasted_ms"];
    assert_eq!(fixture.cells("ci_flake", &flakes), ["test,1970-04-11T00:01:30Z,1970-05-01T00:01:30Z,90000"]);
}

#[test]
fn jobs_that_are_removed_stay_in_the_sums_and_only_what_is_new_is_added() {
    let fixture = red_run(206);
    assert_eq!(settle(&fixture), (1, 1));
    assert_eq!(fixture.cells("ci_job", &["job_id"]), Vec::<String>::new());
    let sums = || fixture.cells("ci_job_sum", &SUM);
    let red = "1970-04-11T00:00:00Z,api,failed,1,2,true".to_owned();
    assert_eq!(sums(), std::slice::from_ref(&red));
    // The provider shows it once more, and a later attempt.
    let later = 210 * DAY;
    fixture.read_in(2, 2, &[run("api", "1", 1, 100 * DAY, "failure"), job("api", "1", "11", 1, 100 * DAY, "failure")]);
    assert_eq!(sums(), std::slice::from_ref(&red));
    fixture.read_in(3, 3, &[run("api", "1", 2, later, "success"), job("api", "1", "12", 2, later, "success")]);
    covered(&fixture, "R_1", 400);
    assert_eq!(settle(&fixture), (1, 1));
    assert_eq!(sums(), [red, "1970-07-30T00:00:00Z,api,useful,1,2,true".to_owned()]);
    assert_eq!(fixture.cells("ci_run_jobs", &["attempt", "jobs"]), ["1,1", "2,1"]);
}

#[test]
fn an_end_between_two_transactions_loses_nothing() {
    let fixture = Fixture::new();
    fixture.read_in(1, 1, &repositories());
    let of_run = |number: i64| {
        let id = number.to_string();
        [run("api", &id, 1, 100 * DAY, "success"), job("api", &id, &id, 1, 100 * DAY, "success")]
    };
    fixture.read_in(1, 1, &(1..=500).flat_map(of_run).collect::<Vec<_>>());
    covered(&fixture, "R_1", 400);
    let mut done = Vec::new();
    for _ in 0..9 {
        let mut left = 1;
        let mut once = || std::mem::replace(&mut left, 0) > 0;
        let Settled { runs, removed, .. } = fixture.store.settle_jobs(105, &mut once).expect("settled");
        done.push((runs, removed));
        let jobs: i64 =
            fixture.cells("ci_job_sum", &["jobs"]).iter().map(|jobs| jobs.parse::<i64>().expect("a number")).sum();
        assert_eq!(jobs, 500, "{done:?}");
    }
    assert!(done[0].0 > 0 && done[0].0 < 500, "{done:?}");
    assert_eq!((done.iter().map(|it| it.0).sum::<u64>(), settle(&fixture)), (500, (0, 500)));
}

#[test]
fn sums_go_with_repositories_that_change_names_and_become_one_where_both_have_some() {
    let fixture = red_run(1_000);
    fixture.read_in(1, 1, &[run("web", "2", 1, 100 * DAY, "failure"), job("web", "2", "21", 1, 100 * DAY, "failure")]);
    covered(&fixture, "R_2", 1_000);
    assert_eq!(settle(&fixture), (2, 2));
    fixture.read_in(
        2,
        2,
        &[Record::Repository(repository("R_1", "web")), Record::Repository(repository("R_2", "api"))],
    );
    let sums = || fixture.cells("ci_job_sum", &["repo", "jobs"]);
    assert_eq!(sums(), ["api,1", "web,1"]);
    assert_eq!(fixture.cells("ci_run_jobs", &["run_id", "repo"]), ["1,web", "2,api"]);
    // The one that was called so is listed no longer.
    fixture.read_in(3, 3, &[Record::Repository(repository("R_1", "api"))]);
    assert_eq!(sums(), ["api,2"]);
}

#[test]
fn jobs_are_found_of_any_number_of_repositories_whatever_they_are_called() {
    let fixture = red_run(1_000);
    assert_eq!(settle(&fixture), (1, 1));
    fixture.read_in(
        2,
        2,
        &[job("it's", "2", "21", 1, 990 * DAY, "failure"), run("it's", "2", 1, 990 * DAY, "failure")],
    );
    let found = |names: Vec<String>| {
        let asked = JobsAsked { repositories: Some(names), ..JobsAsked::default() };
        fixture.store.load_jobs(&asked).expect("read").ci_jobs.run_id.len()
    };
    let others = || (0..2_000).map(|number| format!("acme/other-{number}"));
    assert_eq!(found(others().collect()), 0);
    assert_eq!(found(others().chain(["acme/it's".to_owned()]).collect()), 1);
    assert_eq!((found(vec!["acme/it's".to_owned()]), found(Vec::new())), (1, 0));
}

#[test]
fn jobs_are_published_on_request_and_no_file_of_an_earlier_publication_is_left() {
    let fixture = red_run(1_000);
    let folder = fixture.path("data");
    let publish = |jobs| fixture.store.publish_csv(&folder, jobs).expect("published").len();
    let all = publish(JobsOfCi::Published);
    assert!(folder.join("ci_job.csv").exists());
    assert_eq!(publish(JobsOfCi::LeftOut), all - 1);
    assert!(!folder.join("ci_job.csv").exists());
    assert!(fs::read_to_string(folder.join("ci_job_sum.csv")).expect("read").lines().count() == 2);
}
