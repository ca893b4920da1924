//! What happened in periods: counts and durations that the keys are made of.

use model::Instant;
use model::instant::MICROS_PER_DAY;

use super::facts::Facts;
use super::history::{Change, ServiceFacts};
use super::incidents::Incident;
use super::rollouts::{HOUR, Kind};
use super::shipping::Reason;
use crate::calendar::Periods;

/// What happened in one period.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) deployments: i64,
    pub(super) redeploys: i64,
    pub(super) rollbacks: i64,
    pub(super) attempts_failed: i64,
    pub(super) changes: i64,
    pub(super) negative_lead: i64,
    /// Days, in any order.
    pub(super) leads: Vec<f64>,
    /// Coding, pickup, review, merge and waiting for the deployment, in days.
    pub(super) stages: [Vec<f64>; 5],
    pub(super) merged: i64,
    pub(super) linked: i64,
    pub(super) certain: i64,
    pub(super) failed: i64,
    /// By incident, label, rollback and hotfix.
    pub(super) causes: [i64; 4],
    pub(super) recovered: i64,
    /// Hours.
    pub(super) recoveries: Vec<f64>,
    pub(super) recovery_open: i64,
    pub(super) incidents: i64,
    pub(super) restored: i64,
    /// Hours.
    pub(super) restores: Vec<f64>,
    /// Hours.
    pub(super) detections: Vec<f64>,
    pub(super) unplanned: i64,
}

/// The 95 % interval of a share by Wilson's score; `None` over nothing.
pub(crate) fn wilson(part: i64, all: i64) -> Option<(f64, f64)> {
    const Z: f64 = 1.959_963_984_540_054;
    if all <= 0 {
        return None;
    }
    let (share, all) = (part as f64 / all as f64, all as f64);
    let square = Z * Z;
    let center = share + square / (2.0 * all);
    let half = Z * (share * (1.0 - share) / all + square / (4.0 * all * all)).sqrt();
    let scale = 1.0 + square / all;
    Some((((center - half) / scale).max(0.0), ((center + half) / scale).min(1.0)))
}

pub(super) fn days(micros: i64) -> f64 {
    micros as f64 / MICROS_PER_DAY as f64
}

pub(super) fn hours(micros: i64) -> f64 {
    micros as f64 / HOUR as f64
}

impl Counts {
    fn add_change(&mut self, change: &Change) {
        self.changes += 1;
        if let Some(lead) = change.lead() {
            self.add_lead(lead);
        }
        let stages = change.stages;
        let parts =
            [stages.coding.get(), stages.pickup.get(), stages.review.get(), stages.merge.get(), change.waiting()];
        for (known, part) in self.stages.iter_mut().zip(parts) {
            known.extend(part.map(days));
        }
    }

    fn add_lead(&mut self, lead: i64) {
        if lead < 0 {
            self.negative_lead += 1;
        } else {
            self.leads.push(days(lead));
        }
    }

    fn add_merged(&mut self, change: &Change) {
        if change.link.reason == Reason::NotRecorded {
            return;
        }
        self.merged += 1;
        self.linked += i64::from(change.is_linked());
        self.certain += i64::from(change.is_linked() && (change.is_certain() || change.link.rollout.is_none()));
    }

    fn add_incident(&mut self, incident: &Incident, detected: Option<i64>) {
        self.incidents += 1;
        self.restored += i64::from(incident.restored().is_some());
        self.restores.extend(incident.downtime().map(hours));
        self.detections.extend(detected.map(hours));
    }
}

/// Counts by period, of a service or of all.
pub(super) struct Series<'a> {
    periods: &'a Periods,
    pub(super) counts: Vec<Counts>,
}

impl<'a> Series<'a> {
    pub(super) fn new(periods: &'a Periods) -> Self {
        Self { periods, counts: vec![Counts::default(); periods.len()] }
    }

    fn at(&mut self, micros: i64) -> Option<&mut Counts> {
        self.periods.index_of(Instant::from_micros(micros)).map(|period| &mut self.counts[period])
    }

    /// Adds deployments and incidents of a service; changes are added apart, since one may be of several services.
    pub(super) fn add(&mut self, service: &ServiceFacts, attempts_count: bool) {
        for (rollout, outcome) in service.rollouts.iter().zip(&service.outcomes) {
            let Some(succeeded) = rollout.succeeded else { continue };
            let Some(counts) = self.at(succeeded) else { continue };
            if rollout.kind == Kind::Redeploy {
                counts.redeploys += 1;
                continue;
            }
            counts.deployments += 1;
            counts.rollbacks += i64::from(rollout.kind == Kind::Rollback);
            counts.unplanned += i64::from(outcome.is_unplanned);
            let failure = &outcome.failure;
            if failure.is_failed() {
                counts.failed += 1;
                let causes = [failure.by_incident, failure.by_label, failure.by_rollback, failure.by_hotfix];
                for (count, is_so) in counts.causes.iter_mut().zip(causes) {
                    *count += i64::from(is_so);
                }
                counts.recovered += i64::from(failure.recovered.is_some());
                counts.recovery_open += i64::from(failure.recovered.is_none());
                counts.recoveries.extend(failure.recovery(succeeded).map(hours));
            }
        }
        for (succeeded, lead) in service.pushed_leads() {
            if let Some(counts) = self.at(succeeded) {
                counts.add_lead(lead);
            }
        }
        for attempt in &service.attempts {
            let Some(counts) = self.at(attempt.finished) else { continue };
            counts.attempts_failed += 1;
            if attempts_count {
                counts.deployments += 1;
                counts.failed += 1;
                counts.recovery_open += 1;
            }
        }
        for (incident, laid) in &service.incidents {
            let succeeded = laid.and_then(|(place, _)| service.rollouts[place].succeeded);
            let detected = succeeded.map(|succeeded| incident.started - succeeded).filter(|micros| *micros >= 0);
            if let Some(counts) = self.at(incident.started) {
                counts.add_incident(incident, detected);
            }
        }
    }

    pub(super) fn add_change(&mut self, change: &Change) {
        if let Some(counts) = change.deployed.and_then(|deployed| self.at(deployed)) {
            counts.add_change(change);
        }
        if change.is_default
            && let Some(counts) = self.at(change.merged)
        {
            counts.add_merged(change);
        }
    }

    pub(super) fn add_incident(&mut self, incident: &Incident) {
        if let Some(counts) = self.at(incident.started) {
            counts.add_incident(incident, None);
        }
    }
}

/// Each change of the selection once, as the service had it that had it first.
pub(super) fn once(facts: &Facts) -> Vec<&Change> {
    let mut changes: Vec<&Change> = facts.services.iter().flat_map(|service| &service.changes).collect();
    // Deployed before not deployed, then held by the first deployment, then perhaps deployed, then not.
    let rank = |change: &Change| {
        let is_open = change.link.reason != Reason::NotRecorded;
        (change.row, change.deployed.unwrap_or(i64::MAX), !change.is_linked(), is_open)
    };
    changes.sort_by_key(|change| rank(change));
    changes.dedup_by_key(|change| change.row);
    changes
}

/// All services together; a change of several once, by its first deployment.
pub(super) fn all<'a>(facts: &Facts, periods: &'a Periods, attempts_count: bool) -> Series<'a> {
    let mut series = Series::new(periods);
    for service in &facts.services {
        series.add(service, attempts_count);
    }
    for change in once(facts) {
        series.add_change(change);
    }
    for incident in &facts.other_incidents {
        series.add_incident(incident);
    }
    series
}
