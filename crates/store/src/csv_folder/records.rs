//! Records of a block, in the dialect of the original tool's reader.
//!
//! Comma; LF or CRLF; empty lines are skipped; CRLF becomes LF inside quotes too; a lone CR is text, except as
//! the last byte of the file. A quote inside an unquoted field, text behind a closing quote and an unclosed
//! quote are errors. The `csv` crate reads another dialect: a lone CR ends a record there, and stray quotes pass.

use memchr::{memchr, memchr_iter, memchr2, memmem};

/// How a record breaks the form of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misquoted {
    /// A quote in a field that does not begin with one.
    InPlainField,
    /// A closing quote with text behind it.
    BeforeText,
    /// An opening quote without a closing one.
    NotClosed,
}

/// Where a record breaks the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformation {
    pub(super) kind: Misquoted,
    /// Lines between the start of the block and the place.
    pub(super) line: usize,
    /// Byte in that line, from 1.
    pub(super) column: usize,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    end: usize,
    /// In the record's own buffer rather than in the block.
    unescaped: bool,
}

/// Where the fields of one record are. Reused from record to record.
#[derive(Debug, Default)]
pub(super) struct Record {
    fields: Vec<Span>,
    unescaped: Vec<u8>,
}

/// One record with its text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    block: &'a [u8],
    record: &'a Record,
    /// Lines between the start of the block and this record.
    pub(super) line: usize,
}

impl<'a> Row<'a> {
    pub(super) fn len(&self) -> usize {
        self.record.fields.len()
    }

    /// The field at a position; empty where there is none.
    pub(super) fn get(&self, position: usize) -> &'a [u8] {
        match self.record.fields.get(position) {
            Some(span) if span.unescaped => &self.record.unescaped[span.start..span.end],
            Some(span) => &self.block[span.start..span.end],
            None => b"",
        }
    }
}

/// The records of one block, which ends with a line feed or with the file.
#[derive(Debug)]
pub(super) struct Records<'a> {
    block: &'a [u8],
    at: usize,
    line: usize,
    has_quotes: bool,
}

impl<'a> Records<'a> {
    pub(super) fn new(block: &'a [u8], start: usize) -> Self {
        Self { block, at: start, line: 0, has_quotes: memchr(b'"', &block[start..]).is_some() }
    }

    /// Bytes of the block that have been read.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Lines that have been read.
    pub(super) fn lines(&self) -> usize {
        self.line
    }

