//! Runs of workflows with their jobs, and the bill for them, at an instant.

use std::collections::HashMap;

use model::kinds::{RunConclusion, RunStatus};
use model::{Amount, Instant};

use super::{Presenter, instant};
use crate::calendar::DAY;
use crate::ids::node_id;
use crate::organisation::ci::{AttemptLife, Charge, JobLife, Machine, RunBranch, RunLife, charges};
use crate::view::{CiAttempt, CiJob, CiRun, CiUsage, WorkflowRun};

impl Presenter<'_> {
    /// Runs of a repository that are made by now, in order of creation.
    pub(crate) fn ci_runs(&self, repository: usize) -> impl Iterator<Item = CiRun> + '_ {
        let lives = &self.organisation.cis[repository].runs;
        let of_deployments = self.workflow_runs(repository).filter(|_| !lives.is_empty());
        let deploying: HashMap<u64, WorkflowRun> = of_deployments.map(|run| (run.id, run)).collect();
        let made = &lives[..lives.partition_point(|life| life.created_at <= self.now)];
        made.iter().map(move |life| self.ci_run(repository, life, deploying.get(&life.id)))
    }

    /// A run; of one that deploys its deployments say where it is.
    fn ci_run(&self, repository: usize, life: &RunLife, deploying: Option<&WorkflowRun>) -> CiRun {
        let begun = life.attempts.iter().take_while(|attempt| attempt.started_at <= self.now).enumerate();
        let mut attempts: Vec<CiAttempt> =
            begun.map(|(place, attempt)| self.ci_attempt(life, place, attempt, deploying.is_some())).collect();
        if let (Some(run), Some(last)) = (deploying, attempts.last_mut()) {
            (last.status, last.conclusion, last.updated_at) = (run.status, run.conclusion, run.updated_at);
        }
        CiRun {
            id: life.id,
            repository: self.place_of(repository),
            workflow: life.workflow.file(),
            name: life.workflow.name(),
            event: life.event,
            branch: match life.branch {
                RunBranch::Named(name) => name.to_owned(),
                RunBranch::PullRequest(pull) => Self::head_branch(&self.organisation.pull_requests[pull as usize]),
                RunBranch::Deployment(position) => {
                    let deployments = &self.organisation.deliveries[repository].deployments;
                    self.git_ref(repository, &deployments[position as usize]).unwrap_or_default()
                }
            },
            sha: life.commit.sha(),
            number: deploying.map_or(i64::from(life.number), |run| run.number),
            created_at: instant(life.created_at),
            attempts,
        }
    }

    fn ci_attempt(&self, run: &RunLife, place: usize, life: &AttemptLife, deploys: bool) -> CiAttempt {
        let made = |job: &&JobLife| job.is_copy || job.created_at <= self.now;
        let jobs: Vec<CiJob> = life.jobs.iter().filter(made).map(|job| self.ci_job(job)).collect();
        let end = life.end.filter(|(at, _)| *at <= self.now);
        let of_status = |wanted: RunStatus| jobs.iter().any(|job| job.status == wanted);
        let status = match end {
            Some(_) => RunStatus::Completed,
            None if deploys || of_status(RunStatus::InProgress) => RunStatus::InProgress,
            None if of_status(RunStatus::Waiting) => RunStatus::Waiting,
            None if jobs.iter().any(|job| job.started_at.is_some()) => RunStatus::InProgress,
            None => RunStatus::Queued,
        };
        CiAttempt {
            suite: node_id("CS_kwDO", run.id << 4 | place as u64),
            status,
            conclusion: end.map_or(RunConclusion::None, |(_, how)| how),
            started_at: instant(life.started_at),
            updated_at: instant(end.map_or(life.started_at, |(at, _)| at)),
            jobs,
        }
    }

    fn ci_job(&self, life: &JobLife) -> CiJob {
        let started_at = life.started_at.filter(|at| *at <= self.now);
        let end = life.end.filter(|(at, _)| *at <= self.now);
        CiJob {
            id: life.id,
            name: life.name.text(),
            stage: life.stage,
            labels: life.machine.labels(),
            tags: life.machine.tags(),
            self_hosted: life.machine == Machine::Own,
            status: match (started_at, end) {
                (_, Some(_)) => RunStatus::Completed,
                (Some(_), None) => RunStatus::InProgress,
                (None, None) if life.waits => RunStatus::Waiting,
                (None, None) => RunStatus::Queued,
            },
            conclusion: end.map_or(RunConclusion::None, |(_, how)| how),
            created_at: instant(life.created_at),
            started_at: started_at.map(instant),
            finished_at: end.map(|(at, _)| instant(at)),
            may_fail: life.may_fail,
            waits: life.waits,
            is_copy: life.is_copy,
        }
    }

    /// The bill for CI up to now, in order of day, repository and kind.
    pub(crate) fn ci_usage(&self) -> Vec<CiUsage> {
        charges(self.organisation, self.now).iter().map(|charge| self.usage(charge)).collect()
    }

    fn usage(&self, charge: &Charge) -> CiUsage {
        CiUsage {
            day: Instant::from_seconds(charge.day * DAY),
            repository: self.place_of(charge.repository),
            cost_center: charge.cost_center,
            sku: charge.sku,
            unit: charge.unit,
            quantity: millionths(charge.quantity),
            price: millionths(charge.price),
            gross: millionths(charge.gross),
            discount: millionths(charge.discount),
            net: millionths(charge.net()),
        }
    }
}

/// So many millionths as an exact number.
pub(crate) fn millionths(number: i64) -> Amount {
    format!("{number}e-6").parse().expect("a whole number and a small exponent are an amount")
}
