//! What jobs took, before any price.

use std::ops::{AddAssign, SubAssign};

use model::Instant;
use model::instant::MICROS_PER_DAY;
use model::kinds::RunConclusion;

use crate::Job;

/// What jobs took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// How many there are.
    pub jobs: i64,
    /// How many of them were skipped, and so ran on no machine.
    pub skipped: i64,
    /// How long they ran, in milliseconds.
    pub run_ms: i64,
    /// Minutes, those of each job rounded up.
    pub whole_minutes: i64,
}

impl AddAssign for Spent {
    fn add_assign(&mut self, other: Self) {
        self.jobs += other.jobs;
        self.skipped += other.skipped;
        self.run_ms += other.run_ms;
        self.whole_minutes += other.whole_minutes;
    }
}

impl SubAssign for Spent {
    fn sub_assign(&mut self, other: Self) {
        self.jobs -= other.jobs;
        self.skipped -= other.skipped;
        self.run_ms -= other.run_ms;
        self.whole_minutes -= other.whole_minutes;
    }
}

impl Job<'_> {
    /// What it took.
    pub fn spent(&self) -> Spent {
        if self.conclusion == Some(RunConclusion::Skipped) {
            return Spent { jobs: 1, skipped: 1, ..Spent::default() };
        }
        let run_ms = self.run_ms();
        Spent { jobs: 1, skipped: 0, run_ms, whole_minutes: run_ms / 60_000 + i64::from(run_ms % 60_000 > 0) }
    }

    /// The first instant of the day, in UTC, on which it began.
    pub fn day(&self) -> Instant {
        Instant::from_micros(self.began.div_euclid(MICROS_PER_DAY) * MICROS_PER_DAY)
    }

    /// How long it ran, in milliseconds; nothing where it was skipped.
    pub(crate) fn run_ms(&self) -> i64 {
        if self.conclusion == Some(RunConclusion::Skipped) {
            return 0;
        }
        self.duration_ms.unwrap_or((self.ended - self.began) / 1_000).max(0)
    }
}
