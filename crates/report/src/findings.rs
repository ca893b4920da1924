//! The three findings: what left its normal range, the worst first, in sentences that are filled templates.

use metrics_core::control::{Signal, Verdict as Point};
use metrics_core::totals::ALL;
use model::Amount;

use crate::content::{Evidence, Finding, Sentence, VerdictKind};
use crate::input::{Input, amount, count, name_of, number};
use crate::measures::{Form, Measured, change_percent, is_signal};
use crate::numbers;
use crate::verdict::{is_above, is_beyond};

/// Findings that a report has at most.
const MOST: usize = 3;
/// From this share on a part is said to account for a difference.
const MAIN_PART: f64 = 0.5;
/// From this share of the cost on, and with so many runs, waste is a finding.
const WASTE_FROM: f64 = 0.05;
const WASTE_RUNS: i64 = 20;
/// Name of the finding about runs that failed and passed again.
const WASTE: &str = "ci_waste";

/// A finding before it is ranked.
#[derive(Clone, Debug)]
struct Candidate {
    /// 0 bad, 1 good, 2 neutral.
    class: u8,
    /// Money of the measure in the month, else 0.
    money: f64,
    signalled: usize,
    finding: Finding,
}

/// At most three; without any, the sentence that says so.
pub(crate) fn findings(input: &Input<'_>, measured: &[Measured]) -> Vec<Finding> {
    let mut candidates: Vec<Candidate> = measured.iter().filter_map(|measure| of_signal(input, measure)).collect();
    candidates.extend(measured.iter().filter_map(|measure| waste(input, measure)));
    // Stable: what ranks alike stays in the order of the table.
    candidates.sort_by(|one, other| {
        (one.class.cmp(&other.class)).then(other.money.total_cmp(&one.money)).then(other.signalled.cmp(&one.signalled))
    });
    let mut found: Vec<Finding> = Vec::new();
    for candidate in candidates {
        if found.len() < MOST && found.iter().all(|finding| finding.measure != candidate.finding.measure) {
            found.push(candidate.finding);
        }
    }
    if found.is_empty() {
        let text = format!("No measure left its normal range in {}.", name_of(input.month));
        found.push(Finding { measure: String::new(), sentence: Sentence::plain(text) });
    }
    found
}

fn of_signal(input: &Input<'_>, measure: &Measured) -> Option<Candidate> {
    let value = measure.row.value?;
    if !is_signal(&measure.row.verdict) {
        return None;
    }
    let class = match measure.row.verdict.kind {
        VerdictKind::Worse => 0,
        VerdictKind::Better => 1,
        _ => 2,
    };
    let text = if measure.currency.is_some() {
        money_text(input, measure)?
    } else if measure.row.name == "change_failure_rate" {
        failure_text(input).unwrap_or_else(|| signal_text(input, measure, value))
    } else {
        signal_text(input, measure, value)
    };
    Some(Candidate {
        class,
        money: measure.amount.as_ref().map_or(0.0, Amount::to_f64),
        signalled: measure.judged(input.month).signalled,
        finding: Finding {
            measure: measure.row.name.clone(),
            sentence: Sentence { text: text + &noted(input, measure), evidence: measure.row.evidence.clone() },
        },
    })
}

/// `{Measure} {fell|rose} to {value} in {month}, from {previous}; {n} of {m} weeks were outside the limits …`
fn signal_text(input: &Input<'_>, measure: &Measured, value: f64) -> String {
    let judged = measure.judged(input.month);
    let month = name_of(input.month);
    let before = measure.row.months.iter().rev().nth(1).copied().flatten();
    let (title, text) = (&measure.row.title, with_noun(measure));
    let head = match before {
        Some(before) if value < before => format!("{title} fell to {text} in {month}, from {}", measure.row.previous),
        Some(before) if value > before => format!("{title} rose to {text} in {month}, from {}", measure.row.previous),
        Some(_) => format!("{title} stayed at {text} in {month}"),
        None => format!("{title} was {text} in {month}"),
    };
    let Some(about) = judged.about else { return format!("{head}.") };
    let rules = words_of(&judged.periods, about);
    let outside = judged.periods.iter().filter(|point| is_beyond(point)).count();
    let weeks = judged.periods.len();
    let limits = limits(measure, about);
    // What is charted of a level is what joined it less what left it.
    if measure.row.name == "wip" {
        let where_to = if outside == 0 { "within" } else { "outside" };
        let count = if outside == 0 { weeks } else { outside };
        return format!(
            "{head}; joined less left was {where_to} the limits {limits} in {count} of {weeks} weeks ({rules})."
        );
    }
    match (outside, weeks) {
        (0, 1) => format!("{head}; its one week that is known was within the limits {limits}, but {rules}."),
        (0, _) => format!("{head}; its {weeks} weeks were within the limits {limits}, but {rules}."),
        _ => format!("{head}; {outside} of {weeks} weeks were outside the limits {limits} ({rules})."),
    }
}

