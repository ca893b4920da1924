//! Errors of a folder of CSV files.

use std::fmt;
use std::io;

/// Why a folder of CSV files cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CsvError {
    /// A file that has to be there is not.
    #[error("{file} is missing in {folder}: run the import, or point at the folder that holds the raw files")]
    Missing {
        /// File name.
        file: &'static str,
        /// Folder as given.
        folder: String,
    },
    /// The operating system refused.
    #[error("{file} cannot be read")]
    Unreadable {
        /// File name.
        file: &'static str,
        /// Its reason.
        #[source]
        source: io::Error,
    },
    /// A file without a header.
    #[error("{file} is empty, not even a header: remove it, or import again")]
    Empty {
        /// File name.
        file: &'static str,
    },
    /// A header without commas but with semicolons.
    #[error("{file} line 1 looks separated by semicolons: save it again with commas")]
    Semicolons {
        /// File name.
        file: &'static str,
    },
    /// A column that has to be there is not.
    #[error("{file} has no column `{column}`; its columns are {found}")]
    MissingColumn {
        /// File name.
        file: &'static str,
        /// The column.
        column: &'static str,
        /// Columns of the header, joined by `, `.
        found: String,
    },
    /// A row with too few or too many fields.
    #[error(
        "{file} line {line} has {found} fields, but the header has {expected}: quote fields that contain commas, or complete the row"
    )]
    Ragged {
        /// File name.
        file: &'static str,
        /// Line that the row starts at, from 1.
        line: u64,
        /// Fields of the header.
        expected: usize,
        /// Fields of the row.
        found: usize,
    },
    /// A quote inside a field that does not begin with one.
    #[error(
        "{file} line {line}, byte {column}: a quote inside an unquoted field: quote the whole field and double the quotes in it"
    )]
    BareQuote {
        /// File name.
        file: &'static str,
        /// Line, from 1.
        line: u64,
        /// Byte in the line, from 1.
        column: usize,
    },
    /// Something other than a comma or the end of the line behind a closing quote.
    #[error("{file} line {line}, byte {column}: text after a closing quote: double the quotes inside a quoted field")]
    TextAfterQuote {
        /// File name.
        file: &'static str,
        /// Line, from 1.
        line: u64,
        /// Byte in the line, from 1.
        column: usize,
    },
    /// A quoted field that is not closed before the file ends.
    #[error("{file}: the quote opened at line {line}, byte {column} is never closed: is the file cut off?")]
    UnclosedQuote {
        /// File name.
        file: &'static str,
        /// Line, from 1.
        line: u64,
        /// Byte in the line, from 1.
        column: usize,
    },
    /// Two rows with one key.
    #[error("{file} has {key} twice, at line {first} and at line {second}: keep one of them")]
    Duplicate {
        /// File name.
        file: &'static str,
        /// `org/repo#number`.
        key: String,
        /// Line of the first row, from 1.
        first: u64,
        /// Line of the second row, from 1.
        second: u64,
    },
    /// More text or rows than a column has room for.
    #[error(
        "{file} holds more than 4 GiB of text or 4 thousand million rows in column {column}: split the folder by repositories"
    )]
    TooLarge {
        /// File name.
        file: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A value that is not what its column says.
    #[error("{0}")]
    Value(Problem),
}

/// An odd value, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// File name.
    pub file: &'static str,
    /// Line that the row starts at, from 1; 0 for the file as a whole.
    pub line: u64,
    /// Column by its header; empty for the row as a whole.
    pub column: &'static str,
    /// What the file says; long values are cut.
    pub value: String,
    /// What is wrong, how it was read, what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.file)?;
        if self.line > 0 {
            write!(f, " line {}", self.line)?;
        }
        if !self.column.is_empty() {
            write!(f, ", column {}", self.column)?;
        }
        f.write_str(": ")?;
        if !self.column.is_empty() {
            write!(f, "`{}` ", self.value)?;
        }
        f.write_str(&self.message)
    }
}

/// A value as it is quoted in a message.
pub(super) fn shown(value: &[u8]) -> String {
    const MOST_CHARACTERS: usize = 80;
    let text = String::from_utf8_lossy(value);
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}
