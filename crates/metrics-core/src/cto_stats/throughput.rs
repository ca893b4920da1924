//! `throughput_week`.

use model::table::{Cells, Column, Table};

use super::lives::{Life, Lives};
use super::weeks::{At, Week};

const BLOCK_WEEKS: usize = 6;

/// One row per week from the first end to the week before the last end.
pub(super) fn throughput_week(lives: &Lives) -> Table {
    let ends: Vec<Week> = lives.lives.iter().filter_map(Life::end).map(At::week).collect();
    let (first, counts) = counts_by_week(&ends);
    let means = means(&counts);
    let shown = counts.len().saturating_sub(1);
    let (mut years, mut weeks) = (Vec::with_capacity(shown), Vec::with_capacity(shown));
    for week in (first..).take(shown) {
        let (year, number) = Week(week).label();
        years.push(Some(year));
        weeks.push(number);
    }
    let counts = &counts[..shown];
    let limit =
        |factor: f64| means.iter().take(shown).map(|mean| Some((mean + factor * mean.sqrt()).max(0.0))).collect();
    let columns = vec![
        Column { name: "year", cells: Cells::Int(years.into()) },
        Column { name: "week", cells: Cells::Week(weeks) },
        Column { name: "throughput", cells: Cells::Int(counts.iter().map(|count| Some(*count)).collect()) },
        Column { name: "center", cells: Cells::Float(counts.iter().map(|count| Some(*count as f64)).collect()) },
        Column { name: "ucl", cells: Cells::Float(limit(3.0)) },
        Column { name: "lcl", cells: Cells::Float(limit(-3.0)) },
    ];
    Table { name: "throughput_week", columns }
}

/// The first week, and how often each week from there to the last comes.
fn counts_by_week(weeks: &[Week]) -> (i64, Vec<i64>) {
    let (Some(first), Some(last)) = (weeks.iter().min(), weeks.iter().max()) else { return (0, Vec::new()) };
    let mut counts = vec![0; (last.0 - first.0 + 1) as usize];
    for week in weeks {
        counts[(week.0 - first.0) as usize] += 1;
    }
    (first.0, counts)
}

/// The mean that each week's limits come from: of its block of six weeks; an incomplete block uses the one before;
/// fewer than six weeks are one block. The last week counts although it is not shown.
fn means(counts: &[i64]) -> Vec<f64> {
    let mean = |block: &[i64]| block.iter().sum::<i64>() as f64 / block.len() as f64;
    if counts.len() < BLOCK_WEEKS {
        return vec![if counts.is_empty() { 0.0 } else { mean(counts) }; counts.len()];
    }
    let blocks: Vec<f64> = counts.chunks_exact(BLOCK_WEEKS).map(mean).collect();
    (0..counts.len()).map(|week| blocks[(week / BLOCK_WEEKS).min(blocks.len() - 1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_means(counts: &[i64]) -> Vec<i64> {
        means(counts).into_iter().map(|mean| (mean * 6.0).round() as i64).collect()
    }

    #[test]
    fn fewer_than_six_weeks_share_one_mean() {
        assert_eq!(shown_means(&[1, 2, 3]), [12, 12, 12]);
        assert_eq!(shown_means(&[]), [0; 0]);
    }

    #[test]
    fn blocks_of_six_have_their_own_mean_and_the_tail_that_of_the_last_block() {
        let means = shown_means(&[1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 8, 100]);
        assert_eq!(means, [6, 6, 6, 6, 6, 6, 18, 18, 18, 18, 18, 18, 18]);
    }
}
