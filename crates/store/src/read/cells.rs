//! Cells of a row without conversions that cost.

use model::Instant;
use rusqlite::types::{FromSqlError, ValueRef};
use rusqlite::{Error, Row};

/// One row of a result.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'a>(pub(crate) &'a Row<'a>);

impl<'a> Cells<'a> {
    /// A whole number.
    #[inline]
    pub(crate) fn int(self, index: usize) -> rusqlite::Result<i64> {
        match self.0.get_ref(index)? {
            ValueRef::Integer(value) => Ok(value),
            other => Err(unexpected(index, other)),
        }
    }

    /// A code of the dictionary, or a row.
    #[inline]
    pub(crate) fn code(self, index: usize) -> rusqlite::Result<u32> {
        u32::try_from(self.int(index)?).map_err(|_| {
            Error::FromSqlConversionFailure(
                index,
                rusqlite::types::Type::Integer,
                Box::new(FromSqlError::OutOfRange(0)),
            )
        })
    }

    /// A truth value.
    #[inline]
    pub(crate) fn bool(self, index: usize) -> rusqlite::Result<bool> {
        Ok(self.int(index)? != 0)
    }

    /// A whole number or null.
    #[inline]
    pub(crate) fn int_or_null(self, index: usize) -> rusqlite::Result<Option<i64>> {
        match self.0.get_ref(index)? {
            ValueRef::Integer(value) => Ok(Some(value)),
            ValueRef::Null => Ok(None),
            other => Err(unexpected(index, other)),
        }
    }

    /// Microseconds, null as the columns mark it.
    #[inline]
    pub(crate) fn micros(self, index: usize) -> rusqlite::Result<i64> {
        Ok(self.int_or_null(index)?.unwrap_or(Instant::NULL_MICROS))
    }

    /// Text; null as empty.
    #[inline]
    pub(crate) fn text(self, index: usize) -> rusqlite::Result<&'a [u8]> {
        match self.0.get_ref(index)? {
            ValueRef::Text(bytes) => Ok(bytes),
            ValueRef::Null => Ok(b""),
            other => Err(unexpected(index, other)),
        }
    }
}

fn unexpected(index: usize, value: ValueRef<'_>) -> Error {
    Error::InvalidColumnType(index, format!("column {index}"), value.data_type())
}
