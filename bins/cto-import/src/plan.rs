//! Dry run: the plan of an import and its expected cost.

use std::collections::BTreeSet;
use std::sync::Arc;

use config_model::{CiImport, CiJobs};
use github_actions::{BillSource, CiSource, Depth, Jobs, RunSource, Shared};
use github_client::{DEFAULT_STATUS_FIELD, PageSize, ProjectSummary, RepositorySummary, Survey};
use github_deployments::{CommitSource, DeploymentSource, ReleaseSource};
use github_issues::{Cards, IssueSource, MovedIssueSource};
use github_projects::ProjectItemSource;
use github_prs::PullRequestSource;
use model::Instant;
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
    /// Since when changes are stored, where that is not from the beginning.
    pub(crate) since: Option<Instant>,
}

/// Everything that one run fetches. Boards come after issues: cards refer to them. Commits come after deployments and
/// releases: those say which are read.
pub(crate) struct Plan {
    pub(crate) repositories: Vec<Task>,
    pub(crate) commits: Vec<Task>,
    pub(crate) boards: Vec<Task>,
    /// What the organisation is billed.
    pub(crate) bills: Vec<Task>,
    /// Repositories and boards that were asked for and cannot be read: what, and why.
    pub(crate) missing: Vec<(String, String)>,
    /// What is expected because folders of pull requests are asked for; `None` where none are.
    pub(crate) for_folders: Option<Expected>,
    pub(crate) pages: PageSizes,
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
        let mut plan = Self {
            repositories: Vec::new(),
            commits: Vec::new(),
            boards: Vec::new(),
            bills: Vec::new(),
            missing: Vec::new(),
            for_folders: None,
            pages,
        };
        let deliveries_missing = survey.deliveries_missing.iter().filter(|_| arguments.wants_deliveries());
        for part in survey.incomplete.iter().chain(deliveries_missing) {
            plan.missing.push((target.org.clone(), part.clone()));
        }
        let cards = cards_of(target, survey);
        let ci = target.ci.as_ref().map(|import| (import, Arc::new(Shared::default())));
        for repository in &survey.repositories {
            if !arguments.repo.is_empty() && !arguments.repo.contains(&repository.record.name) {
                continue;
            }
            if arguments.wants_issues() {
                let pages = Arc::clone(&plan.pages.issues);
                let source = IssueSource::new(target.client.clone(), repository, survey.at, pages)
                    .with_cards(Arc::clone(&cards));
                plan.repositories.push(task(Arc::new(source), window, store)?);
            }
            if arguments.wants_pull_requests() {
                plan.add_pull_requests(target, repository, survey.at, window, store)?;
            }
            if arguments.wants_deliveries() {
                plan.add_deliveries(target, repository, survey.at, window, store)?;
            }
            if let Some((import, shared)) = &ci {
                let workflows = workflows(arguments, target, repository);
                let source =
                    runs_of(target, repository, survey.at, (import, shared)).map(|runs| runs.with_workflows(workflows));
                if let Some(source) = source {
                    plan.repositories.push(task(Arc::new(source), window, store)?);
                }
            }
        }
        // An organisation has one bill, whatever repositories are named.
        if let Some(import) = target.ci.as_ref().filter(|_| !target.client.is_enterprise_server()) {
            let source = BillSource::new(target.client.clone(), &target.org, &import.cost_centers, survey.at);
            plan.bills.push(task(Arc::new(source), window, store)?);
        }
        if arguments.wants_issues() {
            for project in &survey.projects {
                let pages = Arc::clone(&plan.pages.items);
                let source = ProjectItemSource::new(target.client.clone(), project, survey.at, pages)
                    .with_status_field(project, target.status_field(&project.record));
                plan.boards.push(task(Arc::new(source), window, store)?);
            }
            if let Some(reason) = &survey.projects_error {
                plan.missing.push((format!("boards of {}", target.org), reason.clone()));
            }
        }
        Ok(plan)
    }

    /// The pull requests of a repository, with folders where a service of it names some.
    fn add_pull_requests(
        &mut self,
        target: &Target,
        repository: &RepositorySummary,
        at: Instant,
        window: Window,
        store: Option<&Store>,
    ) -> Result<(), Failure> {
        let (pages, record) = (Arc::clone(&self.pages.pull_requests), &repository.record);
        let source = PullRequestSource::new(target.client.clone(), repository, at, pages);
        if !target.delivery.tells_folders_apart(&record.org, &record.name) {
            self.repositories.push(task(Arc::new(source), window, store)?);
            return Ok(());
        }
        let lacking = store.map_or(Ok(Vec::new()), |store| store.lacking_folders(&record.id))?;
        let whole = task(Arc::new(source.clone().with_folders(lacking)), window, store)?;
        let plain = task(Arc::new(source), window, store)?;
        let added = self.for_folders.get_or_insert_default();
        added.records += whole.expected.records - plain.expected.records;
        added.calls += whole.expected.calls - plain.expected.calls;
        added.points += whole.expected.points - plain.expected.points;
        self.repositories.push(whole);
        Ok(())
    }

    /// What a repository ships, and the runs of the workflows that the configuration names there; nothing of one that the
    /// survey shows to deploy and release nothing and that has no such workflow. Of a list that may not
    /// be read the survey has said so.
    fn add_deliveries(
        &mut self,
        target: &Target,
        repository: &RepositorySummary,
        at: Instant,
        window: Window,
        store: Option<&Store>,
    ) -> Result<(), Failure> {
        let (deployments, releases) = (repository.deployments, repository.releases);
        let workflows = target.delivery.workflows_of(&repository.record.org, &repository.record.name);
        let shows_none = [deployments, releases].into_iter().flatten().all(|known| known.total == 0);
        if shows_none && workflows.is_empty() {
            return Ok(());
        }
        let client = || target.client.clone();
        let mut lists: Vec<Arc<dyn Source>> = Vec::new();
        // With all runs come those of the workflows that deploy.
        if !workflows.is_empty() && target.ci.is_none() {
            lists.push(Arc::new(RunSource::new(client(), repository, at, workflows)));
        }
        if deployments.is_some() {
            let pages = Arc::clone(&self.pages.deployments);
            lists.push(Arc::new(DeploymentSource::new(client(), repository, at, pages)));
        }
        if releases.is_some() {
            let pages = Arc::clone(&self.pages.releases);
            lists.push(Arc::new(ReleaseSource::new(client(), repository, at, pages)));
        }
        for list in lists {
            self.repositories.push(task(list, window, store)?);
        }
        let commits = CommitSource::new(client(), repository, at, Arc::clone(&self.pages.commits));
        self.commits.push(task(Arc::new(commits), window, store)?);
        Ok(())
    }

    /// The issues whose cards were seen to move after they were last read, once the boards were read, those that were read
    /// while a board was away, those with changed cards on boards that tell no status, and those that are `elsewhere`. `None` when there are none.
    pub(crate) fn moved_issues(
        target: &Target,
        survey: &Survey,
        pages: &PageSizes,
        store: &Store,
        elsewhere: Vec<String>,
    ) -> Result<Option<Task>, Failure> {
        let mut ids = store.issues_behind_their_cards()?;
        ids.extend(store.issues_behind_boards()?);
        for board in boards_without_status(target, survey) {
            ids.extend(store.issues_with_changed_cards(&board)?);
        }
        ids.extend(elsewhere);
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(None);
        }
        let pages = Arc::clone(&pages.issues);
        let source =
            MovedIssueSource::new(target.client.clone(), &target.org, &survey.repositories, survey.at, ids, pages)
                .with_cards(cards_of(target, survey));
        let expected = source.expected(Window::default(), None);
        Ok(Some(Task { source: Arc::new(source), cursor: None, expected, since: None }))
    }

    /// All tasks.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.repositories.iter().chain(&self.commits).chain(&self.boards).chain(&self.bills)
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

