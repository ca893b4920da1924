//! Output tables: named, of typed columns.

use std::io::{self, Write};
use std::ops::Range;

use chrono::{Datelike as _, NaiveDate};

use crate::columns::{AddressColumn, CodeColumn, Column as _, FloatColumn, InstantColumn, IntColumn, TextColumn};
use crate::csv::push_field;
use crate::formulas::push_guarded_field;
use crate::{Amount, Instant};

/// A table of results: a total order of rows, typed columns of equal length.
#[derive(Clone, Debug)]
pub struct Table {
    /// Name without `.csv`, for example `stocks_week`.
    pub name: &'static str,
    /// Columns in file order.
    pub columns: Vec<Column>,
}

/// A named column.
#[derive(Clone, Debug)]
pub struct Column {
    /// As in the header.
    pub name: &'static str,
    /// Its cells.
    pub cells: Cells,
}

/// Cells of one type. Null is written as an empty cell.
#[derive(Clone, Debug)]
pub enum Cells {
    /// Text; never null, absent is empty.
    Text(TextColumn),
    /// Text that repeats: a code per row and the texts, as few as there are.
    Code(CodeColumn, TextColumn),
    /// Web addresses, as text.
    Address(AddressColumn),
    /// Whole numbers.
    Int(IntColumn),
    /// ISO week numbers, written with two digits.
    Week(Vec<i64>),
    /// Numbers, written with six decimals.
    Float(FloatColumn),
    /// `true` or `false`.
    Bool(Vec<bool>),
    /// `true` or `false`, or null where that cannot be told.
    Judged(Vec<Option<bool>>),
    /// Instants, written as `2026-01-02T03:04:05Z`.
    Instant(InstantColumn),
    /// Days, written as `2026-01-02`.
    Date(Vec<Option<NaiveDate>>),
    /// Exact amounts of money, written with two decimals, rounded half to even.
    Money(Vec<Option<Amount>>),
    /// Exact amounts of money, written with all their digits and at least two decimals.
    Exact(Vec<Option<Amount>>),
    /// Binary amounts of money as the original tool writes them: two decimals of the exact binary value, `NaN`,
    /// `+Inf`, `-Inf`, and a sign also for zero.
    Cents(Vec<f64>),
}

/// What becomes of text that a spreadsheet would run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formulas {
    /// Nothing: whoever reads the file gets what people wrote.
    AsTheyAre,
    /// An apostrophe goes before it, see [`formulas`](crate::formulas).
    Guarded,
}

impl Formulas {
    fn push_field(self, line: &mut Vec<u8>, field: &[u8]) {
        match self {
            Self::AsTheyAre => push_field(line, field),
            Self::Guarded => push_guarded_field(line, field),
        }
    }
}

impl Cells {
    /// Rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(cells) => cells.len(),
            Self::Code(cells, _) => cells.len(),
            Self::Address(cells) => cells.len(),
            Self::Int(cells) => cells.len(),
            Self::Week(cells) => cells.len(),
            Self::Float(cells) => cells.len(),
            Self::Bool(cells) => cells.len(),
            Self::Judged(cells) => cells.len(),
            Self::Instant(cells) => cells.len(),
            Self::Date(cells) => cells.len(),
            Self::Money(cells) | Self::Exact(cells) => cells.len(),
            Self::Cents(cells) => cells.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Packs the cells, for those that are kept.
    fn settle(&mut self) {
        match self {
            Self::Text(cells) => cells.settle(),
            Self::Code(cells, texts) => {
                cells.settle();
                texts.settle();
            }
            Self::Int(cells) => cells.settle(),
            Self::Float(cells) => cells.settle(),
            Self::Instant(cells) => cells.settle(),
            Self::Address(_) => {}
            Self::Week(cells) => cells.settle(),
            Self::Bool(cells) => cells.settle(),
            Self::Judged(cells) => cells.settle(),
            Self::Date(cells) => cells.settle(),
            Self::Money(cells) | Self::Exact(cells) => cells.settle(),
            Self::Cents(cells) => cells.settle(),
        }
    }

