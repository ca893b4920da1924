//! All runs of a repository with their attempts and jobs, in few calls.

use connector_testing::{Memory, at};
use github_actions::Jobs;
use serde_json::json;
use source::{Event, Scope, Source as _, Window};
use tokio_util::sync::CancellationToken;

use crate::forge::{Actions, Life, job};
use crate::workflows::NOW;

/// Runs at every hour of some days, from the first of October on.
fn hourly(life: &mut Life, runs: u64) {
    for id in 1..=runs {
        life.add(id, &format!("2026-10-{:02}T{:02}:{:02}:00Z", 1 + id / 96, id / 4 % 24, id % 4 * 15));
    }
}

#[tokio::test]
async fn a_thousand_runs_take_seventy_calls_at_most_and_nothing_new_takes_one() {
    let mut actions = Actions::with(|life| hourly(life, 1_000)).await;
    let usage = actions.import_all().await;
    assert!(usage.calls <= 70, "{} calls", usage.calls);
    assert!(usage.points <= 51, "{} points", usage.points);
    assert_eq!((actions.memory.ci_runs().len(), actions.memory.ci_jobs().len()), (1_000, 2_000));
    let labelled = |job: model::records::CiJob| job.labels == "ubuntu-latest" && job.runner == "hosted";
    assert!(actions.memory.ci_jobs().into_iter().all(labelled));
    actions.asked();
    actions.now = at("2026-11-02T11:00:00Z");
    let usage = actions.import_all().await;
    assert_eq!((usage.calls, usage.points, usage.full), (1, 0, false));
    assert_eq!(actions.asked(), ["runs 2026-10-30T10:00:00Z..2026-11-02T11:00:00Z 1"]);
}

#[tokio::test]
async fn the_first_import_goes_thirteen_months_back_and_one_with_more_months_goes_on_from_there() {
    let mut actions = Actions::with(|life| {
        life.add(1, "2024-06-01T09:00:00Z");
        life.add(2, "2025-10-01T09:00:00Z");
        life.add(3, "2025-10-03T09:00:00Z");
    })
    .await;
    let source = actions.source();
    assert_eq!((source.scope(), source.subject(), source.label()), (Scope::CiRuns, "R_web", "acme/web"));
    let expected = source.expected(Window::default(), None);
    assert_eq!((expected.calls, expected.points), (1, 0));
    let usage = actions.import_all().await;
    assert_eq!((usage.full, usage.covered_from), (true, Some(at("2025-10-02"))));
    assert_eq!(usage.covered_to, Some(at(NOW)));
    assert_eq!(actions.runs(), ["3 1 success"]);
    assert_eq!(actions.asked()[0], format!("runs 2025-10-02T00:00:00Z..{NOW} 1"));
    actions.depth.months = 36;
    actions.import_all().await;
    assert_eq!(actions.runs(), ["1 1 success", "2 1 success", "3 1 success"]);
    let asked = actions.asked();
    assert_eq!(
        asked[..2],
        [format!("runs 2026-10-30T10:00:00Z..{NOW} 1"), "runs 2023-11-02T00:00:00Z..2025-10-02T00:00:00Z 1".to_owned()]
    );
}

#[tokio::test]
async fn since_reads_from_there_and_what_it_left_out_comes_with_the_next_import() {
    let actions = Actions::with(|life| {
        life.add(1, "2026-01-10T09:00:00Z");
        life.add(2, "2026-11-01T09:00:00Z");
    })
    .await;
    actions.import(Window { since: Some(at("2026-10-01")), full: false }).await.expect("read");
    assert_eq!(actions.runs(), ["2 1 success"]);
    actions.asked();
    actions.import_all().await;
    assert_eq!(actions.runs(), ["1 1 success", "2 1 success"]);
    assert!(!actions.asked().contains(&"jobs of 2".to_owned()), "what is known is not read again");
    actions.import(Window { since: None, full: true }).await.expect("read");
    assert_eq!(actions.asked()[0], format!("runs 2025-10-02T00:00:00Z..{NOW} 1"));
}

