//! Jobs behind what CI costs, which the data does not hold once they are rolled up.

use model::Instant;
use model::records::{CiJob, CiRun, ImportRun, Record, Repository, RunOutcome, Scope};
use serde_json::Value;
use store::{Page, Store};

use crate::process::{Server, program, text};

const DAY: i64 = 86_400;
/// 2026-03-02 at noon, UTC.
const BEGAN: i64 = 1_772_452_800;

fn at(second: i64) -> Instant {
    Instant::from_seconds(second)
}

fn run(number: i64) -> Record {
    Record::CiRun(Box::new(CiRun {
        run_id: format!("{number}"),
        attempt: 1,
        source: "github".into(),
        org: "acme".into(),
        repo: "shop".into(),
        workflow: "CI".into(),
        workflow_path: ".github/workflows/ci.yml".into(),
        event: "push".into(),
        sha: format!("{number:040}"),
        status: "completed".into(),
        conclusion: "success".into(),
        created_at: at(BEGAN + number * DAY),
        started_at: Some(at(BEGAN + number * DAY)),
        finished_at: Some(at(BEGAN + number * DAY + 600)),
        url: format!("https://github.com/acme/shop/actions/runs/{number}"),
        host: "github.com".into(),
        ..CiRun::default()
    }))
}

/// Of four minutes and a second; the first run's failed, was not started again, and cost as much.
fn job(number: i64) -> Record {
    Record::CiJob(Box::new(CiJob {
        job_id: format!("{}", 1_000 + number),
        run_id: format!("{number}"),
        attempt: 1,
        org: "acme".into(),
        repo: "shop".into(),
        name: "unit (3.12)".into(),
        conclusion: if number == 0 { "failure" } else { "success" }.into(),
        created_at: Some(at(BEGAN + number * DAY)),
        started_at: Some(at(BEGAN + number * DAY + 10)),
        finished_at: Some(at(BEGAN + number * DAY + 251)),
        runner: "hosted".into(),
        labels: "ubuntu-latest".into(),
        host: "github.com".into(),
        ..CiJob::default()
    }))
}

fn told(server: &Server, query: &str) -> Value {
    let answer = server.get(&format!("/api/v1/ci/cost/evidence?{query}"));
    assert_eq!(answer.status, 200, "{query}");
    answer.json()
}

#[test]
fn jobs_that_are_rolled_up_lie_behind_what_they_cost() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&text(&folder.path().join("cto.db"))).expect("made");
    let repository = Repository {
        id: "R_1".into(),
        name: "shop".into(),
        org: "acme".into(),
        private: true,
        ..Repository::default()
    };
    let now = BEGAN + 200 * DAY;
    let commit = |scope, records: &[Record]| {
        let (observed_at, cursor, generation) = (at(now), None, None);
        let page = Page { scope, subject: "R_1", records, cursor, observed_at, run: 1, generation, complete: false };
        store.commit(&page).expect("stored");
    };
    commit(Scope::Repositories, &[Record::Repository(repository)]);
    let records: Vec<Record> = (0..60).flat_map(|number| [run(number), job(number)]).collect();
    commit(Scope::CiRuns, &records);
    let (scope, outcome, covered_to) = (Scope::CiRuns.into(), RunOutcome::Ok.into(), Some(at(now)));
    let import = ImportRun { run: 1, scope, subject: "R_1".into(), outcome, covered_to, ..ImportRun::default() };
    store.record_import(&import).expect("recorded");
    let settled = store.settle_jobs(400, &mut || true).expect("settled");
    assert_eq!((settled.runs, settled.removed), (60, 0));
    let server = Server::run(program(&["--data", &text(folder.path())]));
    server.wait_until_ready("/readyz", "");

    let of_march = told(&server, "month=2026-03&repo=acme/shop&limit=200");
    let rows = of_march["data"].as_array().expect("rows");
    assert_eq!((rows.len(), of_march["meta"]["count"].as_i64()), (30, Some(30)), "the days from the 2nd to the 31st");
    let first = &rows[29];
    assert_eq!((&first["id"], &first["job"], &first["part"]), (&"0".into(), &"unit (3.12)".into(), &"failed".into()));
    assert_eq!((first["minutes"].as_f64(), &first["at_price"]), (Some(5.0), &"0.03".into()), "{first}");
    assert_eq!(first["url"], "https://github.com/acme/shop/actions/runs/0");
    let costs = server.get("/api/v1/ci/cost?from=2026-03-01&to=2026-03-31").json();
    let whole = costs["data"].as_array().expect("rows").iter().find(|row| row["repo"] == "ALL").expect("a row").clone();
    assert_eq!((&whole["jobs"], &whole["minutes"]), (&30.into(), &150.0.into()), "{whole}");

    let count = |query: &str| told(&server, query)["meta"]["count"].as_i64();
    assert_eq!(count("month=2026-03&figure=failed"), Some(1));
    assert_eq!(count("month=2026-03&figure=flaky"), Some(0));
    assert_eq!(count("month=2026-04"), Some(30));
    assert_eq!(count("workflow=CI"), Some(60));
    assert_eq!(count("workflow=Nightly"), Some(0));
    let refused = server.get("/api/v1/ci/cost/evidence?figure=wasted");
    assert_eq!((refused.status, &refused.json()["parameter"]), (400, &"figure".into()));
}
