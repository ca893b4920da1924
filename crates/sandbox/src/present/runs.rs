//! Runs of the workflows that deploy, at an instant.

use model::kinds::{RunConclusion, RunStatus};

use super::{Presenter, instant};
use crate::organisation::delivery::{DeploymentLife, Purpose};
use crate::view::WorkflowRun;

/// The workflow that brings something new.
const DEPLOY: &str = "deploy.yml";
/// The workflow that brings back, or once more, what was served before.
const ROLLBACK: &str = "rollback.yml";
/// Files of all workflows.
pub(crate) const WORKFLOWS: [&str; 2] = [DEPLOY, ROLLBACK];

impl Presenter<'_> {
    /// Runs of a repository that are made by now, in order of creation.
    pub(super) fn workflow_runs(&self, repository: usize) -> impl Iterator<Item = WorkflowRun> + '_ {
        let lives = &self.organisation.deliveries[repository].deployments;
        let of_runs = lives.chunk_by(|one, other| run_of(one).is_some() && run_of(one) == run_of(other));
        let made = of_runs.filter(|lives| run_of(&lives[0]).is_some() && lives[0].created_at <= self.now);
        made.enumerate().filter_map(move |(place, lives)| self.workflow_run(repository, place, lives))
    }

    /// A run that makes these deployments: over when the last of them is, and started again where one has failed.
    fn workflow_run(&self, repository: usize, place: usize, lives: &[DeploymentLife]) -> Option<WorkflowRun> {
        let delivery = &self.organisation.deliveries[repository];
        let made = lives.partition_point(|life| life.created_at <= self.now);
        let (begun, last) = (&lives[..made], &lives[made - 1]);
        let is_failure = |life: &DeploymentLife| matches!(life.purpose, Purpose::FailedAttempt | Purpose::Cancelled);
        let ended = end_of(last).filter(|at| *at <= self.now);
        let is_last = made == lives.len();
        let (status, conclusion) = match ended {
            None if last.purpose == Purpose::Waiting => (RunStatus::Waiting, RunConclusion::None),
            Some(_) if last.purpose == Purpose::Cancelled => (RunStatus::Completed, RunConclusion::Cancelled),
            Some(_) if is_failure(last) => (RunStatus::Completed, RunConclusion::Failure),
            Some(_) if is_last => (RunStatus::Completed, RunConclusion::Success),
            _ => (RunStatus::InProgress, RunConclusion::None),
        };
        // An attempt goes from behind a failure to the next one.
        let before = begun.iter().enumerate().rev().skip(1).find(|(_, life)| is_failure(life));
        let started = before.map_or(&lives[0], |(at, _)| &lives[at + 1]);
        let attempts = 1 + begun[..made - 1].iter().filter(|life| is_failure(life)).count();
        let is_back = lives.iter().any(|life| matches!(life.purpose, Purpose::Redeploy | Purpose::Rollback));
        let seen = last.statuses.iter().filter(|(at, _)| *at <= self.now).map(|(at, _)| *at);
        let updated_at = ended.or(seen.max()).unwrap_or(last.created_at);
        Some(WorkflowRun {
            id: run_of(last)?,
            repository: self.place_of(repository),
            workflow: if is_back { ROLLBACK } else { DEPLOY },
            event: if is_back { "workflow_dispatch" } else { "push" },
            branch: self.git_ref(repository, last).unwrap_or_default(),
            sha: delivery.commits[last.commit as usize].name.sha(),
            number: place as i64 + 1,
            attempt: attempts as i64,
            status,
            conclusion,
            created_at: instant(lives[0].created_at),
            started_at: instant(started.created_at),
            updated_at: instant(updated_at),
        })
    }
}

fn run_of(life: &DeploymentLife) -> Option<u64> {
    life.run.map(|(run, _)| run)
}

/// When a deployment came to its end; what becomes of it later is of another run.
fn end_of(life: &DeploymentLife) -> Option<i64> {
    let ends = life.purpose.end()?;
    life.statuses.iter().find(|(_, state)| ends.contains(state)).map(|(at, _)| *at)
}
