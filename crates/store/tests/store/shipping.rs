//! Deployments, releases and incidents: which observation counts, and what becomes of them when a repository is renamed.

use std::fs;

use model::columns::Scopes;
use model::course::DeploymentCourse;
use model::deliveries::Delivered;
use model::records::{
    CiBill, CiBillMonth, CiJob, CiRun, Deployment, DeploymentStatus, Incident, IncidentEvent, Record, Release,
    Repository,
};
use model::{Amount, Month};
use store::csv_folder::{Reading, load};
use store::{Delivery, Deposit};

use crate::records::{Fixture, at, repository};

fn deployment(repo: &str, changed: i64, states: &[(&str, i64)]) -> Record {
    let told = |(state, second): &(&str, i64)| DeploymentStatus {
        deployment_id: "D_1".into(),
        id: format!("S_{second}"),
        state: (*state).into(),
        at: at(*second),
        ..DeploymentStatus::default()
    };
    let statuses: Vec<DeploymentStatus> = states.iter().map(told).collect();
    let course = DeploymentCourse::of(&statuses);
    Record::Deployment(Box::new(Deployment {
        id: "D_1".into(),
        org: "acme".into(),
        repo: repo.into(),
        environment: "production".into(),
        sha: "c1".into(),
        created_at: at(10),
        started_at: course.started_at,
        succeeded_at: course.succeeded_at,
        finished_at: course.finished_at,
        outcome: course.outcome.into(),
        updated_at: Some(at(changed)),
        statuses,
        ..Deployment::default()
    }))
}

#[test]
fn the_later_observation_of_a_deployment_counts_and_its_statuses_replace_those_before() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &[deployment("api", 20, &[("queued", 15), ("in_progress", 20)])]);
    fixture.read_in(2, 200, &[deployment("api", 30, &[("in_progress", 20), ("success", 30)])]);
    // A page that was read before comes late.
    fixture.read_in(1, 90, &[deployment("api", 20, &[("queued", 15)])]);
    assert_eq!(fixture.cells("deployment", &["deployment_id", "outcome", "host"]), ["D_1,success,github.com"]);
    assert_eq!(fixture.cells("deployment_status", &["id", "state"]), ["S_20,in_progress", "S_30,success"]);
}

#[test]
fn attempts_of_a_run_are_rows_of_their_own_of_which_the_later_observation_counts() {
    let fixture = Fixture::new();
    let run = |attempt: i64, status: &str, conclusion: &str| {
        Record::CiRun(Box::new(CiRun {
            run_id: "77".into(),
            attempt,
            org: "acme".into(),
            repo: "api".into(),
            sha: "c1".into(),
            status: status.into(),
            conclusion: conclusion.into(),
            created_at: at(5),
            ..CiRun::default()
        }))
    };
    fixture.read_in(1, 100, &[run(1, "in_progress", "")]);
    fixture.read_in(2, 200, &[run(1, "completed", "failure")]);
    fixture.read_in(1, 90, &[run(1, "queued", "")]);
    fixture.read_in(3, 300, &[run(2, "completed", "success")]);
    let cells = fixture.cells("ci_run", &["run_id", "attempt", "status", "conclusion", "host"]);
    assert_eq!(cells, ["77,1,completed,failure,github.com", "77,2,completed,success,github.com"]);
}

fn job(run: &str, id: &str, name: &str, conclusion: &str) -> Record {
    Record::CiJob(Box::new(CiJob {
        job_id: id.into(),
        run_id: run.into(),
        attempt: 1,
        org: "acme".into(),
        repo: "api".into(),
        name: name.into(),
        conclusion: conclusion.into(),
        ..CiJob::default()
    }))
}

#[test]
fn the_later_observation_of_a_job_counts() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &[job("77", "1", "test", "")]);
    fixture.read_in(2, 200, &[job("77", "1", "test", "failure"), job("77", "2", "test", "success")]);
    fixture.read_in(1, 90, &[job("77", "1", "test", "")]);
    let cells = fixture.cells("ci_job", &["run_id", "job_id", "conclusion", "retried", "host"]);
    assert_eq!(
        cells,
        ["77,1,failure,false,github.com", "77,2,success,false,github.com"],
        "two jobs of a workflow may have one name"
    );
}

