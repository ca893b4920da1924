//! What all repositories suffer together: afternoons without machines, and afternoons of long queues.

use crate::calendar::{DAY, HOUR, monday_of};
use crate::random::Dice;

/// Topic of the dice.
const TOPIC: u8 = b'W';
/// Days from one bad afternoon to the next, on average.
const BETWEEN: i64 = 21 * DAY;

/// The bad afternoons.
pub(super) struct Weather {
    outages: Vec<(i64, i64)>,
    rushes: Vec<(i64, i64)>,
}

impl Weather {
    /// Of the time from `since` to `until`, which has at least one of each.
    pub(super) fn new(seed: u64, since: i64, until: i64) -> Self {
        let mut dice = Dice::new(seed, TOPIC, 0);
        let parts = ((until - since) / BETWEEN).max(1);
        let mut afternoons = || -> Vec<(i64, i64)> {
            (0..parts)
                .map(|part| {
                    let at = since + (until - since) * part / parts + dice.between(0, (until - since) * 9 / 10 / parts);
                    let day = monday_of(at.div_euclid(DAY)) + dice.between(0, 5);
                    let from = day * DAY + 13 * HOUR;
                    (from, from + dice.between(3 * HOUR, 5 * HOUR))
                })
                .collect()
        };
        Self { outages: afternoons(), rushes: afternoons() }
    }

    /// Until when machines fail, if they do.
    pub(super) fn outage(&self, at: i64) -> Option<i64> {
        within(&self.outages, at)
    }

    /// Whether everybody waits for a machine.
    pub(super) fn is_rush(&self, at: i64) -> bool {
        within(&self.rushes, at).is_some()
    }
}

fn within(times: &[(i64, i64)], at: i64) -> Option<i64> {
    times.iter().find(|(from, to)| *from <= at && at < *to).map(|(_, to)| *to)
}
