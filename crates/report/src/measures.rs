//! The measures of the one table: their values of a month, what they are compared with, and their charts.

mod money;

use metrics_core::catalogue::Direction;
use metrics_core::control::{Chart, xmr};
use metrics_core::totals::ALL;
use model::table::Table;
use model::{Amount, Month};

use crate::absent::why_none;
use crate::content::{Evidence, Measure, Verdict, VerdictKind};
use crate::input::{self, Input, Rows, YEAR, address, count, flag, last_day, number, series};
use crate::numbers;
use crate::verdict::{Judged, of_month, of_weeks, without_chart};

/// How two months are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// By the days that each has: counts and money.
    PerDay,
    /// As they are: medians, levels.
    AsTheyAre,
    /// By their difference in points: rates, of which a percent of a percent would say nothing.
    InPoints,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Count,
    /// Of a value in days, hours or minutes.
    Days,
    Hours,
    Minutes,
    Share,
    Money,
}

impl Form {
    pub(crate) fn text(self, value: f64) -> String {
        match self {
            Self::Count => numbers::number(value),
            Self::Days => numbers::duration(value * 24.0),
            Self::Hours => numbers::duration(value),
            Self::Minutes => numbers::duration(value / 60.0),
            Self::Share => numbers::share(value),
            Self::Money => numbers::one_decimal(value),
        }
    }
}

/// Where the value of a month comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// A metric of a summary of the month's days.
    Summary(&'static str, &'static str),
    /// A column of a table of months, of the rows with these texts behind the month.
    Months(&'static str, &'static [&'static str], &'static [&'static str], &'static str),
}

/// A measure that is no money.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) form: Form,
    pub(crate) compared: Compared,
    pub(crate) good: Direction,
    from: From,
    /// Table, column and rows of the weekly series.
    weekly: (&'static str, &'static str, &'static [(&'static str, &'static str)]),
}

const SERVICES: &[&str] = &["month", "service"];
const RUNS: &[&str] = &["month", "repo", "workflow"];
const ALL_SERVICES: &[(&str, &str)] = &[("service", ALL)];
const ALL_RUNS: &[(&str, &str)] = &[("repo", ALL), ("workflow", ALL)];

const fn dora(column: &'static str) -> From {
    From::Months("dora_month", SERVICES, &[ALL], column)
}

/// In the order of the table.
pub(crate) const SPECS: [Spec; 12] = [
    Spec {
        name: "lead_time",
        title: "Lead time of issues",
        unit: "days",
        form: Form::Days,
        compared: Compared::AsTheyAre,
        good: Direction::Down,
        from: From::Summary("flow_summary", "lead_time"),
        weekly: ("cycle_time_week", "leadtime_days_p50", &[]),
    },
    Spec {
        name: "throughput",
        title: "Throughput",
        unit: "issues",
        form: Form::Count,
        compared: Compared::PerDay,
        good: Direction::Up,
        from: From::Months("throughput_month", &["month"], &[], "throughput"),
        weekly: ("throughput_week", "throughput", &[]),
    },
    // Its chart is that of what joins and leaves it, and neither side of that is good by itself.
    Spec {
        name: "wip",
        title: "Work in progress",
        unit: "issues",
        form: Form::Count,
        compared: Compared::AsTheyAre,
        good: Direction::None,
        from: From::Summary("flow_summary", "wip"),
        weekly: ("net_flow_week", "net_flow", &[("level", "wip")]),
    },
    Spec {
        name: "pr_cycle_time",
        title: "Pull request cycle time",
        unit: "days",
        form: Form::Days,
        compared: Compared::AsTheyAre,
        good: Direction::Down,
        from: From::Summary("pr_summary", "pr_cycle_time"),
        weekly: ("pr_cycle_week", "open_to_merge_p50_days", &[("repo", ALL)]),
    },
    Spec {
        name: "time_to_first_review",
        title: "Time to first review",
        unit: "hours",
        form: Form::Hours,
        compared: Compared::AsTheyAre,
        good: Direction::Down,
        from: From::Summary("pr_summary", "time_to_first_review"),
        weekly: ("pr_review_latency_week", "to_first_review_p50_hours", &[("size", ALL)]),
    },
    Spec {
        name: "deployments",
        title: "Deployments",
        unit: "deployments",
        form: Form::Count,
        compared: Compared::PerDay,
        good: Direction::Up,
        from: dora("deployments"),
        weekly: ("dora_week", "deployments", ALL_SERVICES),
    },
    Spec {
        name: "change_lead_time",
        title: "Lead time for changes",
        unit: "days",
        form: Form::Days,
        compared: Compared::AsTheyAre,
        good: Direction::Down,
        from: dora("lead_p50_days"),
        weekly: ("dora_week", "lead_p50_days", ALL_SERVICES),
    },
    Spec {
        name: "change_failure_rate",
        title: "Change failure rate",
        unit: "share",
        form: Form::Share,
        compared: Compared::InPoints,
        good: Direction::Down,
        from: dora("change_failure_rate"),
        weekly: ("dora_week", "change_failure_rate", ALL_SERVICES),
    },
    Spec {
        name: "recovery_time",
        title: "Recovery time",
        unit: "hours",
        form: Form::Hours,
        compared: Compared::AsTheyAre,
        good: Direction::Down,
        from: dora("recovery_p50_hours"),
        weekly: ("dora_week", "recovery_p50_hours", ALL_SERVICES),
    },
    Spec {
        name: "rework_rate",
        title: "Rework rate",
        unit: "share",
        form: Form::Share,
        compared: Compared::InPoints,
        good: Direction::Down,
        from: dora("rework_rate"),
        weekly: ("dora_week", "rework_rate", ALL_SERVICES),
    },
    Spec {
        name: "ci_success_rate",
        title: "CI success rate",
        unit: "share",
        form: Form::Share,
        compared: Compared::InPoints,
        good: Direction::Up,
        from: From::Months("ci_month", RUNS, &[ALL, ALL], "success_rate"),
        weekly: ("ci_week", "success_rate", ALL_RUNS),
    },
    Spec {
        name: "ci_duration_p95",
        title: "CI duration, p95",
        unit: "minutes",
        form: Form::Minutes,
        compared: Compared::AsTheyAre,
        good: Direction::Down,
        from: From::Months("ci_month", RUNS, &[ALL, ALL], "duration_p95_min"),
        weekly: ("ci_week", "duration_p95_min", ALL_RUNS),
    },
];

impl Spec {
    /// The column that has it, in tables of the kind of `dora_month` by service or team; `None` for other measures.
    pub(crate) fn column_of_delivery(&self) -> Option<&'static str> {
        match self.from {
            From::Months("dora_month", .., column) => Some(column),
            _ => None,
        }
    }
}

