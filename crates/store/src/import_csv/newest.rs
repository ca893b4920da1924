//! How far rows reach: the newest instant in the columns that the metrics engine reads.

use std::convert::Infallible;

use model::cells::{RawColumns, RawRow, WriteCells};
use model::spec::{RawColumn, Storage};
use model::{Amount, Instant, Month};

/// The newest instant in what the engine reads of a row.
pub(super) fn newest_in<C: RawColumns>(row: &C::Row) -> Option<Instant> {
    let mut visitor = Visitor { columns: C::Row::TABLE.columns, read: C::READ, newest: None };
    let Ok(()) = row.write_cells(&mut visitor);
    visitor.newest
}

struct Visitor {
    /// Columns that are still to come.
    columns: &'static [RawColumn],
    read: &'static [&'static str],
    newest: Option<Instant>,
}

impl Visitor {
    fn next(&mut self) -> &'static str {
        let owned = self.columns.iter().take_while(|column| column.storage == Storage::OfOwner).count();
        let (column, rest) = self.columns[owned..].split_first().expect("a row has as many cells as its table columns");
        self.columns = rest;
        column.name
    }
}

impl WriteCells for Visitor {
    type Error = Infallible;

    fn text(&mut self, _: &str) -> Result<(), Infallible> {
        self.next();
        Ok(())
    }

    fn code(&mut self, _: &str) -> Result<(), Infallible> {
        self.next();
        Ok(())
    }

    fn joined(&mut self, _: &[String]) -> Result<(), Infallible> {
        self.next();
        Ok(())
    }

    fn list(&mut self, _: &[String]) -> Result<(), Infallible> {
        self.next();
        Ok(())
    }

    fn flag(&mut self, _: bool) -> Result<(), Infallible> {
        self.next();
        Ok(())
    }

    fn int(&mut self, _: Option<i64>) -> Result<(), Infallible> {
        self.next();
        Ok(())
    }

    fn instant(&mut self, at: Option<Instant>) -> Result<(), Infallible> {
        let name = self.next();
        if self.read.contains(&name) {
            self.newest = self.newest.max(at);
        }
        Ok(())
    }

    fn month(&mut self, _: Month) -> Result<(), Infallible> {
        self.next();
        Ok(())
    }

    fn amount(&mut self, _: &Amount) -> Result<(), Infallible> {
        self.next();
        Ok(())
    }
}
