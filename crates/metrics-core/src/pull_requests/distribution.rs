//! `pr_cycle_dist`: how many pull requests took how long from opened to merged. Bots are out.

use std::iter::once;
use std::ops::Range;

use model::instant::{MICROS_PER_DAY, MICROS_PER_SECOND};
use model::table::{Cells, Column, Table};

use super::facts::Facts;
use crate::frame::{P85_MINIMUM, P95_MINIMUM, RATE_MINIMUM, percentile, percentile_of_enough};

/// Bins below the open one are at most so many; they are at least 13, unless the shortest width is too long for
/// that.
const MOST_BINS: i64 = 25;
/// Where the open bin begins: nearly everything is below.
const NEARLY_ALL: f64 = 0.98;
const HOUR: i64 = 3600 * MICROS_PER_SECOND;
/// Widths of bins below half a day. Longer ones are 1, 2, 2.5 or 5 times a power of ten of days.
const SHORT_WIDTHS: [i64; 9] =
    [HOUR / 10, HOUR / 5, HOUR / 4, HOUR / 2, HOUR, 2 * HOUR, 5 * HOUR / 2, 5 * HOUR, 10 * HOUR];

/// Pull requests merged within `days` (microseconds, half open) by the time from opened to merged.
///
/// `from_days`, `to_days` (null for the last, open bin), `pr_count`, share (0 to 1; null below 10 pull requests),
/// `p50_days`, `p85_days` (null below 10), `p95_days` (null below 20): the percentiles are those of all, the same in
/// each row. A bin holds its lower bound and not its upper one. All bins but the last have one round width, and the
/// last one begins at the first bound above the 98th percentile. No rows when nothing was merged.
pub(super) fn table(facts: &Facts, days: &Range<i64>) -> Table {
    let merged_within = facts
        .pull_requests
        .iter()
        .filter(|known| known.counts && known.clock.merged.is_some_and(|merged| days.contains(&merged)));
    let mut spans: Vec<i64> = merged_within.filter_map(|known| known.clock.open_to_merge()).collect();
    spans.sort_unstable();
    let in_days: Vec<f64> = spans.iter().map(|span| to_days(*span)).collect();
    let bounds = percentile(&in_days, NEARLY_ALL).map_or_else(Vec::new, bounds);
    let above = |bound: &i64| spans.len() - spans.partition_point(|span| span < bound);
    let next = bounds.iter().skip(1).map(Some).chain(once(None));
    let counts: Vec<usize> =
        bounds.iter().zip(next.clone()).map(|(from, to)| above(from) - to.map_or(0, above)).collect();
    let share = |count: &usize| (spans.len() >= RATE_MINIMUM).then(|| *count as f64 / spans.len() as f64);
    let same = |value: Option<f64>| Cells::Float(vec![value; bounds.len()].into());
    Table {
        name: "pr_cycle_dist",
        columns: vec![
            Column { name: "from_days", cells: Cells::Float(bounds.iter().map(|from| Some(to_days(*from))).collect()) },
            Column {
                name: "to_days",
                cells: Cells::Float(next.take(bounds.len()).map(|to| to.map(|to| to_days(*to))).collect()),
            },
            Column { name: "pr_count", cells: Cells::Int(counts.iter().map(|count| Some(*count as i64)).collect()) },
            Column { name: "share", cells: Cells::Float(counts.iter().map(share).collect()) },
            Column { name: "p50_days", cells: same(percentile(&in_days, 0.5)) },
            Column { name: "p85_days", cells: same(percentile_of_enough(&in_days, 0.85, P85_MINIMUM)) },
            Column { name: "p95_days", cells: same(percentile_of_enough(&in_days, 0.95, P95_MINIMUM)) },
        ],
    }
}

/// Lower bounds of all bins, the open one last.
fn bounds(nearly_all_days: f64) -> Vec<i64> {
    let nearly_all = (nearly_all_days * MICROS_PER_DAY as f64).ceil() as i64;
    let width = widths().find(|width| nearly_all < MOST_BINS * width).unwrap_or(MICROS_PER_DAY);
    (0..=nearly_all / width + 1).map(|bin| bin * width).collect()
}

/// Round widths, ascending: from six minutes to longer than any pull request.
fn widths() -> impl Iterator<Item = i64> {
    let days = (0..7).flat_map(|power| [10, 20, 25, 50].map(|tenths| tenths * 10_i64.pow(power)));
    SHORT_WIDTHS.into_iter().chain(once(MICROS_PER_DAY / 2)).chain(days.map(|tenths| tenths * (MICROS_PER_DAY / 10)))
}

fn to_days(micros: i64) -> f64 {
    micros as f64 / MICROS_PER_DAY as f64
}