    fn push_cell(&self, row: usize, line: &mut Vec<u8>, formulas: Formulas) {
        match self {
            Self::Text(cells) => formulas.push_field(line, cells.bytes(row)),
            Self::Code(cells, texts) => formulas.push_field(line, texts.bytes(cells[row] as usize)),
            Self::Address(cells) => formulas.push_field(line, &cells.bytes(row)),
            Self::Int(cells) => {
                if let Some(value) = cells.get(row) {
                    push_integer(line, value);
                }
            }
            Self::Week(cells) => push_week(line, cells[row]),
            Self::Float(cells) => {
                if let Some(value) = cells.get(row) {
                    push_six_decimals(line, value);
                }
            }
            Self::Bool(cells) => push_flag(line, cells[row]),
            Self::Judged(cells) => cells[row].into_iter().for_each(|flag| push_flag(line, flag)),
            Self::Instant(cells) => {
                if let Some(at) = cells.get(row) {
                    push_instant(line, at);
                }
            }
            Self::Date(cells) => {
                if let Some(day) = cells[row] {
                    push_day(line, day);
                }
            }
            Self::Money(cells) => {
                if let Some(amount) = &cells[row] {
                    line.extend_from_slice(amount.to_cents().as_bytes());
                }
            }
            Self::Exact(cells) => {
                if let Some(amount) = &cells[row] {
                    line.extend_from_slice(amount.to_string().as_bytes());
                }
            }
            Self::Cents(cells) => push_cents(line, cells[row]),
        }
    }
}

fn push_display(line: &mut Vec<u8>, arguments: std::fmt::Arguments<'_>) {
    line.write_fmt(arguments).expect("writing to memory does not fail");
}

/// The numbers below a hundred in two digits, one after the other.
const TWO_DIGITS: [u8; 200] = {
    let mut digits = [0; 200];
    let mut number = 0;
    while number < 100 {
        digits[2 * number] = b'0' + (number / 10) as u8;
        digits[2 * number + 1] = b'0' + (number % 10) as u8;
        number += 1;
    }
    digits
};

/// Two decimal digits; of larger numbers the last two.
fn two_digits(value: u32) -> [u8; 2] {
    let place = 2 * (value % 100) as usize;
    [TWO_DIGITS[place], TWO_DIGITS[place + 1]]
}

/// A text with numbers of two digits put in at some places.
fn with_numbers<const N: usize, const M: usize>(mut text: [u8; N], numbers: [(usize, u32); M]) -> [u8; N] {
    for (place, number) in numbers {
        text[place..place + 2].copy_from_slice(&two_digits(number));
    }
    text
}

fn push_integer(line: &mut Vec<u8>, value: i64) {
    if value < 0 {
        line.push(b'-');
    }
    push_digits(line, value.unsigned_abs());
}

fn push_digits(line: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    line.extend_from_slice(&digits[first..]);
}

fn push_cents(line: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        line.extend_from_slice(b"NaN");
    } else if value.is_infinite() {
        line.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
    } else {
        push_display(line, format_args!("{value:.2}"));
    }
}

fn push_week(line: &mut Vec<u8>, week: i64) {
    if (0..100).contains(&week) {
        line.extend_from_slice(&two_digits(week as u32));
    } else {
        push_display(line, format_args!("{week:02}"));
    }
}

fn push_flag(line: &mut Vec<u8>, flag: bool) {
    line.extend_from_slice(if flag { b"true" } else { b"false" });
}

/// Appends a number with six decimals, digit for digit as the standard formatter writes it: the exact binary value,
/// rounded half to even. Ten times as fast, and most of a large table is such numbers.
fn push_six_decimals(line: &mut Vec<u8>, value: f64) {
    const MILLION: u64 = 1_000_000;
    const MANTISSA_BITS: u32 = 52;
    /// Below this a millionth of the number fits into 64 bits, and the exponent is negative.
    const LARGE: f64 = (1_u64 << 40) as f64;
    if value.is_nan() || value.abs() >= LARGE {
        return push_display(line, format_args!("{value:.6}"));
    }
    let bits = value.to_bits();
    let biased_exponent = (bits >> MANTISSA_BITS & 0x7ff) as u32;
    let fraction = bits & ((1 << MANTISSA_BITS) - 1);
    let mantissa = if biased_exponent == 0 { fraction } else { fraction | 1 << MANTISSA_BITS };
    // The number is mantissa / 2^shift. Millionths that are shifted by more than 100 bits are nothing.
    let shift = (1075 - biased_exponent.max(1)).min(100);
    let scaled = u128::from(mantissa) * u128::from(MILLION);
    let (whole, rest, half) = ((scaled >> shift) as u64, scaled & ((1 << shift) - 1), 1_u128 << (shift - 1));
    let millionths = whole + u64::from(rest > half || (rest == half && whole % 2 == 1));
    if value.is_sign_negative() {
        line.push(b'-');
    }
    push_digits(line, millionths / MILLION);
    let decimals = (millionths % MILLION) as u32;
    line.extend_from_slice(&with_numbers(*b".000000", [(1, decimals / 10_000), (3, decimals / 100), (5, decimals)]));
}

