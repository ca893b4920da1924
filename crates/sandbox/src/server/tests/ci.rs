//! Runs of workflows, their jobs and the bill for them, served.

use std::collections::{BTreeMap, BTreeSet};

use model::kinds::{RunConclusion, RunStatus};
use model::records::{CiBill, CiJob, CiRun, Record};
use model::{Amount, Month};
use serde_json::value::RawValue;

use super::*;
use crate::view::{CiAttempt, CiRun as ShownRun};
use crate::{Options, Organisation, Size, ci_records};

const CHECKS: &str = "query CheckRuns($ids: [ID!]!, $after: String) { rateLimit { cost } nodes(ids: $ids) { __typename
  ... on CheckSuite { id checkRuns(first: 50, after: $after, filterBy: {checkType: ALL}) {
    pageInfo { hasNextPage endCursor } nodes { databaseId name status conclusion startedAt completedAt } } } } }";

fn small() -> View {
    let organisation = Organisation::generate(&Options::new(7, Size::Small));
    // In working hours, so that something runs.
    organisation.view(Instant::from_seconds(organisation.end().seconds() - 3 * 3_600))
}

struct Rows {
    runs: BTreeMap<(String, i64), CiRun>,
    jobs: BTreeMap<String, CiJob>,
    bill: Vec<CiBill>,
}

