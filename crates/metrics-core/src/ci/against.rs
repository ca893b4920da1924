//! `cost_delivery_month`, `cost_delivery_link`, `cost_delivery_repo` and `cost_delivery_line`: whether what CI costs shows in delivery.
//!
//! A link is no cause. Nine intervals of 95 % are looked at together, so that about one chart in three shows one that is
//! none.

use std::collections::{BTreeMap, BTreeSet};

use model::columns::Raw;
use model::table::{Cells, Column, Table};
use model::{Amount, Instant, Month};

use super::cost::Costs;
use super::link::{Coefficient, ENOUGH_PAIRS, Line, Link, OnLine};
use crate::coverage::CiCoverage;
use crate::findings::{count, is_complete, number};
use crate::frame::{RATE_MINIMUM, percentile};
use crate::totals::ALL;
use crate::words::texts;

/// The tables of delivery that these are set against.
pub(crate) const RESTS_ON: [&str; 3] = ["dora_month", "calculated_deployment", "calculated_change"];
/// Months that are looked at by repository.
const MONTHS: i32 = 3;
/// Months by which delivery may lie behind the cost.
const LAGS: std::ops::RangeInclusive<i32> = 0..=2;
/// Repositories below which no link is told.
const FEWEST_REPOSITORIES: usize = 10;

/// What is delivered in a month, or from a repository.
#[derive(Clone, Copy, Debug, Default)]
struct Delivered {
    deployments: Option<i64>,
    changes: i64,
    lead: Option<f64>,
    failure_rate: Option<f64>,
    complete: bool,
}

/// A figure of what is delivered.
type Figure = fn(&Delivered) -> Option<f64>;

/// What a cost is set against.
const MEASURES: [(&str, Figure); 3] = [
    ("deployments", |it| it.deployments.map(|count| count as f64)),
    ("lead_p50_days", |it| it.lead),
    ("change_failure_rate", |it| it.failure_rate),
];

/// A link in a currency, over months or repositories.
struct Linked {
    currency: String,
    over: &'static str,
    measure: &'static str,
    lag: i32,
    link: Link,
}

/// What the line over repositories says at the cost of one of them.
struct Fitted {
    currency: String,
    measure: &'static str,
    cost: Amount,
    on_line: OnLine,
}

/// The four tables, and what is said of the second one.
pub(super) struct Against {
    pub(super) tables: Vec<Table>,
    pub(super) sentences: Vec<String>,
}

/// `delivered` holds the tables of [`RESTS_ON`] of the same selection.
pub(super) fn of(raw: &Raw, costs: &Costs, delivered: &[Table], coverage: &CiCoverage, as_of: Instant) -> Against {
    let by_month = months(delivered);
    let is_complete = |month: i32| {
        let own = Month::from_number(month).is_some_and(|month| coverage.is_complete(month.start(), month.end()));
        own && by_month.get(&month).is_none_or(|it| it.complete)
    };
    let totals = costs.by_month();
    let months: Vec<(i32, &str, &Amount, Option<&Delivered>)> =
        totals.iter().map(|((month, currency), cost)| (*month, currency.as_str(), cost, by_month.get(month))).collect();
    let currencies: BTreeSet<&str> = months.iter().map(|row| row.1).collect();
    let last = totals.keys().map(|(month, _)| *month).filter(|month| is_complete(*month)).max();
    let repositories = last.map_or_else(Vec::new, |last| by_repository(costs, delivered, last));
    let (mut links, mut fitted) = (Vec::new(), Vec::new());
    for currency in currencies {
        for (measure, value) in MEASURES {
            for lag in LAGS {
                let pair = |(month, own, cost, _): &(i32, &str, &Amount, Option<&Delivered>)| {
                    let later = by_month.get(&(month + lag))?;
                    let counts = *own == currency && is_complete(*month) && is_complete(month + lag);
                    counts.then_some((cost.to_f64(), value(later)?))
                };
                let link = Link::of(&months.iter().filter_map(pair).collect::<Vec<_>>());
                links.push(Linked { currency: currency.to_owned(), over: "months", measure, lag, link });
            }
        }
        for (measure, value) in MEASURES {
            let own = || repositories.iter().filter(|row| row.currency == currency);
            let known = own().filter_map(|row| Some((&row.cost, value(&row.delivered)?)));
            let pairs: Vec<(f64, f64)> = known.clone().map(|(cost, value)| (cost.to_f64(), value)).collect();
            let link = Link::of(&pairs);
            let enough = pairs.len() >= FEWEST_REPOSITORIES;
            let link = if enough { link } else { Link { n: link.n, ..Link::default() } };
            if let Some(line) = Line::of(&pairs).filter(|_| enough) {
                let costs: BTreeSet<&Amount> = known.map(|(cost, _)| cost).collect();
                fitted.extend(costs.into_iter().map(|cost| Fitted {
                    currency: currency.to_owned(),
                    measure,
                    cost: cost.clone(),
                    on_line: line.at(cost.to_f64()),
                }));
            }
            links.push(Linked { currency: currency.to_owned(), over: "repositories", measure, lag: 0, link });
        }
    }
    let clouds = clouds(raw, as_of);
    let tables = vec![
        month_table(&months, &clouds, &is_complete),
        link_table(&links),
        repo_table(&repositories),
        line_table(&fitted),
    ];
    Against { tables, sentences: sentences(&links) }
}

