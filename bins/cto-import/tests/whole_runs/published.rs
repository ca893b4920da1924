//! Rows of published tables, read by the names of their columns.

use std::collections::BTreeMap;
use std::path::Path;

/// A row by column.
pub(crate) type Row = BTreeMap<String, String>;

/// All rows of a published table.
pub(crate) fn rows(data: &Path, table: &str) -> Vec<Row> {
    let text = std::fs::read_to_string(data.join(table)).expect("a table can be read");
    let mut records = records(&text).into_iter();
    let header = records.next().expect("a table has a header");
    records.map(|cells| header.iter().cloned().zip(cells).collect()).collect()
}

/// The rows without a column.
pub(crate) fn rows_without(data: &Path, table: &str, column: &str) -> Vec<Row> {
    let mut rows = rows(data, table);
    for row in &mut rows {
        row.remove(column).expect("a column of that name");
    }
    rows
}

/// The rows in which columns have these values.
pub(crate) fn rows_with(data: &Path, table: &str, wanted: &[(&str, &str)]) -> Vec<Row> {
    let fits = |row: &Row| wanted.iter().all(|(column, value)| row[*column] == *value);
    rows(data, table).into_iter().filter(fits).collect()
}

/// Cells of each record; quotes as in RFC 4180.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut all, mut record, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                all.push(std::mem::take(&mut record));
            }
            '\r' if !quoted => {}
            other => cell.push(other),
        }
    }
    all
}
