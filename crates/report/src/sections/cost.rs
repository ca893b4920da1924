//! Cost: of CI by what it was spent on, of repositories, of clouds by provider; and against delivery.

use metrics_core::totals::ALL;
use model::Amount;

use super::{BILLS_REMEDY, Made, found, grid, not_connected, paragraphs};
use crate::content::{Align, Block, Cell, Sentence};
use crate::input::{amount, count, evidence, name_of, number};
use crate::numbers;

const PARTS: [(&str, &str); 5] = [
    ("Useful", "useful"),
    ("Flaky", "flaky"),
    ("Failed", "failed"),
    ("Cancelled", "cancelled"),
    ("Run again", "retried"),
];
/// Repositories that are listed.
const LISTED: usize = 10;

pub(super) fn blocks(made: Made<'_>) -> Vec<Block> {
    let mut blocks = parts(made);
    blocks.extend(repositories(made));
    blocks.extend(clouds(made));
    blocks.extend(links(made));
    if blocks.is_empty() {
        return not_connected("Neither CI nor bills are", BILLS_REMEDY);
    }
    blocks
}

/// What CI cost, by what it was spent on, in each currency.
fn parts(made: Made<'_>) -> Vec<Block> {
    let input = made.input;
    let Some(rows) = input.rows("ci_cost_month", &["month", "team", "repo", "workflow", "currency"]) else {
        return Vec::new();
    };
    let month = input.month.to_string();
    let costs = made.measured.iter().filter(|measure| measure.row.name == "ci_cost");
    costs
        .filter_map(|measure| {
            let (currency, cost) = (measure.currency.as_deref()?, measure.amount.as_ref()?);
            let key = [month.as_str(), ALL, ALL, ALL, currency];
            let row = rows.row(&key)?;
            let lines = PARTS.iter().filter_map(|(title, column)| {
                let part = amount(rows.table, column, row)?;
                let share =
                    if cost.is_zero() { "–".to_owned() } else { numbers::share(part.to_f64() / cost.to_f64()) };
                let at = rows.evidence(&key, column, input.month, input.teams);
                Some(vec![Cell::text(*title), found(numbers::money(currency, &part), Some(at)), Cell::text(share)])
            });
            let columns = [("Spent on", Align::Left), ("Cost", Align::Right), ("Share", Align::Right)];
            Some(grid(format!("CI cost of {} in {currency}, by part", name_of(input.month)), &columns, lines.collect()))
        })
        .collect()
}

/// The repositories whose CI costs most.
fn repositories(made: Made<'_>) -> Option<Block> {
    let table = made.input.table("ci_cost_pareto").filter(|table| table.height() > 0)?;
    let rows = (0..table.height()).filter(|row| count(table, "rank", *row).is_some_and(|rank| rank <= LISTED as i64));
    let rows = rows.filter_map(|row| {
        let (currency, repo) = (table.cell(row, "currency"), table.cell(row, "repo"));
        let rank = count(table, "rank", row)?.to_string();
        let key = vec![("currency", currency.clone()), ("rank", rank)];
        let at = |column: &str| Some(evidence("ci_cost_pareto", &key, column, None, made.input.teams));
        let name = if repo.is_empty() { "of no repository".to_owned() } else { repo };
        let share = number(table, "share", row).map_or_else(|| "–".to_owned(), numbers::share);
        let cost: Amount = amount(table, "cost", row)?;
        Some(vec![Cell::text(name), found(numbers::money(&currency, &cost), at("cost")), found(share, at("share"))])
    });
    let columns = [("Repository", Align::Left), ("CI cost", Align::Right), ("Share", Align::Right)];
    Some(grid("Repositories whose CI cost most, last three complete months", &columns, rows.collect()))
}

/// What each provider billed.
fn clouds(made: Made<'_>) -> Option<Block> {
    let input = made.input;
    let rows = input.rows("cloud_spending_monthly", &["month", "provider", "currency"])?;
    let (month, before) = (input.month.to_string(), input.month.plus(-1).to_string());
    let table = rows.table;
    let lines: Vec<Vec<Cell>> = (0..table.height())
        .filter(|row| table.cell(*row, "month") == month)
        .filter_map(|row| {
            let (provider, currency) = (table.cell(row, "provider"), table.cell(row, "currency"));
            let key = [month.as_str(), provider.as_str(), currency.as_str()];
            let at = rows.evidence(&key, "cost", input.month, input.teams);
            let then = rows.row(&[&before, &provider, &currency]).and_then(|row| amount(table, "cost", row));
            let then = then.map_or_else(|| "–".to_owned(), |then| numbers::money(&currency, &then));
            let name = if provider.is_empty() { "a provider without a name".to_owned() } else { provider.clone() };
            let cost = numbers::money(&currency, &amount(table, "cost", row)?);
            Some(vec![Cell::text(name), found(cost, Some(at)), Cell::text(then)])
        })
        .collect();
    if lines.is_empty() {
        return None;
    }
    let (now_name, before_name) = (name_of(input.month), name_of(input.month.plus(-1)));
    let columns = [("Provider", Align::Left), (now_name.as_str(), Align::Right), (before_name.as_str(), Align::Right)];
    Some(grid("Bills of the clouds", &columns, lines))
}

/// How the cost of CI goes together with delivery.
fn links(made: Made<'_>) -> Vec<Block> {
    let Some(table) = made.input.table("cost_delivery_link").filter(|table| table.height() > 0) else {
        return Vec::new();
    };
    let rows: Vec<Vec<Cell>> = (0..table.height())
        .filter(|row| number(table, "pearson", *row).is_some())
        .filter_map(|row| {
            let names = ["currency", "over", "measure", "lag_months"].map(|column| (column, table.cell(row, column)));
            let at = evidence("cost_delivery_link", &names, "pearson", None, made.input.teams);
            let value = |column: &str| number(table, column, row).map(|value| format!("{value:.2}").replace('-', "−"));
            let lag = &names[3].1;
            let later = match lag.as_str() {
                "0" => String::new(),
                "1" => ", a month later".to_owned(),
                lag => format!(", {lag} months later"),
            };
            Some(vec![
                Cell::text(format!("{} over {}{later}", measure_words(&names[2].1), names[1].1)),
                Cell::text(&names[0].1),
                Cell::text(table.cell(row, "pairs")),
                found(value("pearson")?, Some(at)),
                Cell::text(format!("{} to {}", value("pearson_low")?, value("pearson_high")?)),
            ])
        })
        .collect();
    if rows.is_empty() {
        let text = "Cost of CI and delivery are not set against each other: that takes 6 complete months of both.";
        return vec![paragraphs([Sentence::plain(text)])];
    }
    let columns = [
        ("CI cost and", Align::Left),
        ("Currency", Align::Left),
        ("n", Align::Right),
        ("Coefficient", Align::Right),
        ("95 % interval", Align::Right),
    ];
    let caveat = "A link, not a cause: of nine intervals of 95 % one is false in about one chart of three.";
    vec![grid("Cost of CI against delivery", &columns, rows), paragraphs([Sentence::plain(caveat)])]
}

fn measure_words(column: &str) -> &str {
    match column {
        "lead_p50_days" => "lead time for changes",
        "change_failure_rate" => "change failure rate",
        other => other,
    }
}
