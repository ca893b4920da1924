//! One look at a group: its id, and its projects with those of its subgroups.

use model::Instant;
use model::records::{Place, Repository};
use serde::Deserialize;
use source::{Batch, FullCrawl, Progress, Scope, SourceError};
use tokio_util::sync::CancellationToken;

use crate::{GitlabClient, GraphqlQuery, PageSize};

/// What a group holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    /// The group.
    pub group: Group,
    /// The provider's time when the survey began: what changed later may be missing.
    pub at: Instant,
    /// Its projects and those of its subgroups, in order of their ids; not those that are only shared with it.
    pub projects: Vec<ProjectSummary>,
    /// How many issues there are; `None` where GitLab does not say.
    pub issues: Option<u64>,
    /// How many merge requests there are; `None` where GitLab does not say.
    pub merge_requests: Option<u64>,
}

/// A group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Group {
    /// Its number on the server.
    pub id: u64,
    /// Its path as GitLab writes it: `acme/platform`.
    pub full_path: String,
}

/// A project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectSummary {
    /// Its number on the server.
    pub number: u64,
    /// Its whole path: `acme/shop/api`.
    pub path: String,
    /// Whether it can have deployments: neither its environments nor its repository is switched off.
    pub may_deploy: bool,
    /// Whether it can have pipelines: CI is not switched off.
    pub may_build: bool,
    /// It as a repository: the organisation is the top group, the name the path below it.
    pub record: Repository,
}

impl Survey {
    /// What says, project by project, that everything of a scope was read in the crawl of this generation: what it did not
    /// meet is gone.
    pub fn crawled(&self, scope: Scope, generation: i64) -> impl Iterator<Item = Batch> {
        self.projects.iter().map(move |project| Batch {
            scope,
            subject: project.record.id.clone(),
            records: Vec::new(),
            cursor: None,
            observed_at: self.at,
            full_crawl: Some(FullCrawl { generation, complete: true }),
        })
    }
}

impl ProjectSummary {
    /// Where what has this number in it is.
    pub fn place(&self, number: u64) -> Place {
        Place { number: number.to_string(), ..self.record.place() }
    }
}

/// What is good to know, and nothing rests on it.
fn unless_fatal<T>(found: Result<T, SourceError>) -> Result<Option<T>, SourceError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_fatal() => Err(error),
        Err(error) => {
            tracing::debug!(%error, "{error}");
            Ok(None)
        }
    }
}

#[derive(Deserialize)]
struct Project {
    id: u64,
    path_with_namespace: String,
    default_branch: Option<String>,
    #[serde(default)]
    archived: bool,
    visibility: Option<String>,
    environments_access_level: Option<String>,
    builds_access_level: Option<String>,
    repository_access_level: Option<String>,
}

impl GitlabClient {
    /// A group by its path, and the provider's time. Fails as [`GitlabClient::list`] does.
    pub async fn group(
        &self,
        path: &str,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<(Group, Instant), SourceError> {
        self.object(&format!("the group {path}"), &["groups", path], &[], progress, cancel).await
    }

    /// Looks at a group. Fails as [`GitlabClient::list`] does.
    pub async fn survey(
        &self,
        group: &str,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<Survey, SourceError> {
        let (found, at) = self.group(group, progress, cancel).await?;
        let what = format!("projects of {group}");
        // By default projects that are shared with the group are listed too: they are others'.
        let query = [
            ("include_subgroups", "true"),
            ("with_shared", "false"),
            ("order_by", "id"),
            ("sort", "asc"),
            ("per_page", "100"),
        ];
        let mut page = self.list::<Project>(&what, &["groups", group, "projects"], &query, progress, cancel).await?;
        let mut projects = Vec::new();
        loop {
            projects.extend(page.entries.into_iter().map(|project| self.summary(project)));
            let Some(next) = page.next else { break };
            page = self.next(&what, &next, progress, cancel).await?;
        }
        let issues = self.count_of_issues(group, progress, cancel).await?;
        let merge_requests = self.count_of_merge_requests(&found.full_path, progress, cancel).await?;
        Ok(Survey { group: found, at, projects, issues, merge_requests })
    }

    async fn count_of_issues(
        &self,
        group: &str,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<Option<u64>, SourceError> {
        #[derive(Deserialize)]
        struct Found {
            statistics: Statistics,
        }
        #[derive(Deserialize)]
        struct Statistics {
            counts: Counts,
        }
        #[derive(Deserialize)]
        struct Counts {
            all: u64,
        }
        let what = format!("the number of issues of {group}");
        let path = ["groups", group, "issues_statistics"];
        let found = self.object::<Found>(&what, &path, &[("scope", "all")], progress, cancel).await;
        unless_fatal(found.map(|(found, _)| found.statistics.counts.all))
    }

    async fn count_of_merge_requests(
        &self,
        group: &str,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<Option<u64>, SourceError> {
        #[derive(Deserialize)]
        struct Found {
            group: Option<InGroup>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct InGroup {
            merge_requests: Count,
        }
        #[derive(Deserialize)]
        struct Count {
            count: u64,
        }
        let document = "query($group: ID!) { group(fullPath: $group) {
            mergeRequests(includeSubgroups: true, includeArchived: true) { count } } }";
        let query = GraphqlQuery { document, what: &format!("the number of merge requests of {group}") };
        let make = |_| serde_json::json!({"group": group});
        let found = self.query::<Found>(query, &PageSize::new(Scope::PullRequests, 1), make, progress, cancel).await;
        unless_fatal(found.map(|reply| reply.data.group.map(|group| group.merge_requests.count))).map(Option::flatten)
    }

    fn summary(&self, project: Project) -> ProjectSummary {
        let is_on = |level: &Option<String>| level.as_deref() != Some("disabled");
        let may_deploy = is_on(&project.environments_access_level) && is_on(&project.repository_access_level);
        let may_build = is_on(&project.builds_access_level);
        let path = project.path_with_namespace;
        let (org, name) = path.split_once('/').unwrap_or(("", &path));
        let record = Repository {
            org: org.to_owned(),
            name: name.to_owned(),
            owner: path.rsplit_once('/').map_or("", |(namespace, _)| namespace).to_owned(),
            private: project.visibility.as_deref() != Some("public"),
            id: self.id_of("project", project.id),
            archived: project.archived,
            host: self.host(),
            default_branch: project.default_branch.unwrap_or_default(),
        };
        ProjectSummary { number: project.id, path, may_deploy, may_build, record }
    }
}
