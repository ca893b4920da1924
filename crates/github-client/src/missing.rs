//! Issues or pull requests that a repository should hold and does not count: asked for by id.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use graphql_client::{GraphQLQuery, QueryBody};
use model::Instant;
use serde::Deserialize;
use source::{Context, ErrorKind, Expected, Scope, Source, SourceError, Usage, Window};

use crate::Tally;
use crate::by_id::{self, MOST_IDS, queries};
use crate::client::GithubClient;
use crate::page_size::PageSize;

struct Whereabouts;

impl GraphQLQuery for Whereabouts {
    type Variables = queries::whereabouts::Variables;
    type ResponseData = Answer;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        queries::Whereabouts::build_query(variables)
    }
}

#[derive(Deserialize)]
struct Answer {
    nodes: Vec<Option<Found>>,
}

/// What has one of the ids.
#[derive(Deserialize)]
struct Found {
    repository: Option<Home>,
}

#[derive(Deserialize)]
struct Home {
    id: String,
}

/// Finds out what became of issues or pull requests of one repository that are stored and that it does not count.
///
/// What GitHub does not find is told to the sink as gone, and what is in another repository by now can be asked for
/// afterwards ([`MissingSource::elsewhere`]). What may not be seen stays as it is.
#[derive(Debug)]
pub struct MissingSource {
    client: GithubClient,
    pages: PageSize,
    scope: Scope,
    home: String,
    subject: String,
    label: String,
    ids: Vec<String>,
    counted: u64,
    at: Instant,
    elsewhere: Mutex<Vec<String>>,
}

impl MissingSource {
    /// Of a repository by its node id, called `label`, the stored `ids`, of which it counts only so many. What is
    /// gone is dated with `at`, the time of the import.
    pub fn new(
        client: GithubClient,
        scope: Scope,
        (home, label): (&str, &str),
        ids: Vec<String>,
        counted: u64,
        at: Instant,
    ) -> Self {
        let most = MOST_IDS as u32;
        Self {
            client,
            pages: PageSize::new(scope, most, 1, most),
            scope,
            home: home.to_owned(),
            subject: format!("missing in {home}"),
            label: format!("{label} that are missing"),
            ids,
            counted,
            at,
            elsewhere: Mutex::default(),
        }
    }

    /// Ids of what was found in another repository.
    pub fn elsewhere(&self) -> Vec<String> {
        self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// More is gone than the repository lacks: then it is not gone, but known by other ids, or hidden meanwhile.
    fn contradiction(&self, what: &str, gone: usize) -> Option<SourceError> {
        let missing = (self.ids.len() as u64).saturating_sub(self.counted);
        (gone as u64 > missing).then(|| {
            let message = format!(
                "{what}: GitHub does not know {gone} of {} stored ids, although it counts {} there; nothing is taken for \
                 gone. Run cto-import --full, which reads all of them under their present ids",
                self.ids.len(),
                self.counted
            );
            SourceError::new(ErrorKind::Incomplete, message)
        })
    }
}

#[async_trait]
impl Source for MissingSource {
    fn scope(&self) -> Scope {
        self.scope
    }

    fn subject(&self) -> &str {
        &self.subject
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn expected(&self, _window: Window, _cursor: Option<&str>) -> Expected {
        let calls = self.ids.len().div_ceil(MOST_IDS) as u64;
        Expected { records: 0, calls, points: calls }
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        let what = format!("{} of {}", self.scope.name(), self.label);
        let mut tally = Tally::new(context, self.at);
        let (mut gone, mut elsewhere) = (Vec::new(), Vec::new());
        let mut left = self.ids.as_slice();
        while !left.is_empty() {
            let make = |most: i64| queries::whereabouts::Variables { ids: by_id::first(left, most) };
            let reply =
                self.client.page::<Whereabouts>(&what, &self.pages, make, context.progress, &context.cancel).await?;
            tally.count(&reply);
            let rest = by_id::rest(left, reply.data.nodes.len(), &what, reply.request_id.as_deref())?;
            let not_found = reply.errors.iter().filter(|error| error.kind == "NOT_FOUND").filter_map(by_id::position);
            gone.extend(not_found.filter_map(|position| left.get(position)).cloned());
            // What may not be seen stays as it is.
            let sorted = by_id::sort(&reply.errors, None);
            tally.faults.add(sorted.failures, reply.request_id.as_deref());
            for (id, found) in left.iter().zip(&reply.data.nodes) {
                let home = found.as_ref().and_then(|found| found.repository.as_ref());
                if home.is_some_and(|home| home.id != self.home) {
                    elsewhere.push(id.clone());
                }
            }
            left = rest;
        }
        if let Some(error) = self.contradiction(&what, gone.len()) {
            return Err(error);
        }
        *self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner) = elsewhere;
        if !gone.is_empty() {
            context.sink.gone(self.scope, &gone, self.at)?;
        }
        let usage = tally.into_result(&what)?;
        Ok(Usage { covered_from: None, covered_to: None, ..usage })
    }
}
