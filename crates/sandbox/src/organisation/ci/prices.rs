//! What a minute of a machine costs, as published, and for larger machines as the organisation's contract says.

use crate::calendar::DAY;

use super::Machine;

/// A number of millionths of a dollar.
pub(crate) type Micros = i64;

/// 2026-01-01: new prices.
const NEW_PRICES: i64 = 1_767_225_600;
/// From when on there are larger machines, in seconds since the epoch: 2026-01-01.
pub(crate) const LARGE_SINCE: i64 = NEW_PRICES;
/// What a minute of a larger machine costs.
pub(crate) const LARGE_PER_MINUTE: Micros = 31_000;

/// What a minute costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Price {
    PerMinute(Micros),
    /// A standard machine for a public repository.
    Free,
    /// Nobody sends a bill for it.
    Unpriced,
}

impl Price {
    /// Of a minute of a job that began at an instant.
    pub(crate) fn of(machine: Machine, is_private: bool, started_at: i64) -> Self {
        let is_new = started_at.div_euclid(DAY) >= NEW_PRICES / DAY;
        let standard = |old, new| match (is_private, is_new) {
            (false, _) => Self::Free,
            (true, false) => Self::PerMinute(old),
            (true, true) => Self::PerMinute(new),
        };
        match machine {
            Machine::Linux => standard(8_000, 6_000),
            Machine::Windows => standard(16_000, 10_000),
            Machine::Mac => standard(80_000, 62_000),
            Machine::Large => Self::PerMinute(LARGE_PER_MINUTE),
            Machine::Own => Self::Unpriced,
        }
    }
}

/// Whole minutes that are billed for a job of so many seconds.
pub(crate) fn billed_minutes(seconds: i64) -> i64 {
    (seconds + 59) / 60
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_a_private_repository() {
        let cost = |machine, seconds, at| match Price::of(machine, true, at) {
            Price::PerMinute(micros) => billed_minutes(seconds) * micros,
            other => panic!("{other:?}"),
        };
        let jobs = [(Machine::Linux, 61), (Machine::Windows, 45), (Machine::Linux, 59)];
        let all = |at| jobs.map(|(machine, seconds)| cost(machine, seconds, at));
        assert_eq!(all(NEW_PRICES), [12_000, 10_000, 6_000]);
        assert_eq!(all(NEW_PRICES - 60).iter().sum::<i64>(), 40_000);
        assert_eq!(Price::of(Machine::Mac, false, NEW_PRICES), Price::Free);
        assert_eq!(Price::of(Machine::Large, false, NEW_PRICES), Price::PerMinute(31_000));
        assert_eq!(billed_minutes(0), 0);
    }
}
