//! A life that a case tells in replies of the REST API, as the simulated GitHub shows it.

use std::collections::BTreeMap;

use model::Instant;
use model::kinds::{DeploymentStatusKind, Told};
use sandbox::view::{
    Actor, Deployment, DeploymentStatus, PullRequest, PullRequestEvent, PullRequestEventKind, Release, Repository, View,
};
use serde_json::Value;

use crate::cases::Case;

/// What the end of a login says of an app.
const SUFFIX: &str = "[bot]";

/// All entries of lists that come in pages, by path.
struct Lists(BTreeMap<String, Vec<Value>>);

impl Lists {
    fn read(case: &Case) -> Self {
        let text = std::fs::read(case.folder.join("exchanges.json")).expect("exchanges");
        let exchanges: Vec<Value> = serde_json::from_slice(&text).expect("JSON");
        let mut lists: BTreeMap<String, Vec<(u64, Value)>> = BTreeMap::new();
        for exchange in exchanges {
            let page = exchange["query"]["page"].as_str().map_or(1, |page| page.parse().expect("a number"));
            let path = exchange["path"].as_str().expect("a path").to_owned();
            lists.entry(path).or_default().push((page, exchange["body"].clone()));
        }
        let joined = |mut pages: Vec<(u64, Value)>| {
            pages.sort_by_key(|(page, _)| *page);
            let entries = |(_, body): (u64, Value)| match body {
                Value::Array(entries) => entries,
                one => vec![one],
            };
            pages.into_iter().flat_map(entries).collect()
        };
        Self(lists.into_iter().map(|(path, pages)| (path, joined(pages))).collect())
    }

