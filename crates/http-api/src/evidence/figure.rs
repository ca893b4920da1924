//! Figures that evidence can be asked for, and their parameters.

use axum::http::StatusCode;
use chrono::{Months, NaiveDate, Weekday};
use chrono_tz::Tz;
use metrics_core::calendar::day_start;
use model::Instant;
use model::rules::RuleSet;
use model::table::{Cells, Table};

use super::deployments::Deployments;
use super::iterations::Iterations;
use super::jobs::CountedJobs;
use super::pull_requests::{self, PullRequests};
use super::runs::Runs;
use crate::json::is_null;
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::{Evidence, TableRoute};
use crate::snapshot::Snapshot;

/// Steps whose items can be asked for; `red_bin` are the open bugs of all steps.
pub(crate) const FIGURE_STEPS: [&str; 8] =
    ["backlog", "dev", "off_board", "qa", "ready", "red_bin", "review", "waiting_to_prod"];

/// A figure: rows of the evidence that count in it.
#[derive(Clone, Debug)]
pub(crate) enum Figure {
    /// Finished in a half-open range.
    Finished { from: Option<Instant>, to: Option<Instant> },
    /// Open on a board at an instant, in a step.
    Stock { at: Option<Instant>, step: Option<String> },
    /// Issues of iterations.
    Iterations(Iterations),
    /// Open.
    Open,
    /// Pull requests of the list of all.
    PullRequests(PullRequests),
    /// Deployments of the list of all.
    Deployments(Deployments),
    /// Runs of the list of all.
    Runs(Runs),
    /// Jobs, and the first and last day of the month that is asked for.
    Jobs(CountedJobs, Option<Days>),
}

/// Parameters besides those of the table.
pub(crate) fn parameters(route: &TableRoute, evidence: Evidence) -> &'static [&'static str] {
    match evidence {
        Evidence::Finished if route.path == "flow/cycle-time" => &["cursor", "limit", "month", "week"],
        Evidence::Finished => &["cursor", "limit", "week"],
        Evidence::Stock if route.path == "flow/aging" => &["cursor", "limit", "step"],
        Evidence::Stock => &["cursor", "limit", "step", "week"],
        Evidence::Iteration => &["column", "cursor", "iteration", "limit"],
        Evidence::OpenPullRequests => &["cursor", "limit"],
        Evidence::PullRequests(counted) => pull_requests::parameters(counted),
        Evidence::Deployments => &["cursor", "figure", "limit", "month", "week"],
        Evidence::Runs => &["cursor", "figure", "limit", "month", "week", "workflow"],
        Evidence::Jobs => &["cursor", "figure", "limit", "month", "workflow"],
    }
}

impl Figure {
    pub(crate) fn read(evidence: Evidence, query: &Query, zone: Tz) -> Result<Self, Problem> {
        let week = query.own("week").map(week).transpose()?;
        let month = query.own("month").map(month).transpose()?;
        if week.is_some() && month.is_some() {
            return Err(wrong("month", "give either week or month".to_owned()));
        }
        let days = week.or(month).or_else(|| range(query));
        let bounds =
            days.map(|(first, after)| (first.map(|day| day_start(zone, day)), after.map(|day| day_start(zone, day))));
        match evidence {
            Evidence::Finished => {
                let (from, to) = bounds.unwrap_or_default();
                Ok(Self::Finished { from, to })
            }
            Evidence::Stock if query.set == RuleSet::CtoStats => {
                let detail = "rule set cto-stats does not say where an issue is: ask with rules=flow".to_owned();
                Err(wrong("rules", detail))
            }
            Evidence::Stock => {
                let step = query.own("step").map(step).transpose()?;
                Ok(Self::Stock { at: week.and(bounds).and_then(|(_, to)| to), step })
            }
            Evidence::Iteration if query.set == RuleSet::CtoStats => {
                let detail = "rule set cto-stats knows no iterations: ask with rules=flow".to_owned();
                Err(wrong("rules", detail))
            }
            Evidence::Iteration => Iterations::read(query).map(Self::Iterations),
            Evidence::OpenPullRequests => Ok(Self::Open),
            Evidence::PullRequests(_) if query.set == RuleSet::CtoStats => {
                let detail = "rule set cto-stats does not list pull requests: ask with rules=flow".to_owned();
                Err(wrong("rules", detail))
            }
            Evidence::Deployments if query.set == RuleSet::CtoStats => {
                let detail = "rule set cto-stats knows no deployments: ask with rules=flow".to_owned();
                Err(wrong("rules", detail))
            }
            Evidence::Runs if query.set == RuleSet::CtoStats => {
                let detail = "rule set cto-stats knows no runs of CI: ask with rules=flow".to_owned();
                Err(wrong("rules", detail))
            }
            Evidence::Jobs if query.set == RuleSet::CtoStats => {
                let detail = "rule set cto-stats knows no jobs of CI: ask with rules=flow".to_owned();
                Err(wrong("rules", detail))
            }
            Evidence::Jobs => {
                let last = |after: Option<NaiveDate>| after.and_then(|after| after.pred_opt());
                Ok(Self::Jobs(CountedJobs::read(query)?, month.map(|(first, after)| (first, last(after)))))
            }
            Evidence::Runs => Runs::read(query, bounds.unwrap_or_default()).map(Self::Runs),
            Evidence::Deployments => Deployments::read(query, bounds.unwrap_or_default()).map(Self::Deployments),
            Evidence::PullRequests(counted) => {
                PullRequests::read(counted, query, bounds.unwrap_or_default()).map(Self::PullRequests)
            }
        }
    }