/// A measure of a name.
pub(crate) fn spec(name: &str) -> Option<&'static Spec> {
    SPECS.iter().find(|spec| spec.name == name)
}

/// A measure with what its row does not say.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) row: Measure,
    pub(crate) form: Form,
    /// Of a money measure its currency.
    pub(crate) currency: Option<String>,
    pub(crate) chart: Chart,
    /// Whether the chart is one of months.
    pub(crate) by_month: bool,
    pub(crate) good: Direction,
    /// Value as money, exactly.
    pub(crate) amount: Option<Amount>,
    pub(crate) previous_amount: Option<Amount>,
    /// Unit of the points of the chart.
    pub(crate) chart_unit: String,
    pub(crate) change_percent: Option<f64>,
}

impl Measured {
    pub(crate) fn judged(&self, month: Month) -> Judged<'_> {
        let days = input::days_of(month);
        if self.by_month {
            of_month(&self.chart.points, &days, self.good)
        } else {
            of_weeks(&self.chart.points, &days, self.good)
        }
    }

    /// A value of the chart as written.
    pub(crate) fn text(&self, value: f64) -> String {
        match &self.currency {
            Some(currency) => format!("{currency}\u{a0}{value:.2}"),
            None => self.form.text(value),
        }
    }
}

/// A value of a month.
#[derive(Clone, Debug, Default)]
struct Observed {
    value: Option<f64>,
    amount: Option<Amount>,
    /// Whether the month is complete in its table.
    complete: bool,
    evidence: Option<Evidence>,
    /// Why there is no value.
    reason: String,
    rests_on: String,
}

/// All measures whose source is connected, in the order of the table.
pub(crate) fn measured(input: &Input<'_>) -> Vec<Measured> {
    let mut all: Vec<Measured> = SPECS.iter().filter_map(|spec| of_numbers(input, spec)).collect();
    for spec in [&money::CI_COST, &money::CLOUD_COST, &money::COST_PER_CHANGE] {
        all.extend(money::of_money(input, spec));
    }
    all
}

