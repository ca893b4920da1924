//! What would be fetched, and what it is expected to cost.

use std::sync::Arc;

use github_client::{PageSize, Survey};
use github_issues::IssueSource;
use github_projects::ProjectItemSource;
use github_prs::PullRequestSource;
use source::{Expected, Source, Window};
use store::Store;

use crate::Arguments;
use crate::connection::Target;
use crate::failure::Failure;

/// A source with the cursor that the last import left.
pub(crate) struct Task {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) cursor: Option<String>,
    pub(crate) expected: Expected,
}

/// Everything that one run fetches. Boards come after issues: cards refer to them.
pub(crate) struct Plan {
    pub(crate) repositories: Vec<Task>,
    pub(crate) boards: Vec<Task>,
    /// Repositories and boards that were asked for and cannot be read: what, and why.
    pub(crate) missing: Vec<(String, String)>,
}

impl Plan {
    /// From the survey of the organisation, the flags and what the store holds.
    pub(crate) fn new(
        arguments: &Arguments,
        target: &Target,
        survey: &Survey,
        store: Option<&Store>,
    ) -> Result<Self, Failure> {
        let pages = PageSizes::new();
        let window = Window { since: arguments.since, full: arguments.full };
        let mut plan = Self { repositories: Vec::new(), boards: Vec::new(), missing: Vec::new() };
        for part in &survey.incomplete {
            plan.missing.push((target.org.clone(), part.clone()));
        }
        for name in &arguments.repo {
            if !survey.repositories.iter().any(|repository| repository.record.name == *name) {
                plan.missing.push((
                    format!("{}/{name}", target.org),
                    "no such repository, or the token may not see it".to_owned(),
                ));
            }
        }
        for repository in &survey.repositories {
            if !arguments.repo.is_empty() && !arguments.repo.contains(&repository.record.name) {
                continue;
            }
            if arguments.wants_issues() {
                let source =
                    Arc::new(IssueSource::new(target.client.clone(), repository, survey.at, Arc::clone(&pages.issues)));
                plan.repositories.push(task(source, window, store)?);
            }
            if arguments.wants_pull_requests() {
                let source = Arc::new(PullRequestSource::new(
                    target.client.clone(),
                    repository,
                    survey.at,
                    Arc::clone(&pages.pull_requests),
                ));
                plan.repositories.push(task(source, window, store)?);
            }
        }
        if arguments.wants_issues() {
            for project in &survey.projects {
                let source = Arc::new(ProjectItemSource::new(
                    target.client.clone(),
                    project,
                    survey.at,
                    Arc::clone(&pages.items),
                ));
                plan.boards.push(task(source, window, store)?);
            }
            if let Some(reason) = &survey.projects_error {
                plan.missing.push((format!("boards of {}", target.org), reason.clone()));
            }
        }
        Ok(plan)
    }

    /// All tasks.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.repositories.iter().chain(&self.boards)
    }

    /// Calls and points of all tasks, and the records to read at most.
    pub(crate) fn expected(&self) -> Expected {
        self.tasks().fold(Expected::default(), |sum, task| Expected {
            records: sum.records + task.expected.records,
            calls: sum.calls + task.expected.calls,
            points: sum.points + task.expected.points,
        })
    }
}

/// Page sizes that all repositories and boards share: one that is too heavy teaches the others.
struct PageSizes {
    issues: Arc<PageSize>,
    pull_requests: Arc<PageSize>,
    items: Arc<PageSize>,
}

impl PageSizes {
    fn new() -> Self {
        Self {
            issues: Arc::new(IssueSource::page_size()),
            pull_requests: Arc::new(PullRequestSource::page_size()),
            items: Arc::new(ProjectItemSource::page_size()),
        }
    }
}

fn task(source: Arc<dyn Source>, window: Window, store: Option<&Store>) -> Result<Task, Failure> {
    let cursor = match store {
        Some(store) => store.cursor(source.scope().name(), source.subject())?,
        None => None,
    };
    let expected = source.expected(window, cursor.as_deref());
    Ok(Task { source, cursor, expected })
}
