//! Decides what runs when in a repository, and what people do about what is red.

use std::collections::HashMap;

use model::kinds::RunConclusion;

use super::attempt::{Machinery, Trouble};
use super::prices::LARGE_SINCE;
use super::weather::Weather;
use super::workflow::{Approval, JobPlan, ci_jobs, nightly_jobs, publishing};
use super::{AttemptLife, CiLife, JobLife, RunBranch, RunLife, Workflow, deploys, is_red};
use crate::calendar::{DAY, HOUR, MINUTE};
use crate::organisation::Organisation;
use crate::organisation::delivery::{Branch, CommitName, DEFAULT_BRANCH, RELEASE_BRANCH};
use crate::random::{Dice, mix};

/// Topic of the dice.
const TOPIC: u8 = b'C';
/// Most attempts of a run.
const MOST_ATTEMPTS: usize = 4;
/// Numbers before those of the first run, and of the first job; each repository has so many of its own.
const FIRST_RUN: u64 = 30_000_000_000;
const FIRST_JOB: u64 = 40_000_000_000;
const OF_A_REPOSITORY: u64 = 10_000_000;
/// The workflow of the night begins then.
const NIGHT: i64 = 2 * HOUR + 15 * MINUTE;

/// Writes the runs of one repository.
pub(super) struct Author<'a> {
    organisation: &'a Organisation,
    repository: usize,
    since: i64,
    weather: &'a Weather,
    dice: Dice,
    /// Which job, if any, finds a flaw in a commit: the same whenever it runs.
    flaws: HashMap<(Workflow, &'static str, CommitName), Option<usize>>,
    runs: Vec<RunLife>,
}

/// A run before it is known what becomes of it.
#[derive(Clone, Copy)]
struct Begin {
    workflow: Workflow,
    event: &'static str,
    branch: RunBranch,
    commit: CommitName,
    at: i64,
    /// When something newer is pushed to its branch.
    next_push: Option<i64>,
}

/// What people do about a red run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reaction {
    Leave,
    /// What was not green runs again.
    Partly,
    /// Everything runs again.
    Wholly,
    /// Another run of the same commit.
    Anew,
}

impl<'a> Author<'a> {
    pub(super) fn new(organisation: &'a Organisation, repository: usize, since: i64, weather: &'a Weather) -> Self {
        let dice = Dice::new(organisation.options.seed, TOPIC, repository);
        Self { organisation, repository, since, weather, dice, flaws: HashMap::new(), runs: Vec::new() }
    }

    /// All runs from `since` on, numbered.
    pub(super) fn write(mut self) -> CiLife {
        for pull in 0..self.organisation.pull_requests.len() {
            let is_here = usize::from(self.organisation.pull_requests[pull].repository) == self.repository;
            if is_here && self.concerns(pull as u32) {
                self.pull_request(pull as u32);
            }
        }
        let delivery = &self.organisation.deliveries[self.repository];
        self.pushes(&delivery.main, DEFAULT_BRANCH);
        if let Some(release) = delivery.release.as_ref() {
            self.pushes(release, RELEASE_BRANCH);
        }
        if self.repository.is_multiple_of(8) {
            self.nights();
        }
        self.runs.extend(deploys::runs(self.organisation, self.repository, self.since));
        self.runs.retain(|run| run.created_at <= self.organisation.end);
        self.number();
        CiLife { runs: self.runs }
    }

    /// Whether a pull request changes anything that CI looks at: two of five do.
    fn concerns(&self, pull: u32) -> bool {
        mix(self.organisation.options.seed ^ mix(u64::from(pull))) % 5 < 2
    }

