//! Columns that are one buffer: texts, texts by code, instants.

use std::borrow::Cow;

use crate::Instant;

/// Texts by code. Code 0 is always the empty text.
#[derive(Clone, Debug)]
pub struct Dictionary {
    texts: TextColumn,
}

impl Default for Dictionary {
    fn default() -> Self {
        let mut texts = TextColumn::default();
        texts.push(b"");
        Self { texts }
    }
}

impl Dictionary {
    /// The code of the empty text.
    pub const EMPTY: u32 = 0;

    /// Appends a text and returns its code. Does not look whether it is there already.
    pub fn push(&mut self, text: &[u8]) -> u32 {
        self.texts.push(text);
        (self.texts.len() - 1) as u32
    }

    /// The text of a code, as bytes.
    pub fn bytes(&self, code: u32) -> &[u8] {
        self.texts.bytes(code as usize)
    }

    /// The text of a code; invalid UTF-8 is replaced.
    pub fn text(&self, code: u32) -> Cow<'_, str> {
        self.texts.text(code as usize)
    }

    /// How many texts there are, the empty one included.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Never: the empty text is always there.
    pub fn is_empty(&self) -> bool {
        self.texts.len() == 0
    }
}

/// A column of texts in one buffer.
#[derive(Clone, Debug, Default)]
pub struct TextColumn {
    buffer: Vec<u8>,
    ends: Vec<u32>,
}

impl TextColumn {
    /// Appends a text.
    pub fn push(&mut self, text: &[u8]) {
        self.buffer.extend_from_slice(text);
        self.ends.push(u32::try_from(self.buffer.len()).expect("a text column holds less than 4 GiB"));
    }

    /// Appends another column.
    pub fn append(&mut self, other: &Self) {
        let offset = self.buffer.len() as u32;
        self.buffer.extend_from_slice(&other.buffer);
        self.ends.extend(other.ends.iter().map(|end| end + offset));
    }

    /// Makes room for exactly so many more rows with so many bytes together.
    pub fn reserve_exact(&mut self, rows: usize, bytes: usize) {
        self.ends.reserve_exact(rows);
        self.buffer.reserve_exact(bytes);
    }

    /// The texts of some rows, in their order.
    #[must_use]
    pub fn gathered(&self, rows: impl Iterator<Item = usize> + Clone) -> Self {
        let mut texts = Self::default();
        texts.reserve_exact(rows.clone().count(), rows.clone().map(|row| self.bytes(row).len()).sum());
        for row in rows {
            texts.push(self.bytes(row));
        }
        texts
    }

    /// The text of a row, as bytes.
    pub fn bytes(&self, row: usize) -> &[u8] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        &self.buffer[start..self.ends[row] as usize]
    }

    /// The text of a row; invalid UTF-8 is replaced.
    pub fn text(&self, row: usize) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(row))
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// What any column can do, whatever its cells are.
pub trait Column {
    /// Rows.
    fn len(&self) -> usize;
    /// Whether there are no rows.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Appends the rows of another.
    fn append(&mut self, other: &Self);
    /// Keeps the rows of an index, in its order.
    fn gather(&mut self, index: &[u32]);
}

impl<T: Clone> Column for Vec<T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn append(&mut self, other: &Self) {
        self.extend_from_slice(other);
    }

    fn gather(&mut self, index: &[u32]) {
        *self = index.iter().map(|&row| self[row as usize].clone()).collect();
    }
}

impl Column for TextColumn {
    fn len(&self) -> usize {
        self.len()
    }

    fn append(&mut self, other: &Self) {
        self.append(other);
    }

    fn gather(&mut self, index: &[u32]) {
        *self = self.gathered(index.iter().map(|&row| row as usize));
    }
}

impl Column for InstantColumn {
    fn len(&self) -> usize {
        self.len()
    }

    fn append(&mut self, other: &Self) {
        self.append(other);
    }

    fn gather(&mut self, index: &[u32]) {
        self.micros = index.iter().map(|&row| self.micros[row as usize]).collect();
        if !self.nanos.is_empty() {
            self.nanos = index.iter().map(|&row| self.nanos[row as usize]).collect();
        }
    }
}

impl Column for IntColumn {
    fn len(&self) -> usize {
        self.values.len()
    }

