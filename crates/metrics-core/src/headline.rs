//! The few figures that a person looks at first, as the command line and Prometheus say them.
//!
//! Each is that of the newest complete period, or of `as_of`. The tiles of the dashboard are figures over a range of
//! days, see [`summary`](crate::summary); what is work in progress and what is an open bug is the same in both.

use model::table::Table;

use crate::findings::{count, is_complete, number, week};
use crate::flow::{self, WORK_COLUMNS};
use crate::totals::ALL;

/// The headline figures of some tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Headline {
    /// Of the last complete week.
    pub throughput: Newest<Throughput>,
    /// Of the last complete month.
    pub lead_time: Newest<Duration>,
    /// Of the last complete month.
    pub cycle_time: Newest<Duration>,
    /// At `as_of`, all boards together.
    pub stocks: Newest<Stocks>,
    /// Over all boards, 4 weeks ahead; nothing where there is too little history.
    pub forecast: Newest<Forecast>,
    /// Of the last complete week, all repositories together.
    pub merged: Newest<Merged>,
    /// Of the last complete week, all sizes together.
    pub first_review: Newest<FirstReview>,
    /// Open pull requests at `as_of`.
    pub open_pull_requests: Newest<i64>,
    /// Of the last complete month, all services together.
    pub delivery: Newest<Delivery>,
}

/// A figure of the newest period that is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Newest<T> {
    /// The table that it is taken from was not calculated.
    #[default]
    NotAsked,
    /// No period is complete yet.
    NoneYet,
    /// The figure.
    Known(T),
}

impl<T> Newest<T> {
    fn of(table: Option<&Table>, figure: impl FnOnce(&Table) -> Option<T>) -> Self {
        match table.map(figure) {
            None => Self::NotAsked,
            Some(None) => Self::NoneYet,
            Some(Some(figure)) => Self::Known(figure),
        }
    }

    /// The figure, where there is one.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(figure) => Some(figure),
            Self::NotAsked | Self::NoneYet => None,
        }
    }
}

/// Issues finished in a week.
#[derive(Clone, Debug, PartialEq)]
pub struct Throughput {
    /// `2026-W46`.
    pub week: String,
    /// Issues.
    pub issues: i64,
    /// Mean of the baseline of its chart; `None` below 6 complete weeks.
    pub center: Option<f64>,
    /// Names of the signals, joined by `;`; empty where there is none.
    pub signals: String,
    /// Why there are no limits, as in the table; empty where there are.
    pub no_limits: String,
}

/// Lead or cycle time of the issues that were finished in a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Duration {
    /// `2026-10`.
    pub month: String,
    /// Median in days; `None` without issues, and where too little is known.
    pub p50: Option<f64>,
    /// 85th percentile in days; `None` as the median, and below 10 issues.
    pub p85: Option<f64>,
    /// Issues that it is taken of.
    pub issues: i64,
}

/// Open issues on boards by step, and open bugs among them by where they were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stocks {
    /// From dev to `waiting_to_prod`.
    pub work_in_progress: i64,
    /// In backlog.
    pub backlog: i64,
    /// In ready.
    pub ready: i64,
    /// In dev.
    pub dev: i64,
    /// In review.
    pub review: i64,
    /// In qa.
    pub qa: i64,
    /// In `waiting_to_prod`.
    pub waiting_to_prod: i64,
    /// Open bugs.
    pub bugs: i64,
    /// Those that customers met.
    pub bugs_customer_facing: i64,
    /// Those met inside the organisation.
    pub bugs_internal: i64,
    /// Those met while developing.
    pub bugs_dev_process: i64,
}

/// What the 85 % forecast says, and how often it came true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// At least so many issues are finished.
    pub least: i64,
    /// Past forecasts that came true.
    pub hits: i64,
    /// Past forecasts that could be checked.
    pub tried: i64,
}

/// Pull requests merged in a week.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// `2026-W46`.
    pub week: String,
    /// Pull requests.
    pub merged: i64,
    /// Those of them that nobody reviewed.
    pub unreviewed: i64,
    /// Median from opened to merged in days; `None` without any.
    pub open_to_merge_p50_days: Option<f64>,
}

/// Wait for the first review of the pull requests merged in a week.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstReview {
    /// `2026-W46`.
    pub week: String,
    /// Median in hours; `None` without any.
    pub p50_hours: Option<f64>,
}

/// What reached users in a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// `2026-10`.
    pub month: String,
    /// Deployments.
    pub deployments: i64,
    /// Those of them that failed.
    pub failed: i64,
    /// Median lead time of their changes in days; `None` without any.
    pub lead_p50_days: Option<f64>,
    /// Share of the deployments that failed; `None` below 10 deployments.
    pub change_failure_rate: Option<f64>,
    /// Median from a failed deployment to the recovery in hours; `None` without any.
    pub recovery_p50_hours: Option<f64>,
}

impl Headline {
    /// What is known from these tables, of either rule set and of any scopes.
    pub fn of(tables: &[Table]) -> Self {
        let table = |name: &str| tables.iter().find(|table| table.name == name);
        let months = table("cycle_time");
        Self {
            throughput: Newest::of(table("throughput_week"), throughput),
            lead_time: Newest::of(months, |table| {
                duration(table, ["leadtime_days_p50", "leadtime_days_p85", "lead_count"])
            }),
            cycle_time: Newest::of(months, |table| {
                duration(table, ["cycletime_days_p50", "cycletime_days_p85", "cycle_count"])
            }),
            stocks: Newest::of(table("stocks"), |table| Some(stocks(table))),
            forecast: Newest::of(table("forecast").filter(|table| table.height() > 0), forecast),
            merged: Newest::of(table("pr_cycle_week"), merged),
            first_review: Newest::of(table("pr_review_latency_week"), first_review),
            open_pull_requests: Newest::of(table("pr_open"), |table| Some(table.height() as i64)),
            delivery: Newest::of(table("dora_month").filter(|table| table.height() > 0), delivery),
        }
    }
}

