//! Weekly throughput as a process: its mean, how it varies, and how far a week depends on the one before.

use super::draws::{Draws, LANES, MOST_SURPRISES, Places, Surprises};
use super::{HORIZON_WEEKS, TRIALS};

/// Dependence of neighbouring weeks is never taken for more: the mean would be known of nothing.
const MOST_DEPENDENCE: f64 = 0.9;

/// Blocks of trials after which it is asked whether more of them can change anything.
const LOOKED_AT_ONCE: usize = 10;

/// Items finished by the end of each week ahead: week by week, one entry per trial.
pub(super) type Totals = Vec<[u32; TRIALS]>;

/// What the weeks of a history say about the coming ones.
pub(super) struct Process {
    weeks: f64,
    mean: f64,
    variance: f64,
    /// Correlation of neighbouring weeks, from 0: a coming week is never taken to make up for this one.
    dependence: f64,
    last: f64,
    /// What each week was beyond what the one before it led to expect, with a mean of 0.
    surprises: Surprises,
    /// How many there are.
    surprise_count: usize,
}

impl Process {
    /// Of at least three weeks, oldest first; `None` where nothing was finished in any of them.
    pub(super) fn of(history: &[u32]) -> Option<Self> {
        let values: Vec<f64> = history.iter().map(|count| f64::from(*count)).collect();
        let last = values.last().copied().filter(|_| history.iter().any(|count| *count > 0))?;
        let weeks = values.len() as f64;
        let mean = values.iter().sum::<f64>() / weeks;
        let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (weeks - 1.0);
        let dependence = dependence(&values, mean, variance);
        let found = surprises(&values, mean, dependence);
        let mut surprises = [0.0; MOST_SURPRISES];
        surprises[..found.len()].copy_from_slice(&found);
        Some(Self { weeks, mean, variance, dependence, last, surprises, surprise_count: found.len() })
    }

    /// How many surprises its history has.
    pub(super) fn surprise_count(&self) -> usize {
        self.surprise_count
    }

    /// Totals of all trials.
    pub(super) fn totals(&self, draws: &[Draws]) -> Totals {
        let mut totals = vec![[0; TRIALS]; HORIZON_WEEKS];
        for (block, draws) in draws.iter().enumerate() {
            let of_lanes = block * LANES..(block + 1) * LANES;
            let places = Places::among(draws, self.surprise_count);
            self.walk(draws, &places, HORIZON_WEEKS, |week, sums| {
                totals[week][of_lanes.clone()].copy_from_slice(&sums.map(|sum| sum.round() as u32));
            });
        }
        totals
    }

    /// For each week ahead whether at most so many trials reach a number by its end, those that reach one more counted
    /// twice. No further trial is looked at once that is known of all.
    pub(super) fn reach_at_most(
        &self,
        draws: &[Draws],
        places: &[Places],
        numbers: &[u32],
        most: usize,
    ) -> [bool; HORIZON_WEEKS] {
        // A sum is rounded to at least N from N - 0.5 on.
        let mut bounds = [0.0; HORIZON_WEEKS];
        bounds.iter_mut().zip(numbers).for_each(|(bound, number)| *bound = f64::from(*number) - 0.5);
        let mut reaching = [[0_u64; LANES]; HORIZON_WEEKS];
        let (mut reached, mut left) = ([0; HORIZON_WEEKS], TRIALS);
        let mut undecided = numbers.len();
        for (draws, places) in draws.chunks(LOOKED_AT_ONCE).zip(places.chunks(LOOKED_AT_ONCE)) {
            for (draws, places) in draws.iter().zip(places) {
                self.walk(draws, places, undecided, |week, sums| {
                    for lane in 0..LANES {
                        let bound = bounds[week];
                        reaching[week][lane] += u64::from(sums[lane] >= bound) + u64::from(sums[lane] >= bound + 1.0);
                    }
                });
            }
            left -= draws.len() * LANES;
            for week in 0..undecided {
                reached[week] = reaching[week].iter().sum::<u64>() as usize;
            }
            let is_undecided = |week: &usize| reached[*week] <= most && reached[*week] + 2 * left > most;
            undecided = (0..undecided).rev().find(is_undecided).map_or(0, |week| week + 1);
            if undecided == 0 {
                break;
            }
        }
        reached.map(|reached| reached <= most)
    }

    /// Goes through some trials week by week, with what each has finished by the end of the week, not rounded.
    #[inline]
    fn walk(&self, draws: &Draws, places: &Places, weeks: usize, mut each: impl FnMut(usize, &[f64; LANES])) {
        let (mean, dependence) = self.guess(draws);
        let mut beyond = mean.map(|mean| self.last - mean);
        let mut sums = [0.0; LANES];
        for week in 0..weeks {
            let surprises = places.surprises(week, &self.surprises);
            for lane in 0..LANES {
                let expected = dependence[lane] * beyond[lane] + surprises[lane];
                // No week finishes less than nothing.
                beyond[lane] = if expected > -mean[lane] { expected } else { -mean[lane] };
                sums[lane] += mean[lane] + beyond[lane];
            }
            each(week, &sums);
        }
    }

    /// Mean and dependence as they may be: what a finite history shows of them is not what they are.
    fn guess(&self, draws: &Draws) -> ([f64; LANES], [f64; LANES]) {
        let mistake = ((1.0 - self.dependence * self.dependence) / self.weeks).sqrt();
        let dependence = draws.dependence.map(|draw| (self.dependence + draw * mistake).clamp(0.0, MOST_DEPENDENCE));
        let mean = std::array::from_fn(|lane| {
            let dependence = dependence[lane];
            let spread = (self.variance * (1.0 + dependence) / ((1.0 - dependence) * self.weeks)).sqrt();
            (self.mean + draws.mean[lane] * spread).max(0.0)
        });
        (mean, dependence)
    }
}

/// Correlation of neighbouring weeks. That of a short history is too low by (1 + 4ρ) / n in the mean, which is added.
fn dependence(values: &[f64], mean: f64, variance: f64) -> f64 {
    if variance <= 0.0 {
        return 0.0;
    }
    let pairs = (values.len() - 1) as f64;
    let together = values.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum::<f64>();
    let seen = together / (pairs * variance);
    (seen + (1.0 + 4.0 * seen) / values.len() as f64).clamp(0.0, MOST_DEPENDENCE)
}

/// Fitting takes two degrees of freedom, so that what is left is stretched a little.
fn surprises(values: &[f64], mean: f64, dependence: f64) -> Vec<f64> {
    let raw: Vec<f64> = values.windows(2).map(|pair| pair[1] - mean - dependence * (pair[0] - mean)).collect();
    let middle = raw.iter().sum::<f64>() / raw.len() as f64;
    let weeks = values.len() as f64;
    let stretch = (weeks / (weeks - 2.0)).sqrt();
    raw.into_iter().map(|surprise| (surprise - middle) * stretch).collect()
}
