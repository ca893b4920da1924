//! Metrics without files or a server: records made by hand in, stocks, lead times and cloud spending out.
//!
//! Run with `cargo run -p metrics-core --example embed`.

use std::error::Error;
use std::io::{self, Write as _};

use metrics_core::model::columns::Scopes;
use metrics_core::model::records::{
    ChargeCategory, CloudCost, CloudMonth, Issue, Place, ProjectEvent, ProjectKind, StatusEvent, StatusKind,
};
use metrics_core::model::rules::{ProjectRules, Rules};
use metrics_core::model::{Amount, Instant, Month};
use metrics_core::{RawBuilder, calculate};

const BOARD: &str = "4100001";

fn main() -> Result<(), Box<dyn Error>> {
    let mut records = RawBuilder::new();
    records.issue(&issue(1, "Pay by card", 2, &[(3, "Ready"), (5, "In progress"), (9, "In review")], Some(12))?);
    records.issue(&issue(2, "Slow search", 4, &[(6, "Ready"), (8, "In progress")], None)?);
    records.issue(&issue(3, "Dark mode", 7, &[], None)?);
    records.cloud_month(&bill("1240.50")?, "azure/shop");

    let rules = Rules { projects: vec![checkout_board()], ..Rules::default() };
    let raw = records.build(march(15)?)?;
    let scopes = Scopes { cloud_spending: true, ..Scopes::ISSUES };
    let calculation = calculate(&raw, &rules, None, scopes)?;

    let mut out = io::stdout().lock();
    for table in &calculation.tables {
        match table.name {
            "stocks" => writeln!(out, "Stocks at {}\n{}", calculation.as_of, table.to_csv())?,
            "calculated_issue" => {
                for row in 0..table.height() {
                    let (id, step) = (table.cell(row, "id"), table.cell(row, "current_step"));
                    let lead_days = table.cell(row, "lead_days");
                    let lead = if lead_days.is_empty() { "open".to_owned() } else { format!("{lead_days} days") };
                    writeln!(out, "{id}: {step}, lead time {lead}")?;
                }
            }
            _ => {}
        }
    }
    writeln!(out)?;
    for finding in &calculation.findings {
        writeln!(out, "{finding}")?;
    }
    for notice in &calculation.notices {
        writeln!(out, "{notice}")?;
    }
    Ok(())
}

fn checkout_board() -> ProjectRules {
    let columns = |name: &str| vec![name.to_owned()];
    ProjectRules {
        id: BOARD.to_owned(),
        name: "Checkout".to_owned(),
        lead_time_columns: columns("Ready"),
        put_in_ready_columns: columns("Ready"),
        dev_start_columns: columns("In progress"),
        review_start_columns: columns("In review"),
        inprod_start_columns: columns("Done"),
        ..ProjectRules::default()
    }
}

/// What is billed for the running month by its 15th.
fn bill(so_far: &str) -> Result<CloudMonth, String> {
    let line = CloudCost {
        service: "Virtual Machines".to_owned(),
        charge_category: ChargeCategory::Usage,
        currency: "EUR".to_owned(),
        gross: so_far.parse().map_err(|error| format!("{so_far}: {error}"))?,
        credits: Amount::zero(),
    };
    Ok(CloudMonth {
        provider: "azure".to_owned(),
        account: "shop".to_owned(),
        month: Month::parse("2026-03").ok_or("no month")?,
        observed_at: march(15)?,
        lines: vec![line],
    })
}

fn march(day: u32) -> Result<Instant, String> {
    let text = format!("2026-03-{day:02}T09:00:00Z");
    Instant::parse_rfc3339(&text).ok_or_else(|| format!("{text} is no instant"))
}

/// An issue opened and put on the board on a day of March, with its moves and, if it is closed, its end.
fn issue(number: u32, title: &str, opened: u32, moves: &[(u32, &str)], closed: Option<u32>) -> Result<Issue, String> {
    let event = |kind: ProjectKind, from: &str, to: &str, at: Instant| ProjectEvent {
        kind: kind.into(),
        project_id: BOARD.to_owned(),
        project_name: "Checkout".to_owned(),
        from_column: from.to_owned(),
        to_column: to.to_owned(),
        at,
        ..ProjectEvent::default()
    };
    let mut project_events = vec![event(ProjectKind::Added, "", "", march(opened)?)];
    let mut from = "";
    for (day, to) in moves {
        project_events.push(event(ProjectKind::Moved, from, to, march(*day)?));
        from = to;
    }
    let closed_at = closed.map(march).transpose()?;
    let status = |at: Instant| StatusEvent { kind: StatusKind::Closed.into(), at, ..StatusEvent::default() };
    Ok(Issue {
        place: Place { org: "acme".into(), repo: "shop".into(), number: number.to_string(), ..Place::default() },
        title: title.to_owned(),
        created_at: march(opened)?,
        closed_at,
        status_events: closed_at.map(status).into_iter().collect(),
        project_events,
        ..Issue::default()
    })
}