fn rows(view: &View) -> Rows {
    let mut rows = Rows { runs: BTreeMap::new(), jobs: BTreeMap::new(), bill: Vec::new() };
    for record in ci_records(view) {
        match record {
            Record::CiRun(run) => drop(rows.runs.insert((run.run_id.clone(), run.attempt), *run)),
            Record::CiJob(job) => drop(rows.jobs.insert(job.job_id.clone(), *job)),
            Record::CiBillMonth(month) => rows.bill.extend(month.lines),
            other => panic!("{other:?}"),
        }
    }
    rows
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

fn time(value: &Json) -> Option<Instant> {
    value.as_str().and_then(Instant::parse_rfc3339)
}

/// All pages of a list of Actions, by the number of entries that it says.
async fn crawl(server: &Server, path: &str, list: &str) -> Vec<Json> {
    let mut found = Vec::new();
    for page in 1.. {
        let got = get(server, &format!("{path}per_page=100&page={page}")).await;
        assert_eq!(got.status, 200, "{}", got.body);
        let json = got.json();
        found.extend(json[list].as_array().expect("a list").clone());
        let is_last = found.len() as u64 >= json["total_count"].as_u64().expect("a number");
        assert_eq!(got.header("link").is_none(), is_last, "{path} {page}");
        if is_last {
            return found;
        }
    }
    unreachable!("pages end");
}

#[tokio::test]
async fn runs_attempts_and_jobs_are_served_as_the_rows_say() {
    let view = small();
    let mut rows = rows(&view);
    let server = serve(view.clone()).await;
    let mut statuses = BTreeSet::new();
    for repository in &view.repositories {
        let base = format!("/repos/acme/{}/actions/runs", repository.name);
        let listed = crawl(&server, &format!("{base}?"), "workflow_runs").await;
        let made: Vec<&str> = listed.iter().map(|run| text(&run["created_at"])).collect();
        assert!(made.iter().rev().is_sorted(), "the newest first");
        for last in listed {
            let (id, count) = (last["id"].to_string(), last["run_attempt"].as_i64().expect("a number"));
            assert_eq!(get(&server, &format!("{base}/{id}")).await.json(), last);
            for number in 1..=count {
                let run = get(&server, &format!("{base}/{id}/attempts/{number}")).await.json();
                let row = rows.runs.remove(&(id.clone(), number)).expect("a row");
                statuses.insert(row.status.name().to_owned());
                assert_eq!(
                    (row.workflow.as_str(), row.workflow_path.as_str()),
                    (text(&run["name"]), text(&run["path"]))
                );
                assert_eq!(
                    (row.event.as_str(), row.git_ref.as_str()),
                    (text(&run["event"]), text(&run["head_branch"]))
                );
                assert_eq!((row.sha.as_str(), row.repo.as_str()), (text(&run["head_sha"]), repository.name.as_str()));
                assert_eq!(
                    (row.status.name(), row.conclusion.name()),
                    (text(&run["status"]), text(&run["conclusion"]))
                );
                assert_eq!(Some(row.created_at), time(&run["created_at"]));
                assert_eq!(row.started_at, time(&run["run_started_at"]));
                assert_eq!(row.finished_at, time(&run["updated_at"]).filter(|_| text(&run["status"]) == "completed"));
                assert_eq!((row.run_number, row.url.as_str()), (run["run_number"].as_i64(), text(&run["html_url"])));
                assert!(text(&run["check_suite_node_id"]).starts_with("CS_"));
            }
            let jobs = crawl(&server, &format!("{base}/{id}/jobs?filter=all&"), "jobs").await;
            let latest = crawl(&server, &format!("{base}/{id}/jobs?"), "jobs").await;
            assert_eq!(latest, jobs.iter().filter(|job| job["run_attempt"] == count).cloned().collect::<Vec<Json>>());
            for job in jobs {
                let row = rows.jobs.remove(&job["id"].to_string()).expect("a row");
                assert_eq!((row.run_id.as_str(), Some(row.attempt)), (id.as_str(), job["run_attempt"].as_i64()));
                assert_eq!((row.name.as_str(), row.conclusion.name()), (text(&job["name"]), text(&job["conclusion"])));
                assert_eq!((row.created_at, row.finished_at), (time(&job["created_at"]), time(&job["completed_at"])));
                let begun = matches!(text(&job["status"]), "completed" | "in_progress");
                assert_eq!(row.started_at, time(&job["started_at"]).filter(|_| begun));
                let labels: Vec<&str> = job["labels"].as_array().expect("labels").iter().map(text).collect();
                assert_eq!(row.labels, labels.join(";"));
            }
        }
    }
    assert_eq!((rows.runs.len(), rows.jobs.len()), (0, 0));
    assert!(statuses.contains("completed") && statuses.contains("in_progress"), "{statuses:?}");
}

#[tokio::test]
async fn check_suites_of_twenty_runs_cost_a_point_and_have_the_jobs_of_their_attempts() {
    let view = small();
    let mut rows = rows(&view);
    rows.jobs.retain(|_, job| job.started_at.is_some() || job.finished_at.is_none());
    let server = serve(view.clone()).await;
    let suites: Vec<(String, String)> = view
        .ci_runs
        .iter()
        .flat_map(|run| run.attempts.iter().map(|attempt| (attempt.suite.clone(), run.id.to_string())))
        .collect();
    for some in suites.chunks(20) {
        let ids: Vec<&str> = some.iter().map(|(suite, _)| suite.as_str()).collect();
        let data = ask(&server, CHECKS, json!({ "ids": ids })).await.data();
        assert_eq!(data["rateLimit"]["cost"], 1);
        for ((suite, run), node) in some.iter().zip(data["nodes"].as_array().expect("nodes")) {
            assert_eq!((text(&node["__typename"]), text(&node["id"])), ("CheckSuite", suite.as_str()));
            assert_eq!(node["checkRuns"]["pageInfo"]["hasNextPage"], false);
            for check in node["checkRuns"]["nodes"].as_array().expect("nodes") {
                let row = rows.jobs.remove(&check["databaseId"].to_string()).expect("a row");
                assert_eq!((row.run_id.as_str(), row.name.as_str()), (run.as_str(), text(&check["name"])));
                assert_eq!(row.conclusion.name().to_uppercase(), text(&check["conclusion"]));
                assert_eq!((row.started_at, row.finished_at), (time(&check["startedAt"]), time(&check["completedAt"])));
            }
        }
    }
    assert_eq!(rows.jobs.len(), 0);
    let gone = ask(&server, CHECKS, json!({ "ids": ["CS_kwDOnothing", suites[0].0] })).await;
    assert_eq!((gone.errors()[0]["type"].as_str(), gone.errors().len()), (Some("NOT_FOUND"), 1));
    assert_eq!(text(&gone.json()["data"]["nodes"][1]["id"]), suites[0].0);
}

/// So many runs of one repository, a minute apart.
fn many(count: usize) -> View {
    let run = |number: usize| ShownRun {
        id: number as u64 + 1,
        repository: 0,
        workflow: "ci.yml",
        name: "CI",
        event: "push",
        branch: "main".to_owned(),
        sha: String::new(),
        number: number as i64 + 1,
        created_at: at(number),
        attempts: vec![CiAttempt {
            suite: format!("CS_{number}"),
            status: RunStatus::Completed,
            conclusion: RunConclusion::Success,
            started_at: at(number),
            updated_at: at(number),
            jobs: Vec::new(),
        }],
    };
    View { ci_runs: (0..count).map(run).collect(), ..view(1) }
}

#[tokio::test]
async fn a_question_with_a_filter_shows_a_thousand_runs_and_counts_no_more() {
    let server = serve(many(1_200)).await;
    let list = "/repos/acme/web/actions/runs";
    let span = |from: usize, to: usize| {
        format!("{list}?created={}..{}", at(from).to_rfc3339_seconds(), at(to).to_rfc3339_seconds())
    };
    let page = |json: &Json| (json["total_count"].as_u64(), json["workflow_runs"].as_array().expect("runs").len());
    let all = get(&server, &span(0, 2_000)).await.json();
    assert_eq!(page(&all), (Some(1_000), 30), "30 to a page where nothing is asked");
    assert_eq!(page(&get(&server, &format!("{}&per_page=100&page=11", span(0, 2_000))).await.json()), (Some(1_000), 0));
    assert_eq!(page(&get(&server, &format!("{}&per_page=500", span(0, 599))).await.json()), (Some(600), 100));
    assert_eq!(page(&get(&server, list).await.json()), (Some(1_200), 30));
    assert_eq!(get(&server, &format!("{list}?created=yesterday")).await.status, 422);
    let of_workflow = get(&server, "/repos/acme/web/actions/workflows/ci.yml/runs").await;
    assert_eq!((of_workflow.status, page(&of_workflow.json()).0), (200, Some(1_200)));
    for nothing in ["workflows/other.yml/runs", "runs/77777", "runs/1/attempts/2", "runs/x/jobs", "artifacts"] {
        let got = get(&server, &format!("/repos/acme/web/actions/{nothing}")).await;
        assert_eq!(got.status, 404, "{nothing}");
    }
    assert_eq!(get(&server, "/repos/acme/nothing/actions/runs").await.status, 404);
}

#[tokio::test]
async fn without_a_filter_a_list_ends_at_forty_thousand_runs() {
    let server = serve(many(40_150)).await;
    let page = |number: usize| format!("/repos/acme/web/actions/runs?per_page=100&page={number}");
    let last = get(&server, &page(400)).await;
    assert_eq!((last.status, last.json()["workflow_runs"].as_array().map(Vec::len)), (200, Some(100)));
    assert_eq!(last.header("link"), None);
    let behind = get(&server, &page(401)).await;
    assert_eq!(behind.status, 422);
}

/// A line of the report with its numbers as they are written.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    date: String,
    product: String,
    sku: String,
    quantity: Box<RawValue>,
    unit_type: String,
    gross_amount: Box<RawValue>,
    net_amount: Box<RawValue>,
    repository_name: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    usage_items: Vec<Item>,
}

