//! A file as blocks of whole records, parsed by all cores at once.
//!
//! Blocks are cut at line feeds outside of quotes. Whether a place is inside quotes follows from the number of
//! quotes before it, which is right up to the first malformed record; nothing behind that record is used.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use memchr::{memchr_iter, memrchr};
use model::instant::Plausible;
use model::spec::RawTable;

use super::Reading;
use super::error::{CsvError, Problem, shown};
use super::header::Header;
use super::records::{Malformation, Misquoted, Record, Records, Row};

/// Small enough for the cache of a core, large enough that a block's own dictionary pays.
const BLOCK_BYTES: usize = 1 << 20;
/// Most problems that are kept of one block, and of one file; the others are counted.
pub(super) const MOST_PROBLEMS: usize = 1000;
/// The table of which the original skips rows with another number of fields than the header.
const SKIPS_RAGGED_ROWS: &str = "issue";
/// Workers beyond this many would wait for the file.
const MOST_WORKERS: usize = 16;

/// How the rows of one file become columns.
pub(super) trait Table: Sync {
    /// What is declared of the file.
    const TABLE: &'static RawTable;
    /// Columns of one block.
    type Part: Default + Send;

    /// Takes one row, which has as many fields as the header.
    fn take(&self, part: &mut Self::Part, row: Row<'_>, findings: &mut Findings);
}

/// What was found in one block. Lines count from the start of the block.
#[derive(Debug)]
pub(super) struct Findings {
    reading: Reading,
    /// What columns may hold; all of it where the original's reading is asked for.
    plausible: Option<Plausible>,
    odd: Vec<Finding>,
    unlisted: u64,
    fault: Option<Fault>,
}

#[derive(Debug)]
struct Finding {
    line: usize,
    column: &'static str,
    value: String,
    message: String,
}

#[derive(Debug)]
enum Fault {
    Malformed(Malformation),
    Ragged { line: usize, found: usize },
    Value(Finding),
    Io(io::Error),
}

impl Findings {
    fn new(reading: Reading, plausible: Option<Plausible>) -> Self {
        Self { reading, plausible, odd: Vec::new(), unlisted: 0, fault: None }
    }

    pub(super) fn reading(&self) -> Reading {
        self.reading
    }

    pub(super) fn plausible(&self) -> Option<Plausible> {
        self.plausible
    }

    /// Notes an odd value: an error when reading strictly.
    pub(super) fn odd(&mut self, line: usize, column: &'static str, value: &[u8], message: &str) {
        match self.reading {
            Reading::Original => self.tell(line, column, value, message),
            Reading::Strict if self.fault.is_none() => {
                self.fault = Some(Fault::Value(Finding::new(line, column, value, message)));
            }
            Reading::Strict => {}
        }
    }

    /// Notes a value that is told, however strictly is read.
    pub(super) fn tell(&mut self, line: usize, column: &'static str, value: &[u8], message: &str) {
        if self.odd.len() < MOST_PROBLEMS {
            self.odd.push(Finding::new(line, column, value, message));
        } else {
            self.unlisted += 1;
        }
    }

    /// Notes a cell that is not UTF-8: an error when reading strictly.
    fn refuse_other_than_text(&mut self, row: Row<'_>, header: &Header) {
        let is_text = |position: &usize| std::str::from_utf8(row.get(*position)).is_ok();
        if let Some(position) = (0..row.len()).find(|position| !is_text(position)) {
            let (column, value) = (header.name(position), shown(row.get(position)));
            self.odd(row.line, "", b"", &format!("column {column}: `{value}` is not UTF-8: save the file as UTF-8"));
        }
    }

    /// Notes a text that is none of those that its column may hold. The original passes over such rows.
    #[cold]
    pub(super) fn unknown_kind(&mut self, line: usize, column: &'static str, value: &[u8], known: &str) {
        let read = if self.reading == Reading::Original { ": read as none of them, as the original does" } else { "" };
        self.odd(line, column, value, &format!("is not {known}{read}"));
    }
}

#[derive(Debug)]
struct Block {
    index: usize,
    bytes: Vec<u8>,
    start: usize,
}

#[derive(Debug)]
struct BlockReader {
    file: File,
    /// The beginning of the record that the last block broke off.
    carry: Vec<u8>,
    ready: Option<Block>,
    next_index: usize,
    ended: bool,
    spare: Vec<Vec<u8>>,
    block_bytes: usize,
}

impl BlockReader {
    fn next(&mut self) -> io::Result<Option<Block>> {
        if let Some(block) = self.ready.take() {
            return Ok(Some(block));
        }
        if self.ended {
            return Ok(None);
        }
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.clear();
        bytes.append(&mut self.carry);
        let (mut quotes, mut counted) = (0, 0);
        let end = loop {
            bytes.reserve_exact(self.block_bytes);
            let read = (&self.file).take(self.block_bytes as u64).read_to_end(&mut bytes)?;
            if read < self.block_bytes {
                self.ended = true;
                break bytes.len();
            }
            quotes += count(b'"', &bytes[counted..]);
            counted = bytes.len();
            if let Some(end) = end_of_whole_records(&bytes, quotes) {
                break end;
            }
        };
        self.carry.extend_from_slice(&bytes[end..]);
        bytes.truncate(end);
        let index = self.next_index;
        self.next_index += 1;
        Ok((!bytes.is_empty()).then_some(Block { index, bytes, start: 0 }))
    }

