//! What the figures rest on: sources with their age, coverage, zones.

use metrics_core::coverage::{self, Source};
use metrics_core::totals::ALL;
use model::instant::MICROS_PER_DAY;
use model::kinds::RunOutcome;
use model::tables::ImportRun;

use super::{BILLS_REMEDY, CI_REMEDY, DELIVERY_REMEDY, ISSUES_REMEDY, Made, list};
use crate::content::{Block, Sentence};
use crate::input::number;
use crate::make::{as_of, day};
use crate::numbers;
use crate::restated;

/// Sources that are named; of more their number is said.
const NAMED: usize = 4;

pub(super) fn blocks(made: Made<'_>) -> Vec<Block> {
    let mut said = sources(made);
    said.extend(coverage(made));
    said.extend(missing(made));
    let rows: Vec<_> = made.measured.iter().map(|measure| &measure.row).collect();
    said.extend(restated::sentences(made.input.before, &restated::printed_rows(&rows)));
    said.push(zones(made));
    vec![list(said)]
}

/// How far imports reach: behind the end of the month is what matters.
fn sources(made: Made<'_>) -> Vec<Sentence> {
    let sources = coverage::sources(made.input.imports);
    let reached = |source: &Source<'_>| source.last_good.and_then(|run| run.covered_to);
    let end = made.input.month.end();
    let named = |run: &ImportRun| {
        format!("{} of {}", words(run.scope.name()), if run.label.is_empty() { &run.subject } else { &run.label })
    };
    let behind: Vec<String> = sources
        .iter()
        .filter(|source| source.last.outcome != RunOutcome::Unsupported)
        .filter(|source| reached(source).is_none_or(|reached| reached < end))
        .map(|source| match reached(source) {
            Some(reached) => format!("{} (to {})", named(source.last), day(reached)),
            None => format!("{} (never)", named(source.last)),
        })
        .collect();
    let at = as_of(made.input.calculation);
    let newest = sources.iter().filter_map(reached).max();
    let mut said = Vec::new();
    if let Some(newest) = newest {
        let days = (at.micros() - newest.micros()).max(0) / MICROS_PER_DAY;
        let age = if days == 0 { String::new() } else { format!(", {days} days before this report's data ends") };
        let count = sources.len();
        let noun = if count == 1 { "source was" } else { "sources were" };
        said.push(Sentence::plain(format!("{count} {noun} imported, the newest up to {}{age}.", day(newest))));
    } else {
        said.push(Sentence::plain("Nothing was imported by a connector: what is known was pushed or read from files."));
    }
    if !behind.is_empty() {
        said.push(Sentence::plain(format!("Not imported to the end of the month: {}.", some(&behind))));
    }
    said
}

fn words(scope: &str) -> String {
    scope.replace('_', " ")
}

fn some(names: &[String]) -> String {
    let shown = names[..names.len().min(NAMED)].join("; ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}

/// Which part of the figures is certain.
fn coverage(made: Made<'_>) -> Vec<Sentence> {
    let (input, month) = (made.input, made.input.month.to_string());
    let mut said = Vec::new();
    if let Some(rows) = input.rows("dora_month", &["month", "service"])
        && let Some(row) = rows.row(&[&month, ALL])
    {
        for (column, what) in [
            ("linked_share", "of the commits of deployments are linked to changes"),
            ("certain_share", "of the links are certain"),
        ] {
            if let Some(share) = number(rows.table, column, row) {
                let evidence = rows.evidence(&[&month, ALL], column, input.month, input.teams);
                let text = format!("{} {what}.", numbers::share(share));
                said.push(Sentence { text, evidence: Some(evidence) });
            }
        }
    }
    if let Some(table) = input.table("ci_cost_month") {
        let of_all = |row: &usize| {
            let all = ["team", "repo", "workflow"].iter().all(|column| table.cell(*row, column) == ALL);
            all && table.cell(*row, "month") == month
        };
        let unpriced: Option<(f64, f64)> = (0..table.height())
            .filter(of_all)
            .filter_map(|row| number(table, "unpriced_minutes", row).zip(number(table, "minutes", row)))
            .find(|(unpriced, minutes)| *unpriced > 0.0 && *minutes > 0.0);
        if let Some((unpriced, minutes)) = unpriced {
            said.push(Sentence::plain(format!(
                "{} of the minutes of CI have no price and cost nothing here.",
                numbers::share(unpriced / minutes)
            )));
        }
    }
    said.extend(partial_bills(made, &month));
    said
}

/// Months of bills that are not complete, or complete without some accounts.
fn partial_bills(made: Made<'_>, month: &str) -> Vec<Sentence> {
    let Some(table) = made.input.table("cloud_spending_monthly") else { return Vec::new() };
    if table.column("without").is_none() {
        return Vec::new();
    }
    let rows = (0..table.height()).filter(|row| table.cell(*row, "month") == month);
    rows.filter_map(|row| {
        let (provider, without) = (table.cell(row, "provider"), table.cell(row, "without"));
        if !crate::input::flag(table, "complete", row) {
            return Some(Sentence::plain(format!("The bill of {provider} for the month is not complete.")));
        }
        (!without.is_empty()).then(|| {
            let accounts: Vec<String> = without.split(';').map(str::to_owned).collect();
            Sentence::plain(format!("The bill of {provider} is complete without {}.", some(&accounts)))
        })
    })
    .collect()
}

/// What is not connected, and what to do about it.
fn missing(made: Made<'_>) -> Vec<Sentence> {
    let has = |table: &str| made.input.table(table).is_some_and(|table| table.height() > 0);
    [
        ("throughput_month", "Issues are", ISSUES_REMEDY),
        ("pr_cycle_week", "Pull requests are", "import them with cto-import --pr"),
        ("dora_month", "Deployments are", DELIVERY_REMEDY),
        ("ci_month", "CI is", CI_REMEDY),
        ("cloud_spending_totals", "Bills are", BILLS_REMEDY),
    ]
    .into_iter()
    .filter(|(table, ..)| !has(table))
    .map(|(_, what, remedy)| Sentence::plain(format!("{what} not connected: {remedy}.")))
    .collect()
}

fn zones(made: Made<'_>) -> Sentence {
    let zone = made.input.rules.timezone.name();
    if zone == "UTC" {
        return Sentence::plain("Months are cut in UTC, those of bills too.");
    }
    Sentence::plain(format!("Months are cut in {zone}; those of bills and of CI's cost in UTC."))
}