/// What was delivered by month, of everything that is selected.
fn months(delivered: &[Table]) -> BTreeMap<i32, Delivered> {
    let Some(table) = delivered.iter().find(|table| table.name == "dora_month") else { return BTreeMap::new() };
    let of_all = (0..table.height()).filter(|row| table.cell(*row, "service") == ALL);
    of_all
        .filter_map(|row| {
            let month = Month::parse(&table.cell(row, "month"))?;
            let delivered = Delivered {
                deployments: number(table, row, "deployments").map(|count| count as i64),
                changes: count(table, row, "changes"),
                lead: number(table, row, "lead_p50_days"),
                failure_rate: number(table, row, "change_failure_rate"),
                complete: is_complete(table, row),
            };
            Some((month.number(), delivered))
        })
        .collect()
}

/// Month of an instant of a row, in UTC.
fn month_of(table: &Table, row: usize, column: &str) -> Option<i32> {
    match table.column(column) {
        Some(Cells::Instant(cells)) => cells.get(row).map(|at| Month::of(at).number()),
        _ => None,
    }
}

/// A repository in the last months.
struct OfRepository {
    currency: String,
    repository: String,
    host: String,
    cost: Amount,
    delivered: Delivered,
}

fn by_repository(costs: &Costs, delivered: &[Table], last: i32) -> Vec<OfRepository> {
    let months = last - MONTHS + 1..=last;
    let mut deployments: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
    let mut leads: BTreeMap<(String, String), BTreeMap<String, f64>> = BTreeMap::new();
    for table in delivered {
        let cell = |row: usize, column: &str| table.cell(row, column);
        let key = |row: usize| (format!("{}/{}", cell(row, "org"), cell(row, "repo")), cell(row, "host"));
        match table.name {
            "calculated_deployment" => {
                let is_in = |row: &usize| {
                    cell(*row, "counted") == "true"
                        && month_of(table, *row, "succeeded_at").is_some_and(|at| months.contains(&at))
                };
                for row in (0..table.height()).filter(is_in) {
                    let known = deployments.entry(key(row)).or_default();
                    known.0 += 1;
                    known.1 += i64::from(cell(row, "failed") == "true");
                }
            }
            "calculated_change" => {
                for row in 0..table.height() {
                    let Some(lead) = number(table, row, "lead_days").filter(|lead| *lead >= 0.0) else { continue };
                    if month_of(table, row, "deployed_at").is_some_and(|at| months.contains(&at)) {
                        // A change of two services of one repository counts once, by its first deployment.
                        let known = leads.entry(key(row)).or_default().entry(cell(row, "number")).or_insert(lead);
                        *known = known.min(lead);
                    }
                }
            }
            _ => {}
        }
    }
    costs
        .by_repository(months)
        .into_iter()
        .map(|((currency, repository, host), cost)| {
            let key = (repository.clone(), host.clone());
            let count = deployments.get(&key);
            let mut own: Vec<f64> = leads.get(&key).into_iter().flat_map(BTreeMap::values).copied().collect();
            own.sort_unstable_by(f64::total_cmp);
            let rate = |(all, failed): &(i64, i64)| (*all >= RATE_MINIMUM as i64).then(|| *failed as f64 / *all as f64);
            let delivered = Delivered {
                deployments: count.map(|(all, _)| *all),
                changes: own.len() as i64,
                lead: percentile(&own, 0.5),
                failure_rate: count.and_then(rate),
                complete: true,
            };
            OfRepository { currency, repository, host, cost, delivered }
        })
        .collect()
}