#[tokio::test]
async fn jobs_that_run_are_read_again_until_they_are_over() {
    let mut actions = Actions::with(|life| {
        life.add(1, "2026-11-02T09:00:00Z");
        life.runs.get_mut(&1).unwrap()[0]["status"] = json!("in_progress");
        life.runs.get_mut(&1).unwrap()[0]["conclusion"] = json!(null);
        let test = &mut life.jobs.get_mut(&1).unwrap()[1];
        (test["status"], test["conclusion"], test["completed_at"]) = (json!("queued"), json!(null), json!(null));
    })
    .await;
    actions.import_all().await;
    let of_test = |actions: &Actions| actions.memory.ci_jobs().into_iter().nth(1).expect("a job");
    assert_eq!((of_test(&actions).started_at, of_test(&actions).conclusion.is_empty()), (None, true));
    // Weeks later it is listed no more, and asked for by its number.
    let end = "2026-11-20T09:00:00Z";
    actions.change(|life| {
        let run = &mut life.runs.get_mut(&1).unwrap()[0];
        (run["status"], run["conclusion"], run["updated_at"]) = (json!("completed"), json!("success"), json!(end));
        life.jobs.get_mut(&1).unwrap()[1] = job(12, "test", end, end);
    });
    for now in ["2026-11-08T10:00:00Z", "2026-11-21T10:00:00Z"] {
        actions.now = at(now);
        actions.asked();
        actions.import_all().await;
    }
    assert_eq!(of_test(&actions).finished_at, Some(at(end)));
    assert_eq!(actions.runs(), ["1 1 success"]);
    actions.now = at("2026-11-21T11:00:00Z");
    actions.asked();
    assert_eq!(actions.import_all().await.calls, 1, "{:?}", actions.asked());
}

#[tokio::test]
async fn each_attempt_of_a_run_is_asked_for_once_and_its_jobs_are_told_apart() {
    let mut actions = Actions::with(|life| {
        life.add(1, "2026-11-01T09:00:00Z");
        life.runs.get_mut(&1).unwrap()[0]["conclusion"] = json!("failure");
        life.start_again(1, "2026-11-01T12:00:00Z");
        life.runs.get_mut(&1).unwrap()[1]["conclusion"] = json!("success");
    })
    .await;
    actions.import_all().await;
    assert_eq!(actions.runs(), ["1 1 failure", "1 2 success"]);
    let first_two = ["11 build 1 ubuntu-latest rest", "12 test 1 ubuntu-latest rest retried"];
    assert_eq!(actions.jobs(), [first_two[0], first_two[1], "13 test 2 ubuntu-latest rest"]);
    assert_eq!(actions.asked()[1..], ["attempt 1 of 1", "suites", "jobs of 1"], "the first ones are compared");
    actions.change(|life| life.start_again(1, "2026-11-02T12:00:00Z"));
    actions.now = at("2026-11-02T13:00:00Z");
    actions.import_all().await;
    assert_eq!(actions.asked()[1..], ["attempt 2 of 1", "suites", "jobs of 1"]);
    assert_eq!(actions.jobs()[2..], ["13 test 2 ubuntu-latest rest retried", "14 test 3 ubuntu-latest rest"]);
}

/// What was said of check suites.
fn of_suites(actions: &Actions) -> Vec<String> {
    let lack = "acme/web: check suites do not list the jobs of every attempt";
    actions.told.notes().into_iter().filter(|note| note.starts_with(lack)).collect()
}

#[tokio::test]
async fn twenty_runs_that_were_started_again_are_compared_and_the_others_come_from_their_suites() {
    let actions = Actions::with(|life| {
        hourly(life, 30);
        for id in 1..=30 {
            life.start_again(id, "2026-10-20T09:00:00Z");
        }
    })
    .await;
    let usage = actions.import_all().await;
    let asked = actions.asked();
    let count = |what: &str| asked.iter().filter(|asked| asked.starts_with(what)).count();
    assert_eq!((count("attempt"), count("jobs"), usage.calls), (30, 20, asked.len() as u64));
    let jobs = actions.jobs();
    assert_eq!(jobs.len(), 90);
    assert_eq!(jobs.iter().filter(|job| job.contains("checks")).count(), 30);
    assert_eq!(jobs.iter().filter(|job| job.contains("test 1") && job.ends_with(" retried")).count(), 30);
    assert_eq!(jobs.iter().filter(|job| job.contains("test 2")).count(), 30, "by the time at which they began");
    assert_eq!(of_suites(&actions), Vec::<String>::new());
    let mut counts: Vec<u64> = actions.told.events().iter().filter_map(records).collect();
    counts.dedup();
    assert!(counts.len() <= 4, "what single runs were asked for is not told run by run: {counts:?}");
    assert_eq!(counts.last(), Some(&(60 + 90)), "and nothing is left untold");
}

