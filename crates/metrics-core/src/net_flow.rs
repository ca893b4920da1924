//! `net_flow_week` and `pr_net_flow_week`: what came into each level and what left it in each week.
//!
//! A level (how many things are there when a week ends) depends on the week before: limits around it would signal in
//! up to a third of the weeks of a process in which nothing changes. What came less what left belongs to its week
//! alone, and is charted in its place. A level grew or shrank where that chart signals, and is said to nowhere else.

use model::columns::TextColumn;
use model::rules::ProcessChange;
use model::table::{Cells, Column, Table};

use crate::calendar::Periods;
use crate::control::{Chart, Point, Verdict, chart_columns, xmr};
use crate::summary::Stock;

/// A level and what it is called.
pub(crate) type Level<'a> = (&'static str, &'a Stock);

/// Where weeks are cut, and up to where they are known.
#[derive(Clone, Copy)]
pub(crate) struct Weeks<'a> {
    pub(crate) periods: &'a Periods,
    /// What happened after this microsecond is not looked at.
    pub(crate) as_of: i64,
    /// A week that ends by then is complete.
    pub(crate) covered_to: i64,
}

/// What happened to a level in a week.
#[derive(Clone, Copy)]
struct Flow {
    came: i64,
    left: i64,
}

impl Flow {
    fn net(self) -> i64 {
        self.came - self.left
    }
}

/// A row for each week and level, levels in the order given.
pub(crate) fn table(name: &'static str, levels: &[Level<'_>], weeks: Weeks<'_>, changes: &[ProcessChange]) -> Table {
    let flows: Vec<Vec<Flow>> = levels.iter().map(|(_, stock)| flows(stock, weeks)).collect();
    let charts: Vec<Chart> = flows.iter().map(|flows| chart(flows, weeks, changes)).collect();
    let rows = || (0..weeks.periods.len()).flat_map(|week| (0..levels.len()).map(move |level| (week, level)));
    let integers =
        |value: fn(Flow) -> i64| Cells::Int(rows().map(|(week, level)| Some(value(flows[level][week]))).collect());
    let mut names = TextColumn::default();
    for (name, _) in levels {
        names.push(name.as_bytes());
    }
    let labels = || rows().map(|(week, _)| weeks.periods.iso_week(week));
    let verdicts: Vec<Option<&Verdict>> = rows().map(|(week, level)| charts[level].points.get(week)).collect();
    let complete = rows().map(|(week, _)| is_complete(weeks, week)).collect();
    let mut columns = vec![
        Column { name: "year", cells: Cells::Int(labels().map(|(year, _)| Some(year)).collect()) },
        Column { name: "week", cells: Cells::Week(labels().map(|(_, week)| week).collect()) },
        Column { name: "level", cells: Cells::Code(rows().map(|(_, level)| level as u32).collect(), names) },
        Column { name: "arrivals", cells: integers(|flow| flow.came) },
        Column { name: "departures", cells: integers(|flow| flow.left) },
        Column { name: "net_flow", cells: integers(Flow::net) },
    ];
    columns.extend(chart_columns(&verdicts));
    columns.push(Column { name: "complete", cells: Cells::Bool(complete) });
    Table { name, columns }
}

fn is_complete(weeks: Weeks<'_>, week: usize) -> bool {
    weeks.periods.end(week).micros() <= weeks.covered_to.min(weeks.as_of)
}

fn flows(stock: &Stock, weeks: Weeks<'_>) -> Vec<Flow> {
    let of_week = |week: usize| {
        let end = weeks.periods.end(week).micros().min(weeks.as_of + 1);
        let (came, left) = stock.moves(weeks.periods.start(week).micros()..end);
        Flow { came, left }
    };
    (0..weeks.periods.len()).map(of_week).collect()
}

/// Too few for limits is what has fewer than one a week in the mean of arrivals and departures.
fn chart(flows: &[Flow], weeks: Weeks<'_>, changes: &[ProcessChange]) -> Chart {
    let point = |(week, flow): (usize, &Flow)| Point {
        first_day: weeks.periods.first_day(week),
        value: flow.net() as f64,
        complete: is_complete(weeks, week),
        events: Some((flow.came + flow.left) as f64 / 2.0),
    };
    xmr(&flows.iter().enumerate().map(point).collect::<Vec<_>>(), changes)
}
