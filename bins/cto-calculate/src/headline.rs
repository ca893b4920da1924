//! The headline figures of a calculation, as text.

use std::fmt::Write as _;

use metrics_core::Calculation;
use model::table::Table;

/// What a person reads first. Only figures that have a table are shown; a figure without data says so.
pub(crate) fn text(calculation: &Calculation) -> String {
    let mut lines = Lines(format!("\nData as of {}", calculation.as_of.to_rfc3339_seconds()));
    if let Some(bills) = calculation.cloud_as_of.filter(|bills| *bills != calculation.as_of) {
        write!(lines.0, ", bills as of {}", bills.to_rfc3339_seconds()).expect("writing to memory does not fail");
    }
    lines.0.push_str("\n\n");
    let table = |name: &str| calculation.tables.iter().find(|table| table.name == name);
    for finding in &calculation.findings {
        lines.0.push_str("  ");
        lines.0.push_str(&command_line::one_line(finding));
        lines.0.push('\n');
    }
    if !calculation.findings.is_empty() {
        lines.0.push('\n');
    }
    if let Some(weeks) = table("throughput_week") {
        throughput(&mut lines, weeks);
    }
    if let Some(months) = table("cycle_time") {
        lead_and_cycle(&mut lines, months);
    }
    if let Some(stocks) = table("stocks") {
        stock(&mut lines, stocks);
    }
    if let Some(forecast) = table("forecast") {
        forecasts(&mut lines, forecast);
    }
    if let (Some(cycle), Some(latency)) = (table("pr_cycle_week"), table("pr_review_latency_week")) {
        pull_requests(&mut lines, cycle, latency);
    }
    if let Some(open) = table("pr_open") {
        lines.line("Pull requests open", &open.height().to_string());
    }
    lines.0
}

struct Lines(String);

impl Lines {
    fn line(&mut self, title: &str, value: &str) {
        writeln!(self.0, "  {title:<34} {value}").expect("writing to memory does not fail");
    }
}

/// The last row that is marked complete and passes a test.
fn last_complete(table: &Table, passes: impl Fn(usize) -> bool) -> Option<usize> {
    (0..table.height()).rev().find(|row| table.cell(*row, "complete") == "true" && passes(*row))
}

fn week(table: &Table, row: usize) -> String {
    format!("{}-W{}", table.cell(row, "year"), table.cell(row, "week"))
}

/// A number with one decimal, or words where there is none.
fn one_decimal(table: &Table, row: usize, column: &str, unit: &str) -> String {
    match table.cell(row, column).parse::<f64>() {
        Ok(value) => format!("{value:.1} {unit}"),
        Err(_) => "too few to say".to_owned(),
    }
}

fn throughput(lines: &mut Lines, table: &Table) {
    let Some(row) = last_complete(table, |_| true) else {
        return lines.line("Throughput", "no complete week yet");
    };
    let signals = table.cell(row, "signals");
    let limits = match table.cell(row, "center").parse::<f64>() {
        Ok(center) => format!("average {center:.1}"),
        Err(_) => "no limits yet".to_owned(),
    };
    let verdict = match (signals.as_str(), table.cell(row, "no_limits").as_str()) {
        ("", "too_rare") => "too few a week for limits".to_owned(),
        ("", _) => "no signal".to_owned(),
        (signals, _) => format!("signals: {signals}"),
    };
    lines.line(
        &format!("Throughput, week {}", week(table, row)),
        &format!("{} issues ({limits}, {verdict})", table.cell(row, "throughput")),
    );
}

fn lead_and_cycle(lines: &mut Lines, table: &Table) {
    let Some(row) = last_complete(table, |_| true) else {
        return lines.line("Lead and cycle time", "no complete month yet");
    };
    let month = table.cell(row, "month");
    for (title, prefix, count) in [("Lead time", "leadtime", "lead_count"), ("Cycle time", "cycletime", "cycle_count")]
    {
        let value = format!(
            "median {}, 85 % within {} ({} issues)",
            one_decimal(table, row, &format!("{prefix}_days_p50"), "days"),
            one_decimal(table, row, &format!("{prefix}_days_p85"), "days"),
            table.cell(row, count)
        );
        lines.line(&format!("{title}, {month}"), &value);
    }
}

/// A column's sum; the tables of stocks have one row per board.
fn sum(table: &Table, column: &str) -> i64 {
    (0..table.height()).filter_map(|row| table.cell(row, column).parse::<i64>().ok()).sum()
}

fn stock(lines: &mut Lines, table: &Table) {
    let in_progress: i64 =
        ["in_dev", "in_review", "in_qa", "waiting_to_prod"].iter().map(|step| sum(table, step)).sum();
    lines.line(
        "Work in progress",
        &format!(
            "{in_progress} (dev {}, review {}, QA {}, waiting {}); ready {}, backlog {}",
            sum(table, "in_dev"),
            sum(table, "in_review"),
            sum(table, "in_qa"),
            sum(table, "waiting_to_prod"),
            sum(table, "in_ready"),
            sum(table, "in_backlogs")
        ),
    );
    lines.line(
        "Open bugs",
        &format!(
            "{} (found by customers {}, colleagues {}, development {})",
            sum(table, "opened_bugs"),
            sum(table, "opened_bugs_customer_facing"),
            sum(table, "opened_bugs_internal"),
            sum(table, "opened_bugs_dev_process")
        ),
    );
}

fn forecasts(lines: &mut Lines, table: &Table) {
    let row =
        (0..table.height()).find(|row| table.cell(*row, "project_id") == "ALL" && table.cell(*row, "weeks") == "4");
    let Some(row) = row else { return };
    let items = table.cell(row, "p85");
    if items.is_empty() {
        return lines.line("Forecast", "fewer than 12 weeks: none yet");
    }
    let came_true = format!("{} of {} past ones came true", table.cell(row, "hit_count"), table.cell(row, "hit_n"));
    lines.line("Forecast, 4 weeks", &format!("85 %: at least {items} issues ({came_true})"));
}

fn pull_requests(lines: &mut Lines, cycle: &Table, latency: &Table) {
    let all = |table: &Table, column: &str, row: usize| table.cell(row, column) == "ALL";
    let Some(row) = last_complete(cycle, |row| all(cycle, "repo", row)) else {
        return lines.line("Pull requests", "no complete week yet");
    };
    lines.line(
        &format!("Pull requests, week {}", week(cycle, row)),
        &format!(
            "{} merged ({} unreviewed), median {} from opening to merge",
            cycle.cell(row, "merged"),
            cycle.cell(row, "merged_unreviewed"),
            one_decimal(cycle, row, "open_to_merge_p50_days", "days")
        ),
    );
    if let Some(row) = last_complete(latency, |row| all(latency, "size", row)) {
        let title = format!("First review, week {}", week(latency, row));
        lines.line(&title, &format!("median {}", one_decimal(latency, row, "to_first_review_p50_hours", "hours")));
    }
}
