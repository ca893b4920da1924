//! A project that answers as GitLab does, in pages of two.

use connector_testing::at;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// What the project has.
#[derive(Clone, Default)]
pub(crate) struct Project {
    pub(crate) environments: Vec<Value>,
    pub(crate) deployments: Vec<Value>,
    /// Parents before children.
    pub(crate) commits: Vec<Value>,
    /// Whether the list of an absent commit says so, instead of being empty.
    pub(crate) tells_absent: bool,
}

/// A deployment by a job.
pub(crate) fn deployment(number: u64, environment: &str, status: &str, updated_at: &str) -> Value {
    json!({
        "id": number, "iid": number, "ref": "main", "sha": "a".repeat(40), "status": status,
        "created_at": "2026-01-01T00:00:00.250Z", "updated_at": updated_at, "user": {"username": "ada"},
        "environment": {"id": 1, "name": environment},
        "deployable": {
            "id": 7, "name": "deploy", "started_at": "2026-01-01T00:01:00.900Z", "finished_at": updated_at,
            "web_url": "https://gitlab.example/acme/api/-/jobs/7", "pipeline": {"id": 5},
        },
    })
}

/// A deployment of which somebody else tells.
pub(crate) fn told(number: u64, status: &str, updated_at: &str) -> Value {
    let mut told = deployment(number, "production", status, updated_at);
    told["deployable"] = Value::Null;
    told
}

pub(crate) fn environment(name: &str, tier: &str) -> Value {
    json!({"id": 1, "name": name, "tier": tier, "state": "available"})
}

/// A commit of a day of January.
pub(crate) fn commit(name: char, parents: &str, day: u32) -> Value {
    let sha = |name: char| name.to_string().repeat(40);
    let date = format!("2026-01-{day:02}T12:00:00.000+01:00");
    let parents: Vec<String> = parents.chars().map(sha).collect();
    json!({"id": sha(name), "parent_ids": parents, "authored_date": date, "committed_date": date, "message": "Why"})
}

impl Project {
    pub(crate) async fn serve(self) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(wiremock::matchers::any()).respond_with(self).mount(&server).await;
        server
    }

    fn changed_since(&self, since: &str) -> Vec<Value> {
        let of = |wire: &Value| at(wire["updated_at"].as_str().expect("a time"));
        let mut changed: Vec<Value> = self.deployments.iter().filter(|wire| of(wire) >= at(since)).cloned().collect();
        changed.sort_by_key(of);
        changed
    }

    fn commit(&self, sha: &str) -> Option<&Value> {
        self.commits.iter().find(|commit| commit["id"] == sha)
    }

    /// A commit and what is before it, not older than `since`, the newest first.
    fn history(&self, sha: &str, since: &str) -> Vec<Value> {
        let mut wanted = vec![sha.to_owned()];
        let mut found = Vec::new();
        for commit in self.commits.iter().rev() {
            if wanted.iter().any(|sha| commit["id"] == *sha) {
                let parents = commit["parent_ids"].as_array().expect("parents").iter();
                wanted.extend(parents.map(|parent| parent.as_str().expect("a text").to_owned()));
                found.push(commit.clone());
            }
        }
        found.retain(|commit| at(commit["committed_date"].as_str().expect("a time")) >= at(since));
        found
    }
}

fn page_of(entries: &[Value], request: &Request) -> ResponseTemplate {
    let page: usize = parameter(request, "page").map_or(1, |page| page.parse().expect("a number"));
    let begin = (2 * (page - 1)).min(entries.len());
    let end = (begin + 2).min(entries.len());
    let reply = ResponseTemplate::new(200).set_body_json(&entries[begin..end]);
    if end == entries.len() {
        return reply;
    }
    let mut next = request.url.clone();
    let others: Vec<(String, String)> = next.query_pairs().into_owned().filter(|(name, _)| name != "page").collect();
    next.query_pairs_mut().clear().extend_pairs(others).append_pair("page", &(page + 1).to_string());
    reply.insert_header("link", format!("<{next}>; rel=\"next\"").as_str())
}

fn parameter(request: &Request, name: &str) -> Option<String> {
    request.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn absent(what: &str) -> ResponseTemplate {
    ResponseTemplate::new(404).set_body_json(json!({"message": format!("404 {what} Not Found")}))
}

impl Respond for Project {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let path = request.url.path().strip_prefix("/api/v4/projects/201/").expect("the project");
        match path {
            "environments" => page_of(&self.environments, request),
            "deployments" => {
                // GitLab refuses this order without an instant to begin from.
                let Some(since) = parameter(request, "updated_after") else { return ResponseTemplate::new(400) };
                page_of(&self.changed_since(&since), request)
            }
            "repository/commits" => {
                let sha = parameter(request, "ref_name").expect("a commit");
                if self.tells_absent && self.commit(&sha).is_none() {
                    return absent("Commit");
                }
                page_of(&self.history(&sha, &parameter(request, "since").expect("a time")), request)
            }
            _ => match self.commit(path.strip_prefix("repository/commits/").expect("a commit")) {
                Some(commit) => ResponseTemplate::new(200).set_body_json(commit),
                None => absent("Commit"),
            },
        }
    }
}