    /// A run for what is pushed while the pull request is open.
    fn pull_request(&mut self, pull: u32) {
        let life = &self.organisation.pull_requests[pull as usize];
        let before = life.commits.iter().filter(|at| **at <= life.created_at).count();
        let mut pushes = vec![(life.created_at, before.saturating_sub(1))];
        if before > 1 && self.dice.chance(0.15) {
            // Something was forgotten.
            let at = life.created_at + self.dice.between(MINUTE, 5 * MINUTE);
            if life.closed_at.is_none_or(|closed| at < closed) {
                pushes = vec![(life.created_at, before - 2), (at, before - 1)];
            }
        }
        for (place, at) in life.commits.iter().enumerate().skip(before) {
            let (last, _) = pushes[pushes.len() - 1];
            if *at > last && life.closed_at.is_none_or(|closed| *at < closed) && self.dice.chance(0.7) {
                pushes.push((*at, place));
            }
        }
        let author = self.organisation.people.get(usize::from(life.author));
        let is_bot = author.is_some_and(|person| person.is_bot);
        for (order, &(at, place)) in pushes.iter().enumerate() {
            let begin = Begin {
                workflow: Workflow::Ci,
                event: "pull_request",
                branch: RunBranch::PullRequest(pull),
                commit: CommitName::Branch(pull, place as u32),
                at: at + self.dice.between(2, 6),
                next_push: pushes.get(order + 1).map(|(next, _)| next + 3),
            };
            if at < self.since {
                continue;
            }
            if is_bot && self.dice.chance(0.08) {
                self.refuse(begin);
                continue;
            }
            self.live(begin);
            if self.dice.chance(0.015) {
                // Somebody closes and opens it again, to see.
                let at = at + self.dice.between(30 * MINUTE, 5 * HOUR);
                self.live_again(begin, at);
            }
        }
    }

    /// A run of a bot that somebody has to approve of first, and nobody does.
    fn refuse(&mut self, begin: Begin) {
        let attempt = AttemptLife {
            started_at: begin.at,
            end: Some((begin.at + 1, RunConclusion::ActionRequired)),
            jobs: Vec::new(),
        };
        self.push(begin, vec![attempt]);
    }

    fn pushes(&mut self, branch: &Branch, name: &'static str) {
        let (since, delivery) = (self.since, &self.organisation.deliveries[self.repository]);
        for step in branch.steps.iter().filter(|step| step.at >= since && !step.is_reset) {
            if !step.brings.is_empty() && !step.brings.iter().any(|pull| self.concerns(*pull)) {
                continue;
            }
            let at = step.at + self.dice.between(2, 6);
            self.live(Begin {
                workflow: Workflow::Ci,
                event: "push",
                branch: RunBranch::Named(name),
                commit: delivery.commits[step.head as usize].name,
                at,
                next_push: None,
            });
        }
    }

    fn nights(&mut self) {
        let delivery = &self.organisation.deliveries[self.repository];
        let archived_at = self.organisation.repositories[self.repository].archived_at;
        let until = archived_at.unwrap_or(self.organisation.end).min(self.organisation.end);
        for day in self.since.div_euclid(DAY) + 1..=until.div_euclid(DAY) {
            let is_weekend = (day + 3).rem_euclid(7) > 4;
            let at = day * DAY + NIGHT + self.dice.between(0, 20 * MINUTE);
            let Some(position) = delivery.main.position_at(at).filter(|_| !is_weekend && at < until) else { continue };
            self.live(Begin {
                workflow: Workflow::Nightly,
                event: "schedule",
                branch: RunBranch::Named(DEFAULT_BRANCH),
                commit: delivery.commits[delivery.main.steps[position].head as usize].name,
                at,
                next_push: None,
            });
        }
    }

    fn plan(&mut self, begin: &Begin) -> Vec<JobPlan> {
        if begin.workflow == Workflow::Nightly {
            return nightly_jobs(begin.at >= LARGE_SINCE);
        }
        let mut plan = ci_jobs(self.repository);
        if begin.event == "push" && self.repository % 3 == 2 && self.dice.chance(0.08) {
            let wait = self.dice.between(12 * HOUR, 3 * DAY);
            plan.push(publishing(if self.dice.chance(0.8) { Approval::After(wait) } else { Approval::Never }));
        }
        plan
    }

