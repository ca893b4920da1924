//! Previews of open pull requests, by a system of their own.

use model::records::DeploymentStatusKind;

use super::pipeline::stays;
use super::{Delivery, DeploymentLife, Environment, Purpose};
use crate::organisation::Organisation;

/// Deploys previews: when, of which pull request, and the commit.
pub(super) fn deploy(organisation: &Organisation, delivery: &mut Delivery, previews: &[(i64, u32, u32)]) {
    for &(at, pull, commit) in previews {
        let life = &organisation.pull_requests[pull as usize];
        let mut statuses = vec![(at + 4, DeploymentStatusKind::Pending), (at + 95, DeploymentStatusKind::Success)];
        if let Some(closed_at) = life.closed_at {
            statuses.push((closed_at + 20, DeploymentStatusKind::Inactive));
        }
        delivery.deployments.push(DeploymentLife {
            commit,
            environment: Environment::Preview(pull),
            made_as: None,
            created_at: at,
            statuses,
            run: None,
            creator: Some(life.author).filter(|author| stays(organisation, *author)),
            service: 0,
            purpose: Purpose::Rehearsal,
            position: None,
            rollout: None,
        });
    }
}
