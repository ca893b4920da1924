//! `cycle_time`.

use std::collections::BTreeMap;

use model::columns::TextColumn;
use model::rules::RuleSet;
use model::table::{Cells, Column, Table};

use super::lives::{Life, Lives, Stage};
use super::weeks::At;

#[derive(Default)]
struct Mean {
    sum: f64,
    count: i64,
}

impl Mean {
    fn add(&mut self, days: f64) {
        self.sum += days;
        self.count += 1;
    }

    /// `None` where there is nothing.
    fn value(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}

#[derive(Default)]
struct Month {
    issues: i64,
    lead: Mean,
    cycle: Mean,
    to_review: Mean,
}

impl Month {
    fn add(&mut self, life: &Life, end: At) {
        self.issues += 1;
        if let Some(start) = life.date(Stage::Lead).known() {
            self.lead.add(end.days_since(start));
        }
        if let Some(start) = life.date(Stage::Cycle).known() {
            self.cycle.add(end.days_since(start));
        }
        if let (Some(dev), Some(review)) = (life.date(Stage::Dev).known(), life.date(Stage::Review).known())
            && review >= dev
        {
            self.to_review.add(review.days_since(dev));
        }
    }
}

/// One row per month in which an issue ended. Sums run in the order of ids, as floating-point sums depend on it. A mean
/// over nothing is 0, unless it follows `flow`.
pub(super) fn cycle_time(lives: &Lives, over_nothing: RuleSet) -> Table {
    let nothing = (over_nothing == RuleSet::CtoStats).then_some(0.0);
    let mut months: BTreeMap<(i32, u32), Month> = BTreeMap::new();
    for life in &lives.lives {
        if let Some(end) = life.end() {
            months.entry(end.month()).or_default().add(life, end);
        }
    }
    let mut labels = TextColumn::default();
    for (year, month) in months.keys() {
        labels.push(format!("{year:04}-{month:02}").as_bytes());
    }
    let int = |value: fn(&Month) -> i64| Cells::Int(months.values().map(|month| Some(value(month))).collect());
    let mean = |value: fn(&Month) -> &Mean| {
        Cells::Float(months.values().map(|month| value(month).value().or(nothing)).collect())
    };
    let columns = vec![
        Column { name: "month", cells: Cells::Text(labels) },
        Column { name: "issues_count", cells: int(|month| month.issues) },
        Column { name: "leadtime_days_avg", cells: mean(|month| &month.lead) },
        Column { name: "lead_count", cells: int(|month| month.lead.count) },
        Column { name: "cycletime_days_avg", cells: mean(|month| &month.cycle) },
        Column { name: "cycle_count", cells: int(|month| month.cycle.count) },
        Column { name: "time_to_pr", cells: mean(|month| &month.to_review) },
    ];
    Table { name: "cycle_time", columns }
}
