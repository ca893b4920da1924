//! Files as rows, for whoever stores them: the same scanner, the same cells and the same errors as for columns.

use std::path::Path;

use model::cells::RawRow;

use super::Reading;
use super::blocks;
use super::cloud_costs::BillRows;
use super::error::CsvError;
use super::tables::Rows;

pub(crate) use super::cloud_costs::FileBill;
pub(crate) use super::tables::FileRow;

/// Takes the rows of a table's file one after the other, each with the line that it starts at; whether there is such a
/// file.
pub(crate) fn each_row<R: RawRow + Send, E: From<CsvError>>(
    folder: &Path,
    mut take: impl FnMut(u64, FileRow<R>) -> Result<(), E>,
) -> Result<bool, E> {
    let Some(file) = blocks::open(folder, Reading::Strict, Rows::<R>::new)? else { return Ok(false) };
    file.each(|part, first_line| part.rows.drain(..).try_for_each(|row| take(first_line + row.line as u64, row)))?;
    Ok(true)
}

/// The lines of `cloud_costs.csv`; `None` where there is no such file.
pub(crate) fn bills(folder: &Path) -> Result<Option<Vec<FileBill>>, CsvError> {
    let Some(file) = blocks::open(folder, Reading::Strict, BillRows::new)? else { return Ok(None) };
    let mut lines = Vec::new();
    file.each(|part, _| -> Result<(), CsvError> {
        lines.append(&mut part.rows);
        Ok(())
    })?;
    Ok(Some(lines))
}

/// An error for a row whose key was there before.
pub(crate) fn repeated<R: RawRow>(key: String, first: u64, second: u64) -> CsvError {
    CsvError::Duplicate { file: R::TABLE.file, key, first, second }
}
