//! How often the 85 % forecast comes true, of series whose future is known.

use chrono_tz::Tz;
use metrics_core::forecast::{ForecastOptions, ForecastSeries, forecast};
use model::Instant;
use model::instant::MICROS_PER_DAY;
use model::table::{Cells, Table};

use crate::chance::{Chance, Kind};
use crate::{Share, Size};

const HISTORY: usize = 104;
const AHEAD: usize = 12;
const HORIZONS: [usize; 4] = [1, 4, 8, 12];
const KINDS: [Kind; 4] = [Kind::Poisson(3.0), Kind::Poisson(10.0), Kind::TwiceAsVaried(5.0), Kind::Dependent(10.0)];

#[test]
fn forecasts_at_85_percent_come_true_about_as_often_as_they_say() {
    let size = Size::chosen();
    for kind in KINDS {
        let series = size.pick(8, 200);
        let mut chance = Chance::new(85);
        let weekly: Vec<Vec<u32>> = (0..series).map(|_| kind.weeks(&mut chance, HISTORY + AHEAD)).collect();
        let table = forecasts(&weekly);
        for horizon in HORIZONS {
            let words = kind.words();
            came_true(&table, &weekly, horizon)
                .held(&format!("{words}: +{horizon} weeks"), size.pick(50.0..=100.0, 80.0..=92.0));
            hit_rate(&table, horizon)
                .held(&format!("{words}: hit rate at +{horizon}"), size.pick(70.0..=97.0, 80.0..=92.0));
        }
    }
}

/// The forecasts at the end of the histories; on a Wednesday noon, as no week of the calendar ends.
fn forecasts(weekly: &[Vec<u32>]) -> Table {
    let as_of = Instant::parse_date_or_rfc3339("2026-03-04T12:00:00Z").expect("an instant");
    let week = |ago: usize| Instant::from_micros(as_of.micros() - ago as i64 * 7 * MICROS_PER_DAY);
    let finished: Vec<Vec<Instant>> = weekly
        .iter()
        .map(|weeks| {
            let of_week = |(number, count): (usize, &u32)| vec![week(HISTORY - 1 - number); *count as usize];
            weeks[..HISTORY].iter().enumerate().flat_map(of_week).collect()
        })
        .collect();
    let ids: Vec<String> = (0..weekly.len()).map(|number| format!("{number:03}")).collect();
    let series: Vec<ForecastSeries<'_>> = ids
        .iter()
        .zip(&finished)
        .map(|(id, finished)| ForecastSeries { project_id: id, project_name: id, finished, first: week(HISTORY) })
        .collect();
    forecast(&series, &ForecastOptions { as_of, covered_to: as_of, zone: Tz::UTC, seed: 1 })
}

fn number(table: &Table, row: usize, column: &str) -> usize {
    match table.column(column) {
        Some(Cells::Int(cells)) => {
            cells.get(row).and_then(|count| usize::try_from(count).ok()).expect("enough history")
        }
        _ => panic!("no column of numbers {column}"),
    }
}

fn came_true(table: &Table, weekly: &[Vec<u32>], horizon: usize) -> Share {
    let mut share = Share::default();
    for (series, weeks) in weekly.iter().enumerate() {
        let actual: u32 = weeks[HISTORY..HISTORY + horizon].iter().sum();
        share.add(actual as usize >= number(table, AHEAD * series + horizon - 1, "p85"));
    }
    share
}

/// What the tables say themselves of past forecasts, of all series.
fn hit_rate(table: &Table, horizon: usize) -> Share {
    let rows = || (horizon - 1..table.height()).step_by(AHEAD);
    let sum = |column: &str| rows().map(|row| number(table, row, column)).sum::<usize>();
    Share { counted: sum("hit_count"), all: sum("hit_n") }
}
