//! Percentiles of durations within groups: each group is sorted once, however many of its percentiles are asked for.

use polars::prelude::*;

use crate::frame::{P85_MINIMUM, P95_MINIMUM, percentile_of_enough};

/// A percentile that is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// Column of the result.
    name: &'static str,
    /// From 0 to 1.
    share: f64,
    /// With fewer observations it is null.
    minimum: usize,
}

impl Wanted {
    pub(crate) const fn p50(name: &'static str) -> Self {
        Self { name, share: 0.5, minimum: 1 }
    }

    pub(crate) const fn p85(name: &'static str) -> Self {
        Self { name, share: 0.85, minimum: P85_MINIMUM }
    }

    /// As many as for the 85th.
    pub(crate) const fn p90(name: &'static str) -> Self {
        Self { name, share: 0.9, minimum: P85_MINIMUM }
    }

    pub(crate) const fn p95(name: &'static str) -> Self {
        Self { name, share: 0.95, minimum: P95_MINIMUM }
    }
}

/// A `Float64` column per percentile, with a cell for each of `groups`, which ascend.
///
/// `observed` holds microseconds with their group, in any order; those of other groups count nowhere. Cells are in units
/// of so many microseconds, by linear interpolation (type 7), and null below the percentile's minimum.
pub(crate) fn columns(groups: &[u32], observed: &[(u32, i64)], unit: i64, wanted: &[Wanted]) -> Vec<Column> {
    let mut grouped = Grouped::of(groups, observed);
    let mut cells: Vec<Vec<Option<f64>>> = vec![Vec::with_capacity(groups.len()); wanted.len()];
    let mut values = Vec::new();
    for place in 0..groups.len() {
        let of_group = grouped.at(place);
        of_group.sort_unstable();
        values.clear();
        values.extend(of_group.iter().map(|micros| *micros as f64 / unit as f64));
        for (cells, wanted) in cells.iter_mut().zip(wanted) {
            cells.push(percentile_of_enough(&values, wanted.share, wanted.minimum));
        }
    }
    wanted.iter().zip(cells).map(|(wanted, cells)| Column::new(wanted.name.into(), cells)).collect()
}

/// Durations, those of a group together: groups are many and small, so that sorting each of them is little work.
struct Grouped {
    durations: Vec<i64>,
    /// Where each group begins, and the end.
    starts: Vec<u32>,
}

impl Grouped {
    /// Those of some groups, which ascend.
    fn of(groups: &[u32], observed: &[(u32, i64)]) -> Self {
        let place = |(group, duration): &(u32, i64)| Some((groups.binary_search(group).ok()?, *duration));
        let placed: Vec<(usize, i64)> = observed.iter().filter_map(place).collect();
        // Counts go two places behind, so that filling moves each start to where it belongs.
        let mut starts = vec![0_u32; groups.len() + 2];
        for (place, _) in &placed {
            starts[place + 2] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut durations = vec![0; placed.len()];
        for (place, duration) in placed {
            let next = &mut starts[place + 1];
            durations[*next as usize] = duration;
            *next += 1;
        }
        Self { durations, starts }
    }

    /// Those of the group at a place.
    fn at(&mut self, place: usize) -> &mut [i64] {
        &mut self.durations[self.starts[place] as usize..self.starts[place + 1] as usize]
    }
}

/// The rows of a frame that have a group and a duration; both columns are of it, groups `UInt32`, durations `Int64`.
pub(crate) fn observed(frame: &DataFrame, group: impl Fn(usize) -> Option<u32>, duration: &str) -> Vec<(u32, i64)> {
    let durations = frame.column(duration).and_then(|column| column.i64().cloned());
    let durations = durations.expect("durations are microseconds");
    durations.iter().enumerate().filter_map(|(row, micros)| Some((group(row)?, micros?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: [Wanted; 4] = [Wanted::p50("p50"), Wanted::p85("p85"), Wanted::p90("p90"), Wanted::p95("p95")];

    fn cells(columns: &[Column], row: usize) -> Vec<Option<f64>> {
        columns.iter().map(|column| column.f64().expect("floats").get(row)).collect()
    }

    #[test]
    fn percentiles_are_those_of_the_library_and_null_below_their_minimum() {
        let squares = |count: i64| (0..count).rev().map(|value| value * value);
        let of_groups: Vec<(u32, i64)> =
            squares(20).map(|value| (7, value)).chain(squares(9).map(|value| (3, value))).collect();
        let columns = columns(&[3, 5, 7], &of_groups, 10, &WANTED);
        let library = |share: f64| {
            let values: Vec<f64> = squares(20).map(|value| value as f64 / 10.0).collect();
            Float64Chunked::from_vec("values".into(), values).quantile(share, QuantileMethod::Linear).expect("a share")
        };
        assert_eq!(cells(&columns, 0), [Some(1.6), None, None, None]);
        assert_eq!(cells(&columns, 1), [None; 4], "nothing was observed");
        assert_eq!(cells(&columns, 2), [0.5, 0.85, 0.9, 0.95].map(library));
    }

    #[test]
    fn what_is_observed_of_other_groups_counts_nowhere() {
        let columns = columns(&[1, 4], &[(0, 9), (4, 5), (9, 9), (2, 9), (1, 1)], 1, &WANTED[..1]);
        assert_eq!((cells(&columns, 0), cells(&columns, 1)), (vec![Some(1.0)], vec![Some(5.0)]));
    }
}