    /// The next record; `None` at the end of the block.
    pub(super) fn next<'r>(&mut self, record: &'r mut Record) -> Result<Option<Row<'r>>, Malformation>
    where
        'a: 'r,
    {
        let block = self.block;
        record.fields.clear();
        while self.at < block.len() {
            let (start, line) = (self.at, self.line);
            let line_feed = memchr(b'\n', &block[start..]).map(|offset| start + offset);
            let end = self.without_carriage_return(start, line_feed.unwrap_or(block.len()));
            if self.has_quotes && memchr(b'"', &block[start..end]).is_some() {
                self.read_quoted(record)?;
                return Ok(Some(Row { block, record, line }));
            }
            self.at = line_feed.map_or(block.len(), |position| position + 1);
            self.line += 1;
            if end > start {
                push_plain_fields(&mut record.fields, block, start, end);
                return Ok(Some(Row { block, record, line }));
            }
        }
        Ok(None)
    }

    /// The end of a line's text: before its CRLF, LF, or the CR that ends the file.
    fn without_carriage_return(&self, start: usize, end: usize) -> usize {
        if end > start && self.block[end - 1] == b'\r' { end - 1 } else { end }
    }

    /// Reads a record that has quotes in its first line.
    fn read_quoted(&mut self, record: &mut Record) -> Result<(), Malformation> {
        record.unescaped.clear();
        let mut line_start = self.at;
        loop {
            let more = if self.block.get(self.at) == Some(&b'"') {
                self.read_quoted_field(record, &mut line_start)?
            } else {
                self.read_plain_field(record, line_start)?
            };
            if !more {
                return Ok(());
            }
        }
    }

    /// Reads an unquoted field; whether the record goes on.
    fn read_plain_field(&mut self, record: &mut Record, line_start: usize) -> Result<bool, Malformation> {
        let block = self.block;
        let start = self.at;
        let end = memchr2(b',', b'\n', &block[start..]).map_or(block.len(), |offset| start + offset);
        let more = block.get(end) == Some(&b',');
        let text_end = if more { end } else { self.without_carriage_return(start, end) };
        if let Some(quote) = memchr(b'"', &block[start..text_end]) {
            let column = start + quote - line_start + 1;
            return Err(Malformation { kind: Misquoted::InPlainField, line: self.line, column });
        }
        record.fields.push(Span { start, end: text_end, unescaped: false });
        self.at = (end + 1).min(block.len());
        if !more {
            self.line += 1;
        }
        Ok(more)
    }

    /// Reads a quoted field; whether the record goes on.
    fn read_quoted_field(&mut self, record: &mut Record, line_start: &mut usize) -> Result<bool, Malformation> {
        let block = self.block;
        let opened = Malformation { kind: Misquoted::NotClosed, line: self.line, column: self.at - *line_start + 1 };
        let start = self.at + 1;
        let mut at = start;
        let mut unescaped = None;
        loop {
            let quote = memchr(b'"', &block[at..]).map(|offset| at + offset).ok_or(opened)?;
            let text = &block[at..quote];
            for line_feed in memchr_iter(b'\n', text) {
                self.line += 1;
                *line_start = at + line_feed + 1;
            }
            let doubled = block.get(quote + 1) == Some(&b'"');
            if unescaped.is_none() && (doubled || memmem::find(text, b"\r\n").is_some()) {
                unescaped = Some(record.unescaped.len());
            }
            if unescaped.is_some() {
                push_with_line_feeds(&mut record.unescaped, text);
            }
            if doubled {
                record.unescaped.push(b'"');
                at = quote + 2;
                continue;
            }
            record.fields.push(match unescaped {
                Some(start) => Span { start, end: record.unescaped.len(), unescaped: true },
                None => Span { start, end: quote, unescaped: false },
            });
            let after = &block[quote + 1..];
            let (length, more) = match after {
                [b',', ..] => (1, true),
                [] => (0, false),
                [b'\n', ..] | [b'\r'] => (1, false),
                [b'\r', b'\n', ..] => (2, false),
                _ => {
                    let column = quote - *line_start + 1;
                    return Err(Malformation { kind: Misquoted::BeforeText, line: self.line, column });
                }
            };
            self.at = quote + 1 + length;
            if !more {
                self.line += 1;
            }
            return Ok(more);
        }
    }
}

/// The fields of a line without quotes.
fn push_plain_fields(fields: &mut Vec<Span>, block: &[u8], line_start: usize, line_end: usize) {
    let mut start = line_start;
    let mut end_field = |end| {
        fields.push(Span { start, end, unescaped: false });
        start = end + 1;
    };
    let (words, rest) = block[line_start..line_end].as_chunks::<8>();
    let mut at = line_start;
    for word in words {
        let mut commas = commas_in(u64::from_le_bytes(*word));
        while commas != 0 {
            end_field(at + commas.trailing_zeros() as usize / 8);
            commas &= commas - 1;
        }
        at += 8;
    }
    for (offset, _) in rest.iter().enumerate().filter(|(_, byte)| **byte == b',') {
        end_field(at + offset);
    }
    end_field(line_end);
}

/// The highest bit of each byte that is a comma. Fields are short: looking at eight bytes at once takes half the
/// instructions of a search from comma to comma.
fn commas_in(word: u64) -> u64 {
    const LOW: u64 = u64::from_ne_bytes([0x7F; 8]);
    let others = word ^ u64::from_ne_bytes([b','; 8]);
    !(((others & LOW) + LOW) | others | LOW)
}

