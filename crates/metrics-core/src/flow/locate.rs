//! Finds the period of an instant in near-constant time.

use crate::calendar::Periods;

/// A guess by the mean length of a period, corrected by a step or two.
pub(crate) struct Locator<'a> {
    bounds: &'a [i64],
    length: i64,
}

impl<'a> Locator<'a> {
    pub(crate) fn new(periods: &'a Periods) -> Self {
        let bounds = periods.bounds();
        let length = match (bounds.first(), bounds.last()) {
            (Some(first), Some(last)) if bounds.len() > 1 => (last - first) / (bounds.len() as i64 - 1),
            _ => 1,
        };
        Self { bounds, length: length.max(1) }
    }

    /// Position of the period that holds an instant; instants outside count to the nearest period.
    pub(crate) fn index_of(&self, at: i64) -> usize {
        let last = self.bounds.len().saturating_sub(2);
        let guess = (at - self.bounds.first().copied().unwrap_or(at)) / self.length;
        let mut index = usize::try_from(guess).unwrap_or(0).min(last);
        while index > 0 && self.bounds[index] > at {
            index -= 1;
        }
        while index < last && self.bounds[index + 1] <= at {
            index += 1;
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use model::Instant;

    use super::*;
    use crate::calendar::Cut;

    #[test]
    fn finds_the_same_period_as_a_search() {
        let at = |day: i64| Instant::from_seconds(day * 86_400);
        for cut in [Cut::Day, Cut::Week, Cut::Month] {
            let periods = Periods::covering(cut, Tz::Europe__Paris, at(19_000), at(20_000));
            let locator = Locator::new(&periods);
            for hour in 0..24_000 {
                let instant = Instant::from_seconds(19_000 * 86_400 + hour * 3_600);
                assert_eq!(Some(locator.index_of(instant.micros())), periods.index_of(instant));
            }
            assert_eq!(locator.index_of(0), 0);
            assert_eq!(locator.index_of(i64::MAX / 2), periods.len() - 1);
        }
    }
}
