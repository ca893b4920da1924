//! Single definitions that are not those of the rule set: what `metrics.rules` names beside the set.

use model::rules::{RuleSet, Rules};
use model::single_rules::SingleRule;
use model::table::{Cells, Table};

use crate::flow::{Lives, Place};
use crate::period::rows_of;

/// Columns that are means, by table: where there is nothing to take the mean of they are empty, or 0 by the original's
/// definition.
const MEANS: [(&str, &[&str]); 5] = [
    ("cycle_time", ISSUE_MEANS),
    ("cycle_time_week", ISSUE_MEANS),
    ("pr_change_requests_week", &["avg"]),
    (
        "pr_cycle_week",
        &["review_rounds", "coding_mean_days", "pickup_mean_days", "review_mean_days", "merge_mean_days"],
    ),
    ("pr_activity_week", &["merged_per_author"]),
];
const ISSUE_MEANS: &[&str] = &["leadtime_days_avg", "cycletime_days_avg", "time_to_pr"];

/// Makes issues that were closed as not planned or duplicate finished ones, where the rules say so.
pub(crate) fn of_lives(lives: &mut Lives, rules: &Rules) {
    if rules.follows(SingleRule::ClosedAsNotPlanned) == RuleSet::Flow {
        return;
    }
    let done = |place: &mut Place| {
        if *place == Place::NotPlanned {
            *place = Place::Done;
        }
    };
    lives.intervals.place.iter_mut().for_each(done);
    for life in lives.issues.iter_mut().flatten() {
        life.not_planned = false;
        done(&mut life.place);
    }
}

/// What single rules change in finished tables of rule set `flow`.
pub(crate) fn of_tables(tables: &mut [Table], rules: &Rules) {
    if rules.follows(SingleRule::MeansOverNothing) == RuleSet::CtoStats {
        tables.iter_mut().for_each(fill_means);
    }
    if rules.follows(SingleRule::LastWeekInThroughput) == RuleSet::CtoStats {
        tables.iter_mut().filter(|table| table.name == "throughput_week").for_each(drop_last_row);
    }
}

fn fill_means(table: &mut Table) {
    let Some((_, means)) = MEANS.iter().find(|(name, _)| *name == table.name) else { return };
    for column in table.columns.iter_mut().filter(|column| means.contains(&column.name)) {
        if let Cells::Float(cells) = &mut column.cells {
            for cell in cells {
                *cell = cell.or(Some(0.0));
            }
        }
    }
}

fn drop_last_row(table: &mut Table) {
    let kept: Vec<usize> = (0..table.height().saturating_sub(1)).collect();
    *table = rows_of(table, &kept);
}
