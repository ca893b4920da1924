//! Reach of rows: the newest instant that can be in the columns that the metrics engine reads.

use std::convert::Infallible;
use std::marker::PhantomData;

use model::cells::{RawColumns, RawRow, WriteCells};
use model::instant::Plausible;
use model::spec::Storage;
use model::{Amount, Instant, Month};

/// Finds the newest instant in what the engine reads of rows.
pub(super) struct Newest<C> {
    plausible: Plausible,
    /// For each instant of a row, in order, whether the engine reads it.
    is_read: Vec<bool>,
    columns: PhantomData<fn() -> C>,
}

impl<C: RawColumns> Newest<C> {
    pub(super) fn new() -> Self {
        let instants = C::Row::TABLE.stored().filter(|column| column.storage == Storage::Instant);
        let plausible = Plausible::at(crate::clock::now());
        Self {
            plausible,
            is_read: instants.map(|column| C::READ.contains(&column.name)).collect(),
            columns: PhantomData,
        }
    }

    pub(super) fn of(&self, row: &C::Row) -> Option<Instant> {
        let mut visitor = Visitor { plausible: self.plausible, is_read: &self.is_read, newest: None };
        let Ok(()) = row.write_cells(&mut visitor);
        visitor.newest
    }
}

struct Visitor<'a> {
    plausible: Plausible,
    /// Of the instants that are still to come.
    is_read: &'a [bool],
    newest: Option<Instant>,
}

impl WriteCells for Visitor<'_> {
    type Error = Infallible;

    fn text(&mut self, _: &str) -> Result<(), Infallible> {
        Ok(())
    }

    fn code(&mut self, _: &str) -> Result<(), Infallible> {
        Ok(())
    }

    fn joined(&mut self, _: &[String]) -> Result<(), Infallible> {
        Ok(())
    }

    fn list(&mut self, _: &[String]) -> Result<(), Infallible> {
        Ok(())
    }

    fn flag(&mut self, _: bool) -> Result<(), Infallible> {
        Ok(())
    }

    fn int(&mut self, _: Option<i64>) -> Result<(), Infallible> {
        Ok(())
    }

    fn instant(&mut self, at: Option<Instant>) -> Result<(), Infallible> {
        let (is_read, rest) = self.is_read.split_first().expect("a row has the instants that are declared");
        self.is_read = rest;
        if *is_read {
            self.newest = self.newest.max(at.filter(|at| self.plausible.holds(at.micros())));
        }
        Ok(())
    }

    fn month(&mut self, _: Month) -> Result<(), Infallible> {
        Ok(())
    }

    fn amount(&mut self, _: &Amount) -> Result<(), Infallible> {
        Ok(())
    }
}
