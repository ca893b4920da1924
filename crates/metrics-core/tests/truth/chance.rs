//! Weekly counts by chance.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// A kind of weekly counts in which nothing changes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Independent weeks with this mean.
    Poisson(f64),
    /// Independent weeks whose variance is twice this mean.
    TwiceAsVaried(f64),
    /// Weeks with this mean of which each keeps 0.6 of the one before: their correlation.
    Dependent(f64),
}

impl Kind {
    /// In words.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Poisson(mean) => format!("Poisson, {mean} a week"),
            Self::TwiceAsVaried(mean) => format!("variance twice the mean, {mean} a week"),
            Self::Dependent(mean) => format!("neighbouring weeks dependent with 0.6, {mean} a week"),
        }
    }

    /// So many weeks of it.
    pub(crate) fn weeks(self, chance: &mut Chance, count: usize) -> Vec<u32> {
        let mut last = match self {
            Self::Dependent(mean) => chance.poisson(mean),
            _ => 0,
        };
        let mut week = || {
            last = match self {
                Self::Poisson(mean) => chance.poisson(mean),
                // A mixture of Poisson numbers by a gamma with as much variance as mean, which is a sum of
                // exponential ones for whole means.
                Self::TwiceAsVaried(mean) => {
                    let rate = (0..mean.round() as usize).map(|_| chance.exponential()).sum();
                    chance.poisson(rate)
                }
                Self::Dependent(mean) => {
                    let kept = (0..last).filter(|_| chance.uniform() < 0.6).count() as u32;
                    kept + chance.poisson(0.4 * mean)
                }
            };
            last
        };
        (0..count).map(|_| week()).collect()
    }
}

/// Random numbers of a seed.
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Above 0 and below 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        (f64::from(self.0.next_u32()) + 0.5) / (1_u64 << 32) as f64
    }

    /// With mean 1.
    pub(crate) fn exponential(&mut self) -> f64 {
        -self.uniform().ln()
    }

    pub(crate) fn poisson(&mut self, mean: f64) -> u32 {
        let mut time = self.exponential();
        let mut count = 0;
        while time < mean {
            time += self.exponential();
            count += 1;
        }
        count
    }
}