    /// Lives through a run with all of its attempts.
    fn live(&mut self, begin: Begin) {
        let plan = self.plan(&begin);
        let mut attempts: Vec<AttemptLife> = Vec::new();
        let (mut started_at, mut partly) = (begin.at, false);
        loop {
            let trouble = self.trouble(&begin, &plan, started_at);
            let called_off_at = begin.next_push.filter(|_| attempts.is_empty());
            let before = attempts.last().filter(|_| partly);
            let mut machinery = Machinery { dice: &mut self.dice, weather: self.weather };
            let attempt = machinery.attempt(&plan, started_at, trouble, called_off_at, before);
            let end = attempt.end.filter(|(_, how)| is_red(*how));
            attempts.push(attempt);
            let Some((ended_at, _)) = end else { break };
            let reaction = self.reaction(trouble);
            let over = self.weather.outage(ended_at).unwrap_or(ended_at);
            let next = over + self.dice.between(4 * MINUTE, 100 * MINUTE);
            let is_too_late = begin.next_push.is_some_and(|push| push < next + HOUR) || next > self.organisation.end;
            if is_too_late || attempts.len() == MOST_ATTEMPTS {
                break;
            }
            match reaction {
                Reaction::Leave => break,
                Reaction::Anew => {
                    self.live_again(begin, next);
                    break;
                }
                Reaction::Partly | Reaction::Wholly => (started_at, partly) = (next, reaction == Reaction::Partly),
            }
        }
        self.push(begin, attempts);
    }

    /// The same commit once more.
    fn live_again(&mut self, begin: Begin, at: i64) {
        if begin.next_push.is_none_or(|push| push > at + HOUR) {
            self.live(Begin { at, ..begin });
        }
    }

    fn trouble(&mut self, begin: &Begin, plan: &[JobPlan], at: i64) -> Trouble {
        if self.weather.outage(at).is_some() && self.dice.chance(0.8) {
            return if self.dice.chance(0.5) { Trouble::NoMachines } else { Trouble::Hang(0) };
        }
        let share = match begin.event {
            "pull_request" => 0.13,
            "schedule" => 0.06,
            _ => 0.03,
        };
        let (has_flaw, mut place) = (self.dice.chance(share), self.dice.unit());
        let found_by = plan.iter().position(|job| {
            place -= job.finds;
            place < 0.0
        });
        let key = (begin.workflow, begin.event, begin.commit);
        if let Some(position) = self.flaws.entry(key).or_insert(found_by.filter(|_| has_flaw)) {
            return Trouble::Flaw(*position);
        }
        let flaky = plan.iter().position(|job| job.shaky > 0.0 && self.dice.chance(job.shaky));
        flaky.map_or(Trouble::Nothing, Trouble::Flake)
    }

    fn reaction(&mut self, trouble: Trouble) -> Reaction {
        let fate = self.dice.unit();
        match trouble {
            Trouble::Flaw(_) if fate < 0.8 => Reaction::Leave,
            Trouble::Flaw(_) => Reaction::Partly,
            Trouble::NoMachines | Trouble::Hang(_) if fate < 0.8 => Reaction::Wholly,
            Trouble::NoMachines | Trouble::Hang(_) => Reaction::Leave,
            Trouble::Flake(_) | Trouble::Nothing => match fate {
                fate if fate < 0.55 => Reaction::Partly,
                fate if fate < 0.72 => Reaction::Wholly,
                fate if fate < 0.85 => Reaction::Anew,
                _ => Reaction::Leave,
            },
        }
    }

    fn push(&mut self, begin: Begin, attempts: Vec<AttemptLife>) {
        self.runs.push(RunLife {
            id: 0,
            number: 0,
            workflow: begin.workflow,
            event: begin.event,
            branch: begin.branch,
            commit: begin.commit,
            created_at: begin.at,
            attempts,
        });
    }

    /// Numbers runs and jobs in the order in which they were made; those of deployments have their numbers.
    fn number(&mut self) {
        self.runs.sort_by_key(|run| run.created_at);
        let before = self.repository as u64 * OF_A_REPOSITORY;
        let mut numbers: HashMap<Workflow, u32> = HashMap::new();
        let mut jobs: Vec<(i64, &mut JobLife)> = Vec::new();
        for (place, run) in self.runs.iter_mut().enumerate() {
            if !run.workflow.deploys() {
                run.id = FIRST_RUN + before + place as u64 + 1;
                let number = numbers.entry(run.workflow).or_default();
                *number += 1;
                run.number = *number;
            }
            for attempt in &mut run.attempts {
                let started_at = attempt.started_at;
                jobs.extend(attempt.jobs.iter_mut().filter(|job| job.id == 0).map(|job| {
                    let made_at = if job.is_copy { started_at } else { job.created_at };
                    (made_at, job)
                }));
            }
        }
        jobs.sort_by_key(|(made_at, _)| *made_at);
        for (place, (_, job)) in jobs.into_iter().enumerate() {
            job.id = FIRST_JOB + before + place as u64 + 1;
        }
    }
}
