//! The reckoning of query units: what was taken when, and when there is room for more.
//!
//! Pure: every method is told the time.

use std::collections::VecDeque;
use std::time::Duration;

use model::Instant;
use provider::after;

use crate::answer::Remaining;
use crate::settings::Quota;

/// Units in sliding windows of 10 seconds, a minute and an hour.
#[derive(Clone, Debug)]
pub(crate) struct Buckets {
    windows: [Window; 3],
    /// When how many units were taken, oldest first.
    taken: VecDeque<(Instant, u32)>,
    /// Added to each window, for clocks and networks are not exact.
    slack: Duration,
    /// Nothing is asked before this.
    closed_until: Option<Instant>,
    /// Set when Azure refused more than this at once without saying how much is left.
    most_at_once: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    length: Duration,
    /// Units of an empty window, as far as is known.
    quota: u32,
    /// Units that we may take in any such window: the quota without what others take.
    ours: u32,
    /// When Azure last said what is left.
    told_at: Option<Instant>,
}

impl Buckets {
    pub(crate) fn new(quota: Quota, slack: Duration) -> Self {
        let window = |seconds, quota: u32| Window {
            length: Duration::from_secs(seconds),
            quota: quota.max(1),
            ours: quota.max(1),
            told_at: None,
        };
        Self {
            windows: [window(10, quota.per_10_seconds), window(60, quota.per_minute), window(3600, quota.per_hour)],
            taken: VecDeque::new(),
            slack,
            closed_until: None,
            most_at_once: None,
        }
    }

    /// How many of `wanted` units to ask for at once: at least one, and no more than ever fit.
    pub(crate) fn fitting(&self, wanted: u32) -> u32 {
        let fits = self.windows.iter().map(|window| window.ours).min().unwrap_or(1);
        wanted.min(fits).min(self.most_at_once.unwrap_or(u32::MAX)).max(1)
    }

    /// When so many units may be taken: `now`, or later.
    ///
    /// More than fit are taken from windows that are empty as far as we know: Azure then says what it thinks of it.
    pub(crate) fn earliest(&self, units: u32, now: Instant) -> Instant {
        let opened = self.closed_until.map_or(now, |until| until.max(now));
        self.windows
            .iter()
            .map(|window| self.earliest_in(window, units))
            .fold(opened, |at, until| until.map_or(at, |until| until.max(at)))
    }

    /// When a window has room; `None` when it has room already, whatever the time.
    fn earliest_in(&self, window: &Window, units: u32) -> Option<Instant> {
        let length = window.length + self.slack;
        if units > window.ours {
            let told = window.told_at.map(|at| after(at, length));
            let last = self.taken.back().map(|(at, _)| after(*at, length));
            return told.max(last);
        }
        let mut room = window.ours - units;
        for (at, taken) in self.taken.iter().rev() {
            match room.checked_sub(*taken) {
                Some(left) => room = left,
                None => return Some(after(*at, length)),
            }
        }
        None
    }

    /// Takes units. `now` must not be before that of the last taking.
    pub(crate) fn take(&mut self, units: u32, now: Instant) {
        let longest = after(Instant::default(), Duration::from_hours(1) + self.slack).micros();
        while self.taken.front().is_some_and(|(at, _)| at.micros() + longest < now.micros()) {
            self.taken.pop_front();
        }
        let now = self.taken.back().map_or(now, |(at, _)| now.max(*at));
        self.taken.push_back((now, units));
    }

    /// Corrects the last taking, whose answer came `now`, by what Azure says: how much it was and what is left.
    pub(crate) fn learn(&mut self, consumed: Option<u32>, remaining: Remaining, now: Instant) {
        if let Some(last) = self.taken.back_mut() {
            // Azure took them some time between the question and the answer: at the latest now.
            *last = (last.0.max(now), consumed.unwrap_or(last.1));
        }
        let cost = self.taken.back().map_or(0, |(_, units)| *units);
        let left = [remaining.per_10_seconds, remaining.per_minute, remaining.per_hour];
        for at in 0..self.windows.len() {
            let Some(left) = left[at] else { continue };
            let used = self.used(self.windows[at].length, now);
            let window = &mut self.windows[at];
            // What is left now and what this request took were there at once: so large is the window at least.
            window.quota = window.quota.max(left.saturating_add(cost));
            window.ours = left.saturating_add(used).min(window.quota);
            window.told_at = Some(now);
        }
        if remaining.per_10_seconds.is_some() {
            self.most_at_once = None;
        }
    }