    fn of(&self, path: &str) -> &[Value] {
        self.0.get(path).map_or(&[], Vec::as_slice)
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn at(value: &Value) -> Option<Instant> {
    value.as_str().map(|text| Instant::parse_rfc3339(text).expect("an instant"))
}

fn later(at: Instant, seconds: usize) -> Instant {
    Instant::from_micros(at.micros() + seconds as i64 * 1_000_000)
}

/// The view at the end of a case.
pub(crate) fn view(case: &Case) -> View {
    let lists = Lists::read(case);
    let pull = case.pull.as_ref().expect("a case of pulling");
    let (org, name) = pull.repo.split_once('/').expect("an owner and a name");
    let base = format!("/repos/{}", pull.repo);
    let mut view = View {
        now: Instant::parse_rfc3339(&case.now).expect("an instant"),
        org: org.to_owned(),
        repositories: vec![Repository {
            id: "R_1".to_owned(),
            name: name.to_owned(),
            default_branch: "main".to_owned(),
            ..Repository::default()
        }],
        ..View::default()
    };
    for listed in lists.of(&format!("{base}/pulls")) {
        let pull_request = pull_request(listed, &lists, &base, &mut view.actors);
        view.pull_requests.push(pull_request);
    }
    view.pull_requests.sort_by_key(|pull_request| (pull_request.created_at, pull_request.number));
    for listed in lists.of(&format!("{base}/deployments")) {
        let statuses = lists.of(&format!("{base}/deployments/{}/statuses", listed["id"]));
        let creator = Some(actor("deployer", &mut view.actors));
        view.deployments.push(Deployment { creator, ..deployment(listed, statuses) });
    }
    for listed in lists.of(&format!("{base}/releases")) {
        view.releases.push(release(listed, view.now));
    }
    view
}

/// The place of a login, which GraphQL shows without what the REST API has at the end of those of apps.
fn actor(login: &str, actors: &mut Vec<Actor>) -> usize {
    let shown = Actor { login: login.trim_end_matches(SUFFIX).to_owned(), is_bot: login.ends_with(SUFFIX) };
    let known = actors.iter().position(|actor| (&actor.login, actor.is_bot) == (&shown.login, shown.is_bot));
    known.unwrap_or_else(|| {
        actors.push(shown);
        actors.len() - 1
    })
}

fn pull_request(listed: &Value, lists: &Lists, base: &str, actors: &mut Vec<Actor>) -> PullRequest {
    let number = listed["number"].as_i64().expect("a number");
    let sizes = lists.of(&format!("{base}/pulls/{number}")).first().cloned().unwrap_or_default();
    let size = |name: &str| sizes[name].as_i64().unwrap_or_default();
    let commits = lists.of(&format!("{base}/pulls/{number}/commits")).iter();
    let mut timeline = Vec::new();
    for (place, event) in lists.of(&format!("{base}/issues/{number}/timeline")).iter().enumerate() {
        let kind = match event["event"].as_str().expect("an event") {
            "ready_for_review" => PullRequestEventKind::ReadyForReview,
            "convert_to_draft" => PullRequestEventKind::ConvertToDraft,
            _ => continue,
        };
        let at = at(&event["created_at"]).expect("a time");
        timeline.push(PullRequestEvent { id: format!("E_{number}_{place}"), at, actor: None, kind });
    }
    let (merged_at, updated_at) = (at(&listed["merged_at"]), at(&listed["updated_at"]).expect("a time"));
    let closed_at = merged_at.unwrap_or(updated_at);
    timeline.push(PullRequestEvent {
        id: format!("E_{number}_closed"),
        at: closed_at,
        actor: None,
        kind: PullRequestEventKind::Closed,
    });
    timeline.sort_by_key(|event| event.at);
    PullRequest {
        id: format!("PR_{number}"),
        number,
        title: text(&listed["title"]),
        author: listed["user"]["login"].as_str().map(|login| actor(login, actors)),
        labels: listed["labels"].as_array().expect("labels").iter().map(|label| text(&label["name"])).collect(),
        base: text(&listed["base"]["ref"]),
        head_branch: "topic".to_owned(),
        created_at: at(&listed["created_at"]).expect("a time"),
        updated_at,
        closed_at: Some(closed_at),
        merged_at,
        merge_commit: merged_at.and(listed["merge_commit_sha"].as_str()).map(str::to_owned),
        additions: size("additions"),
        deletions: size("deletions"),
        changed_files: size("changed_files"),
        commits: commits.map(|commit| at(&commit["commit"]["author"]["date"]).expect("a time")).collect(),
        timeline,
        ..PullRequest::default()
    }
}

/// Statuses come newest first, and without their times: each is told a minute after the one before.
fn deployment(listed: &Value, statuses: &[Value]) -> Deployment {
    let (number, created_at) = (listed["id"].as_i64().expect("a number"), at(&listed["created_at"]).expect("a time"));
    let environment = text(&listed["environment"]);
    let status = |(place, status): (usize, &Value)| DeploymentStatus {
        id: format!("DES_{number}_{place}"),
        state: Told::<DeploymentStatusKind>::from(status["state"].as_str().expect("a state")).known().expect("a state"),
        at: later(created_at, 60 * (place + 1)),
        environment: environment.clone(),
        log_url: String::new(),
    };
    let statuses: Vec<DeploymentStatus> = statuses.iter().rev().enumerate().map(status).collect();
    Deployment {
        id: format!("DE_{number}"),
        number,
        sha: text(&listed["sha"]),
        original_environment: environment.clone(),
        environment,
        task: "deploy",
        created_at,
        updated_at: statuses.last().map_or(created_at, |status| status.at),
        statuses,
        ..Deployment::default()
    }
}

fn release(listed: &Value, now: Instant) -> Release {
    let (number, published_at) = (listed["id"].as_i64().expect("a number"), at(&listed["published_at"]));
    Release {
        id: format!("RE_{number}"),
        tag: format!("v{number}"),
        name: format!("Release {number}"),
        draft: listed["draft"].as_bool().expect("a truth value"),
        prerelease: listed["prerelease"].as_bool().expect("a truth value"),
        created_at: published_at.unwrap_or(now),
        published_at,
        ..Release::default()
    }
}
