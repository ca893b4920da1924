//! Observations with their times: durations with their ends, and counts that go up and down.

use std::ops::Range;

/// Values with their instants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observations {
    /// By instant, then by value: the order of the raw rows is forgotten.
    rows: Vec<(i64, i64)>,
}

impl Observations {
    /// Of pairs of an instant in microseconds and a value.
    pub(crate) fn new(rows: impl Iterator<Item = (i64, i64)>) -> Self {
        let mut rows: Vec<(i64, i64)> = rows.collect();
        rows.sort_unstable();
        Self { rows }
    }

    /// The values of a half-open range of instants, in ascending order.
    pub(super) fn within(&self, instants: &Range<i64>) -> Vec<i64> {
        let place = |instant: i64| self.rows.partition_point(|(at, _)| *at < instant);
        let rows = place(instants.start)..place(instants.end).max(place(instants.start));
        let mut values: Vec<i64> = self.rows[rows].iter().map(|(_, value)| *value).collect();
        values.sort_unstable();
        values
    }

    /// Bytes that they take, about.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.rows.as_slice())
    }
}

/// A number of things that come and go.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stock {
    /// Instants in microseconds, in order.
    came: Vec<i64>,
    left: Vec<i64>,
}

impl Stock {
    /// Of the instants, in any order, at which something came and at which something left.
    pub(crate) fn new(mut came: Vec<i64>, mut left: Vec<i64>) -> Self {
        came.sort_unstable();
        left.sort_unstable();
        Self { came, left }
    }

    /// How many are there when everything before an instant has happened.
    pub(super) fn before(&self, instant: i64) -> i64 {
        let so_far = |instants: &[i64]| instants.partition_point(|at| *at < instant) as i64;
        so_far(&self.came) - so_far(&self.left)
    }

    /// How many came and how many left within a half-open range of instants.
    pub(crate) fn moves(&self, instants: Range<i64>) -> (i64, i64) {
        let within = |moves: &[i64]| {
            let place = |instant: i64| moves.partition_point(|at| *at < instant) as i64;
            (place(instants.end) - place(instants.start)).max(0)
        };
        (within(&self.came), within(&self.left))
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.came.as_slice()) + size_of_val(self.left.as_slice())
    }
}