/// How many records an event says that there are.
fn records(event: &Event) -> Option<u64> {
    if let Event::Page { records, .. } = event { Some(*records) } else { None }
}

#[tokio::test]
async fn where_suites_lack_jobs_of_earlier_attempts_runs_that_were_started_again_are_asked_for_one_by_one() {
    let actions = Actions::with(|life| {
        hourly(life, 30);
        for id in 1..=25 {
            life.start_again(id, "2026-10-20T09:00:00Z");
            life.unlisted.push((id, 1));
        }
    })
    .await;
    actions.import_all().await;
    let jobs = actions.jobs();
    assert_eq!(jobs.len(), 85);
    assert_eq!(jobs.iter().filter(|job| job.contains("checks")).count(), 10, "of runs that ran once");
    assert_eq!(of_suites(&actions).len(), 1);
    // The next import knows.
    actions.change(|life| {
        life.add(99, "2026-11-01T09:00:00Z");
        life.start_again(99, "2026-11-02T09:59:00Z");
    });
    actions.asked();
    actions.import_all().await;
    assert_eq!(actions.asked()[1..], ["attempt 1 of 99", "jobs of 99"]);
}

#[tokio::test]
async fn labels_are_asked_for_once_in_thirty_days_for_each_name_and_skipped_jobs_ask_for_none() {
    let mut actions = Actions::with(|life| {
        hourly(life, 40);
        let mut windows = job(9_001, "windows", "2026-10-01T09:00:00Z", "2026-10-01T09:05:00Z");
        windows["labels"] = json!(["self-hosted", "windows"]);
        life.jobs.get_mut(&20).unwrap().push(windows);
        let mut skipped = job(9_002, "release", "2026-10-01T09:00:00Z", "2026-10-01T09:00:00Z");
        (skipped["conclusion"], skipped["labels"]) = (json!("skipped"), json!([]));
        (skipped["runner_name"], skipped["runner_group_name"]) = (json!(null), json!(null));
        life.jobs.get_mut(&30).unwrap().push(skipped);
    })
    .await;
    actions.import_all().await;
    let count = |actions: &Actions| actions.asked().iter().filter(|asked| asked.starts_with("jobs of")).count();
    assert_eq!(count(&actions), 2, "one knows build and test, the other windows");
    let jobs = actions.jobs();
    assert!(jobs.contains(&"9001 windows 1 self-hosted;windows rest".to_owned()), "{jobs:?}");
    assert!(jobs.contains(&"9002 release 1  checks".to_owned()), "{jobs:?}");
    for (now, id, asked) in [("2026-11-20T10:00:00Z", 101, 0), ("2026-12-03T10:00:00Z", 102, 1)] {
        actions.change(|life| life.add(id, &now.replace("10:00", "09:00")));
        actions.now = at(now);
        actions.import_all().await;
        assert_eq!(count(&actions), asked, "{now}");
    }
}

#[tokio::test]
async fn check_runs_that_steps_have_made_are_no_jobs() {
    let actions = Actions::with(|life| {
        hourly(life, 25);
        for id in 1..=25 {
            let report = json!({
                "databaseId": 5_000 + id, "name": "Test report", "status": "COMPLETED", "conclusion": "SUCCESS",
                "startedAt": "2026-10-01T09:00:00Z", "completedAt": "2026-10-01T09:00:00Z",
            });
            life.reports.insert(format!("CS_{id}_1"), vec![report]);
        }
    })
    .await;
    actions.import_all().await;
    assert_eq!(actions.jobs().len(), 50, "{:?}", actions.jobs());
    assert_eq!(actions.asked().iter().filter(|asked| asked.starts_with("jobs of")).count(), 1);
}

#[tokio::test]
async fn a_run_whose_suite_does_not_come_is_asked_for_by_itself_and_one_that_is_gone_has_no_jobs() {
    let actions = Actions::with(|life| {
        hourly(life, 5);
        life.lost.insert("CS_1_1".into(), "");
        life.lost.insert("CS_2_1".into(), "NOT_FOUND");
        life.lost.insert("CS_3_1".into(), "SERVICE_UNAVAILABLE");
        life.runs.get_mut(&4).unwrap()[0]["check_suite_node_id"] = json!(null);
    })
    .await;
    actions.import_all().await;
    let asked = actions.asked();
    for (id, is_asked) in [(1, true), (2, false), (3, true), (4, true)] {
        assert_eq!(asked.contains(&format!("jobs of {id}")), is_asked, "{id}: {asked:?}");
    }
    let of_second = |job: &&String| job.starts_with("21 ") || job.starts_with("22 ");
    assert_eq!((actions.jobs().len(), actions.jobs().iter().filter(of_second).count()), (8, 0));
}

