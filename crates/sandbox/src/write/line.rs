//! One line of a raw table, cell by cell.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use model::Instant;
use model::csv::push_field;
use model::spec::RawTable;
use model::table::push_instant;

/// Builds one line.
#[derive(Default)]
pub(crate) struct Line {
    bytes: Vec<u8>,
    cells: usize,
}

impl Line {
    fn next_cell(&mut self) {
        if self.cells > 0 {
            self.bytes.push(b',');
        }
        self.cells += 1;
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.next_cell();
        push_field(&mut self.bytes, text.as_bytes());
        self
    }

    pub(crate) fn list(&mut self, texts: &[String]) -> &mut Self {
        self.text(&texts.join(";"))
    }

    pub(crate) fn flag(&mut self, flag: bool) -> &mut Self {
        self.text(if flag { "true" } else { "false" })
    }

    pub(crate) fn int(&mut self, value: Option<i64>) -> &mut Self {
        self.next_cell();
        if let Some(value) = value {
            write!(self.bytes, "{value}").expect("writing to memory does not fail");
        }
        self
    }

    pub(crate) fn instant(&mut self, at: Option<Instant>) -> &mut Self {
        self.next_cell();
        if let Some(at) = at {
            push_instant(&mut self.bytes, at);
        }
        self
    }

    /// Ends the line and gives its bytes; the next one begins.
    fn finish(&mut self, table: &RawTable) -> &[u8] {
        debug_assert_eq!(self.cells, table.columns.len(), "{}", table.name);
        self.bytes.push(b'\n');
        &self.bytes
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.cells = 0;
    }
}

/// A raw table being written.
pub(crate) struct TableFile {
    table: &'static RawTable,
    out: BufWriter<File>,
    line: Line,
    /// Lines that wait to be sorted by the text that comes first in them.
    waiting: Option<Vec<Vec<u8>>>,
}

impl TableFile {
    /// Creates the file of a table and writes its header.
    pub(crate) fn create(folder: &Path, table: &'static RawTable) -> io::Result<Self> {
        let file = File::create(folder.join(format!("{}.csv", table.name)))?;
        let mut out = BufWriter::with_capacity(1 << 18, file);
        model::csv::write_record(&mut out, table.header())?;
        Ok(Self { table, out, line: Line::default(), waiting: None })
    }

    /// Writes the lines in order of their bytes when all are there.
    pub(crate) fn sorted(mut self) -> Self {
        self.waiting = Some(Vec::new());
        self
    }

    /// Writes a line, whose cells `fill` gives in the order of the table.
    pub(crate) fn row(&mut self, fill: impl FnOnce(&mut Line)) -> io::Result<()> {
        fill(&mut self.line);
        let bytes = self.line.finish(self.table);
        match &mut self.waiting {
            Some(waiting) => waiting.push(bytes.to_vec()),
            None => self.out.write_all(bytes)?,
        }
        self.line.clear();
        Ok(())
    }

    /// Writes what waits and ends the file.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let mut waiting = self.waiting.take().unwrap_or_default();
        waiting.sort_unstable();
        for line in waiting {
            self.out.write_all(&line)?;
        }
        self.out.flush()
    }
}
