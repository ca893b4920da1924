//! The routes of REST.

use model::Instant;
use serde_json::{Value as Json, json};

use super::ci::{Job, PARENT, Pipeline, ProjectCi};
use super::fault::{GitlabFault, GitlabFaultKind};
use super::forge::{Forge, GROUP, Kind};
use super::list::List;
use super::path::Parameters;
use super::state::GitlabState;
use super::{delivery, issue, labels, merge_request};
use crate::server::reply::Reply;

/// A request below `/api/v4`.
pub(crate) struct Asked<'a> {
    pub(crate) state: &'a GitlabState,
    pub(crate) forge: &'a Forge,
    /// Steps of the path.
    pub(crate) steps: Vec<&'a str>,
    pub(crate) parameters: &'a Parameters,
    /// Address of the server, without a slash at its end.
    pub(crate) base: &'a str,
    /// Its path as it was asked for.
    pub(crate) path: &'a str,
}

fn not_found(what: &str) -> Reply {
    Reply::json(404, &json!({ "message": format!("404 {what} Not Found") }))
}

/// Answers a request.
pub(crate) fn answer(asked: &Asked<'_>) -> Reply {
    match asked.steps.as_slice() {
        ["groups", group, rest @ ..] if asked.forge.is_group(group) => asked.of_group(rest),
        ["groups", ..] => not_found("Group"),
        ["projects", project, rest @ ..] => match asked.forge.find_project(project) {
            Some((repository, true)) => asked.moved(repository, rest),
            Some((repository, false)) => asked.of_project(repository, rest),
            None => not_found("Project"),
        },
        _ => Reply::json(404, &json!({ "error": "404 Not Found" })),
    }
}

