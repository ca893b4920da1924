//! Sums over the boards of what the tables by board count: made once, so that no page, report or client adds rows.

use chrono::{Datelike as _, NaiveDate};
use model::columns::TextColumn;
use model::rules::Step;
use model::table::{Cells, Column, Table};

use super::stocks::{COUNTED, STOCK_COLUMNS, WORK_COLUMNS};
use crate::catalogue::Period;
use crate::findings::count;
use crate::period::{first_days, rows_of};

/// `stocks_totals_week`: a row for each week of `stocks_week`, all of its boards together. `open` is what is in any step
/// short of done, `wip` what is from dev to `waiting_to_prod`. A week without boards has no row.
pub(crate) fn stocks(by_board: &Table) -> Table {
    let weeks = runs(&first_days(by_board, Period::Week).unwrap_or_default());
    let firsts: Vec<usize> = weeks.iter().map(|rows| rows[0]).collect();
    let sum_of = |columns: &[&str]| -> Cells {
        Cells::Int(weeks.iter().map(|rows| Some(sum(by_board, &rows.iter().copied(), columns))).collect())
    };
    let counted = COUNTED.into_iter().chain(["removed_open", "inferred"]);
    let Table { columns: of_weeks, .. } = rows_of(by_board, &firsts);
    let (mut columns, rest): (Vec<_>, Vec<_>) =
        of_weeks.into_iter().partition(|column| matches!(column.name, "year" | "week"));
    columns.push(Column { name: "open", cells: sum_of(&STOCK_COLUMNS) });
    columns.push(Column { name: "wip", cells: sum_of(&WORK_COLUMNS) });
    columns.extend(counted.map(|name| Column { name, cells: sum_of(&[name]) }));
    let bugs = columns.iter().position(|column| column.name == "opened_bugs_dev_process").map_or(0, |at| at + 1);
    columns.insert(bugs, Column { name: WITHOUT_SOURCE, cells: without_source(by_board, &weeks) });
    columns.extend(rest.into_iter().filter(|column| column.name == "complete"));
    Table { name: "stocks_totals_week", columns }
}

/// Open bugs of which it is not said where they were found.
const WITHOUT_SOURCE: &str = "opened_bugs_without_source";

fn without_source(by_board: &Table, weeks: &[Vec<usize>]) -> Cells {
    let known = ["opened_bugs_customer_facing", "opened_bugs_internal", "opened_bugs_dev_process"];
    let sum = |rows: &Vec<usize>, columns: &[&str]| sum(by_board, &rows.iter().copied(), columns);
    Cells::Int(weeks.iter().map(|rows| Some(sum(rows, &["opened_bugs"]) - sum(rows, &known))).collect())
}

/// `cumulative_flow_totals_week`: a row for each week and step, all boards together, on the last day of the week that
/// was over on `today`, the day of `as_of`. A week of which no day was over is a row only where there is no other.
pub(crate) fn cumulative_flow(by_board: &Table, today: NaiveDate) -> Table {
    let dates = first_days(by_board, Period::Day).unwrap_or_default();
    let day_of = |rows: &[usize]| dates[rows[0]].unwrap_or_default();
    let days = runs(&dates);
    let over = days.partition_point(|rows| day_of(rows) < today);
    let counted = if over == 0 { &days[..] } else { &days[..over] };
    let week_of = |rows: &[usize]| day_of(rows).iso_week();
    let last_days: Vec<&[usize]> = counted
        .chunk_by(|one, other| week_of(one) == week_of(other))
        .filter_map(|days| days.last().map(Vec::as_slice))
        .collect();
    let reached = |rows: &[usize]| {
        let mut reached = Step::ALL.map(|_| 0);
        for row in rows {
            let name = by_board.cell(*row, "step");
            if let Some(step) = Step::ALL.iter().position(|step| step.name() == name) {
                reached[step] += count(by_board, *row, "count");
            }
        }
        reached
    };
    let counts = last_days.iter().flat_map(|rows| reached(rows)).map(Some).collect();
    let rows = || last_days.iter().flat_map(|rows| (0..Step::ALL.len()).map(move |step| (*rows, step)));
    let mut names = TextColumn::default();
    for step in Step::ALL {
        names.push(step.name().as_bytes());
    }
    let weeks = || rows().map(|(rows, _)| week_of(rows));
    let columns = vec![
        Column { name: "year", cells: Cells::Int(weeks().map(|week| Some(i64::from(week.year()))).collect()) },
        Column { name: "week", cells: Cells::Week(weeks().map(|week| i64::from(week.week())).collect()) },
        Column { name: "step", cells: Cells::Code(rows().map(|(_, step)| step as u32).collect(), names) },
        Column { name: "date", cells: Cells::Date(rows().map(|(rows, _)| Some(day_of(rows))).collect()) },
        Column { name: "count", cells: Cells::Int(counts) },
    ];
    Table { name: "cumulative_flow_totals_week", columns }
}

