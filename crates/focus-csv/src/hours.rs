//! The hours in which charges begin.

use std::collections::BTreeMap;

use model::Instant;

const SECONDS_OF_HOUR: i64 = 3600;
const HOURS_OF_DAY: i64 = 24;

/// Hours by day, a bit each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hours {
    days: BTreeMap<i64, u32>,
    /// The hour added last: rows of one hour often follow each other.
    last: Option<i64>,
}

impl Hours {
    pub(crate) fn add(&mut self, at: Instant) {
        let hour = at.seconds().div_euclid(SECONDS_OF_HOUR);
        if self.last != Some(hour) {
            *self.days.entry(hour.div_euclid(HOURS_OF_DAY)).or_default() |= 1 << hour.rem_euclid(HOURS_OF_DAY);
            self.last = Some(hour);
        }
    }

    /// The first hour that both have.
    pub(crate) fn common(&self, other: &Self) -> Option<Instant> {
        self.first(|day, hours| hours & other.on(day))
    }

    /// The first hour that the other one does not have.
    pub(crate) fn beyond(&self, other: &Self) -> Option<Instant> {
        self.first(|day, hours| hours & !other.on(day))
    }

    fn on(&self, day: i64) -> u32 {
        self.days.get(&day).copied().unwrap_or_default()
    }

    fn first(&self, chosen: impl Fn(i64, u32) -> u32) -> Option<Instant> {
        let mut days = self.days.iter().map(|(day, hours)| (*day, chosen(*day, *hours)));
        let (day, hours) = days.find(|(_, hours)| *hours != 0)?;
        let hour = day * HOURS_OF_DAY + i64::from(hours.trailing_zeros());
        Some(Instant::from_seconds(hour * SECONDS_OF_HOUR))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(of: &[i64]) -> Hours {
        let mut hours = Hours::default();
        for hour in of {
            hours.add(Instant::from_seconds(hour * 3600 + 1800));
        }
        hours
    }

    #[test]
    fn what_two_have_in_common_and_what_one_lacks_are_hours() {
        let at = |hour: i64| Some(Instant::from_seconds(hour * 3600));
        assert_eq!(hours(&[-1, 23, 24]).common(&hours(&[22, 24, 25])), at(24));
        assert_eq!(hours(&[-1, 23]).common(&hours(&[22, 24])), None);
        assert_eq!(hours(&[-1, 24]).beyond(&hours(&[24])), at(-1));
        assert_eq!(hours(&[24]).beyond(&hours(&[-1, 24, 25])), None);
    }
}