fn exact(number: &RawValue) -> Amount {
    let amount: Amount = number.get().parse().expect("a number");
    amount.scaled(1, 1).expect("no division by nothing")
}

async fn report(server: &Server, query: &str) -> Vec<Item> {
    let got = get(server, &format!("/organizations/acme/settings/billing/usage{query}")).await;
    assert_eq!(got.status, 200, "{}", got.body);
    serde_json::from_str::<Report>(&got.body).expect("a report").usage_items
}

#[tokio::test]
async fn the_bill_is_served_month_by_month_without_cost_centres_in_binary_numbers() {
    let organisation = Organisation::generate(&Options::new(7, Size::Demo));
    let view = organisation.view(organisation.end());
    let rows = rows(&view).bill;
    let server = serve(view).await;
    let (mut seen, mut tails, mut forms) = (0, 0, BTreeSet::new());
    for cost_center in ["", "cc-platform"] {
        let more = if cost_center.is_empty() { String::new() } else { format!("&cost_center_id={cost_center}") };
        for month in (0..15).map(|back| Month::of(organisation.end()).plus(-back)) {
            let query = format!("?year={}&month={}{more}", month.year(), month.month());
            let mut items = report(&server, &query).await;
            assert!(items.is_empty() || items.iter().any(|item| item.product == "Copilot"));
            items.retain(|item| item.product.eq_ignore_ascii_case("actions"));
            let of_month = rows.iter().filter(|row| Month::of(row.day) == month && row.cost_center == cost_center);
            let of_month: Vec<&CiBill> = of_month.collect();
            assert_eq!(items.len(), of_month.len(), "{query}");
            for (item, row) in items.iter().zip(of_month) {
                assert_eq!(item.date[..10], row.day.to_rfc3339_seconds()[..10]);
                assert_eq!(
                    item.repository_name.as_deref().expect("a name").rsplit('/').next(),
                    Some(row.repo.as_str())
                );
                assert_eq!(item.unit_type.to_lowercase(), row.unit);
                let sku = item.sku.to_lowercase().replace([' ', '-'], "_");
                assert_eq!(sku, format!("actions_{}", row.sku));
                assert_eq!(
                    (exact(&item.quantity), exact(&item.gross_amount)),
                    (row.quantity.clone(), row.gross.clone())
                );
                assert_eq!(exact(&item.net_amount), row.net);
                forms.insert((item.sku.contains(' '), item.date.len(), item.product.clone()));
                tails += usize::from(item.gross_amount.get().len() > 14);
                seen += 1;
            }
        }
    }
    assert_eq!((seen, forms.len()), (rows.len(), 2));
    assert!(tails > 0, "some numbers are such as 0.018000000000000002");
    let this_year = report(&server, "").await;
    assert!(this_year.iter().all(|item| item.date.starts_with("2026")) && !this_year.is_empty());
    for (query, status) in [("?cost_center_id=other", 404), ("?year=soon", 400), ("?month=x", 400)] {
        let got = get(&server, &format!("/organizations/acme/settings/billing/usage{query}")).await;
        assert_eq!(got.status, status, "{query}");
    }
    assert_eq!(get(&server, "/organizations/other/settings/billing/usage").await.status, 404);
}

