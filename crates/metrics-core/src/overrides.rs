//! Single definitions that are not those of the rule set: what `metrics.rules` names beside the set.

use model::rules::{RuleSet, Rules};
use model::single_rules::SingleRule;
use model::table::{Cells, Table};

use crate::flow::{Lives, Place};
use crate::frame::KNOWN_SHARE_MINIMUM;
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
    let unknown = ["lead_known_share", "cycle_known_share"].map(|share| unknown_rows(table, share));
    for column in table.columns.iter_mut().filter(|column| means.contains(&column.name)) {
        let unknown = &unknown[usize::from(!column.name.starts_with("lead"))];
        if let Cells::Float(cells) = &mut column.cells {
            let filled = |(row, cell): (usize, Option<f64>)| cell.or_else(|| (!unknown.contains(&row)).then_some(0.0));
            *cells = cells.iter().enumerate().map(filled).collect();
        }
    }
}

/// Rows of which a mean is not over nothing but over what lost history hides.
fn unknown_rows(table: &Table, share: &str) -> Vec<usize> {
    let Some(Cells::Float(shares)) = table.column(share) else { return Vec::new() };
    let is_unknown = |share: &Option<f64>| share.is_some_and(|share| share < KNOWN_SHARE_MINIMUM);
    shares.iter().enumerate().filter(|(_, share)| is_unknown(share)).map(|(row, _)| row).collect()
}

fn drop_last_row(table: &mut Table) {
    let kept: Vec<usize> = (0..table.height().saturating_sub(1)).collect();
    *table = rows_of(table, &kept);
}

#[cfg(test)]
mod tests {
    use model::table::Column;

    use super::*;

    #[test]
    fn what_lost_history_hides_is_no_mean_over_nothing() {
        let floats = |name, cells: [Option<f64>; 3]| Column { name, cells: Cells::Float(cells.to_vec().into()) };
        let columns = vec![
            floats("leadtime_days_avg", [None, None, Some(4.0)]),
            floats("cycletime_days_avg", [None, None, None]),
            floats("lead_known_share", [None, Some(0.6), Some(1.0)]),
            floats("cycle_known_share", [None, Some(0.6), None]),
        ];
        let mut table = Table { name: "cycle_time", columns };
        fill_means(&mut table);
        let cells = |column| [0, 1, 2].map(|row| table.cell(row, column));
        assert_eq!(cells("leadtime_days_avg"), ["0.000000", "", "4.000000"]);
        assert_eq!(cells("cycletime_days_avg"), ["0.000000", "", "0.000000"]);
    }
}