#[tokio::test]
async fn long_suites_and_long_lists_are_followed_to_their_ends() {
    for mode in [Jobs::Batched, Jobs::Exact] {
        let mut actions = Actions::with(|life| {
            hourly(life, 2);
            let jobs = life.jobs.get_mut(&2).unwrap();
            jobs.clear();
            jobs.extend((1..=230).map(|id| job(1_000 + id, "test", "2026-10-01T09:00:00Z", "2026-10-01T09:01:00Z")));
        })
        .await;
        actions.depth.jobs = mode;
        actions.import_all().await;
        assert_eq!(actions.jobs().len(), 232, "{mode:?}");
    }
}

#[tokio::test]
async fn exact_asks_for_each_run_and_off_for_none_until_they_are_wanted() {
    let mut actions = Actions::with(|life| hourly(life, 5)).await;
    actions.depth.jobs = Jobs::Off;
    assert_eq!(actions.import_all().await.calls, 1);
    assert_eq!((actions.runs().len(), actions.jobs().len()), (5, 0));
    actions.depth.jobs = Jobs::Exact;
    assert_eq!(actions.import_all().await.calls, 6, "jobs that were left out are read with their runs");
    assert!(actions.jobs().iter().all(|job| job.ends_with("rest")) && actions.jobs().len() == 10);
    assert_eq!(actions.import_all().await.calls, 1);
}

#[tokio::test]
async fn the_whole_history_of_workflows_that_deploy_is_read_once_besides() {
    let mut actions = Actions::with(|life| {
        life.add(1, "2020-06-01T09:00:00Z");
        life.add(2, "2026-10-03T09:00:00Z");
    })
    .await;
    actions.workflows = vec!["ci.yml".into()];
    let expected = actions.source().expected(Window::default(), None);
    assert_eq!(expected.calls, 2);
    actions.import_all().await;
    assert_eq!(actions.runs(), ["1 1 success", "2 1 success"]);
    assert_eq!(actions.asked()[0], format!("ci.yml 2018-10-01T00:00:00Z..{NOW}"));
    assert_eq!(actions.import_all().await.calls, 1);
    assert_eq!(actions.source().expected(Window::default(), actions.memory.cursor().as_deref()).calls, 1);
}

#[tokio::test]
async fn an_import_that_is_killed_after_any_page_ends_with_the_same_rows() {
    let life = |life: &mut Life| {
        hourly(life, 230);
        for id in [7, 70] {
            life.start_again(id, "2026-10-20T09:00:00Z");
        }
    };
    let mut actions = Actions::with(life).await;
    actions.import_all().await;
    let rows = |actions: &Actions| (actions.memory.ci_runs(), actions.jobs());
    let (runs, jobs) = rows(&actions);
    let ids = |jobs: &[String]| -> Vec<String> {
        jobs.iter().map(|job| job.replace(" rest", "").replace(" checks", "")).collect()
    };
    for commits in 0.. {
        actions.memory = Memory::default();
        actions.shared = std::sync::Arc::default();
        actions.memory.fail_after(commits);
        let killed = actions.import(Window::default()).await;
        actions.memory.fail_after(usize::MAX);
        if killed.is_ok() {
            break;
        }
        actions.import_all().await;
        let (runs_then, jobs_then) = rows(&actions);
        assert_eq!(runs_then, runs, "killed after {commits} pages");
        assert_eq!(ids(&jobs_then), ids(&jobs), "killed after {commits} pages");
    }
}

#[tokio::test]
async fn an_interrupted_import_ends_between_two_pages_and_goes_on() {
    let actions = Actions::with(|life| hourly(life, 250)).await;
    let cancel = CancellationToken::new();
    let told = connector_testing::Told::interrupting(cancel.clone(), |event| matches!(event, Event::Page { .. }));
    let error = actions.import_until(Window::default(), &told, cancel).await.expect_err("interrupted");
    assert_eq!(error.kind, source::ErrorKind::Cancelled);
    assert_eq!(actions.memory.ci_runs().len(), 100);
    actions.import_all().await;
    assert_eq!((actions.memory.ci_runs().len(), actions.memory.ci_jobs().len()), (250, 500));
}
