//! Observations with their times: durations with their ends, and counts that go up and down.

use std::ops::Range;

use model::columns::{InstantColumn, IntColumn};

use crate::flow::instants;

/// Values with their instants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observations {
    /// In order; of equal ones by value: the order of the raw rows is forgotten.
    instants: InstantColumn,
    values: Values,
}

/// Whole numbers in as few bytes as their kind takes.
#[derive(Clone, Debug)]
enum Values {
    /// Counts.
    Counts(IntColumn),
    /// Durations in microseconds, most of them whole seconds, which is what this column packs.
    Durations(InstantColumn),
}

impl Default for Values {
    fn default() -> Self {
        Self::Counts(IntColumn::default())
    }
}

impl Values {
    fn of(values: impl Iterator<Item = i64> + Clone) -> Self {
        if values.clone().all(|value| i32::try_from(value).is_ok()) {
            Self::Counts(values.map(Some).collect())
        } else {
            Self::Durations(instants(values))
        }
    }

    fn get(&self, row: usize) -> i64 {
        match self {
            Self::Counts(counts) => counts.get(row).unwrap_or_default(),
            Self::Durations(durations) => durations.micros(row),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Counts(counts) => counts.memory(),
            Self::Durations(durations) => durations.memory(),
        }
    }
}

impl Observations {
    /// Of pairs of an instant in microseconds and a value.
    pub(crate) fn new(rows: impl Iterator<Item = (i64, i64)>) -> Self {
        let mut rows: Vec<(i64, i64)> = rows.collect();
        rows.sort_unstable();
        Self { instants: instants(rows.iter().map(|(at, _)| *at)), values: Values::of(rows.iter().map(|row| row.1)) }
    }

    /// The values of a half-open range of instants, in ascending order.
    pub(super) fn within(&self, instants: &Range<i64>) -> Vec<i64> {
        let start = place(&self.instants, instants.start);
        let rows = start..place(&self.instants, instants.end).max(start);
        let mut values: Vec<i64> = rows.map(|row| self.values.get(row)).collect();
        values.sort_unstable();
        values
    }

    /// Bytes that they take, about.
    pub(super) fn bytes(&self) -> usize {
        self.instants.memory() + self.values.bytes()
    }
}

/// A number of things that come and go.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stock {
    /// Instants, in order.
    came: InstantColumn,
    left: InstantColumn,
}

impl Stock {
    /// Of the instants in microseconds, in any order, at which something came and at which something left.
    pub(crate) fn new(mut came: Vec<i64>, mut left: Vec<i64>) -> Self {
        came.sort_unstable();
        left.sort_unstable();
        Self { came: instants(came.into_iter()), left: instants(left.into_iter()) }
    }

    /// How many are there when everything before an instant has happened.
    pub(super) fn before(&self, instant: i64) -> i64 {
        place(&self.came, instant) as i64 - place(&self.left, instant) as i64
    }

    /// How many came and how many left within a half-open range of instants.
    pub(crate) fn moves(&self, instants: Range<i64>) -> (i64, i64) {
        let within = |moves: &InstantColumn| {
            let place = |instant: i64| place(moves, instant) as i64;
            (place(instants.end) - place(instants.start)).max(0)
        };
        (within(&self.came), within(&self.left))
    }

    pub(super) fn bytes(&self) -> usize {
        self.came.memory() + self.left.memory()
    }
}

/// How many instants, which are in order, lie before one.
fn place(instants: &InstantColumn, instant: i64) -> usize {
    let (mut start, mut end) = (0, instants.len());
    while start < end {
        let middle = start.midpoint(end);
        if instants.micros(middle) < instant {
            start = middle + 1;
        } else {
            end = middle;
        }
    }
    start
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Instants and values that pack and that do not.
    fn numbers() -> impl Strategy<Value = i64> {
        prop_oneof![
            -3..3_i64,
            (-3..3_i64).prop_map(|second| second * 1_000_000),
            (0..9_i64).prop_map(|day| day * 86_400_000_000)
        ]
    }

    proptest! {
        #[test]
        fn packed_observations_are_found_like_pairs(rows in vec((numbers(), numbers()), 0..40), from in numbers(), to in numbers()) {
            let mut expected: Vec<i64> = rows.iter().filter(|row| (from..to).contains(&row.0)).map(|row| row.1).collect();
            expected.sort_unstable();
            prop_assert_eq!(Observations::new(rows.into_iter()).within(&(from..to)), expected);
        }

        #[test]
        fn what_came_and_left_is_counted_whether_it_packs_or_not(
            came in vec(numbers(), 0..40),
            left in vec(numbers(), 0..40),
            from in numbers(),
            to in numbers(),
        ) {
            let before = |all: &[i64], at: i64| all.iter().filter(|other| **other < at).count() as i64;
            let within = |all: &[i64]| all.iter().filter(|at| (from..to).contains(*at)).count() as i64;
            let (there, moves) = (before(&came, to) - before(&left, to), (within(&came), within(&left)));
            let stock = Stock::new(came, left);
            prop_assert_eq!((stock.before(to), stock.moves(from..to)), (there, moves));
        }
    }
}
