//! The five DORA keys by day, week and month: `dora_day`, `dora_week`, `dora_month`, and `dora_team_month` by team.

use std::collections::BTreeSet;

use model::Instant;
use model::columns::{Raw, TextColumn};
use model::rules::Rules;
use model::table::{Cells, Column, Table};

use super::counts::{Counts, Series, all, days, wilson};
use super::facts::Facts;
use super::history::ServiceFacts;
use super::part::labels;
use super::rollouts::HOUR;
use super::silence::Known;
use crate::calendar::{Cut, Periods, label_columns};
use crate::control::{Point, Verdict, chart_columns, xmr};
use crate::coverage::Coverage;
use crate::frame::{P85_MINIMUM, RATE_MINIMUM, percentile, percentile_of_enough, sorted};
use crate::selection::Chosen;
use crate::totals::ALL;

/// The table of a cut: every service from the period of its first deployment to that of `as_of`, and `ALL`; by day only
/// `ALL`. Of a period of which no deployments are known only the incidents are.
pub(super) fn table(
    name: &'static str,
    cut: Cut,
    facts: &Facts,
    rules: &Rules,
    coverage: &Coverage,
    as_of: Instant,
) -> Table {
    let attempts_count = rules.delivery.failure.attempt;
    let periods = periods_of(cut, facts, rules, as_of);
    let is_over = is_over(&periods, rules, coverage, as_of);
    let mut rows = Rows::new(cut, &periods, rules);
    let mut known = Vec::new();
    for service in &facts.services {
        let Some(of_service) = Known::of(service, &periods) else { continue };
        known.push(of_service);
        if cut == Cut::Day {
            continue;
        }
        let mut series = Series::new(&periods);
        series.add(service, attempts_count);
        for change in &service.changes {
            series.add_change(change);
        }
        rows.push(&service.name, &[of_service], series, &is_over);
    }
    rows.push(ALL, &known, all(facts, &periods, attempts_count), &is_over);
    rows.into_table(name, "service", facts.has_incidents)
}

/// The keys of each team of a selection by month: what `ALL` is of the team alone, from its first deployment on.
pub(super) fn by_team(
    name: &'static str,
    facts: &Facts,
    raw: &Raw,
    rules: &Rules,
    as_of: Instant,
    chosen: &Chosen,
) -> Table {
    let attempts_count = rules.delivery.failure.attempt;
    let periods = periods_of(Cut::Month, facts, rules, as_of);
    let mut rows = Rows::new(Cut::Month, &periods, rules);
    let coverage_of = Coverage::of_parts_of_delivery(raw, as_of);
    // Of many rows few labels are different, and each team asks for all of them.
    let labels: Vec<u32> = labels(raw).collect::<BTreeSet<u32>>().into_iter().collect();
    for (team, of_team) in chosen.by_team(rules) {
        let coverage = coverage_of(&of_team);
        let part = facts.part(raw, &labels, &of_team, as_of, coverage.until);
        let known: Vec<Known> = part.services.iter().filter_map(|service| Known::of(service, &periods)).collect();
        let is_over = is_over(&periods, rules, &coverage, as_of);
        rows.push(team, &known, all(&part, &periods, attempts_count), &is_over);
    }
    rows.into_table(name, "team", facts.has_incidents)
}

/// From the one in which anything was deployed first to that of `as_of`; none where nothing was.
fn periods_of(cut: Cut, facts: &Facts, rules: &Rules, as_of: Instant) -> Periods {
    let first = facts.services.iter().filter_map(ServiceFacts::first).min();
    match first.map(Instant::from_micros) {
        Some(first) => Periods::covering(cut, rules.timezone, first.min(as_of), as_of),
        None => Periods::covering(cut, rules.timezone, as_of, Instant::from_micros(as_of.micros() - 1)),
    }
}

/// Whether each period is over, imported, and so long ago that its last deployment can no longer turn out to have failed.
fn is_over(periods: &Periods, rules: &Rules, coverage: &Coverage, as_of: Instant) -> Vec<bool> {
    let window = rules.delivery.incidents.window_hours.max(rules.delivery.hotfix.window_hours);
    let window = (window * HOUR as f64) as i64;
    let is_over = |period: usize| {
        let end = periods.end(period);
        coverage.is_complete(end) && end.micros().saturating_add(window) <= as_of.micros()
    };
    (0..periods.len()).map(is_over).collect()
}

