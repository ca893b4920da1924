//! The connector of merge requests, for one group.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use gitlab_client::{GitlabClient, PageSize, ProjectSummary, Survey};
use source::{Context, Expected, Scope, Source, SourceError, Usage, Window};

use crate::cursor::Kept;
use crate::run::Run;

/// Merge requests per page, at most and at first.
const LARGEST_PAGE: u32 = 100;

/// The merge requests of a group and its subgroups.
///
/// The subject is the group's id, `HOST/group/NUMBER`, so that a renamed one keeps its cursor.
#[derive(Debug)]
pub struct MergeRequestSource(Subject);

#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) client: GitlabClient,
    pub(crate) survey: Arc<Survey>,
    /// Places of the projects by their paths.
    pub(crate) projects: HashMap<String, usize>,
    pub(crate) id: String,
    pub(crate) pages: PageSize,
    /// Paths of the projects whose merge requests are to be stored with the folders that they touch.
    pub(crate) with_folders: BTreeSet<String>,
    /// Numbers of the projects whose merge requests alone are read; `None`: of all.
    pub(crate) only: Option<BTreeSet<u64>>,
}

impl Subject {
    /// The project of a path; `None` where the survey does not have it.
    pub(crate) fn project(&self, path: &str) -> Option<&ProjectSummary> {
        self.projects.get(path).map(|place| &self.survey.projects[*place])
    }

    /// Whether merge requests of the project of a path are not asked for.
    pub(crate) fn leaves_out(&self, path: &str) -> bool {
        let is_in = |only: &BTreeSet<u64>| self.project(path).is_some_and(|project| only.contains(&project.number));
        self.only.as_ref().is_some_and(|only| !is_in(only))
    }
}

impl MergeRequestSource {
    /// Those of the group that a survey has found. What is read is dated with the survey.
    pub fn new(client: GitlabClient, survey: Arc<Survey>) -> Self {
        let places = survey.projects.iter().enumerate();
        let projects = places.map(|(place, project)| (project.path.clone(), place)).collect();
        let id = client.id_of("group", survey.group.id);
        let pages = PageSize::new(Scope::PullRequests, LARGEST_PAGE);
        Self(Subject { client, survey, projects, id, pages, with_folders: BTreeSet::new(), only: None })
    }

    /// Reads merge requests of these projects only, by their numbers, or of all. What they leave out is read by the next
    /// import without them.
    #[must_use]
    pub fn only(mut self, projects: Option<BTreeSet<u64>>) -> Self {
        self.0.only = projects;
        self
    }

    /// Asks for the folders, too, that merge requests of these projects touch, by their paths. Where earlier imports did not
    /// ask for those of all of them, everything is read again.
    #[must_use]
    pub fn with_folders(mut self, projects: BTreeSet<String>) -> Self {
        self.0.with_folders = projects;
        self
    }
}

#[async_trait]
impl Source for MergeRequestSource {
    fn scope(&self) -> Scope {
        Scope::PullRequests
    }

    fn subject(&self) -> &str {
        &self.0.id
    }

    fn label(&self) -> &str {
        &self.0.survey.group.full_path
    }

    /// All of them at the first import and with `full`, twice a call for each page. How many have changed is not known before
    /// they are read: one page is expected.
    fn expected(&self, window: Window, cursor: Option<&str>) -> Expected {
        let page = u64::from(LARGEST_PAGE);
        let total = self.0.survey.merge_requests.unwrap_or(page);
        let records =
            if Kept::read(cursor).span(window, &self.0.with_folders).since.is_none() { total } else { total.min(page) };
        Expected { records, calls: 2 * records.div_ceil(page).max(1), points: 0 }
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        Run::new(&self.0, context).run().await
    }
}
