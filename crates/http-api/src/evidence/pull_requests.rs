//! Pull requests behind a figure about pull requests.

use std::ops::Range;

use metrics_core::selection::Bots;
use model::Instant;
use model::instant::{MICROS_PER_DAY, MICROS_PER_SECOND};
use model::table::{Cells, Table};

use super::figure::{instant, one_of, wrong};
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::Counted;

/// Values of `event`.
pub(crate) const EVENTS: [&str; 4] = ["closed_unmerged", "large", "merged", "opened"];
/// Values of `size`.
pub(crate) const SIZES: [&str; 5] = ["ALL", "L", "M", "S", "XS"];

const SECONDS_PER_DAY: f64 = 86_400.0;

/// Columns of the rows, with the names that they have in the answer.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("id", "id"),
    ("title", "title"),
    ("url", "url"),
    ("repo", "repo"),
    ("size", "size"),
    ("changed_files", "changed_files"),
    ("bot", "bot"),
    ("created", "created_at"),
    ("ready", "ready_at"),
    ("first_review", "first_review_at"),
    ("last_approval", "last_approval_at"),
    ("merged", "merged_at"),
    ("closed", "closed_at"),
    ("coding_days", "coding_days"),
    ("pickup_days", "pickup_days"),
    ("review_days", "review_days"),
    ("merge_days", "merge_days"),
    ("open_to_merge_days", "open_to_merge_days"),
    ("first_commit_to_merge_days", "first_commit_to_merge_days"),
    ("waiting_for_review_hours", "waiting_for_review_hours"),
    ("to_first_review_hours", "to_first_review_hours"),
    ("request_to_review_hours", "request_to_review_hours"),
    ("change_requests", "change_requests"),
    ("reviewed", "reviewed"),
    ("draft", "draft"),
    ("draft_days", "draft_days"),
];

/// Parameters besides those of the table.
pub(super) fn parameters(counted: Counted) -> &'static [&'static str] {
    match counted {
        Counted::Merged | Counted::Opened => &["cursor", "limit", "week"],
        Counted::MergedBySize => &["cursor", "limit", "size", "week"],
        Counted::Activity => &["cursor", "event", "limit", "week"],
        Counted::MergedByTime => &["cursor", "from_days", "limit", "to_days"],
        Counted::OpenedWithin => &["cursor", "limit"],
        Counted::OpenedByChangeRequests => &["cr", "cursor", "limit"],
    }
}

/// What a pull request must be like to count.
#[derive(Clone, Debug)]
pub(crate) struct PullRequests {
    /// Column of the instant that dates it.
    event: &'static str,
    /// Half open.
    from: Option<Instant>,
    to: Option<Instant>,
    /// Closed, and not by a merge.
    is_unmerged: bool,
    counts_bots: bool,
    size: Option<String>,
    change_requests: Option<i64>,
    /// From opened to merged in microseconds, half open.
    takes: Option<Range<i64>>,
}

impl PullRequests {
    pub(super) fn read(
        counted: Counted,
        query: &Query,
        (from, to): (Option<Instant>, Option<Instant>),
    ) -> Result<Self, Problem> {
        let event = query.own("event").map(|text| one_of("event", text, &EVENTS)).transpose()?;
        let event = match counted {
            Counted::Activity => event.unwrap_or("merged"),
            Counted::Merged | Counted::MergedBySize | Counted::MergedByTime => "merged",
            Counted::Opened | Counted::OpenedWithin | Counted::OpenedByChangeRequests => "opened",
        };
        let size = query.own("size").map(|text| one_of("size", text, &SIZES)).transpose()?;
        let size = if counted == Counted::Activity && event == "large" { Some("L") } else { size };
        let counts_by_habit = match counted {
            Counted::Opened | Counted::OpenedWithin | Counted::OpenedByChangeRequests => true,
            Counted::Activity => matches!(event, "opened" | "merged"),
            Counted::Merged | Counted::MergedBySize | Counted::MergedByTime => false,
        };
        Ok(Self {
            event: match event {
                "opened" => "created",
                "closed_unmerged" => "closed",
                _ => "merged",
            },
            from,
            to,
            is_unmerged: event == "closed_unmerged",
            counts_bots: counts_by_habit || query.selection.bots == Some(Bots::Include),
            size: size.filter(|size| *size != "ALL").map(str::to_owned),
            change_requests: query.own("cr").map(count).transpose()?,
            takes: takes(counted, query)?,
        })
    }

    /// Whether a row of `calculated_pr` counts.
    pub(super) fn holds(&self, table: &Table, row: usize) -> bool {
        let is_bot = matches!(table.column("bot"), Some(Cells::Bool(cells)) if cells[row]);
        let is_merged = instant(table, "merged", row).is_some();
        let is_of_time = instant(table, self.event, row)
            .is_some_and(|at| self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to));
        let is_of_size = self.size.as_ref().is_none_or(|size| table.cell(row, "size") == *size);
        let requested = || match table.column("change_requests") {
            Some(Cells::Int(cells)) => cells.get(row),
            _ => None,
        };
        let took = || match table.column("open_to_merge_days") {
            Some(Cells::Float(cells)) => cells.get(row).map(|days| (days * MICROS_PER_DAY as f64).round() as i64),
            _ => None,
        };
        is_of_time
            && (self.counts_bots || !is_bot)
            && !(self.is_unmerged && is_merged)
            && is_of_size
            && self.change_requests.is_none_or(|wanted| requested() == Some(wanted))
            && self.takes.as_ref().is_none_or(|takes| took().is_some_and(|took| takes.contains(&took)))
    }
}

/// The bounds of the bin. They are whole seconds that the table writes with six decimals of a day, so that the
/// nearest second is what was meant.
fn takes(counted: Counted, query: &Query) -> Result<Option<Range<i64>>, Problem> {
    if counted != Counted::MergedByTime {
        return Ok(None);
    }
    let bound = |name: &str| query.own(name).map(|text| days(name, text)).transpose();
    Ok(Some(bound("from_days")?.unwrap_or(0)..bound("to_days")?.unwrap_or(i64::MAX)))
}

fn days(name: &str, text: &str) -> Result<i64, Problem> {
    let days = text.parse::<f64>().ok().filter(|days| (0.0..1e6).contains(days));
    let days = days.ok_or_else(|| wrong(name, format!("{name} must be a number of days, 2.5")))?;
    Ok((days * SECONDS_PER_DAY).round() as i64 * MICROS_PER_SECOND)
}

fn count(text: &str) -> Result<i64, Problem> {
    let count = text.parse().ok().filter(|count: &i64| *count >= 0);
    count.ok_or_else(|| wrong("cr", "cr must be a number of change requests, 2".to_owned()))
}
