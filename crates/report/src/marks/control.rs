//! The control chart: weeks, limits in steps, signals as diamonds with their weeks.

use super::scale::Scale;
use super::{at, line, picture, rectangle, ruled, runs, text, text_over, unit};
use crate::content::{ChartPoint, ControlChart};
use crate::figures::figure;
use crate::markup::{cut, empty};
use crate::tokens::{ACCENT, BAND, EDGE, GRID, INK, INK_2, SURFACE};

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 40.0;
/// Where limits are named.
const RIGHT: f64 = 356.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 178.0;
/// Between the names of two signalled weeks.
const LABEL: f64 = 24.0;
/// Between the names of limits.
const LINE: f64 = 11.0;
/// Weeks between two names on the axis.
const WEEKS_NAMED: usize = 5;
/// Letters of a week, `2026-W41`.
const WEEK: usize = 10;

/// The chart of a measure by week: its points, centre and limits, broken where the limits begin anew, signalled points as
/// diamonds, the weeks of the month shaded.
pub fn control_chart(chart: &ControlChart) -> String {
    let name = format!("{}: {}", chart.title, chart.says);
    let plot = Plot::of(&chart.points);
    let inside = if chart.points.is_empty() {
        text(WIDTH / 2.0, HEIGHT / 2.0, "middle", INK_2, "No weeks in this period")
    } else {
        [
            plot.month(),
            ruled(&plot.scale, LEFT, RIGHT),
            plot.band(),
            plot.limits(),
            plot.breaks(),
            line((LEFT, BOTTOM), (RIGHT, BOTTOM), EDGE, ""),
            plot.values(),
            plot.signals(),
            plot.names_of_limits(),
            plot.names_of_weeks(),
        ]
        .concat()
    };
    picture(&name, WIDTH, HEIGHT, &(unit(LEFT, &chart.unit) + &inside))
}

/// A column of a limit, by point.
type Limit = fn(&ChartPoint) -> Option<f64>;
const CENTER: Limit = |point| point.center;
const LCL: Limit = |point| point.lcl;
const UCL: Limit = |point| point.ucl;

struct Plot<'a> {
    points: &'a [ChartPoint],
    scale: Scale,
    step: f64,
}

impl<'a> Plot<'a> {
    fn of(points: &'a [ChartPoint]) -> Self {
        let values = points.iter().flat_map(|point| [Some(point.value), point.center, point.lcl, point.ucl]);
        let scale = Scale::around(values.flatten(), BOTTOM, TOP).with_near_zero().with_round_ends();
        Self { points, scale, step: (RIGHT - LEFT) / points.len().max(1) as f64 }
    }

    /// Where the room of a point begins.
    fn edge(&self, index: usize) -> f64 {
        LEFT + self.step * index as f64
    }

    fn middle(&self, index: usize) -> f64 {
        self.edge(index) + self.step / 2.0
    }

    fn limit(&self, index: usize, limit: Limit) -> Option<f64> {
        limit(&self.points[index]).filter(|value| value.is_finite()).map(|value| self.scale.place(value))
    }

    fn month(&self) -> String {
        let first = self.points.iter().position(|point| point.in_month);
        let last = self.points.iter().rposition(|point| point.in_month);
        let Some((first, last)) = first.zip(last) else { return String::new() };
        let (from, to) = (self.edge(first), self.edge(last + 1));
        rectangle(from, TOP - 6.0, to - from, BOTTOM - TOP + 6.0, GRID)
            + &text(f64::midpoint(from, to).min(RIGHT - 14.0), 10.0, "middle", INK_2, "month")
    }

    fn band(&self) -> String {
        let stretch = |index: usize| {
            let (low, high) = self.limit(index, LCL).zip(self.limit(index, UCL))?;
            Some(rectangle(self.edge(index), high.min(low), self.step + 0.1, (low - high).abs(), BAND))
        };
        let stretches: String = (0..self.points.len()).filter_map(stretch).collect();
        if stretches.is_empty() { stretches } else { format!("<g fill-opacity=\"0.7\">{stretches}</g>") }
    }

