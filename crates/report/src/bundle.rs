//! The CSV bundle, for Excel and Power BI: the columns that scripts of this kind write first, in their order, ours behind.
//!
//! UTF-8, commas, line feeds, a header. A row per month, from the first complete one to that of the report; of several
//! currencies a row for each. What is not known is an empty cell, never 0. Text that a spreadsheet would run is guarded.

use std::collections::BTreeSet;

use metrics_core::totals::ALL;
use model::formulas::push_guarded_field;
use model::{Amount, Month};

use crate::content::Report;
use crate::executive::per_thousand;
use crate::input::{Input, Rows, amount, count, flag, number};

/// Names of its files.
pub const BUNDLE: [&str; 5] =
    ["dora_monthly.csv", "ci_cost_monthly.csv", "cost_vs_dora.csv", "team_scores.csv", "findings.csv"];

/// The files of the bundle by name.
pub fn bundle(input: &Input<'_>, report: &Report) -> Vec<(&'static str, Vec<u8>)> {
    let months = Months::new(input);
    let files = [months.dora(), months.ci_cost(), months.cost_vs_dora(), scores(report), findings(report)];
    BUNDLE.into_iter().zip(files).collect()
}

const DORA: [&str; 5] = ["month", "prod_deployments", "lead_time_hours", "change_failure_rate", "mttr_minutes"];

/// Tables by month.
struct Months<'a> {
    last: Month,
    dora: Option<Rows<'a>>,
    costs: Option<Rows<'a>>,
    per_change: Option<Rows<'a>>,
}

impl<'a> Months<'a> {
    fn new(input: &Input<'a>) -> Self {
        Self {
            last: input.month,
            dora: input.rows("dora_month", &["month", "service"]),
            costs: input.rows("ci_cost_month", &["month", "team", "repo", "workflow", "currency"]),
            per_change: input.rows("cost_delivery_month", &["month", "currency"]),
        }
    }

    /// The rows of all services, from the first complete month on.
    fn of_delivery(&self) -> impl Iterator<Item = (String, &Rows<'a>, usize)> {
        let rows = self.dora.iter().flat_map(|rows| {
            let table = rows.table;
            let of_all = move |row: &usize| table.cell(*row, "service") == ALL;
            (0..table.height()).filter(of_all).map(move |row| (table.cell(row, "month"), rows, row))
        });
        let last = self.last.to_string();
        rows.skip_while(|(_, rows, row)| !flag(rows.table, "complete", *row)).filter(move |(month, ..)| *month <= last)
    }

