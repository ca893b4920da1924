//! The report in the manner of dimagi/dora.

use std::path::Path;

use model::Instant;
use model::records::{PullRequest, Record, Repository, Scope};
use store::{Page, Store};

use crate::process::{Server, program, text};

const PATH: &str = "/api/v1/delivery/dora-report.json";

fn place() -> model::records::Place {
    model::records::Place {
        repository_id: "R_1".into(),
        org: "acme".into(),
        repo: "shop".into(),
        number: "7".into(),
        host: "github.com".into(),
    }
}

/// A store with a merge of an app, in a year in which it lies inside the window whenever the test runs.
fn store(folder: &Path) {
    let store = Store::open(&text(&folder.join("cto.db"))).expect("made");
    let at = |text: &str| Instant::parse_rfc3339(text).expect("an instant");
    let repository = Record::Repository(Repository {
        id: "R_1".into(),
        name: "shop".into(),
        org: "acme".into(),
        ..Repository::default()
    });
    let merged = at("2999-01-08T10:00:00Z");
    let pull_request = Record::PullRequest(Box::new(PullRequest {
        id: "PR_7".into(),
        place: place(),
        title: "Größer".into(),
        state: "merged".into(),
        creator: "dependabot".into(),
        creator_is_bot: true,
        created_at: at("2999-01-08T08:00:00Z"),
        closed_at: Some(merged),
        merged_at: Some(merged),
        base: "main".into(),
        labels: vec!["caused-incident".into()],
        changed_files: Some(1),
        first_listed_commit_at: Some(at("2999-01-07T10:00:00Z")),
        ..PullRequest::default()
    }));
    for (scope, record) in [(Scope::Repositories, repository), (Scope::PullRequests, pull_request)] {
        let (observed_at, records) = (at("2026-01-01T00:00:00Z"), &[record][..]);
        let page = Page {
            scope,
            subject: "R_1",
            records,
            cursor: None,
            observed_at,
            run: 1,
            generation: None,
            complete: false,
        };
        store.commit(&page).expect("stored");
    }
}

/// The rows of a metric.
fn rows(report: &serde_json::Value, metric: &str) -> serde_json::Value {
    let metrics = report["metrics"].as_array().expect("metrics");
    metrics.iter().find(|it| it["metric"] == metric).expect("the metric")["data"].clone()
}

#[test]
fn the_report_is_that_of_the_store_byte_for_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    store(folder.path());
    let server = Server::ready(&["--data", &text(folder.path())]);
    let answer = server.get(PATH);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("access-control-allow-origin"), None);
    assert!(answer.body.starts_with("{\n  \"since\": \"") && answer.body.ends_with("\n  ]\n}\n"), "{}", answer.body);
    let failed = serde_json::json!([{
        "repo": "acme/shop", "week": "2999-W01", "pr": 7, "author": "dependabot[bot]", "title": "Größer",
        "merged": "2999-01-08",
    }]);
    assert_eq!(rows(&answer.json(), "change-failure-prs"), failed);
    assert!(answer.body.contains("\"title\": \"Gr\\u00f6\\u00dfer\""));
    let without = server.get(&format!("{PATH}?weeks=520&exclude_bots=true"));
    assert_eq!(without.json()["bot_policy"], "all-excluded");
    assert_eq!(rows(&without.json(), "change-failure-prs"), serde_json::json!([]));
    for (query, said) in [("weeks=0", "weeks must be"), ("week=4", "weeks"), ("exclude_bots=yes", "exclude_bots")] {
        let refused = server.get(&format!("{PATH}?{query}"));
        assert!(refused.status == 400 && refused.body.contains(said), "{}", refused.body);
    }
}

#[test]
fn a_public_report_is_for_every_page_and_opens_no_other_route() {
    let folder = tempfile::tempdir().expect("a folder");
    store(folder.path());
    let config = folder.path().join("config.yml");
    for (setting, expected) in [("", 401), ("  dora_report_public: true\n", 200)] {
        std::fs::write(&config, format!("server:\n  auth: bearer\n{setting}")).expect("written");
        let mut command = program(&["--data", &text(folder.path()), "--config", &text(&config)]);
        command.env("CTO_API_TOKENS", "token-of-the-tests");
        let server = Server::run(command);
        server.wait_until_ready("/readyz", "");
        let asked = server.connect().get_with(PATH, "Origin: https://dimagi.github.io\r\n");
        assert_eq!(asked.status, expected, "{}", asked.body);
        let is_public = expected == 200;
        assert_eq!(asked.header("access-control-allow-origin"), is_public.then_some("*"));
        for other in ["/api/v1/meta", "/api/v1/delivery/dora-report.jsonx", "/api/v1/delivery/dora"] {
            assert_eq!(server.get(other).status, 401, "{other}");
        }
        let known = server.connect().get_with(PATH, "Authorization: Bearer token-of-the-tests\r\n");
        assert_eq!(known.status, 200, "{}", known.body);
    }
}

#[test]
fn files_alone_have_no_such_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let pull_requests = "org,repo,number,title,url,state,created_at,closed_at,merged_at,creator\n\
        acme,web,3,Three,https://example.com/3,open,2026-01-07T09:00:00Z,,,ada\n";
    std::fs::write(folder.path().join("pr.csv"), pull_requests).expect("written");
    let server = Server::ready(&["--data", &text(folder.path())]);
    let answer = server.get(PATH);
    assert!(answer.status == 404 && answer.body.contains("made from a store"), "{}", answer.body);
}
