//! A repository that a workflow deploys: staging first, then production, and what goes wrong there.

use std::collections::HashMap;

use model::records::DeploymentStatusKind as State;

use super::incidents::{incident, noticed_after};
use super::setup::{Rhythm, Service};
use super::{Branch, BranchStep, Delivery, DeploymentLife, Environment, IncidentLife, Purpose};
use crate::calendar::{DAY, HOUR, MINUTE, monday_of};
use crate::organisation::Organisation;
use crate::random::Dice;

/// Topic of the dice.
const TOPIC: u8 = b'D';
/// Which run of the repository with accidents waits for ever.
const WAITING_RUN: u64 = 4;

/// Deploys the branch that users are served from, from the beginning to the end of the period.
pub(super) fn deploy(
    organisation: &Organisation,
    repository: usize,
    delivery: &mut Delivery,
    calm: Option<(i64, i64)>,
) {
    let (mut deployments, mut incidents, mut runs) = (Vec::new(), Vec::new(), 0);
    for (place, service) in delivery.setup.services().into_iter().enumerate() {
        let Some(branch) = delivery.served() else { return };
        let mut pipeline = Pipeline {
            organisation,
            repository,
            delivery,
            place,
            service,
            branch,
            calm,
            dice: Dice::new(organisation.options.seed, TOPIC, place << 32 | repository),
            deployments,
            incidents,
            served: HashMap::new(),
            live: None,
            runs,
        };
        pipeline.live();
        Pipeline { deployments, incidents, runs, .. } = pipeline;
    }
    (delivery.deployments, delivery.incidents) = (deployments, incidents);
}

/// The pipeline of one service.
struct Pipeline<'a> {
    organisation: &'a Organisation,
    repository: usize,
    delivery: &'a Delivery,
    /// Position among the services of the repository.
    place: usize,
    service: Service,
    branch: &'a Branch,
    calm: Option<(i64, i64)>,
    dice: Dice,
    deployments: Vec<DeploymentLife>,
    incidents: Vec<IncidentLife>,
    /// The last successful deployment to each environment.
    served: HashMap<&'static str, usize>,
    /// The step of the branch that users are served from.
    live: Option<usize>,
    runs: u64,
}