/// The workflows whose runs deploy, where deployments are asked for.
fn workflows(arguments: &Arguments, target: &Target, repository: &RepositorySummary) -> Vec<String> {
    if !arguments.wants_deliveries() {
        return Vec::new();
    }
    target.delivery.workflows_of(&repository.record.org, &repository.record.name)
}

/// All runs of a repository; `None` of one that is empty: without a branch nothing runs.
fn runs_of(
    target: &Target,
    repository: &RepositorySummary,
    at: Instant,
    (import, shared): (&CiImport, &Arc<Shared>),
) -> Option<CiSource> {
    let is_told = repository.deployments.is_some() || repository.releases.is_some();
    if is_told && repository.record.default_branch.is_empty() {
        return None;
    }
    let jobs = match import.jobs {
        CiJobs::Batched => Jobs::Batched,
        CiJobs::Exact => Jobs::Exact,
        CiJobs::Off => Jobs::Off,
    };
    let depth = Depth { months: import.months, jobs };
    Some(CiSource::new(target.client.clone(), repository, at, depth, Arc::clone(shared)))
}

/// What issues are asked of their cards. A board without the default field has renamed it, and timelines go on telling of
/// it.
fn cards_of(target: &Target, survey: &Survey) -> Arc<Cards> {
    let with_default_field = |takes_it: bool| {
        ids_of(survey, |board| {
            (target.status_field(&board.record) == DEFAULT_STATUS_FIELD) == takes_it && has_default_field(board)
        })
    };
    Arc::new(Cards {
        bug_source: target.bug_source.clone(),
        status_shown: with_default_field(true),
        moves_untold: with_default_field(false),
    })
}

