//! Finding of a control chart, in words.

use std::fmt;

use chrono::{Datelike as _, NaiveDate};

use crate::calendar::{Cut, quarter_label};

use super::{ChangeReason, Chart, LimitChange, MINIMUM_POINTS, NoLimits, Signal, Verdict};

/// Days for which a change of limits stays in the finding: 26 weeks from the week in which it was made.
pub const REMEMBERED_DAYS: i64 = 26 * 7;

/// A chart in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether the last complete week was normal; `None` when that cannot be said.
    pub normal: Option<bool>,
    /// Full sentences. The first says whether the last complete week was normal.
    pub sentences: Vec<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentences.join(" "))
    }
}

/// The finding of a chart; `unit` names what is counted, for example `issues finished`: in the plural, whose noun is the
/// first word that ends in an s.
pub fn finding(chart: &Chart, unit: &str) -> Finding {
    finding_by(Cut::Week, chart, unit)
}

/// The same of a chart of periods of another length.
pub fn finding_by(cut: Cut, chart: &Chart, unit: &str) -> Finding {
    let period = name(cut);
    let Some(last) = chart.last_complete() else {
        return Finding { normal: None, sentences: vec![format!("There is no complete {period} yet.")] };
    };
    let normal = match last.no_limits {
        Some(NoLimits::TooFewPoints { .. } | NoLimits::Incomplete | NoLimits::TooRare) => None,
        Some(NoLimits::NoVariation) if last.signals.is_empty() => None,
        _ => Some(last.signals.is_empty()),
    };
    let mut sentences = vec![verdict_sentence(cut, last, normal, unit)];
    sentences.extend(last.signals.iter().map(|signal| signal_sentence(*signal, last, period)));
    if last.provisional && last.ucl.is_some() {
        sentences.push(format!("The limits are provisional and move each {period} until 20 {period}s are known."));
    }
    let remembered = |change: &&LimitChange| (last.first_day - change.decided).num_days() < REMEMBERED_DAYS;
    sentences.extend(chart.limit_changes.iter().filter(remembered).map(|change| change_sentence(change, period)));
    Finding { normal, sentences }
}

fn singular(unit: &str) -> String {
    let mut words: Vec<&str> = unit.split(' ').collect();
    if let Some(noun) = words.iter_mut().find(|word| word.ends_with('s')) {
        *noun = noun.trim_end_matches('s');
    }
    words.join(" ")
}

fn name(cut: Cut) -> &'static str {
    match cut {
        Cut::Day => "day",
        Cut::Week => "week",
        Cut::Month => "month",
        Cut::Quarter => "quarter",
    }
}

fn label(cut: Cut, first_day: NaiveDate) -> String {
    match cut {
        Cut::Day => first_day.to_string(),
        Cut::Week => iso_week(first_day),
        Cut::Month => first_day.format("%Y-%m").to_string(),
        Cut::Quarter => quarter_label(first_day),
    }
}

fn verdict_sentence(cut: Cut, last: &Verdict, normal: Option<bool>, unit: &str) -> String {
    let period = name(cut);
    let value = number(last.value);
    let unit = if value == "1" { singular(unit) } else { unit.to_owned() };
    let head = format!("The last complete {period} ({}, {value} {unit})", label(cut, last.first_day));
    match (normal, last.no_limits) {
        (Some(true), _) => format!(
            "{head} was normal: within the limits {} to {} around {}.",
            number(last.lcl.unwrap_or_default()),
            number(last.ucl.unwrap_or_default()),
            number(last.center.unwrap_or_default()),
        ),
        (Some(false), _) => format!("{head} was not normal."),
        (None, Some(NoLimits::TooFewPoints { points })) => {
            format!("{head} cannot be judged: limits need {MINIMUM_POINTS} complete {period}s, there are {points}.")
        }
        (None, Some(NoLimits::TooRare)) => {
            let mean = number(last.center.unwrap_or_default());
            let longer = match cut {
                Cut::Day | Cut::Week => ": compare by month",
                Cut::Month => ": compare by quarter",
                Cut::Quarter => "",
            };
            format!("{head} cannot be judged: {mean} a {period} in the mean are too few a {period} for limits{longer}.")
        }
        (None, _) => {
            format!("{head} cannot be judged: the {period}s of the baseline do not differ, so there are no limits.")
        }
    }
}

fn signal_sentence(signal: Signal, last: &Verdict, period: &str) -> String {
    let center = last.center.unwrap_or_default();
    let above = last.value > center;
    let side = if above { "above" } else { "below" };
    match signal {
        Signal::BeyondLimits => {
            let (limit, name) = if above { (last.ucl, "upper") } else { (last.lcl, "lower") };
            format!("It is {side} the {name} limit of {}.", number(limit.unwrap_or_default()))
        }
        Signal::RunOf8 => format!("At least eight {period}s in a row are {side} the centre of {}.", number(center)),
        Signal::ThreeOf4NearLimit => {
            let name = if above { "upper" } else { "lower" };
            format!("At least three of the last four {period}s are nearer to the {name} limit than to the centre.")
        }
    }
}

fn change_sentence(change: &LimitChange, period: &str) -> String {
    let reason = match &change.reason {
        ChangeReason::ProcessChange(note) if note.trim().is_empty() => "a configured change of the process".to_owned(),
        ChangeReason::ProcessChange(note) => format!("a configured change of the process ({note})"),
        ChangeReason::Run => format!("20 {period}s in a row on one side of the old centre"),
    };
    let center = |center: Option<f64>| center.map_or_else(|| "not known".to_owned(), number);
    format!(
        "The limits changed from {} on because of {reason}: old centre {}, new centre {}.",
        change.date,
        center(change.old_center),
        center(change.new_center),
    )
}

fn iso_week(day: NaiveDate) -> String {
    let week = day.iso_week();
    format!("{}-W{:02}", week.year(), week.week())
}

/// Whole numbers bare, others with one decimal.
fn number(value: f64) -> String {
    if (value - value.round()).abs() < 1e-9 { format!("{value:.0}") } else { format!("{value:.1}") }
}