    fn append(&mut self, other: &Self) {
        self.values.extend_from_slice(&other.values);
    }

    fn gather(&mut self, index: &[u32]) {
        Column::gather(&mut self.values, index);
    }
}

/// Appends codes of another dictionary, each as `codes` translates it.
pub fn append_codes(column: &mut Vec<u32>, other: &[u32], codes: &[u32]) {
    column.extend(other.iter().map(|code| codes[*code as usize]));
}

/// A column of whole numbers, null where unknown.
#[derive(Clone, Debug, Default)]
pub struct IntColumn {
    /// [`IntColumn::NULL`] for null.
    values: Vec<i64>,
}

impl IntColumn {
    const NULL: i64 = i64::MIN;

    /// Appends a number or null.
    pub fn push(&mut self, number: Option<i64>) {
        self.values.push(number.unwrap_or(Self::NULL));
    }

    /// The number of a row, `None` where null.
    pub fn get(&self, row: usize) -> Option<i64> {
        Some(self.values[row]).filter(|number| *number != Self::NULL)
    }
}

/// A column of instants, null where unknown.
///
/// Digits beyond microseconds are kept apart: no provider sends them, but hand-made files of the original
/// may, and rule set `cto-stats` compares them.
#[derive(Clone, Debug, Default)]
pub struct InstantColumn {
    micros: Vec<i64>,
    /// Nanoseconds beyond the microsecond, 0 to 999. Empty unless any row has some.
    nanos: Vec<u16>,
}

impl InstantColumn {
    /// Appends an instant or null.
    pub fn push(&mut self, at: Option<Instant>) {
        self.push_with_nanos(at.map_or(Instant::NULL_MICROS, Instant::micros), 0);
    }

    /// Appends microseconds ([`Instant::NULL_MICROS`] for null) and the nanoseconds beyond them.
    pub fn push_with_nanos(&mut self, micros: i64, nanos: u16) {
        if nanos != 0 && self.nanos.is_empty() {
            self.nanos.resize(self.micros.len(), 0);
        }
        if nanos != 0 || !self.nanos.is_empty() {
            self.nanos.push(nanos);
        }
        self.micros.push(micros);
    }

    /// Appends another column.
    pub fn append(&mut self, other: &Self) {
        if self.nanos.is_empty() && other.nanos.is_empty() {
            self.micros.extend_from_slice(&other.micros);
            return;
        }
        for row in 0..other.len() {
            self.push_with_nanos(other.micros[row], other.nanos(row));
        }
    }

    /// The instant of a row, `None` where null.
    pub fn get(&self, row: usize) -> Option<Instant> {
        let micros = self.micros[row];
        (micros != Instant::NULL_MICROS).then(|| Instant::from_micros(micros))
    }

    /// Nanoseconds beyond the microsecond.
    pub fn nanos(&self, row: usize) -> u16 {
        self.nanos.get(row).copied().unwrap_or(0)
    }

    /// All rows in microseconds, null as [`Instant::NULL_MICROS`].
    pub fn micros(&self) -> &[i64] {
        &self.micros
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.micros.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.micros.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_zero_is_the_empty_text() {
        let mut dictionary = Dictionary::default();
        assert_eq!(dictionary.push(b"Backlog"), 1);
        assert_eq!(dictionary.bytes(Dictionary::EMPTY), b"");
        assert_eq!(dictionary.text(1), "Backlog");
    }

    #[test]
    fn nanoseconds_appear_only_when_a_row_has_some() {
        let mut column = InstantColumn::default();
        column.push(Some(Instant::from_micros(1)));
        column.push_with_nanos(2, 7);
        column.push(None);
        assert_eq!((column.nanos(0), column.nanos(1), column.nanos(2)), (0, 7, 0));
        assert_eq!(column.get(2), None);
        let mut joined = InstantColumn::default();
        joined.push(None);
        joined.append(&column);
        assert_eq!((joined.len(), joined.nanos(2)), (4, 7));
    }

    #[test]
    fn text_columns_can_be_joined() {
        let (mut first, mut second) = (TextColumn::default(), TextColumn::default());
        first.push(b"ab");
        second.push(b"");
        second.push("ü".as_bytes());
        first.append(&second);
        assert_eq!((first.text(0), first.text(1), first.text(2)), ("ab".into(), "".into(), "ü".into()));
    }
}
