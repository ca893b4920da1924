//! Course of deployments and incidents: what their statuses and events say of begin, end and outcome.
//!
//! The order in which statuses and events are given decides nothing: their times do.

use crate::Instant;
use crate::kinds::{DeploymentOutcome, DeploymentStatusKind, IncidentEventKind};
use crate::tables::{DeploymentStatus, IncidentEvent};

/// What the statuses of a deployment say of it. Kinds of statuses that are not known say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeploymentCourse {
    /// The first time that it was in progress.
    pub started_at: Option<Instant>,
    /// First success.
    pub succeeded_at: Option<Instant>,
    /// First end.
    pub finished_at: Option<Instant>,
    /// What became of it. A success is undone by nothing; what became inactive without one was called off.
    pub outcome: DeploymentOutcome,
}

impl DeploymentCourse {
    /// From statuses in any order.
    pub fn of(statuses: &[DeploymentStatus]) -> Self {
        use DeploymentStatusKind::{Error, Failure, InProgress, Inactive, Success};
        let first = |wanted: &[DeploymentStatusKind]| {
            let is_wanted =
                |status: &&DeploymentStatus| status.state.known().is_some_and(|kind| wanted.contains(&kind));
            statuses.iter().filter(is_wanted).map(|status| status.at).min()
        };
        let succeeded_at = first(&[Success]);
        let outcome = if succeeded_at.is_some() {
            DeploymentOutcome::Success
        } else if first(&[Failure, Error]).is_some() {
            DeploymentOutcome::Failure
        } else if first(&[Inactive]).is_some() {
            DeploymentOutcome::Cancelled
        } else {
            DeploymentOutcome::Pending
        };
        Self {
            started_at: first(&[InProgress]),
            succeeded_at,
            finished_at: first(&[Success, Failure, Error, Inactive]),
            outcome,
        }
    }
}

/// Whether a deployment is over with such a status.
pub fn is_end(kind: DeploymentStatusKind) -> bool {
    use DeploymentStatusKind::{Error, Failure, InProgress, Inactive, Pending, Queued, Success, Waiting};
    match kind {
        Success | Failure | Error | Inactive => true,
        Queued | Pending | Waiting | InProgress => false,
    }
}

/// What the events of an incident say of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IncidentCourse {
    /// First time that somebody took it on.
    pub acknowledged_at: Option<Instant>,
    /// When users were served again for good: the first restoration, or end, since it last came back.
    pub restored_at: Option<Instant>,
    /// First end since it last came back.
    pub finished_at: Option<Instant>,
}

impl IncidentCourse {
    /// From events in any order. What came back in the same instant in which it was restored is restored.
    pub fn of(events: &[IncidentEvent]) -> Self {
        use IncidentEventKind::{Acknowledged, Finished, Reopened, Restored};
        let times = |wanted: &'static [IncidentEventKind]| {
            let is_wanted = |event: &&IncidentEvent| event.kind.known().is_some_and(|kind| wanted.contains(&kind));
            events.iter().filter(is_wanted).map(|event| event.at)
        };
        let came_back = times(&[Reopened]).max();
        let since = |wanted| times(wanted).filter(|at| came_back.is_none_or(|back| *at >= back)).min();
        Self {
            acknowledged_at: times(&[Acknowledged]).min(),
            restored_at: since(&[Restored, Finished]),
            finished_at: since(&[Finished]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(statuses: &[(&str, i64)]) -> DeploymentCourse {
        let status = |(state, second): &(&str, i64)| DeploymentStatus {
            state: (*state).into(),
            at: Instant::from_seconds(*second),
            ..DeploymentStatus::default()
        };
        DeploymentCourse::of(&statuses.iter().map(status).collect::<Vec<_>>())
    }

    fn incident(events: &[(&str, i64)]) -> [Option<i64>; 3] {
        let event = |(kind, second): &(&str, i64)| IncidentEvent {
            kind: (*kind).into(),
            at: Instant::from_seconds(*second),
            ..IncidentEvent::default()
        };
        let course = IncidentCourse::of(&events.iter().map(event).collect::<Vec<_>>());
        [course.acknowledged_at, course.restored_at, course.finished_at].map(|at| at.map(Instant::seconds))
    }

    #[test]
    fn a_success_is_undone_by_nothing_and_comes_first_in_whatever_order_it_is_told() {
        let course = deployment(&[("failure", 9), ("inactive", 12), ("success", 7), ("in_progress", 5), ("queued", 1)]);
        assert_eq!(course.outcome, DeploymentOutcome::Success);
        let seconds = [course.started_at, course.succeeded_at, course.finished_at].map(|at| at.map(Instant::seconds));
        assert_eq!(seconds, [Some(5), Some(7), Some(7)]);
    }

    #[test]
    fn what_became_inactive_without_success_or_failure_was_called_off_and_what_waits_has_no_end() {
        assert_eq!(deployment(&[("inactive", 3)]).outcome, DeploymentOutcome::Cancelled);
        assert_eq!(deployment(&[("inactive", 3), ("error", 4)]).outcome, DeploymentOutcome::Failure);
        let waiting = deployment(&[("waiting", 3), ("asleep", 4)]);
        assert_eq!((waiting.outcome, waiting.finished_at), (DeploymentOutcome::Pending, None));
    }

    #[test]
    fn an_incident_that_came_back_is_restored_by_what_follows_alone() {
        assert_eq!(incident(&[("restored", 4), ("opened", 1), ("acknowledged", 2)]), [Some(2), Some(4), None]);
        assert_eq!(incident(&[("restored", 4), ("finished", 5), ("reopened", 6)]), [None, None, None]);
        assert_eq!(incident(&[("restored", 9), ("reopened", 6), ("restored", 4)]), [None, Some(9), None]);
    }

    #[test]
    fn an_end_restores_where_nobody_told_that_users_were_served_before() {
        assert_eq!(incident(&[("finished", 8)]), [None, Some(8), Some(8)]);
        assert_eq!(incident(&[("finished", 8), ("restored", 5)]), [None, Some(5), Some(8)]);
    }
}
