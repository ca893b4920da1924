//! The first page: findings, the one table, charts.

use metrics_core::control::Verdict as Point;

use super::{Made, grid, list, paragraphs};
use crate::content::{Align, Block, Cell, ChartPoint, ControlChart, Sentence, StackedMonths, StackedPart};
use crate::input::{Input, YEAR, amount, days_of, name_of};
use crate::measures::{Measured, is_signal};
use crate::numbers;

/// Weeks of a chart.
const CHART_WEEKS: usize = 53;
/// Parts of spending that are told apart; the rest is one.
const PARTS: usize = 5;
/// What the parts behind them are called.
const REST: &str = "other";

pub(super) fn findings(made: Made<'_>) -> Vec<Block> {
    let mut blocks = vec![list(made.findings.iter().map(|finding| finding.sentence.clone()))];
    blocks.extend(made.provisional.map(|reason| paragraphs([Sentence::plain(reason)])));
    blocks
}

pub(super) fn table(made: Made<'_>) -> Vec<Block> {
    let month = name_of(made.input.month);
    let before = name_of(made.input.month.plus(-1));
    let columns = [
        ("Measure", Align::Left),
        (month.as_str(), Align::Right),
        (before.as_str(), Align::Right),
        ("Change", Align::Right),
        ("A year before", Align::Right),
        ("12 months", Align::Left),
        ("Verdict", Align::Left),
        ("Rests on", Align::Left),
    ];
    let rows = made.measured.iter().map(|measure| {
        let row = &measure.row;
        vec![
            Cell::text(&row.title),
            Cell { text: row.text.clone(), evidence: row.evidence.clone(), ..Cell::default() },
            Cell::text(&row.previous),
            Cell::text(&row.change),
            Cell::text(&row.change_year),
            Cell { text: trend(measure), spark: row.months.clone(), ..Cell::default() },
            Cell { text: row.verdict.text.clone(), verdict: Some(row.verdict.kind), ..Cell::default() },
            Cell::text(&row.rests_on),
        ]
    });
    let note = "Counts and money are those of the whole month and are compared by the day, rates by their difference in points, all else as it is.";
    vec![grid(format!("Measures of {month}"), &columns, rows.collect()), paragraphs([Sentence::plain(note)])]
}

/// What a small line shows, for who does not see it.
fn trend(measure: &Measured) -> String {
    let known: Vec<f64> = measure.row.months.iter().flatten().copied().collect();
    let least = known.iter().copied().reduce(f64::min);
    let most = known.iter().copied().reduce(f64::max);
    match least.zip(most) {
        Some((least, most)) => format!("{} to {}", measure.text(least), measure.text(most)),
        None => "no data".to_owned(),
    }
}

pub(super) fn charts(made: Made<'_>) -> Vec<Block> {
    let weekly = |measure: &&Measured| !measure.by_month && !measure.chart.points.is_empty();
    let signalling = made.measured.iter().filter(weekly).find(|measure| is_signal(&measure.row.verdict));
    let of = |name: &str| made.measured.iter().filter(weekly).find(|measure| measure.row.name == name);
    let chosen = signalling.or_else(|| of("deployments")).or_else(|| of("throughput"));
    let mut blocks: Vec<Block> = chosen.map(|measure| Block::Chart(chart(made.input, measure))).into_iter().collect();
    blocks.extend(spending(made.input, made.measured).into_iter().map(Block::Months));
    if blocks.is_empty() {
        blocks.push(paragraphs([Sentence::plain("No series has a complete week yet.")]));
    }
    blocks
}

/// The chart of a weekly measure, up to the last week that begins in the month.
pub(super) fn chart(input: &Input<'_>, measure: &Measured) -> ControlChart {
    let days = days_of(input.month);
    let points: Vec<&Point> =
        measure.chart.points.iter().filter(|point| point.complete && point.first_day < days.end).collect();
    let points = &points[points.len().saturating_sub(CHART_WEEKS)..];
    let unit = if measure.row.name == "wip" { "issues, in less out" } else { &measure.chart_unit };
    ControlChart {
        title: format!("{} by week", measure.row.title),
        says: format!("{}: {}.", name_of(input.month), measure.row.verdict.text),
        unit: unit.to_owned(),
        points: points
            .iter()
            .map(|point| ChartPoint {
                week: point.first_day.format("%G-W%V").to_string(),
                first_day: point.first_day.to_string(),
                value: point.value,
                center: point.center,
                lcl: point.lcl,
                ucl: point.ucl,
                signal: !point.signals.is_empty(),
                in_month: days.contains(&point.first_day),
                segment: point.segment,
            })
            .collect(),
    }
}

/// Spending by group, of each currency.
fn spending(input: &Input<'_>, measured: &[Measured]) -> Vec<StackedMonths> {
    let currencies = measured.iter().filter(|measure| measure.row.name == "cloud_cost");
    currencies.filter_map(|measure| in_currency(input, measure.currency.as_deref()?)).collect()
}

fn in_currency(input: &Input<'_>, currency: &str) -> Option<StackedMonths> {
    let rows = input.rows("cloud_spending_totals", &["month", "currency", "part", "provider", "name"])?;
    let table = rows.table;
    let months: Vec<String> = input.months(YEAR).map(|month| month.to_string()).collect();
    let mut parts: Vec<(String, Vec<Option<f64>>)> = Vec::new();
    let mut totals = vec!["–".to_owned(); months.len()];
    for row in 0..table.height() {
        let month = table.cell(row, "month");
        let Some(at) = months.iter().position(|known| *known == month) else { continue };
        if table.cell(row, "currency") != currency {
            continue;
        }
        let Some(cost) = amount(table, "cost", row) else { continue };
        let (part, provider, name) = (table.cell(row, "part"), table.cell(row, "provider"), table.cell(row, "name"));
        if part == metrics_core::totals::ALL {
            totals[at] = numbers::money_digits(&cost);
            continue;
        }
        let named = match (name.is_empty(), provider.is_empty()) {
            (true, _) => REST.to_owned(),
            (false, true) => name,
            (false, false) => format!("{name} ({provider})"),
        };
        let index = parts.iter().position(|(known, _)| *known == named).unwrap_or_else(|| {
            parts.push((named, vec![None; months.len()]));
            parts.len() - 1
        });
        let value = &mut parts[index].1[at];
        *value = Some(value.unwrap_or(0.0) + cost.to_f64());
    }
    (!parts.is_empty()).then(|| StackedMonths {
        title: format!("Spending of the clouds in {currency} by group"),
        unit: currency.to_owned(),
        months,
        parts: largest(parts),
        totals,
    })
}

/// The largest parts, and one of all others.
fn largest(mut parts: Vec<(String, Vec<Option<f64>>)>) -> Vec<StackedPart> {
    let sum = |values: &[Option<f64>]| values.iter().flatten().sum::<f64>();
    parts.sort_by(|one, other| {
        let rest = (one.0 == REST).cmp(&(other.0 == REST));
        rest.then(sum(&other.1).total_cmp(&sum(&one.1))).then(one.0.cmp(&other.0))
    });
    let rest = parts.split_off(parts.len().min(PARTS));
    if let Some(first) = rest.first() {
        let added = (0..first.1.len()).map(|at| {
            let known: Vec<f64> = rest.iter().filter_map(|(_, values)| values[at]).collect();
            (!known.is_empty()).then(|| known.iter().sum())
        });
        parts.push((REST.to_owned(), added.collect()));
    }
    parts.into_iter().map(|(name, values)| StackedPart { name, values }).collect()
}
