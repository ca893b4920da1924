//! Rows out: a named table of typed columns.

use std::io::{self, Write};

use chrono::NaiveDate;

use crate::Instant;
use crate::columns::{InstantColumn, TextColumn};
use crate::csv::push_field;

/// A table of results: a total order of rows, typed columns of equal length.
#[derive(Clone, Debug)]
pub struct Table {
    /// Name without `.csv`, for example `stocks_week`.
    pub name: &'static str,
    /// Columns in file order.
    pub columns: Vec<Column>,
}

/// A named column.
#[derive(Clone, Debug)]
pub struct Column {
    /// As in the header.
    pub name: &'static str,
    /// Its cells.
    pub cells: Cells,
}

/// Cells of one type. Null is written as an empty cell.
#[derive(Clone, Debug)]
pub enum Cells {
    /// Text; never null, absent is empty.
    Text(TextColumn),
    /// Text that repeats: a code per row and the texts, as few as there are.
    Code(Vec<u32>, TextColumn),
    /// Whole numbers.
    Int(Vec<Option<i64>>),
    /// ISO week numbers, written with two digits.
    Week(Vec<i64>),
    /// Numbers, written with six decimals.
    Float(Vec<Option<f64>>),
    /// `true` or `false`.
    Bool(Vec<bool>),
    /// Instants, written as `2026-01-02T03:04:05Z`.
    Instant(InstantColumn),
    /// Days, written as `2026-01-02`.
    Date(Vec<Option<NaiveDate>>),
}

impl Cells {
    /// Rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(cells) => cells.len(),
            Self::Code(cells, _) => cells.len(),
            Self::Int(cells) => cells.len(),
            Self::Week(cells) => cells.len(),
            Self::Float(cells) => cells.len(),
            Self::Bool(cells) => cells.len(),
            Self::Instant(cells) => cells.len(),
            Self::Date(cells) => cells.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn push_cell(&self, row: usize, line: &mut Vec<u8>) {
        match self {
            Self::Text(cells) => push_field(line, cells.bytes(row)),
            Self::Code(cells, texts) => push_field(line, texts.bytes(cells[row] as usize)),
            Self::Int(cells) => {
                if let Some(value) = cells[row] {
                    push_display(line, format_args!("{value}"));
                }
            }
            Self::Week(cells) => push_display(line, format_args!("{:02}", cells[row])),
            Self::Float(cells) => {
                if let Some(value) = cells[row] {
                    push_display(line, format_args!("{value:.6}"));
                }
            }
            Self::Bool(cells) => line.extend_from_slice(if cells[row] { b"true" } else { b"false" }),
            Self::Instant(cells) => {
                if let Some(at) = cells.get(row) {
                    push_instant(line, at);
                }
            }
            Self::Date(cells) => {
                if let Some(day) = cells[row] {
                    push_display(line, format_args!("{}", day.format("%Y-%m-%d")));
                }
            }
        }
    }
}

fn push_display(line: &mut Vec<u8>, arguments: std::fmt::Arguments<'_>) {
    line.write_fmt(arguments).expect("writing to memory does not fail");
}

/// Appends `2026-01-02T03:04:05Z` (fractions cut) without going through a formatter.
pub fn push_instant(line: &mut Vec<u8>, at: Instant) {
    let days = at.seconds().div_euclid(86_400);
    let second_of_day = at.seconds().rem_euclid(86_400);
    let (year, month, day) = civil_from_days(days);
    if !(0..=9999).contains(&year) {
        line.extend_from_slice(at.to_rfc3339_seconds().as_bytes());
        return;
    }
    let two = |value: i64| [b'0' + (value / 10) as u8, b'0' + (value % 10) as u8];
    line.extend_from_slice(&two(year / 100));
    line.extend_from_slice(&two(year % 100));
    for (mark, value) in [
        (b'-', month),
        (b'-', day),
        (b'T', second_of_day / 3600),
        (b':', second_of_day / 60 % 60),
        (b':', second_of_day % 60),
    ] {
        line.push(mark);
        line.extend_from_slice(&two(value));
    }
    line.push(b'Z');
}

/// Year, month and day of a day number since 1970-01-01 in the proleptic Gregorian calendar.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

impl Table {
    /// Rows.
    pub fn height(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }

    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<&Cells> {
        self.columns.iter().find(|column| column.name == name).map(|column| &column.cells)
    }

    /// One cell as it is written in CSV, without quotes; empty when there is no such column.
    pub fn cell(&self, row: usize, column: &str) -> String {
        let mut line = Vec::new();
        match self.column(column) {
            Some(Cells::Text(cells)) => line.extend_from_slice(cells.bytes(row)),
            Some(Cells::Code(cells, texts)) => line.extend_from_slice(texts.bytes(cells[row] as usize)),
            Some(cells) => cells.push_cell(row, &mut line),
            None => {}
        }
        String::from_utf8_lossy(&line).into_owned()
    }

    /// Writes the table as CSV: header, then rows; LF; quoted only where needed.
    pub fn write_csv<W: Write>(&self, out: &mut W) -> io::Result<()> {
        let mut lines = Vec::with_capacity(1 << 16);
        for (index, column) in self.columns.iter().enumerate() {
            if index > 0 {
                lines.push(b',');
            }
            push_field(&mut lines, column.name.as_bytes());
        }
        lines.push(b'\n');
        for row in 0..self.height() {
            for (index, column) in self.columns.iter().enumerate() {
                if index > 0 {
                    lines.push(b',');
                }
                column.cells.push_cell(row, &mut lines);
            }
            lines.push(b'\n');
            if lines.len() > (1 << 16) - 4096 {
                out.write_all(&lines)?;
                lines.clear();
            }
        }
        out.write_all(&lines)
    }

    /// The table as CSV text; invalid UTF-8 is replaced. For tests and small tables.
    pub fn to_csv(&self) -> String {
        let mut bytes = Vec::new();
        self.write_csv(&mut bytes).expect("writing to memory does not fail");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_are_empty_cells_and_floats_have_six_decimals() {
        let mut instants = InstantColumn::default();
        instants.push(Instant::parse_rfc3339("2024-02-29T23:59:59.9Z"));
        instants.push(None);
        let table = Table {
            name: "example",
            columns: vec![
                Column { name: "week", cells: Cells::Week(vec![1, 53]) },
                Column { name: "mean", cells: Cells::Float(vec![Some(1.0 / 3.0), None]) },
                Column { name: "at", cells: Cells::Instant(instants) },
                Column { name: "open", cells: Cells::Bool(vec![true, false]) },
            ],
        };
        assert_eq!(table.to_csv(), "week,mean,at,open\n01,0.333333,2024-02-29T23:59:59Z,true\n53,,,false\n");
    }

    #[test]
    fn written_instants_agree_with_chrono_over_all_years() {
        for seconds in (-62_135_596_800..253_402_300_800_i64).step_by(86_400 * 97 + 12_345) {
            let at = Instant::from_seconds(seconds);
            let mut line = Vec::new();
            push_instant(&mut line, at);
            assert_eq!(String::from_utf8_lossy(&line), at.to_rfc3339_seconds());
        }
    }
}