#[test]
fn of_the_jobs_of_one_name_in_a_pipeline_all_but_the_last_were_retried_in_whichever_order_they_come() {
    let id = |number: u32| format!("gitlab.example/job/{number}");
    let jobs = |numbers: &[u32]| -> Vec<Record> {
        numbers.iter().map(|number| job("gitlab.example/pipeline/5", &id(*number), "test", "failure")).collect()
    };
    for order in [[9, 10, 100], [100, 10, 9], [10, 100, 9]] {
        let fixture = Fixture::new();
        for (at, number) in (100..).zip(order) {
            fixture.read_in(1, at, &jobs(&[number]));
        }
        fixture.read_in(2, 200, &[job("gitlab.example/pipeline/5", &id(11), "build", "success")]);
        fixture.read_in(3, 300, &[job("gitlab.example/pipeline/6", &id(101), "test", "success")]);
        let mut cells = fixture.cells("ci_job", &["job_id", "retried"]);
        cells.sort_unstable();
        let told = |number: u32, retried: bool| format!("gitlab.example/job/{number},{retried}");
        let mut right = [told(9, true), told(10, true), told(100, false), told(11, false), told(101, false)];
        right.sort_unstable();
        assert_eq!(cells, right, "{order:?}");
    }
}

#[test]
fn a_month_of_a_bill_of_ci_replaces_that_month_of_that_cost_centre() {
    let fixture = Fixture::new();
    let month = Month::new(2026, 1).expect("a month");
    let amount = |text: &str| text.parse::<Amount>().expect("an amount");
    let line = |day: i64, repo: &str, net: &str| CiBill {
        day: model::Instant::from_seconds(month.start().seconds() + (day - 1) * 86_400),
        org: "acme".into(),
        repo: repo.into(),
        cost_center: String::new(),
        sku: "linux".into(),
        quantity: amount("3"),
        unit: "minutes".into(),
        price: amount("0.006"),
        gross: amount(net),
        discount: amount("0"),
        net: amount(net),
        currency: "USD".into(),
        host: String::new(),
    };
    let bill = |month: Month, cost_center: &str, lines: &[CiBill]| {
        let cost_center = cost_center.to_owned();
        let own = |line: &CiBill| CiBill { cost_center: cost_center.clone(), ..line.clone() };
        let lines = lines.iter().map(own).collect();
        let bill =
            CiBillMonth { org: "acme".into(), cost_center: cost_center.clone(), month, host: String::new(), lines };
        Record::CiBillMonth(Box::new(bill))
    };
    let february = line(32, "api", "0.5");
    let first = [line(1, "api", "0.018"), line(1, "api", "0.002"), line(31, "web", "7")];
    fixture.read_in(1, 100, &[bill(month, "", &first), bill(month.plus(1), "", &[february])]);
    fixture.read_in(1, 100, &[bill(month, "CC-1", &[line(2, "api", "9")])]);
    fixture.read_in(2, 200, &[bill(month, "", &[line(1, "api", "0.03")])]);
    let cells = fixture.cells("ci_bill", &["day", "repo", "cost_center", "net", "quantity", "host"]);
    assert_eq!(
        cells,
        [
            "2026-01-01T00:00:00Z,api,,0.03,3.00,github.com",
            "2026-01-02T00:00:00Z,api,CC-1,9.00,3.00,github.com",
            "2026-02-01T00:00:00Z,api,,0.50,3.00,github.com",
        ]
    );
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &[bill(month, "", &first)]);
    let cells = fixture.cells("ci_bill", &["repo", "net", "quantity"]);
    assert_eq!(cells, ["api,0.02,6.00", "web,7.00,3.00"], "lines of one key are one");
}

#[test]
fn deployments_go_with_repositories_that_swap_their_names() {
    let fixture = Fixture::new();
    let named = |names: [&str; 2]| {
        let [one, other] = names;
        [Record::Repository(repository("R_1", one)), Record::Repository(repository("R_2", other))]
    };
    let release = |repo: &str| {
        Record::Release(Box::new(Release {
            id: "V_1".into(),
            org: "acme".into(),
            repo: repo.into(),
            tag: "v1".into(),
            created_at: at(5),
            ..Release::default()
        }))
    };
    fixture.read_in(1, 100, &named(["api", "web"]));
    fixture.read_in(1, 101, &[deployment("api", 20, &[]), release("web")]);
    fixture.read_in(2, 200, &named(["web", "api"]));
    assert_eq!(fixture.cells("deployment", &["repo"]), ["web"]);
    assert_eq!(fixture.cells("release", &["repo"]), ["api"]);
    fixture.read_in(3, 300, &[Record::Repository(Repository { org: "other".into(), ..repository("R_1", "web") })]);
    assert_eq!(fixture.cells("deployment", &["org", "repo"]), ["other,web"]);
}

