//! Reads a folder of raw CSV files, the original tool's or our own, into columns.
//!
//! [`Reading::Strict`] is for rule set `flow`: whatever is odd is an error with file, line, column and value.
//! [`Reading::Original`] is for rule set `cto-stats`: files are read as the original tool reads them, and every
//! odd value is told. Files are parsed in blocks by all cores; no file is held in memory as a whole.

mod blocks;
mod cells;
mod cloud_costs;
mod declared;
mod error;
mod header;
mod keys;
mod load;
mod records;
pub(crate) mod rows;
mod scanned_float;
mod tables;
mod time;

#[cfg(test)]
mod tests;

use std::path::Path;

use model::cells::RawRow as _;
use model::columns::Raw;
use model::tables::{BillLine, RAW_TABLES};

pub use error::{CsvError, Problem};
pub(crate) use load::attempt_name;
pub use load::{load, load_at};

/// What is done about odd values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// They are errors: rows of another length, times, booleans and amounts in another form, repeated keys of issues
    /// and pull requests.
    Strict,
    /// They are read as the original tool reads them, and told as a [`Problem`] each.
    ///
    /// Where the original passes over real damage, this is an error too: columns that are not there, quotes out
    /// of place, rows of another length outside of `issue.csv`. A byte order mark is accepted.
    Original,
}

/// A folder in columns.
#[derive(Debug)]
pub struct Loaded {
    /// The data. Instants that [cannot be](model::instant::Plausible) are unknown and named in [`Raw::implausible`] when
    /// reading strictly. [`Raw::as_of`] is the newest instant in the files that were read, bills aside, which have
    /// [`Raw::cloud_as_of`].
    pub raw: Raw,
    /// Odd values by file and line; empty when reading strictly.
    /// Of one file at most 1,000 odd values and 1,000 repeated rows are listed, and a last entry counts the others.
    pub problems: Vec<Problem>,
}

/// Whether a folder holds bills: `cloud_costs.csv`, whatever is in it.
pub fn holds_cloud_costs(folder: &Path) -> bool {
    folder.join(BillLine::TABLE.file).is_file()
}

/// Whether a folder holds any of the raw files.
pub fn holds_raw_files(folder: &Path) -> bool {
    RAW_TABLES.iter().any(|table| folder.join(table.file).is_file())
}
