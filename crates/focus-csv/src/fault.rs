//! Errors in files, with file, row and remedy.

use std::io;
use std::path::PathBuf;

use source::{ErrorKind, SourceError};

/// Characters of a value that an error shows.
const SHOWN: usize = 60;

/// A cell that cannot be used.
#[derive(Debug)]
pub(crate) struct CellFault {
    /// Name of the column.
    pub(crate) column: &'static str,
    /// What stands there, shortened.
    value: String,
    /// What is wrong with it, and what to do.
    wrong: &'static str,
}

impl CellFault {
    pub(crate) fn new(column: &'static str, value: &[u8], wrong: &'static str) -> Self {
        Self { column, value: shortened(value), wrong }
    }
}

/// What stands in a cell, on one line and no longer than a message should be.
pub(crate) fn shortened(cell: &[u8]) -> String {
    let text = String::from_utf8_lossy(cell);
    let mut value: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        value.push('…');
    }
    value
}

impl std::fmt::Display for CellFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { column, value, wrong } = self;
        match value.as_str() {
            "" => write!(f, "{column} is empty, {wrong}"),
            value => write!(f, "{column} is `{value}`, {wrong}"),
        }
    }
}

/// A reason to import nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("no file matches `{pattern}` in {folder}: correct the path, or put the exports there", folder = .folder.display())]
    NothingMatches { pattern: String, folder: PathBuf },
    #[error("only folders match `{pattern}` in {folder}: name the files in them, for example `{pattern}/*.csv`", folder = .folder.display())]
    OnlyFolders { pattern: String, folder: PathBuf },
    #[error("{file} cannot be read: {cause}", file = .file.display())]
    Unreadable {
        file: PathBuf,
        #[source]
        cause: io::Error,
    },
    #[error("{file} is cut off in the middle of its gzip data: fetch it again", file = .file.display())]
    CutOff {
        file: PathBuf,
        #[source]
        cause: io::Error,
    },
    #[error("{file} has damaged gzip data ({cause}): fetch it again", file = .file.display())]
    Damaged {
        file: PathBuf,
        #[source]
        cause: io::Error,
    },
    #[error("{file} is {what}: export FOCUS as CSV, plain or gzip", file = .file.display())]
    WrongFormat { file: PathBuf, what: &'static str },
    #[error("{file} is empty, without even a header: export it again, or leave it out", file = .file.display())]
    Empty { file: PathBuf },
    #[error("{file} has no column {column}; otherwise it looks like a FOCUS file: export it with that column", file = .file.display())]
    MissingColumn { file: PathBuf, column: &'static str },
    #[error(
        "{file} has no column {column} and does not look like a FOCUS file: export FOCUS 1.0 or later as CSV, or let the path leave it out",
        file = .file.display()
    )]
    NotFocus { file: PathBuf, column: &'static str },
    #[error("{file} has the column {column} twice: leave one out", file = .file.display())]
    ColumnTwice { file: PathBuf, column: &'static str },
    #[error("{file}, line {line}: {cell}{others}", file = .file.display())]
    Cell { file: PathBuf, line: u64, cell: CellFault, others: Others },
    #[error(
        "{file}, line {line}: {found} cells where the header has {expected}: the file may be cut off, export it again{others}",
        file = .file.display()
    )]
    Ragged { file: PathBuf, line: u64, found: u64, expected: u64, others: Others },
    #[error(
        "{file}, line {line}: a cell has more than 1 MB: a quote may be missing at its end, export the file again{others}",
        file = .file.display()
    )]
    TooLarge { file: PathBuf, line: u64, others: Others },
    #[error("{file} changed while it was read: run the import again when the export has ended", file = .file.display())]
    Changed { file: PathBuf },
    #[error(
        "{newer} and {older} both have charges of {account} that begin in the hour of {hour}, {why}: \
         let the path name one of them, or set `parts: true` beside it where both are parts of one bill",
        newer = .newer.display(),
        older = .older.display()
    )]
    Overlap { newer: PathBuf, older: PathBuf, account: String, hour: String, why: &'static str },
    #[error("interrupted")]
    Cancelled,
}

/// Rows of the same file that are wrong too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Others(pub(crate) u64);

impl std::fmt::Display for Others {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            0 => Ok(()),
            1 => f.write_str(" (1 more row of this file cannot be used)"),
            others => write!(f, " ({others} more rows of this file cannot be used)"),
        }
    }
}

impl Fault {
    /// The fault of a file whose content could not be read to the end.
    pub(crate) fn of_content(file: PathBuf, gzip: bool, cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::UnexpectedEof if gzip => Self::CutOff { file, cause },
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData if gzip => Self::Damaged { file, cause },
            _ => Self::Unreadable { file, cause },
        }
    }

    /// The same fault with the number of other rows that are wrong.
    pub(crate) fn with_others(mut self, count: u64) -> Self {
        if let Self::Cell { others, .. } | Self::Ragged { others, .. } | Self::TooLarge { others, .. } = &mut self {
            *others = Others(count);
        }
        self
    }

    fn kind(&self) -> ErrorKind {
        let of_cause = |cause: &io::Error| match cause.kind() {
            io::ErrorKind::NotFound => ErrorKind::NotFound,
            io::ErrorKind::PermissionDenied => ErrorKind::NoAccess,
            _ => ErrorKind::Unavailable,
        };
        match self {
            Self::NothingMatches { .. } | Self::OnlyFolders { .. } => ErrorKind::NotFound,
            Self::Unreadable { cause, .. } => of_cause(cause),
            Self::Changed { .. } => ErrorKind::Unavailable,
            Self::Cancelled => ErrorKind::Cancelled,
            _ => ErrorKind::UnexpectedResponse,
        }
    }

    /// As the error of a source.
    pub(crate) fn of_source(self, subject: &str) -> SourceError {
        let message = match &self {
            Self::Cancelled => format!("{subject}: interrupted, nothing of it was imported"),
            fault => format!("{subject}: {fault}; nothing of this source was imported"),
        };
        SourceError::new(self.kind(), message).caused_by(self)
    }
}
