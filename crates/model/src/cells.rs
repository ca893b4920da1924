//! Rows as cells: what a store or a file has to offer so that any declared table can be written and read.
//!
//! Cells come in the order in which the table declares them, without the columns of the row's owner.

use crate::columns::{CodeColumn, InstantColumn, TextColumn};
use crate::kinds::{Named, Told};
use crate::spec::RawTable;
use crate::{Amount, Instant, Month};

/// A row of a raw table. Implemented by the derive macro [`RawTable`](model_derive::RawTable).
pub trait RawRow: Sized {
    /// The table.
    const TABLE: &'static RawTable;

    /// Writes the cells in order.
    fn write_cells<W: WriteCells>(&self, cells: &mut W) -> Result<(), W::Error>;

    /// Reads the cells in order; what is no column is left at its default.
    fn read_cells<R: ReadRow>(cells: &mut R) -> Result<Self, R::Error>;
}

/// Where cells of a row go.
pub trait WriteCells {
    /// What may go wrong.
    type Error;
    /// Text of its own.
    fn text(&mut self, text: &str) -> Result<(), Self::Error>;
    /// Text that repeats.
    fn code(&mut self, text: &str) -> Result<(), Self::Error>;
    /// Texts that are joined by `;` and repeat together.
    fn joined(&mut self, texts: &[String]) -> Result<(), Self::Error> {
        match texts {
            [] => self.code(""),
            [one] => self.code(one),
            several => self.code(&several.join(";")),
        }
    }
    /// A list of texts.
    fn list(&mut self, texts: &[String]) -> Result<(), Self::Error>;
    /// A truth value.
    fn flag(&mut self, flag: bool) -> Result<(), Self::Error>;
    /// A whole number or null.
    fn int(&mut self, number: Option<i64>) -> Result<(), Self::Error>;
    /// An instant or null.
    fn instant(&mut self, at: Option<Instant>) -> Result<(), Self::Error>;
    /// A month.
    fn month(&mut self, month: Month) -> Result<(), Self::Error>;
    /// An exact amount.
    fn amount(&mut self, amount: &Amount) -> Result<(), Self::Error>;
}

/// Where the cells of a row come from.
pub trait ReadRow {
    /// What may go wrong.
    type Error;
    /// Text of its own.
    fn text(&mut self) -> Result<String, Self::Error>;
    /// Text that repeats.
    fn code_text(&mut self) -> Result<String, Self::Error>;
    /// Texts that are joined by `;`.
    fn joined(&mut self) -> Result<Vec<String>, Self::Error> {
        let text = self.code_text()?;
        Ok(if text.is_empty() { Vec::new() } else { text.split(';').map(str::to_owned).collect() })
    }
    /// A list of texts.
    fn list(&mut self) -> Result<Vec<String>, Self::Error>;
    /// A truth value.
    fn flag(&mut self) -> Result<bool, Self::Error>;
    /// A whole number or null.
    fn int(&mut self) -> Result<Option<i64>, Self::Error>;
    /// An instant that has to be there.
    fn instant(&mut self) -> Result<Instant, Self::Error>;
    /// An instant or null.
    fn optional_instant(&mut self) -> Result<Option<Instant>, Self::Error>;
    /// A month.
    fn month(&mut self) -> Result<Month, Self::Error>;
    /// An exact amount.
    fn amount(&mut self) -> Result<Amount, Self::Error>;
    /// A kind that we name ourselves.
    fn kind<K: Named>(&mut self) -> Result<K, Self::Error>;
    /// A kind that a provider names.
    fn told<K: Named>(&mut self) -> Result<Told<K>, Self::Error>;
}

/// The struct of arrays of a raw table: the columns that the metrics engine reads.
pub trait RawColumns: Default {
    /// The row of the table.
    type Row: RawRow;
    /// Names of the columns that are read, in order, without those of the owner.
    const READ: &'static [&'static str];

    /// Rows.
    fn len(&self) -> usize;
    /// Whether there are no rows.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The first column that has more than there is [room for](crate::columns::Column::is_overfull): texts are missing.
    fn overfull(&self) -> Option<&'static str>;
    /// Appends the cells of a row, those of [`RawColumns::READ`] in order. The columns of the owner are the caller's.
    fn push_cells<R: ReadColumns>(&mut self, cells: &mut R) -> Result<(), R::Error>;
    /// Appends a row. The columns of the owner are the caller's.
    fn push_row<T: Texts>(&mut self, row: &Self::Row, texts: &mut T);
    /// Appends other columns, those of the owner too; `codes` translates codes of theirs to codes here.
    fn append(&mut self, other: &Self, codes: &[u32]);
    /// Puts the columns, without those of the owner, into the order of an index.
    fn gather(&mut self, index: &[u32]);
    /// Nothing is to be appended any more, see [`Column::settle`](crate::columns::Column::settle).
    fn settle(&mut self);
}

/// Columns whose rows belong to an issue or a pull request.
pub trait OwnedColumns: RawColumns {
    /// The row that each row belongs to.
    fn owner(&mut self) -> &mut Vec<u32>;
}

/// Columns of rows that hang on a card.
pub trait CardColumns: OwnedColumns {
    /// Id and name of the board, codes.
    fn board(&mut self) -> [&mut CodeColumn; 2];
}

/// Columns of rows that have a place of their own: organisation, repository and number.
pub trait PlacedColumns: RawColumns {
    /// `org/repo#number`.
    fn ids(&mut self) -> &mut TextColumn;
    /// Organisation, repository and host, codes.
    fn names(&mut self) -> [&mut CodeColumn; 3];
}

/// Where cells of columns come from.
pub trait ReadColumns {
    /// What may go wrong.
    type Error;
    /// Text of its own, as bytes.
    fn bytes(&mut self) -> Result<&[u8], Self::Error>;
    /// The code of a text that repeats.
    fn code(&mut self) -> Result<u32, Self::Error>;
    /// A truth value.
    fn flag(&mut self) -> Result<bool, Self::Error>;
    /// A whole number or null.
    fn int(&mut self) -> Result<Option<i64>, Self::Error>;
    /// Appends an instant that has to be there.
    fn instant(&mut self, column: &mut InstantColumn) -> Result<(), Self::Error>;
    /// Appends an instant or null.
    fn optional_instant(&mut self, column: &mut InstantColumn) -> Result<(), Self::Error>;
    /// A month.
    fn month(&mut self) -> Result<Month, Self::Error>;
    /// An exact amount.
    fn amount(&mut self) -> Result<Amount, Self::Error>;
    /// A kind that we name ourselves.
    fn kind<K: Named>(&mut self) -> Result<K, Self::Error>;
    /// A kind that a provider names; `None` where it is none of the known ones, or not told.
    fn told<K: Named>(&mut self) -> Result<Option<K>, Self::Error>;
}

/// Codes of texts that repeat.
pub trait Texts {
    /// The code of a text, new if need be.
    fn code_of(&mut self, text: &[u8]) -> u32;
}