fn of_numbers(input: &Input<'_>, spec: &'static Spec) -> Option<Measured> {
    let rows = match spec.from {
        From::Summary(table, _) => {
            input.table(table).filter(|summary| summary.height() > 0)?;
            let (table, keys, _) = months_of(table);
            input.rows(table, keys)
        }
        From::Months(table, keys, ..) => Some(input.rows(table, keys).filter(|rows| rows.table.height() > 0)?),
    };
    let year = Year::of(input, |month| observed(input, spec, rows.as_ref(), month));
    let (table, column, of) = spec.weekly;
    let points = input.table(table).map(|weeks| series(weeks, column, of)).unwrap_or_default();
    let chart = xmr(&points, &input.rules.process_changes);
    let verdict = of_weeks(&chart.points, &input::days_of(input.month), spec.good).verdict;
    let text =
        |observed: &Observed| observed.value.map_or_else(|| none(&observed.reason), |value| spec.form.text(value));
    let (row, change) = year.row((spec.name, spec.title.to_owned(), spec.unit), spec.compared, verdict, text);
    Some(Measured {
        row,
        form: spec.form,
        currency: None,
        chart,
        by_month: false,
        good: spec.good,
        amount: None,
        previous_amount: None,
        chart_unit: spec.unit.to_owned(),
        change_percent: change,
    })
}

/// A month, those before it, and the same month a year before.
struct Year {
    /// Thirteen months, the oldest first.
    months: Vec<(Month, Observed)>,
}

impl Year {
    fn of(input: &Input<'_>, observe: impl Fn(Month) -> Observed) -> Self {
        Self { months: input.months(YEAR + 1).map(|month| (month, observe(month))).collect() }
    }

    fn now(&self) -> &(Month, Observed) {
        &self.months[YEAR]
    }

    fn before(&self) -> &(Month, Observed) {
        &self.months[YEAR - 1]
    }

    /// The row of the one table, and the change against the month before.
    fn row(
        &self,
        (name, title, unit): (&str, String, &str),
        compared: Compared,
        verdict: Verdict,
        text: impl Fn(&Observed) -> String,
    ) -> (Measure, Option<f64>) {
        let (month, now) = self.now();
        let against = |(then_month, then): &(Month, Observed)| changed(compared, now, (then, *then_month), *month);
        let change = against(self.before());
        let row = Measure {
            name: name.to_owned(),
            title,
            unit: unit.to_owned(),
            value: now.value,
            text: text(now),
            evidence: now.evidence.clone().filter(|_| now.value.is_some()),
            previous: text(&self.before().1),
            change: change_text(compared, change),
            change_year: change_text(compared, against(&self.months[0])),
            months: self.months[1..].iter().map(|(_, observed)| observed.value).collect(),
            verdict: if now.value.is_some() { verdict } else { without_chart("nothing to judge") },
            rests_on: now.rests_on.clone(),
        };
        (row, change)
    }
}

fn none(reason: &str) -> String {
    if reason.is_empty() { "no data".to_owned() } else { reason.to_owned() }
}

fn observed(input: &Input<'_>, spec: &Spec, rows: Option<&Rows<'_>>, month: Month) -> Observed {
    match (spec.from, rows) {
        (From::Summary(table, metric), rows) => {
            let complete = rows.is_some_and(|rows| is_complete(table, rows, month));
            of_summary(input, (table, metric), complete, month)
        }
        (From::Months(_, _, rest, column), Some(rows)) => {
            let label = month.to_string();
            let key: Vec<&str> = std::iter::once(label.as_str()).chain(rest.iter().copied()).collect();
            let Some(row) = rows.row(&key) else {
                return Observed { reason: "no data".to_owned(), ..Observed::default() };
            };
            let value = number(rows.table, column, row);
            Observed {
                value,
                amount: None,
                complete: flag(rows.table, "complete", row),
                evidence: Some(rows.evidence(&key, column, month, input.teams)),
                reason: if value.is_none() { why_none(rows.table, column, row).to_owned() } else { String::new() },
                rests_on: rests_on(rows.table, column, row),
            }
        }
        (From::Months(..), None) => Observed::default(),
    }
}

