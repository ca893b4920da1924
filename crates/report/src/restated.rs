//! Figures that were printed, and those that are other ones when the report is made again.

use serde::{Deserialize, Serialize};

use crate::content::{Measure, Report, Sentence};

/// A figure as it was printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Printed {
    /// Name of the measure; of money with its currency behind a space.
    pub measure: String,
    /// For people.
    pub title: String,
    /// The figure.
    pub text: String,
}

/// The figures of a report.
pub fn printed(report: &Report) -> Vec<Printed> {
    printed_rows(&report.measures.iter().collect::<Vec<_>>())
}

/// The figures of some rows.
pub(crate) fn printed_rows(rows: &[&Measure]) -> Vec<Printed> {
    let figure = |measure: &&Measure| Printed {
        measure: key(&measure.name, &measure.unit),
        title: measure.title.clone(),
        text: measure.text.clone(),
    };
    rows.iter().map(figure).collect()
}

fn key(name: &str, unit: &str) -> String {
    let is_money = unit.len() == 3 && unit.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_money { format!("{name} {unit}") } else { name.to_owned() }
}

/// What is another figure than was printed: `Cloud cost, EUR: EUR 7,870 → EUR 7,901`.
pub fn changed(before: &[Printed], report: &Report) -> Vec<String> {
    restated(before, &printed(report)).into_iter().map(|(line, _)| line).collect()
}

/// The lines, each with the measure.
fn restated(before: &[Printed], now: &[Printed]) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for old in before {
        let new = now.iter().find(|new| new.measure == old.measure);
        match new {
            Some(new) if new.text == old.text => {}
            Some(new) => lines.push((format!("{}: {} → {}", old.title, old.text, new.text), old.measure.clone())),
            None => lines.push((format!("{}: {} → nothing", old.title, old.text), old.measure.clone())),
        }
    }
    for new in now.iter().filter(|new| before.iter().all(|old| old.measure != new.measure)) {
        lines.push((format!("{}: nothing → {}", new.title, new.text), new.measure.clone()));
    }
    lines
}

/// The sentences of a report that was made in place of another one.
pub(crate) fn sentences(before: &[Printed], now: &[Printed]) -> Vec<Sentence> {
    if before.is_empty() {
        return Vec::new();
    }
    let lines = restated(before, now);
    if lines.is_empty() {
        return vec![Sentence::plain("No figure of the table differs from the last report of this month.")];
    }
    lines
        .into_iter()
        .map(|(line, measure)| Sentence::plain(format!("Restated: {line} ({}).", cause(&measure))))
        .collect()
}

/// What may be behind a figure that changed.
fn cause(measure: &str) -> &'static str {
    let name = measure.split(' ').next().unwrap_or(measure);
    match name {
        "cloud_cost" | "ci_cost" | "cost_per_change" => "a bill came later",
        "deployments" | "change_lead_time" | "change_failure_rate" | "recovery_time" | "rework_rate" => {
            "a deployment, a change or a failure became known later"
        }
        "ci_success_rate" | "ci_duration_p95" => "a run became known later",
        _ => "an issue or pull request became known later",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(measure: &str, text: &str) -> Printed {
        Printed { measure: measure.to_owned(), title: measure.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn only_what_differs_is_restated() {
        let before = [figure("deployments", "402"), figure("cloud_cost EUR", "EUR 7,870"), figure("wip", "17")];
        let now = [figure("deployments", "402"), figure("cloud_cost EUR", "EUR 7,901"), figure("rework_rate", "5 %")];
        let lines: Vec<String> = sentences(&before, &now).into_iter().map(|sentence| sentence.text).collect();
        assert_eq!(
            lines,
            [
                "Restated: cloud_cost EUR: EUR 7,870 → EUR 7,901 (a bill came later).",
                "Restated: wip: 17 → nothing (an issue or pull request became known later).",
                "Restated: rework_rate: nothing → 5 % (a deployment, a change or a failure became known later).",
            ]
        );
        assert_eq!(sentences(&[], &now), []);
        assert_eq!(sentences(&now, &now).len(), 1);
    }
}
