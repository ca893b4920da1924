//! Pipelines and jobs are read once, and those again that have changed.

use connector_testing::{Log, Memory, at};
use model::records::{CiJob, CiRun};
use serde_json::json;
use source::{ErrorKind, Scope, Source as _, Window};

use crate::project::{Life, Project, job};
use crate::{TOKEN, deep_source, run, source};

const NOW: &str = "2026-02-01T00:00:00Z";
const LATER: &str = "2026-02-02T00:00:00Z";
const FULL: Window = Window { since: None, full: true };

fn number(id: &str) -> String {
    id.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Number, begin and end of the pipelines that are stored.
fn runs(memory: &Memory) -> Vec<String> {
    let time = |at: Option<model::Instant>| at.map(model::Instant::to_rfc3339).unwrap_or_default();
    let text = |run: CiRun| format!("{} {} {}", number(&run.run_id), time(run.started_at), time(run.finished_at));
    memory.ci_runs().into_iter().map(text).collect()
}

/// Number and outcome of the jobs that are stored.
fn jobs(memory: &Memory) -> Vec<String> {
    memory.ci_jobs().into_iter().map(|job| format!("{} {}", number(&job.job_id), job.conclusion.name())).collect()
}

#[tokio::test]
async fn pipelines_and_jobs_are_told_with_what_the_lists_say_of_them() {
    let (_project, server) = Project::serve(|life| {
        life.add(105, "2026-01-10T09:00:00.250Z", 2);
        life.pipelines[0]["name"] = json!("Nightly");
        life.pipelines[0]["status"] = json!("failed");
        life.jobs[1]["started_at"] = json!("2026-01-10T09:05:00.900Z");
        life.jobs[1]["finished_at"] = json!("2026-01-10T09:06:00Z");
        life.jobs[1]["status"] = json!("failed");
        life.jobs[1]["failure_reason"] = json!("runner_system_failure");
    })
    .await;
    let (source, memory) = (source(&server.uri(), NOW), Memory::default());
    assert_eq!((source.scope(), source.label()), (Scope::CiRuns, "acme/api"));
    assert_eq!(source.expected(Window::default(), None).calls, 3);
    let usage = run(&source, &memory, Window::default()).await.expect("imported");
    assert_eq!((usage.calls, usage.records, usage.full), (3, 3, true));
    assert_eq!((usage.covered_from, usage.covered_to), (Some(at("2025-01-01")), Some(at(NOW))));
    let host = server.address().to_string();
    let CiRun { run_id, attempt, workflow, event, run_number, status, conclusion, default_branch, .. } =
        memory.ci_runs().pop().expect("a run");
    assert_eq!((run_id, attempt, run_number), (format!("{host}/pipeline/105"), 1, Some(5)));
    assert_eq!((workflow.as_str(), event.as_str(), default_branch), ("Nightly", "push", true));
    assert_eq!((status.name(), conclusion.name()), ("completed", "failure"));
    assert_eq!(runs(&memory), ["105 2026-01-10T09:00:00Z 2026-01-10T09:06:00Z"]);
    let CiJob { job_id, run_id, failure_reason, duration_ms, queued_ms, runner, labels, .. } =
        memory.ci_jobs().pop().expect("a job");
    assert_eq!((job_id, run_id), (format!("{host}/job/1051"), format!("{host}/pipeline/105")));
    assert_eq!((failure_reason.as_str(), duration_ms, queued_ms), ("runner_system_failure", Some(90_125), Some(1_500)));
    assert_eq!((runner.name(), labels.as_str()), ("self_hosted", "docker;big"));
}

#[tokio::test]
async fn ten_thousand_jobs_take_a_hundred_calls_and_nothing_new_takes_three() {
    let (project, server) = Project::serve(|life| {
        for id in 101..=1_100 {
            let (day, rest) = ((id - 101) / 48, (id - 101) % 48);
            life.add(id, &format!("2026-01-{:02}T{:02}:{:02}:00Z", 1 + day, rest / 2, rest % 2 * 30), 10);
        }
    })
    .await;
    let memory = Memory::default();
    let usage = run(&source(&server.uri(), NOW), &memory, Window::default()).await.expect("imported");
    assert_eq!((memory.ci_runs().len(), memory.ci_jobs().len()), (1_000, 10_000));
    let of_jobs = project.asked().iter().filter(|asked| *asked == "jobs").count();
    assert!(of_jobs <= 100 && usage.calls <= 112, "{of_jobs} of {}", usage.calls);
    let usage = run(&source(&server.uri(), LATER), &memory, Window::default()).await.expect("imported");
    assert_eq!((usage.calls, usage.records, usage.full), (3, 0, false));
    assert_eq!(project.asked(), ["pipelines", "pipelines parent_pipeline", "jobs"]);
}

#[tokio::test]
async fn a_job_that_is_started_days_later_is_read_with_its_pipeline_and_a_repeated_one_is_new() {
    let (project, server) = Project::serve(|life| {
        life.add(105, "2026-01-10T09:00:00Z", 2);
        life.jobs[1]["status"] = json!("manual");
        for field in ["started_at", "finished_at", "duration", "queued_duration", "runner"] {
            life.jobs[1][field] = json!(null);
        }
        life.add(106, "2026-01-11T09:00:00Z", 1);
    })
    .await;
    let memory = Memory::default();
    run(&source(&server.uri(), NOW), &memory, Window::default()).await.expect("imported");
    assert_eq!(jobs(&memory), ["1050 success", "1051 ", "1060 success"]);
    assert_eq!(memory.ci_jobs()[1].runner.name(), "");
    project.asked();
    project.change(|life| {
        let begun = job(1_051, 105, "job 1", "2026-02-01T09:00:00Z");
        life.jobs[1] = json!({"created_at": "2026-01-10T09:00:00Z"});
        let fields = begun.as_object().expect("an object").clone();
        life.jobs[1]
            .as_object_mut()
            .expect("an object")
            .extend(fields.into_iter().filter(|(name, _)| name != "created_at"));
        life.jobs.push(job(1_070, 105, "job 0", "2026-02-01T10:00:00Z"));
        life.touch(105, "2026-02-01T10:01:30Z");
    });
    run(&source(&server.uri(), LATER), &memory, Window::default()).await.expect("imported");
    assert_eq!(project.asked(), ["pipelines", "pipelines parent_pipeline", "jobs", "pipelines/105/jobs"]);
    assert_eq!(jobs(&memory), ["1050 success", "1051 success", "1060 success", "1070 success"]);
    assert_eq!(runs(&memory)[0], "105 2026-01-10T09:00:00Z 2026-02-01T10:01:30Z", "by the last job of each name");
}

#[tokio::test]
async fn a_pipeline_that_runs_has_no_end_and_gets_it_later() {
    let (project, server) = Project::serve(|life| {
        life.add(105, "2026-01-31T23:59:00Z", 2);
        life.pipelines[0]["status"] = json!("running");
        life.jobs[1]["status"] = json!("running");
        (life.jobs[1]["finished_at"], life.jobs[1]["duration"]) = (json!(null), json!(null));
    })
    .await;
    let memory = Memory::default();
    run(&source(&server.uri(), NOW), &memory, Window::default()).await.expect("imported");
    assert_eq!(runs(&memory), ["105 2026-01-31T23:59:00Z "]);
    assert_eq!(memory.ci_runs()[0].status.name(), "in_progress");
    project.change(|life| {
        life.pipelines[0]["status"] = json!("success");
        life.touch(105, "2026-02-01T00:03:00Z");
        life.jobs[1]["status"] = json!("success");
        life.jobs[1]["finished_at"] = json!("2026-02-01T00:03:00Z");
    });
    run(&source(&server.uri(), LATER), &memory, Window::default()).await.expect("imported");
    assert_eq!(runs(&memory), ["105 2026-01-31T23:59:00Z 2026-02-01T00:03:00Z"]);
    assert_eq!(jobs(&memory), ["1050 success", "1051 success"]);
}

#[tokio::test]
async fn pipelines_that_others_have_started_are_told_apart_and_their_jobs_are_read() {
    let (_project, server) = Project::serve(|life| {
        life.add(105, "2026-01-10T09:00:00Z", 1);
        life.add(106, "2026-01-10T09:01:00Z", 1);
        life.pipelines[1]["source"] = json!("parent_pipeline");
    })
    .await;
    let memory = Memory::default();
    run(&source(&server.uri(), NOW), &memory, Window::default()).await.expect("imported");
    let events: Vec<String> = memory.ci_runs().into_iter().map(|run| run.event).collect();
    assert_eq!((events, jobs(&memory).len()), (vec!["push".to_owned(), "parent_pipeline".to_owned()], 2));
}

#[tokio::test]
async fn the_first_import_ends_at_its_months_and_a_job_of_an_older_pipeline_that_changed_is_read_with_it() {
    let (project, server) = Project::serve(|life| {
        life.page = 2;
        life.add(101, "2023-05-01T09:00:00Z", 2);
        life.add(102, "2024-12-01T09:00:00Z", 2);
        life.touch(102, "2025-06-01T09:00:00Z");
        life.add(103, "2026-01-10T09:00:00Z", 1);
    })
    .await;
    let memory = Memory::default();
    run(&source(&server.uri(), NOW), &memory, Window::default()).await.expect("imported");
    assert_eq!(jobs(&memory), ["1020 success", "1021 success", "1030 success"]);
    assert_eq!(runs(&memory).len(), 2);
    let asked = project.asked();
    assert_eq!(asked.iter().filter(|asked| *asked == "jobs").count(), 1, "{asked:?}");
    assert!(asked.contains(&"pipelines/102/jobs".to_owned()), "{asked:?}");
}

#[tokio::test]
async fn since_moves_nothing_that_it_leaves_out_and_full_reads_everything() {
    let (project, server) = Project::serve(|life| {
        life.add(105, "2026-01-10T09:00:00Z", 1);
        life.add(106, "2026-01-20T09:00:00Z", 1);
    })
    .await;
    let (source, memory) = (source(&server.uri(), NOW), Memory::default());
    let since = Window { since: Some(at("2026-01-15")), full: false };
    run(&source, &memory, since).await.expect("imported");
    assert_eq!((jobs(&memory).len(), memory.cursor()), (1, None));
    run(&source, &memory, Window::default()).await.expect("imported");
    assert_eq!((runs(&memory).len(), jobs(&memory).len()), (2, 2));
    project.asked();
    let usage = run(&source, &memory, FULL).await.expect("imported");
    assert_eq!((usage.full, usage.records), (true, 4));
    assert_eq!(run(&source, &memory, Window::default()).await.expect("imported").records, 0);
}

#[tokio::test]
async fn more_months_and_jobs_that_were_left_out_are_read_once_they_are_wanted() {
    let (project, server) = Project::serve(|life| {
        life.add(101, "2024-05-01T09:00:00Z", 1);
        life.add(105, "2026-01-10T09:00:00Z", 1);
    })
    .await;
    let memory = Memory::default();
    let without = source(&server.uri(), NOW).without_jobs();
    assert_eq!(without.expected(Window::default(), None).calls, 2);
    run(&without, &memory, Window::default()).await.expect("imported");
    assert_eq!((runs(&memory), jobs(&memory).len()), (vec!["105  ".to_owned()], 0));
    assert_eq!(project.asked().len(), 2);
    run(&source(&server.uri(), NOW), &memory, Window::default()).await.expect("imported");
    assert_eq!(runs(&memory), ["105 2026-01-10T09:00:00Z 2026-01-10T09:01:30Z"]);
    let deep = deep_source(&server.uri(), NOW, 36);
    run(&deep, &memory, Window::default()).await.expect("imported");
    assert_eq!((runs(&memory).len(), jobs(&memory).len()), (2, 2));
}

#[tokio::test]
async fn an_import_that_is_killed_after_any_page_ends_with_the_same_rows() {
    let life = |life: &mut Life| {
        life.page = 3;
        for id in 101..=112 {
            life.add(id, &format!("2026-01-{:02}T09:00:00Z", id - 100), 2);
        }
    };
    let (_project, server) = Project::serve(life).await;
    let source = source(&server.uri(), NOW);
    let whole = Memory::default();
    run(&source, &whole, Window::default()).await.expect("imported");
    for commits in 0.. {
        let memory = Memory::default();
        memory.fail_after(commits);
        let killed = run(&source, &memory, Window::default()).await;
        memory.fail_after(usize::MAX);
        let Err(error) = killed else { break };
        assert_eq!(error.kind, ErrorKind::Sink);
        run(&source, &memory, Window::default()).await.expect("imported");
        assert_eq!(memory.ci_runs(), whole.ci_runs(), "killed after {commits} pages");
        assert_eq!(memory.ci_jobs(), whole.ci_jobs(), "killed after {commits} pages");
    }
}

#[tokio::test]
async fn a_list_that_may_not_be_read_is_named_and_the_token_is_not() {
    let log = Log::begin();
    let (project, server) = Project::serve(|life| life.add(105, "2026-01-10T09:00:00Z", 1)).await;
    let (source, memory) = (source(&server.uri(), NOW), Memory::default());
    for (list, status, kind) in [("pipelines", 403, ErrorKind::NoAccess), ("jobs", 403, ErrorKind::NoAccess)] {
        project.change(|life| life.refused = [(list, status)].into());
        let error = run(&source, &memory, Window::default()).await.expect_err("refused");
        assert_eq!(error.kind, kind);
        assert!(error.message.contains(&format!("{list} of acme/api")) && !error.is_fatal(), "{}", error.message);
        assert_eq!(memory.cursor(), None);
    }
    project.change(|life| life.refused = [("jobs", 401)].into());
    let error = run(&source, &memory, Window::default()).await.expect_err("refused");
    assert!(error.is_fatal());
    let text = format!("{}{source:?}{error:?}", log.end());
    assert!(!text.contains(TOKEN), "{text}");
}
