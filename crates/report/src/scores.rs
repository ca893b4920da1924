//! Measures of systems with their colours: of services and of teams, never of people.
//!
//! Red takes two things: a verdict of worse, and a target that is missed where one is set. One of them is amber. A cell of
//! which nothing can be said is grey, and says why.

use std::collections::{BTreeMap, BTreeSet};

use metrics_core::control::xmr;
use metrics_core::totals::ALL;
use model::report::Target;
use model::table::Table;

use crate::absent::why_none;
use crate::content::{Colour, Score, VerdictKind};
use crate::input::{self, Input, Rows, count, number, series_of_rows};
use crate::measures::{Spec, spec};
use crate::verdict::{of_month, of_weeks, without_chart};

/// Members below which a team is shown as part of the whole only: it would be a person.
const SMALLEST_TEAM: usize = 3;

/// The scores of all systems of the month, by kind, name and measure as configured.
pub(crate) fn scores(input: &Input<'_>) -> Vec<Score> {
    let mut all = Vec::new();
    if let Some(rows) = input.rows("dora_month", &["month", "service"]) {
        let systems = systems(&rows, "service", input);
        all.extend(of_systems(input, &rows, "service", &systems, input.table("dora_week")));
    }
    if let Some(rows) = input.rows("dora_team_month", &["month", "team"]) {
        let mut systems = systems(&rows, "team", input);
        systems.retain(|team| is_large_enough(input, team));
        all.extend(of_systems(input, &rows, "team", &systems, None));
    }
    all
}

/// Whether a team has enough members, or none that are named.
fn is_large_enough(input: &Input<'_>, team: &str) -> bool {
    input.rules.teams.get(team).is_none_or(|team| team.users.is_empty() || team.users.len() >= SMALLEST_TEAM)
}

fn systems(rows: &Rows<'_>, column: &str, input: &Input<'_>) -> BTreeSet<String> {
    let month = input.month.to_string();
    let of_month = (0..rows.table.height()).filter(|row| rows.table.cell(*row, "month") == month);
    of_month.map(|row| rows.table.cell(row, column)).filter(|name| name != ALL && !name.is_empty()).collect()
}

fn of_systems(
    input: &Input<'_>,
    rows: &Rows<'_>,
    kind: &str,
    systems: &BTreeSet<String>,
    weeks: Option<&Table>,
) -> Vec<Score> {
    // Charts of weeks where there are any, else of the months themselves.
    let charted = weeks.unwrap_or(rows.table);
    let mut of_system: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for row in 0..charted.height() {
        let name = charted.cell(row, kind);
        if systems.contains(&name) {
            of_system.entry(name).or_default().push(row);
        }
    }
    let mut scores = Vec::new();
    for system in systems {
        let charted_rows = of_system.get(system).map_or(&[][..], Vec::as_slice);
        for name in input.rules.report.scored() {
            let Some(spec) = spec(name) else { continue };
            scores.push(of_system_by(input, rows, (kind, system), spec, (charted, charted_rows, weeks.is_some())));
        }
    }
    scores
}

fn of_system_by(
    input: &Input<'_>,
    rows: &Rows<'_>,
    (kind, system): (&str, &str),
    spec: &Spec,
    (charted, charted_rows, by_week): (&Table, &[usize], bool),
) -> Score {
    let target = input.rules.report.targets.get(spec.name).copied();
    let (month, days) = (input.month.to_string(), input::days_of(input.month));
    let column = spec.column_of_delivery();
    let key = [month.as_str(), system];
    let row = rows.row(&key);
    let value = column.zip(row).and_then(|(column, row)| number(rows.table, column, row));
    let chart = column.map(|column| {
        let points = series_of_rows(charted, column, charted_rows.iter().copied());
        xmr(&points, &input.rules.process_changes)
    });
    let verdict = match (&chart, value) {
        (Some(chart), Some(_)) if by_week => of_weeks(&chart.points, &days, spec.good).verdict,
        (Some(chart), Some(_)) => of_month(&chart.points, &days, spec.good).verdict,
        _ => without_chart("nothing to judge"),
    };
    let why = match (column, row) {
        (None, _) => format!("not known by {kind}"),
        (Some(column), Some(row)) => why_none(rows.table, column, row).to_owned(),
        (Some(_), None) => "no data".to_owned(),
    };
    Score {
        system: system.to_owned(),
        system_kind: kind.to_owned(),
        measure: spec.name.to_owned(),
        value,
        text: value.map_or(why, |value| spec.form.text(value)),
        n: row.and_then(|row| count(rows.table, observations(spec.name)?, row)),
        colour: colour(value, verdict.kind, target),
        verdict,
        target: target.map(|target| target.to_string()).unwrap_or_default(),
        evidence: column
            .filter(|_| value.is_some())
            .map(|column| rows.evidence(&key, column, input.month, input.teams)),
    }
}

fn observations(measure: &str) -> Option<&'static str> {
    match measure {
        "change_lead_time" => Some("changes"),
        "recovery_time" => Some("recovered"),
        "deployments" | "change_failure_rate" | "rework_rate" => Some("deployments"),
        _ => None,
    }
}

/// The colour of a measure.
pub(crate) fn colour(value: Option<f64>, verdict: VerdictKind, target: Option<Target>) -> Colour {
    let Some(value) = value else { return Colour::Grey };
    let worse = verdict == VerdictKind::Worse;
    match target.map(|target| target.is_met_by(value)) {
        Some(false) if worse => Colour::Red,
        Some(false) => Colour::Amber,
        _ if worse => Colour::Amber,
        // Without limits and without a target nothing is known to be good.
        None if verdict == VerdictKind::TooFew => Colour::Grey,
        Some(true) | None => Colour::Green,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn red_takes_a_verdict_and_a_missed_target() {
        let target = Target::parse("<= 0.05");
        for (value, verdict, target, expected) in [
            (None, VerdictKind::Worse, target, Colour::Grey),
            (Some(0.1), VerdictKind::Worse, target, Colour::Red),
            (Some(0.1), VerdictKind::Normal, target, Colour::Amber),
            (Some(0.1), VerdictKind::TooFew, target, Colour::Amber),
            (Some(0.01), VerdictKind::Worse, target, Colour::Amber),
            (Some(0.01), VerdictKind::TooFew, target, Colour::Green),
            (Some(0.1), VerdictKind::Worse, None, Colour::Amber),
            (Some(0.1), VerdictKind::Normal, None, Colour::Green),
            (Some(0.1), VerdictKind::OneWeekOutside, None, Colour::Green),
            (Some(0.1), VerdictKind::TooFew, None, Colour::Grey),
        ] {
            assert_eq!(colour(value, verdict, target), expected, "{value:?} {verdict:?} {target:?}");
        }
    }
}