/// The newest row that is marked complete and passes a test.
fn newest(table: &Table, passes: impl Fn(usize) -> bool) -> Option<usize> {
    (0..table.height()).rev().find(|row| is_complete(table, *row) && passes(*row))
}

fn throughput(table: &Table) -> Option<Throughput> {
    let row = newest(table, |_| true)?;
    Some(Throughput {
        week: week(table, row),
        issues: count(table, row, "throughput"),
        center: number(table, row, "center"),
        signals: table.cell(row, "signals"),
        no_limits: table.cell(row, "no_limits"),
    })
}

fn duration(table: &Table, [p50, p85, issues]: [&str; 3]) -> Option<Duration> {
    let row = newest(table, |_| true)?;
    Some(Duration {
        month: table.cell(row, "month"),
        p50: number(table, row, p50),
        p85: number(table, row, p85),
        issues: count(table, row, issues),
    })
}

/// A row per board.
fn stocks(table: &Table) -> Stocks {
    let sum = |columns: &[&str]| flow::sum(table, &(0..table.height()), columns);
    Stocks {
        work_in_progress: sum(&WORK_COLUMNS),
        backlog: sum(&["in_backlogs"]),
        ready: sum(&["in_ready"]),
        dev: sum(&["in_dev"]),
        review: sum(&["in_review"]),
        qa: sum(&["in_qa"]),
        waiting_to_prod: sum(&["waiting_to_prod"]),
        bugs: sum(&["opened_bugs"]),
        bugs_customer_facing: sum(&["opened_bugs_customer_facing"]),
        bugs_internal: sum(&["opened_bugs_internal"]),
        bugs_dev_process: sum(&["opened_bugs_dev_process"]),
    }
}

fn forecast(table: &Table) -> Option<Forecast> {
    let row = crate::findings::forecast_row(table)?;
    let least = number(table, row, "p85")? as i64;
    Some(Forecast { least, hits: count(table, row, "hit_count"), tried: count(table, row, "hit_n") })
}

fn delivery(table: &Table) -> Option<Delivery> {
    let row = newest(table, |row| table.cell(row, "service") == ALL)?;
    Some(Delivery {
        month: table.cell(row, "month"),
        deployments: count(table, row, "deployments"),
        failed: count(table, row, "failed"),
        lead_p50_days: number(table, row, "lead_p50_days"),
        change_failure_rate: number(table, row, "change_failure_rate"),
        recovery_p50_hours: number(table, row, "recovery_p50_hours"),
    })
}

fn merged(table: &Table) -> Option<Merged> {
    let row = newest(table, |row| table.cell(row, "repo") == ALL)?;
    Some(Merged {
        week: week(table, row),
        merged: count(table, row, "merged"),
        unreviewed: count(table, row, "merged_unreviewed"),
        open_to_merge_p50_days: number(table, row, "open_to_merge_p50_days"),
    })
}

fn first_review(table: &Table) -> Option<FirstReview> {
    let row = newest(table, |row| table.cell(row, "size") == ALL)?;
    Some(FirstReview { week: week(table, row), p50_hours: number(table, row, "to_first_review_p50_hours") })
}

#[cfg(test)]
mod tests {
    use model::columns::TextColumn;
    use model::table::{Cells, Column};

    use super::*;

    #[test]
    fn what_is_not_asked_and_what_is_not_known_yet_are_two_things() {
        let headline = Headline::of(&[Table { name: "throughput_week", columns: Vec::new() }]);
        assert_eq!(headline.throughput, Newest::NoneYet);
        assert_eq!(headline.stocks, Newest::NotAsked);
        assert_eq!(headline.open_pull_requests.known(), None);
    }

    #[test]
    fn the_newest_complete_week_is_said_and_boards_are_added_up() {
        let ints = |cells: &[i64]| Cells::Int(cells.iter().copied().map(Some).collect());
        let mut signals = TextColumn::default();
        for text in ["", "run_of_8", ""] {
            signals.push(text.as_bytes());
        }
        let weeks = Table {
            name: "throughput_week",
            columns: vec![
                Column { name: "year", cells: ints(&[2026; 3]) },
                Column { name: "week", cells: Cells::Week(vec![8, 9, 10]) },
                Column { name: "throughput", cells: ints(&[3, 5, 1]) },
                Column { name: "center", cells: Cells::Float(vec![None, Some(3.5), None].into()) },
                Column { name: "signals", cells: Cells::Text(signals) },
                Column { name: "complete", cells: Cells::Bool(vec![true, true, false]) },
            ],
        };
        let counted = ["in_backlogs", "in_ready", "in_dev", "in_review", "in_qa", "waiting_to_prod", "opened_bugs"];
        let columns = counted.into_iter().enumerate();
        let columns = columns.map(|(at, name)| Column { name, cells: ints(&[10_i64.pow(at as u32), 1]) }).collect();
        let headline = Headline::of(&[weeks, Table { name: "stocks", columns }]);
        let throughput = headline.throughput.known().expect("a complete week");
        assert_eq!((&*throughput.week, throughput.issues, throughput.center), ("2026-W09", 5, Some(3.5)));
        assert_eq!(throughput.signals, "run_of_8");
        let stocks = headline.stocks.known().expect("boards");
        assert_eq!(stocks.work_in_progress, 111_104);
        assert_eq!((stocks.backlog, stocks.bugs), (2, 1_000_001));
    }
}