impl Pipeline<'_> {
    fn live(&mut self) {
        let steps = &self.branch.steps;
        let doomed = steps.iter().position(|step| self.delivery.commits[step.head as usize].dropped_at.is_some());
        let (mut next, mut free_at) = (0, self.organisation.start + self.dice.between(DAY, 3 * DAY));
        while next < steps.len() {
            if !self.is_concerned(&steps[next]) {
                next += 1;
                continue;
            }
            let mut at = self.time_of_run(steps[next].at.max(free_at));
            if let Some(doomed) = doomed.filter(|doomed| next <= *doomed && at > steps[*doomed].at) {
                at = free_at.max(steps[doomed].at + 10 * MINUTE);
            }
            if at > self.organisation.end {
                return;
            }
            let position = self.branch.position_at(at).unwrap_or(next).max(next);
            next = position + 1;
            if !steps[position].is_reset {
                free_at = self.run(at, position);
            }
        }
    }

    /// Whether a step of the branch has anything new for the service; of commits without a pull request nobody knows.
    fn is_concerned(&self, step: &BranchStep) -> bool {
        step.brings.is_empty() || step.brings.iter().any(|pull| self.delivery.concerns(*pull, self.place))
    }

    /// When something that could be deployed from `ready_at` on is.
    fn time_of_run(&mut self, ready_at: i64) -> i64 {
        let day = ready_at.div_euclid(DAY);
        let at_hour = |day: i64, hour: i64| day * DAY + hour * HOUR;
        match self.service.rhythm {
            Rhythm::Continuous => ready_at + self.dice.between(4 * MINUTE, 3 * HOUR),
            Rhythm::Daily => {
                let today = at_hour(day, 14) + self.dice.between(0, HOUR);
                let at = if today >= ready_at { today } else { today + DAY };
                // Not at weekends.
                let monday = monday_of(at.div_euclid(DAY)) * DAY;
                if at >= monday + 5 * DAY { at + monday + 7 * DAY - at.div_euclid(DAY) * DAY } else { at }
            }
            Rhythm::Weekly => {
                let tuesday = at_hour(monday_of(day) + 1, 9) + self.dice.between(0, 2 * HOUR);
                if tuesday >= ready_at { tuesday } else { tuesday + 7 * DAY }
            }
        }
    }

    fn is_calm(&self, at: i64) -> bool {
        self.calm.is_some_and(|(from, to)| from <= at && at <= to)
    }

    fn goes_wrong(&mut self, at: i64, probability: f64) -> bool {
        self.dice.chance(probability) && !self.is_calm(at)
    }

    /// One run of the workflow for a step of the branch; when the next one may begin.
    fn run(&mut self, at: i64, position: usize) -> i64 {
        let run = self.next_run();
        let mut now = at;
        if self.goes_wrong(now, 0.03) {
            now = self.attempt("staging", now, run, position, Purpose::FailedAttempt, None);
            now += self.dice.between(10 * MINUTE, HOUR);
        }
        now = self.attempt("staging", now, run, position, Purpose::Change, None);
        now += self.dice.between(MINUTE, 40 * MINUTE);
        let regions = self.service.production;
        if self.delivery.setup.has_accidents && self.runs == WAITING_RUN {
            self.attempt(regions[0], now, run, position, Purpose::Waiting, None);
            return now + MINUTE;
        }
        let mut rollout = None;
        let mut served_at = now;
        for (place, region) in regions.iter().enumerate() {
            let mut tries = 2;
            while tries > 0 && self.goes_wrong(now, 0.06) {
                let purpose = if self.dice.chance(0.12) { Purpose::Cancelled } else { Purpose::FailedAttempt };
                now = self.attempt(region, now, run, position, purpose, None);
                let pause = if place == 0 { HOUR } else { 10 * MINUTE };
                now += self.dice.between(5 * MINUTE, pause);
                tries -= 1;
            }
            let index = self.deployments.len() as u32;
            now = self.attempt(region, now, run, position, Purpose::Change, rollout);
            if rollout.is_none() {
                (rollout, served_at) = (Some(index), now);
            }
            if place + 1 < regions.len() {
                now += self.dice.between(3 * MINUTE, 20 * MINUTE);
            }
        }
        let before = self.live.replace(position);
        self.consequences(rollout, served_at, now, position, before)
    }

    /// What a deployment to production leads to; when the next run may begin.
    fn consequences(
        &mut self,
        rollout: Option<u32>,
        served_at: i64,
        now: i64,
        position: usize,
        before: Option<usize>,
    ) -> i64 {
        let has_flaw = self.goes_wrong(now, 0.07);
        let is_withdrawn = self.dice.chance(0.55);
        if has_flaw {
            let started_at = noticed_after(&mut self.dice, served_at).max(now - HOUR);
            if let Some(before) = before.filter(|before| is_withdrawn && self.can_go_back(*before, position)) {
                let back_at = now.max(started_at + self.dice.between(8 * MINUTE, 80 * MINUTE));
                let over = self.again(back_at, before, Purpose::Rollback);
                let restored_at = over.max(started_at) + self.dice.between(MINUTE, 12 * MINUTE);
                self.suffer(rollout, started_at, restored_at);
                return over;
            }
            let restored_at = started_at + self.dice.log_normal(1.6 * HOUR as f64, 0.9).min(3.0 * DAY as f64) as i64;
            self.suffer(rollout, started_at, restored_at);
            return now;
        }
        match self.dice.unit() {
            // Somebody notices before users do.
            fate if fate < 0.012 && !self.is_calm(now) => {
                let back_at = now + self.dice.between(20 * MINUTE, 4 * HOUR);
                match before.filter(|before| self.can_go_back(*before, position)) {
                    Some(before) => self.again(back_at, before, Purpose::Rollback),
                    None => now,
                }
            }
            fate if fate < 0.045 && !self.is_calm(now) => {
                let again_at = now + self.dice.between(HOUR, 6 * HOUR);
                self.again(again_at, position, Purpose::Redeploy)
            }
            fate if fate < 0.06 => {
                // Nobody's deployment.
                let started_at = now + self.dice.between(0, 3 * DAY);
                let restored_at = started_at + self.dice.between(15 * MINUTE, 6 * HOUR);
                self.suffer(None, started_at, restored_at);
                now
            }
            _ => now,
        }
    }

    /// An incident of the service.
    fn suffer(&mut self, cause: Option<u32>, started_at: i64, restored_at: i64) {
        let incident = incident(&mut self.dice, cause, started_at, restored_at);
        self.incidents.push(IncidentLife { service: self.place, ..incident });
    }

    fn can_go_back(&self, before: usize, from: usize) -> bool {
        let commit = |position: usize| self.branch.steps[position].head;
        let target = self.delivery.commits[commit(before) as usize];
        target.dropped_at.is_none() && commit(before) != commit(from)
    }

    /// A run for a step that was served before, straight to production; when it is done.
    fn again(&mut self, at: i64, position: usize, purpose: Purpose) -> i64 {
        let run = self.next_run();
        let (mut now, mut rollout) = (at, None);
        for region in self.service.production {
            let index = self.deployments.len() as u32;
            now = self.attempt(region, now, run, position, purpose, rollout) + 3 * MINUTE;
            rollout = rollout.or(Some(index));
        }
        self.live = Some(position);
        now
    }

    fn next_run(&mut self) -> u64 {
        self.runs += 1;
        10_000_000_000 + self.repository as u64 * 10_000_000 + self.runs
    }

    /// One deployment; when it ended, or began to wait.
    fn attempt(
        &mut self,
        environment: &'static str,
        at: i64,
        run: u64,
        position: usize,
        purpose: Purpose,
        rollout: Option<u32>,
    ) -> i64 {
        let index = self.deployments.len();
        let is_production = environment != "staging";
        let mut now = at + self.dice.between(1, 6);
        let mut statuses = Vec::with_capacity(6);
        if is_production && (self.delivery.setup.approves || purpose == Purpose::Waiting) {
            statuses.push((now, State::Waiting));
            now += self.dice.between(5 * MINUTE, 5 * HOUR);
        }
        if purpose != Purpose::Waiting {
            statuses.push((now, State::Queued));
            now += self.dice.between(3, 2 * MINUTE);
        }
        if !matches!(purpose, Purpose::Waiting | Purpose::Cancelled) {
            statuses.push((now, State::InProgress));
            now += self.dice.between(2 * MINUTE, 13 * MINUTE);
        }
        match purpose {
            Purpose::Waiting => {}
            Purpose::Cancelled => statuses.push((now, State::Inactive)),
            Purpose::FailedAttempt => {
                statuses.push((now, if self.dice.chance(0.2) { State::Error } else { State::Failure }));
            }
            _ => {
                statuses.push((now, State::Success));
                if let Some(before) = self.served.insert(environment, index) {
                    self.deployments[before].statuses.push((now + 1, State::Inactive));
                }
            }
        }
        let by_hand = self.dice.chance(0.3) || purpose == Purpose::Rollback;
        let members = &self.organisation.teams[self.organisation.repositories[self.repository].team].members;
        let person = *self.dice.pick(members);
        self.deployments.push(DeploymentLife {
            commit: self.branch.steps[position].head,
            environment: Environment::Named(environment),
            made_as: self.delivery.setup.made_as.filter(|_| is_production),
            created_at: at,
            statuses,
            run: Some((run, 20_000_000_000 + self.repository as u64 * 10_000_000 + index as u64)),
            creator: Some(person).filter(|person| by_hand && stays(self.organisation, *person)),
            service: self.place,
            purpose: if is_production { purpose } else { Purpose::Rehearsal },
            position: is_production.then_some(position),
            rollout: is_production.then(|| rollout.unwrap_or(index as u32)),
        });
        now
    }
}

/// Whether an account is never deleted: the provider tells no deployment without its creator.
pub(super) fn stays(organisation: &Organisation, person: u16) -> bool {
    organisation.people.get(usize::from(person)).is_some_and(|person| person.deleted_at.is_none())
}