    /// Takes a buffer back for another block, as long as there is one to come.
    fn take_back(&mut self, bytes: Vec<u8>) {
        if self.ended {
            self.spare = Vec::new();
        } else {
            self.spare.push(bytes);
        }
    }
}

fn count(byte: u8, bytes: &[u8]) -> usize {
    memchr_iter(byte, bytes).count()
}

/// Behind the last line feed that is outside of quotes.
fn end_of_whole_records(bytes: &[u8], quotes: usize) -> Option<usize> {
    let mut end = bytes.len();
    let mut quotes_before = quotes;
    while let Some(line_feed) = memrchr(b'\n', &bytes[..end]) {
        if quotes > 0 {
            quotes_before -= count(b'"', &bytes[line_feed..end]);
        }
        if quotes_before.is_multiple_of(2) {
            return Some(line_feed + 1);
        }
        end = line_feed;
    }
    None
}

#[derive(Debug)]
struct Done<P> {
    index: usize,
    lines: usize,
    part: P,
    findings: Findings,
}

/// One file on its way into columns.
#[derive(Debug)]
pub(super) struct FileWork<T: Table> {
    table: T,
    reading: Reading,
    plausible: Option<Plausible>,
    header_lines: usize,
    header: Header,
    blocks: Mutex<BlockReader>,
    done: Mutex<Vec<Done<T::Part>>>,
    failed: AtomicBool,
}

/// The columns of one block in file order.
#[derive(Debug)]
pub(super) struct Part<P> {
    pub(super) content: P,
    /// Line of the file that the block starts at, from 1.
    pub(super) first_line: u64,
}

/// Something that several threads can push on.
pub(super) trait Work: Sync {
    /// Does one block; false when there is none left.
    fn step(&self) -> bool;
}

/// Opens a file and reads its header; `None` when there is no such file.
pub(super) fn open<T: Table>(
    folder: &Path,
    reading: Reading,
    table: impl FnOnce(&Header) -> Result<T, CsvError>,
) -> Result<Option<FileWork<T>>, CsvError> {
    open_with_blocks_of(BLOCK_BYTES, folder, reading, table)
}

pub(super) fn open_with_blocks_of<T: Table>(
    block_bytes: usize,
    folder: &Path,
    reading: Reading,
    table: impl FnOnce(&Header) -> Result<T, CsvError>,
) -> Result<Option<FileWork<T>>, CsvError> {
    let unreadable = |source| CsvError::Unreadable { file: T::TABLE.file, source };
    let file = match File::open(folder.join(T::TABLE.file)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut blocks = BlockReader {
        file,
        carry: Vec::new(),
        ready: None,
        next_index: 0,
        ended: false,
        spare: Vec::new(),
        block_bytes,
    };
    let mut block = blocks.next().map_err(unreadable)?.ok_or(CsvError::Empty { file: T::TABLE.file })?;
    if block.bytes.starts_with(b"\xEF\xBB\xBF") {
        block.start = 3;
    }
    let mut record = Record::default();
    let mut records = Records::new(&block.bytes, block.start);
    let header = match records.next(&mut record) {
        Ok(Some(row)) => Header::new(T::TABLE.file, row)?,
        Ok(None) => return Err(CsvError::Empty { file: T::TABLE.file }),
        Err(malformation) => return Err(malformed(T::TABLE.file, malformation, 1)),
    };
    let header_lines = records.lines();
    block.start = records.position();
    blocks.ready = Some(block);
    Ok(Some(FileWork {
        table: table(&header)?,
        reading,
        plausible: None,
        header_lines,
        header,
        blocks: Mutex::new(blocks),
        done: Mutex::default(),
        failed: AtomicBool::new(false),
    }))
}

fn malformed(file: &'static str, malformation: Malformation, first_line: u64) -> CsvError {
    let line = first_line + malformation.line as u64;
    let column = malformation.column;
    match malformation.kind {
        Misquoted::InPlainField => CsvError::BareQuote { file, line, column },
        Misquoted::BeforeText => CsvError::TextAfterQuote { file, line, column },
        Misquoted::NotClosed => CsvError::UnclosedQuote { file, line, column },
    }
}

impl<T: Table> FileWork<T> {
    /// Takes instants that cannot be for unknown, and tells them.
    pub(super) fn only(self, plausible: Option<Plausible>) -> Self {
        Self { plausible, ..self }
    }

    /// Parses a block; `after_row` sees the part with each row that was added.
    fn parse(&self, block: &Block, mut after_row: impl FnMut(&mut T::Part)) -> Done<T::Part> {
        let mut part = T::Part::default();
        let mut findings = Findings::new(self.reading, self.plausible);
        let mut records = Records::new(&block.bytes, block.start);
        let mut record = Record::default();
        let is_text = self.reading == Reading::Original || std::str::from_utf8(&block.bytes).is_ok();
        loop {
            match records.next(&mut record) {
                Ok(Some(row)) if row.len() == self.header.len() => {
                    if !is_text {
                        findings.refuse_other_than_text(row, &self.header);
                    }
                    self.table.take(&mut part, row, &mut findings);
                    if findings.fault.is_none() {
                        after_row(&mut part);
                    }
                }
                Ok(Some(row)) => self.note_ragged_row(row, &mut findings),
                Ok(None) => break,
                Err(malformation) => findings.fault = Some(Fault::Malformed(malformation)),
            }
            if findings.fault.is_some() {
                break;
            }
        }
        Done { index: block.index, lines: records.lines(), part, findings }
    }

    fn note_ragged_row(&self, row: Row<'_>, findings: &mut Findings) {
        if T::TABLE.name == SKIPS_RAGGED_ROWS && self.reading == Reading::Original {
            let message =
                format!("the row has {} fields, but the header has {}: skipped", row.len(), self.header.len());
            findings.odd(row.line, "", b"", &message);
        } else {
            findings.fault = Some(Fault::Ragged { line: row.line, found: row.len() });
        }
    }

    /// Takes what each row adds to the columns of its block, one after the other and together with the line that the
    /// block starts at. A fault anywhere in the file comes before what `take` refuses.
    pub(super) fn each<E: From<CsvError>>(
        &self,
        mut take: impl FnMut(&mut T::Part, u64) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut first_line = 1 + self.header_lines as u64;
        let mut taken = Ok(());
        loop {
            let next = self.blocks.lock().unwrap_or_else(PoisonError::into_inner).next();
            let unreadable = |source| CsvError::Unreadable { file: T::TABLE.file, source };
            let Some(block) = next.map_err(unreadable)? else { return taken };
            let done = self.parse(&block, |part| {
                if taken.is_ok() {
                    taken = take(part, first_line);
                }
            });
            if let Some(fault) = done.findings.fault {
                return Err(fault.at(T::TABLE.file, first_line, self.header.len()).into());
            }
            first_line += done.lines as u64;
            self.blocks.lock().unwrap_or_else(PoisonError::into_inner).take_back(block.bytes);
        }
    }

    /// The parts in file order, or the first error of the file.
    pub(super) fn finish(self, problems: &mut Vec<Problem>) -> Result<Vec<Part<T::Part>>, CsvError> {
        let mut done = self.done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_unstable_by_key(|done| done.index);
        let mut first_line = 1 + self.header_lines as u64;
        let mut parts = Vec::with_capacity(done.len());
        let mut listed = 0;
        let mut unlisted = 0;
        for done in done {
            unlisted += done.findings.unlisted;
            for finding in done.findings.odd {
                if listed < MOST_PROBLEMS {
                    listed += 1;
                    problems.push(finding.at(T::TABLE.file, first_line));
                } else {
                    unlisted += 1;
                }
            }
            if let Some(fault) = done.findings.fault {
                return Err(fault.at(T::TABLE.file, first_line, self.header.len()));
            }
            parts.push(Part { content: done.part, first_line });
            first_line += done.lines as u64;
        }
        if unlisted > 0 {
            problems.push(Problem {
                file: T::TABLE.file,
                line: 0,
                column: "",
                value: String::new(),
                message: format!("{unlisted} more odd values are not listed"),
            });
        }
        Ok(parts)
    }
}

impl Finding {
    fn new(line: usize, column: &'static str, value: &[u8], message: &str) -> Self {
        Self { line, column, value: shown(value), message: message.to_owned() }
    }

    fn at(self, file: &'static str, first_line: u64) -> Problem {
        let line = first_line + self.line as u64;
        Problem { file, line, column: self.column, value: self.value, message: self.message }
    }
}

impl Fault {
    fn at(self, file: &'static str, first_line: u64, expected: usize) -> CsvError {
        match self {
            Self::Malformed(malformation) => malformed(file, malformation, first_line),
            Self::Ragged { line, found } => CsvError::Ragged { file, line: first_line + line as u64, expected, found },
            Self::Value(finding) => CsvError::Value(finding.at(file, first_line)),
            Self::Io(source) => CsvError::Unreadable { file, source },
        }
    }
}

impl<T: Table> Work for FileWork<T> {
    fn step(&self) -> bool {
        if self.failed.load(Ordering::Relaxed) {
            return false;
        }
        let next = {
            let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
            blocks.next().map_err(|error| (blocks.next_index, error))
        };
        let (done, bytes) = match next {
            Ok(None) => return false,
            Ok(Some(block)) => (self.parse(&block, |_| {}), block.bytes),
            Err((index, error)) => {
                let findings = Findings { fault: Some(Fault::Io(error)), ..Findings::new(self.reading, None) };
                (Done { index, lines: 0, part: T::Part::default(), findings }, Vec::new())
            }
        };
        if done.findings.fault.is_some() {
            self.failed.store(true, Ordering::Relaxed);
        }
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push(done);
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner).take_back(bytes);
        true
    }
}

/// Does all blocks of all files, on all cores.
pub(super) fn run(works: &[&dyn Work]) {
    rayon::scope(|scope| {
        for _ in 0..rayon::current_num_threads().min(MOST_WORKERS) {
            scope.spawn(|_| works.iter().for_each(|work| while work.step() {}));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Lines;

    impl Table for Lines {
        const TABLE: &'static RawTable =
            &RawTable { name: "lines", file: "lines.csv", doc: "", key: &[], columns: &[] };
        type Part = Vec<(usize, Vec<u8>)>;

        fn take(&self, part: &mut Self::Part, row: Row<'_>, _: &mut Findings) {
            part.push((row.line, row.get(1).to_vec()));
        }
    }

    fn read_in_blocks_of(block_bytes: usize, text: &str) -> Result<Vec<(u64, String)>, CsvError> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(Lines::TABLE.file), text).expect("written");
        let work = open_with_blocks_of(block_bytes, folder.path(), Reading::Strict, |_| Ok(Lines))?.expect("is there");
        run(&[&work]);
        let parts = work.finish(&mut Vec::new())?;
        let lines = parts.into_iter().flat_map(|part| {
            let first = part.first_line;
            part.content.into_iter().map(move |(line, text)| (first + line as u64, text))
        });
        Ok(lines.map(|(line, text)| (line, String::from_utf8_lossy(&text).into_owned())).collect())
    }

    #[test]
    fn rows_and_lines_do_not_depend_on_where_blocks_are_cut() {
        let text = "a,b\n1,one\n2,\"two\n\nstill \"\"two\"\"\"\n\n3,three\r\n4,\"\"\n5,\"x,y\nz\"\n";
        let whole = read_in_blocks_of(1 << 20, text).expect("valid");
        assert_eq!(whole.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 7, 8, 9]);
        assert_eq!(whole[1].1, "two\n\nstill \"two\"");
        for block_bytes in 1..text.len() + 2 {
            assert_eq!(read_in_blocks_of(block_bytes, text).expect("valid"), whole, "blocks of {block_bytes}");
        }
    }

    #[test]
    fn the_first_error_of_a_file_is_told_wherever_blocks_are_cut() {
        let text = "a,b\n1,\"x\ny\"\n2,o\"ne\n3\n4,\"open\n";
        for block_bytes in 1..text.len() + 2 {
            let error = read_in_blocks_of(block_bytes, text).expect_err("malformed");
            assert!(matches!(error, CsvError::BareQuote { line: 4, column: 4, .. }), "{error}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_header() {
        assert_eq!(read_in_blocks_of(64, "\u{feff}\"a\",b\n1,2\n").expect("valid"), [(2, "2".to_owned())]);
    }

    #[test]
    fn a_file_without_a_header_is_an_error() {
        for text in ["", "\n\r\n", "\u{feff}"] {
            assert!(matches!(read_in_blocks_of(64, text), Err(CsvError::Empty { .. })));
        }
    }
}