fn push_day(line: &mut Vec<u8>, day: NaiveDate) {
    match u32::try_from(day.year()) {
        Ok(year @ ..=9999) => line.extend_from_slice(&civil_day((year, day.month(), day.day()))),
        _ => push_display(line, format_args!("{}", day.format("%Y-%m-%d"))),
    }
}

/// `2026-01-02`, of a year with four digits.
fn civil_day((year, month, day): (u32, u32, u32)) -> [u8; 10] {
    with_numbers(*b"0000-00-00", [(0, year / 100), (2, year), (5, month), (8, day)])
}

/// Appends `2026-01-02T03:04:05Z` (fractions cut) without going through a formatter.
pub fn push_instant(line: &mut Vec<u8>, at: Instant) {
    /// Seconds of a day.
    const DAY: u64 = 86_400;
    /// 0000-01-01 and the end of the year 9999, in seconds since 1970.
    const FOUR_DIGITS: std::ops::Range<i64> = -62_167_219_200..253_402_300_800;
    if !FOUR_DIGITS.contains(&at.seconds()) {
        line.extend_from_slice(at.to_rfc3339_seconds().as_bytes());
        return;
    }
    let since_year_0 = (at.seconds() - FOUR_DIGITS.start) as u64;
    let second_of_day = (since_year_0 % DAY) as u32;
    let mut text = *b"0000-00-00T00:00:00Z";
    text[..10].copy_from_slice(&civil_day(civil_from_days((since_year_0 / DAY) as u32)));
    let time = [(11, second_of_day / 3600), (14, second_of_day / 60 % 60), (17, second_of_day % 60)];
    line.extend_from_slice(&with_numbers(text, time));
}

/// Year, month and day of a day number since 0000-01-01 in the proleptic Gregorian calendar (Neri and Schneider, Euclidean
/// affine functions, 2023): years begin in March, and a century, a year and a month are found by a multiplication each.
fn civil_from_days(days: u32) -> (u32, u32, u32) {
    // From the March that is 400 years before that of the year 0.
    let quarters = 4 * (days + 146_097 - 60) + 3;
    let (century, day_of_century) = (quarters / 146_097, quarters % 146_097 / 4);
    let of_century = 2_939_745 * u64::from(4 * day_of_century + 3);
    let (year_of_century, day_of_year) = ((of_century >> 32) as u32, of_century as u32 / 2_939_745 / 4);
    let months = 2_141 * day_of_year + 197_913;
    let (month, day) = (months >> 16, (months & 0xffff) / 2_141 + 1);
    let is_after_december = day_of_year >= 306;
    let year = 100 * century + year_of_century - 400 + u32::from(is_after_december);
    (year, if is_after_december { month - 12 } else { month }, day)
}

impl Table {
    /// Rows.
    pub fn height(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }

    /// Packs all cells: for tables that are kept for long.
    pub fn settle(&mut self) {
        self.columns.iter_mut().for_each(|column| column.cells.settle());
    }

    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<&Cells> {
        self.columns.iter().find(|column| column.name == name).map(|column| &column.cells)
    }

    /// One cell as it is written in CSV, without quotes; empty when there is no such column.
    pub fn cell(&self, row: usize, column: &str) -> String {
        let mut line = Vec::new();
        match self.column(column) {
            Some(Cells::Text(cells)) => line.extend_from_slice(cells.bytes(row)),
            Some(Cells::Code(cells, texts)) => line.extend_from_slice(texts.bytes(cells[row] as usize)),
            Some(Cells::Address(cells)) => line.extend_from_slice(&cells.bytes(row)),
            Some(cells) => cells.push_cell(row, &mut line, Formulas::AsTheyAre),
            None => {}
        }
        String::from_utf8_lossy(&line).into_owned()
    }

    /// Appends the header as a line of CSV.
    pub fn push_header(&self, lines: &mut Vec<u8>) {
        for (index, column) in self.columns.iter().enumerate() {
            if index > 0 {
                lines.push(b',');
            }
            push_field(lines, column.name.as_bytes());
        }
        lines.push(b'\n');
    }

    /// Appends some rows as lines of CSV: LF, quoted only where needed.
    pub fn push_rows(&self, rows: Range<usize>, lines: &mut Vec<u8>, formulas: Formulas) {
        for row in rows {
            for (index, column) in self.columns.iter().enumerate() {
                if index > 0 {
                    lines.push(b',');
                }
                column.cells.push_cell(row, lines, formulas);
            }
            lines.push(b'\n');
        }
    }

