//! The five DORA keys by day, week and month: `dora_day`, `dora_week` and `dora_month`.

use model::Instant;
use model::columns::TextColumn;
use model::instant::MICROS_PER_DAY;
use model::rules::Rules;
use model::table::{Cells, Column, Table};

use super::facts::{Change, Facts, ServiceFacts};
use super::incidents::Incident;
use super::rollouts::{HOUR, Kind};
use crate::calendar::{Cut, Periods, label_columns};
use crate::control::{Point, chart_columns, xmr};
use crate::coverage::Coverage;
use crate::frame::{P85_MINIMUM, RATE_MINIMUM, percentile, percentile_of_enough};
use crate::totals::ALL;

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
    /// Hours.
    pub(super) recoveries: Vec<f64>,
    pub(super) recovery_open: i64,
    pub(super) incidents: i64,
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

fn days(micros: i64) -> f64 {
    micros as f64 / MICROS_PER_DAY as f64
}

pub(super) fn hours(micros: i64) -> f64 {
    micros as f64 / HOUR as f64
}

impl Counts {
    fn add_change(&mut self, change: &Change) {
        self.changes += 1;
        match change.lead() {
            Some(lead) if lead < 0 => self.negative_lead += 1,
            Some(lead) => self.leads.push(days(lead)),
            None => {}
        }
        let stages = change.stages;
        let parts = [stages.coding, stages.pickup, stages.review, stages.merge, change.waiting()];
        for (known, part) in self.stages.iter_mut().zip(parts) {
            known.extend(part.map(days));
        }
    }

    fn add_merged(&mut self, change: &Change) {
        self.merged += 1;
        self.linked += i64::from(change.is_linked());
        self.certain += i64::from(change.is_linked() && (change.is_certain() || change.link.rollout.is_none()));
    }

    fn add_incident(&mut self, incident: &Incident, detected: Option<i64>) {
        self.incidents += 1;
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
                match failure.recovered {
                    Some(recovered) => counts.recoveries.push(hours((recovered - succeeded).max(0))),
                    None => counts.recovery_open += 1,
                }
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
    // Deployed before not deployed, then held by the first deployment, then not.
    let rank = |change: &Change| (change.row, change.deployed.unwrap_or(i64::MAX), !change.is_linked());
    changes.sort_by_key(|change| rank(change));
    changes.dedup_by_key(|change| change.row);
    changes
}

/// Rows of a table: a service or `ALL`, and a period.
struct Rows<'a> {
    periods: &'a Periods,
    services: TextColumn,
    at: Vec<usize>,
    counts: Vec<Counts>,
    chart: Vec<Option<crate::control::Verdict>>,
}

/// When the first rollout of a service succeeded; or its first attempt failed, where attempts count.
pub(super) fn first_of(service: &ServiceFacts, attempts_count: bool) -> Option<i64> {
    let first = service.rollouts.first().and_then(|rollout| rollout.succeeded);
    let attempt = service.attempts.first().map(|attempt| attempt.finished).filter(|_| attempts_count);
    [first, attempt].into_iter().flatten().min()
}

/// The table of a cut: every service from the period of its first deployment to that of `as_of`, and `ALL`; by day only
/// `ALL`.
pub(super) fn table(
    name: &'static str,
    cut: Cut,
    facts: &Facts,
    rules: &Rules,
    coverage: &Coverage,
    as_of: Instant,
) -> Table {
    let attempts_count = rules.delivery.failure.attempt;
    let first_of = |service| first_of(service, attempts_count);
    let first = facts.services.iter().filter_map(first_of).min().map(Instant::from_micros);
    let periods = match first {
        Some(first) => Periods::covering(cut, rules.timezone, first.min(as_of), as_of),
        None => Periods::covering(cut, rules.timezone, as_of, Instant::from_micros(as_of.micros() - 1)),
    };
    let window = rules.delivery.incidents.window_hours.max(rules.delivery.hotfix.window_hours);
    let window = (window * HOUR as f64) as i64;
    let is_complete = |period: usize| {
        let end = periods.end(period);
        coverage.is_complete(end) && end.micros().saturating_add(window) <= as_of.micros()
    };
    let mut rows = Rows {
        periods: &periods,
        services: TextColumn::default(),
        at: Vec::new(),
        counts: Vec::new(),
        chart: Vec::new(),
    };
    let mut push = |service: &str, first: usize, series: Series<'_>| {
        let shown: Vec<(usize, Counts)> = series.counts.into_iter().enumerate().skip(first).collect();
        let point = |(period, counts): &(usize, Counts)| {
            Point::count(periods.first_day(*period), counts.deployments as f64, is_complete(*period))
        };
        let points: Vec<Point> = shown.iter().map(point).collect();
        let verdicts = if cut == Cut::Day { Vec::new() } else { xmr(&points, &rules.process_changes).points };
        let mut verdicts = verdicts.into_iter();
        for (period, counts) in shown {
            rows.services.push(service.as_bytes());
            rows.at.push(period);
            rows.counts.push(counts);
            rows.chart.push(verdicts.next());
        }
    };
    if cut != Cut::Day {
        for service in &facts.services {
            let Some(first) = first_of(service).and_then(|at| periods.index_of(Instant::from_micros(at))) else {
                continue;
            };
            let mut series = Series::new(&periods);
            series.add(service, attempts_count);
            for change in &service.changes {
                series.add_change(change);
            }
            push(&service.name, first, series);
        }
    }
    if !periods.is_empty() {
        push(ALL, 0, all(facts, &periods, attempts_count));
    }
    let complete = rows.at.iter().map(|period| is_complete(*period)).collect();
    rows.into_table(name, cut, facts.has_incidents, complete)
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

