//! `throughput_week`, `throughput_month` and `throughput_quarter`: finished issues per period with their control chart.

use chrono_tz::Tz;
use model::Instant;
use model::rules::ProcessChange;
use model::table::{Cells, Column, Table};

use crate::calendar::{Cut, Periods, label_columns};
use crate::control::{Chart, Point, chart_columns, xmr};

/// What the throughput of a group of issues rests on.
#[derive(Clone, Copy, Debug)]
pub struct ThroughputInputs<'a> {
    /// When each issue was finished, in any order; issues closed as not planned or duplicate are not among them.
    pub finished: &'a [Instant],
    /// When each issue was closed as not planned or duplicate, in any order.
    pub closed_not_planned: &'a [Instant],
    /// The first week shown holds this instant, or the earliest of the above if that is earlier.
    pub first: Instant,
    /// The last week shown holds this instant; later events are ignored.
    pub as_of: Instant,
    /// End of what every needed source has imported. A week is complete when it ends by then and by `as_of`.
    pub covered_to: Instant,
    /// Where weeks are cut.
    pub zone: Tz,
    /// Known changes of the process: each opens a segment.
    pub process_changes: &'a [ProcessChange],
}

/// A table of throughput and the chart behind it.
#[derive(Clone, Debug)]
pub struct Throughput {
    /// One row per period, in order: year and week (month, or quarter), throughput, center, ucl, lcl, signals (joined by
    /// `;`), segment, provisional, `no_limits`, `closed_not_planned`, complete. Limits are null where the chart has none.
    pub table: Table,
    /// The chart, for its finding and its changes of limits.
    pub chart: Chart,
}

/// `throughput_week`: finished issues per ISO week, every week from the first to that of `as_of`, zeros included.
///
/// An incomplete week is shown with its count so far, without limits.
pub fn throughput_week(inputs: &ThroughputInputs<'_>) -> Throughput {
    throughput("throughput_week", Cut::Week, inputs)
}

/// The same of longer periods, for what is finished too rarely for limits by week: `throughput_month` and
/// `throughput_quarter`.
pub fn throughput_month_and_quarter(inputs: &ThroughputInputs<'_>) -> [Throughput; 2] {
    [("throughput_month", Cut::Month), ("throughput_quarter", Cut::Quarter)]
        .map(|(name, cut)| throughput(name, cut, inputs))
}

fn throughput(name: &'static str, cut: Cut, inputs: &ThroughputInputs<'_>) -> Throughput {
    let events = || inputs.finished.iter().chain(inputs.closed_not_planned).copied();
    let first = events().fold(inputs.first, Instant::min);
    let periods = Periods::covering(cut, inputs.zone, first, inputs.as_of);
    let throughput = counts(&periods, inputs.finished, inputs.as_of);
    let not_planned = counts(&periods, inputs.closed_not_planned, inputs.as_of);
    let covered = inputs.covered_to.min(inputs.as_of);
    let points: Vec<Point> = (0..periods.len())
        .map(|at| Point::count(periods.first_day(at), throughput[at] as f64, periods.end(at) <= covered))
        .collect();
    let chart = xmr(&points, inputs.process_changes);
    let mut columns = label_columns(&periods, cut, 0..periods.len());
    columns.push(Column { name: "throughput", cells: Cells::Int(throughput.into_iter().map(Some).collect()) });
    columns.extend(chart_columns(&chart.points.iter().map(Some).collect::<Vec<_>>()));
    columns.push(Column { name: "closed_not_planned", cells: Cells::Int(not_planned.into_iter().map(Some).collect()) });
    let complete = points.iter().map(|point| point.complete).collect();
    columns.push(Column { name: "complete", cells: Cells::Bool(complete) });
    Throughput { table: Table { name, columns }, chart }
}

