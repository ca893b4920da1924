//! Changes of whole lines, and of cells between commas.

use crate::edit::{Numbers, Stock};

/// A change of lines or cells.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Delete,
    Repeat,
    Swap,
    TakeOne,
    Indent,
    Dedent,
    ReplaceCell,
    EmptyCell,
    DropCell,
    RepeatCell,
    SwapCells,
    TakeCell,
    QuoteCell,
}

pub(crate) const OF_LINES: [Change; 6] =
    [Change::Delete, Change::Repeat, Change::Swap, Change::TakeOne, Change::Indent, Change::Dedent];

pub(crate) const OF_CELLS: [Change; 7] = [
    Change::ReplaceCell,
    Change::EmptyCell,
    Change::DropCell,
    Change::RepeatCell,
    Change::SwapCells,
    Change::TakeCell,
    Change::QuoteCell,
];

/// A part by its number, counted round.
fn part<'a>(parts: &[&'a [u8]], number: usize) -> &'a [u8] {
    parts[number % parts.len()]
}

pub(crate) fn changed(text: &[u8], change: Change, numbers: Numbers, stock: &Stock<'_>) -> Vec<u8> {
    let Numbers { at, to, with } = numbers;
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let line = at % lines.len();
    let made: Vec<u8>;
    match change {
        Change::Delete => drop(lines.remove(line)),
        Change::Repeat => lines.insert(line, lines[line]),
        Change::Swap => {
            let other = to % lines.len();
            lines.swap(line, other);
        }
        Change::TakeOne => {
            let others: Vec<&[u8]> = stock.other(with).split(|byte| *byte == b'\n').collect();
            lines.insert(line, part(&others, to));
        }
        Change::Indent => {
            made = [&b"        "[..=to % 4], lines[line]].concat();
            lines[line] = &made;
        }
        Change::Dedent => lines[line] = lines[line].strip_prefix(b"  ").unwrap_or(lines[line]),
        _ => {
            made = with_cells(&lines, line, change, numbers, stock);
            lines[line] = &made;
        }
    }
    lines.join(&b'\n')
}

fn with_cells(lines: &[&[u8]], line: usize, change: Change, numbers: Numbers, stock: &Stock<'_>) -> Vec<u8> {
    let Numbers { to, with, .. } = numbers;
    let cells_of = |line: usize| -> Vec<&[u8]> { lines[line].split(|byte| *byte == b',').collect() };
    let mut cells = cells_of(line);
    let cell = to % cells.len();
    let made: Vec<u8>;
    match change {
        Change::ReplaceCell => cells[cell] = stock.word(with).as_bytes(),
        Change::EmptyCell => cells[cell] = b"",
        Change::DropCell => drop(cells.remove(cell)),
        Change::RepeatCell => cells.insert(cell, cells[cell]),
        Change::SwapCells => {
            let other = with % cells.len();
            cells.swap(cell, other);
        }
        // Mostly of the same column, so that it fits.
        Change::TakeCell => {
            let others = cells_of(with % lines.len());
            cells[cell] = others.get(cell).copied().unwrap_or_else(|| part(&others, with));
        }
        _ => {
            made = [b"\"", cells[cell], &b"\n\"\"\""[with % 3..]].concat();
            cells[cell] = &made;
        }
    }
    cells.join(&b',')
}
