//! CSV writer with the original tool's quoting.
//!
//! Comma, LF, no byte order mark; a field is quoted only if it contains a comma, a quote, CR or LF,
//! or begins with white space (any of Unicode's), or is exactly `\.`; quotes are doubled.

use std::convert::Infallible;
use std::io::{self, Write};

use crate::cells::{RawRow, WriteCells};
use crate::spec::{RawColumn, Storage};
use crate::table::push_instant;
use crate::{Amount, Instant, Month};

/// Appends one field, quoted where it must be.
pub fn push_field(line: &mut Vec<u8>, field: &[u8]) {
    if !needs_quotes(field) {
        line.extend_from_slice(field);
        return;
    }
    line.push(b'"');
    for &byte in field {
        if byte == b'"' {
            line.push(b'"');
        }
        line.push(byte);
    }
    line.push(b'"');
}

fn needs_quotes(field: &[u8]) -> bool {
    let Some(first) = field.first() else { return false };
    let begins_with_white_space =
        if first.is_ascii() { char::from(*first).is_whitespace() } else { is_wide_space(field) };
    begins_with_white_space
        || field == br"\."
        || memchr::memchr3(b',', b'"', b'\n', field).is_some()
        || memchr::memchr(b'\r', field).is_some()
}

/// Whether text begins with white space beyond ASCII.
#[cold]
fn is_wide_space(text: &[u8]) -> bool {
    let first = &text[..text.len().min(4)];
    let valid = match std::str::from_utf8(first) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&first[..error.valid_up_to()]).unwrap_or_default(),
    };
    valid.chars().next().is_some_and(char::is_whitespace)
}

/// Writes one record and its line feed.
pub fn write_record<W: Write, F: AsRef<[u8]>>(out: &mut W, fields: impl IntoIterator<Item = F>) -> io::Result<()> {
    let mut line = Vec::with_capacity(256);
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            line.push(b',');
        }
        push_field(&mut line, field.as_ref());
    }
    line.push(b'\n');
    out.write_all(&line)
}

/// Appends the header of a raw table as a line of CSV.
pub fn push_header<R: RawRow>(line: &mut Vec<u8>) {
    for (index, name) in R::TABLE.header().enumerate() {
        if index > 0 {
            line.push(b',');
        }
        push_field(line, name.as_bytes());
    }
    line.push(b'\n');
}

/// Appends a row of a raw table as a line of CSV; `owner` holds the cells that it has of its owner, in the order of the
/// declaration.
pub fn push_row<R: RawRow>(line: &mut Vec<u8>, row: &R, owner: &[&str]) {
    let mut writer = Fields { line, columns: R::TABLE.columns, owner, first: true };
    let Ok(()) = row.write_cells(&mut writer);
    writer.go_on();
    line.push(b'\n');
}

/// Cells of a row on their way into a line.
struct Fields<'a> {
    line: &'a mut Vec<u8>,
    /// Columns that are still to come.
    columns: &'static [RawColumn],
    /// Cells of the owner that are still to come.
    owner: &'a [&'a str],
    first: bool,
}

impl Fields<'_> {
    fn comma(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.line.push(b',');
        }
    }

    /// Writes what belongs to the owner in front of the next cell.
    fn go_on(&mut self) {
        while let Some((column, rest)) = self.columns.split_first()
            && column.storage == Storage::OfOwner
        {
            self.comma();
            if let Some((cell, others)) = self.owner.split_first() {
                push_field(self.line, cell.as_bytes());
                self.owner = others;
            }
            self.columns = rest;
        }
    }

    fn next(&mut self) -> &mut Vec<u8> {
        self.go_on();
        self.comma();
        self.columns = self.columns.get(1..).unwrap_or_default();
        self.line
    }

    fn field(&mut self, text: &str) {
        push_field(self.next(), text.as_bytes());
    }
}

impl WriteCells for Fields<'_> {
    type Error = Infallible;

    fn text(&mut self, text: &str) -> Result<(), Infallible> {
        self.field(text);
        Ok(())
    }

    fn code(&mut self, text: &str) -> Result<(), Infallible> {
        self.field(text);
        Ok(())
    }

    fn list(&mut self, texts: &[String]) -> Result<(), Infallible> {
        self.field(&texts.join(";"));
        Ok(())
    }

    fn flag(&mut self, flag: bool) -> Result<(), Infallible> {
        self.field(if flag { "true" } else { "false" });
        Ok(())
    }

    fn int(&mut self, number: Option<i64>) -> Result<(), Infallible> {
        self.field(&number.map(|number| number.to_string()).unwrap_or_default());
        Ok(())
    }

    fn instant(&mut self, at: Option<Instant>) -> Result<(), Infallible> {
        let line = self.next();
        if let Some(at) = at {
            push_instant(line, at);
        }
        Ok(())
    }

    fn month(&mut self, month: Month) -> Result<(), Infallible> {
        self.field(&format!("{month}-01"));
        Ok(())
    }

    fn amount(&mut self, amount: &Amount) -> Result<(), Infallible> {
        self.field(&amount.to_string());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(field: &str) -> String {
        let mut line = Vec::new();
        push_field(&mut line, field.as_bytes());
        String::from_utf8(line).expect("text stays text")
    }

    #[test]
    fn only_fields_that_must_be_quoted_are() {
        assert_eq!(written("plain text "), "plain text ");
        assert_eq!(written("a,b"), "\"a,b\"");
        assert_eq!(written("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(written(" leading"), "\" leading\"");
        assert_eq!(written("\u{3000}wide"), "\"\u{3000}wide\"");
        assert_eq!(written("\\."), "\"\\.\"");
        assert_eq!(written("\\.."), "\\..");
        assert_eq!(written("line\r"), "\"line\r\"");
        assert_eq!(written(""), "");
    }
}