/// Appends text with its CRLFs as LFs.
fn push_with_line_feeds(buffer: &mut Vec<u8>, text: &[u8]) {
    let mut start = 0;
    for carriage_return in memmem::find_iter(text, b"\r\n") {
        buffer.extend_from_slice(&text[start..carriage_return]);
        start = carriage_return + 1;
    }
    buffer.extend_from_slice(&text[start..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Vec<String>>, Malformation> {
        let mut records = Records::new(text.as_bytes(), 0);
        let mut record = Record::default();
        let mut rows = Vec::new();
        while let Some(row) = records.next(&mut record)? {
            rows.push((0..row.len()).map(|i| String::from_utf8_lossy(row.get(i)).into_owned()).collect());
        }
        assert_eq!(records.position(), text.len());
        Ok(rows)
    }

    #[test]
    fn lines_end_with_lf_crlf_or_the_file_and_empty_ones_are_skipped() {
        assert_eq!(read("a,b\r\n\n\r\nc,\n,d").expect("valid"), [vec!["a", "b"], vec!["c", ""], vec!["", "d"]]);
        assert_eq!(read("a,b\r").expect("valid"), [["a", "b"]]);
        assert_eq!(read("\r").expect("valid"), Vec::<Vec<String>>::new());
        assert_eq!(read(",\n").expect("valid"), [["", ""]]);
    }

    #[test]
    fn a_lone_carriage_return_is_text() {
        assert_eq!(read("a\rb,c\r\r\n").expect("valid"), [["a\rb", "c\r"]]);
    }

    #[test]
    fn quoted_fields_keep_commas_quotes_and_line_feeds() {
        assert_eq!(read("\"a,\"\"b\"\"\",c\n\"x\ny\",\"\"\r\n").expect("valid"), [["a,\"b\"", "c"], ["x\ny", ""]]);
        assert_eq!(read("\"x\r\ny\r\"").expect("valid"), [["x\ny\r"]]);
        assert_eq!(read("a,\"b\"\r").expect("valid"), [["a", "b"]]);
        assert_eq!(read("\"\"\nz\n").expect("valid"), [[""], ["z"]]);
    }

    #[test]
    fn quotes_out_of_place_are_errors_with_their_place() {
        let at = |kind, line, column| Err(Malformation { kind, line, column });
        assert_eq!(read("a\nb,c\"d\n"), at(Misquoted::InPlainField, 1, 4));
        assert_eq!(read("\"a\nb\"c,d\n"), at(Misquoted::BeforeText, 1, 2));
        assert_eq!(read("\"a\" ,d\n"), at(Misquoted::BeforeText, 0, 3));
        assert_eq!(read("a\nb,\"c\nd\n"), at(Misquoted::NotClosed, 1, 3));
    }

    #[test]
    fn rows_know_their_line() {
        let text = b"a\n\n\"b\nc\"\nd\n";
        let mut records = Records::new(text, 0);
        let mut record = Record::default();
        let mut lines = Vec::new();
        while let Some(row) = records.next(&mut record).expect("valid") {
            lines.push(row.line);
        }
        assert_eq!((lines, records.lines()), (vec![0, 2, 4], 5));
    }

    /// The dialect byte by byte, after line ends have been made equal.
    fn read_byte_by_byte(text: &str) -> Result<Vec<Vec<String>>, Misquoted> {
        let text = match text.strip_suffix('\r') {
            Some(rest) => rest.replace("\r\n", "\n"),
            None => text.replace("\r\n", "\n"),
        };
        let mut rows = Vec::new();
        let mut rest = text.as_str();
        while !rest.is_empty() {
            if let Some(behind) = rest.strip_prefix('\n') {
                rest = behind;
                continue;
            }
            let mut row = Vec::new();
            loop {
                let mut field = String::new();
                if let Some(mut quoted) = rest.strip_prefix('"') {
                    loop {
                        let (part, behind) = quoted.split_once('"').ok_or(Misquoted::NotClosed)?;
                        field.push_str(part);
                        quoted = behind;
                        match behind.strip_prefix('"') {
                            Some(behind) => quoted = behind,
                            None => break,
                        }
                        field.push('"');
                    }
                    rest = quoted;
                    if !(rest.is_empty() || rest.starts_with([',', '\n'])) {
                        return Err(Misquoted::BeforeText);
                    }
                } else {
                    let end = rest.find([',', '\n']).unwrap_or(rest.len());
                    field.push_str(&rest[..end]);
                    rest = &rest[end..];
                    if field.contains('"') {
                        return Err(Misquoted::InPlainField);
                    }
                }
                row.push(field);
                let more = rest.starts_with(',');
                rest = rest.get(1..).unwrap_or_default();
                if !more {
                    break;
                }
            }
            rows.push(row);
        }
        Ok(rows)
    }

    proptest::proptest! {
        #[test]
        fn plain_fields_are_what_is_between_commas(text in "[a,+.\\x00\u{ac}\u{fc}]{1,40}") {
            proptest::prop_assert_eq!(read(&text).expect("plain"), [text.split(',').map(str::to_owned).collect::<Vec<_>>()]);
        }

        #[test]
        fn records_are_those_of_the_dialect_byte_by_byte(text in "[a,\"\r\n]{0,24}") {
            proptest::prop_assert_eq!(read(&text).map_err(|error| error.kind), read_byte_by_byte(&text));
        }
    }
}
