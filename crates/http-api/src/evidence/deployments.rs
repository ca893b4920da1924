//! Deployments behind a figure about delivery.

use model::Instant;
use model::table::Table;

use super::figure::{instant, one_of};
use crate::problem::Problem;
use crate::query::Query;

/// Values of `figure`: columns of the keys that count deployments.
pub(crate) const FIGURES: [&str; 6] =
    ["attempts_failed", "deployments", "failed", "redeploys", "rollbacks", "unplanned"];

/// Columns of the rows, with the names that they have in the answer.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("deployment_id", "id"),
    ("url", "url"),
    ("service", "service"),
    ("environment", "environment"),
    ("kind", "kind"),
    ("started_at", "started_at"),
    ("succeeded_at", "succeeded_at"),
    ("finished_at", "finished_at"),
    ("counted", "counted"),
    ("failed", "failed"),
    ("causes", "causes"),
    ("recovered_at", "recovered_at"),
    ("unplanned", "unplanned"),
    ("changes", "changes"),
    ("sha", "sha"),
];

/// What a deployment must be like to count.
#[derive(Clone, Debug)]
pub(crate) struct Deployments {
    figure: &'static str,
    /// Half open.
    from: Option<Instant>,
    to: Option<Instant>,
}

impl Deployments {
    pub(super) fn read(query: &Query, (from, to): (Option<Instant>, Option<Instant>)) -> Result<Self, Problem> {
        let figure = query.own("figure").map(|text| one_of("figure", text, &FIGURES)).transpose()?;
        Ok(Self { figure: figure.unwrap_or("deployments"), from, to })
    }

    /// Whether a row of `calculated_deployment` counts: in the period of its first success, or of its end without one.
    pub(super) fn holds(&self, table: &Table, row: usize) -> bool {
        let at = instant(table, "succeeded_at", row).or_else(|| instant(table, "finished_at", row));
        let is_of_time =
            at.is_some_and(|at| self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to));
        let is = |column: &str| table.cell(row, column) == "true";
        let is_kind = |kind: &str| table.cell(row, "kind") == kind;
        is_of_time
            && match self.figure {
                "attempts_failed" => is_kind("failed_attempt"),
                "redeploys" => is_kind("redeploy"),
                "rollbacks" => is_kind("rollback"),
                "failed" => is("failed"),
                "unplanned" => is("unplanned"),
                _ => is("counted"),
            }
    }
}