#[tokio::test]
async fn what_the_token_may_not_see_is_refused() {
    let view = small();
    let suite = view.ci_runs[0].attempts[0].suite.clone();
    let restarted =
        view.ci_runs.iter().find(|run| run.attempts.len() > 1 && run.attempts[0].conclusion == RunConclusion::Failure);
    let restarted = restarted.expect("a run that was started again").clone();
    let (list, bill) = ("/repos/acme/api/actions/runs", "/organizations/acme/settings/billing/usage");
    let server = serve(view).await;
    let fail_by = |fault: &str| server.set_faults(vec![fault.parse().expect("a fault")]);
    fail_by("no-billing");
    assert_eq!((get(&server, bill).await.status, get(&server, list).await.status), (403, 200));
    fail_by("no-access=api");
    assert_eq!((get(&server, bill).await.status, get(&server, list).await.status), (200, 403));
    fail_by("no-checks");
    let refused = ask(&server, CHECKS, json!({ "ids": [suite] })).await;
    assert_eq!(refused.errors()[0]["type"], "FORBIDDEN");
    fail_by("last-checks-only");
    let ids: Vec<&str> = restarted.attempts.iter().map(|attempt| attempt.suite.as_str()).collect();
    let data = ask(&server, CHECKS, json!({ "ids": ids })).await.data();
    let counts: Vec<usize> = data["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .map(|node| node["checkRuns"]["nodes"].as_array().map_or(0, Vec::len))
        .collect();
    let jobs = restarted.attempts[restarted.attempts.len() - 1].jobs.len();
    assert_eq!((counts[0], counts[counts.len() - 1]), (0, jobs));
    for (fault, status) in [("bad-gateway=always", 502), ("secondary-429-seconds=always", 429)] {
        fail_by(fault);
        assert_eq!((get(&server, bill).await.status, get(&server, list).await.status), (status, status));
    }
}
