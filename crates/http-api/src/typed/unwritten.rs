//! An answer that is written a block of rows at a time: whole into memory, or as it goes out.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use metrics_core::Calculation;
use metrics_core::catalogue::{Period, TableSpec};
use model::table::{Formulas, Table};
use tokio::io::{AsyncRead, ReadBuf};

use crate::json::{push_cell, push_text};
use crate::periods::{self, Row, is_period};

const BLOCK_ROWS: usize = 256;

/// A table that is ours, or one of a calculation.
#[derive(Debug)]
pub(super) enum Held {
    Own(Table),
    Of(Arc<Calculation>, usize),
}

impl Held {
    pub(super) fn table(&self) -> &Table {
        match self {
            Self::Own(table) => table,
            Self::Of(calculation, place) => &calculation.tables[*place],
        }
    }
}

/// What is still to be written.
#[derive(Debug)]
pub(super) struct Unwritten {
    head: Vec<u8>,
    table: Option<Held>,
    form: Form,
    next: usize,
    tail: Option<Vec<u8>>,
    /// The block that is being read, and how much of it was.
    ready: Vec<u8>,
    taken: usize,
}

#[derive(Debug)]
enum Form {
    Csv,
    Json { rows: Vec<Row>, columns: Vec<JsonColumn>, period: Period },
}

#[derive(Debug)]
struct JsonColumn {
    name: &'static str,
    /// In quotes, with a colon.
    label: Vec<u8>,
    is_key: bool,
}

impl Unwritten {
    /// Header and rows, so that a spreadsheet runs nothing; without a table the header that it would have.
    pub(super) fn csv(table: Option<Held>, spec: &TableSpec) -> Self {
        let mut head = Vec::new();
        if let Some(table) = &table {
            table.table().push_header(&mut head);
        } else {
            let names: Vec<&str> = spec.columns.iter().map(|column| column.name).collect();
            head.extend_from_slice(names.join(",").as_bytes());
            head.push(b'\n');
        }
        Self::new(head, table, Form::Csv, Vec::new())
    }

    /// `data` with the rows, then `meta` as given.
    pub(super) fn json(table: Option<Held>, spec: &TableSpec, rows: Vec<Row>, meta: &str) -> Self {
        let is_key =
            |name: &str| spec.key.iter().any(|key| spec.column(key).is_some_and(|column| column.is_called(name)));
        let column = |name: &'static str| {
            let mut label = Vec::new();
            push_text(&mut label, name);
            label.push(b':');
            JsonColumn { name, label, is_key: is_key(name) }
        };
        let columns = table.iter().flat_map(|table| &table.table().columns).map(|known| column(known.name)).collect();
        let form = Form::Json { rows, columns, period: spec.period };
        let tail = format!("],\"meta\":{meta}}}").into_bytes();
        Self::new(b"{\"data\":[".to_vec(), table, form, tail)
    }

    fn new(head: Vec<u8>, table: Option<Held>, form: Form, tail: Vec<u8>) -> Self {
        Self { head, table, form, next: 0, tail: Some(tail), ready: Vec::new(), taken: 0 }
    }

    /// All of it.
    pub(super) fn whole(mut self) -> Vec<u8> {
        let mut out = Vec::new();
        while self.push_block(&mut out) {}
        out
    }

    /// Appends the next block; false when there is none.
    fn push_block(&mut self, out: &mut Vec<u8>) -> bool {
        out.append(&mut self.head);
        let Some(table) = self.table.as_ref().map(Held::table) else { return self.push_tail(out) };
        let height = match &self.form {
            Form::Csv => table.height(),
            Form::Json { rows, .. } => rows.len(),
        };
        if self.next == height {
            return self.push_tail(out);
        }
        let block = self.next..height.min(self.next + BLOCK_ROWS);
        self.next = block.end;
        match &self.form {
            Form::Csv => table.push_rows(block, out, Formulas::Guarded),
            Form::Json { rows, columns, period } => {
                for place in block {
                    out.extend_from_slice(if place == 0 { b"{" } else { b",{" });
                    push_row(out, table, columns, *period, rows[place]);
                    out.push(b'}');
                }
            }
        }
        true
    }

    fn push_tail(&mut self, out: &mut Vec<u8>) -> bool {
        self.tail.take().map(|mut tail| out.append(&mut tail)).is_some()
    }
}

fn push_row(out: &mut Vec<u8>, table: &Table, columns: &[JsonColumn], period: Period, row: Row) {
    for (place, (column, known)) in table.columns.iter().zip(columns).enumerate() {
        if place > 0 {
            out.push(b',');
        }
        out.extend_from_slice(&known.label);
        match row {
            Row::Present(row) => push_cell(out, &column.cells, row),
            Row::Missing { period: number, .. } if known.is_key && is_period(known.name) => {
                out.extend_from_slice(periods::cell(period, number, known.name).as_bytes());
            }
            Row::Missing { like: Some(like), .. } if known.is_key => push_cell(out, &column.cells, like),
            Row::Missing { .. } => out.extend_from_slice(b"null"),
        }
    }
}

/// Written as it is read, so that a large answer is never in memory as a whole.
impl AsyncRead for Unwritten {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut ready = std::mem::take(&mut self.ready);
        if self.taken == ready.len() {
            ready.clear();
            self.taken = 0;
            self.push_block(&mut ready);
        }
        let after = ready.len().min(self.taken + buffer.remaining());
        buffer.put_slice(&ready[self.taken..after]);
        self.taken = after;
        self.ready = ready;
        Poll::Ready(Ok(()))
    }
}