    /// The runs of a limit: level over each point, broken where it is unknown and where a segment ends.
    fn steps(&self, limit: Limit) -> Vec<Vec<(f64, f64)>> {
        let mut steps: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut before = None;
        for index in 0..self.points.len() {
            let Some(y) = self.limit(index, limit) else {
                before = None;
                continue;
            };
            let segment = Some(self.points[index].segment);
            if before != segment {
                steps.push(Vec::new());
            }
            before = segment;
            if let Some(run) = steps.last_mut() {
                run.extend([(self.edge(index), y), (self.edge(index + 1), y)]);
            }
        }
        steps
    }

    fn limits(&self) -> String {
        runs(&self.steps(CENTER), INK_2, "1", "")
            + &runs(&self.steps(LCL), INK_2, "1", "4 3")
            + &runs(&self.steps(UCL), INK_2, "1", "4 3")
    }

    /// Where limits begin anew.
    fn breaks(&self) -> String {
        let mark = |(index, pair): (usize, &[ChartPoint])| {
            (pair[0].segment != pair[1].segment)
                .then(|| line((self.edge(index + 1), TOP - 8.0), (self.edge(index + 1), BOTTOM), INK, "2 2"))
        };
        self.points.windows(2).enumerate().filter_map(mark).collect()
    }

    fn place(&self, index: usize) -> Option<(f64, f64)> {
        let value = self.points[index].value;
        value.is_finite().then(|| (self.middle(index), self.scale.place(value)))
    }

    fn values(&self) -> String {
        let mut lines = vec![Vec::new()];
        for index in 0..self.points.len() {
            match (self.place(index), lines.last_mut()) {
                (Some(place), Some(line)) => line.push(place),
                _ => lines.push(Vec::new()),
            }
        }
        let dot = |place: (f64, f64)| {
            empty("circle", &[("cx", &*at(place.0)), ("cy", &at(place.1)), ("r", "1.8"), ("fill", ACCENT)])
        };
        let dots: String = lines.iter().flatten().copied().map(dot).collect();
        lines.retain(|line| line.len() > 1);
        runs(&lines, ACCENT, "1.2", "") + &dots
    }

    /// Diamonds, and the weeks of as many as there is room for: above, else below the point.
    fn signals(&self) -> String {
        let (mut above, mut below) = (f64::MIN, f64::MIN);
        let signalled = (0..self.points.len()).filter(|index| self.points[*index].signal);
        let mut drawn = String::new();
        for index in signalled {
            let Some((x, y)) = self.place(index) else { continue };
            drawn += &diamond(x, y);
            let week = self.points[index].week.rsplit('-').next().unwrap_or_default();
            let (last, label) = if x - above >= LABEL { (&mut above, y - 7.0) } else { (&mut below, y + 14.0) };
            if x - *last >= LABEL && label < BOTTOM + 2.0 {
                *last = x;
                drawn += &text_over(x, label, "middle", &cut(week, WEEK));
            }
        }
        drawn
    }

    /// Names and values of the last limits that are known, at the right.
    fn names_of_limits(&self) -> String {
        let last = |limit: Limit| self.points.iter().rev().find_map(limit).filter(|value| value.is_finite());
        let mut free = f64::MIN;
        let mut names = String::new();
        for (name, limit) in [("UCL", UCL), ("Avg", CENTER), ("LCL", LCL)] {
            let Some(value) = last(limit) else { continue };
            let y = (self.scale.place(value) + 3.0).max(free);
            free = y + LINE;
            names += &text(RIGHT + 5.0, y, "start", INK, &format!("{name} {}", figure(value)));
        }
        names
    }

    fn names_of_weeks(&self) -> String {
        let every = self.points.len().div_ceil(WEEKS_NAMED).max(1);
        let name = |index: usize| {
            text(self.middle(index), BOTTOM + 13.0, "middle", INK_2, &cut(&self.points[index].week, WEEK))
        };
        (0..self.points.len()).step_by(every).filter(|index| self.middle(*index) < RIGHT + 4.0).map(name).collect()
    }
}

fn diamond(x: f64, y: f64) -> String {
    const SIZE: f64 = 4.5;
    let corners = [(x, y - SIZE), (x + SIZE, y), (x, y + SIZE), (x - SIZE, y)];
    let corners = corners.map(|(x, y)| format!("{},{}", at(x), at(y))).join(" ");
    empty("polygon", &[("points", &*corners), ("fill", INK), ("stroke", SURFACE)])
}
