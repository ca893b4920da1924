//! One look at the whole organisation: its repositories and boards, how much is in them and when it last changed.

use std::collections::HashSet;

use graphql_client::{GraphQLQuery, QueryBody};
use model::Instant;
use model::records::{Project, Repository};
use provider::cursor::Known;
use serde::Deserialize;
use source::{ErrorKind, Progress, Scope, SourceError};
use tokio_util::sync::CancellationToken;

use crate::client::{GithubClient, GraphqlError};
use crate::following;
use crate::page_size::PageSize;
use crate::scopes;

/// The field that a board's columns are the values of, unless another one is configured.
pub const DEFAULT_STATUS_FIELD: &str = "Status";

/// What an organisation holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    /// Login of the organisation as GitHub writes it.
    pub org: String,
    /// The provider's time when the survey began: what changed later may be missing.
    pub at: Instant,
    /// Its repositories by name.
    pub repositories: Vec<RepositorySummary>,
    /// Its boards by number; empty when `projects_error` is set.
    pub projects: Vec<ProjectSummary>,
    /// Why the boards could not be listed, in words.
    pub projects_error: Option<String>,
    /// What the provider could not give, in words: one entry for each part that is missing.
    pub incomplete: Vec<String>,
    /// What of its deployments and releases may not be read, in words.
    pub deliveries_missing: Vec<String>,
    /// Scopes that an import needs and that the token lacks; empty when none is missing or nothing is known.
    /// Without `repo` private repositories are invisible.
    pub missing_scopes: Vec<String>,
}

/// A repository and what is in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RepositorySummary {
    /// The repository.
    pub record: Repository,
    /// Number of issues.
    pub issues: u64,
    /// When an issue last changed; `None` when there is none.
    pub issues_updated_at: Option<Instant>,
    /// Number of pull requests.
    pub pull_requests: u64,
    /// When a pull request last changed; `None` when there is none.
    pub pull_requests_updated_at: Option<Instant>,
    /// Whether both issues and pull requests may be read.
    pub access: bool,
    /// Its deployments, with the newest creation; `None` where nobody has asked, and where it may not be known.
    pub deployments: Option<Known>,
    /// Its releases, likewise. Of a release the date of creation is that of its commit.
    pub releases: Option<Known>,
}

/// A board and what is in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectSummary {
    /// The board.
    pub record: Project,
    /// Number of cards.
    pub items: u64,
    /// When the board last changed.
    pub updated_at: Option<Instant>,
    /// Its fields in which one of several values is chosen, as far as this token is shown them.
    pub single_selects: Vec<SingleSelect>,
}

/// A field of a board in which one of several values is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SingleSelect {
    /// Name of the field.
    pub name: String,
    /// Its values in board order.
    pub options: Vec<String>,
}

impl ProjectSummary {
    /// Takes the columns of the board from the field of this name. Whether there is such a field; where there is none,
    /// the columns are not known.
    pub fn take_columns(&mut self, status_field: &str) -> bool {
        let field = self.single_selects.iter().find(|field| field.name == status_field);
        self.record.columns = field.map(|field| field.options.clone()).unwrap_or_default();
        field.is_some()
    }
}

/// Types that the derived queries name; the answers are decoded by the structs below, which are looser than the
/// schema, as GitHub is.
mod queries {
    #![expect(clippy::upper_case_acronyms, reason = "names of GraphQL scalars; the derived answers are not used")]
    use graphql_client::GraphQLQuery;

    type BigInt = String;
    type DateTime = String;
    type URI = String;

    #[derive(GraphQLQuery)]
    #[graphql(
        schema_path = "schema.graphql",
        query_path = "src/survey.graphql",
        fragments_other_variant = "true",
        variables_derives = "Clone, Debug"
    )]
    pub(super) struct Repositories;

    #[derive(GraphQLQuery)]
    #[graphql(
        schema_path = "schema.graphql",
        query_path = "src/survey.graphql",
        fragments_other_variant = "true",
        variables_derives = "Clone, Debug"
    )]
    pub(super) struct Boards;
}

struct Repositories;

impl GraphQLQuery for Repositories {
    type Variables = queries::repositories::Variables;
    type ResponseData = Answer<RepositoryOwner>;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        queries::Repositories::build_query(variables)
    }
}

struct Boards;

impl GraphQLQuery for Boards {
    type Variables = queries::boards::Variables;
    type ResponseData = Answer<BoardOwner>;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        queries::Boards::build_query(variables)
    }
}

#[derive(Deserialize)]
pub(crate) struct Answer<T> {
    pub(crate) organization: Option<T>,
}