    /// Nothing is asked before `until`.
    pub(crate) fn close(&mut self, until: Instant) {
        self.closed_until = Some(self.closed_until.map_or(until, |known| known.max(until)));
    }

    /// Azure does not take so many units at once.
    pub(crate) fn refuse(&mut self, units: u32) {
        let half = (units / 2).max(1);
        self.most_at_once = Some(self.most_at_once.map_or(half, |known| known.min(half)));
    }

    fn used(&self, length: Duration, now: Instant) -> u32 {
        self.taken.iter().rev().take_while(|(at, _)| after(*at, length) > now).map(|(_, units)| *units).sum()
    }
}

/// How long it takes at least to ask for so many units, with nobody else asking.
///
/// Reckoned with the largest queries that fit, without the time that Azure takes to answer.
pub fn expected_wait(units: u64, quota: Quota) -> Duration {
    let mut buckets = Buckets::new(quota, Duration::ZERO);
    let (mut left, mut now) = (units, Instant::default());
    while left > 0 {
        let next = buckets.fitting(u32::try_from(left.min(u64::from(LARGEST_QUERY))).unwrap_or(LARGEST_QUERY));
        now = buckets.earliest(next, now);
        buckets.take(next, now);
        left -= u64::from(next);
    }
    Duration::from_micros(u64::try_from(now.micros()).unwrap_or(0))
}