/// Rows of a table: a service, a team or `ALL`, and a period.
struct Rows<'a> {
    cut: Cut,
    periods: &'a Periods,
    rules: &'a Rules,
    groups: TextColumn,
    at: Vec<usize>,
    counts: Vec<Counts>,
    /// Whether anything is known of the deployments.
    known: Vec<bool>,
    complete: Vec<bool>,
    chart: Vec<Option<Verdict>>,
}

impl<'a> Rows<'a> {
    fn new(cut: Cut, periods: &'a Periods, rules: &'a Rules) -> Self {
        Self {
            cut,
            periods,
            rules,
            groups: TextColumn::default(),
            at: Vec::new(),
            counts: Vec::new(),
            known: Vec::new(),
            complete: Vec::new(),
            chart: Vec::new(),
        }
    }

    /// The rows of some services together, from the period in which the first of them began.
    fn push(&mut self, called: &str, services: &[Known], series: Series<'_>, is_over: &[bool]) {
        let Some(first) = services.iter().map(|service| service.first).min() else { return };
        let mut points = Vec::new();
        for (period, counts) in series.counts.into_iter().enumerate().skip(first) {
            let is_known = Known::is_any(services, period);
            let is_complete = is_over[period] && Known::is_all(services, period);
            // What is unknown is incomplete, so that its value enters nothing.
            points.push(Point::count(self.periods.first_day(period), counts.deployments as f64, is_complete));
            self.groups.push(called.as_bytes());
            self.at.push(period);
            self.counts.push(counts);
            self.known.push(is_known);
            self.complete.push(is_complete);
        }
        if self.cut == Cut::Day {
            self.chart.resize(self.at.len(), None);
        } else {
            self.chart.extend(xmr(&points, &self.rules.process_changes).points.into_iter().map(Some));
        }
    }

    fn into_table(self, name: &'static str, group: &'static str, has_incidents: bool) -> Table {
        let Self { cut, periods, groups, at, counts, known, complete, chart, .. } = self;
        // What rests on deployments is null where these are unknown; incidents are told by another source.
        let known = || counts.iter().zip(&known).map(|(it, is_known)| is_known.then_some(it));
        let int = |value: &dyn Fn(&Counts) -> i64| Cells::Int(known().map(|it| it.map(value)).collect());
        let float =
            |value: &dyn Fn(&Counts) -> Option<f64>| Cells::Float(known().map(|it| it.and_then(value)).collect());
        let by_incident = known().map(|it| it.filter(|_| has_incidents).map(|it| it.causes[0]));
        let of_incidents = |value: &dyn Fn(&Counts) -> i64| {
            Cells::Int(counts.iter().map(|it| has_incidents.then(|| value(it))).collect())
        };
        let restores =
            |value: fn(&[f64]) -> Option<f64>| Cells::Float(counts.iter().map(|it| value(&it.restores)).collect());
        let mut columns = label_columns(periods, cut, at.iter().copied());
        let length = |period: usize| days(periods.end(period).micros() - periods.start(period).micros()).round();
        let per_day = known().zip(&at).map(|(it, period)| Some(it?.deployments as f64 / length(*period)));
        columns.push(Column { name: group, cells: Cells::Text(groups) });
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
            Column { name: "failed_by_incident", cells: Cells::Int(by_incident.collect()) },
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
            Column { name: "recovered", cells: int(&|it| it.recovered) },
            Column { name: "recovery_open", cells: int(&|it| it.recovery_open) },
            Column { name: "recovery_p50_hours", cells: float(&|it| median(&it.recoveries)) },
            Column { name: "recovery_mean_hours", cells: float(&|it| mean(&it.recoveries)) },
            Column { name: "incidents", cells: of_incidents(&|it| it.incidents) },
            Column { name: "restored", cells: of_incidents(&|it| it.restored) },
            Column { name: "restore_p50_hours", cells: restores(median) },
            Column { name: "restore_mean_hours", cells: restores(mean) },
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

fn median(values: &[f64]) -> Option<f64> {
    percentile(&sorted(values), 0.5)
}

/// Of the values in ascending order, so that the sum does not depend on how they came.
fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| sorted(values).iter().sum::<f64>() / values.len() as f64)
}
