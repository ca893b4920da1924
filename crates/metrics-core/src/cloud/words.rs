//! Sentences about cloud spending.

use std::collections::BTreeMap;

use model::money::grouped;
use model::{Amount, Month};

use super::figures::Change;
use super::series::{MonthOfSeries, Series};
use crate::control::Signal;

/// What a provider and a currency without a name are called.
pub(crate) const NO_PROVIDER: &str = "a provider without a name";
pub(crate) const NO_CURRENCY: &str = "(no currency)";
/// Months after the last complete one that are worth a sentence: the open one and the one still settling.
const OPEN_MONTHS: usize = 2;

/// What the tables say.
pub(super) struct Findings {
    /// About whole providers.
    pub(super) monthly: Vec<String>,
    /// About groups and services.
    pub(super) services: Vec<String>,
}

/// Per provider and currency the last complete month and the newest ones after it; then each provider, group and
/// service that was beyond its limits in the last complete month of its provider.
pub(super) fn findings(monthly: &[Series<'_>], services: &[Series<'_>]) -> Findings {
    let mut sentences = Vec::new();
    let mut newest: BTreeMap<&str, Month> = BTreeMap::new();
    for series in monthly {
        let last = series.last_complete();
        sentences.push(match last {
            Some(last) => last_month(series, last),
            None => format!("{} has no complete month in {} yet.", provider(series), currency(series)),
        });
        let after = last.map(|last| last.month);
        let open = series.months.iter().filter(|month| Some(month.month) > after);
        let open: Vec<&MonthOfSeries> = open.collect();
        sentences.extend(open[open.len().saturating_sub(OPEN_MONTHS)..].iter().map(|month| open_month(series, month)));
        if let Some(last) = last {
            let newest = newest.entry(&series.key[0]).or_insert(last.month);
            *newest = last.month.max(*newest);
        }
    }
    let named = |series: &Series<'_>| format!("{} on {}", series.key[1], provider(series));
    let beyond = |series: &Series<'_>, name: String| {
        let last = series.last_complete()?;
        (newest.get(&*series.key[0]) == Some(&last.month)).then(|| beyond_limits(&name, series, last)).flatten()
    };
    sentences.extend(monthly.iter().filter_map(|series| beyond(series, provider(series).to_owned())));
    let of_services = services.iter().filter_map(|series| beyond(series, named(series))).collect();
    Findings { monthly: sentences, services: of_services }
}

/// Per comparison the groups in the last month that is complete for each of them that has a row in it.
pub(super) fn compared(series: &[Series<'_>]) -> Vec<String> {
    series.chunk_by(|one, other| one.key[0] == other.key[0]).map(comparison).collect()
}

fn comparison(groups: &[Series<'_>]) -> String {
    let name = or(&groups[0].key[0], "A comparison without a name");
    let months = || groups.iter().flat_map(|group| group.months.iter());
    let is_complete = |month: Month| months().all(|other| other.month != month || other.complete);
    let Some(last) = months().map(|month| month.month).filter(|month| is_complete(*month)).max() else {
        return format!("{name}: no month is complete yet.");
    };
    let costs: Vec<String> = groups
        .iter()
        .filter_map(|group| group.months.iter().find(|month| month.month == last).map(|month| (group, month)))
        .map(|(group, month)| {
            let change = against_the_month_before(last, &month.cost, &month.change);
            let change = change.strip_prefix(": ").map(|change| format!(", {change}")).unwrap_or_default();
            format!("{} cost {} {}{change}", or(&group.key[1], "what has no name"), money(&month.cost), currency(group))
        })
        .collect();
    format!("{name} in {last}, the last complete month: {}.", costs.join("; "))
}

fn last_month(series: &Series<'_>, last: &MonthOfSeries) -> String {
    let head = format!(
        "{} billed {} {} in {}, the last complete month",
        provider(series),
        money(&last.cost),
        currency(series),
        last.month
    );
    format!("{head}{}.", against_the_month_before(last.month, &last.cost, &last.change))
}

/// `: 3.2 % more than in 2026-09 (1,200.00)`; nothing where there is nothing to compare with.
pub(crate) fn against_the_month_before(month: Month, cost: &Amount, change: &Change) -> String {
    let Some(amount) = &change.amount else { return String::new() };
    let before = format!("{} ({})", month.plus(-1), money(&(cost - amount)));
    if amount.is_zero() {
        return format!(": as much as in {before}");
    }
    let direction = if amount.is_negative() { "less" } else { "more" };
    let size = match change.percent {
        Some(percent) => format!("{:.1} %", percent.abs()),
        None => money(&if amount.is_negative() { -amount } else { amount.clone() }),
    };
    format!(": {size} {direction} than in {before}")
}

fn open_month(series: &Series<'_>, month: &MonthOfSeries) -> String {
    let cost = format!("{} {}", money(&month.cost), currency(series));
    let (provider, name, pace) = (provider(series), month.month, &month.pace);
    match (&pace.run_rate, pace.days) {
        (Some(run_rate), Some(days)) if days < name.days() => format!(
            "{provider} stands at {cost} in {name} after {days} days: {} for the whole month at this pace.",
            money(run_rate)
        ),
        (_, Some(days)) if days == name.days() => {
            format!("{provider} stands at {cost} in {name}, which is over but may still change.")
        }
        _ => format!("{provider} stands at {cost} in {name}, which is not complete."),
    }
}

/// `AI on azure: 5,210.00 EUR in 2026-10, above its usual range of 1,200.00 to 3,100.00.`
fn beyond_limits(name: &str, series: &Series<'_>, last: &MonthOfSeries) -> Option<String> {
    let verdict = last.verdict.as_ref().filter(|verdict| verdict.signals.contains(&Signal::BeyondLimits))?;
    let (lower, upper) = (verdict.lcl?, verdict.ucl?);
    let side = if verdict.value > upper { "above" } else { "below" };
    Some(format!(
        "{name}: {} {} in {}, {side} its usual range of {} to {}.",
        money(&last.cost),
        currency(series),
        last.month,
        grouped(&format!("{lower:.2}"), ','),
        grouped(&format!("{upper:.2}"), ','),
    ))
}

fn provider<'a>(series: &'a Series<'_>) -> &'a str {
    or(&series.key[0], NO_PROVIDER)
}

fn currency<'a>(series: &'a Series<'_>) -> &'a str {
    or(&series.key[2], NO_CURRENCY)
}

pub(crate) fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.trim().is_empty() { otherwise } else { text }
}

/// `-1,234.50`
pub(crate) fn money(amount: &Amount) -> String {
    grouped(&amount.to_cents(), ',')
}
