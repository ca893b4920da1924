//! Quality and risk: open bugs by where they were met, failures by cause, incidents by severity.

use std::collections::BTreeMap;

use metrics_core::period::first_days;
use metrics_core::totals::ALL;

use super::{Made, grid, list, paragraphs};
use crate::content::{Align, Block, Cell, Sentence};
use crate::findings::failure_text;
use crate::input::{count, days_of, evidence};
use crate::numbers;

const BUGS: [(&str, &str); 5] = [
    ("Open bugs", "opened_bugs"),
    ("Met by customers", "opened_bugs_customer_facing"),
    ("Met inside", "opened_bugs_internal"),
    ("Met while developing", "opened_bugs_dev_process"),
    ("Not known where", "opened_bugs_without_source"),
];

pub(super) fn blocks(made: Made<'_>) -> Vec<Block> {
    let mut blocks: Vec<Block> = bugs(made).into_iter().collect();
    let mut said = Vec::new();
    if let Some(rows) = made.input.rows("dora_month", &["month", "service"])
        && let Some(row) = rows.row(&[&made.input.month.to_string(), ALL])
    {
        let month = made.input.month.to_string();
        let at = |column: &str| Some(rows.evidence(&[&month, ALL], column, made.input.month, made.input.teams));
        match failure_text(made.input) {
            Some(text) => said.push(Sentence { text, evidence: at("failed") }),
            None if count(rows.table, "deployments", row).unwrap_or(0) > 0 => {
                said.push(Sentence { text: "No deployment failed.".to_owned(), evidence: at("failed") });
            }
            None => {}
        }
        if let Some(open) = count(rows.table, "recovery_open", row).filter(|open| *open > 0) {
            let text = format!("{} of the failures of the month have no end that is known.", numbers::count(open));
            said.push(Sentence { text, evidence: at("recovery_open") });
        }
    }
    said.extend(incidents(made));
    if !said.is_empty() {
        blocks.push(list(said));
    }
    if blocks.is_empty() {
        blocks.push(paragraphs([Sentence::plain("Neither issues nor deployments are connected.")]));
    }
    blocks
}

/// Open bugs at the end of the last week that begins in the month.
fn bugs(made: Made<'_>) -> Option<Block> {
    let table = made.input.table("stocks_totals_week")?;
    let days = first_days(table, metrics_core::catalogue::Period::Week)?;
    let month = days_of(made.input.month);
    let row = (0..table.height()).rfind(|row| days[*row].is_some_and(|day| month.contains(&day)))?;
    let week = days[row]?;
    let key =
        vec![("year", table.cell(row, "year")), ("week", table.cell(row, "week").trim_start_matches('0').to_owned())];
    let rows = BUGS.iter().filter_map(|(title, column)| {
        let value = count(table, column, row)? as f64;
        let at = evidence("stocks_totals_week", &key, column, Some(made.input.month), made.input.teams);
        Some(vec![Cell::text(*title), super::found(numbers::number(value), Some(at))])
    });
    let title = format!("Bugs that are open at the end of the week of {week}");
    Some(grid(title, &[("Where they were met", Align::Left), ("Issues", Align::Right)], rows.collect()))
}

/// Incidents that began in the month, by severity.
fn incidents(made: Made<'_>) -> Vec<Sentence> {
    let Some(table) = made.input.table("calculated_incident").filter(|table| table.height() > 0) else {
        return Vec::new();
    };
    let month = made.input.month.to_string();
    let counted = |row: &usize| {
        table.cell(*row, "not_counted").is_empty()
            && table.cell(*row, "part_of").is_empty()
            && table.cell(*row, "started_at").starts_with(&month)
    };
    let mut by_severity: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for row in (0..table.height()).filter(counted) {
        let known = by_severity.entry(table.cell(row, "severity")).or_default();
        known.0 += 1;
        known.1 += i64::from(table.cell(row, "restored_at").is_empty());
    }
    let (all, open) = by_severity.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    if all == 0 {
        return vec![Sentence::plain("No incident began in the month.")];
    }
    let parts: Vec<String> = by_severity
        .iter()
        .map(|(severity, (count, _))| {
            let name = if severity.is_empty() { "of no severity" } else { severity };
            format!("{} {name}", numbers::count(*count))
        })
        .collect();
    let noun = if all == 1 { "incident" } else { "incidents" };
    let open = if open == 0 { String::new() } else { format!("; {} not restored", numbers::count(open)) };
    vec![Sentence::plain(format!(
        "{} {noun} began in the month (UTC): {}{open}.",
        numbers::count(all),
        parts.join(", ")
    ))]
}
