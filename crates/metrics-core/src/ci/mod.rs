//! CI under rule set `flow`: how reliable it is, how fast, what it costs, and what part of that bought something.
//!
//! **Runs.** A run counts by its last attempt, in the period in which that ended; a pipeline of GitLab, to which jobs may be
//! added for days, when its jobs had ended for the first time. Pipelines that another one starts are no runs of their own;
//! their jobs are jobs.
//!
//! **Flaky.** A commit is flaky for a workflow and an event if it failed and then succeeded with nothing changed: in a later
//! attempt, in a job that was started again, or in another run.
//!
//! **Money.** The minutes of jobs by the prices of the providers, or what was billed, see `cost.rs`. Months are those of
//! bills, in UTC; a job belongs to the one in which it began. Amounts of different currencies are never added.
//!
//! The definitions and their sources are in `docs/metrics.md`.

mod against;
mod cost;
mod facts;
mod flaky;
mod jobs;
mod link;
mod prices;
mod reliability;
mod runs;
mod workflows;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cell::LazyCell;

use model::Instant;
use model::columns::{Raw, Scopes};
use model::instant::MICROS_PER_DAY;
use model::kinds::RunConclusion;
use model::rules::Rules;
use model::table::Table;

use crate::calendar::Cut;
use crate::catalogue;
use crate::coverage::CiCoverage;
use crate::delivery;
use crate::selection::Chosen;
use crate::wanted::Wanted;
use cost::Costs;
use facts::{Branches, Facts};

/// Days that `ci_flaky_jobs` looks back where none are asked for.
const FLAKY_DAYS: i64 = 90;

/// What CI costs set against delivery.
const AGAINST_DELIVERY: [&str; 4] =
    ["cost_delivery_month", "cost_delivery_link", "cost_delivery_repo", "cost_delivery_line"];
/// What is told of bills is about these.
const COSTS: [&str; 2] = ["ci_cost_month", "ci_cost_pareto"];

/// Whether anything is known of CI: jobs, bills, or runs that were not read for the sake of deployments alone.
pub fn has_ci(raw: &Raw, rules: &Rules) -> bool {
    !raw.ci_jobs.run_id.is_empty()
        || !raw.ci_job_sums.jobs.is_empty()
        || !raw.ci_bills.net.is_empty()
        || (!rules.delivery.name_workflows() && !raw.ci_runs.run_id.is_empty())
}

/// A run that has ended, by its last attempt.
pub(crate) struct EndedRun<'a> {
    /// `org/name`.
    pub(crate) repository: &'a str,
    pub(crate) workflow: &'a str,
    pub(crate) conclusion: RunConclusion,
    /// Microseconds.
    pub(crate) ended: i64,
    /// Microseconds from its begin to its end; `None` where the begin is not known.
    pub(crate) took: Option<i64>,
}

/// Tells each run that had ended by `as_of`.
pub(crate) fn ended_runs(raw: &Raw, rules: &Rules, as_of: Instant, mut tell: impl FnMut(&EndedRun<'_>)) {
    let chosen = Chosen::everything();
    let facts = Facts::of(raw, rules, as_of, &chosen, Branches::All);
    for run in &facts.runs {
        let (row, workflow) = (run.row as usize, &facts.workflows[run.workflow as usize]);
        let began = raw.ci_runs.started_at.get(row).map(Instant::micros);
        // A word that nobody knows yet is no verdict.
        let Some(conclusion) = raw.ci_runs.conclusion[row] else { continue };
        tell(&EndedRun {
            repository: &facts.repositories[workflow.repository as usize].full_name,
            workflow: &workflow.name,
            conclusion,
            ended: run.ended,
            took: began.map(|began| run.ended - began).filter(|took| *took >= 0),
        });
    }
}

/// The tables of CI, and what is said of them.
#[derive(Debug, Default)]
pub(crate) struct OfCi {
    /// Those that are wanted, in the order of the catalogue.
    pub(crate) tables: Vec<Table>,
    /// Sentences about `cost_delivery_link`.
    pub(crate) links: Vec<String>,
    /// What a person should know about the figures.
    pub(crate) notices: Vec<String>,
}

/// The tables of a selection that are wanted. `delivered` are the tables of delivery, where they are computed too.
pub(crate) fn tables_of(
    raw: &Raw,
    rules: &Rules,
    as_of: Instant,
    chosen: &Chosen,
    wanted: Wanted<'_>,
    delivered: Option<&[Table]>,
) -> OfCi {
    let coverage = CiCoverage::new(raw, as_of, chosen);
    let facts = LazyCell::new(|| Facts::of(raw, rules, as_of, chosen, Branches::All));
    let of_default = LazyCell::new(|| Facts::of(raw, rules, as_of, chosen, Branches::Default));
    let of_branches = || if chosen.only_default_branch { &*of_default } else { &*facts };
    let costs = LazyCell::new(|| Costs::of(raw, &facts, as_of, chosen));
    let days = chosen.days(rules.timezone);
    let days = if days.start == i64::MIN && days.end == i64::MAX {
        as_of.micros() - FLAKY_DAYS * MICROS_PER_DAY..i64::MAX
    } else {
        days
    };
    let tables: [(&str, &dyn Fn() -> Table); 6] = [
        ("ci_week", &|| reliability::table("ci_week", Cut::Week, of_branches(), rules, &coverage, as_of)),
        ("ci_month", &|| reliability::table("ci_month", Cut::Month, of_branches(), rules, &coverage, as_of)),
        ("calculated_run", &|| runs::table(raw, of_branches())),
        ("ci_flaky_jobs", &|| flaky::table(raw, &facts, &days)),
        ("ci_cost_month", &|| cost::month(&costs, rules, &coverage, chosen)),
        ("ci_cost_pareto", &|| cost::pareto(&costs, &coverage)),
    ];
    let is_written = |name: &str| catalogue::table(name).is_some_and(|table| table.is_written(rules, Scopes::CI));
    let tables = tables.iter().filter(|(name, _)| wanted.has(name) && is_written(name));
    let mut of_ci = OfCi { tables: tables.map(|(_, table)| table()).collect(), ..OfCi::default() };
    if wanted.names(catalogue::CALCULATED_JOB.name) {
        let with_jobs = Facts::with_jobs(raw, rules, as_of, chosen);
        of_ci.tables.push(jobs::table(raw, &with_jobs, (chosen.from, chosen.to)));
    }
    if COSTS.iter().any(|name| wanted.has(name)) {
        of_ci.notices = costs.notices(as_of);
    }
    if AGAINST_DELIVERY.iter().any(|name| wanted.has(name)) {
        let has_all = |tables: &&[Table]| against::RESTS_ON.iter().all(|name| tables.iter().any(|it| it.name == *name));
        let delivered = match delivered.filter(has_all) {
            Some(delivered) => Cow::Borrowed(delivered),
            None => Cow::Owned(delivery::tables_of(raw, rules, as_of, chosen, Wanted::Only(&against::RESTS_ON)).tables),
        };
        let against = against::of(raw, &costs, &delivered, &coverage, as_of);
        of_ci.tables.extend(against.tables.into_iter().filter(|table| wanted.has(table.name)));
        of_ci.links = against.sentences;
    }
    of_ci
}
