//! Text of a file, decompressed, with a limit for each cell.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Cursor, Read};
use std::path::Path;
use std::rc::Rc;

use csv::{ByteRecord, ReaderBuilder};
use flate2::bufread::MultiGzDecoder;

use crate::fault::Fault;
use crate::header;

/// Bytes read from a file at once.
const BUFFER: usize = 256 * 1024;
/// Bytes at the beginning in which the header is looked for.
const HEAD: u64 = 64 * 1024;

const GZIP: &[u8] = b"\x1f\x8b";
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Beginnings of files that are no CSV.
const OTHERS: [(&[u8], &str); 6] = [
    (b"PAR1", "a Parquet file"),
    (b"PK\x03\x04", "a zip file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"BZh", "a bzip2 file"),
    (b"\xff\xfe", "a UTF-16 file"),
    (b"\xfe\xff", "a UTF-16 file"),
];

/// What separates cells, the likeliest last.
const DELIMITERS: [u8; 4] = [b'|', b'\t', b';', b','];

/// Most bytes of one cell.
pub(crate) const LARGEST_CELL: usize = 1 << 20;

/// Most bytes that are read of one row: with this, no more of it is kept in memory.
const LARGEST_ROW: usize = 8 << 20;

/// How far a text has been handed on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Rc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// Bytes since the last row ended.
    of_this_row: Cell<usize>,
    /// Whether there are no more, and whoever reads has been told so.
    is_over: Cell<bool>,
}

impl Progress {
    /// A row has ended.
    pub(crate) fn end_row(&self) {
        self.0.of_this_row.set(0);
    }

    /// Whether the row that was just read ends with the text itself, not with a line.
    pub(crate) fn is_over(&self) -> bool {
        self.0.is_over.get()
    }

    /// So many bytes are handed on.
    fn hand_on(&self, bytes: usize) {
        self.0.of_this_row.set(self.0.of_this_row.get() + bytes);
        self.0.is_over.set(bytes == 0);
    }
}

/// A row has no end within [`LARGEST_ROW`] bytes.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a row has more than {} MB", LARGEST_ROW >> 20)]
pub(crate) struct TooLong;

/// A text whose rows have an end.
struct Bounded<R> {
    text: R,
    progress: Progress,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.progress.0.of_this_row.get() > LARGEST_ROW {
            return Err(io::Error::other(TooLong));
        }
        let read = self.text.read(buffer)?;
        self.progress.hand_on(read);
        Ok(read)
    }
}

/// A file opened for reading.
pub(crate) struct Content {
    /// Its rows behind the header.
    pub(crate) rows: csv::Reader<Box<dyn Read>>,
    /// To be told where a row has ended, and to be asked whether the text has.
    pub(crate) progress: Progress,
    /// Whether it is packed.
    pub(crate) gzip: bool,
}

/// Opens a file: plain or gzip of any number of members, which its first bytes tell.
pub(crate) fn open(path: &Path) -> Result<Content, Fault> {
    let Text { head, rest, gzip } = Text::of(path)?;
    if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(Fault::WrongFormat { file: path.to_owned(), what });
    }
    let delimiter = delimiter_of(&head);
    let progress = Progress::default();
    let whole: Box<dyn Read> = Box::new(Bounded { text: Cursor::new(head).chain(rest), progress: progress.clone() });
    let rows = ReaderBuilder::new().delimiter(delimiter).buffer_capacity(BUFFER).from_reader(whole);
    Ok(Content { rows, progress, gzip })
}

/// The byte before a place in the text, by reading the file once more; `None` where it is not there (any more).
pub(crate) fn byte_before(path: &Path, place: u64) -> Option<u8> {
    let Text { head, rest, .. } = Text::of(path).ok()?;
    let mut text = Cursor::new(head).chain(rest);
    io::copy(&mut (&mut text).take(place.checked_sub(1)?), &mut io::sink()).ok()?;
    let mut byte = [0];
    text.read_exact(&mut byte).ok()?;
    Some(byte[0])
}

/// The text of a file.
struct Text {
    head: Vec<u8>,
    /// What comes behind the head.
    rest: Box<dyn Read>,
    /// Whether the file is packed.
    gzip: bool,
}

impl Text {
    fn of(path: &Path) -> Result<Self, Fault> {
        let unreadable = |cause| Fault::Unreadable { file: path.to_owned(), cause };
        let mut file = BufReader::with_capacity(BUFFER, File::open(path).map_err(unreadable)?);
        let gzip = file.fill_buf().map_err(unreadable)?.starts_with(GZIP);
        let mut rest: Box<dyn Read> = if gzip { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
        let head = head_of(&mut rest).map_err(|cause| Fault::of_content(path.to_owned(), gzip, cause))?;
        Ok(Self { head, rest, gzip })
    }
}

/// The beginning of the text, without its byte order mark.
fn head_of(text: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    text.take(HEAD).read_to_end(&mut head)?;
    if head.starts_with(BOM) {
        head.drain(..BOM.len());
    }
    Ok(head)
}

/// The delimiter with which the header has the most columns of FOCUS; the comma where none has any.
fn delimiter_of(head: &[u8]) -> u8 {
    let familiarity = |&delimiter: &u8| {
        let mut header = ByteRecord::new();
        let mut reader = ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(head);
        reader.read_byte_record(&mut header).map_or(0, |_| header::familiarity(&header))
    };
    DELIMITERS.into_iter().max_by_key(familiarity).unwrap_or(b',')
}
