//! History of a service: its rollouts, what followed from each, its changes and incidents.

use ahash::RandomState;
use hashbrown::HashMap;
use model::columns::Raw;

use super::failures::Failure;
use super::incidents::Incident;
use super::rollouts::{Rollout, Row};
use super::shipping::{Confidence, Link, Reason};
use crate::pull_requests::Stages;

/// What is known of one service.
#[derive(Clone)]
pub(super) struct ServiceFacts {
    pub(super) name: String,
    /// In order of their first success.
    pub(super) rollouts: Vec<Rollout>,
    /// What followed from each rollout.
    pub(super) outcomes: Vec<Outcome>,
    /// Attempts that failed, in order of their end.
    pub(super) attempts: Vec<Rollout>,
    /// Changes merged into its repositories, in order of repository and row.
    pub(super) changes: Vec<Change>,
    /// In order of start, each with the place of the rollout that it is laid to, and how.
    pub(super) incidents: Vec<(Incident, Option<(usize, Laid)>)>,
    /// When something was merged into the default branch of a repository, by its place, whoever opened it.
    pub(super) merges: Vec<(usize, i64)>,
    /// Its last deployment, where none is recorded any more: see `silence.rs`.
    pub(super) silent_since: Option<i64>,
}

/// How an incident was laid to a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Laid {
    /// Its source names the deployment.
    Named,
    /// Its source names a change that the deployment shipped.
    Sha,
    /// It is the newest deployment within some hours before.
    Window,
}

impl Laid {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Sha => "sha",
            Self::Window => "window",
        }
    }
}

/// What followed from a rollout.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    pub(super) failure: Failure,
    /// A rollback, or one that ships a hotfix.
    pub(super) is_unplanned: bool,
    /// Changes that it served first.
    pub(super) changes: i64,
}

/// A merged pull request, as a change of a service.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub(super) struct Change {
    /// Row of the pull request.
    pub(super) row: u32,
    /// Place of the repository.
    pub(super) repository: usize,
    pub(super) merged: i64,
    /// Where its lead time begins, if known.
    pub(super) begins: Option<i64>,
    pub(super) stages: Stages,
    /// Whether it was merged into the default branch.
    pub(super) is_default: bool,
    pub(super) is_hotfix: bool,
    /// Whether it carries a label that says that it caused a failure.
    pub(super) is_blamed: bool,
    /// With the place among the rollouts of the service.
    pub(super) link: Link,
    /// When users had it, or where the lead time ends else.
    pub(super) deployed: Option<i64>,
    /// Whether the lead time ends at the merge.
    pub(super) ends_at_merge: bool,
}

impl Change {
    /// Its number within the repository.
    pub(super) fn number<'a>(&self, raw: &'a Raw) -> &'a [u8] {
        let id = raw.pull_requests.id.bytes(self.row as usize);
        id.rsplit(|byte| matches!(byte, b'#' | b'!')).next().unwrap_or(id)
    }

    /// Microseconds from the begin of its lead time to the end; below 0 where clocks disagree.
    pub(super) fn lead(&self) -> Option<i64> {
        let end = if self.ends_at_merge { self.deployed.map(|_| self.merged) } else { self.deployed };
        self.begins.zip(end).map(|(begins, end)| end - begins)
    }

    /// Microseconds from the merge to the deployment.
    pub(super) fn waiting(&self) -> Option<i64> {
        self.deployed.map(|deployed| deployed - self.merged).filter(|waiting| *waiting >= 0)
    }

    /// Whether it counts among what is linked: the first known deployment holds what came before it.
    pub(super) fn is_linked(&self) -> bool {
        self.link.rollout.is_some() || self.link.reason == Reason::BeforeFirst
    }

    /// Whether the link is beyond doubt.
    pub(super) fn is_certain(&self) -> bool {
        self.link.confidence == Confidence::Certain
    }
}

impl ServiceFacts {
    /// When each rollout to which no change is linked succeeded, with the lead time that was pushed with it, in microseconds.
    pub(super) fn pushed_leads(&self) -> impl Iterator<Item = (i64, i64)> {
        self.rollouts_with_pushed_leads().map(|(_, succeeded, lead)| (succeeded, lead))
    }

