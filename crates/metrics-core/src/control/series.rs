//! Weekly tables as series.

use chrono::{NaiveDate, Weekday};
use model::table::{Cells, Table};

use super::Point;

/// The points of a weekly table: a numeric column by `year`, `week` and `complete`, of all rows or of those with a
/// text in a column (`("repo", "ALL")`).
///
/// Weeks in which the value is null are no points. `None` when the table lacks one of these columns, or one of them
/// is of another type.
pub fn weekly_series(table: &Table, value: &str, group: Option<(&str, &str)>) -> Option<Vec<Point>> {
    let (Cells::Int(years), Cells::Week(weeks)) = (table.column("year")?, table.column("week")?) else { return None };
    let Cells::Bool(complete) = table.column("complete")? else { return None };
    let value: Box<dyn Fn(usize) -> Option<f64>> = match table.column(value)? {
        Cells::Int(cells) => Box::new(|row| cells[row].map(|count| count as f64)),
        Cells::Float(cells) => Box::new(|row| cells[row]),
        _ => return None,
    };
    if let Some((column, _)) = group {
        table.column(column)?;
    }
    let of_group = |row: &usize| group.is_none_or(|(column, text)| table.cell(*row, column) == text);
    let points = (0..table.height()).filter(of_group).filter_map(|row| {
        let year = i32::try_from(years[row]?).ok()?;
        let first_day = NaiveDate::from_isoywd_opt(year, u32::try_from(weeks[row]).ok()?, Weekday::Mon)?;
        Some(Point { first_day, value: value(row)?, complete: complete[row] })
    });
    Some(points.collect())
}

#[cfg(test)]
mod tests {
    use model::columns::TextColumn;
    use model::table::Column;

    use super::*;

    #[test]
    fn a_weekly_table_gives_the_points_of_one_group_without_its_nulls() {
        let mut repo = TextColumn::default();
        for name in ["web", "ALL", "ALL", "ALL"] {
            repo.push(name.as_bytes());
        }
        let table = Table {
            name: "example",
            columns: vec![
                Column { name: "year", cells: Cells::Int(vec![Some(2020); 4]) },
                Column { name: "week", cells: Cells::Week(vec![51, 51, 52, 53]) },
                Column { name: "repo", cells: Cells::Text(repo) },
                Column { name: "requested", cells: Cells::Int(vec![Some(9), Some(1), None, Some(3)]) },
                Column { name: "complete", cells: Cells::Bool(vec![true, true, true, false]) },
            ],
        };
        let day = |month, day| NaiveDate::from_ymd_opt(2020, month, day).expect("a valid day");
        assert_eq!(
            weekly_series(&table, "requested", Some(("repo", "ALL"))),
            Some(vec![
                Point { first_day: day(12, 14), value: 1.0, complete: true },
                Point { first_day: day(12, 28), value: 3.0, complete: false },
            ])
        );
        assert_eq!(weekly_series(&table, "requested", None).map(|points| points.len()), Some(3));
        assert_eq!(weekly_series(&table, "repo", None), None);
        assert_eq!(weekly_series(&table, "absent", None), None);
        assert_eq!(weekly_series(&table, "requested", Some(("team", "a"))), None);
    }
}