impl Asked<'_> {
    fn list(&self) -> List<'_> {
        let counts = self.state.fault(GitlabFaultKind::NoTotals).is_none();
        List { parameters: self.parameters, address: format!("{}{}", self.base, self.path), counts }
    }

    /// Everything from an instant on that a parameter names.
    fn since(&self, parameter: &str) -> Option<Instant> {
        Instant::parse_rfc3339(self.parameters.get(parameter)?)
    }

    fn of_group(&self, rest: &[&str]) -> Reply {
        match rest {
            [] => {
                let path = &self.forge.view.org;
                let address = format!("{}/groups/{path}", self.base);
                Reply::json(
                    200,
                    &json!({
                        "id": GROUP, "name": path, "path": path, "full_path": path, "full_name": path, "web_url": address,
                        "visibility": "private", "parent_id": Json::Null,
                    }),
                )
            }
            ["projects"] => self.projects(),
            ["issues"] => self.changes(Kind::Issue),
            ["issues_statistics"] => self.statistics(),
            ["merge_requests"] => self.changes(Kind::MergeRequest),
            _ => Reply::json(404, &json!({ "error": "404 Not Found" })),
        }
    }

    fn projects(&self) -> Reply {
        let archived = self.parameters.get("archived");
        let is_asked_for = |place: &usize| {
            archived.is_none_or(|archived| (archived == "true") == self.forge.view.repositories[*place].archived)
        };
        let mut found: Vec<usize> = self.forge.projects().filter(is_asked_for).collect();
        if self.parameters.get("sort") != Some("asc") {
            found.reverse();
        }
        self.list().page(&found, |place| self.project(*place))
    }

    fn project(&self, place: usize) -> Json {
        let (forge, repository) = (self.forge, &self.forge.view.repositories[place]);
        let path = forge.path(place);
        json!({
            "id": forge.number(place),
            "name": repository.name,
            "path": repository.name,
            "path_with_namespace": path,
            "default_branch": Some(&repository.default_branch).filter(|branch| !branch.is_empty()),
            "archived": repository.archived,
            "visibility": if repository.private { "private" } else { "public" },
            "web_url": format!("{}/{path}", self.base),
            "issues_access_level": "enabled",
            "merge_requests_access_level": "enabled",
            "builds_access_level": "enabled",
        })
    }

    fn statistics(&self) -> Reply {
        let found = self.state.in_order(self.forge, Kind::Issue, true, None);
        let closed = found.iter().filter(|index| self.forge.view.issues[**index].closed_at.is_some()).count();
        let counts = json!({ "all": found.len(), "closed": closed, "opened": found.len() - closed });
        Reply::json(200, &json!({ "statistics": { "counts": counts } }))
    }

    /// A list of the group: only what one has made oneself unless all is asked for, which is nothing here.
    fn changes(&self, kind: Kind) -> Reply {
        let parameters = self.parameters;
        let archived = parameters.get("non_archived") == Some("false");
        let mut found = match parameters.get("scope") {
            Some("all") => self.state.in_order(self.forge, kind, archived, self.since("updated_after")),
            _ => Vec::new(),
        };
        let is_open = |index: usize| match kind {
            Kind::Issue => self.forge.view.issues[index].closed_at.is_none(),
            Kind::MergeRequest => self.forge.view.pull_requests[index].closed_at.is_none(),
        };
        match parameters.get("state") {
            None | Some("all") => {}
            Some(state) => found.retain(|index| is_open(*index) == (state == "opened")),
        }
        if parameters.get("order_by") != Some("updated_at") {
            found.sort_unstable();
        }
        if parameters.get("sort") != Some("asc") {
            found.reverse();
        }
        let (state, forge) = (self.state, self.forge);
        let reply = self.list().page(&found, |index| {
            let changed_at = state.changed_at(forge, kind, *index);
            match kind {
                Kind::Issue => issue::issue(forge, *index, changed_at, self.base),
                Kind::MergeRequest => merge_request::rest(forge, *index, changed_at, self.base),
            }
        });
        if let Some(first) = found.first().filter(|_| found.len() > 1)
            && state.fault(GitlabFaultKind::MovingItems).is_some()
        {
            state.touch(forge, kind, *first);
        }
        reply
    }

    /// Where a renamed project is now.
    fn moved(&self, repository: usize, rest: &[&str]) -> Reply {
        let mut location = format!("{}/api/v4/projects/{}", self.base, self.forge.number(repository));
        for step in rest {
            location.push('/');
            location.push_str(step);
        }
        Reply::json(301, &json!({ "message": "Moved Permanently" })).with("location", location)
    }

    fn of_project(&self, repository: usize, rest: &[&str]) -> Reply {
        let (state, forge) = (self.state, self.forge);
        let name = &forge.view.repositories[repository].name;
        let refused = |kind| state.next_fault(|fault| fault.kind == kind && fault.concerns(name)).is_some();
        if refused(GitlabFaultKind::NoAccess) {
            return Reply::json(403, &json!({ "message": "403 Forbidden" }));
        }
        if refused(GitlabFaultKind::NotFound) {
            return not_found("Project");
        }
        let find = |kind, number: &str| forge.find(kind, repository, number.parse().ok()?);
        match rest {
            [] => Reply::json(200, &self.project(repository)),
            ["issues", number, list] => match find(Kind::Issue, number) {
                Some(index) => self.of_issue(index, list),
                None => not_found("Issue"),
            },
            ["merge_requests", number] => match find(Kind::MergeRequest, number) {
                Some(index) => {
                    let changed_at = state.changed_at(forge, Kind::MergeRequest, index);
                    Reply::json(200, &merge_request::rest(forge, index, changed_at, self.base))
                }
                None => Reply::json(404, &json!({ "message": "404 Not found" })),
            },
            ["environments"] => self.list().page(&delivery::environments(forge, repository), Json::clone),
            ["deployments"] => self.deployments(repository),
            ["pipelines"] => self.pipelines(repository),
            ["pipelines", id, "jobs"] => self.jobs_of_pipeline(repository, id),
            ["jobs"] => self.jobs(repository),
            ["repository", "commits"] => self.commits(repository),
            ["repository", "commits", sha] => {
                let commits = &self.forge.view.repositories[repository].commits;
                commits.iter().find(|commit| commit.sha == *sha).map_or_else(
                    || not_found("Commit"),
                    |commit| Reply::json(200, &delivery::commit(self.forge, repository, commit)),
                )
            }
            _ => Reply::json(404, &json!({ "error": "404 Not Found" })),
        }
    }

    fn of_issue(&self, index: usize, list: &str) -> Reply {
        let events = match list {
            "resource_state_events" => issue::state_events(self.forge, index),
            // A server without a licence for iterations does not know the list.
            "resource_iteration_events" if !self.forge.view.iterations.is_empty() => {
                let name = &self.forge.view.repositories[self.forge.view.issues[index].repository].name;
                let is_refused =
                    |fault: &GitlabFault| fault.kind == GitlabFaultKind::NoIterations && fault.concerns(name);
                if self.state.next_fault(is_refused).is_some() {
                    return Reply::json(403, &json!({ "message": "403 Forbidden" }));
                }
                issue::iteration_events(self.forge, index)
            }
            "resource_label_events" => {
                let deleted = self.state.fault(GitlabFaultKind::DeletedLabels);
                let is_deleted = |label: &str| match deleted.as_ref().map(|fault| fault.word.as_deref()) {
                    None => false,
                    Some(None) => labels::column(label).is_none(),
                    Some(Some(column)) => labels::column(label) == Some(column),
                };
                labels::events(self.forge, index, is_deleted)
            }
            _ => return Reply::json(404, &json!({ "error": "404 Not Found" })),
        };
        self.list().page(&events, Json::clone)
    }

    fn deployments(&self, repository: usize) -> Reply {
        let mut found = delivery::deployments(self.forge, repository);
        let (since, is_by_change) =
            (self.since("updated_after"), self.parameters.get("order_by") == Some("updated_at"));
        if since.is_some() != is_by_change {
            let message = "400 Bad request - `updated_at` filter and `updated_at` sorting must be paired";
            return Reply::json(400, &json!({ "message": message }));
        }
        if let Some(since) = since {
            found.retain(|one| one.changed_at >= since);
            found.sort_by_key(|one| one.changed_at);
        }
        if self.parameters.get("sort").is_some_and(|sort| sort != "asc") {
            found.reverse();
        }
        self.list().page(&found, |one| delivery::deployment(self.forge, repository, one, self.base))
    }

    /// Pipelines that others start are only listed when they are asked for by their source.
    fn pipelines(&self, repository: usize) -> Reply {
        let source = self.parameters.get("source");
        let since = self.since("updated_after");
        let is_asked = |pipeline: &&Pipeline| {
            let is_of_source = source.map_or(pipeline.source != PARENT, |source| source == pipeline.source);
            is_of_source && since.is_none_or(|since| pipeline.updated_at >= since)
        };
        let mut found: Vec<&Pipeline> = self.forge.ci(repository).pipelines.iter().filter(is_asked).collect();
        match self.parameters.get("order_by") {
            Some("updated_at") => found.sort_by_key(|pipeline| (pipeline.updated_at, pipeline.id)),
            _ => found.sort_by_key(|pipeline| pipeline.id),
        }
        if self.parameters.get("sort") != Some("asc") {
            found.reverse();
        }
        self.list().page(&found, |pipeline| ProjectCi::shown(self.forge, repository, pipeline, self.base))
    }

    /// What was run again is left out unless it is asked for.
    fn jobs_of_pipeline(&self, repository: usize, id: &str) -> Reply {
        let id: Option<u64> = id.parse().ok();
        let ci = self.forge.ci(repository);
        let with_retried = self.parameters.get("include_retried") == Some("true");
        let is_asked = |job: &&Job| Some(job.pipeline) == id && (with_retried || !job.is_retried);
        let mut found: Vec<&Job> = ci.jobs.iter().filter(is_asked).collect();
        if found.is_empty() && !ci.pipelines.iter().any(|pipeline| Some(pipeline.id) == id) {
            return Reply::json(404, &json!({ "message": "404 Not found" }));
        }
        found.reverse();
        self.list().page(&found, |job| job.shown(self.forge, repository, self.base))
    }

    /// All jobs of a project, the newest first, from a key on where that is asked for.
    fn jobs(&self, repository: usize) -> Reply {
        let jobs = &self.forge.ci(repository).jobs;
        let show = |job: &&Job| job.shown(self.forge, repository, self.base);
        let newest: Vec<&Job> = jobs.iter().rev().collect();
        if self.parameters.get("pagination") != Some("keyset") {
            return self.list().page(&newest, show);
        }
        let is_by_id = self.parameters.get("order_by").is_none_or(|order| order == "id");
        if !is_by_id || self.parameters.get("sort").is_some_and(|sort| sort != "desc") {
            let message = "405 Method Not Allowed";
            return Reply::json(405, &json!({ "error": message }));
        }
        self.list().page_behind(&newest, |job| job.id, show)
    }

    fn commits(&self, repository: usize) -> Reply {
        let named = self.parameters.get("ref_name").unwrap_or(&self.forge.view.repositories[repository].default_branch);
        let Some(mut found) = delivery::commits(self.forge, repository, named) else { return not_found("Commit") };
        if let Some(since) = self.since("since") {
            found.retain(|commit| commit.committed_at >= since);
        }
        // Counting commits is too much work for GitLab.
        let list = List { counts: false, ..self.list() };
        list.page(&found, |commit| delivery::commit(self.forge, repository, commit))
    }
}
