//! A repository with commits: its history is listed by date, as GitHub lists it.

use std::collections::BTreeSet;

use connector_testing::{Connector, Memory, Provider, Simulated, Stage, first};
use github_client::RepositorySummary;
use github_deployments::CommitSource;
use provider::cursor::Known;
use serde_json::{Value, json};
use source::Scope;

use crate::pages::rate_limit;
use crate::setting::{NOW, NOW_HTTP, at, client, pages, summary};

/// How commits are served.
pub(crate) struct Commits;

/// A commit of the `minute`-th minute of 2026, which may be negative.
pub(crate) fn commit(sha: &str, minute: i64, parents: &[&str]) -> Value {
    let parents: Vec<Value> = parents.iter().map(|parent| json!({"oid": parent})).collect();
    json!({
        "__typename": "Commit",
        "oid": sha,
        "authoredDate": time(minute - 1),
        "committedDate": time(minute),
        "parents": {"nodes": parents},
        "messageBody": "",
    })
}

/// The `minute`-th minute of 2026.
pub(crate) fn time(minute: i64) -> String {
    model::Instant::from_seconds(at("2026-01-01").seconds() + minute * 60).to_rfc3339()
}

/// Commits `c0` to `c{count - 1}`, each the parent of the next, a minute apart.
pub(crate) fn line(count: i64) -> Vec<Value> {
    let parent = |number: i64| format!("c{}", number - 1);
    let one = |number: i64| {
        let parent = parent(number);
        let parents: &[&str] = if number == 0 { &[] } else { &[&parent] };
        commit(&format!("c{number}"), number, parents)
    };
    (0..count).map(one).collect()
}

/// The ids of the parents of a commit.
fn parents(commit: &Value) -> impl Iterator<Item = &str> {
    commit["parents"]["nodes"].as_array().unwrap().iter().map(|parent| parent["oid"].as_str().unwrap())
}

fn date(commit: &Value) -> &str {
    commit["committedDate"].as_str().unwrap()
}

/// The commit and all before it that are not older, the newest first.
fn history<'a>(all: &'a [Value], head: &'a Value, since: Option<&str>) -> Vec<&'a Value> {
    let by_sha: std::collections::HashMap<&str, &Value> =
        all.iter().map(|commit| (commit["oid"].as_str().unwrap(), commit)).collect();
    let is_in = |commit: &Value| since.is_none_or(|since| date(commit) >= since);
    let (mut seen, mut open, mut found) = (BTreeSet::new(), vec![head], Vec::new());
    while let Some(commit) = open.pop() {
        if is_in(commit) && seen.insert(commit["oid"].as_str().unwrap()) {
            open.extend(parents(commit).filter_map(|sha| by_sha.get(sha).copied()));
            found.push(commit);
        }
    }
    found.sort_by_key(|commit| std::cmp::Reverse((date(commit), commit["oid"].as_str())));
    found
}

impl Provider for Commits {
    const NOW: &str = NOW_HTTP;

    fn answer(all: &[Value], variables: &Value) -> Value {
        let object = all.iter().find(|commit| commit["oid"] == variables["sha"]).map(|head| {
            let mut object = head.clone();
            let history = history(all, head, variables["since"].as_str());
            let start = variables["after"].as_str().map_or(0, |after| after.parse().unwrap());
            let end = history.len().min(start + first(variables));
            object["history"] = json!({
                "pageInfo": {"hasNextPage": end < history.len(), "endCursor": (end > 0).then(|| end.to_string())},
                "nodes": history[start.min(end)..end],
            });
            object
        });
        let node = json!({"__typename": "Repository", "object": object});
        json!({"data": {"rateLimit": rate_limit(variables), "node": node}})
    }
}

impl Connector for Commits {
    type Source = CommitSource;

    fn nodes(count: u32) -> Vec<Value> {
        line(i64::from(count))
    }

    fn source(setting: &Stage<Self>) -> Self::Source {
        let summary = RepositorySummary { deployments: Some(Known { total: 1, updated_at: None }), ..summary() };
        CommitSource::new(client(setting), &summary, at(NOW), pages(setting, Scope::Commits))
    }

    fn stored(memory: &Memory) -> Vec<u32> {
        let number = |commit: model::records::GitCommit| commit.sha[1..].parse().unwrap();
        let mut numbers: Vec<u32> = memory.commits().into_iter().map(number).collect();
        numbers.sort_unstable();
        numbers
    }
}

/// A repository with these commits, of which those with these ids were deployed at these minutes of 2026.
pub(crate) async fn repository(commits: Vec<Value>, page: u32, shipped: &[(&str, i64)]) -> Stage<Commits> {
    let setting = Stage::new(Simulated::with(commits), page).await;
    ship(&setting, shipped);
    setting
}

pub(crate) fn ship(setting: &Stage<Commits>, shipped: &[(&str, i64)]) {
    setting.memory.ship(shipped.iter().map(|(sha, minute)| ((*sha).to_owned(), at(&time(*minute)))).collect());
}

/// Ids of the stored commits.
pub(crate) fn shas(setting: &Stage<Commits>) -> BTreeSet<String> {
    setting.memory.commits().into_iter().map(|commit| commit.sha).collect()
}
