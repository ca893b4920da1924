//! A FOCUS file, plain or gzip: added up exactly, or refused with file and line.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use bigdecimal::BigDecimal;
use connector_testing::{Memory, Told, VirtualClock};
use csv::{ByteRecord, ReaderBuilder};
use flate2::read::MultiGzDecoder;
use focus_csv::{CostColumn, FocusSource, Settings};
use fuzzing::{Form, Input, Outcome, masked};
use source::{ErrorKind, SourceError, Window};
use tokio_util::sync::CancellationToken;

use crate::scene::{assert_is_message, at, folder, runtime, with_causes};

pub(crate) const INPUT: Input = Input::new("focus", Form::Cells, &WORDS, check);

const WORDS: [&str; 44] = [
    "BilledCost",
    "EffectiveCost",
    "BillingCurrency",
    "BillingPeriodStart",
    "BillingPeriodEnd",
    "ChargePeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ProviderName",
    "ServiceProviderName",
    "ServiceName",
    "BillingAccountId",
    "SubAccountId",
    "Usage",
    "Purchase",
    "Tax",
    "Credit",
    "Adjustment",
    "Correction",
    "Refund",
    "NULL",
    "USD",
    "EUR",
    "AWS",
    "2024-09-01",
    "2024-10-01T00:00:00Z",
    "2024-09-18T23:00:00.123+02:00",
    "2024-09-18 23:00 UTC",
    "2024-09-31",
    "1,234.56",
    "1.234,56",
    "1e-20",
    "-1E+64",
    "1e65",
    ".5",
    "6.",
    "+1",
    "0000000000000000000000000000000000000000000000000000000000000000000000001",
    ";",
    "\t",
    "|",
    "\"",
    "\r\n",
    "\"a\nb\"",
];

const NAME: &str = "bills.csv";

/// What an import of the file gives.
fn import(content: &[u8]) -> Result<(Memory, Vec<String>), SourceError> {
    let folder = folder();
    let path = folder.path().join(NAME);
    fs::write(&path, content).expect("written");
    let written = UNIX_EPOCH + Duration::from_secs(1_727_928_306);
    File::options().write(true).open(&path).and_then(|file| file.set_modified(written)).expect("a time");
    let settings = Settings {
        pattern: NAME.to_owned(),
        base: folder.path().to_owned(),
        cost: CostColumn::Billed,
        provider: None,
        parts: false,
    };
    let source = FocusSource::new(settings, Arc::new(VirtualClock::starting_at(at("2024-11-20T12:00:00Z"))));
    let (source, memory, told) = (source.expect("a pattern"), Memory::default(), Told::default());
    let run = memory.import(&source, Window::default(), 1, &told, CancellationToken::new());
    runtime().block_on(run).map(|_| (memory, told.notes()))
}

fn check(content: &[u8]) -> Outcome {
    match import(content) {
        Ok((memory, notes)) => {
            assert_sums_are_exact(&plain(content), &memory);
            let lines: usize = memory.months().iter().map(|month| month.lines.len()).sum();
            let notes: Vec<String> = notes.iter().map(|note| masked(note.split(':').nth(1).unwrap_or(note))).collect();
            Outcome::Taken(format!("read, {} lines, {notes:?}", lines.min(4)))
        }
        Err(error) => Outcome::Refused(refused(content, &error)),
    }
}

/// The text of the file, as far as it can be unpacked.
fn plain(content: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    if content.starts_with(b"\x1f\x8b") {
        // What was unpacked before the damage is there; whether there is any is for the product to say.
        let _ = MultiGzDecoder::new(content).take(64 << 20).read_to_end(&mut text);
    } else {
        text.extend_from_slice(content);
    }
    text.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(text)
}

/// By currency, the sum over the lines of the ledger is that over the rows of the file.
fn assert_sums_are_exact(text: &[u8], memory: &Memory) {
    let mut expected: BTreeMap<String, BigDecimal> = BTreeMap::new();
    // A header may have the columns under two of them: what was read has rows of one length, and the more columns.
    let readings = b",;\t|".iter().filter_map(|delimiter| rows(text, *delimiter));
    let (header, rows) = readings.max_by_key(|(header, _)| header.len()).expect("a header of FOCUS and its rows");
    let cell = |row: &ByteRecord, name: &str| {
        let place = header.iter().position(|cell| cell.trim_ascii().eq_ignore_ascii_case(name.as_bytes()));
        String::from_utf8_lossy(row[place.expect("the column is there")].trim_ascii()).into_owned()
    };
    for row in rows {
        let cost: BigDecimal = cell(&row, "BilledCost").parse().expect("a decimal number");
        *expected.entry(cell(&row, "BillingCurrency")).or_default() += cost;
    }
    let mut sums: BTreeMap<String, BigDecimal> = BTreeMap::new();
    for line in memory.months().into_iter().flat_map(|month| month.lines) {
        let sum = sums.entry(line.currency).or_default();
        for amount in [line.gross, line.credits] {
            *sum += amount.to_string().parse::<BigDecimal>().expect("a decimal number");
        }
    }
    let not_zero = |sums: BTreeMap<String, BigDecimal>| -> BTreeMap<String, BigDecimal> {
        let sums = sums.into_iter().map(|(currency, sum)| (currency, sum.normalized()));
        sums.filter(|(_, sum)| *sum != BigDecimal::default()).collect()
    };
    assert_eq!(not_zero(sums), not_zero(expected));
}

/// The header and the rows that the delimiter gives, if the columns are there and all rows are of one length.
fn rows(text: &[u8], delimiter: u8) -> Option<(ByteRecord, Vec<ByteRecord>)> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).from_reader(text);
    let header = reader.byte_headers().ok()?.clone();
    let has = |name: &str| header.iter().any(|cell| cell.trim_ascii().eq_ignore_ascii_case(name.as_bytes()));
    if !["BilledCost", "BillingCurrency", "ChargeCategory", "ServiceName"].into_iter().all(has) {
        return None;
    }
    Some((header, reader.byte_records().collect::<Result<_, _>>().ok()?))
}

/// A refusal names the file and, where it names a line, the first one that is wrong: what is before it is read.
fn refused(content: &[u8], error: &SourceError) -> String {
    let message = with_causes(error);
    assert_is_message(&message, content.len());
    assert_ne!(error.kind, ErrorKind::Incomplete, "the reading has failed rather than the file: {message}");
    assert!(message.contains(NAME), "the file is not named: {message}");
    let Some((_, behind)) = message.split_once("bills.csv, line ") else { return masked(&without_place(&message)) };
    let line: usize = behind.split(':').next().and_then(|line| line.parse().ok()).expect("the number of a line");
    let text = plain(content);
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    assert!((1..=lines.len().max(1)).contains(&line), "there are {} lines: {message}", lines.len());
    // A carriage return alone ends a row, but no line.
    let has_lines = !text.windows(2).any(|pair| pair[0] == b'\r' && pair[1] != b'\n');
    if line > 1
        && has_lines
        && let Err(error) = import(&lines[..line - 1].concat())
    {
        panic!("refused for line {line} ({message}), and without it: {error}");
    }
    masked(&without_place(&message))
}

/// The message from the last name of the file on.
fn without_place(message: &str) -> String {
    message.rsplit_once(NAME).map_or(message, |(_, rest)| rest).to_owned()
}
