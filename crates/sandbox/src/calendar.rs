//! Working calendar: hours, weekends, holidays, the quiet summer and one bad week.

use crate::random::Dice;

/// Seconds in a day.
pub(crate) const DAY: i64 = 86_400;
/// Seconds in an hour.
pub(crate) const HOUR: i64 = 3_600;
/// Seconds in a minute.
pub(crate) const MINUTE: i64 = 60;
/// Working seconds of a normal day.
pub(crate) const WORKDAY: i64 = 9 * HOUR;

/// Working time over the simulated period and some time beyond.
pub(crate) struct Calendar {
    first_day: i64,
    /// Working seconds before each day.
    before: Vec<i64>,
}

/// Day number and second of the start of work.
const OPENING: i64 = 8 * HOUR;

impl Calendar {
    /// Working time from `start` to `end` with a bad week around `bad_week`; all in seconds since the epoch.
    pub(crate) fn new(start: i64, end: i64, bad_week: i64) -> Self {
        let first_day = start.div_euclid(DAY) - 40;
        let last_day = end.div_euclid(DAY) + 800;
        let bad_monday = monday_of(bad_week.div_euclid(DAY));
        let mut before = Vec::with_capacity((last_day - first_day) as usize + 1);
        let mut sum = 0;
        for day in first_day..=last_day {
            before.push(sum);
            sum += Self::capacity(day, bad_monday);
        }
        before.push(sum);
        Self { first_day, before }
    }

    fn capacity(day: i64, bad_monday: i64) -> i64 {
        let weekday = (day + 3).rem_euclid(7);
        let day_of_year = day_of_year(day);
        if !(5..355).contains(&day_of_year) {
            return 5 * MINUTE;
        }
        let full = match weekday {
            5 => 20 * MINUTE,
            6 => 10 * MINUTE,
            4 => WORKDAY - 2 * HOUR,
            _ => WORKDAY,
        };
        let summer = (195..235).contains(&day_of_year);
        let bad = (bad_monday..bad_monday + 7).contains(&day);
        if bad {
            full / 12
        } else if summer {
            full * 3 / 5
        } else {
            full
        }
    }

    /// Working seconds from the beginning of the calendar to an instant.
    pub(crate) fn worked(&self, at: i64) -> i64 {
        let day = at.div_euclid(DAY);
        let Ok(index) = usize::try_from(day - self.first_day) else { return 0 };
        if index + 1 >= self.before.len() {
            return self.before[self.before.len() - 1];
        }
        let today = self.before[index + 1] - self.before[index];
        self.before[index] + (at - day * DAY - OPENING).clamp(0, today)
    }

    /// The instant at which so many working seconds have passed.
    pub(crate) fn instant(&self, worked: i64) -> i64 {
        let after = self.before.partition_point(|&before| before <= worked);
        let index = after.saturating_sub(1);
        (self.first_day + index as i64) * DAY + OPENING + (worked - self.before[index])
    }

    /// An instant so many working seconds later.
    pub(crate) fn after(&self, at: i64, working_seconds: i64) -> i64 {
        self.instant(self.worked(at) + working_seconds.max(1)).max(at + 1)
    }

    /// An instant after a log-normal working time.
    pub(crate) fn after_about(&self, dice: &mut Dice, at: i64, median_seconds: f64, sigma: f64) -> i64 {
        // No single wait is longer than two years: the calendar ends there.
        let working = dice.log_normal(median_seconds, sigma).min(400.0 * WORKDAY as f64);
        self.after(at, working as i64)
    }
}

/// The Monday of a day's week, as day numbers.
pub(crate) fn monday_of(day: i64) -> i64 {
    day - (day + 3).rem_euclid(7)
}

fn day_of_year(day: i64) -> i64 {
    // A fixed year of 365.2425 days is exact to a day, which is all that holidays need here.
    let from_2000 = day - 10_957;
    (from_2000 as f64).rem_euclid(365.2425) as i64 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn working_time_and_instants_are_inverse_to_each_other() {
        let calendar = Calendar::new(1_700_000_000, 1_760_000_000, 1_730_000_000);
        let (low, high) = (calendar.worked(1_700_000_000), calendar.worked(1_760_000_000));
        for worked in (low..high).step_by(77_777) {
            assert_eq!(calendar.worked(calendar.instant(worked)), worked);
        }
    }

    #[test]
    fn little_is_done_at_the_weekend() {
        let saturday = 1_720_828_800; // 2024-07-13
        let calendar = Calendar::new(saturday - 30 * DAY, saturday + 30 * DAY, saturday - 20 * DAY);
        let weekend = calendar.worked(saturday + 2 * DAY) - calendar.worked(saturday);
        assert!(weekend > 0 && weekend < HOUR, "{weekend}");
    }
}