/// A count with what it counts, everything else as it is written.
fn with_noun(measure: &Measured) -> String {
    match measure.row.name.as_str() {
        "throughput" | "wip" => format!("{} issues", measure.row.text),
        "deployments" => format!("{} in all", measure.row.text),
        _ => measure.row.text.clone(),
    }
}

pub(crate) fn limits(measure: &Measured, point: &Point) -> String {
    match (point.lcl, point.ucl) {
        (Some(low), Some(high)) => format!("{} to {}", measure.text(low), measure.text(highest(measure, high))),
        _ => "that are not known".to_owned(),
    }
}

/// No share is more than all of it, whatever its chart says.
pub(crate) fn highest(measure: &Measured, limit: f64) -> f64 {
    if measure.form == Form::Share { limit.min(1.0) } else { limit }
}

/// The rules by which weeks of the month signal, in words.
fn words_of(periods: &[&Point], about: &Point) -> String {
    let has = |signal: Signal| periods.iter().any(|point| point.signals.contains(&signal));
    let side = if is_above(about) { "above" } else { "below" };
    let mut words = Vec::new();
    if has(Signal::BeyondLimits) {
        words.push("beyond a limit".to_owned());
    }
    if has(Signal::RunOf8) {
        words.push(format!("eight or more in a row {side} the centre"));
    }
    if has(Signal::ThreeOf4NearLimit) {
        words.push("three of four near a limit".to_owned());
    }
    words.join("; ")
}

/// A rule of a signal in words.
pub(crate) fn rule(signal: Signal) -> &'static str {
    match signal {
        Signal::BeyondLimits => "beyond a limit",
        Signal::RunOf8 => "eight or more in a row on one side",
        Signal::ThreeOf4NearLimit => "three of four near a limit",
    }
}

/// Changes of the process that are configured for the days around the signal.
fn noted(input: &Input<'_>, measure: &Measured) -> String {
    let judged = measure.judged(input.month);
    let Some(about) = judged.about else { return String::new() };
    let change = input.rules.process_changes.iter().filter(|change| {
        let days = (about.first_day - change.date).num_days();
        (0..=NOTED_DAYS).contains(&days) && !change.note.trim().is_empty()
    });
    change.max_by_key(|change| change.date).map_or_else(String::new, |change| {
        format!(" A process change is noted on {}: {}.", change.date, change.note.trim_end_matches('.'))
    })
}

/// Days before a signal in which a change of the process is worth a word: four weeks.
const NOTED_DAYS: i64 = 28;

/// `{CI} cost {amount} in {month}, {percent} a day {more|less} than in {month before}; the limits are …`
fn money_text(input: &Input<'_>, measure: &Measured) -> Option<String> {
    let currency = measure.currency.as_deref()?;
    let subject = match measure.row.name.as_str() {
        "ci_cost" => "CI cost",
        "cloud_cost" => "The clouds cost",
        _ => "CI for a change cost",
    };
    let amount = numbers::money(currency, measure.amount.as_ref()?);
    let (month, before) = (name_of(input.month), name_of(input.month.plus(-1)));
    let a_day = if measure.row.name == "cost_per_change" { "" } else { " a day" };
    let change = match measure.change_percent {
        Some(change) if change >= 0.0 => format!(", {}{a_day} more than in {before}", numbers::percent(change)),
        Some(change) => format!(", {}{a_day} less than in {before}", numbers::percent(-change)),
        None => String::new(),
    };
    let judged = measure.judged(input.month);
    let limits = judged.about.map_or_else(String::new, |about| {
        let outside = if is_beyond(about) { "" } else { "within them, but " };
        let rules = about.signals.iter().map(|signal| rule(*signal)).collect::<Vec<_>>().join("; ");
        format!("; the limits are {}{a_day} ({outside}{})", limits_of_money(currency, about), of_months(&rules))
    });
    let part = main_part(input, measure, currency).unwrap_or_default();
    Some(format!("{subject} {amount} in {month}{change}{limits}.{part}"))
}

fn of_months(rules: &str) -> String {
    rules.replace("in a row", "months in a row").replace("of four", "of four months")
}

fn limits_of_money(currency: &str, point: &Point) -> String {
    match (point.lcl, point.ucl) {
        (Some(low), Some(high)) => format!("{currency}\u{a0}{low:.2} to {high:.2}"),
        _ => "not known".to_owned(),
    }
}

