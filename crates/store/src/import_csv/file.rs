//! One raw CSV file, read by the names in its header; every complaint names file, line and column.

use std::cell::Cell;
use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};
use model::Instant;
use model::spec::RawTable;

use super::{CsvTable, Failure};
use crate::StoreError;

/// A column of the file.
#[derive(Clone, Copy)]
pub(super) struct Column {
    name: &'static str,
    index: Option<usize>,
}

/// A file and its present row.
pub(super) struct RawFile {
    path: PathBuf,
    reader: Reader<File>,
    record: ByteRecord,
    /// By position in the table.
    columns: Vec<Column>,
    table: &'static RawTable,
    newest: Cell<Option<Instant>>,
    /// What has been read so far.
    pub(super) count: CsvTable,
}

/// The columns that say to which issue or pull request a row belongs.
pub(super) fn place_columns(file: &RawFile) -> [Column; 3] {
    ["org", "repo", "number"].map(|name| file.column(name))
}

impl RawFile {
    /// Opens a table's file if it is there, and checks its header.
    pub(super) fn open(
        folder: &Path,
        table: &'static RawTable,
        required: &[&'static str],
    ) -> Result<Option<Self>, Failure> {
        let path = folder.join(format!("{}.csv", table.name));
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io("read", &path, error).into()),
        };
        let reader = ReaderBuilder::new().has_headers(true).buffer_capacity(1 << 18).from_reader(file);
        let mut opened = Self {
            path,
            reader,
            record: ByteRecord::new(),
            columns: Vec::new(),
            table,
            newest: Cell::new(None),
            count: CsvTable { name: table.name, rows: 0, kept: 0, unknown: 0 },
        };
        opened.read_header(required)?;
        Ok(Some(opened))
    }

    fn read_header(&mut self, required: &[&'static str]) -> Result<(), Failure> {
        let header = match self.reader.byte_headers() {
            Ok(header) => header.clone(),
            Err(error) => return Err(self.unreadable(error)),
        };
        if header.is_empty() {
            return Err(self.complaint(
                None,
                None,
                "the file is empty, not even a header is there".to_owned(),
                "import it again, or remove the file",
            ));
        }
        let names: Vec<String> =
            header.iter().map(|name| String::from_utf8_lossy(name).trim().to_lowercase()).collect();
        self.columns = self
            .table
            .columns
            .iter()
            .map(|column| Column { name: column.name, index: names.iter().rposition(|name| name == column.name) })
            .collect();
        for name in required {
            if self.column(name).index.is_none() {
                let (problem, remedy) = if names.len() == 1 && names[0].contains(';') {
                    ("the columns are separated by semicolons".to_owned(), "save the file with commas")
                } else {
                    (format!("column {name} is missing"), "add the column, or import the file again")
                };
                return Err(self.complaint(Some(1), None, problem, remedy));
            }
        }
        Ok(())
    }

    /// A column by name. A name that the table does not have is a mistake in this program.
    pub(super) fn column(&self, name: &str) -> Column {
        *self.columns.iter().find(|column| column.name == name).expect("callers name columns of the table")
    }

    /// Goes on to the next row.
    pub(super) fn next(&mut self) -> Result<bool, Failure> {
        match self.reader.read_byte_record(&mut self.record) {
            Ok(more) => Ok(more),
            Err(error) => Err(self.unreadable(error)),
        }
    }

    /// Line on which the present row begins.
    pub(super) fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// The newest instant read so far.
    pub(super) fn newest(&self) -> Option<Instant> {
        self.newest.get()
    }

    /// A cell as text; empty where the file has no such column.
    pub(super) fn text(&self, column: Column) -> Result<&str, Failure> {
        let Some(bytes) = column.index.and_then(|index| self.record.get(index)) else { return Ok("") };
        std::str::from_utf8(bytes).map_err(|_| {
            let problem = format!("'{}' is not UTF-8", String::from_utf8_lossy(bytes));
            self.in_cell(column, problem, "save the file as UTF-8")
        })
    }

    /// A cell that must not be empty.
    pub(super) fn required_text(&self, column: Column) -> Result<&str, Failure> {
        match self.text(column)? {
            "" => Err(self.in_cell(column, "the cell is empty".to_owned(), "fill it in, or remove the row")),
            text => Ok(text),
        }
    }

    /// A list joined by `;`.
    pub(super) fn list(&self, column: Column) -> Result<Vec<String>, Failure> {
        let text = self.text(column)?;
        Ok(if text.is_empty() { Vec::new() } else { text.split(';').map(str::to_owned).collect() })
    }

    /// An instant, `None` for an empty cell.
    pub(super) fn instant(&self, column: Column) -> Result<Option<Instant>, Failure> {
        let text = self.text(column)?;
        if text.is_empty() {
            return Ok(None);
        }
        let Some(at) = Instant::parse_rfc3339(text) else {
            let problem = format!("'{text}' is not a time");
            return Err(self.in_cell(column, problem, "write it as 2026-01-02T03:04:05Z"));
        };
        if self.newest.get() < Some(at) {
            self.newest.set(Some(at));
        }
        Ok(Some(at))
    }

    /// An instant that must be there.
    pub(super) fn required_instant(&self, column: Column) -> Result<Instant, Failure> {
        match self.instant(column)? {
            Some(at) => Ok(at),
            None => Err(self.in_cell(column, "the time is missing".to_owned(), "write it as 2026-01-02T03:04:05Z")),
        }
    }

    /// A truth value; empty is false.
    pub(super) fn bool(&self, column: Column) -> Result<bool, Failure> {
        let text = self.text(column)?;
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Ok(true),
            "false" | "0" | "no" | "" => Ok(false),
            _ => Err(self.in_cell(column, format!("'{text}' is neither true nor false"), "write true or false")),
        }
    }

    /// A whole number, `None` for an empty cell.
    pub(super) fn int(&self, column: Column) -> Result<Option<i64>, Failure> {
        let text = self.text(column)?;
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(self.in_cell(column, format!("'{text}' is not a whole number"), "write digits only")),
        }
    }

    /// A complaint about the present row's key.
    pub(super) fn repeated(&self, key: &str, first_line: u64) -> Failure {
        let problem = format!("{key} is there already, on line {first_line}");
        self.complaint(Some(self.line()), None, problem, "remove one of the two rows")
    }

    /// A complaint about a cell of the present row.
    pub(super) fn in_cell(&self, column: Column, problem: String, remedy: &str) -> Failure {
        self.complaint(Some(self.line()), Some(column.name), problem, remedy)
    }

    fn unreadable(&self, error: csv::Error) -> Failure {
        match error.into_kind() {
            ErrorKind::Io(error) => StoreError::io("read", &self.path, error).into(),
            ErrorKind::UnequalLengths { pos, expected_len, len } => self.complaint(
                pos.map(|pos| pos.line()),
                None,
                format!("the row has {len} fields, the header has {expected_len}"),
                "quote fields that contain commas, or import the file again",
            ),
            other => {
                let problem = format!("the file cannot be read as CSV: {other:?}");
                self.complaint(None, None, problem, "import the file again")
            }
        }
    }

    fn complaint(&self, line: Option<u64>, column: Option<&str>, problem: String, remedy: &str) -> Failure {
        let mut place = self.path.display().to_string();
        if let Some(line) = line {
            let _ = write!(place, " line {line}");
        }
        if let Some(column) = column {
            let _ = write!(place, " column {column}");
        }
        Failure::Store(StoreError::Csv { place, problem, remedy: remedy.to_owned() })
    }
}
