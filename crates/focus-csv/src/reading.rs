//! Reading of one file: its rows into the ledger.

use std::collections::BTreeMap;
use std::path::Path;

use csv::ByteRecord;
use tokio_util::sync::CancellationToken;

use crate::bill_file::BillFile;
use crate::content::{self, Content, LARGEST_CELL, Progress, TooLong};
use crate::fault::{Fault, Others};
use crate::header::{Columns, Unusable};
use crate::ledger::{Ledger, Origin};
use crate::row::RowReader;
use crate::settings::Settings;

/// Rows between two looks at whether the import was interrupted.
const ROWS_BETWEEN_LOOKS: u64 = 4096;

/// What was met in a file.
pub(crate) struct FileRows {
    pub(crate) count: u64,
    /// Charge categories that are none of FOCUS, each with the number of its rows.
    pub(crate) unknown: BTreeMap<String, u64>,
}

/// Adds the rows of a file to those of its run.
///
/// After the first row that cannot be used the others are still looked at, so that the error can count them.
pub(crate) fn read(
    file: &BillFile,
    origin: Origin<'_>,
    settings: &Settings,
    ledger: &mut Ledger,
    cancel: &CancellationToken,
) -> Result<FileRows, Fault> {
    let path = file.path.as_path();
    let Content { mut rows, progress, gzip } = content::open(path)?;
    let columns = columns(path, gzip, &mut rows, settings)?;
    let cost_column = settings.cost.name();
    let mut reader = RowReader::new(columns, cost_column, settings.provider.as_deref());
    let mut record = ByteRecord::new();
    let (mut count, mut wrong, mut first) = (0, 0, None);
    loop {
        if count % ROWS_BETWEEN_LOOKS == 0 && cancel.is_cancelled() {
            return Err(Fault::Cancelled);
        }
        count += 1;
        progress.end_row();
        let begun = rows.position().line();
        let read = rows.read_byte_record(&mut record);
        let is_whole = !read.as_ref().is_err_and(csv::Error::is_io_error);
        // The others are only counted, so nobody asks where they are.
        let line = |rows: &csv::Reader<_>, record: &ByteRecord| {
            if first.is_none() { line_of(path, rows, record, &progress) } else { 0 }
        };
        let fault = match read {
            Ok(false) => break,
            Ok(true) | Err(_) if is_whole && has_too_large_cell(&record) => {
                Fault::TooLarge { file: path.to_owned(), line: line(&rows, &record), others: Others(0) }
            }
            Ok(true) => match reader.read(&record).and_then(|row| ledger.add(&row, cost_column, origin)) {
                Ok(()) => continue,
                Err(cell) => Fault::Cell { file: path.to_owned(), line: line(&rows, &record), cell, others: Others(0) },
            },
            Err(error) if let csv::ErrorKind::UnequalLengths { expected_len, len, .. } = *error.kind() => {
                Fault::Ragged {
                    file: path.to_owned(),
                    line: line(&rows, &record),
                    found: len,
                    expected: expected_len,
                    others: Others(0),
                }
            }
            Err(error) => {
                return Err(first.unwrap_or_else(|| fault_of(path, gzip, error, begun)));
            }
        };
        wrong += 1;
        first.get_or_insert(fault);
    }
    if let Some(first) = first {
        return Err(first.with_others(wrong - 1));
    }
    file.check_unchanged(&settings.base)?;
    Ok(FileRows { count: count - 1, unknown: reader.into_unknown() })
}

/// Reads the header.
fn columns(
    path: &Path,
    gzip: bool,
    rows: &mut csv::Reader<Box<dyn std::io::Read>>,
    settings: &Settings,
) -> Result<Columns, Fault> {
    let header = rows.byte_headers().map_err(|error| fault_of(path, gzip, error, 1))?;
    let file = path.to_owned();
    if header.is_empty() {
        return Err(Fault::Empty { file });
    }
    Columns::find(header, settings.cost, settings.provider.is_some()).map_err(|unusable| match unusable {
        Unusable::Missing { column, focus: true } => Fault::MissingColumn { file, column },
        Unusable::Missing { column, focus: false } => Fault::NotFocus { file, column },
        Unusable::Twice(column) => Fault::ColumnTwice { file, column },
    })
}

/// Whether a cell has more than [`LARGEST_CELL`] bytes; cells of ordinary rows are not looked at one by one.
fn has_too_large_cell(record: &ByteRecord) -> bool {
    record.as_slice().len() > LARGEST_CELL && record.iter().any(|cell| cell.len() > LARGEST_CELL)
}

fn is_too_long(cause: &std::io::Error) -> bool {
    matches!(cause.get_ref(), Some(inner) if inner.is::<TooLong>())
}

/// `line`: where the row begins at which it happened.
fn fault_of(path: &Path, gzip: bool, error: csv::Error, line: u64) -> Fault {
    let file = path.to_owned();
    match error.into_kind() {
        csv::ErrorKind::Io(cause) if is_too_long(&cause) => Fault::TooLarge { file, line, others: Others(0) },
        csv::ErrorKind::Io(cause) => Fault::of_content(file, gzip, cause),
        other => Fault::Unreadable { file, cause: std::io::Error::other(format!("{other:?}")) },
    }
}

/// The line on which the row begins that was just read.
///
/// The reader's own position stands before the empty lines that it skips, and behind a carriage return but not yet behind
/// the line feed that belongs to it: so it is counted back from the end of the row, which may be a line feed, a carriage
/// return, or that of the file.
fn line_of<R: std::io::Read>(path: &Path, rows: &csv::Reader<R>, record: &ByteRecord, progress: &Progress) -> u64 {
    let end = rows.position();
    let inner = record.iter().flatten().filter(|&&byte| byte == b'\n').count() as u64;
    let ends_line = !progress.is_over() && content::byte_before(path, end.byte()) == Some(b'\n');
    let begun = end.line().saturating_sub(inner + u64::from(ends_line));
    record.position().map_or(1, csv::Position::line).max(begun)
}