    /// The instant whose places are asked for: the end of a past week. `None` for what is known last.
    pub(crate) fn at(&self, snapshot: &Snapshot, query: &Query) -> Option<Instant> {
        let Self::Stock { at: Some(at), .. } = self else { return None };
        let known = query.as_of.or_else(|| snapshot.sources(query.set).ok().and_then(|(raw, _)| raw.as_of));
        known.is_none_or(|known| *at < known).then_some(*at)
    }

    /// The first and last of the days on which the calculation itself rests, where the figure names them.
    pub(crate) fn days(&self) -> Option<Days> {
        if let Self::Jobs(_, days) = self { *days } else { None }
    }

    /// Whether a row counts.
    pub(crate) fn holds(&self, table: &Table, row: usize) -> bool {
        match self {
            Self::Finished { from, to } => {
                let ended = match table.column("enddatetime") {
                    Some(Cells::Instant(ended)) => ended.get(row),
                    _ => None,
                };
                // Under `flow` what was closed as not planned ends too, but has no lead time.
                let is_finished = table.column("lead_days").is_none_or(|lead| !is_null(lead, row));
                ended.is_some_and(|ended| {
                    is_finished && from.is_none_or(|from| ended >= from) && to.is_none_or(|to| ended < to)
                })
            }
            Self::Stock { step, .. } => {
                let place = table.cell(row, "current_step");
                let is_stock = !matches!(place.as_str(), "" | "done" | "off_board");
                match step.as_deref() {
                    None => is_stock,
                    Some("red_bin") => is_stock && table.cell(row, "bug") == "true",
                    Some(step) => place == step,
                }
            }
            Self::Iterations(figure) => figure.holds(table, row),
            Self::Open => true,
            Self::PullRequests(figure) => figure.holds(table, row),
            Self::Deployments(figure) => figure.holds(table, row),
            Self::Runs(figure) => figure.holds(table, row),
            Self::Jobs(figure, _) => figure.holds(table, row),
        }
    }
}

pub(crate) type Days = (Option<NaiveDate>, Option<NaiveDate>);

/// `from` and `to` as a half-open range.
fn range(query: &Query) -> Option<Days> {
    let after = query.to.map(|to| to.succ_opt().unwrap_or(to));
    (query.from.is_some() || after.is_some()).then_some((query.from, after))
}

fn week(text: &str) -> Result<Days, Problem> {
    let parsed = text.split_once("-W").and_then(|(year, week)| {
        let (year, week) = (number(year, 4)?, number(week, 2)?);
        NaiveDate::from_isoywd_opt(year as i32, week, Weekday::Mon)
    });
    let monday = parsed.ok_or_else(|| wrong("week", "week must be an ISO week, 2026-W12".to_owned()))?;
    Ok((Some(monday), monday.checked_add_days(chrono::Days::new(7))))
}

fn month(text: &str) -> Result<Days, Problem> {
    let parsed = text.split_once('-').and_then(|(year, month)| {
        let (year, month) = (number(year, 4)?, number(month, 2)?);
        NaiveDate::from_ymd_opt(year as i32, month, 1)
    });
    let first = parsed.ok_or_else(|| wrong("month", "month must be a month, 2026-03".to_owned()))?;
    Ok((Some(first), first.checked_add_months(Months::new(1))))
}

fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn step(text: &str) -> Result<String, Problem> {
    if FIGURE_STEPS.contains(&text) {
        return Ok(text.to_owned());
    }
    let detail = format!("step cannot be {text:?}. Valid are {}", FIGURE_STEPS.join(", "));
    Err(wrong("step", detail).with("valid", FIGURE_STEPS.to_vec()))
}

pub(super) fn wrong(parameter: &str, detail: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", parameter)
}

/// The instant of a cell.
pub(super) fn instant(table: &Table, column: &str, row: usize) -> Option<Instant> {
    match table.column(column) {
        Some(Cells::Instant(cells)) => cells.get(row),
        _ => None,
    }
}

/// One of the words that a parameter may have.
pub(super) fn one_of(name: &str, text: &str, valid: &[&'static str]) -> Result<&'static str, Problem> {
    valid.iter().copied().find(|known| *known == text).ok_or_else(|| {
        let detail = format!("{name} cannot be {text:?}. Valid are {}", valid.join(", "));
        Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", name).with("valid", valid.to_vec())
    })
}
