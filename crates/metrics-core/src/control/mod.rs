//! Control charts (XmR after Shewhart and Wheeler) of weekly series.
//!
//! Centre = mean of the baseline, limits = centre ± 2.66 × mean moving range. The baseline is the first 20
//! complete points of a segment, then frozen.
//!
//! **A verdict is never rewritten.** While a segment has 6 to 19 points its limits are provisional: they are
//! worked out anew each week, and the limits of its k-th point are those of its points 1 to k, which is what
//! would have been said in that week. Runs and near-limit groups that end at a point are counted against the
//! limits of that point. Only a new segment looks back: its points are charted afresh from its first one.
//!
//! **Segments.** A configured change opens one at the first point that begins on or after its date, so that no
//! point is half before and half after it. A run of 20 points on one side of the centre opens one at its first
//! point; what is left of the segment cut short rests on its own points alone.
//!
//! **Rare events.** Counts whose baseline holds fewer than one event a period have no limits and no signals. Of runs
//! only one above the centre opens a segment there: quiet weeks in a row are what rare events look like.
//!
//! **Levels** (how many things are there when a week ends) are no series for these rules: each depends on the one
//! before. What is charted of them is their net flow: tables `net_flow_week` and `pr_net_flow_week`.

mod finding;
mod series;
mod signals;
mod xmr;

use chrono::NaiveDate;

pub use finding::{Finding, REMEMBERED_DAYS, finding, finding_by};
pub use series::series_of;
pub(crate) use series::{chart_columns, charted};
pub use signals::Signal;
pub(crate) use signals::{RUN, signals_around};
pub use xmr::xmr;

/// Complete points that limits need at least.
pub const MINIMUM_POINTS: usize = 6;
/// Complete points after which the baseline of a segment is frozen.
pub const BASELINE_POINTS: usize = 20;
/// Length of a run on one side of the centre that opens a new segment at its first point.
pub const SEGMENT_RUN: usize = 20;
/// Events a period, in the mean of the baseline, below which counts have no limits: most periods would be 0, and one
/// event or a few quiet weeks would signal.
pub const RARE_BELOW: f64 = 1.0;
/// Wheeler's factor from mean moving range to limits: 3 / d₂ for ranges of two.
pub const LIMIT_FACTOR: f64 = 2.66;

/// One week of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// First day of the week.
    pub first_day: NaiveDate,
    /// What was observed.
    pub value: f64,
    /// Whether the week is over and fully imported. Others are shown and enter nothing.
    pub complete: bool,
    /// Events that the value counts; `None` for what is measured (medians, means, money), which is never too rare.
    pub events: Option<f64>,
}

impl Point {
    /// Of a number of events.
    pub fn count(first_day: NaiveDate, count: f64, complete: bool) -> Self {
        Self { first_day, value: count, complete, events: Some(count) }
    }

    /// Of something measured.
    pub fn measure(first_day: NaiveDate, value: f64, complete: bool) -> Self {
        Self { first_day, value, complete, events: None }
    }
}

/// Why a point has no limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLimits {
    /// The week is not complete.
    Incomplete,
    /// The segment has fewer than [`MINIMUM_POINTS`] complete points.
    TooFewPoints {
        /// How many it has.
        points: usize,
    },
    /// All points of the baseline are equal, so the mean moving range is 0. There is a centre all the same.
    NoVariation,
    /// The baseline counts fewer than [`RARE_BELOW`] events a period. There is a centre, and no signal.
    TooRare,
}

impl NoLimits {
    /// As written in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::TooFewPoints { .. } => "too_few_periods",
            Self::NoVariation => "no_variation",
            Self::TooRare => "too_rare",
        }
    }
}

/// What the chart says about one point.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// First day of the week.
    pub first_day: NaiveDate,
    /// What was observed.
    pub value: f64,
    /// Whether the week is complete.
    pub complete: bool,
    /// Number of the segment, from 1.
    pub segment: usize,
    /// Mean of the baseline; `None` for incomplete points and below [`MINIMUM_POINTS`].
    pub center: Option<f64>,
    /// Upper limit.
    pub ucl: Option<f64>,
    /// Lower limit as shown: not below 0 unless a point of the segment so far is.
    pub lcl: Option<f64>,
    /// Why there are no limits; `None` when there are.
    pub no_limits: Option<NoLimits>,
    /// Whether the limits rested on fewer than [`BASELINE_POINTS`] points.
    pub provisional: bool,
    /// Signals that end at this point, in order of [`Signal`].
    pub signals: Vec<Signal>,
}

impl Verdict {
    /// Whether the point could be judged: a signal was possible.
    pub fn is_judged(&self) -> bool {
        self.center.is_some() && self.no_limits != Some(NoLimits::TooRare)
    }
}

/// Why the limits changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeReason {
    /// Configured: the notes of the changes, joined by `; `.
    ProcessChange(String),
    /// A run of [`SEGMENT_RUN`] points on one side of the centre.
    Run,
}

/// A change of limits: a segment after the first.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitChange {
    /// First day of the first point under the new limits.
    pub date: NaiveDate,
    /// First day of the week in which the change was made: later than `date` for runs, which take 20 weeks.
    pub decided: NaiveDate,
    /// Number of the segment that it opened.
    pub segment: usize,
    /// Why.
    pub reason: ChangeReason,
    /// Centre of the segment before, from its own points; `None` below [`MINIMUM_POINTS`].
    pub old_center: Option<f64>,
    /// Centre of the new segment as last known; `None` below [`MINIMUM_POINTS`].
    pub new_center: Option<f64>,
}

/// A control chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// One verdict per point, in order.
    pub points: Vec<Verdict>,
    /// Every change of limits, in order.
    pub limit_changes: Vec<LimitChange>,
}

impl Chart {
    /// The verdict on the last complete point.
    pub fn last_complete(&self) -> Option<&Verdict> {
        self.points.iter().rev().find(|point| point.complete)
    }

    /// Why the last complete point has no limits; `None` when it has, or when there is no complete point.
    pub fn no_limits(&self) -> Option<NoLimits> {
        self.last_complete().and_then(|point| point.no_limits)
    }
}

#[cfg(test)]
mod tests;
