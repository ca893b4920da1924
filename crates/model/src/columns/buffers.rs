//! Columns of codes and instants, the dictionary behind the codes, and what any column can do.

use std::borrow::Cow;

use super::TextColumn;
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
    /// Nothing is to be appended any more: gives back the room for it, and lets texts be [shared](TextColumn::share).
    fn settle(&mut self);
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

    fn settle(&mut self) {
        self.shrink_to_fit();
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

    fn settle(&mut self) {
        self.micros.shrink_to_fit();
        self.nanos.shrink_to_fit();
    }
}

/// Appends codes of another dictionary, each as `codes` translates it.
pub fn append_codes(column: &mut Vec<u32>, other: &[u32], codes: &[u32]) {
    column.extend(other.iter().map(|code| codes[*code as usize]));
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
}