/// Ids of the boards that tell nothing of the status of their cards.
fn boards_without_status(target: &Target, survey: &Survey) -> BTreeSet<String> {
    ids_of(survey, |board| {
        let wanted = target.status_field(&board.record);
        board.single_selects.iter().all(|field| field.name != wanted)
    })
}

fn has_default_field(board: &ProjectSummary) -> bool {
    board.single_selects.iter().any(|field| field.name == DEFAULT_STATUS_FIELD)
}

fn ids_of(survey: &Survey, is_meant: impl Fn(&ProjectSummary) -> bool) -> BTreeSet<String> {
    let boards = survey.projects.iter().filter(|board| is_meant(board));
    boards.map(|board| github_projects::subject_of(&board.record).to_owned()).collect()
}

/// Page sizes that all repositories and boards share: one that is too heavy teaches the others.
pub(crate) struct PageSizes {
    issues: Arc<PageSize>,
    pub(crate) pull_requests: Arc<PageSize>,
    items: Arc<PageSize>,
    pub(crate) deployments: Arc<PageSize>,
    pub(crate) releases: Arc<PageSize>,
    commits: Arc<PageSize>,
}

impl PageSizes {
    pub(crate) fn new() -> Self {
        Self {
            issues: Arc::new(IssueSource::page_size()),
            pull_requests: Arc::new(PullRequestSource::page_size()),
            items: Arc::new(ProjectItemSource::page_size()),
            deployments: Arc::new(DeploymentSource::page_size()),
            releases: Arc::new(ReleaseSource::page_size()),
            commits: Arc::new(CommitSource::page_size()),
        }
    }
}

/// A source with what the store remembers of it.
pub(crate) fn task(source: Arc<dyn Source>, window: Window, store: Option<&Store>) -> Result<Task, Failure> {
    let cursor = match store {
        Some(store) => store.cursor(source.scope(), source.subject())?,
        None => None,
    };
    let expected = source.expected(window, cursor.as_deref());
    Ok(Task { source, cursor, expected, since: None })
}
