//! Pipelines and their jobs.

use std::collections::{BTreeMap, BTreeSet};

use model::Instant;

use super::*;

const CHANGED: &str = "order_by=updated_at&sort=asc&per_page=100";
const JOBS: &str = "pagination=keyset&order_by=id&sort=desc&per_page=100";

/// Eight months, in which everything happens.
fn long() -> Organisation {
    Organisation::generate(&Options { told_by_both: true, ci_months: Some(8), ..Options::new(5, Size::Small) })
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

fn time(value: &Json) -> Option<i64> {
    value.as_str().and_then(Instant::parse_rfc3339).map(Instant::micros)
}

fn ids(rows: &[Json]) -> Vec<u64> {
    rows.iter().map(|row| row["id"].as_u64().expect("a number")).collect()
}

#[tokio::test]
async fn pipelines_are_in_the_order_of_their_changes_and_children_by_their_source() {
    let organisation = long();
    let view = organisation.view(organisation.end());
    let server = serve(view.clone(), &[]).await;
    let (mut names, mut sources, mut statuses) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut own = 0;
    for project in 201..204 {
        let path = format!("/projects/{project}/pipelines?{CHANGED}");
        let rows = crawl(&server, &path).await;
        assert!(rows.iter().map(|row| time(&row["updated_at"])).is_sorted());
        let children = crawl(&server, &format!("{path}&source=parent_pipeline")).await;
        assert!(children.iter().all(|row| row["source"] == "parent_pipeline" && row["name"].is_null()));
        let all: BTreeSet<u64> = ids(&rows).into_iter().chain(ids(&children)).collect();
        assert_eq!(all.len(), rows.len() + children.len());
        own += rows.len();
        for row in rows.iter().chain(&children) {
            assert!(time(&row["created_at"]) <= time(&row["updated_at"]), "{row}");
            names.insert(text(&row["name"]).to_owned());
            sources.insert(text(&row["source"]).to_owned());
            statuses.insert(text(&row["status"]).to_owned());
            assert_eq!(text(&row["ref"]).starts_with("refs/merge-requests/"), is_of_request(row, &rows), "{row}");
        }
        let middle = text(&rows[rows.len() / 2]["updated_at"]).to_owned();
        let since = crawl(&server, &format!("{path}&updated_after={middle}")).await;
        assert_eq!(since.len(), rows.len() - rows.len() / 2, "from then on, its own included");
    }
    assert_eq!(names, ["", "CI", "deploy", "rollback"].map(str::to_owned).into());
    let expected = ["merge_request_event", "parent_pipeline", "push", "schedule", "web"];
    assert_eq!(sources, expected.map(str::to_owned).into());
    for status in ["success", "failed", "canceled", "skipped", "manual"] {
        assert!(statuses.contains(status), "{status}: {statuses:?}");
    }
    assert!(own < view.ci_runs.len(), "what is rolled back has no pipeline of its own");
}

/// Whether a pipeline, or the one that started it, is of a merge request.
fn is_of_request(row: &Json, rows: &[Json]) -> bool {
    let parent = rows.iter().find(|other| other["id"].as_u64() == row["id"].as_u64().map(|id| id - 5_000_000));
    let first = if row["source"] == "parent_pipeline" { parent.expect("a parent") } else { row };
    first["source"] == "merge_request_event"
}

#[tokio::test]
async fn all_jobs_of_a_project_are_listed_by_number_and_those_run_again_are_hidden_in_a_pipeline() {
    let organisation = long();
    let server = serve(organisation.view(organisation.end()), &[]).await;
    let (mut hidden, mut reasons, mut late) = (0, BTreeMap::new(), 0);
    for project in 201..204 {
        let jobs = crawl(&server, &format!("/projects/{project}/jobs?{JOBS}")).await;
        let numbers = ids(&jobs);
        assert!(numbers.windows(2).all(|pair| pair[0] > pair[1]), "each once, the newest first");
        let seconds = |value: &Json| time(value).map(|at| at / 1_000_000);
        assert!(jobs.iter().rev().map(|job| seconds(&job["created_at"])).is_sorted(), "numbers go by creation");
        let mut by_pipeline: BTreeMap<u64, Vec<&Json>> = BTreeMap::new();
        for job in &jobs {
            by_pipeline.entry(job["pipeline"]["id"].as_u64().expect("a number")).or_default().push(job);
            check(job);
            let reason = text(&job["failure_reason"]).to_owned();
            assert_eq!(reason.is_empty(), job["status"] != "failed", "{job}");
            *reasons.entry(reason).or_insert(0) += 1;
            let waited = time(&job["started_at"]).zip(time(&job["created_at"])).map_or(0, |(to, from)| to - from);
            late += usize::from(waited > 86_400_000_000 && job["name"] == "publish docs");
        }
        // Every third is enough to see it.
        for (pipeline, jobs) in by_pipeline.iter().step_by(3) {
            let path = format!("/projects/{project}/pipelines/{pipeline}/jobs?per_page=100");
            let all = crawl(&server, &format!("{path}&include_retried=true")).await;
            assert_eq!(all.iter().collect::<Vec<_>>(), *jobs);
            let shown = crawl(&server, &path).await;
            let last: BTreeMap<&str, u64> =
                jobs.iter().rev().map(|job| (text(&job["name"]), job["id"].as_u64().expect("a number"))).collect();
            assert_eq!(ids(&shown).into_iter().collect::<BTreeSet<_>>(), last.into_values().collect());
            hidden += all.len() - shown.len();
        }
    }
    assert!(hidden > 10, "{hidden}");
    assert!(late > 0, "somebody starts a job days later");
    for reason in ["script_failure", "runner_system_failure", "job_execution_timeout"] {
        assert!(reasons.contains_key(reason), "{reason}: {reasons:?}");
    }
}

/// The times of a job, its machine and its number fit together.
fn check(job: &Json) {
    let [made, begun, ended] = ["created_at", "started_at", "finished_at"].map(|key| time(&job[key]));
    assert!(begun.is_none_or(|begun| made < Some(begun)), "{job}");
    assert!(begun.zip(ended).is_none_or(|(begun, ended)| begun < ended), "{job}");
    assert_eq!(job["duration"].is_null(), begun.is_none(), "{job}");
    assert_eq!(job["queued_duration"].is_null(), begun.is_none(), "{job}");
    assert_eq!(job["runner"].is_null(), begun.is_none(), "{job}");
    if let Some((begun, ended)) = begun.zip(ended) {
        let told = job["duration"].as_f64().expect("a number");
        assert!((told - (ended - begun) as f64 / 1e6).abs() < 1e-6, "{job}");
    }
    let over = matches!(text(&job["status"]), "success" | "failed" | "canceled");
    assert_eq!(over, ended.is_some(), "{job}");
}

#[tokio::test]
async fn deployments_name_jobs_and_pipelines_that_there_are() {
    let organisation = long();
    let view = organisation.view(organisation.end());
    let since = view.ci_runs.iter().map(|run| run.created_at).min().expect("runs").micros();
    let server = serve(view, &[]).await;
    let mut known = 0;
    for project in 201..204 {
        let jobs = crawl(&server, &format!("/projects/{project}/jobs?{JOBS}")).await;
        let jobs: BTreeMap<Option<u64>, &Json> = jobs.iter().map(|job| (job["id"].as_u64(), job)).collect();
        let path =
            format!("/projects/{project}/deployments?order_by=updated_at&sort=asc&updated_after=1970-01-01T00:00:00Z");
        for deployment in crawl(&server, &format!("{path}&per_page=100")).await {
            let deployable = &deployment["deployable"];
            if deployable.is_null() || time(&deployment["created_at"]) < Some(since + 3_600_000_000) {
                continue;
            }
            let job = jobs[&deployable["id"].as_u64()];
            assert_eq!(job["pipeline"]["id"], deployable["pipeline"]["id"], "{deployment}");
            assert_eq!((&job["name"], &job["web_url"]), (&deployable["name"], &deployable["web_url"]));
            assert_eq!(job["status"], deployable["status"], "{deployment}");
            known += 1;
        }
    }
    assert!(known > 100, "{known}");
}

#[tokio::test]
async fn what_gitlab_does_not_page_by_key_is_refused_and_lists_fail_by_their_names() {
    let organisation = long();
    let server = serve(organisation.view(organisation.end()), &[]).await;
    let by_date = get(&server, "/projects/201/jobs?pagination=keyset&order_by=created_at").await;
    assert_eq!(by_date.status, 405);
    let unknown = get(&server, "/projects/201/pipelines/77/jobs").await;
    assert_eq!(unknown.status, 404);
    let numbered = get(&server, "/projects/201/jobs?per_page=3&page=2").await;
    assert_eq!((numbered.rows().len(), numbered.header("x-page")), (3, Some("2")));
    let first = get(&server, "/projects/201/jobs?pagination=keyset&per_page=3").await;
    assert_eq!(first.header("x-total"), None);
    server.set_gitlab_faults(&["gitlab-broken-list=jobs,always".parse().expect("a fault")]);
    assert_eq!(get(&server, "/projects/201/jobs").await.status, 500);
    assert_eq!(get(&server, "/projects/201/pipelines").await.status, 200);
    server.set_gitlab_faults(&["gitlab-429=always".parse().expect("a fault")]);
    let limited = get(&server, "/projects/201/jobs").await;
    assert_eq!((limited.status, limited.body.as_str()), (429, "Retry later\n"));
}

#[tokio::test]
async fn numbers_of_jobs_stay_when_time_goes_on() {
    let organisation = long();
    let end = organisation.end().seconds();
    let server = serve(organisation.view(organisation.end()), &[]).await;
    let list = format!("/projects/201/jobs?{JOBS}");
    let key = |job: &Json| (job["id"].as_u64(), (job["name"].clone(), job["pipeline"]["id"].as_u64()));
    let at_the_end: BTreeMap<_, _> = crawl(&server, &list).await.iter().map(key).collect();
    let mut count = 0;
    for hours in [5, 30, 100] {
        server.set_view(organisation.view(Instant::from_seconds(end - hours * 3_600)));
        for job in crawl(&server, &list).await {
            let (number, of) = key(&job);
            assert_eq!(at_the_end.get(&number), Some(&of), "{job}");
            count += 1;
        }
    }
    assert!(count > 2_000, "{count}");
}
