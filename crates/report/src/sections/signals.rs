//! Every signal of the month, and what is known of its reason.

use metrics_core::control::{ChangeReason, LimitChange};

use super::{Made, grid, list, paragraphs};
use crate::content::{Align, Block, Cell, Sentence};
use crate::findings::{limits, rule};
use crate::input::days_of;
use crate::numbers;

/// Which part of the points of a series without any change signals by chance, about: simulated, see docs/report.md.
const BY_CHANCE: f64 = 0.03;

pub(super) fn blocks(made: Made<'_>) -> Vec<Block> {
    let (mut rows, mut judged_points) = (Vec::new(), 0);
    for measure in made.measured {
        let judged = measure.judged(made.input.month);
        judged_points += judged.periods.iter().filter(|point| point.is_judged()).count();
        for point in judged.periods.iter().filter(|point| !point.signals.is_empty()) {
            let rules = point.signals.iter().map(|signal| rule(*signal)).collect::<Vec<_>>().join("; ");
            let when = if measure.by_month {
                point.first_day.format("%Y-%m").to_string()
            } else {
                point.first_day.format("%G-W%V").to_string()
            };
            let of_flow = if measure.row.name == "wip" { " (in less out)" } else { "" };
            let unit = if measure.by_month && measure.row.name != "cost_per_change" { " a day" } else { "" };
            rows.push(vec![
                Cell::text(format!("{}{of_flow}", measure.row.title)),
                Cell::text(when),
                Cell::text(format!("{}{unit}", measure.text(point.value))),
                Cell::text(limits(measure, point)),
                Cell::text(rules),
            ]);
        }
    }
    let mut blocks = Vec::new();
    if rows.is_empty() {
        blocks.push(paragraphs([Sentence::plain("No week and no month of a measure signalled.")]));
    } else {
        let columns = [
            ("Measure", Align::Left),
            ("Period", Align::Left),
            ("Value", Align::Right),
            ("Limits", Align::Right),
            ("Rule", Align::Left),
        ];
        blocks.push(grid("Signals of the month", &columns, rows));
    }
    let expected = judged_points as f64 * BY_CHANCE;
    blocks.push(paragraphs([Sentence::plain(format!(
        "{} points were judged; of so many about {} signals by chance are to be expected.",
        numbers::count(judged_points as i64),
        numbers::one_decimal(expected),
    ))]));
    let notes = notes(made);
    if !notes.is_empty() {
        blocks.push(list(notes));
    }
    blocks
}

/// Configured changes of the process that fall into the month, and limits that changed in it.
fn notes(made: Made<'_>) -> Vec<Sentence> {
    let days = days_of(made.input.month);
    let configured = made.input.rules.process_changes.iter().filter(|change| days.contains(&change.date));
    let mut notes: Vec<Sentence> = configured
        .map(|change| Sentence::plain(format!("A process change is noted on {}: {}.", change.date, change.note)))
        .collect();
    for measure in made.measured {
        let changes = measure.chart.limit_changes.iter().filter(|change| days.contains(&change.decided));
        notes.extend(changes.filter(|change| change.reason == ChangeReason::Run).map(|change| {
            let center = |center: Option<f64>| center.map_or_else(|| "not known".to_owned(), |at| measure.text(at));
            let LimitChange { date, old_center, new_center, .. } = change;
            Sentence::plain(format!(
                "{}: new limits from {date} on, after 20 periods in a row on one side of the old centre; centre {}, before {}.",
                measure.row.title,
                center(*new_center),
                center(*old_center),
            ))
        }));
    }
    notes
}