fn of_summary(input: &Input<'_>, (name, metric): (&str, &str), complete: bool, month: Month) -> Observed {
    let summary = input.calculation.summaries.of(name, Some(month.first_day()), Some(last_day(month)));
    let Some(table) = summary.map(|summary| summary.table) else { return Observed::default() };
    let Some(row) = (0..table.height()).find(|row| table.cell(*row, "metric") == metric) else {
        return Observed::default();
    };
    let (value, n) = (number(&table, "value", row), count(&table, "n", row).unwrap_or(0));
    let known = number(&table, "known_share", row);
    let reason = match (value, n, known) {
        (Some(_), ..) => "",
        (None, 0, _) => "none ended",
        (None, _, Some(_)) => "history is lost",
        (None, ..) => "no data",
    };
    let whole = known.is_none_or(|share| share >= 1.0);
    let share = if whole { String::new() } else { format!(" ({} known)", numbers::share(known.unwrap_or_default())) };
    let noun = match metric {
        "lead_time" => "issues",
        "wip" => "",
        _ => "pull requests",
    };
    Observed {
        value,
        amount: None,
        complete,
        evidence: Some(Evidence {
            path: address(name, Some(month), input.teams),
            row: [("metric".to_owned(), metric.to_owned())].into(),
            column: "value".to_owned(),
        }),
        reason: reason.to_owned(),
        rests_on: if noun.is_empty() { "boards".to_owned() } else { format!("{} {noun}{share}", numbers::count(n)) },
    }
}

/// The table of months that says which of them are complete for a summary, which has no column that says so: its name, its
/// keys, and what its rows of everything have behind the month.
fn months_of(summary: &str) -> (&'static str, &'static [&'static str], &'static [&'static str]) {
    match summary {
        "flow_summary" => ("throughput_month", &["month"], &[]),
        _ => ("pr_change_requests_month", &["month", "repo"], &[ALL]),
    }
}

fn is_complete(summary: &str, rows: &Rows<'_>, month: Month) -> bool {
    let label = month.to_string();
    let (.., rest) = months_of(summary);
    let key: Vec<&str> = std::iter::once(label.as_str()).chain(rest.iter().copied()).collect();
    rows.row(&key).is_some_and(|row| flag(rows.table, "complete", row))
}

fn rests_on(table: &Table, column: &str, row: usize) -> String {
    let of = |column: &str, noun: &str| format!("{} {noun}", numbers::count(count(table, column, row).unwrap_or(0)));
    match (table.name, column) {
        ("dora_month", "lead_p50_days") => {
            let linked = number(table, "linked_share", row);
            let share = linked.map_or_else(String::new, |share| format!(" ({} linked)", numbers::share(share)));
            format!("{}{share}", of("changes", "changes"))
        }
        ("dora_month", "recovery_p50_hours") => of("recovered", "recovered"),
        ("dora_month", _) => of("deployments", "deployments"),
        ("ci_month", _) => of("runs", "runs"),
        ("throughput_month", _) => "issues finished".to_owned(),
        _ => String::new(),
    }
}

/// The change in percent, of rates in points; `None` where either month is not complete or not known, and where the one before is 0.
fn changed(compared: Compared, now: &Observed, (then, month_then): (&Observed, Month), month: Month) -> Option<f64> {
    if !now.complete || !then.complete {
        return None;
    }
    let (now, then) = (now.value?, then.value?);
    match compared {
        Compared::PerDay => change_percent(now / month.days() as f64, then / month_then.days() as f64),
        Compared::AsTheyAre => change_percent(now, then),
        Compared::InPoints => Some((now - then) * 100.0),
    }
}

/// Change in percent; `None` from 0.
pub(crate) fn change_percent(now: f64, then: f64) -> Option<f64> {
    (then > 0.0).then(|| (now / then - 1.0) * 100.0)
}

fn change_text(compared: Compared, change: Option<f64>) -> String {
    let Some(change) = change else { return "–".to_owned() };
    match compared {
        Compared::PerDay => format!("{} a day", numbers::signed_percent(change)),
        Compared::AsTheyAre => numbers::signed_percent(change),
        Compared::InPoints => format!("{} points", numbers::signed(change)),
    }
}

/// Whether a verdict is one that findings are made of.
pub(crate) fn is_signal(verdict: &Verdict) -> bool {
    matches!(verdict.kind, VerdictKind::Better | VerdictKind::Worse | VerdictKind::Signal | VerdictKind::Unsettled)
}