#[derive(Deserialize)]
struct RepositoryOwner {
    login: String,
    repositories: Option<Connection<RepositoryNode>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BoardOwner {
    login: String,
    projects_v2: Option<Connection<BoardNode>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Connection<T> {
    #[serde(default)]
    pub(crate) total_count: Option<u64>,
    pub(crate) page_info: PageInfo,
    pub(crate) nodes: Option<Vec<Option<T>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryNode {
    id: String,
    name: String,
    owner: Option<Login>,
    is_private: bool,
    is_archived: bool,
    issues: Option<Count>,
    pull_requests: Option<Count>,
}

#[derive(Deserialize)]
pub(crate) struct Login {
    pub(crate) login: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Count {
    total_count: u64,
    #[serde(default)]
    nodes: Option<Vec<Option<Updated>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Updated {
    updated_at: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BoardNode {
    id: String,
    number: i64,
    full_database_id: Option<serde_json::Value>,
    title: String,
    url: String,
    closed: bool,
    updated_at: Option<String>,
    fields: Option<Fields>,
    items: Option<Count>,
}

#[derive(Deserialize)]
struct Fields {
    nodes: Option<Vec<Option<FieldNode>>>,
}

/// A field of any kind; only single selects have a name here.
#[derive(Deserialize)]
struct FieldNode {
    name: Option<String>,
    #[serde(default)]
    options: Vec<Option<OptionName>>,
}

#[derive(Deserialize)]
struct OptionName {
    name: String,
}

impl GithubClient {
    /// Lists all repositories and boards of an organisation, 100 repositories to a call, with the time of the last
    /// change in each, so that an import can leave out what has not changed.
    ///
    /// Boards that may not be read leave `projects_error`; the repositories come all the same. Fails with `NotFound`
    /// when there is no such organisation, and as [`GithubClient::query`] does.
    pub async fn survey(
        &self,
        org: &str,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<Survey, SourceError> {
        self.session.remember_org(org);
        let mut survey = Survey { org: org.to_owned(), ..Survey::default() };
        self.survey_repositories(&mut survey, progress, cancel).await?;
        match self.survey_boards(&mut survey, progress, cancel).await {
            Ok(()) => {}
            Err(error) if error.kind == ErrorKind::Cancelled || survey.repositories.is_empty() => return Err(error),
            Err(error) => {
                survey.projects.clear();
                survey.projects_error = Some(error.to_string());
            }
        }
        let host = self.host();
        for repository in &mut survey.repositories {
            repository.record.host.clone_from(&host);
        }
        for project in &mut survey.projects {
            project.record.host.clone_from(&host);
        }
        survey.missing_scopes =
            self.session.granted_scopes().map(|granted| scopes::missing(&granted)).unwrap_or_default();
        Ok(survey)
    }

    async fn survey_repositories(
        &self,
        survey: &mut Survey,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<(), SourceError> {
        let what = format!("the repositories of {}", survey.org);
        let pages = PageSize::new(Scope::Repositories, 100, 5, 100);
        let (mut following, mut first, mut seen) = (Following::default(), true, HashSet::new());
        loop {
            let (org, after) = (survey.org.clone(), following.after.clone());
            let make = |first| queries::repositories::Variables { org: org.clone(), first, after: after.clone() };
            let reply = self.page::<Repositories>(&what, &pages, make, progress, cancel).await?;
            let refused = || no_organisation(&org, &reply.errors, reply.request_id.clone());
            let owner = reply.data.organization.ok_or_else(refused)?;
            let connection = owner.repositories.ok_or_else(refused)?;
            if first {
                survey.at = reply.at;
                first = false;
            }
            survey.org = owner.login;
            survey.incomplete.extend(reply.errors.iter().map(|error| missing_part(&what, error)));
            let nodes = survey.shown(&what, connection.nodes);
            let new =
                nodes.into_iter().filter(|node| seen.insert(node.id.clone())).map(|node| node.summary(&survey.org));
            survey.repositories.extend(new.collect::<Vec<_>>());
            if !following.advance(connection.page_info, (connection.total_count, pages.current()), &what)? {
                return Ok(());
            }
        }
    }

    async fn survey_boards(
        &self,
        survey: &mut Survey,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<(), SourceError> {
        let what = format!("the boards of {}", survey.org);
        let pages = PageSize::new(Scope::Projects, 50, 5, 100);
        let (mut following, mut seen) = (Following::default(), HashSet::new());
        loop {
            let (org, after) = (survey.org.clone(), following.after.clone());
            let make = |first| queries::boards::Variables { org: org.clone(), first, after: after.clone() };
            let reply = self.page::<Boards>(&what, &pages, make, progress, cancel).await?;
            let refused = || no_boards(&org, &reply.errors, reply.request_id.clone());
            let owner = reply.data.organization.ok_or_else(refused)?;
            let connection = owner.projects_v2.ok_or_else(refused)?;
            survey.incomplete.extend(reply.errors.iter().map(|error| missing_part(&what, error)));
            let nodes = survey.shown(&what, connection.nodes).into_iter();
            survey
                .projects
                .extend(nodes.filter(|node| seen.insert(node.id.clone())).map(|node| node.summary(&owner.login)));
            if !following.advance(connection.page_info, (connection.total_count, pages.current()), &what)? {
                return Ok(());
            }
        }
    }
}

impl Survey {
    /// The entries of a page that were shown. What came empty without a reason is named: nobody knows what it is.
    fn shown<T>(&mut self, what: &str, nodes: Option<Vec<Option<T>>>) -> Vec<T> {
        let Some(nodes) = nodes else {
            self.incomplete.push(format!("{what}: a page came without its list, and GitHub does not say why"));
            return Vec::new();
        };
        let listed = nodes.len();
        let shown: Vec<T> = nodes.into_iter().flatten().collect();
        let empty = listed - shown.len();
        if empty > 0 && !self.incomplete.iter().any(|part| part.starts_with(&format!("{what} at "))) {
            self.incomplete.push(format!("{what}: {empty} of them came empty, and GitHub does not say why"));
        }
        shown
    }
}

/// Where a listing goes on.
#[derive(Default)]
pub(crate) struct Following {
    pub(crate) after: Option<String>,
    /// Set with the first page.
    guard: Option<following::Following>,
}

impl Following {
    /// Moves behind a page of a list with so many entries. Whether there is another one; an error when the provider would
    /// send us in circles, or on without an end.
    pub(crate) fn advance(
        &mut self,
        page: PageInfo,
        (total, size): (Option<u64>, u32),
        what: &str,
    ) -> Result<bool, SourceError> {
        if !page.has_next_page {
            return Ok(false);
        }
        if page.end_cursor.is_none() || page.end_cursor == self.after {
            return Err(SourceError::new(
                ErrorKind::UnexpectedResponse,
                format!("reading {what}: GitHub says that there are more pages but not where; import again later"),
            ));
        }
        let guard = self.guard.get_or_insert_with(|| following::Following::of(total.unwrap_or_default()));
        guard.goes_on(what, size, None)?;
        self.after = page.end_cursor;
        Ok(true)
    }
}

impl RepositoryNode {
    fn summary(self, org: &str) -> RepositorySummary {
        let access = self.issues.is_some() && self.pull_requests.is_some();
        let (issues, issues_updated_at) = Count::read(self.issues);
        let (pull_requests, pull_requests_updated_at) = Count::read(self.pull_requests);
        RepositorySummary {
            record: Repository {
                id: self.id,
                org: org.to_owned(),
                name: self.name,
                owner: self.owner.map_or_else(|| org.to_owned(), |owner| owner.login),
                private: self.is_private,
                archived: self.is_archived,
                ..Repository::default()
            },
            issues,
            issues_updated_at,
            pull_requests,
            pull_requests_updated_at,
            access,
            ..RepositorySummary::default()
        }
    }
}

impl BoardNode {
    fn summary(self, org: &str) -> ProjectSummary {
        let fields = self.fields.and_then(|fields| fields.nodes).unwrap_or_default().into_iter().flatten();
        let single_selects = fields.filter_map(|field| {
            let options = field.options.into_iter().flatten().map(|option| option.name).collect();
            Some(SingleSelect { name: field.name?, options })
        });
        let mut summary = ProjectSummary {
            single_selects: single_selects.collect(),
            record: Project {
                id: self.id,
                number_id: match self.full_database_id {
                    Some(serde_json::Value::String(id)) => id,
                    Some(serde_json::Value::Number(id)) => id.to_string(),
                    _ => String::new(),
                },
                number: self.number,
                org: org.to_owned(),
                name: self.title,
                url: self.url,
                closed: self.closed,
                ..Project::default()
            },
            items: Count::read(self.items).0,
            updated_at: self.updated_at.as_deref().and_then(Instant::parse_rfc3339),
        };
        summary.take_columns(DEFAULT_STATUS_FIELD);
        summary
    }
}

impl Count {
    /// How many there are, and when one changed last.
    pub(crate) fn read(count: Option<Self>) -> (u64, Option<Instant>) {
        let Some(count) = count else { return (0, None) };
        let newest = count.nodes.unwrap_or_default().into_iter().flatten().next();
        (count.total_count, newest.and_then(|node| Instant::parse_rfc3339(&node.updated_at)))
    }
}

fn missing_part(what: &str, error: &GraphqlError) -> String {
    let place = if error.path.is_empty() { String::new() } else { format!(" at {}", error.path) };
    format!("{what}{place}: {} {}", error.kind, error.message)
}

fn no_organisation(org: &str, errors: &[GraphqlError], request_id: Option<String>) -> SourceError {
    let forbidden = errors.iter().find(|error| error.kind == "FORBIDDEN");
    let error = match forbidden {
        Some(error) => SourceError::new(
            ErrorKind::Unauthorized,
            format!(
                "GitHub does not let the token read the organisation {org} ({}): give it access to the organisation and its \
                 repositories",
                error.message
            ),
        ),
        None => SourceError::new(
            ErrorKind::NotFound,
            format!(
                "there is no organisation {org}, or the token may not see it: check the name (--org, github.org; a user's \
                 account is no organisation) and the token's access to it (scope read:org)"
            ),
        ),
    };
    error.in_request(request_id)
}

fn no_boards(org: &str, errors: &[GraphqlError], request_id: Option<String>) -> SourceError {
    let said = errors.first().map_or("GitHub gives no reason", |error| error.message.as_str());
    SourceError::new(
        ErrorKind::NoAccess,
        format!(
            "the boards of {org} may not be read ({said}): give the token the scope read:project, or the permission \
             Projects: read of the organisation"
        ),
    )
    .in_request(request_id)
}
