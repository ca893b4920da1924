//! One attempt: stage after stage, until something is red or a newer push calls it off.

use model::kinds::RunConclusion;

use super::weather::Weather;
use super::workflow::{Approval, JobPlan, STAGES};
use super::{AttemptLife, JobLife, JobName};
use crate::calendar::{DAY, HOUR};
use crate::random::Dice;

/// What goes wrong in an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    Nothing,
    /// The job at this position finds a flaw of the code: it will as often as it runs for the commit.
    Flaw(usize),
    /// The job at this position fails for nothing.
    Flake(usize),
    /// There are no machines: nothing begins.
    NoMachines,
    /// The machine of the job at this position hangs.
    Hang(usize),
}

/// How long a job may take.
const LONGEST: i64 = HOUR;

/// What makes attempts.
pub(super) struct Machinery<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) weather: &'a Weather,
}

impl Machinery<'_> {
    /// An attempt that begins at an instant and is called off by a newer push. Of a partial one, `before` is the one of
    /// which only what was not green runs again.
    pub(super) fn attempt(
        &mut self,
        plan: &[JobPlan],
        started_at: i64,
        trouble: Trouble,
        called_off_at: Option<i64>,
        before: Option<&AttemptLife>,
    ) -> AttemptLife {
        let mut jobs: Vec<JobLife> = Vec::with_capacity(plan.len());
        let mut ready_at = started_at;
        let mut is_stopped = false;
        for (stage, stage_name) in STAGES.iter().enumerate() {
            let mut over_at = ready_at;
            let mut goes_on = !is_stopped;
            let of_stage = plan.iter().enumerate().filter(|(_, job)| job.stage == stage);
            for (position, planned) in of_stage {
                let green = before.and_then(|before| green_job(before, planned.name));
                let job = match green {
                    Some(green) => JobLife { id: 0, is_copy: true, ..green.clone() },
                    None if is_stopped => skipped(planned, stage_name, ready_at),
                    None => self.job(planned, stage_name, ready_at, position, trouble),
                };
                match job.end {
                    Some((at, _)) if !job.is_copy => over_at = over_at.max(at),
                    None => goes_on = false,
                    Some(_) => {}
                }
                goes_on &= job.may_fail || job.end.is_some_and(|(_, how)| how == RunConclusion::Success);
                jobs.push(job);
            }
            is_stopped = !goes_on;
            ready_at = over_at;
        }
        self.conclude(started_at, trouble, called_off_at, jobs)
    }

    fn conclude(
        &mut self,
        started_at: i64,
        trouble: Trouble,
        called_off_at: Option<i64>,
        mut jobs: Vec<JobLife>,
    ) -> AttemptLife {
        if trouble == Trouble::NoMachines {
            let last = jobs.iter().filter_map(|job| job.end).map(|(at, _)| at).max().unwrap_or(started_at);
            let end = Some((last, RunConclusion::StartupFailure));
            return AttemptLife { started_at, end, jobs };
        }
        let last = jobs.iter().map(|job| job.end.map(|(at, _)| at)).collect::<Option<Vec<i64>>>();
        let last = last.and_then(|ends| ends.into_iter().max());
        if let Some(at) = called_off_at.filter(|at| last.is_none_or(|last| *at < last)) {
            for job in &mut jobs {
                call_off(job, at);
            }
            return AttemptLife { started_at, end: Some((at, RunConclusion::Cancelled)), jobs };
        }
        let red =
            jobs.iter().find_map(|job| job.end.map(|(_, how)| how).filter(|how| super::is_red(*how) && !job.may_fail));
        // The run is told to be over a little later than its last job, on the same day.
        let late = self.dice.between(1, 9);
        let end = last.map(|last| {
            let same_day = (last + late).div_euclid(DAY) == last.div_euclid(DAY);
            (last + if same_day { late } else { 0 }, red.unwrap_or(RunConclusion::Success))
        });
        AttemptLife { started_at, end, jobs }
    }

    fn job(
        &mut self,
        planned: &JobPlan,
        stage: &'static str,
        created_at: i64,
        position: usize,
        trouble: Trouble,
    ) -> JobLife {
        let slow = if self.weather.is_rush(created_at) { 40.0 } else { 1.0 };
        let queue = self.dice.log_normal(planned.machine.usual_queue() * slow, 0.6).min(3.0 * HOUR as f64) as i64;
        let seconds = self.dice.log_normal(planned.seconds, 0.22).max(5.0) as i64;
        let approved_at = match planned.approval {
            None => Some(created_at),
            Some(Approval::After(wait)) => Some(created_at + wait),
            Some(Approval::Never) => None,
        };
        let started_at = approved_at.map(|at| at + queue.max(1));
        let (seconds, conclusion) = match trouble {
            Trouble::NoMachines => (1, RunConclusion::StartupFailure),
            Trouble::Hang(at) if at == position => (LONGEST, RunConclusion::TimedOut),
            Trouble::Flaw(at) | Trouble::Flake(at) if at == position => {
                (seconds * self.dice.between(40, 100) / 100, RunConclusion::Failure)
            }
            _ if planned.may_fail && self.dice.chance(0.5) => (seconds, RunConclusion::Failure),
            _ => (seconds, RunConclusion::Success),
        };
        JobLife {
            id: 0,
            name: JobName::Fixed(planned.name),
            stage,
            machine: planned.machine,
            created_at,
            started_at,
            end: started_at.map(|at| (at + seconds.max(1), conclusion)),
            may_fail: planned.may_fail,
            waits: planned.approval.is_some(),
            is_copy: false,
        }
    }
}

/// The job of an attempt that need not run again.
fn green_job<'a>(before: &'a AttemptLife, name: &'static str) -> Option<&'a JobLife> {
    let is_green = |job: &&JobLife| job.end.is_some_and(|(_, how)| how == RunConclusion::Success);
    before.jobs.iter().filter(|job| job.name == JobName::Fixed(name)).find(is_green)
}

/// A job that never began, since one that it needs was red.
fn skipped(planned: &JobPlan, stage: &'static str, at: i64) -> JobLife {
    JobLife {
        id: 0,
        name: JobName::Fixed(planned.name),
        stage,
        machine: planned.machine,
        created_at: at,
        started_at: Some(at),
        end: Some((at, RunConclusion::Skipped)),
        may_fail: planned.may_fail,
        waits: false,
        is_copy: false,
    }
}

/// What runs at an instant ends there, what has not begun is skipped.
fn call_off(job: &mut JobLife, at: i64) {
    if job.end.is_some_and(|(end, _)| end <= at) {
        return;
    }
    if job.started_at.is_some_and(|started| started < at) {
        job.end = Some((at, RunConclusion::Cancelled));
        return;
    }
    job.created_at = job.created_at.min(at);
    (job.started_at, job.end, job.waits) = (Some(at), Some((at, RunConclusion::Skipped)), false);
}
