//! `MovedIssueSource`: issues read by their ids.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use github_client::by_id::{self, MOST_IDS};
use github_client::faults::Sorted;
use github_client::{GithubClient, GraphqlError, PageSize, RepositorySummary};
use model::Instant;
use model::records::{Place, Record};
use source::{Batch, Context, Event, Expected, Scope, Source, SourceError, Usage, Window};

use crate::convert::Cards;
use crate::reading::{MAY_BE_HIDDEN, Reading};
use crate::source::POINTS_PER_PAGE;
use crate::wire::{ByIdVariables, Home, IssuesById, Named};

/// Issues of any repository by their node ids: those whose cards moved.
///
/// Moving a card is no change of its issue by GitHub's reckoning, but it is in the issue's timeline.
/// The subject is the organisation. There is no cursor: who asks knows which issues are behind.
/// Covers no time: what changed in a repository is known by that repository's own source.
#[derive(Debug)]
pub struct MovedIssueSource {
    client: GithubClient,
    pages: Arc<PageSize>,
    org: String,
    label: String,
    places: HashMap<String, Place>,
    ids: Vec<String>,
    at: Instant,
    cards: Arc<Cards>,
}

/// An answer, taken apart.
struct Taken {
    nodes: Vec<Option<Named>>,
    errors: Vec<GraphqlError>,
    request_id: Option<String>,
}

impl MovedIssueSource {
    /// The issues of an organisation with these node ids. The repositories are those of the survey; an issue that was
    /// transferred to another one has its place from the answer. `surveyed_at` is the time of the import.
    pub fn new(
        client: GithubClient,
        org: &str,
        repositories: &[RepositorySummary],
        surveyed_at: Instant,
        ids: Vec<String>,
        pages: Arc<PageSize>,
    ) -> Self {
        let places = repositories.iter().map(|summary| (summary.record.id.clone(), summary.record.place()));
        Self {
            client,
            pages,
            org: org.to_owned(),
            label: format!("moved cards of {org}"),
            places: places.collect(),
            ids,
            at: surveyed_at,
            cards: Arc::default(),
        }
    }

    /// As [`IssueSource::with_cards`](crate::IssueSource::with_cards).
    #[must_use]
    pub fn with_cards(mut self, cards: Arc<Cards>) -> Self {
        self.cards = cards;
        self
    }

    async fn ask(
        &self,
        reading: &mut Reading<'_>,
        what: &str,
        left: &[String],
    ) -> Result<(Taken, Sorted), SourceError> {
        let taken = self.ask_once(reading, what, left).await?;
        let sorted = by_id::sort(&taken.errors, MAY_BE_HIDDEN);
        if sorted.failures.is_empty() {
            return Ok((taken, sorted));
        }
        tracing::debug!(what, "parts of {what} are missing, asking once more");
        let taken = self.ask_once(reading, what, left).await?;
        let sorted = by_id::sort(&taken.errors, MAY_BE_HIDDEN);
        Ok((taken, sorted))
    }

    async fn ask_once(&self, reading: &mut Reading<'_>, what: &str, left: &[String]) -> Result<Taken, SourceError> {
        let make = |most: i64| ByIdVariables {
            ids: by_id::first(left, most),
            bug_source: self.cards.bug_source.clone(),
            with_bug_source: !self.cards.bug_source.is_empty(),
        };
        let (progress, cancel) = (reading.context.progress, &reading.context.cancel);
        let reply = self.client.page::<IssuesById>(what, &self.pages, make, progress, cancel).await?;
        reading.tally.count(&reply);
        Ok(Taken { nodes: reply.data.nodes, errors: reply.errors, request_id: reply.request_id })
    }

    fn place(&self, home: Home) -> Place {
        self.places.get(&home.id).cloned().unwrap_or_else(|| Place {
            repository_id: home.id,
            org: home.owner.login,
            repo: home.name,
            number: String::new(),
            host: self.client.host(),
        })
    }
}

#[async_trait]
impl Source for MovedIssueSource {
    fn scope(&self) -> Scope {
        Scope::Issues
    }

    fn subject(&self) -> &str {
        &self.org
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn expected(&self, _window: Window, _cursor: Option<&str>) -> Expected {
        let calls = self.ids.len().div_ceil(MOST_IDS) as u64;
        Expected { records: self.ids.len() as u64, calls, points: calls * POINTS_PER_PAGE }
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        let mut reading = Reading::new(&self.client, &self.pages, context, self.at, &self.cards);
        let what = format!("issues of {}", self.label);
        let mut left = self.ids.as_slice();
        let mut absent = 0_u64;
        while !left.is_empty() {
            let (taken, sorted) = self.ask(&mut reading, &what, left).await?;
            let rest = by_id::rest(left, taken.nodes.len(), &what, taken.request_id.as_deref())?;
            reading.tally.faults.add(sorted.failures, taken.request_id.as_deref());
            let mut records = Vec::new();
            for (position, node) in taken.nodes.into_iter().enumerate() {
                match node {
                    _ if sorted.broken.contains(&position) => {}
                    Some(Named::Issue(issue)) => {
                        let place = self.place(issue.repository);
                        let issue = reading.issue(issue.fields, place).await?;
                        records.extend(issue.map(|issue| Record::Issue(Box::new(issue))));
                    }
                    Some(Named::Other) | None => absent += 1,
                }
            }
            let batch = Batch {
                scope: Scope::Issues,
                subject: self.org.clone(),
                records,
                cursor: None,
                observed_at: self.at,
                full_crawl: None,
            };
            reading.tally.commit(batch, &self.label, Some(self.ids.len() as u64))?;
            left = rest;
        }
        if absent > 0 {
            let note = format!("{what}: {absent} are gone or may not be seen, and stay as they were");
            context.progress.event(Event::Note(note));
        }
        let usage = reading.end(&what)?;
        Ok(Usage { covered_from: None, covered_to: None, ..usage })
    }
}

#[cfg(test)]
mod tests {
    use github_client::{Credentials, Policy, Settings};
    use source::Scope;

    use super::*;
    use crate::wire::Owner;

    #[test]
    fn a_repository_that_no_survey_lists_is_on_the_host_that_is_asked() {
        let settings = Settings {
            api_url: "https://ghe.acme.example/api/v3".into(),
            graphql_url: "https://ghe.acme.example/api/graphql".into(),
            credentials: Credentials::Token("a-token".to_owned().into()),
            concurrency: 1,
            policy: Policy::default(),
            user_agent: "cto-metrics/test".to_owned(),
        };
        let client = GithubClient::new(settings).expect("valid addresses");
        let pages = Arc::new(PageSize::new(Scope::Issues, 10, 1, 10));
        let source = MovedIssueSource::new(client, "acme", &[], Instant::from_seconds(0), Vec::new(), pages);
        let home = Home { id: "R_far".into(), name: "far".into(), owner: Owner { login: "other".into() } };
        let place = source.place(home);
        assert_eq!(
            (place.org.as_str(), place.repo.as_str(), place.host.as_str()),
            ("other", "far", "ghe.acme.example")
        );
    }
}
