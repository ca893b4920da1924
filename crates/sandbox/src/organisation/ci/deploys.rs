//! The runs that deploy: what the deployments that there are already say of them.

use model::kinds::RunConclusion;
use model::records::DeploymentStatusKind as State;

use super::{AttemptLife, JobLife, JobName, Machine, RunBranch, RunLife, Workflow};
use crate::organisation::Organisation;
use crate::organisation::delivery::{DeploymentLife, Environment, Purpose};

/// Name of the stage in which something is deployed.
const STAGE: &str = "deploy";

/// The runs of a repository that deploy and were made since.
pub(super) fn runs(organisation: &Organisation, repository: usize, since: i64) -> Vec<RunLife> {
    let delivery = &organisation.deliveries[repository];
    let run_of = |life: &DeploymentLife| life.run.map(|(run, _)| run);
    let (mut runs, mut position) = (Vec::new(), 0);
    for lives in delivery.deployments.chunk_by(|one, other| run_of(one).is_some() && run_of(one) == run_of(other)) {
        let last = position + lives.len() - 1;
        position += lives.len();
        let Some(id) = run_of(&lives[0]).filter(|_| lives[0].created_at >= since) else { continue };
        let is_back = lives.iter().any(|life| matches!(life.purpose, Purpose::Redeploy | Purpose::Rollback));
        runs.push(RunLife {
            id,
            number: 0,
            workflow: if is_back { Workflow::Rollback } else { Workflow::Deploy },
            event: if is_back { "workflow_dispatch" } else { "push" },
            branch: RunBranch::Deployment(last as u32),
            commit: delivery.commits[lives[lives.len() - 1].commit as usize].name,
            created_at: lives[0].created_at,
            attempts: attempts(lives),
        });
    }
    runs
}

/// An attempt goes from behind a failure to the next one; the next one lists again what was green.
fn attempts(lives: &[DeploymentLife]) -> Vec<AttemptLife> {
    let mut attempts: Vec<AttemptLife> = Vec::new();
    for of_attempt in lives.split_inclusive(is_failure) {
        let copied = attempts.last().into_iter().flat_map(|before| &before.jobs);
        let green = copied.filter(|job| job.end.is_some_and(|(_, how)| how == RunConclusion::Success));
        let mut jobs: Vec<JobLife> = green.map(|job| JobLife { id: 0, is_copy: true, ..job.clone() }).collect();
        jobs.extend(of_attempt.iter().filter_map(job));
        let end = jobs.last().and_then(|job| job.end);
        attempts.push(AttemptLife { started_at: of_attempt[0].created_at, end, jobs });
    }
    attempts
}

fn is_failure(life: &DeploymentLife) -> bool {
    matches!(life.purpose, Purpose::FailedAttempt | Purpose::Cancelled)
}

/// The job of a deployment: it begins when the deployment is under way.
fn job(life: &DeploymentLife) -> Option<JobLife> {
    let (_, id) = life.run?;
    let Environment::Named(environment) = life.environment else { return None };
    let first = |wanted: &[State]| life.statuses.iter().find(|(_, state)| wanted.contains(state)).map(|(at, _)| *at);
    // What fails on the way to production is tried again by the same attempt.
    let red_at = first(&[State::Failure, State::Error]).filter(|_| life.purpose == Purpose::Rehearsal);
    let ended_at = red_at.or(life.purpose.end().and_then(first));
    let conclusion = match life.purpose {
        _ if red_at.is_some() => RunConclusion::Failure,
        Purpose::FailedAttempt => RunConclusion::Failure,
        Purpose::Cancelled => RunConclusion::Cancelled,
        _ => RunConclusion::Success,
    };
    Some(JobLife {
        id,
        name: JobName::Deploy(environment),
        stage: STAGE,
        machine: Machine::Linux,
        created_at: life.created_at,
        started_at: first(&[State::InProgress]).or(ended_at),
        end: ended_at.map(|at| (at, conclusion)),
        may_fail: false,
        waits: first(&[State::Waiting]).is_some(),
        is_copy: false,
    })
}
