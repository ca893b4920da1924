//! `cycle_time` and `cycle_time_week` in words.

use model::rules::ProcessChange;
use model::table::Table;

use crate::frame::KNOWN_SHARE_MINIMUM;

use super::rows::{charted, count, counted, is_complete, number, week};

/// Months that a year's range is taken from, the last complete one included.
const RANGE_MONTHS: usize = 12;

/// The medians of cycle time and of lead time in the last complete month, against the month before and the range of
/// up to twelve complete months.
pub(super) fn sentences(table: &Table) -> Vec<String> {
    let Some(newest) = (0..table.height()).rev().find(|row| is_complete(table, *row)) else {
        return vec!["There is no complete month yet.".to_owned()];
    };
    let cycle = of_time(table, newest, "cycle time", ["cycletime_days_p50", "cycle_count", "cycle_known_share"]);
    cycle
        .into_iter()
        .chain(of_time(table, newest, "lead time", ["leadtime_days_p50", "lead_count", "lead_known_share"]))
        .collect()
}

/// Whether the median cycle time of the last complete week was normal.
pub(super) fn weekly(table: &Table, changes: &[ProcessChange]) -> Vec<String> {
    let median = "cycletime_days_p50";
    let empty = (0..table.height()).rev().find(|row| is_complete(table, *row));
    let empty = empty.filter(|row| number(table, *row, median).is_none());
    empty.map_or_else(
        || charted(table, median, None, "days of cycle time in the median", changes),
        |row| {
            let nothing =
                || format!("No issue with a cycle time was finished in {}, the last complete week.", week(table, row));
            let unknown = unknown(table, row, "cycle time", "cycle_known_share");
            vec![
                unknown
                    .map_or_else(nothing, |known| format!("{known} in {}, the last complete week.", week(table, row))),
            ]
        },
    )
}

/// That too little is known of a duration to say anything about it, if that is so.
fn unknown(table: &Table, row: usize, what: &str, known: &str) -> Option<String> {
    let share = number(table, row, known).filter(|share| *share < KNOWN_SHARE_MINIMUM)?;
    Some(format!(
        "The {what} is not known, since history is lost: {:.0} % of the issues that ended have one",
        share * 100.0
    ))
}

fn of_time(table: &Table, newest: usize, what: &str, [median, issues, known]: [&str; 3]) -> Vec<String> {
    let month = |row: usize| table.cell(row, "month");
    let Some(now) = number(table, newest, median) else {
        if let Some(known) = unknown(table, newest, what, known) {
            return vec![format!("{known} in {}, the last complete month.", month(newest))];
        }
        return vec![format!("No issue with a {what} was finished in {}, the last complete month.", month(newest))];
    };
    let head = format!(
        "The median {what} of {}, the last complete month, was {now:.1} days ({})",
        month(newest),
        counted(count(table, newest, issues), "issue")
    );
    let before = newest.checked_sub(1).and_then(|row| number(table, row, median).map(|days| (row, days)));
    let mut sentences = vec![match before {
        Some((row, days)) => format!("{head}: {} {} ({days:.1}).", difference(now, days), month(row)),
        None => format!("{head}."),
    }];
    let first = (newest + 1).saturating_sub(RANGE_MONTHS);
    let months: Vec<f64> = (first..=newest).filter_map(|row| number(table, row, median)).collect();
    if months.len() > 1 {
        let least = months.iter().copied().fold(f64::INFINITY, f64::min);
        let most = months.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        sentences.push(format!(
            "Over the last {} complete months the median {what} was between {least:.1} and {most:.1} days.",
            newest + 1 - first
        ));
    }
    sentences
}

/// As the two numbers are shown, so that nobody finds a difference between them that is not there.
fn difference(now: f64, before: f64) -> String {
    let tenths = (now * 10.0).round() - (before * 10.0).round();
    if tenths == 0.0 {
        return "as long as in".to_owned();
    }
    format!("{:.1} days {} than in", tenths.abs() / 10.0, if tenths < 0.0 { "less" } else { "more" })
}
