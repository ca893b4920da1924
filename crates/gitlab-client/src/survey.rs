//! One look at a group: its id, and its projects with those of its subgroups.

use model::Instant;
use model::records::{Place, Repository};
use serde::Deserialize;
use source::{Progress, SourceError};
use tokio_util::sync::CancellationToken;

use crate::GitlabClient;

/// What a group holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    /// The group.
    pub group: Group,
    /// The provider's time when the survey began: what changed later may be missing.
    pub at: Instant,
    /// Its projects and those of its subgroups, in order of their ids; not those that are only shared with it.
    pub projects: Vec<ProjectSummary>,
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
    /// It as a repository: the organisation is the top group, the name the path below it.
    pub record: Repository,
}

impl ProjectSummary {
    /// Where what has this number in it is.
    pub fn place(&self, number: u64) -> Place {
        Place { number: number.to_string(), ..self.record.place() }
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
}

impl GitlabClient {
    /// Looks at a group. Fails as [`GitlabClient::list`] does.
    pub async fn survey(
        &self,
        group: &str,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<Survey, SourceError> {
        let (found, at) =
            self.object::<Group>(&format!("the group {group}"), &["groups", group], progress, cancel).await?;
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
        Ok(Survey { group: found, at, projects })
    }

    fn summary(&self, project: Project) -> ProjectSummary {
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
        ProjectSummary { number: project.id, path, record }
    }
}
