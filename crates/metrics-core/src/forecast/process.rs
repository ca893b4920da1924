//! Weekly throughput as a process: its mean, how it varies, and how far a week depends on the one before.

use super::draws::Draw;
use super::{HORIZON_WEEKS, TRIALS};

/// Dependence of neighbouring weeks is never taken for more: the mean would be known of nothing.
const MOST_DEPENDENCE: f64 = 0.9;

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
    surprises: Vec<f64>,
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
        let surprises = surprises(&values, mean, dependence);
        Some(Self { weeks, mean, variance, dependence, last, surprises })
    }

    /// Totals of all trials.
    pub(super) fn totals(&self, draws: &[Draw]) -> Totals {
        let mut totals = vec![[0; TRIALS]; HORIZON_WEEKS];
        for (trial, draw) in draws.iter().enumerate() {
            let (mean, dependence) = self.guess(draw);
            let (mut beyond, mut sum) = (self.last - mean, 0.0);
            for (week, totals) in totals.iter_mut().enumerate() {
                beyond = dependence * beyond + self.surprises[draw.surprise(week, self.surprises.len())];
                // No week finishes less than nothing.
                beyond = beyond.max(-mean);
                sum += mean + beyond;
                totals[trial] = sum.round() as u32;
            }
        }
        totals
    }

    /// Mean and dependence as they may be: what a finite history shows of them is not what they are.
    fn guess(&self, draw: &Draw) -> (f64, f64) {
        let mistake = ((1.0 - self.dependence * self.dependence) / self.weeks).sqrt();
        let dependence = (self.dependence + draw.dependence * mistake).clamp(0.0, MOST_DEPENDENCE);
        let spread = (self.variance * (1.0 + dependence) / ((1.0 - dependence) * self.weeks)).sqrt();
        ((self.mean + draw.mean * spread).max(0.0), dependence)
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
