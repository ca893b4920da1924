//! The connector of releases, for one repository.

use std::sync::Arc;

use async_trait::async_trait;
use github_client::{GithubClient, ListPath, PageSize, RepositorySummary};
use model::Instant;
use model::records::{Place, Record, Release};
use source::{Context, Expected, Scope, Source, SourceError, Usage, Window};

use crate::list::{Entry, List, ListSource};
use crate::wire::{ReleaseIds, Releases, ReleasesById, ReleasesOf};
use crate::{list, wire};

/// The releases of one repository, and the drafts that the token is shown.
///
/// The subject is the node id of the repository, so that a renamed one keeps its cursor.
#[derive(Debug)]
pub struct ReleaseSource(ListSource);

impl ReleaseSource {
    /// The releases of a repository of which a survey has found what it releases; the arguments are those of
    /// [`DeploymentSource::new`](crate::DeploymentSource::new).
    pub fn new(client: GithubClient, summary: &RepositorySummary, surveyed_at: Instant, pages: Arc<PageSize>) -> Self {
        Self(ListSource::new::<OfReleases>(client, summary, summary.releases, surveyed_at, pages))
    }

    /// The page size that suits this query.
    pub fn page_size() -> PageSize {
        PageSize::new(Scope::Releases, list::LARGEST_PAGE, 1, list::LARGEST_PAGE)
    }
}

#[async_trait]
impl Source for ReleaseSource {
    fn scope(&self) -> Scope {
        Scope::Releases
    }

    fn subject(&self) -> &str {
        self.0.subject()
    }

    fn label(&self) -> &str {
        self.0.label()
    }

    /// All releases at the first import and with `full`, else one page where there are others than before; and a call for
    /// 100 drafts.
    fn expected(&self, window: Window, cursor: Option<&str>) -> Expected {
        self.0.expected::<OfReleases>(window, cursor)
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        self.0.run::<OfReleases>(context).await
    }
}

/// The list of releases.
pub(crate) struct OfReleases;

#[async_trait]
impl List for OfReleases {
    const SCOPE: Scope = Scope::Releases;
    const NAME: &'static str = "releases";
    const PATH: ListPath = ListPath { path: "node.releases.nodes", may_be_hidden: None };
    const WAITING_DAYS: Option<i64> = None;
    /// A release is as old as its commit by the list's reckoning: one that is published late lies deep in it.
    const MAY_COME_LATE: bool = true;

    type Wire = wire::Release;
    type Page = Releases;
    type ById = ReleasesById;

    fn page(id: &str, first: i64, after: Option<String>) -> ReleasesOf {
        ReleasesOf { id: id.to_owned(), first, after }
    }

    fn by_id(ids: Vec<String>) -> ReleaseIds {
        ReleaseIds { ids }
    }

    fn id(wire: &Self::Wire) -> &str {
        &wire.id
    }

    fn created_at(wire: &Self::Wire) -> Instant {
        wire.created_at.0
    }

    fn entry(wire: Self::Wire, place: &Place) -> Entry {
        let waits = wire.is_draft;
        let release = Release {
            id: wire.id,
            org: place.org.clone(),
            repo: place.repo.clone(),
            host: place.host.clone(),
            tag: wire.tag_name,
            sha: wire.tag_commit.map(|commit| commit.oid).unwrap_or_default(),
            name: wire.name.unwrap_or_default(),
            draft: wire.is_draft,
            prerelease: wire.is_prerelease,
            created_at: wire.created_at.0,
            published_at: wire.published_at.map(|at| at.0).filter(|_| !waits),
            url: wire.url,
        };
        Entry { record: Record::Release(Box::new(release)), waits }
    }
}
