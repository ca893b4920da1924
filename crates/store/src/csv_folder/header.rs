//! The header of a file: where its columns are.

use model::spec::RawColumn;

use super::cells::Cell;
use super::error::{CsvError, shown};
use super::records::Row;

/// The position of a column that a file does not have: rows answer with empty text there.
pub(super) const ABSENT: usize = usize::MAX;

/// Column names of a file, trimmed and in lower case.
#[derive(Debug)]
pub(super) struct Header {
    file: &'static str,
    names: Vec<String>,
}

impl Header {
    pub(super) fn new(file: &'static str, row: Row<'_>) -> Result<Self, CsvError> {
        if row.len() == 1 && row.get(0).contains(&b';') {
            return Err(CsvError::Semicolons { file });
        }
        let names = (0..row.len()).map(|position| comparable(row.get(position))).collect();
        Ok(Self { file, names })
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The name of a column.
    pub(super) fn name(&self, position: usize) -> &str {
        self.names.get(position).map_or("", String::as_str)
    }

    /// The position of a column, of equal names the last; [`ABSENT`] if there is none.
    pub(super) fn optional(&self, column: &'static str) -> usize {
        self.names.iter().rposition(|name| name == column).unwrap_or(ABSENT)
    }

    /// The position of a column that has to be there.
    pub(super) fn required(&self, column: &'static str) -> Result<usize, CsvError> {
        match self.optional(column) {
            ABSENT => {
                let found = shown(self.names.join(", ").as_bytes());
                Err(CsvError::MissingColumn { file: self.file, column, found })
            }
            position => Ok(position),
        }
    }

    /// Where a declared column is; an error if it has to be there and is not.
    pub(super) fn cell(&self, column: &'static RawColumn) -> Result<Cell, CsvError> {
        let position = if column.required { self.required(column.name)? } else { self.optional(column.name) };
        Ok(Cell { name: column.name, position, required: column.required })
    }
}

/// Trimmed, each character in lower case by itself.
fn comparable(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    name.trim().chars().filter_map(|character| character.to_lowercase().next()).collect()
}