impl Rows<'_> {
    fn into_table(self, name: &'static str, cut: Cut, has_incidents: bool, complete: Vec<bool>) -> Table {
        let Self { periods, services, at, counts, chart } = self;
        let int = |value: &dyn Fn(&Counts) -> i64| Cells::Int(counts.iter().map(|it| Some(value(it))).collect());
        let of_incidents = |value: &dyn Fn(&Counts) -> i64| {
            Cells::Int(counts.iter().map(|it| has_incidents.then(|| value(it))).collect())
        };
        let float = |value: &dyn Fn(&Counts) -> Option<f64>| Cells::Float(counts.iter().map(value).collect());
        let mut columns = label_columns(periods, cut, at.iter().copied());
        let length = |period: usize| days(periods.end(period).micros() - periods.start(period).micros()).round();
        let per_day = counts.iter().zip(&at).map(|(it, period)| Some(it.deployments as f64 / length(*period)));
        columns.push(Column { name: "service", cells: Cells::Text(services) });
        columns.push(Column { name: "deployments", cells: int(&|it| it.deployments) });
        columns.push(Column { name: "per_day", cells: Cells::Float(per_day.collect()) });
        if cut != Cut::Day {
            columns.extend(chart_columns(&chart.iter().map(Option::as_ref).collect::<Vec<_>>()));
        }
        columns.extend([
            Column { name: "redeploys", cells: int(&|it| it.redeploys) },
            Column { name: "rollbacks", cells: int(&|it| it.rollbacks) },
            Column { name: "attempts_failed", cells: int(&|it| it.attempts_failed) },
            Column { name: "changes", cells: int(&|it| it.changes) },
            Column { name: "lead_p50_days", cells: float(&|it| median(&it.leads)) },
            Column {
                name: "lead_p85_days",
                cells: float(&|it| percentile_of_enough(&sorted(&it.leads), 0.85, P85_MINIMUM)),
            },
            Column { name: "lead_mean_days", cells: float(&|it| mean(&it.leads)) },
            Column { name: "negative_lead", cells: int(&|it| it.negative_lead) },
        ]);
        let names = ["coding_p50_days", "pickup_p50_days", "review_p50_days", "merge_p50_days", "deploy_wait_p50_days"];
        for (stage, name) in names.into_iter().enumerate() {
            columns.push(Column { name, cells: float(&|it| median(&it.stages[stage])) });
        }
        let share = |part: i64, all: i64| (all > 0).then(|| part as f64 / all as f64);
        let rate = |part: i64, all: i64| share(part, all).filter(|_| all >= RATE_MINIMUM as i64);
        let interval = |part: i64, all: i64| wilson(part, all).filter(|_| all >= RATE_MINIMUM as i64);
        columns.extend([
            Column { name: "linked_share", cells: float(&|it| share(it.linked, it.merged)) },
            Column { name: "certain_share", cells: float(&|it| share(it.certain, it.linked)) },
            Column { name: "failed", cells: int(&|it| it.failed) },
            Column { name: "failed_by_incident", cells: of_incidents(&|it| it.causes[0]) },
            Column { name: "failed_by_label", cells: int(&|it| it.causes[1]) },
            Column { name: "failed_by_rollback", cells: int(&|it| it.causes[2]) },
            Column { name: "failed_by_hotfix", cells: int(&|it| it.causes[3]) },
            Column { name: "change_failure_rate", cells: float(&|it| rate(it.failed, it.deployments)) },
            Column {
                name: "change_failure_rate_low",
                cells: float(&|it| interval(it.failed, it.deployments).map(|(low, _)| low)),
            },
            Column {
                name: "change_failure_rate_high",
                cells: float(&|it| interval(it.failed, it.deployments).map(|(_, high)| high)),
            },
            Column { name: "recovered", cells: int(&|it| it.recoveries.len() as i64) },
            Column { name: "recovery_open", cells: int(&|it| it.recovery_open) },
            Column { name: "recovery_p50_hours", cells: float(&|it| median(&it.recoveries)) },
            Column { name: "recovery_mean_hours", cells: float(&|it| mean(&it.recoveries)) },
            Column { name: "incidents", cells: of_incidents(&|it| it.incidents) },
            Column { name: "restored", cells: of_incidents(&|it| it.restores.len() as i64) },
            Column { name: "restore_p50_hours", cells: float(&|it| median(&it.restores)) },
            Column { name: "restore_mean_hours", cells: float(&|it| mean(&it.restores)) },
            Column { name: "detect_p50_hours", cells: float(&|it| median(&it.detections)) },
            Column { name: "unplanned", cells: int(&|it| it.unplanned) },
            Column { name: "rework_rate", cells: float(&|it| rate(it.unplanned, it.deployments)) },
            Column {
                name: "rework_rate_low",
                cells: float(&|it| interval(it.unplanned, it.deployments).map(|(low, _)| low)),
            },
            Column {
                name: "rework_rate_high",
                cells: float(&|it| interval(it.unplanned, it.deployments).map(|(_, high)| high)),
            },
            Column { name: "complete", cells: Cells::Bool(complete) },
        ]);
        Table { name, columns }
    }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    values
}

pub(super) fn median(values: &[f64]) -> Option<f64> {
    percentile(&sorted(values), 0.5)
}

/// Of the values in ascending order, so that the sum does not depend on how they came.
fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| sorted(values).iter().sum::<f64>() / values.len() as f64)
}
