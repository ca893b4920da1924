//! The header of a file: where its columns are.

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

    /// As [`Self::optional`], with its name for messages.
    pub(super) fn optional_cell(&self, name: &'static str) -> Cell {
        Cell { name, position: self.optional(name) }
    }

    /// As [`Self::required`], with its name for messages.
    pub(super) fn required_cell(&self, name: &'static str) -> Result<Cell, CsvError> {
        Ok(Cell { name, position: self.required(name)? })
    }

    /// The positions of `org`, `repo` and `number`.
    pub(super) fn key(&self) -> Result<[usize; 3], CsvError> {
        Ok([self.required("org")?, self.required("repo")?, self.required("number")?])
    }
}

/// Trimmed, each character in lower case by itself.
fn comparable(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    name.trim().chars().filter_map(|character| character.to_lowercase().next()).collect()
}
