//! The simulated repositories, by what is listed: deployments, or releases.

use connector_testing::{Connector, Memory, Provider, Stage, inner_page};
use github_client::RepositorySummary;
use github_deployments::{DeploymentSource, ReleaseSource};
use model::Instant;
use serde_json::{Value, json};
use source::Scope;

use crate::pages::{answer, rate_limit};
use crate::setting::{NOW, NOW_HTTP, at, client, known, pages, summary};

/// How deployments are served.
pub(crate) struct Deployments;

/// How releases are served.
pub(crate) struct Releases;

/// So many minutes before the provider's time.
pub(crate) fn ago(minutes: i64) -> String {
    Instant::from_seconds(at(NOW).seconds() - minutes * 60).to_rfc3339()
}

/// A status of this state.
pub(crate) fn status(number: u32, state: &str, created_at: &str) -> Value {
    json!({
        "id": format!("DES_{number}"),
        "state": state,
        "createdAt": created_at,
        "environment": "production",
        "logUrl": format!("https://github.com/acme/web/actions/runs/{number}/job/1"),
    })
}

/// A deployment of so many minutes ago with these statuses.
pub(crate) fn deployment_of(number: u32, minutes: i64, statuses: &[Value]) -> Value {
    json!({
        "__typename": "Deployment",
        "id": format!("DE_{number}"),
        "commitOid": format!("{number:040x}"),
        "createdAt": ago(minutes),
        "updatedAt": ago(minutes - 1),
        "environment": "prod",
        "originalEnvironment": "prod",
        "task": "deploy",
        "ref": {"name": "main"},
        "creator": {"__typename": "Bot", "login": "github-actions"},
        "statuses": statuses,
    })
}

/// A deployment that has succeeded; those of higher numbers are older.
pub(crate) fn deployment(number: u32) -> Value {
    let minutes = i64::from(number) * 10;
    deployment_of(number, minutes, &[status(number, "SUCCESS", &ago(minutes - 1))])
}

/// A published release; those of higher numbers are older.
pub(crate) fn release(number: u32) -> Value {
    json!({
        "__typename": "Release",
        "id": format!("RE_{number}"),
        "tagName": format!("v{number}"),
        "tagCommit": {"oid": format!("{number:040x}")},
        "name": format!("Version {number}"),
        "isDraft": false,
        "isPrerelease": false,
        "createdAt": ago(i64::from(number) * 10),
        "publishedAt": ago(i64::from(number) * 10 - 5),
        "url": format!("https://github.com/acme/web/releases/tag/v{number}"),
    })
}

impl Provider for Deployments {
    const NOW: &str = NOW_HTTP;

    fn answer(all: &[Value], variables: &Value) -> Value {
        let mut shown = all.to_vec();
        for one in &mut shown {
            one["statuses"] = inner_page(one["statuses"].as_array().unwrap(), 20, None);
        }
        let Some(one) = all.iter().find(|one| one["id"] == variables["id"]) else {
            return answer("deployments", &shown, variables);
        };
        let statuses = inner_page(one["statuses"].as_array().unwrap(), 100, variables["after"].as_str());
        let node = json!({"__typename": "Deployment", "statuses": statuses});
        json!({"data": {"rateLimit": rate_limit(variables), "node": node}})
    }
}

impl Connector for Deployments {
    type Source = DeploymentSource;

    fn nodes(count: u32) -> Vec<Value> {
        (1..=count).map(deployment).collect()
    }

    fn source(setting: &Stage<Self>) -> Self::Source {
        let summary = RepositorySummary { deployments: Some(known(&setting.provider)), ..summary() };
        DeploymentSource::new(client(setting), &summary, at(NOW), pages(setting, Scope::Deployments))
    }

    fn stored(memory: &Memory) -> Vec<u32> {
        numbers(memory.deployments().iter().map(|known| known.id.as_str()))
    }
}

impl Provider for Releases {
    const NOW: &str = NOW_HTTP;

    fn answer(all: &[Value], variables: &Value) -> Value {
        answer("releases", all, variables)
    }
}

impl Connector for Releases {
    type Source = ReleaseSource;

    fn nodes(count: u32) -> Vec<Value> {
        (1..=count).map(release).collect()
    }

    fn source(setting: &Stage<Self>) -> Self::Source {
        let summary = RepositorySummary { releases: Some(known(&setting.provider)), ..summary() };
        ReleaseSource::new(client(setting), &summary, at(NOW), pages(setting, Scope::Releases))
    }

    fn stored(memory: &Memory) -> Vec<u32> {
        numbers(memory.releases().iter().map(|known| known.id.as_str()))
    }
}

fn numbers<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<u32> {
    let mut numbers: Vec<u32> = ids.map(|id| id.split('_').nth(1).unwrap().parse().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}
