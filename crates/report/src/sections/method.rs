//! How the figures came about.

use metrics_core::catalogue::metrics;

use super::{Made, grid, list};
use crate::content::{Align, Block, Cell, Sentence};
use crate::make::as_of;

/// Metrics of the catalogue behind the measures.
const DEFINED: [(&str, &str); 11] = [
    ("lead_time", "lead_time"),
    ("throughput", "throughput"),
    ("wip", "wip"),
    ("pr_cycle_time", "pr_cycle_time"),
    ("time_to_first_review", "time_to_first_review"),
    ("deployments", "deployment_frequency"),
    ("change_lead_time", "lead_time_for_changes"),
    ("change_failure_rate", "change_failure_rate"),
    ("recovery_time", "recovery_time"),
    ("rework_rate", "rework_rate"),
    ("ci_cost", "ci_cost"),
];

pub(super) fn blocks(made: Made<'_>) -> Vec<Block> {
    let zone = made.input.rules.timezone.name();
    let mut said = vec![
        Sentence::plain(format!(
            "Computed under rule set {} as of {}, in the time zone {zone}.",
            made.input.rules.set.name(),
            as_of(made.input.calculation).to_rfc3339_seconds()
        )),
        Sentence::plain(
            "Limits are XmR: the mean of the first 20 complete weeks and 2.66 times their mean moving range. A word is given where a signal holds in the last week of the month, or two weeks are beyond a limit on one side.",
        ),
        Sentence::plain("Systems are compared with themselves, never people, and never with each other."),
    ];
    let overrides: Vec<String> =
        made.input.rules.overrides().map(|(name, choice)| format!("{name}: {choice}")).collect();
    if !overrides.is_empty() {
        said.push(Sentence::plain(format!("Single rules of the other set: {}.", overrides.join(", "))));
    }
    let rows = DEFINED.iter().filter_map(|(name, metric)| {
        let measure = made.measured.iter().find(|measure| measure.row.name == *name)?;
        let metric = metrics().iter().find(|known| known.name == *metric)?;
        Some(vec![Cell::text(&measure.row.title), Cell::text(metric.formula), Cell::text(metric.left_out)])
    });
    let columns =
        [("Measure", Align::Left), ("How it is worked out", Align::Left), ("What it leaves out", Align::Left)];
    vec![list(said), grid("Definitions", &columns, rows.collect())]
}
