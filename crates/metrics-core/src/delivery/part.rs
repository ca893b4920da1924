//! Parts of delivery: what is of the repositories of a selection, and what labels say is of its teams.

use model::columns::Raw;

use super::history::{Change, ServiceFacts};
use super::incidents::Incident;
use super::rollouts::Rollout;
use super::silence;
use crate::selection::{Chosen, LabelTeams};

/// What is kept of delivery.
pub(super) struct Kept<'a> {
    raw: &'a Raw,
    /// By place of the repository: whether all of it is kept, where labels do not say otherwise.
    takes_all: Vec<bool>,
    /// By place of the repository: whether what has a label of a selected team is kept.
    takes_labelled: Vec<bool>,
    /// Whether no repositories are selected.
    is_anywhere: bool,
    /// Whether nothing is left out.
    is_all: bool,
    label_teams: Option<LabelTeams>,
}

/// The codes of all labels that changes, issues and incidents carry together.
pub(super) fn labels(raw: &Raw) -> impl Iterator<Item = u32> {
    raw.pull_requests.labels.iter().chain(&raw.issues.labels).chain(&raw.incidents.labels).copied()
}

impl<'a> Kept<'a> {
    /// Of a selection, over repositories by their full names. `labels` are the codes of those that anything carries.
    pub(super) fn of(
        raw: &'a Raw,
        chosen: &Chosen,
        full_names: impl Iterator<Item = String>,
        labels: impl Iterator<Item = u32>,
    ) -> Self {
        let (takes_all, takes_labelled) =
            full_names.map(|name| (chosen.delivers_from(&name), chosen.may_deliver_from(&name))).unzip();
        Self {
            raw,
            takes_all,
            takes_labelled,
            is_anywhere: !chosen.names_repositories(),
            is_all: chosen.is_all_of_delivery(),
            label_teams: chosen.label_teams(&raw.dictionary, labels),
        }
    }

    /// Whether anything that is deployed from a repository may be kept.
    pub(super) fn may_keep_from(&self, repository: usize) -> bool {
        self.takes_labelled[repository]
    }

    /// What labels say: whether they are of a selected team, where they are of any.
    fn say(&self, labels: u32) -> Option<bool> {
        self.label_teams.as_ref().and_then(|teams| teams.say(labels))
    }

    /// A change is of the teams of its labels, failing those of its repository.
    pub(super) fn has_change(&self, change: &Change) -> bool {
        match self.say(self.raw.pull_requests.labels[change.row as usize]) {
            Some(is_selected) => is_selected && self.takes_labelled[change.repository],
            None => self.takes_all[change.repository],
        }
    }

    /// Of an incident that is laid to no deployment.
    pub(super) fn has_incident(&self, incident: &Incident) -> bool {
        let is_any = |kept: &[bool]| incident.repositories.iter().any(|repository| kept[*repository]);
        match self.say(incident.labels) {
            _ if self.is_all => true,
            Some(is_selected) => is_selected && (self.is_anywhere || is_any(&self.takes_labelled)),
            None => is_any(&self.takes_all),
        }
    }

    /// Incidents of services of which nothing else is kept, where labels say that they are of a selected team and they are laid
    /// to no deployment.
    pub(super) fn incidents_elsewhere(&self, services: &[ServiceFacts]) -> Vec<Incident> {
        let elsewhere = services.iter().filter(|service| self.label_teams.is_some() && !self.has_any_of(service));
        let unlaid = elsewhere.flat_map(|service| &service.incidents).filter(|(_, laid)| laid.is_none());
        let kept = unlaid.map(|(incident, _)| incident).filter(|it| self.say(it.labels) == Some(true));
        kept.filter(|incident| self.has_incident(incident)).cloned().collect()
    }

    /// Whether anything that was ever deployed of a service is kept.
    pub(super) fn has_any_of(&self, service: &ServiceFacts) -> bool {
        let has_attempt = || service.attempts.iter().any(|attempt| self.takes_all[attempt.repository]);
        self.rollouts(service).contains(&true) || has_attempt()
    }

    /// Whether each rollout of a service is of a kept repository, or served a kept change first.
    fn rollouts(&self, service: &ServiceFacts) -> Vec<bool> {
        let mut kept: Vec<bool> = service.rollouts.iter().map(|rollout| self.takes_all[rollout.repository]).collect();
        let changes = service.changes.iter().filter(|_| self.label_teams.is_some());
        for change in changes.filter(|change| self.has_change(change)) {
            if let Some(place) = change.link.rollout {
                kept[place] = true;
            }
        }
        kept
    }
}

impl ServiceFacts {
    /// What is kept of it, once it is known whether the whole has fallen silent; `None` where nothing that was ever deployed
    /// is. Everything was imported up to `covered_to`.
    ///
    /// What a deployment shipped, whether it failed and what an incident is laid to is known from the whole: an incident is
    /// where its deployment is and, where it is laid to none, where it says.
    pub(super) fn part(mut self, kept: &Kept<'_>, covered_to: i64) -> Option<Self> {
        if !kept.has_any_of(&self) {
            return None;
        }
        let rollouts = kept.rollouts(&self);
        // Whether deployments are recorded cannot be told from those alone that served some changes, but from the whole.
        let is_by_label = |(rollout, is_kept): (&Rollout, &bool)| *is_kept && !kept.takes_all[rollout.repository];
        let rests_on_labels = self.rollouts.iter().zip(&rollouts).any(is_by_label);
        if !kept.takes_all.iter().all(|is_kept| *is_kept) || kept.label_teams.is_some() {
            self.keep(kept, &rollouts);
        }
        let silent_since = if rests_on_labels { self.silent_since } else { silence::since(&self, covered_to) };
        self.fall_silent(silent_since);
        Some(self)
    }

    fn keep(&mut self, kept: &Kept<'_>, rollouts: &[bool]) {
        let mut next = 0;
        let mut place_of = |is_kept: &bool| {
            let place = is_kept.then_some(next);
            next += usize::from(*is_kept);
            place
        };
        let places: Vec<Option<usize>> = rollouts.iter().map(&mut place_of).collect();
        let mut of_outcomes = rollouts.iter();
        self.outcomes.retain(|_| of_outcomes.next().is_some_and(|is_kept| *is_kept));
        let mut of_rollouts = rollouts.iter();
        self.rollouts.retain(|_| of_rollouts.next().is_some_and(|is_kept| *is_kept));
        self.attempts.retain(|attempt| kept.takes_all[attempt.repository]);
        self.changes.retain(|change| kept.has_change(change));
        for change in &mut self.changes {
            change.link.rollout = change.link.rollout.and_then(|place| places[place]);
        }
        self.incidents.retain_mut(|(incident, laid)| match laid {
            Some((place, _)) => places[*place].inspect(|now| *place = *now).is_some(),
            None => kept.has_incident(incident),
        });
        self.merges.retain(|(repository, _)| kept.takes_all[*repository]);
    }
}