/// What the clouds bill by month and currency, which is not split by repositories. What GitHub bills for CI is what CI costs.
fn clouds(raw: &Raw, as_of: Instant) -> BTreeMap<(i32, String), Amount> {
    let mut sums: BTreeMap<(i32, String), Amount> = BTreeMap::new();
    let columns = &raw.cloud_costs;
    for row in 0..columns.net.len() {
        let month = columns.month[row];
        if month.start() <= as_of {
            let currency = raw.dictionary.text(columns.currency[row]).into_owned();
            *sums.entry((month.number(), currency)).or_default() += &columns.net[row];
        }
    }
    sums
}

fn per_change(cost: &Amount, changes: i64) -> Option<Amount> {
    (changes > 0).then(|| cost.scaled(1, changes)).flatten()
}

fn month_table(
    rows: &[(i32, &str, &Amount, Option<&Delivered>)],
    clouds: &BTreeMap<(i32, String), Amount>,
    is_complete: &dyn Fn(i32) -> bool,
) -> Table {
    let float = |value: &dyn Fn(&Delivered) -> Option<f64>| {
        Cells::Float(rows.iter().map(|row| row.3.and_then(value)).collect())
    };
    let per_thousand = rows.iter().map(|row| {
        let (cost, deployments) = (row.2.to_f64(), row.3?.deployments?);
        (cost > 0.0).then(|| deployments as f64 * 1_000.0 / cost)
    });
    let columns = vec![
        Column {
            name: "month",
            cells: texts(
                rows.iter().map(|row| Month::from_number(row.0).map_or_else(String::new, |it| it.to_string())),
            ),
        },
        Column { name: "currency", cells: texts(rows.iter().map(|row| row.1)) },
        Column { name: "ci_cost", cells: Cells::Exact(rows.iter().map(|row| Some(row.2.clone())).collect()) },
        Column {
            name: "cloud_cost",
            cells: Cells::Exact(rows.iter().map(|row| clouds.get(&(row.0, row.1.to_owned())).cloned()).collect()),
        },
        Column {
            name: "deployments",
            cells: Cells::Int(rows.iter().map(|row| row.3.and_then(|it| it.deployments)).collect()),
        },
        Column { name: "lead_p50_days", cells: float(&|it| it.lead) },
        Column { name: "change_failure_rate", cells: float(&|it| it.failure_rate) },
        Column { name: "deployments_per_1k_cost", cells: Cells::Float(per_thousand.collect()) },
        Column {
            name: "cost_per_change",
            cells: Cells::Exact(rows.iter().map(|row| per_change(row.2, row.3?.changes)).collect()),
        },
        Column { name: "complete", cells: Cells::Bool(rows.iter().map(|row| is_complete(row.0)).collect()) },
    ];
    Table { name: "cost_delivery_month", columns }
}

fn link_table(rows: &[Linked]) -> Table {
    let float = |of: fn(&Link) -> Option<Coefficient>, value: fn(Coefficient) -> f64| {
        Cells::Float(rows.iter().map(|row| of(&row.link).map(value)).collect())
    };
    let pearson: fn(&Link) -> Option<Coefficient> = |it| it.pearson;
    let spearman: fn(&Link) -> Option<Coefficient> = |it| it.spearman;
    let columns = vec![
        Column { name: "currency", cells: texts(rows.iter().map(|row| &row.currency)) },
        Column { name: "over", cells: texts(rows.iter().map(|row| row.over)) },
        Column { name: "measure", cells: texts(rows.iter().map(|row| row.measure)) },
        Column { name: "lag_months", cells: Cells::Int(rows.iter().map(|row| Some(i64::from(row.lag))).collect()) },
        Column { name: "pairs", cells: Cells::Int(rows.iter().map(|row| Some(row.link.n as i64)).collect()) },
        Column { name: "pearson", cells: float(pearson, |it| it.r) },
        Column { name: "pearson_low", cells: float(pearson, |it| it.low) },
        Column { name: "pearson_high", cells: float(pearson, |it| it.high) },
        Column { name: "spearman", cells: float(spearman, |it| it.r) },
        Column { name: "spearman_low", cells: float(spearman, |it| it.low) },
        Column { name: "spearman_high", cells: float(spearman, |it| it.high) },
    ];
    Table { name: "cost_delivery_link", columns }
}