/// Events per period, those after `as_of` left out.
fn counts(weeks: &Periods, events: &[Instant], as_of: Instant) -> Vec<i64> {
    let mut counts = vec![0; weeks.len()];
    for week in events.iter().filter(|at| **at <= as_of).filter_map(|at| weeks.index_of(*at)) {
        counts[week] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse_date_or_rfc3339(text).expect("a valid instant")
    }

    fn inputs<'a>(finished: &'a [Instant], closed_not_planned: &'a [Instant]) -> ThroughputInputs<'a> {
        ThroughputInputs {
            finished,
            closed_not_planned,
            first: at("2024-12-25"),
            as_of: at("2025-01-08T12:00:00Z"),
            covered_to: at("2025-01-08T12:00:00Z"),
            zone: Tz::UTC,
            process_changes: &[],
        }
    }

    #[test]
    fn every_week_is_a_row_and_events_after_as_of_do_not_count() {
        let finished = [at("2024-12-30"), at("2025-01-08T12:00:00Z"), at("2025-01-08T12:00:01Z")];
        let not_planned = [at("2024-12-29T23:59:59Z"), at("2025-02-01")];
        assert_eq!(
            throughput_week(&inputs(&finished, &not_planned)).table.to_csv(),
            "year,week,throughput,center,ucl,lcl,signals,segment,provisional,no_limits,closed_not_planned,complete\n\
             2024,52,0,,,,,1,false,too_few_periods,1,true\n\
             2025,01,1,,,,,1,false,too_few_periods,0,true\n\
             2025,02,1,,,,,1,false,incomplete,0,false\n"
        );
    }

    #[test]
    fn weeks_are_cut_in_the_reporting_zone_and_are_complete_only_once_imported() {
        let finished = [at("2024-12-29T23:30:00Z")];
        let paris =
            ThroughputInputs { zone: Tz::Europe__Paris, covered_to: at("2024-12-30"), ..inputs(&finished, &[]) };
        let table = throughput_week(&paris).table;
        assert_eq!((table.cell(0, "throughput"), table.cell(1, "throughput")), ("0".into(), "1".into()));
        assert_eq!((table.cell(0, "complete"), table.cell(1, "complete")), ("true".into(), "false".into()));
    }

    #[test]
    fn limits_and_signals_stand_beside_the_weeks_and_not_in_the_incomplete_one() {
        // Weeks of 1, 3, 1, 3, …, then 9: the centre of the first 20 is 2, limits 2 ± 5.32.
        let monday = at("2024-01-01").micros();
        let week = 7 * model::instant::MICROS_PER_DAY;
        let mut finished = Vec::new();
        for (index, count) in [1, 3].repeat(10).into_iter().chain([9, 2]).enumerate() {
            finished.extend([Instant::from_micros(monday + week * index as i64)].repeat(count));
        }
        let as_of = Instant::from_micros(monday + week * 21 + 1);
        let table = throughput_week(&ThroughputInputs {
            first: at("2024-01-01"),
            as_of,
            covered_to: as_of,
            ..inputs(&finished, &[])
        })
        .table;
        let csv = table.to_csv();
        let last: Vec<&str> = csv.lines().skip(21).collect();
        assert_eq!(
            last,
            [
                "2024,21,9,2.000000,7.320000,0.000000,beyond_limits,1,false,,0,true",
                "2024,22,2,,,,,1,false,incomplete,0,false"
            ]
        );
    }

    #[test]
    fn months_and_quarters_are_rows_too() {
        let finished = ["2024-11-30T23:59:59Z", "2024-12-01", "2024-12-31T23:59:59Z", "2025-01-08"].map(at);
        let [months, quarters] = throughput_month_and_quarter(&inputs(&finished, &[at("2025-01-01")]));
        assert_eq!(
            months.table.to_csv(),
            "month,throughput,center,ucl,lcl,signals,segment,provisional,no_limits,closed_not_planned,complete\n\
             2024-11,1,,,,,1,false,too_few_periods,0,true\n\
             2024-12,2,,,,,1,false,too_few_periods,0,true\n\
             2025-01,1,,,,,1,false,incomplete,1,false\n"
        );
        assert_eq!(
            quarters.table.to_csv(),
            "quarter,throughput,center,ucl,lcl,signals,segment,provisional,no_limits,closed_not_planned,complete\n\
             2024-Q4,3,,,,,1,false,too_few_periods,0,true\n\
             2025-Q1,1,,,,,1,false,incomplete,1,false\n"
        );
    }

    proptest! {
        #[test]
        fn order_of_the_events_is_nothing_and_the_sum_of_the_weeks_is_everything(
            mut seconds in proptest::collection::vec(1_700_000_000_i64..1_730_000_000, 0..200),
        ) {
            let instants = |seconds: &[i64]| seconds.iter().map(|at| Instant::from_seconds(*at)).collect::<Vec<_>>();
            let forward = throughput_week(&inputs(&instants(&seconds), &[])).table;
            seconds.reverse();
            let backward = throughput_week(&inputs(&instants(&seconds), &[])).table;
            prop_assert_eq!(forward.to_csv(), backward.to_csv());
            let Some(Cells::Int(weeks)) = forward.column("throughput") else { panic!("a column of integers") };
            prop_assert_eq!(weeks.iter().flatten().sum::<i64>(), seconds.len() as i64);
            for longer in throughput_month_and_quarter(&inputs(&instants(&seconds), &[])) {
                let Some(Cells::Int(counts)) = longer.table.column("throughput") else { panic!("integers") };
                prop_assert_eq!(counts.iter().flatten().sum::<i64>(), seconds.len() as i64);
            }
        }
    }
}