#[test]
fn an_issue_that_is_no_incident_any_more_has_none() {
    let fixture = Fixture::new();
    let id = "gitlab.example/issue/40002";
    let issue = |kind: &str, type_is_untold: bool| {
        let mut issue = crate::records::issue(id, "7");
        issue.place.host = "gitlab.example".into();
        issue.issue_type = kind.into();
        issue.untold.issue_type = type_is_untold;
        Record::Issue(Box::new(issue))
    };
    let incident = || {
        let opened =
            IncidentEvent { incident_id: id.into(), at: at(10), kind: "opened".into(), host: "gitlab.example".into() };
        Record::Incident(Box::new(Incident {
            id: id.into(),
            source: "gitlab".into(),
            started_at: at(10),
            host: "gitlab.example".into(),
            events: vec![opened],
            ..Incident::default()
        }))
    };
    let stored =
        || (fixture.cells("incident", &["incident_id"]).len(), fixture.cells("incident_event", &["kind"]).len());
    fixture.read_in(1, 100, &[issue("incident", false), incident()]);
    fixture.read_in(2, 200, &[issue("incident", false), incident()]);
    assert_eq!(stored(), (1, 1));
    fixture.read_in(3, 300, &[issue("", true)]);
    assert_eq!(stored(), (1, 1), "its type was not told");
    fixture.read_in(4, 400, &[issue("", false)]);
    assert_eq!(stored(), (0, 0));
    fixture.read_in(5, 500, &[issue("incident", false), incident()]);
    assert_eq!(stored(), (1, 1), "and becomes one again");
}

#[test]
fn an_incident_replaces_its_events_with_those_that_are_known_now() {
    let fixture = Fixture::new();
    let incident = |events: &[(&str, i64)]| {
        let event = |(kind, second): &(&str, i64)| IncidentEvent {
            incident_id: "I-1".into(),
            at: at(*second),
            kind: (*kind).into(),
            ..IncidentEvent::default()
        };
        Record::Incident(Box::new(Incident {
            id: "I-1".into(),
            started_at: at(10),
            labels: vec!["a".into(), "b".into()],
            events: events.iter().map(event).collect(),
            ..Incident::default()
        }))
    };
    fixture.read_in(1, 100, &[incident(&[("opened", 10), ("restored", 20)])]);
    fixture.read_in(2, 200, &[incident(&[("opened", 10), ("acknowledged", 12)])]);
    assert_eq!(fixture.cells("incident", &["incident_id", "labels"]), ["I-1,a;b"]);
    assert_eq!(fixture.cells("incident_event", &["kind"]), ["opened", "acknowledged"]);
}

const PULLS: &str = "org,repo,number,title,url,state,created_at,closed_at,merged_at,creator\n";
const DEPLOYMENTS: &str = "deployment_id,org,repo,environment,sha,created_at\n";
const ROW: &str = "D_1,acme,api,production,c1,2026-01-07T09:00:00Z\n";

#[test]
fn what_an_import_has_shown_stays_and_an_id_that_comes_twice_is_refused_by_both_readers() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    write("pr.csv", PULLS);
    write("deployment.csv", &format!("{DEPLOYMENTS}{ROW}"));
    write(
        "deployment_status.csv",
        "deployment_id,id,state,at\nD_1,S,success,2026-01-07T09:00:00Z\nD_9,S,success,2026-01-07T09:00:00Z\n",
    );
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &[deployment("api", 20, &[("success", 20)])]);
    let import = fixture.store.import_csv(folder.path()).expect("loaded");
    let count =
        |name: &str| import.tables.iter().find(|table| table.name == name).map(|it| (it.rows, it.kept, it.unknown));
    assert_eq!(count("deployment"), Some((0, 1, 0)));
    assert_eq!(count("deployment_status"), Some((0, 1, 1)));
    assert_eq!(fixture.cells("deployment_status", &["id"]), ["S_20"]);
    write("deployment.csv", &format!("{DEPLOYMENTS}{ROW}{ROW}"));
    let by_store = fixture.store.import_csv(folder.path()).expect_err("refused").to_string();
    let by_folder =
        load(folder.path(), Scopes { issues: false, ..Scopes::ALL }, Reading::Strict).expect_err("refused").to_string();
    assert!(by_store.ends_with(&by_folder), "{by_store}");
    assert!(by_folder.contains("D_1") && by_folder.contains("deployment.csv"), "{by_folder}");
}

