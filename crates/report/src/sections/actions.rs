//! Actions that follow from conditions, and targets.

use metrics_core::totals::ALL;

use super::{Made, grid, list, paragraphs};
use crate::content::{Align, Block, Cell, Evidence, Sentence};
use crate::findings::highest;
use crate::input::{amount, number};
use crate::measures::spec;

/// Actions that are named at most.
const MOST: usize = 5;

pub(super) fn blocks(made: Made<'_>) -> Vec<Block> {
    let actions = actions(made);
    let mut blocks = Vec::new();
    if actions.is_empty() {
        blocks.push(paragraphs([Sentence::plain("No condition for an action holds.")]));
    } else {
        blocks.push(list(actions.into_iter().take(MOST)));
    }
    blocks.push(targets(made));
    blocks
}

/// Conditions in their order, with what follows where they hold.
fn actions(made: Made<'_>) -> Vec<Sentence> {
    let mut said = Vec::new();
    said.extend(stages(made));
    said.extend(flaky(made));
    said.extend(queue(made));
    said.extend(coverage(made));
    said.extend(prices(made));
    said
}

struct OfMonth<'a> {
    table: &'a model::table::Table,
    row: usize,
    at: Box<dyn Fn(&str) -> Evidence + 'a>,
}

impl OfMonth<'_> {
    fn number(&self, column: &str) -> Option<f64> {
        number(self.table, column, self.row)
    }
}

fn of_month<'a>(
    made: Made<'a>,
    name: &'static str,
    keys: &'static [&'static str],
    rest: &[&str],
) -> Option<OfMonth<'a>> {
    let rows = made.input.rows(name, keys)?;
    let month = made.input.month.to_string();
    let key: Vec<String> = std::iter::once(month).chain(rest.iter().map(|text| (*text).to_owned())).collect();
    let row = rows.row(&key.iter().map(String::as_str).collect::<Vec<_>>())?;
    let table = rows.table;
    let at = Box::new(move |column: &str| {
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        rows.evidence(&key, column, made.input.month, made.input.teams)
    });
    Some(OfMonth { table, row, at })
}

/// The stage that takes most of the time of changes, where they wait in it.
fn stages(made: Made<'_>) -> Option<Sentence> {
    let of = of_month(made, "dora_month", &["month", "service"], &[ALL])?;
    let longest = super::bottlenecks::longest_wait(made)?;
    let text = match longest {
        "deploy_wait_p50_days" => {
            "Most of the time of changes goes into waiting for deployment: release smaller, more often."
        }
        "pickup_p50_days" => {
            "Most of the time of changes goes into waiting for a first review: agree on a time for it."
        }
        _ => return None,
    };
    Some(Sentence { text: text.to_owned(), evidence: of.number(longest).map(|_| (of.at)(longest)) })
}

/// Flaky jobs from a twentieth of the cost on.
fn flaky(made: Made<'_>) -> Option<Sentence> {
    let cost = made.measured.iter().find(|measure| measure.row.name == "ci_cost")?;
    let currency = cost.currency.as_deref()?;
    let of = of_month(
        made,
        "ci_cost_month",
        &["month", "team", "repo", "workflow", "currency"],
        &[ALL, ALL, ALL, currency],
    )?;
    let (flaky, all) = (amount(of.table, "flaky", of.row)?.to_f64(), cost.amount.as_ref()?.to_f64());
    (all > 0.0 && flaky / all >= 0.05).then(|| Sentence {
        text: "Flaky jobs take 5 % of the cost of CI or more: quarantine those that are listed.".to_owned(),
        evidence: Some((of.at)("flaky")),
    })
}

