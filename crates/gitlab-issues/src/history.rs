//! What is asked for each issue: the events of its labels and of its state, its statuses where a board is of them, and its
//! iterations where they are asked for.

use gitlab_client::{GitlabClient, GraphqlQuery, PageSize};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use source::{Context, ErrorKind, SourceError};

use crate::convert::project_path;
use crate::iterations::{Iterations, Refusing};
use crate::source::IssueRules;
use crate::statuses::{Note, QUERY, Statuses};
use crate::wire::{Issue, LabelEvent, StateEvent};

/// All of it, and the calls that it took.
#[derive(Debug)]
pub(crate) struct History {
    pub(crate) labels: Vec<LabelEvent>,
    pub(crate) states: Vec<StateEvent>,
    /// `None` where no board asks for it.
    pub(crate) statuses: Option<Statuses>,
    pub(crate) iterations: Iterations,
    pub(crate) calls: u64,
}

/// Who asks.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) client: &'a GitlabClient,
    pub(crate) rules: &'a IssueRules,
    /// Of notes.
    pub(crate) pages: &'a PageSize,
    pub(crate) context: &'a Context<'a>,
    /// Whether iterations are asked for.
    pub(crate) with_iterations: bool,
    /// Projects that do not tell them.
    pub(crate) refusing: &'a Refusing,
}

impl Asking<'_> {
    /// The history of an issue.
    pub(crate) async fn history(self, issue: &Issue) -> Result<History, SourceError> {
        let ((labels, of_labels), (states, of_states), (statuses, of_statuses), (iterations, of_iterations)) = tokio::try_join!(
            self.all::<LabelEvent>(issue, "resource_label_events"),
            self.all::<StateEvent>(issue, "resource_state_events"),
            self.statuses(issue),
            self.iterations(issue),
        )?;
        let calls = of_labels + of_states + of_statuses + of_iterations;
        Ok(History { labels, states, statuses, iterations, calls })
    }

    /// The iterations of an issue. A project that does not show them is not asked again.
    pub(crate) async fn iterations(self, issue: &Issue) -> Result<(Iterations, u64), SourceError> {
        let project = issue.project_id;
        if !self.with_iterations {
            return Ok((Iterations::NotAsked, 0));
        }
        if self.refusing.has(project) {
            return Ok((Iterations::Refused(None), 0));
        }
        match self.all(issue, "resource_iteration_events").await {
            Ok((events, calls)) => Ok((Iterations::Told(events), calls)),
            Err(error) if matches!(error.kind, ErrorKind::NoAccess | ErrorKind::NotFound) => {
                self.refusing.add(project);
                Ok((Iterations::Refused(Some(error.message)), 1))
            }
            Err(error) => Err(error),
        }
    }

    /// All entries of a list of an issue, and the calls that they took.
    async fn all<T: DeserializeOwned + Send>(self, issue: &Issue, list: &str) -> Result<(Vec<T>, u64), SourceError> {
        let (project, number) = (issue.project_id.to_string(), issue.iid.to_string());
        let what = format!("{list} of the issue {number} of the project {project}");
        let path = ["projects", &project, "issues", &number, list];
        let (client, progress, cancel) = (self.client, self.context.progress, &self.context.cancel);
        let mut page = client.list::<T>(&what, &path, &[("per_page", "100")], progress, cancel).await?;
        let (mut entries, mut calls) = (page.entries, page.calls);
        while let Some(next) = page.next.take() {
            page = client.next::<T>(&what, &next, progress, cancel).await?;
            calls += page.calls;
            entries.append(&mut page.entries);
        }
        Ok((entries, calls))
    }

    /// The present status of an issue and its notes of activity, where it is on a board of statuses.
    async fn statuses(self, issue: &Issue) -> Result<(Option<Statuses>, u64), SourceError> {
        let Some(project) = project_path(issue).filter(|path| self.rules.asks_for_statuses(path)) else {
            return Ok((None, 0));
        };
        let what = format!("the status of {project}#{}", issue.iid);
        let (mut statuses, mut calls, mut cursor) = (Statuses::default(), 0, None::<String>);
        loop {
            let number = issue.iid.to_string();
            let make = |first: u32| json!({"project": project, "iid": number, "first": first, "cursor": cursor});
            let query = GraphqlQuery { document: QUERY, what: &what };
            let asked = self.client.query::<Data>(query, self.pages, make, self.context.progress, &self.context.cancel);
            let reply = asked.await.map_err(without_statuses)?;
            calls += reply.calls;
            // What is not shown to GraphQL, or is of a type that it knows not as an issue, has no status here.
            let Some(found) = reply.data.project.and_then(|project| project.issue) else { break };
            statuses.present = found.status.map(|status| status.name);
            statuses.notes.extend(found.notes.nodes);
            match found.notes.page_info.end_cursor.filter(|_| found.notes.page_info.has_next_page) {
                Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
                _ => break,
            }
        }
        Ok((Some(statuses), calls))
    }
}

/// Says what to do where a server has no statuses at all.
fn without_statuses(error: SourceError) -> SourceError {
    if error.kind != ErrorKind::UnexpectedResponse || !error.message.contains("'status'") {
        return error;
    }
    let message = format!(
        "{}: GitLab has statuses from 18.2 on, on Premium and Ultimate; on another server take the board with columns: status out \
         of gitlab.boards",
        error.message
    );
    SourceError { message, ..error }
}

#[derive(Debug, Deserialize)]
struct Data {
    project: Option<Project>,
}

#[derive(Debug, Deserialize)]
struct Project {
    issue: Option<Found>,
}

#[derive(Debug, Deserialize)]
struct Found {
    status: Option<Named>,
    notes: Notes,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notes {
    page_info: PageInfo,
    nodes: Vec<Note>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}
