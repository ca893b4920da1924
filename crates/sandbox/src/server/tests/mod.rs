//! The server as a client sees it, over a small hand-made organisation.

mod changes;
mod ci;
mod conduct;
mod deliveries;
mod faults;
mod generated;
mod hidden;
mod limits;
mod pages;
mod queries;
mod speed;

use std::collections::BTreeMap;

use model::Instant;
use serde_json::{Value as Json, json};

use super::{Config, Fault, Server};
use crate::view::{
    Actor, Content, Field, FieldValue, Issue, IssueEvent, IssueEventKind, Item, Project, PullRequest, PullRequestEvent,
    PullRequestEventKind, Repository, Review, View,
};

/// 2026-01-05T00:00:00Z.
const NOW: i64 = 1_767_571_200;

fn at(minute: usize) -> Instant {
    Instant::from_seconds(NOW - 86_400 + 60 * minute as i64)
}

/// Two repositories, one board; `issues` issues and pull requests in the first repository, every tenth issue's card
/// archived. Several issues share each minute of their last update.
fn view(issues: usize) -> View {
    View {
        now: Instant::from_seconds(NOW),
        org: "acme".to_owned(),
        actors: vec![
            Actor { login: "ada".to_owned(), is_bot: false },
            Actor { login: "robot".to_owned(), is_bot: true },
        ],
        repositories: vec![
            Repository {
                id: "R_1".to_owned(),
                name: "web".to_owned(),
                former_names: vec!["site".to_owned()],
                ..Repository::default()
            },
            Repository { id: "R_2".to_owned(), name: "empty".to_owned(), private: true, ..Repository::default() },
        ],
        projects: vec![Project {
            id: "PVT_1".to_owned(),
            number_id: "4100001".to_owned(),
            number: 1,
            title: "Delivery".to_owned(),
            status_options: vec![("f1".to_owned(), "Todo".to_owned()), ("f2".to_owned(), "Done".to_owned())],
            ..Project::default()
        }],
        issues: (0..issues).map(issue).collect(),
        pull_requests: (0..issues).map(pull_request).collect(),
        items: (0..issues).map(item).collect(),
        ..View::default()
    }
}

fn issue(number: usize) -> Issue {
    let event = |place: usize, kind| IssueEvent {
        id: format!("EV_{number}_{place}"),
        at: at(number + place),
        actor: (place != 2).then_some(0),
        kind,
    };
    Issue {
        id: format!("I_{:05}", (number * 7_919) % 100_000),
        number: number as i64 + 1,
        title: format!("Issue \"{number}\"\n"),
        author: Some(number % 2),
        assignees: vec![0],
        labels: vec!["bug".to_owned(), "ui".to_owned()],
        issue_type: Some("Bug".to_owned()),
        created_at: at(number),
        updated_at: at(1_000 + number / 4),
        closed_at: (number % 2 == 1).then(|| at(number + 3)),
        state_reason: (number % 2 == 1).then_some("DUPLICATE"),
        timeline: vec![
            event(0, IssueEventKind::Added(0)),
            event(1, IssueEventKind::StatusChanged(0, String::new(), "Todo".to_owned())),
            event(2, IssueEventKind::StatusChanged(0, "Todo".to_owned(), "Done".to_owned())),
            event(3, IssueEventKind::Closed(Some("COMPLETED"))),
        ],
        ..Issue::default()
    }
}

fn pull_request(number: usize) -> PullRequest {
    PullRequest {
        id: format!("PR_{number}"),
        number: number as i64 + 1,
        title: "Change".to_owned(),
        base: "main".to_owned(),
        created_at: at(number),
        updated_at: at(1_000 + number / 3),
        closed_at: Some(at(number + 9)),
        merged_at: Some(at(number + 9)),
        merge_commit: Some("c0ffee".repeat(7)[..40].to_owned()),
        commits: vec![at(number)],
        reviews: vec![Review {
            id: format!("PRR_{number}"),
            author: None,
            state: "DISMISSED",
            submitted_at: Some(at(number + 2)),
        }],
        timeline: vec![
            PullRequestEvent {
                id: format!("RFR_{number}"),
                at: at(number + 1),
                actor: Some(0),
                kind: PullRequestEventKind::ReadyForReview,
            },
            PullRequestEvent {
                id: format!("RD_{number}"),
                at: at(number + 3),
                actor: Some(0),
                kind: PullRequestEventKind::ReviewDismissed(0, "CHANGES_REQUESTED"),
            },
        ],
        ..PullRequest::default()
    }
}

fn item(number: usize) -> Item {
    Item {
        id: format!("PVTI_{number}"),
        project: 0,
        content: Content::Issue(number),
        status: Some(1),
        status_set: Some((at(number + 1), at(number + 2))),
        archived: number % 10 == 9,
        created_at: at(number),
        updated_at: at(1_440 * (number % 3)),
        fields: vec![
            Field { name: "Estimate".to_owned(), value: FieldValue::Number(3.0) },
            Field { name: "Team".to_owned(), value: FieldValue::SingleSelect("Red".to_owned()) },
        ],
    }
}

/// A client that reads no certificates: everything here is plain HTTP, and reading them takes a while.
fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client")
}

/// What came back.
struct Got {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Got {
    fn json(&self) -> Json {
        serde_json::from_str(&self.body).expect("a JSON body")
    }

    fn data(&self) -> Json {
        let json = self.json();
        assert_eq!(json["errors"], Json::Null, "{}", self.body);
        json["data"].clone()
    }

    fn errors(&self) -> Vec<Json> {
        self.json()["errors"].as_array().cloned().unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

async fn receive(request: reqwest::RequestBuilder) -> Result<Got, reqwest::Error> {
    let response = request.header("user-agent", "tests").send().await?;
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().expect("an ASCII header").to_owned()))
        .collect();
    Ok(Got { status, headers, body: response.text().await? })
}

async fn try_ask(
    client: &reqwest::Client,
    server: &Server,
    query: &str,
    variables: Json,
) -> Result<Got, reqwest::Error> {
    let body = json!({ "query": query, "variables": variables });
    receive(client.post(format!("{}/graphql", server.url())).bearer_auth("t").json(&body)).await
}

async fn ask(server: &Server, query: &str, variables: Json) -> Got {
    try_ask(&client(), server, query, variables).await.expect("a reply")
}

async fn get(server: &Server, path: &str) -> Got {
    let request = client().get(format!("{}{path}", server.url())).bearer_auth("t");
    receive(request).await.expect("a reply")
}

async fn serve(view: View) -> Server {
    Server::start(view, Config::default()).await.expect("a free port")
}

async fn serve_with(fault: &str) -> Server {
    let fault: Fault = fault.parse().expect("a fault");
    Server::start(view(30), Config { faults: vec![fault], ..Config::default() }).await.expect("a free port")
}