    /// The rows of all repositories by month and currency, from the first complete month on.
    fn of_costs(&self) -> Vec<(String, String, &Rows<'a>, usize)> {
        let Some(rows) = &self.costs else { return Vec::new() };
        let table = rows.table;
        let of_all = |row: &usize| ["team", "repo", "workflow"].iter().all(|column| table.cell(*row, column) == ALL);
        let last = self.last.to_string();
        let complete = (0..table.height()).filter(of_all).filter(|row| flag(table, "complete", *row));
        let first = complete.map(|row| table.cell(row, "month")).min();
        let mut of_months: Vec<(String, String, &Rows<'a>, usize)> = (0..table.height())
            .filter(of_all)
            .map(|row| (table.cell(row, "month"), table.cell(row, "currency"), rows, row))
            .filter(|(month, ..)| first.as_ref().is_some_and(|first| first <= month) && *month <= last)
            .collect();
        of_months.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
        of_months
    }

    fn dora(&self) -> Vec<u8> {
        let mut lines = header(
            &DORA,
            &[
                "deployments_per_day",
                "lead_p85_hours",
                "failed",
                "cfr_low",
                "cfr_high",
                "recovery_p50_minutes",
                "rework_rate",
                "linked_share",
                "complete",
            ],
        );
        for (month, rows, row) in self.of_delivery() {
            let of = |column: &str, scale: f64, decimals: usize| {
                number(rows.table, column, row)
                    .map_or_else(String::new, |value| format!("{:.decimals$}", value * scale))
            };
            let mut cells = vec![month];
            cells.extend(keys(rows, row));
            cells.extend([
                of("per_day", 1.0, 4),
                of("lead_p85_days", 24.0, 2),
                whole(count(rows.table, "failed", row)),
                of("change_failure_rate_low", 100.0, 2),
                of("change_failure_rate_high", 100.0, 2),
                of("recovery_p50_hours", 60.0, 2),
                of("rework_rate", 100.0, 2),
                of("linked_share", 1.0, 4),
                flag(rows.table, "complete", row).to_string(),
            ]);
            line(&mut lines, &cells);
        }
        lines
    }

    fn ci_cost(&self) -> Vec<u8> {
        let mut lines = header(
            &["month", "ci_minutes", "ci_cost"],
            &["currency", "flaky_cost", "failed_cost", "cancelled_cost", "retried_cost", "basis", "complete"],
        );
        for (month, currency, rows, row) in self.of_costs() {
            let money = |column: &str| cents(amount(rows.table, column, row).as_ref());
            let minutes = number(rows.table, "minutes", row).map_or_else(String::new, |value| format!("{value:.2}"));
            let basis = rows.table.cell(row, "basis");
            let (flaky, failed) = (money("flaky"), money("failed"));
            let complete = flag(rows.table, "complete", row).to_string();
            let cost = if basis.is_empty() { String::new() } else { money("cost") };
            let rest = [currency, flaky, failed, money("cancelled"), money("retried"), basis, complete];
            line(&mut lines, &[vec![month, minutes, cost], rest.to_vec()].concat());
        }
        lines
    }

    /// A row for each month that delivery or CI has, and each currency of CI in it.
    fn cost_vs_dora(&self) -> Vec<u8> {
        let header_cells: Vec<&str> =
            DORA.iter().copied().chain(["ci_minutes", "ci_cost", "deployments_per_1k_cost"]).collect();
        let mut lines = header(&header_cells, &["currency", "cost_per_change", "complete"]);
        let delivery: Vec<_> = self.of_delivery().collect();
        let costs = self.of_costs();
        let months: BTreeSet<&String> =
            delivery.iter().map(|(month, ..)| month).chain(costs.iter().map(|(month, ..)| month)).collect();
        for month in months {
            let delivered = delivery.iter().find(|(of, ..)| of == month);
            let mut cells = vec![month.clone()];
            cells.extend(delivered.map_or_else(|| vec![String::new(); 4], |(_, rows, row)| keys(rows, *row)));
            let deployments = delivered.and_then(|(_, rows, row)| count(rows.table, "deployments", *row));
            let complete = delivered.is_some_and(|(_, rows, row)| flag(rows.table, "complete", *row));
            let of_month: Vec<_> = costs.iter().filter(|(of, ..)| of == month).collect();
            if of_month.is_empty() {
                let none =
                    [String::new(), String::new(), String::new(), String::new(), String::new(), complete.to_string()];
                line(&mut lines, &[cells, none.to_vec()].concat());
                continue;
            }
            for (_, currency, rows, row) in of_month {
                let known = !rows.table.cell(*row, "basis").is_empty();
                let cost = amount(rows.table, "cost", *row).filter(|_| known);
                let minutes =
                    number(rows.table, "minutes", *row).map_or_else(String::new, |value| format!("{value:.2}"));
                let rate = deployments.zip(cost.as_ref()).and_then(|(count, cost)| per_thousand(count, cost));
                let per_change = self
                    .per_change
                    .as_ref()
                    .and_then(|rows| amount(rows.table, "cost_per_change", rows.row(&[month, currency])?));
                let rest = [
                    minutes,
                    cents(cost.as_ref()),
                    rate.map_or_else(String::new, |rate| format!("{rate:.1}")),
                    currency.clone(),
                    cents(per_change.as_ref()),
                    (complete && flag(rows.table, "complete", *row)).to_string(),
                ];
                line(&mut lines, &[cells.clone(), rest.to_vec()].concat());
            }
        }
        lines
    }
}

/// Deployments, lead time in hours, failure rate in percent, mean recovery in minutes.
fn keys(rows: &Rows<'_>, row: usize) -> Vec<String> {
    let of = |column: &str, scale: f64| {
        number(rows.table, column, row).map_or_else(String::new, |value| format!("{:.2}", value * scale))
    };
    vec![
        whole(count(rows.table, "deployments", row)),
        of("lead_p50_days", 24.0),
        of("change_failure_rate", 100.0),
        of("recovery_mean_hours", 60.0),
    ]
}

fn whole(count: Option<i64>) -> String {
    count.map_or_else(String::new, |count| count.to_string())
}

fn cents(amount: Option<&Amount>) -> String {
    amount.map_or_else(String::new, Amount::to_cents)
}

fn scores(report: &Report) -> Vec<u8> {
    let mut lines = header(&["month", "system", "measure", "value", "n", "verdict", "target", "colour"], &["kind"]);
    for score in &report.scores {
        line(
            &mut lines,
            &[
                report.month.clone(),
                score.system.clone(),
                score.measure.clone(),
                score.value.map_or_else(String::new, |value| format!("{value:.6}")),
                whole(score.n),
                score.verdict.text.clone(),
                score.target.clone(),
                format!("{:?}", score.colour).to_lowercase(),
                score.system_kind.clone(),
            ],
        );
    }
    lines
}

fn findings(report: &Report) -> Vec<u8> {
    let mut lines = header(&["month", "rank", "sentence", "evidence"], &["measure"]);
    for (rank, finding) in (1..).zip(&report.findings) {
        let evidence = finding.sentence.evidence.as_ref().map(|evidence| evidence.path.clone()).unwrap_or_default();
        let sentence = finding.sentence.text.replace(['\u{a0}', '\u{202f}'], " ");
        line(&mut lines, &[report.month.clone(), rank.to_string(), sentence, evidence, finding.measure.clone()]);
    }
    lines
}

fn header(theirs: &[&str], ours: &[&str]) -> Vec<u8> {
    let mut lines = Vec::new();
    let cells: Vec<String> = theirs.iter().chain(ours).map(|name| (*name).to_owned()).collect();
    line(&mut lines, &cells);
    lines
}

fn line(lines: &mut Vec<u8>, cells: &[String]) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            lines.push(b',');
        }
        // Numbers are never guarded: a minus sign would make words of them.
        if cell.parse::<f64>().is_ok() {
            lines.extend_from_slice(cell.as_bytes());
        } else {
            push_guarded_field(lines, cell.as_bytes());
        }
    }
    lines.push(b'\n');
}
