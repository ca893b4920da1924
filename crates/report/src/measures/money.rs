//! Measures in money: a row for each currency, whose chart is one of months.

use std::collections::BTreeSet;

use metrics_core::catalogue::Direction;
use metrics_core::control::{Point, xmr};
use metrics_core::totals::ALL;
use model::{Amount, Month};

use super::{Compared, Form, Measured, Observed, Year, none};
use crate::input::{self, Input, Rows, YEAR, amount, flag, number};
use crate::numbers;
use crate::verdict::of_month;

/// A measure in money.
pub(super) struct MoneySpec {
    name: &'static str,
    title: &'static str,
    table: &'static str,
    keys: &'static [&'static str],
    /// The key behind the month, `None` for the currency.
    key: &'static [Option<&'static str>],
    column: &'static str,
    compared: Compared,
}

pub(super) const CI_COST: MoneySpec = MoneySpec {
    name: "ci_cost",
    title: "CI cost",
    table: "ci_cost_month",
    keys: &["month", "team", "repo", "workflow", "currency"],
    key: &[Some(ALL), Some(ALL), Some(ALL), None],
    column: "cost",
    compared: Compared::PerDay,
};
pub(super) const CLOUD_COST: MoneySpec = MoneySpec {
    name: "cloud_cost",
    title: "Cloud cost",
    table: "cloud_spending_totals",
    keys: &["month", "part", "currency"],
    key: &[Some(ALL), None],
    column: "cost",
    compared: Compared::PerDay,
};
pub(super) const COST_PER_CHANGE: MoneySpec = MoneySpec {
    name: "cost_per_change",
    title: "CI cost per change",
    table: "cost_delivery_month",
    keys: &["month", "currency"],
    key: &[None],
    column: "cost_per_change",
    compared: Compared::AsTheyAre,
};

/// A row per currency that the year has.
pub(super) fn of_money(input: &Input<'_>, spec: &'static MoneySpec) -> Vec<Measured> {
    let Some(rows) = input.rows(spec.table, spec.keys) else { return Vec::new() };
    let months: BTreeSet<String> = input.months(YEAR).map(|month| month.to_string()).collect();
    let currencies: BTreeSet<String> = (0..rows.table.height())
        .filter(|row| months.contains(&rows.table.cell(*row, "month")))
        .map(|row| rows.table.cell(row, "currency"))
        .filter(|currency| !currency.is_empty())
        .collect();
    currencies.iter().map(|currency| in_currency(input, spec, &rows, currency, currencies.len() > 1)).collect()
}

fn in_currency(
    input: &Input<'_>,
    spec: &'static MoneySpec,
    rows: &Rows<'_>,
    currency: &str,
    is_one_of_many: bool,
) -> Measured {
    let year = Year::of(input, |month| money_of(input, spec, rows, currency, month));
    let chart = xmr(&money_points(rows, spec, currency, input.month), &input.rules.process_changes);
    let verdict = of_month(&chart.points, &input::days_of(input.month), Direction::None).verdict;
    let text = |observed: &Observed| match &observed.amount {
        Some(amount) => numbers::money(currency, amount),
        None => none(&observed.reason),
    };
    let title = if is_one_of_many { format!("{}, {currency}", spec.title) } else { spec.title.to_owned() };
    let (row, change) = year.row((spec.name, title, currency), spec.compared, verdict, text);
    Measured {
        row,
        form: Form::Money,
        currency: Some(currency.to_owned()),
        chart,
        by_month: true,
        good: Direction::None,
        amount: year.now().1.amount.clone(),
        previous_amount: year.before().1.amount.clone(),
        chart_unit: if spec.compared == Compared::PerDay { format!("{currency} a day") } else { currency.to_owned() },
        change_percent: change,
    }
}

fn money_key(spec: &MoneySpec, currency: &str, month: &str) -> Vec<String> {
    let rest = spec.key.iter().map(|part| part.unwrap_or(currency).to_owned());
    std::iter::once(month.to_owned()).chain(rest).collect()
}

fn money_of(input: &Input<'_>, spec: &MoneySpec, rows: &Rows<'_>, currency: &str, month: Month) -> Observed {
    let key = money_key(spec, currency, &month.to_string());
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    let Some(row) = rows.row(&key) else { return Observed { reason: "no bill".to_owned(), ..Observed::default() } };
    let amount = amount(rows.table, spec.column, row);
    let basis = rows.table.column("basis").map(|_| rows.table.cell(row, "basis")).unwrap_or_default();
    let unpriced = number(rows.table, "unpriced_minutes", row).filter(|minutes| *minutes > 0.0);
    let unpriced =
        unpriced.map_or_else(String::new, |minutes| format!("; {} min have no price", numbers::number(minutes)));
    Observed {
        value: amount.as_ref().map(Amount::to_f64),
        reason: if amount.is_none() { "no changes".to_owned() } else { String::new() },
        amount,
        complete: flag(rows.table, "complete", row),
        evidence: Some(rows.evidence(&key, spec.column, month, input.teams)),
        rests_on: match (spec.name, basis.as_str()) {
            ("ci_cost", "") => format!("no price is known{unpriced}"),
            ("ci_cost", basis) => format!("{basis}{unpriced}"),
            ("cloud_cost", _) => "bills".to_owned(),
            _ => "CI cost by changes that users got".to_owned(),
        },
    }
}

/// Money of each month up to one, a day where that is how months are compared: a chart of months.
fn money_points(rows: &Rows<'_>, spec: &MoneySpec, currency: &str, last: Month) -> Vec<Point> {
    let mut points = Vec::new();
    let mut month = (0..rows.table.height()).filter_map(|row| Month::parse(&rows.table.cell(row, "month"))).min();
    while let Some(at) = month.filter(|month| *month <= last) {
        let key = money_key(spec, currency, &at.to_string());
        let row = rows.row(&key.iter().map(String::as_str).collect::<Vec<_>>());
        if let Some((row, value)) = row.and_then(|row| Some((row, number(rows.table, spec.column, row)?))) {
            let days = if spec.compared == Compared::PerDay { at.days() as f64 } else { 1.0 };
            points.push(Point::measure(at.first_day(), value / days, flag(rows.table, "complete", row)));
        }
        month = Some(at.plus(1));
    }
    points
}