/// Machines are waited for longer than runs take; machines fail.
fn queue(made: Made<'_>) -> Vec<Sentence> {
    let Some(of) = of_month(made, "ci_month", &["month", "repo", "workflow"], &[ALL, ALL]) else { return Vec::new() };
    let mut said = Vec::new();
    if let Some((queue, duration)) = of.number("queue_p95_min").zip(of.number("duration_p50_min"))
        && queue > duration
    {
        said.push(Sentence {
            text: "One run in twenty waits longer for a machine than half of them take: add machines.".to_owned(),
            evidence: Some((of.at)("queue_p95_min")),
        });
    }
    if let Some((machines, failed)) = of.number("failed_infrastructure").zip(of.number("failed"))
        && failed > 0.0
        && machines / failed >= 0.3
    {
        said.push(Sentence {
            text: "Machines are behind 30 % of the runs that failed or more: look at how they scale.".to_owned(),
            evidence: Some((of.at)("failed_infrastructure")),
        });
    }
    said
}

/// Too little of delivery is linked.
fn coverage(made: Made<'_>) -> Vec<Sentence> {
    let mut said = Vec::new();
    if let Some(of) = of_month(made, "dora_month", &["month", "service"], &[ALL])
        && of.number("linked_share").is_some_and(|share| share < 0.8)
    {
        said.push(Sentence {
            text: "Less than 80 % of what is deployed is linked to changes: deploy by the sha of a commit.".to_owned(),
            evidence: Some((of.at)("linked_share")),
        });
    }
    let deploys = made.input.table("dora_month").is_some_and(|table| table.height() > 0);
    if deploys && made.input.table("calculated_incident").is_none_or(|table| table.height() == 0) {
        said.push(Sentence::plain(
            "No source of incidents is connected, so failures are known by rollbacks, hotfixes and labels alone: connect one (docs/webhooks.md).",
        ));
    }
    said
}

/// Minutes without a price; bills that the prices do not explain.
fn prices(made: Made<'_>) -> Vec<Sentence> {
    let Some(cost) = made.measured.iter().find(|measure| measure.row.name == "ci_cost") else { return Vec::new() };
    let currency = cost.currency.clone().unwrap_or_default();
    let keys: &'static [&'static str] = &["month", "team", "repo", "workflow", "currency"];
    let Some(of) = of_month(made, "ci_cost_month", keys, &[ALL, ALL, ALL, &currency]) else { return Vec::new() };
    let mut said = Vec::new();
    if let Some((unpriced, minutes)) = of.number("unpriced_minutes").zip(of.number("minutes"))
        && minutes > 0.0
        && unpriced / minutes > 0.1
    {
        said.push(Sentence {
            text: "More than 10 % of the minutes of CI have no price: price the machines in ci.prices.".to_owned(),
            evidence: Some((of.at)("unpriced_minutes")),
        });
    }
    if let Some(ratio) = of.number("bill_over_estimate")
        && ratio > 0.0
        && !(0.8..=1.25).contains(&ratio)
    {
        said.push(Sentence {
            text: "The bill of CI is not what the prices say: check the price list.".to_owned(),
            evidence: Some((of.at)("bill_over_estimate")),
        });
    }
    said
}

/// Targets that are set, and limits to hold where none is.
fn targets(made: Made<'_>) -> Block {
    let rows = made.measured.iter().filter_map(|measure| {
        let target = made.input.rules.report.targets.get(measure.row.name.as_str());
        let judged = measure.judged(made.input.month);
        let limits = judged.periods.last().and_then(|point| Some((point.lcl?, point.ucl?)));
        let (text, met) = match (target, limits) {
            (Some(target), _) => {
                let met = measure.row.value.map(|value| if target.is_met_by(value) { "met" } else { "missed" });
                (format!("{target}"), met.unwrap_or("nothing to judge"))
            }
            (None, Some((low, high))) if !measure.by_month && measure.row.name != "wip" => (
                format!("hold: between {} and {} by week", measure.text(low), measure.text(highest(measure, high))),
                "–",
            ),
            _ => return None,
        };
        let title = spec(&measure.row.name).map_or(measure.row.title.as_str(), |spec| spec.title);
        Some(vec![Cell::text(title), Cell::text(&measure.row.text), Cell::text(text), Cell::text(met)])
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    if rows.is_empty() {
        return paragraphs([Sentence::plain("No target is set, and no measure has limits to hold.")]);
    }
    let columns = [("Measure", Align::Left), ("Month", Align::Right), ("Target", Align::Left), ("State", Align::Left)];
    grid("Targets", &columns, rows)
}