/// Months that one query may cover, and so the units of the largest query.
pub(crate) const LARGEST_QUERY: u32 = 12;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_seconds(seconds)
    }

    fn left(per_10_seconds: u32, per_minute: u32, per_hour: u32) -> Remaining {
        Remaining { per_10_seconds: Some(per_10_seconds), per_minute: Some(per_minute), per_hour: Some(per_hour) }
    }

    fn usual() -> Buckets {
        Buckets::new(Quota::default(), Duration::ZERO)
    }

    /// Units of one request after the other, as fast as they may go.
    fn paced(buckets: &mut Buckets, units: u32, from: Instant) -> Instant {
        let now = buckets.earliest(units, from);
        buckets.take(units, now);
        now
    }

    proptest! {
        #[test]
        fn no_window_ever_exceeds_its_units(
            requests in prop::collection::vec((1..=12_u32, 0..40_000_000_i64), 1..200),
            per_10_seconds in 1..20_u32, per_minute in 1..80_u32, per_hour in 1..700_u32,
        ) {
            let quota = Quota { per_10_seconds, per_minute, per_hour };
            let mut buckets = Buckets::new(quota, Duration::ZERO);
            let (mut now, mut sent) = (at(0), Vec::<(Instant, u32)>::new());
            for (units, pause) in requests {
                now = Instant::from_micros(now.micros() + pause);
                let units = buckets.fitting(units);
                now = paced(&mut buckets, units, now);
                sent.push((now, units));
            }
            for (seconds, most) in [(10, per_10_seconds), (60, per_minute), (3600, per_hour)] {
                for (end, _) in &sent {
                    let inside = |when: &Instant| *when <= *end && after(*when, Duration::from_secs(seconds)) > *end;
                    let sum: u32 = sent.iter().filter(|(when, _)| inside(when)).map(|(_, units)| units).sum();
                    prop_assert!(sum <= most, "{sum} units in {seconds} s until {end:?}, {most} allowed");
                }
            }
        }

        #[test]
        fn no_tenant_whatever_its_quota_is_exceeded_twice_once_it_has_told_what_is_left(
            requests in prop::collection::vec((1..=12_u32, 0..40_000_000_i64), 1..200),
            per_10_seconds in 1..40_u32, per_minute in 1..120_u32, per_hour in 1..900_u32,
        ) {
            let mut buckets = usual();
            let (mut now, mut sent, mut refused) = (at(0), Vec::<(Instant, u32)>::new(), 0);
            for (wanted, pause) in requests {
                now = Instant::from_micros(now.micros() + pause);
                let units = buckets.fitting(wanted);
                now = paced(&mut buckets, units, now);
                let room = |seconds, most: u32| {
                    let inside = |when: &Instant| after(*when, Duration::from_secs(seconds)) > now;
                    most - sent.iter().filter(|(when, _)| inside(when)).map(|(_, units)| units).sum::<u32>()
                };
                let rooms = [room(10, per_10_seconds), room(60, per_minute), room(3600, per_hour)];
                let accepted = rooms.iter().all(|room| units <= *room);
                if accepted { sent.push((now, units)); } else { refused += 1; }
                let cost = if accepted { units } else { 0 };
                let told = rooms.map(|room| room - cost);
                buckets.learn(Some(cost), left(told[0], told[1], told[2]), now);
            }
            // Azure's first answer tells all that there is to know.
            prop_assert!(refused <= 1, "{refused} refused");
        }
    }

    #[test]
    fn units_come_back_when_their_window_has_passed() {
        let mut buckets = usual();
        assert_eq!(paced(&mut buckets, 12, at(0)), at(0));
        assert_eq!(paced(&mut buckets, 1, at(3)), at(10));
        assert_eq!(paced(&mut buckets, 11, at(11)), at(11));
        assert_eq!(paced(&mut buckets, 12, at(12)), at(21));
    }

    #[test]
    fn slack_makes_windows_longer() {
        let mut buckets = Buckets::new(Quota::default(), Duration::from_secs(1));
        paced(&mut buckets, 12, at(0));
        assert_eq!(paced(&mut buckets, 12, at(0)), at(11));
    }

    #[test]
    fn a_larger_quota_makes_it_faster() {
        let mut buckets = usual();
        paced(&mut buckets, 12, at(0));
        buckets.learn(Some(12), left(88, 488, 4988), at(0));
        for _ in 0..7 {
            assert_eq!(paced(&mut buckets, 12, at(0)), at(0));
        }
        assert_eq!(paced(&mut buckets, 12, at(0)), at(10), "100 are used up");
    }

    #[test]
    fn a_smaller_quota_makes_it_slower_and_queries_smaller() {
        let mut buckets = usual();
        paced(&mut buckets, 2, at(0));
        buckets.learn(Some(2), left(3, 18, 198), at(0));
        assert_eq!(buckets.fitting(12), 5);
        assert_eq!(paced(&mut buckets, 5, at(1)), at(10));
    }

    #[test]
    fn what_others_take_is_waited_for_and_one_unit_is_always_tried_again() {
        let mut buckets = usual();
        paced(&mut buckets, 1, at(0));
        buckets.learn(Some(1), left(0, 47, 587), at(1));
        assert_eq!(buckets.fitting(12), 1);
        assert_eq!(buckets.earliest(1, at(1)), at(11));
        buckets.take(0, at(30));
        buckets.learn(Some(0), left(0, 47, 587), at(30));
        assert_eq!(buckets.earliest(1, at(30)), at(40), "all of others, and gone at the latest then");
    }

    #[test]
    fn the_end_of_a_fixed_window_is_no_larger_quota() {
        let mut buckets = usual();
        paced(&mut buckets, 12, at(9));
        buckets.learn(Some(12), left(0, 48, 588), at(9));
        buckets.take(1, at(10));
        buckets.learn(Some(1), left(11, 47, 587), at(10));
        assert_eq!(buckets.earliest(12, at(10)), at(20), "12 at most, though it seems to be 24");
    }

    #[test]
    fn what_is_refused_without_a_word_is_halved_until_it_fits() {
        let mut buckets = usual();
        for (refused, fits) in [(12, 6), (6, 3), (3, 1), (1, 1)] {
            buckets.refuse(refused);
            assert_eq!(buckets.fitting(12), fits);
        }
        buckets.take(1, at(0));
        buckets.learn(Some(1), left(11, 59, 599), at(0));
        assert_eq!(buckets.fitting(12), 12, "Azure says what fits");
    }

    #[test]
    fn nothing_is_taken_while_closed() {
        let mut buckets = usual();
        buckets.close(at(60));
        buckets.close(at(30));
        assert_eq!(buckets.earliest(1, at(0)), at(60));
    }

    #[test]
    fn an_import_of_25_subscriptions_takes_an_hour_and_the_next_day_seconds() {
        assert_eq!(expected_wait(12, Quota::default()), Duration::ZERO);
        assert_eq!(expected_wait(25 * 25, Quota::default()), Duration::from_secs(3600 + 10 * 2));
        assert_eq!(expected_wait(25 * 2, Quota::default()), Duration::from_secs(40));
        assert_eq!(expected_wait(0, Quota { per_10_seconds: 0, per_minute: 0, per_hour: 0 }), Duration::ZERO);
    }
}