    /// Writes the table as CSV: header, then rows.
    pub fn write_csv<W: Write>(&self, out: &mut W) -> io::Result<()> {
        const BLOCK_ROWS: usize = 512;
        let mut lines = Vec::with_capacity(1 << 16);
        self.push_header(&mut lines);
        for first in (0..self.height()).step_by(BLOCK_ROWS) {
            self.push_rows(first..self.height().min(first + BLOCK_ROWS), &mut lines, Formulas::AsTheyAre);
            out.write_all(&lines)?;
            lines.clear();
        }
        out.write_all(&lines)
    }

    /// The table as CSV text; invalid UTF-8 is replaced. For tests and small tables.
    pub fn to_csv(&self) -> String {
        let mut bytes = Vec::new();
        self.write_csv(&mut bytes).expect("writing to memory does not fail");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded_in_texts_and_codes_where_that_is_asked_for() {
        let mut texts = TextColumn::default();
        texts.push(b"=x");
        let columns = vec![
            Column { name: "text", cells: Cells::Text(texts.clone()) },
            Column { name: "code", cells: Cells::Code(vec![0].into(), texts) },
            Column { name: "number", cells: Cells::Int(vec![Some(-1)].into()) },
        ];
        let table = Table { name: "example", columns };
        let rows = |formulas| {
            let mut lines = Vec::new();
            table.push_rows(0..1, &mut lines, formulas);
            String::from_utf8(lines).expect("UTF-8")
        };
        assert_eq!(rows(Formulas::AsTheyAre), "=x,=x,-1\n");
        assert_eq!(rows(Formulas::Guarded), "'=x,'=x,-1\n");
    }

    #[test]
    fn nulls_are_empty_cells_and_floats_have_six_decimals() {
        let mut instants = InstantColumn::default();
        instants.push(Instant::parse_rfc3339("2024-02-29T23:59:59.9Z"));
        instants.push(None);
        let table = Table {
            name: "example",
            columns: vec![
                Column { name: "week", cells: Cells::Week(vec![1, 53]) },
                Column { name: "mean", cells: Cells::Float(vec![Some(1.0 / 3.0), None].into()) },
                Column { name: "at", cells: Cells::Instant(instants) },
                Column { name: "open", cells: Cells::Bool(vec![true, false]) },
            ],
        };
        assert_eq!(table.to_csv(), "week,mean,at,open\n01,0.333333,2024-02-29T23:59:59Z,true\n53,,,false\n");
    }

    fn written_number(value: f64) -> String {
        let mut line = Vec::new();
        push_six_decimals(&mut line, value);
        String::from_utf8(line).expect("digits")
    }

    #[test]
    fn written_numbers_agree_with_the_standard_formatter() {
        let (even_tie, odd_tie) = (0.007_812_5, 3.0 * 0.007_812_5);
        let special = [0.0, -0.0, -1e-9, 1e-300, f64::MIN_POSITIVE / 2.0, 0.000_000_5, even_tie, odd_tie, 0.999_999_5]
            .into_iter()
            .chain([1e12, 1.1e12, -1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1_099_511_627_775.999_9]);
        let micros_as_days = (0..10_000_i64).map(|step| (step * step * 7_919 + step * 1_000_000) as f64 / 86_400e6);
        let ties = (1..10_000).map(|step| f64::from(step) / 128.0 + f64::from(step % 640) / 8_388_608.0);
        let bits = (0..20_000_u64).map(|step| f64::from_bits(step.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        for value in special.chain(micros_as_days).chain(ties).chain(bits) {
            assert_eq!(written_number(value), format!("{value:.6}"), "{value:e}");
        }
    }

    #[test]
    fn written_integers_weeks_and_days_agree_with_the_standard_formatter() {
        for value in [0, 7, -1, 10, 99, 100, -53, i64::MAX, i64::MIN] {
            let (mut integer, mut week) = (Vec::new(), Vec::new());
            push_integer(&mut integer, value);
            push_week(&mut week, value);
            assert_eq!(String::from_utf8_lossy(&integer), format!("{value}"));
            assert_eq!(String::from_utf8_lossy(&week), format!("{value:02}"));
        }
        for days in (-800_000..4_000_000).step_by(997) {
            let day = NaiveDate::from_epoch_days(days).expect("within the calendar");
            let mut line = Vec::new();
            push_day(&mut line, day);
            assert_eq!(String::from_utf8_lossy(&line), day.format("%Y-%m-%d").to_string());
        }
    }

    #[test]
    fn written_instants_agree_with_chrono_over_all_years() {
        for seconds in (-62_135_596_800..253_402_300_800_i64).step_by(86_400 * 97 + 12_345) {
            let at = Instant::from_seconds(seconds);
            let mut line = Vec::new();
            push_instant(&mut line, at);
            assert_eq!(String::from_utf8_lossy(&line), at.to_rfc3339_seconds());
        }
    }
}