fn told(record: Record) -> Delivered {
    match record {
        Record::Deployment(deployment) => Delivered::Deployment(deployment),
        Record::Incident(incident) => Delivered::Incident(incident),
        _ => panic!("neither a deployment nor an incident"),
    }
}

fn deliver(fixture: &Fixture, told: &Delivered) -> Deposit {
    let own = format!("{told:?}");
    let delivery = Delivery { id: &own, body_hash: &own, event: "an_event", received_at: at(1000), told };
    fixture.store.deliver(&delivery).expect("stored")
}

const COURSE: [&str; 5] = ["repo", "outcome", "started_at", "succeeded_at", "finished_at"];

#[test]
fn statuses_of_deliveries_join_in_any_order_and_repetition_and_the_course_follows_from_all() {
    let facts = [
        told(deployment("api", 12, &[("queued", 12)])),
        told(deployment("api", 15, &[("in_progress", 15)])),
        told(deployment("api", 20, &[("success", 20)])),
        told(deployment("api", 30, &[("inactive", 30)])),
    ];
    let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]];
    for order in orders {
        let fixture = Fixture::new();
        for place in order.into_iter().chain([2, 1]) {
            deliver(&fixture, &facts[place]);
        }
        let right = "api,success,1970-01-01T00:00:15Z,1970-01-01T00:00:20Z,1970-01-01T00:00:20Z";
        assert_eq!(fixture.cells("deployment", &COURSE), [right], "{order:?}");
        assert_eq!(
            fixture.cells("deployment_status", &["state"]),
            ["queued", "in_progress", "success", "inactive"],
            "{order:?}"
        );
    }
}

#[test]
fn a_delivery_tells_nothing_new_of_what_an_import_has_read_and_what_it_reads_later_counts() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &[deployment("api", 20, &[("in_progress", 15), ("success", 20)])]);
    let before = fixture.csv("deployment");
    assert_eq!(deliver(&fixture, &told(deployment("older-name", 15, &[("in_progress", 15)]))), Deposit::Known);
    assert_eq!(fixture.csv("deployment"), before);
    assert_eq!(deliver(&fixture, &told(deployment("api", 30, &[("inactive", 30)]))), Deposit::Stored);
    assert_eq!(fixture.cells("deployment_status", &["state"]), ["in_progress", "success", "inactive"]);
    fixture.read_in(2, 200, &[deployment("web", 25, &[("success", 25)])]);
    assert_eq!(fixture.cells("deployment", &["repo"]), ["web"]);
    assert_eq!(fixture.cells("deployment_status", &["state"]), ["success"]);
}

#[test]
fn an_incident_is_told_event_by_event_and_an_older_title_overrides_none() {
    let told = |title: &str, events: &[(&str, i64)]| {
        let event = |(kind, second): &(&str, i64)| IncidentEvent {
            kind: (*kind).into(),
            at: at(*second),
            ..IncidentEvent::default()
        };
        told(Record::Incident(Box::new(Incident {
            id: "api/shop/1".into(),
            service: "shop".into(),
            title: title.into(),
            started_at: at(10),
            events: events.iter().map(event).collect(),
            ..Incident::default()
        })))
    };
    let facts = [
        told("Down", &[("opened", 10)]),
        told("", &[("restored", 20)]),
        told("Checkout is down", &[("reopened", 25)]),
        told("", &[("finished", 40)]),
    ];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        let fixture = Fixture::new();
        for place in order.into_iter().chain(order) {
            deliver(&fixture, &facts[place]);
        }
        let cells = fixture.cells("incident", &["title", "started_at", "restored_at", "finished_at", "host"]);
        let right = "Checkout is down,1970-01-01T00:00:10Z,1970-01-01T00:00:40Z,1970-01-01T00:00:40Z,github.com";
        assert_eq!(cells, [right], "{order:?}");
        assert_eq!(fixture.cells("incident_event", &["kind"]), ["opened", "restored", "reopened", "finished"]);
    }
}