/// The sum of some columns over some rows; null is nothing.
pub(crate) fn sum(table: &Table, rows: &(impl Iterator<Item = usize> + Clone), columns: &[&str]) -> i64 {
    let of_column = |column: &&str| match table.column(column) {
        Some(Cells::Int(cells)) => rows.clone().filter_map(|row| cells.get(row)).sum(),
        _ => 0,
    };
    columns.iter().map(of_column).sum()
}

/// Rows of neighbours of the same day.
fn runs(days: &[Option<NaiveDate>]) -> Vec<Vec<usize>> {
    let rows: Vec<usize> = (0..days.len()).collect();
    rows.chunk_by(|one, other| days[*one] == days[*other]).map(<[usize]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints(cells: &[i64]) -> Cells {
        Cells::Int(cells.iter().copied().map(Some).collect())
    }

    #[test]
    fn the_boards_of_a_week_are_added_up_and_work_is_what_is_from_dev_on() {
        let mut columns = vec![
            Column { name: "year", cells: ints(&[2026, 2026, 2027]) },
            Column { name: "week", cells: Cells::Week(vec![53, 53, 53]) },
            Column { name: "project_id", cells: ints(&[1, 2, 1]) },
        ];
        let counted = COUNTED.into_iter().chain(["removed_open", "inferred"]);
        columns.extend(counted.enumerate().map(|(place, name)| {
            let first = 10_i64.pow(10 - place as u32 % 11);
            Column { name, cells: ints(&[first, 2 * first, 5 * first]) }
        }));
        columns.push(Column { name: "complete", cells: Cells::Bool(vec![true, true, false]) });
        let totals = stocks(&Table { name: "stocks_week", columns });
        let cells = |column| [0, 1].map(|row| totals.cell(row, column));
        assert_eq!(totals.height(), 2);
        assert_eq!(cells("year"), ["2026", "2027"]);
        assert_eq!(cells("opened_bugs"), ["30000000000", "50000000000"]);
        assert_eq!(cells("opened_bugs_without_source"), ["26670000000", "44450000000"]);
        assert_eq!(cells("open"), ["3333330", "5555550"]);
        assert_eq!(cells("wip"), ["33330", "55550"]);
        assert_eq!(cells("off_board"), ["3", "5"]);
        assert_eq!(cells("complete"), ["true", "false"]);
        assert!(totals.column("project_id").is_none());
    }

    #[test]
    fn without_boards_there_is_no_week() {
        let weeks = [("year", ints(&[])), ("week", Cells::Week(Vec::new()))];
        let columns = weeks.into_iter().map(|(name, cells)| Column { name, cells }).collect();
        assert_eq!(stocks(&Table { name: "stocks_week", columns }).height(), 0);
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    /// Two boards with two steps, as many as the day of the month and ten times as many.
    fn flow(days: &[&str]) -> Table {
        let mut steps = TextColumn::default();
        let (mut dates, mut counts) = (Vec::new(), Vec::new());
        for date in days.iter().map(|text| day(text)) {
            for (step, times) in [("backlog", 10), ("done", 1), ("backlog", 10), ("done", 1)] {
                dates.push(Some(date));
                steps.push(step.as_bytes());
                counts.push(i64::from(date.day()) * times);
            }
        }
        let columns = vec![
            Column { name: "date", cells: Cells::Date(dates) },
            Column { name: "step", cells: Cells::Text(steps) },
            Column { name: "count", cells: ints(&counts) },
        ];
        Table { name: "cumulative_flow_day", columns }
    }

    fn shown(days: &[&str], today: &str) -> Vec<[String; 3]> {
        let totals = cumulative_flow(&flow(days), day(today));
        let of_steps = (0..totals.height()).filter(|row| matches!(&*totals.cell(*row, "step"), "backlog" | "done"));
        of_steps.map(|row| ["week", "date", "count"].map(|column| totals.cell(row, column))).collect()
    }

    fn row(cells: [&str; 3]) -> [String; 3] {
        cells.map(str::to_owned)
    }

    #[test]
    fn a_week_shows_its_last_whole_day_over_all_boards() {
        let days = ["2026-01-03", "2026-01-04", "2026-01-05", "2026-01-06"];
        assert_eq!(
            shown(&days, "2026-01-06"),
            [
                row(["01", "2026-01-04", "80"]),
                row(["01", "2026-01-04", "8"]),
                row(["02", "2026-01-05", "100"]),
                row(["02", "2026-01-05", "10"]),
            ]
        );
    }

    #[test]
    fn the_running_day_is_shown_only_where_no_day_is_over() {
        let days = ["2026-01-04", "2026-01-05"];
        assert_eq!(shown(&days, "2026-01-05").last(), Some(&row(["01", "2026-01-04", "8"])));
        assert_eq!(
            shown(&days[1..], "2026-01-05"),
            [row(["02", "2026-01-05", "100"]), row(["02", "2026-01-05", "10"])]
        );
    }
}
