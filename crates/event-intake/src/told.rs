//! What a body tells.

use model::Instant;
use model::deliveries::Delivered;
use model::kinds::{DeploymentStatusKind, IncidentEventKind};
use model::records::{DeploymentStatus, IncidentEvent};

/// What a body tells, for the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Deployments, incidents, and pull requests with their reviews. An incident without an id gets one of its project.
    pub records: Vec<Delivered>,
    /// Whether what happened has the time of receipt for want of another.
    pub undated: bool,
    /// Whether what is told of must be known before.
    pub must_be_known: bool,
    /// Why nothing is taken from the body, where that is so.
    pub not_used: Option<String>,
}

impl Told {
    pub(crate) fn of(records: Vec<Delivered>) -> Self {
        Self { records, undated: false, must_be_known: false, not_used: None }
    }
}

/// A status of a deployment without an id of its own.
pub(crate) fn status(kind: DeploymentStatusKind, at: Instant) -> DeploymentStatus {
    DeploymentStatus { state: kind.into(), at, ..DeploymentStatus::default() }
}

pub(crate) fn event(kind: IncidentEventKind, at: Instant) -> IncidentEvent {
    IncidentEvent { kind: kind.into(), at, ..IncidentEvent::default() }
}
