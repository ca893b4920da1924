//! The points budget in real time, and what was counted.

use std::collections::BTreeMap;
use std::time::{Duration, Instant as RealInstant};

use model::Instant;

/// What the server has counted since it started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// GraphQL requests with a good token, failed ones included.
    pub calls: u64,
    /// Points of the queries that were executed, by GitHub's formula.
    pub points: u64,
    /// GraphQL requests by operation name; `(anonymous)` without one.
    pub by_operation: BTreeMap<String, u64>,
    /// Points by operation name.
    pub points_by_operation: BTreeMap<String, u64>,
    /// REST requests.
    pub rest_calls: u64,
    /// Faults that occurred, by name.
    pub faults: BTreeMap<String, u64>,
    /// GraphQL requests that came before a wait that a reply had asked for was over.
    pub too_early: u64,
    /// Most GraphQL requests in work at the same time.
    pub most_at_once: u64,
    /// Requests without a good token.
    pub unauthorized: u64,
    /// Queries that the schema or the limits on pages refused.
    pub refused: u64,
    /// Queries that asked about the schema.
    pub introspections: u64,
}

/// Points of a window of real time.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: u64,
    window: Duration,
    began: RealInstant,
    used: u64,
}

/// How much is left, in the terms of the headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: u64,
    pub(crate) used: u64,
    /// Whole seconds until the window ends, at least one. While points are left it is the whole window, so that
    /// replies depend on the requests alone and recordings can be repeated.
    pub(crate) seconds_left: u64,
}

impl Standing {
    /// Points left.
    pub(crate) fn remaining(self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    /// When the window ends by the provider's clock.
    pub(crate) fn reset_at(self, now: Instant) -> Instant {
        Instant::from_seconds(now.seconds() + self.seconds_left as i64)
    }
}

impl Budget {
    /// A full budget.
    pub(crate) fn new(limit: u64, window: Duration) -> Self {
        Self { limit, window, began: RealInstant::now(), used: 0 }
    }

    /// Pays for a query; `Err` when the points do not suffice.
    pub(crate) fn pay(&mut self, points: u64) -> Result<Standing, Standing> {
        self.turn();
        if self.used + points > self.limit {
            return Err(self.standing_with(self.window.saturating_sub(self.began.elapsed())));
        }
        self.used += points;
        Ok(self.standing_with(self.window))
    }

    /// How much is left now.
    pub(crate) fn standing(&mut self) -> Standing {
        self.turn();
        self.standing_with(self.window)
    }

    fn turn(&mut self) {
        if self.began.elapsed() >= self.window {
            self.began = RealInstant::now();
            self.used = 0;
        }
    }

    fn standing_with(&self, left: Duration) -> Standing {
        Standing { limit: self.limit, used: self.used, seconds_left: (left.as_millis().div_ceil(1_000) as u64).max(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_paid_until_none_are_left() {
        let mut budget = Budget::new(3, Duration::from_hours(1));
        assert_eq!(budget.pay(2).map(Standing::remaining), Ok(1));
        assert_eq!(budget.pay(2).map_err(Standing::remaining), Err(1));
        assert_eq!(budget.pay(1).map(Standing::remaining), Ok(0));
    }

    #[test]
    fn a_window_that_is_over_gives_the_points_back() {
        let mut budget = Budget::new(1, Duration::ZERO);
        assert!(budget.pay(1).is_ok());
        assert!(budget.pay(1).is_ok());
    }
}
