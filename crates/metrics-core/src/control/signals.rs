//! Limits of a segment and the three signals that are read against them.

use super::LIMIT_FACTOR;

/// A sign that something other than chance is at work. A signal moves no limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// Above the upper or below the lower (unclipped) limit.
    BeyondLimits,
    /// The eighth or a later point in a row on one side of the centre.
    RunOf8,
    /// One of at least three of the last four points that are nearer to a limit than to the centre, all on
    /// this point's side.
    ThreeOf4NearLimit,
}

/// Points in a row on one side that make [`Signal::RunOf8`].
pub(crate) const RUN: usize = 8;

impl Signal {
    /// As written in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::BeyondLimits => "beyond_limits",
            Self::RunOf8 => "run_of_8",
            Self::ThreeOf4NearLimit => "3_of_4_near_limit",
        }
    }
}

/// Centre and mean moving range of a baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limits {
    pub(super) center: f64,
    pub(super) mean_moving_range: f64,
}

/// The signals of the last of some values around another centre than its chart has, limits as far from it.
pub(crate) fn signals_around(center: f64, reach: f64, values: &[f64]) -> Vec<Signal> {
    Limits { center, mean_moving_range: reach / LIMIT_FACTOR }.signals(values)
}

impl Limits {
    /// From at least two values of one segment.
    pub(super) fn of(baseline: &[f64]) -> Self {
        let center = baseline.iter().sum::<f64>() / baseline.len() as f64;
        let ranges = baseline.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f64>();
        Self { center, mean_moving_range: ranges / (baseline.len() - 1) as f64 }
    }

    /// Distance from centre to limit; `None` without variation.
    pub(super) fn reach(self) -> Option<f64> {
        (self.mean_moving_range > 0.0).then_some(LIMIT_FACTOR * self.mean_moving_range)
    }

    /// 1 above, −1 below, 0 on the centre (up to rounding of the mean).
    pub(super) fn side(self, value: f64) -> i8 {
        let rounding = 1e-9 * self.center.abs().max(value.abs());
        match value - self.center {
            distance if distance > rounding => 1,
            distance if distance < -rounding => -1,
            _ => 0,
        }
    }

    /// Length of the run on one side of the centre that ends with the last value; 0 on the centre.
    pub(super) fn run(self, values: &[f64]) -> usize {
        let side = values.last().map_or(0, |last| self.side(*last));
        if side == 0 { 0 } else { values.iter().rev().take_while(|value| self.side(**value) == side).count() }
    }

    /// The signals that end at the last value.
    pub(super) fn signals(self, values: &[f64]) -> Vec<Signal> {
        let mut signals = Vec::new();
        if let (Some(reach), Some(last)) = (self.reach(), values.last())
            && (last - self.center).abs() > reach
        {
            signals.push(Signal::BeyondLimits);
        }
        if self.run(values) >= RUN {
            signals.push(Signal::RunOf8);
        }
        if self.three_of_four_near_limit(values) {
            signals.push(Signal::ThreeOf4NearLimit);
        }
        signals
    }

    fn three_of_four_near_limit(self, values: &[f64]) -> bool {
        let (Some(reach), Some(last_four)) = (self.reach(), values.last_chunk::<4>()) else { return false };
        let near = last_four.map(|value| {
            let is_near = (value - self.center).abs() > reach / 2.0;
            if is_near { self.side(value) } else { 0 }
        });
        near[3] != 0 && near.iter().filter(|side| **side == near[3]).count() >= 3
    }
}
