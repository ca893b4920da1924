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
        let code = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text);
        code
    }

    /// Whether texts are missing because there are too many of them, see [`TextColumn::is_overfull`].
    pub fn is_overfull(&self) -> bool {
        Column::is_overfull(&self.texts)
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

/// A column of texts in one buffer, which together have less than 4 GiB: see [`TextColumn::is_overfull`].
#[derive(Clone, Debug, Default)]
pub struct TextColumn {
    buffer: Vec<u8>,
    ends: Vec<u32>,
    is_overfull: bool,
}

/// Most bytes of a column of texts: its ends are 32 bits wide.
#[cfg(not(test))]
const MOST_BYTES: usize = u32::MAX as usize;
#[cfg(test)]
const MOST_BYTES: usize = 1 << 16;

impl TextColumn {
    /// Appends a text; an empty one where it has no room any more.
    pub fn push(&mut self, text: &[u8]) {
        if text.len() > MOST_BYTES - self.buffer.len() {
            self.is_overfull = true;
        } else {
            self.buffer.extend_from_slice(text);
        }
        self.ends.push(self.end());
    }

    /// Appends another column; as many empty texts where it has no room any more.
    pub fn append(&mut self, other: &Self) {
        let offset = self.end();
        self.is_overfull |= other.is_overfull;
        if other.buffer.len() > MOST_BYTES - self.buffer.len() {
            self.is_overfull = true;
            self.ends.resize(self.ends.len() + other.ends.len(), offset);
        } else {
            self.buffer.extend_from_slice(&other.buffer);
            self.ends.extend(other.ends.iter().map(|end| end + offset));
        }
    }

    /// Whether some text had no room: an empty one is in its place. Whoever reads a table asks this at its end.
    pub fn is_overfull(&self) -> bool {
        self.is_overfull
    }

    fn end(&self) -> u32 {
        u32::try_from(self.buffer.len()).expect("no more than the most bytes are taken")
    }

    /// Makes room for exactly so many more rows with so many bytes together.
    pub fn reserve_exact(&mut self, rows: usize, bytes: usize) {
        self.ends.reserve_exact(rows);
        self.buffer.reserve_exact(bytes);
    }

    /// The texts of some rows, in their order.
    #[must_use]
    pub fn gathered(&self, rows: impl Iterator<Item = usize> + Clone) -> Self {
        let mut texts = Self { is_overfull: self.is_overfull, ..Self::default() };
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
    /// Whether it has more than there is room for: 4 GiB of text, or more rows than 32 bits can count.
    fn is_overfull(&self) -> bool {
        u32::try_from(self.len()).is_err()
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

    fn is_overfull(&self) -> bool {
        self.is_overfull || u32::try_from(self.len()).is_err()
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
    fn a_column_that_has_no_room_any_more_says_so_and_changes_no_other_text() {
        let half = vec![b'x'; MOST_BYTES / 2];
        let (mut column, mut other) = (TextColumn::default(), TextColumn::default());
        column.push(&half);
        other.push(b"small");
        other.push(&half);
        assert!(!column.is_overfull() && !other.is_overfull());
        column.append(&other);
        assert!(column.is_overfull(), "the other one has more than there is room for");
        assert_eq!(
            (column.len(), column.bytes(0).len(), column.bytes(1), column.bytes(2)),
            (3, half.len(), &b""[..], &b""[..])
        );
        column.push(b"still fits");
        assert_eq!((column.text(3), column.gathered([3].into_iter()).is_overfull()), ("still fits".into(), true));
        let mut pushed = TextColumn::default();
        (0..3).for_each(|_| pushed.push(&half));
        assert!(pushed.is_overfull() && pushed.bytes(2).is_empty());
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
