//! A raw table on its way into a file.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::marker::PhantomData;
use std::path::Path;

use model::cells::RawRow;
use model::csv::{push_header, push_row};

/// A raw table being written.
pub(crate) struct TableFile<R> {
    out: BufWriter<File>,
    line: Vec<u8>,
    /// Lines that wait to be sorted by the text that comes first in them.
    waiting: Option<Vec<Vec<u8>>>,
    row: PhantomData<fn(R)>,
}

impl<R: RawRow> TableFile<R> {
    /// Creates the file of a table and writes its header.
    pub(crate) fn create(folder: &Path) -> io::Result<Self> {
        let file = File::create(folder.join(R::TABLE.file))?;
        let mut out = BufWriter::with_capacity(1 << 18, file);
        let mut line = Vec::new();
        push_header::<R>(&mut line);
        out.write_all(&line)?;
        Ok(Self { out, line, waiting: None, row: PhantomData })
    }

    /// Writes the lines in order of their bytes when all are there.
    pub(crate) fn sorted(mut self) -> Self {
        self.waiting = Some(Vec::new());
        self
    }

    /// Writes a row and what it has of its owner.
    pub(crate) fn row(&mut self, row: &R, owner: &[&str]) -> io::Result<()> {
        self.line.clear();
        push_row(&mut self.line, row, owner);
        match &mut self.waiting {
            Some(waiting) => {
                waiting.push(self.line.clone());
                Ok(())
            }
            None => self.out.write_all(&self.line),
        }
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
