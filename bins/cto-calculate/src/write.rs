//! Tables to files, on all cores.

use std::io::{self, Write};
use std::num::NonZero;
use std::ops::Range;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Context as _;
use model::table::{Formulas, Table};
use store::StoreError;

/// Rows that one thread turns into text at once: a megabyte or two.
const BLOCK_ROWS: usize = 8192;

/// Writes each table whole, or leaves its old file as it is.
pub(crate) fn write(tables: &[Table], folder: &Path, formulas: Formulas) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("the folder {} cannot be created; choose another one with --out", folder.display()))?;
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(table) = tables.get(next.fetch_add(1, Ordering::Relaxed)) {
            write_table(table, folder, formulas)?;
        }
        Ok::<(), StoreError>(())
    };
    at_once((0..workers().min(tables.len())).map(|_| work)).into_iter().collect::<Result<(), _>>()?;
    Ok(())
}

fn write_table(table: &Table, folder: &Path, formulas: Formulas) -> Result<(), StoreError> {
    let path = folder.join(format!("{}.csv", table.name));
    store::publish::write_atomically(&path, |out| write_blocks(table, out, formulas))
}

/// As [`Table::write_csv`], a block of rows per core at a time.
fn write_blocks(table: &Table, out: &mut dyn Write, formulas: Formulas) -> io::Result<()> {
    let mut header = Vec::new();
    table.push_header(&mut header);
    out.write_all(&header)?;
    let height = table.height();
    let blocks: Vec<Range<usize>> =
        (0..height).step_by(BLOCK_ROWS).map(|first| first..height.min(first + BLOCK_ROWS)).collect();
    for blocks in blocks.chunks(workers()) {
        let texts = at_once(blocks.iter().map(|rows| {
            || {
                let mut lines = Vec::new();
                table.push_rows(rows.clone(), &mut lines, formulas);
                lines
            }
        }));
        for lines in texts {
            out.write_all(&lines)?;
        }
    }
    Ok(())
}

fn workers() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Does everything at once, the last on this thread; results in order.
fn at_once<R: Send>(works: impl Iterator<Item = impl FnOnce() -> R + Send>) -> Vec<R> {
    let mut works: Vec<_> = works.collect();
    let Some(last) = works.pop() else { return Vec::new() };
    thread::scope(|scope| {
        let others: Vec<_> = works.into_iter().map(|work| scope.spawn(work)).collect();
        let last = last();
        let done = others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        done.collect::<Vec<R>>().into_iter().chain([last]).collect()
    })
}

#[cfg(test)]
mod tests {
    use model::table::{Cells, Column};

    use super::*;

    #[test]
    fn blocks_are_the_same_text_as_the_whole_table() {
        for height in [0, 1, BLOCK_ROWS, 5 * BLOCK_ROWS + 7] {
            let cells = Cells::Int((0..height).map(|row| Some(row as i64)).collect());
            let table = Table { name: "example", columns: vec![Column { name: "row", cells }] };
            let mut text = Vec::new();
            write_blocks(&table, &mut text, Formulas::AsTheyAre).expect("writing to memory does not fail");
            assert!(text == table.to_csv().into_bytes(), "{height} rows");
        }
    }
}
