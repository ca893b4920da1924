//! Jobs behind a figure about the cost of CI.

use std::fmt::Debug;

use chrono::NaiveDate;
use chrono_tz::Tz;
use metrics_core::calendar::day_start;
use metrics_core::selection::repositories_of;
use metrics_core::totals::ALL;
use metrics_core::{Calculation, Selection};
use model::Instant;
use model::columns::Raw;
use model::rules::RuleSet;
use model::table::Table;

use super::figure::one_of;
use crate::problem::Problem;
use crate::query::Query;
use crate::shared::Shared;
use crate::snapshot::{Question, Snapshot};

/// Whoever has the jobs of CI that are rolled up: those of the data are not. Called on a thread that may wait.
pub trait Jobs: Debug + Send + Sync {
    /// Jobs that have ended and began within a half-open range, with their runs, of some repositories (`org/name`) or of
    /// all. More jobs do no harm.
    ///
    /// # Errors
    /// They cannot be read; why, for logs.
    fn jobs(
        &self,
        repositories: Option<Vec<String>>,
        from: Option<Instant>,
        to: Option<Instant>,
    ) -> Result<Raw, String>;
}

/// Values of `figure`: what jobs were spent on; `jobs` for all.
pub(crate) const FIGURES: [&str; 6] = ["cancelled", "failed", "flaky", "jobs", "retried", "useful"];

/// Columns of the rows, with the names that they have in the answer.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("run_id", "id"),
    ("name", "job"),
    ("url", "url"),
    ("repo", "repo"),
    ("workflow", "workflow"),
    ("outcome", "outcome"),
    ("part", "part"),
    ("minutes", "minutes"),
    ("at_price", "at_price"),
    ("currency", "currency"),
    ("began_at", "began_at"),
    ("ended_at", "ended_at"),
    ("labels", "labels"),
];

/// What a job must be like to count.
#[derive(Clone, Debug)]
pub(crate) struct CountedJobs {
    figure: &'static str,
    /// `None` for all workflows.
    workflow: Option<String>,
}

impl CountedJobs {
    pub(super) fn read(query: &Query) -> Result<Self, Problem> {
        let figure = query.own("figure").map(|text| one_of("figure", text, &FIGURES)).transpose()?;
        let workflow = query.own("workflow").filter(|name| *name != ALL).map(str::to_owned);
        Ok(Self { figure: figure.unwrap_or("jobs"), workflow })
    }

    /// Whether a row of `calculated_job` counts.
    pub(super) fn holds(&self, table: &Table, row: usize) -> bool {
        let is_of_workflow = |name: &String| table.cell(row, "workflow") == *name;
        self.workflow.as_ref().is_none_or(is_of_workflow)
            && (self.figure == "jobs" || table.cell(row, "part") == self.figure)
    }
}

/// The jobs that a question is about, out of the store where there is one, else out of the data. Waits.
pub(super) fn calculation(shared: &Shared, snapshot: &Snapshot, question: &Question) -> Result<Calculation, Problem> {
    let (data, rules) = snapshot.sources(question.set)?;
    let Some(jobs) = shared.jobs.get() else { return snapshot.calculate(question) };
    let question = Question { as_of: question.as_of.or(data.as_of), ..question.clone() };
    let Selection { from, to, .. } = question.selection;
    let start = |day: NaiveDate| day_start(Tz::UTC, day);
    let to = to.and_then(|day| day.succ_opt()).map(start);
    let repositories = repositories_of(&question.selection, rules, snapshot.known(RuleSet::Flow));
    let raw = jobs.jobs(repositories, from.map(start), to).map_err(|error| {
        tracing::error!("cannot read jobs: {error}");
        Problem::internal()
    })?;
    snapshot.calculate_from(&raw, &question)
}
