//! DORA trends: the five keys over twelve months, by service in the month, by team in colours.

use metrics_core::totals::ALL;

use super::{DELIVERY_REMEDY, Made, found, grid, known, not_connected};
use crate::content::{Align, Block, Cell, Score};
use crate::input::{YEAR, count, number};
use crate::measures::spec;
use crate::numbers;

/// The keys beside deployments.
const KEYS: [&str; 4] = ["change_lead_time", "change_failure_rate", "recovery_time", "rework_rate"];

pub(super) fn blocks(made: Made<'_>) -> Vec<Block> {
    let input = made.input;
    let Some(rows) = input.rows("dora_month", &["month", "service"]).filter(|rows| rows.table.height() > 0) else {
        return not_connected("Deployments are", DELIVERY_REMEDY);
    };
    let table = rows.table;
    let cells = |month: &str, service: &str, at| {
        let key = [month, service];
        let Some(row) = rows.row(&key) else { return vec![Cell::text("–"); 1 + KEYS.len()] };
        let deployments = count(table, "deployments", row);
        let evidence = |column| rows.evidence(&key, column, at, input.teams);
        let mut cells = vec![known(deployments.map(|count| count as f64), numbers::number, evidence("deployments"))];
        let keys = KEYS.iter().filter_map(|name| spec(name)).filter_map(|key| Some((key, key.column_of_delivery()?)));
        cells.extend(
            keys.map(|(key, column)| known(number(table, column, row), |value| key.form.text(value), evidence(column))),
        );
        cells
    };
    let columns = [
        ("Month", Align::Left),
        ("Deployments", Align::Right),
        ("Lead time, p50", Align::Right),
        ("Change failure rate", Align::Right),
        ("Recovery, p50", Align::Right),
        ("Rework rate", Align::Right),
    ];
    let months = input.months(YEAR).map(|month| {
        let label = month.to_string();
        let mut row = vec![Cell::text(&label)];
        row.extend(cells(&label, ALL, month));
        row
    });
    let mut blocks = vec![grid("The five keys, 12 months", &columns, months.collect())];
    let month = input.month.to_string();
    let mut services: Vec<String> = (0..table.height())
        .filter(|row| table.cell(*row, "month") == month)
        .map(|row| table.cell(row, "service"))
        .filter(|service| service != ALL)
        .collect();
    services.sort();
    if services.len() > 1 {
        let rows = services.iter().map(|service| {
            let mut row = vec![Cell::text(service)];
            row.extend(cells(&month, service, input.month));
            row
        });
        let mut columns = columns;
        columns[0].0 = "Service";
        blocks.push(grid("The five keys by service", &columns, rows.collect()));
    }
    blocks.extend(heat(made, "team", "Teams"));
    blocks
}

/// The colours of systems of a kind.
pub(super) fn heat(made: Made<'_>, kind: &str, title: &str) -> Option<Block> {
    let scored = made.input.rules.report.scored();
    let of_kind: Vec<&Score> = made.scores.iter().filter(|score| score.system_kind == kind).collect();
    // What no system of the kind has would be a column of nothing.
    let measures: Vec<&&str> = scored
        .iter()
        .filter(|name| of_kind.iter().any(|score| score.measure == **name && score.value.is_some()))
        .collect();
    let mut systems: Vec<&str> = of_kind.iter().map(|score| score.system.as_str()).collect();
    systems.dedup();
    if systems.is_empty() || measures.is_empty() {
        return None;
    }
    let mut columns = vec![(title, Align::Left)];
    columns.extend(measures.iter().map(|name| (spec(name).map_or(**name, |spec| spec.title), Align::Center)));
    let rows = systems.iter().map(|system| {
        let mut row = vec![Cell::text(*system)];
        row.extend(measures.iter().map(|name| {
            let score = of_kind.iter().find(|score| score.system == *system && score.measure == ***name);
            score.map_or_else(
                || Cell::text("–"),
                |score| Cell { colour: Some(score.colour), ..found(&score.text, score.evidence.clone()) },
            )
        }));
        row
    });
    Some(grid(format!("{title} by measure"), &columns, rows.collect()))
}