fn repo_table(rows: &[OfRepository]) -> Table {
    let float = |value: &dyn Fn(&Delivered) -> Option<f64>| {
        Cells::Float(rows.iter().map(|row| value(&row.delivered)).collect())
    };
    let columns = vec![
        Column { name: "currency", cells: texts(rows.iter().map(|row| &row.currency)) },
        Column { name: "repo", cells: texts(rows.iter().map(|row| &row.repository)) },
        Column { name: "ci_cost", cells: Cells::Exact(rows.iter().map(|row| Some(row.cost.clone())).collect()) },
        Column { name: "deployments", cells: Cells::Int(rows.iter().map(|row| row.delivered.deployments).collect()) },
        Column { name: "lead_p50_days", cells: float(&|it| it.lead) },
        Column { name: "change_failure_rate", cells: float(&|it| it.failure_rate) },
        Column {
            name: "cost_per_change",
            cells: Cells::Exact(rows.iter().map(|row| per_change(&row.cost, row.delivered.changes)).collect()),
        },
        Column { name: "host", cells: texts(rows.iter().map(|row| &row.host)) },
    ];
    Table { name: "cost_delivery_repo", columns }
}

fn line_table(rows: &[Fitted]) -> Table {
    let float = |value: fn(&OnLine) -> f64| Cells::Float(rows.iter().map(|row| Some(value(&row.on_line))).collect());
    let columns = vec![
        Column { name: "currency", cells: texts(rows.iter().map(|row| &row.currency)) },
        Column { name: "measure", cells: texts(rows.iter().map(|row| row.measure)) },
        Column { name: "ci_cost", cells: Cells::Exact(rows.iter().map(|row| Some(row.cost.clone())).collect()) },
        Column { name: "line", cells: float(|it| it.value) },
        Column { name: "low", cells: float(|it| it.low) },
        Column { name: "high", cells: float(|it| it.high) },
    ];
    Table { name: "cost_delivery_line", columns }
}

/// What the links over months say.
fn sentences(links: &[Linked]) -> Vec<String> {
    let over_months: Vec<&Linked> = links.iter().filter(|row| row.over == "months").collect();
    let Some(most) = over_months.iter().map(|row| row.link.n).max() else { return Vec::new() };
    if most < ENOUGH_PAIRS {
        let months = if most == 1 { "month" } else { "months" };
        return vec![format!(
            "Not enough months: {most} complete {months} with both cost and delivery, and a link needs {ENOUGH_PAIRS}."
        )];
    }
    let words = |row: &Linked| {
        let link = row.link.spearman.filter(|it| it.excludes_zero() && row.link.n >= ENOUGH_PAIRS)?;
        let what = match row.measure {
            "deployments" => ["fewer deployments", "more deployments"],
            "lead_p50_days" => ["shorter lead times", "longer lead times"],
            _ => ["a lower change failure rate", "a higher change failure rate"],
        }[usize::from(link.r > 0.0)];
        let when = match row.lag {
            0 => String::new(),
            1 => " in the month after".to_owned(),
            lag => format!(" {lag} months later"),
        };
        Some(format!(
            "Months in which CI cost more ({}) go with {what}{when}: Spearman {:.2}, 95 % interval {:.2} to {:.2}, {} months.",
            row.currency, link.r, link.low, link.high, row.link.n
        ))
    };
    let mut said: Vec<String> = over_months.iter().filter_map(|row| words(row)).collect();
    if said.is_empty() {
        said.push(
            "No link of what CI costs with deployments, lead time or failure rate can be told from chance.".to_owned(),
        );
    } else {
        said.push(
            "A link, not a cause; of nine intervals looked at together about one chart in three shows a false one."
                .to_owned(),
        );
    }
    said
}
