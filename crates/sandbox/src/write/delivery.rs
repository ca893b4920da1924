//! What a repository delivers as records: that of an import, and incidents, of which GitHub knows nothing.

use std::collections::HashSet;

use model::Instant;
use model::records::{Deployment, GitCommit, Incident, IncidentEvent, IncidentEventKind, Release};

use super::Stream;
use crate::organisation::delivery::{Delivers, Environment, IncidentLife};
use crate::present::Presenter;
use crate::records::{is_production, reached};

/// Who tells of incidents.
const SOURCE: &str = "sandbox";

/// One repository of a stream.
pub(crate) struct DeliveryStream<'a> {
    stream: &'a Stream<'a>,
    /// Position in the organisation.
    repository: usize,
    /// Position in the view.
    place: usize,
}

impl Stream<'_> {
    /// What the repository at a position of the view delivers.
    pub(crate) fn delivery(&self, place: usize) -> DeliveryStream<'_> {
        DeliveryStream { stream: self, repository: self.repository_at(place), place }
    }
}

impl<'a> DeliveryStream<'a> {
    fn presenter(&self) -> &'a Presenter<'a> {
        &self.stream.presenter
    }

    /// Node ids of the deployments and their positions.
    pub(crate) fn deployment_ids(&self) -> impl Iterator<Item = (String, usize)> + '_ {
        let positions = self.presenter().deployments(self.repository);
        positions.map(|position| (Presenter::deployment_id(self.repository, position), position))
    }

    /// The deployment at a position.
    pub(crate) fn deployment(&self, position: usize) -> Deployment {
        self.stream.recorder().deployment(&self.presenter().deployment(self.repository, position))
    }

    /// All deployments.
    pub(crate) fn deployments(&self) -> impl Iterator<Item = Deployment> + '_ {
        self.presenter().deployments(self.repository).map(|position| self.deployment(position))
    }

    /// All releases.
    pub(crate) fn releases(&self) -> impl Iterator<Item = Release> + '_ {
        let releases = self.presenter().releases(self.repository);
        releases.map(|position| self.stream.recorder().release(&self.presenter().release(self.repository, position)))
    }

    /// The commits behind releases and what was deployed to production, parents before children.
    pub(crate) fn commits(&self) -> impl Iterator<Item = GitCommit> + '_ {
        let presenter = self.presenter();
        let delivery = &self.stream.organisation.deliveries[self.repository];
        let deployed = presenter.deployments(self.repository).map(|position| &delivery.deployments[position]);
        let read = deployed.filter(|one| match one.environment {
            Environment::Named(name) => is_production(name) && one.succeeded_by(self.stream.end()).is_some(),
            Environment::Preview(_) => false,
        });
        let published = presenter.releases(self.repository).map(|position| &delivery.releases[position]);
        let published = published.filter(|one| one.published_at.is_some_and(|at| at <= self.stream.end()));
        let heads: HashSet<u32> = read.map(|one| one.commit).chain(published.map(|one| one.commit)).collect();
        let is_there = |position: usize| delivery.commits[position].is_there(self.stream.end());
        let positions = reached(
            delivery.commits.len(),
            |position| heads.contains(&(position as u32)) && is_there(position),
            |position| delivery.commits[position].parents.iter().flatten().map(|parent| *parent as usize).collect(),
        );
        positions.into_iter().map(|position| self.commit(position))
    }

    fn commit(&self, position: usize) -> GitCommit {
        let presenter = self.presenter();
        let life = presenter.commit_life(self.repository, position);
        let sha = |position: u32| presenter.commit_life(self.repository, position as usize).name.sha();
        let parents: Vec<String> = life.parents.iter().flatten().map(|parent| sha(*parent)).collect();
        let (org, repo) = self.names();
        GitCommit {
            org,
            repo,
            sha: life.name.sha(),
            parents: parents.join(";"),
            authored_at: Some(Instant::from_seconds(life.authored_at)),
            committed_at: Instant::from_seconds(life.committed_at),
            picked_from: presenter.picked_sha(self.repository, life).unwrap_or_default(),
            host: "github.com".to_owned(),
        }
    }

    fn names(&self) -> (String, String) {
        let frame = &self.stream.frame;
        (frame.org.clone(), frame.repositories[self.place].name.clone())
    }

    /// Incidents of which no issue tells, in order of their ids.
    pub(crate) fn incidents(&self) -> impl Iterator<Item = Incident> + '_ {
        let of_a_source = self.presenter().incidents(self.repository).filter(|(_, life)| life.issue.is_none());
        of_a_source.map(|(position, life)| self.incident(position, life))
    }

    fn incident(&self, position: usize, life: &IncidentLife) -> Incident {
        let (org, repo) = self.names();
        let id = incident_id(self.repository, position);
        let seen = life.events.iter().filter(|(at, _)| *at <= self.stream.end());
        let events: Vec<IncidentEvent> = seen
            .map(|(at, kind)| IncidentEvent {
                incident_id: id.clone(),
                at: Instant::from_seconds(*at),
                kind: (*kind).into(),
                host: "github.com".to_owned(),
            })
            .collect();
        let first = |wanted: IncidentEventKind| events.iter().find(|event| is(event, wanted)).map(|event| event.at);
        let last = events.iter().rfind(|event| !is(event, IncidentEventKind::Finished));
        let is_restored = |event: &&IncidentEvent| is(event, IncidentEventKind::Restored);
        let setup = self.stream.organisation.deliveries[self.repository].setup;
        let by_release = setup.delivers == Delivers::Releases;
        let named = life.cause.filter(|_| life.names_cause && !by_release);
        let service = setup.services()[life.service];
        Incident {
            of_service: String::new(),
            source: SOURCE.to_owned(),
            service: service.name.map_or_else(|| format!("{org}/{repo}"), str::to_owned),
            environment: if by_release { String::new() } else { service.production[0].to_owned() },
            title: format!("{repo} serves errors"),
            severity: format!("sev{}", life.severity),
            started_at: Instant::from_seconds(life.events[0].0),
            acknowledged_at: first(IncidentEventKind::Acknowledged),
            restored_at: last.filter(is_restored).map(|event| event.at),
            finished_at: first(IncidentEventKind::Finished),
            deployment_id: named
                .map_or_else(String::new, |cause| Presenter::deployment_id(self.repository, cause as usize)),
            change: String::new(),
            labels: vec!["incident".to_owned(), if by_release { "release" } else { "deployment" }.to_owned()],
            url: format!("https://incidents.example/{id}"),
            host: "github.com".to_owned(),
            id,
            org,
            repo,
            events,
        }
    }
}

fn is(event: &IncidentEvent, kind: IncidentEventKind) -> bool {
    event.kind == kind
}

/// Id of an incident by its repository and its place there.
pub(crate) fn incident_id(repository: usize, position: usize) -> String {
    format!("INC-{:03}-{:05}", repository + 1, position + 1)
}
