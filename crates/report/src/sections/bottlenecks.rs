//! Where the time of changes went: the stages that took most of it, those in which changes wait first.

use std::collections::BTreeMap;

use metrics_core::calendar::day_start;
use model::table::Cells;

use super::{DELIVERY_REMEDY, Made, list, not_connected, paragraphs};
use crate::content::{Block, Sentence};
use crate::input::number;
use crate::measures::Form;
use crate::numbers;

/// Stages of a change: the column of the list, that of the month's median, its name, and whether it is a wait.
const STAGES: [(&str, &str, &str, bool); 5] = [
    ("pickup_days", "pickup_p50_days", "Waiting for a first review", true),
    ("merge_days", "merge_p50_days", "Waiting for the merge", true),
    ("deploy_wait_days", "deploy_wait_p50_days", "Waiting for deployment", true),
    ("coding_days", "coding_p50_days", "Coding", false),
    ("review_days", "review_p50_days", "Review", false),
];
/// Stages below this share are none.
const LEAST_SHARE: f64 = 0.1;
/// Bottlenecks that are named.
const MOST: usize = 5;

/// Days that changes of a service spent in a stage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Spent {
    days: f64,
    changes: i64,
}

/// A bottleneck.
#[derive(Clone, Debug, PartialEq)]
struct Bottleneck {
    stage: usize,
    service: String,
    share: f64,
    changes: i64,
}

pub(super) fn blocks(made: Made<'_>) -> Vec<Block> {
    let Some(spent) = spent(made) else { return not_connected("Deployments are", DELIVERY_REMEDY) };
    let found = bottlenecks(&spent);
    if found.is_empty() {
        return vec![paragraphs([Sentence::plain(
            "No change reached users in the month of which the stages are known.",
        )])];
    }
    let rows = made.input.rows("dora_month", &["month", "service"]);
    let month = made.input.month.to_string();
    let said = found.iter().map(|bottleneck| {
        let (_, column, name, _) = STAGES[bottleneck.stage];
        let key = [month.as_str(), bottleneck.service.as_str()];
        let row = rows.as_ref().and_then(|rows| Some((rows, rows.row(&key)?)));
        let median = row.and_then(|(rows, row)| number(rows.table, column, row));
        let median_text = median.map_or_else(String::new, |days| format!(", {} in the median", Form::Days.text(days)));
        let noun = if bottleneck.changes == 1 { "change" } else { "changes" };
        Sentence {
            text: format!(
                "{name} is {} of the time that changes took, in {} ({} {noun}{median_text}).",
                numbers::share(bottleneck.share),
                bottleneck.service,
                numbers::count(bottleneck.changes)
            ),
            evidence: median.and(row).map(|(rows, _)| rows.evidence(&key, column, made.input.month, made.input.teams)),
        }
    });
    let note = "Shares are of the days of all changes that users got in the month, from the first commit on. Waits come first.";
    vec![list(said), paragraphs([Sentence::plain(note)])]
}

/// By stage and service, of the changes that users got in the month; `None` without deliveries.
fn spent(made: Made<'_>) -> Option<BTreeMap<(usize, String), Spent>> {
    let table = made.input.table("calculated_change").filter(|table| table.height() > 0)?;
    let Cells::Instant(deployed) = table.column("deployed_at")? else { return None };
    let zone = made.input.rules.timezone;
    let month = made.input.month;
    let days = day_start(zone, month.first_day())..day_start(zone, month.plus(1).first_day());
    let mut spent: BTreeMap<(usize, String), Spent> = BTreeMap::new();
    let within = (0..table.height()).filter(|row| deployed.get(*row).is_some_and(|at| days.contains(&at)));
    for row in within {
        let service = table.cell(row, "service");
        for (stage, (column, ..)) in STAGES.iter().enumerate() {
            let Some(days) = number(table, column, row).filter(|days| *days > 0.0) else { continue };
            let known = spent.entry((stage, service.clone())).or_default();
            known.days += days;
            known.changes += 1;
        }
    }
    Some(spent)
}

/// The largest of a tenth or more, waits first.
fn bottlenecks(spent: &BTreeMap<(usize, String), Spent>) -> Vec<Bottleneck> {
    let all: f64 = spent.values().map(|spent| spent.days).sum();
    let mut found: Vec<Bottleneck> = spent
        .iter()
        .map(|((stage, service), spent)| Bottleneck {
            stage: *stage,
            service: service.clone(),
            share: spent.days / all,
            changes: spent.changes,
        })
        .filter(|bottleneck| bottleneck.share >= LEAST_SHARE)
        .collect();
    let waits = |bottleneck: &Bottleneck| STAGES[bottleneck.stage].3;
    found.sort_by(|one, other| {
        waits(other).cmp(&waits(one)).then(other.share.total_cmp(&one.share)).then(one.service.cmp(&other.service))
    });
    found.truncate(MOST);
    found
}

/// The stage that took most of the time of all changes, where it is one in which they wait: its place among the stages.
pub(super) fn longest_wait(made: Made<'_>) -> Option<&'static str> {
    let spent = spent(made)?;
    let mut days = [0.0; STAGES.len()];
    for ((stage, _), spent) in &spent {
        days[*stage] += spent.days;
    }
    let longest = (0..STAGES.len()).max_by(|one, other| days[*one].total_cmp(&days[*other]))?;
    (days[longest] > 0.0 && STAGES[longest].3).then_some(STAGES[longest].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_come_first_and_small_shares_are_left_out() {
        let spent = [
            ((3, "shop".to_owned()), Spent { days: 50.0, changes: 9 }),
            ((2, "shop".to_owned()), Spent { days: 30.0, changes: 8 }),
            ((0, "api".to_owned()), Spent { days: 15.0, changes: 7 }),
            ((4, "api".to_owned()), Spent { days: 5.0, changes: 6 }),
        ];
        let named: Vec<(usize, String, f64)> = bottlenecks(&spent.into())
            .into_iter()
            .map(|bottleneck| (bottleneck.stage, bottleneck.service, bottleneck.share))
            .collect();
        assert_eq!(named, [(2, "shop".to_owned(), 0.3), (0, "api".to_owned(), 0.15), (3, "shop".to_owned(), 0.5)]);
        assert!(bottlenecks(&BTreeMap::new()).is_empty());
    }
}
