//! Tables to files, on all cores.

use std::io::{self, Write};
use std::ops::Range;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Context as _;
use model::table::{Formulas, Table};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
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
    // Threads of their own: they wait for the disk while files are synced, and those of the pool make text meanwhile.
    thread::scope(|scope| {
        let others: Vec<_> = (1..rayon::current_num_threads().min(tables.len())).map(|_| scope.spawn(work)).collect();
        let own = work();
        let others = others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        others.chain([own]).collect::<Result<(), _>>()
    })?;
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
    let text = |rows: &Range<usize>| {
        let mut lines = Vec::new();
        table.push_rows(rows.clone(), &mut lines, formulas);
        lines
    };
    for blocks in blocks.chunks(rayon::current_num_threads()) {
        let texts: Vec<Vec<u8>> = blocks.par_iter().map(text).collect();
        texts.iter().try_for_each(|lines| out.write_all(lines))?;
    }
    Ok(())
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