/// The group that most of a difference of cloud cost comes from, where it is half of it or more.
fn main_part(input: &Input<'_>, measure: &Measured, currency: &str) -> Option<String> {
    if measure.row.name != "cloud_cost" {
        return None;
    }
    let rows = input.rows("cloud_spending_totals", &["month", "currency", "part", "provider", "name"])?;
    let (table, now, before) = (rows.table, input.month.to_string(), input.month.plus(-1).to_string());
    let difference = measure.amount.as_ref()? - measure.previous_amount.as_ref()?;
    let total = difference.to_f64();
    let mut parts: Vec<(f64, String)> = Vec::new();
    for row in 0..table.height() {
        let is_part = table.cell(row, "month") == now
            && table.cell(row, "currency") == currency
            && table.cell(row, "part") != ALL
            && !table.cell(row, "name").is_empty();
        if !is_part {
            continue;
        }
        let (part, provider, name) = (table.cell(row, "part"), table.cell(row, "provider"), table.cell(row, "name"));
        let then = rows.row(&[&before, currency, &part, &provider, &name]);
        let then = then.and_then(|row| amount(table, "cost", row)).unwrap_or_else(Amount::zero);
        let share = (&amount(table, "cost", row)? - &then).to_f64() / total;
        let named = if provider.is_empty() { name } else { format!("{name} on {provider}") };
        parts.push((share, named));
    }
    let (share, name) = parts.into_iter().max_by(|one, other| one.0.total_cmp(&other.0))?;
    (share.is_finite() && (MAIN_PART..=1.0).contains(&share))
        .then(|| format!(" {name} accounts for {} of the difference.", numbers::share(share)))
}

/// `{f} of {d} deployments failed ({rate}, 95 % interval {low} to {high}): {k} by {cause}, …`
pub(crate) fn failure_text(input: &Input<'_>) -> Option<String> {
    let rows = input.rows("dora_month", &["month", "service"])?;
    let (table, row) = (rows.table, rows.row(&[&input.month.to_string(), ALL])?);
    let of = |column: &str| count(table, column, row);
    let (failed, deployments) = (of("failed")?, of("deployments")?);
    if failed == 0 {
        return None;
    }
    let rate = number(table, "change_failure_rate", row);
    let interval = number(table, "change_failure_rate_low", row).zip(number(table, "change_failure_rate_high", row));
    let rate = match (rate, interval) {
        (Some(rate), Some((low, high))) => {
            format!(" ({}, 95 % interval {} to {})", numbers::share(rate), numbers::share(low), numbers::share(high))
        }
        (Some(rate), None) => format!(" ({})", numbers::share(rate)),
        (None, _) => String::new(),
    };
    let causes: Vec<String> = [
        ("failed_by_incident", "incident"),
        ("failed_by_label", "label"),
        ("failed_by_rollback", "rollback"),
        ("failed_by_hotfix", "hotfix"),
    ]
    .into_iter()
    .filter_map(|(column, cause)| of(column).filter(|count| *count > 0).map(|count| format!("{count} by {cause}")))
    .collect();
    let causes = if causes.is_empty() { String::new() } else { format!(": {}", causes.join(", ")) };
    let noun = if deployments == 1 { "deployment" } else { "deployments" };
    Some(format!("{} of {} {noun} failed{rate}{causes}.", numbers::count(failed), numbers::count(deployments)))
}

/// `{amount} of {cost} CI cost ({share}) went into runs that failed and passed again unchanged.`
fn waste(input: &Input<'_>, measure: &Measured) -> Option<Candidate> {
    if measure.row.name != "ci_cost" {
        return None;
    }
    let currency = measure.currency.as_deref()?;
    let costs = input.rows("ci_cost_month", &["month", "team", "repo", "workflow", "currency"])?;
    let runs = input.rows("ci_month", &["month", "repo", "workflow"])?;
    let month = input.month.to_string();
    let key = [month.as_str(), ALL, ALL, ALL, currency];
    let row = costs.row(&key)?;
    let (flaky, cost) = (amount(costs.table, "flaky", row)?, measure.amount.as_ref()?);
    let run_count = count(runs.table, "runs", runs.row(&[&month, ALL, ALL])?)?;
    let share = change_percent(flaky.to_f64(), cost.to_f64())? / 100.0 + 1.0;
    if share < WASTE_FROM || run_count < WASTE_RUNS {
        return None;
    }
    let text = format!(
        "{} of {} CI cost ({}) went into runs that failed and passed again unchanged.",
        numbers::money(currency, &flaky),
        numbers::money(currency, cost),
        numbers::share(share),
    );
    let evidence: Evidence = costs.evidence(&key, "flaky", input.month, input.teams);
    Some(Candidate {
        class: 0,
        money: flaky.to_f64(),
        signalled: 0,
        finding: Finding { measure: WASTE.to_owned(), sentence: Sentence { text, evidence: Some(evidence) } },
    })
}