    /// The same with the rollouts.
    pub(super) fn rollouts_with_pushed_leads(&self) -> impl Iterator<Item = (&Rollout, i64, i64)> {
        let unlinked = self.rollouts.iter().zip(&self.outcomes).filter(|(_, outcome)| outcome.changes == 0);
        unlinked.filter_map(|(rollout, _)| Some((rollout, rollout.succeeded?, rollout.pushed_lead()?)))
    }

    /// Puts the rollouts of several repositories into one order.
    pub(super) fn order(&mut self, raw: &Raw, others: &mut [Option<usize>]) {
        let mut order: Vec<usize> = (0..self.rollouts.len()).collect();
        let key = |place: &usize| (self.rollouts[*place].succeeded, self.rollouts[*place].id(raw));
        order.sort_by(|one, other| key(one).cmp(&key(other)));
        let mut places = vec![0; order.len()];
        for (place, before) in order.iter().enumerate() {
            places[*before] = place;
        }
        let mut rollouts: Vec<Option<Rollout>> = std::mem::take(&mut self.rollouts).into_iter().map(Some).collect();
        self.rollouts = order.iter().filter_map(|place| rollouts[*place].take()).collect();
        let links = self.changes.iter_mut().filter_map(|change| change.link.rollout.as_mut());
        links.chain(others.iter_mut().flatten()).for_each(|place| *place = places[*place]);
        self.attempts.sort_by(|one, other| (one.finished, one.id(raw)).cmp(&(other.finished, other.id(raw))));
    }

    /// For each deployment its rollout, which may have taken it up; nothing for an attempt that failed. Empty where nobody
    /// asks.
    pub(super) fn places_by_id<'a>(
        &self,
        raw: &'a Raw,
        is_asked: bool,
    ) -> HashMap<&'a [u8], Option<usize>, RandomState> {
        let mut places: HashMap<&[u8], Option<usize>, RandomState> = HashMap::default();
        if !is_asked {
            return places;
        }
        for (place, rollout) in self.rollouts.iter().enumerate() {
            places.insert(rollout.id(raw), Some(place));
            places.extend(rollout.taken_up.iter().map(|row| (raw.deployments.id.bytes(*row as usize), Some(place))));
        }
        places.extend(self.attempts.iter().map(|attempt| (attempt.id(raw), None)));
        places
    }

    /// The rollout itself, of a redeploy the one that it repeats.
    pub(super) fn counted_at(&self, place: usize) -> Option<usize> {
        let repository = self.rollouts[place].repository;
        (0..=place).rev().find(|at| self.rollouts[*at].counts() && self.rollouts[*at].repository == repository)
    }

    /// The newest rollout that counts, up to an instant and not longer ago than a window.
    pub(super) fn newest_before(&self, at: i64, window: i64) -> Option<usize> {
        let after = self.rollouts.partition_point(|rollout| rollout.succeeded.is_some_and(|succeeded| succeeded <= at));
        let newest = (0..after).rev().find(|place| self.rollouts[*place].counts())?;
        self.rollouts[newest].succeeded.filter(|succeeded| at - succeeded <= window).map(|_| newest)
    }

    /// Whether the rows of the service are deployments rather than releases.
    pub(super) fn is_by_deployments(&self) -> bool {
        self.rollouts.iter().all(|rollout| matches!(rollout.row, Row::Deployment(_)))
    }

    /// When its first deployment ended: the first rollout succeeded, or an attempt failed before it.
    pub(super) fn first(&self) -> Option<i64> {
        let first = self.rollouts.first().and_then(|rollout| rollout.succeeded);
        let attempt = self.attempts.first().map(|attempt| attempt.finished);
        [first, attempt].into_iter().flatten().min()
    }

    /// Takes down since when no deployment is recorded any more: what waits for one since then may be deployed or not.
    pub(super) fn fall_silent(&mut self, since: Option<i64>) {
        self.silent_since = since;
        let waits = if self.silent_since.is_some() { Reason::NotRecorded } else { Reason::NotDeployed };
        let is_waiting = |change: &&mut Change| matches!(change.link.reason, Reason::NotDeployed | Reason::NotRecorded);
        self.changes.iter_mut().filter(is_waiting).for_each(|change| change.link.reason = waits);
    }
}
