//! Columns of codes and instants, the dictionary behind the codes, and what any column can do.

use std::borrow::Cow;

use super::TextColumn;
use crate::Instant;
use crate::instant::MICROS_PER_SECOND;

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

    /// Nothing is to be appended any more: gives back the room for it.
    pub fn settle(&mut self) {
        self.texts.settle();
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
        match &mut self.instants {
            Instants::Seconds(seconds) => seconds.gather(index),
            Instants::Micros(micros) => micros.gather(index),
            Instants::Same(_, rows) => *rows = index.len(),
        }
        if !self.nanos.is_empty() {
            self.nanos.gather(index);
        }
    }

    fn settle(&mut self) {
        let rows = self.len();
        if rows > 0 && self.nanos.is_empty() {
            let first = self.micros(0);
            if (1..rows).all(|row| self.micros(row) == first) {
                self.instants = Instants::Same(first, rows);
            }
        }
        match &mut self.instants {
            Instants::Seconds(seconds) => seconds.shrink_to_fit(),
            Instants::Micros(micros) => micros.shrink_to_fit(),
            Instants::Same(..) => {}
        }
        self.nanos.shrink_to_fit();
    }
}

/// A column of instants, null where unknown; four bytes each as long as all of them are whole seconds from 1970 to 2106,
/// else eight. Once it is [settled](Column::settle), none where all rows have the same.
///
/// Digits beyond microseconds are kept apart: no provider sends them, but hand-made files of the original
/// may, and rule set `cto-stats` compares them.
#[derive(Clone, Debug, Default)]
pub struct InstantColumn {
    instants: Instants,
    /// Nanoseconds beyond the microsecond, 0 to 999. Empty unless any row has some.
    nanos: Vec<u16>,
}

#[derive(Clone, Debug)]
enum Instants {
    /// Since 1970; [`NO_SECONDS`] for null.
    Seconds(Vec<u32>),
    /// Since 1970; [`Instant::NULL_MICROS`] for null.
    Micros(Vec<i64>),
    /// Microseconds, and how many rows have them.
    Same(i64, usize),
}

const NO_SECONDS: u32 = u32::MAX;

impl Default for Instants {
    fn default() -> Self {
        Self::Seconds(Vec::new())
    }
}

/// `None` for an instant that has no room.
#[inline]
fn seconds_of(micros: i64) -> Option<u32> {
    if micros == Instant::NULL_MICROS {
        return Some(NO_SECONDS);
    }
    let seconds = u32::try_from(micros / MICROS_PER_SECOND).ok()?;
    (seconds != NO_SECONDS && i64::from(seconds) * MICROS_PER_SECOND == micros).then_some(seconds)
}

#[inline]
fn micros_of(seconds: u32) -> i64 {
    if seconds == NO_SECONDS { Instant::NULL_MICROS } else { i64::from(seconds) * MICROS_PER_SECOND }
}

impl FromIterator<Option<Instant>> for InstantColumn {
    fn from_iter<I: IntoIterator<Item = Option<Instant>>>(instants: I) -> Self {
        let mut column = Self::default();
        instants.into_iter().for_each(|at| column.push(at));
        column
    }
}

impl InstantColumn {
    /// Appends an instant or null.
    pub fn push(&mut self, at: Option<Instant>) {
        self.push_with_nanos(at.map_or(Instant::NULL_MICROS, Instant::micros), 0);
    }

    /// Appends microseconds ([`Instant::NULL_MICROS`] for null) and the nanoseconds beyond them.
    #[inline]
    pub fn push_with_nanos(&mut self, micros: i64, nanos: u16) {
        if let (Instants::Seconds(seconds), 0, true) = (&mut self.instants, nanos, self.nanos.is_empty())
            && let Some(at) = seconds_of(micros)
        {
            return seconds.push(at);
        }
        self.push_odd(micros, nanos);
    }

    #[cold]
    fn push_odd(&mut self, micros: i64, nanos: u16) {
        if nanos != 0 && self.nanos.is_empty() {
            self.nanos.resize(self.len(), 0);
        }
        if nanos != 0 || !self.nanos.is_empty() {
            self.nanos.push(nanos);
        }
        if let Instants::Same(same, rows) = self.instants {
            self.instants = match seconds_of(same) {
                Some(same) => Instants::Seconds(vec![same; rows]),
                None => Instants::Micros(vec![same; rows]),
            };
        }
        if let Instants::Seconds(seconds) = &mut self.instants {
            match seconds_of(micros) {
                Some(at) => return seconds.push(at),
                None => self.instants = Instants::Micros(seconds.iter().map(|at| micros_of(*at)).collect()),
            }
        }
        if let Instants::Micros(all) = &mut self.instants {
            all.push(micros);
        }
    }

    /// Appends another column.
    pub fn append(&mut self, other: &Self) {
        if self.nanos.is_empty() && other.nanos.is_empty() {
            match (&mut self.instants, &other.instants) {
                (Instants::Seconds(own), Instants::Seconds(other)) => return own.extend_from_slice(other),
                (Instants::Micros(own), Instants::Micros(other)) => return own.extend_from_slice(other),
                _ => {}
            }
        }
        for row in 0..other.len() {
            self.push_with_nanos(other.micros(row), other.nanos(row));
        }
    }

    /// The instant of a row, `None` where null.
    pub fn get(&self, row: usize) -> Option<Instant> {
        let micros = self.micros(row);
        (micros != Instant::NULL_MICROS).then(|| Instant::from_micros(micros))
    }

    /// Nanoseconds beyond the microsecond.
    pub fn nanos(&self, row: usize) -> u16 {
        self.nanos.get(row).copied().unwrap_or(0)
    }

    /// The instant of a row in microseconds, null as [`Instant::NULL_MICROS`].
    #[inline]
    pub fn micros(&self, row: usize) -> i64 {
        match &self.instants {
            Instants::Seconds(seconds) => micros_of(seconds[row]),
            Instants::Micros(micros) => micros[row],
            Instants::Same(micros, rows) => {
                assert!(row < *rows, "row {row} of {rows}");
                *micros
            }
        }
    }

    /// All rows in microseconds, null as [`Instant::NULL_MICROS`].
    pub fn all_micros(&self) -> impl ExactSizeIterator<Item = i64> + '_ {
        (0..self.len()).map(|row| self.micros(row))
    }

    /// Rows.
    pub fn len(&self) -> usize {
        match &self.instants {
            Instants::Seconds(seconds) => seconds.len(),
            Instants::Micros(micros) => micros.len(),
            Instants::Same(_, rows) => *rows,
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Memory that it takes, in bytes.
    pub fn memory(&self) -> usize {
        let instants = match &self.instants {
            Instants::Seconds(seconds) => size_of_val(seconds.as_slice()),
            Instants::Micros(micros) => size_of_val(micros.as_slice()),
            Instants::Same(..) => 0,
        };
        instants + size_of_val(self.nanos.as_slice())
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
    fn instants_come_back_as_they_were_narrow_or_wide() {
        let second = MICROS_PER_SECOND;
        let last = (i64::from(u32::MAX) - 1) * second;
        let narrow = [Some(0), None, Some(second), Some(last)];
        let instants = |micros: &[Option<i64>]| {
            let mut column = InstantColumn::default();
            for at in micros {
                column.push(at.map(Instant::from_micros));
            }
            column
        };
        let micros = |column: &InstantColumn| {
            (0..column.len()).map(|row| column.get(row).map(Instant::micros)).collect::<Vec<_>>()
        };
        let column = instants(&narrow);
        assert_eq!((micros(&column), column.memory()), (narrow.to_vec(), 16));
        for odd in [-second, 1, last + second, Instant::YEAR_ONE.micros(), i64::MAX] {
            let all: Vec<_> = narrow.into_iter().chain([Some(odd), None, Some(second)]).collect();
            let wide = instants(&all);
            assert_eq!((micros(&wide), wide.memory()), (all.clone(), 56), "{odd}");
            let mut joined = column.clone();
            joined.append(&wide);
            joined.append(&column);
            assert_eq!(micros(&joined), [&narrow[..], &all, &narrow].concat());
            joined.gather(&[8, 1, 0]);
            assert_eq!(micros(&joined), [Some(odd), None, Some(0)]);
        }
    }

    #[test]
    fn instants_that_are_all_the_same_take_nothing_and_may_be_followed_by_others() {
        for same in [None, Some(MICROS_PER_SECOND), Some(1)] {
            let at = |micros: Option<i64>| micros.map(Instant::from_micros);
            let mut column: InstantColumn = [at(same); 3].into_iter().collect();
            column.settle();
            assert_eq!((column.memory(), column.len(), column.get(2)), (0, 3, at(same)));
            let (mut longer, mut joined) = (column.clone(), InstantColumn::default());
            for next in [None, Some(2 * MICROS_PER_SECOND), Some(7)] {
                longer.push(at(next));
                assert_eq!((longer.get(2), longer.get(longer.len() - 1)), (at(same), at(next)));
            }
            joined.append(&column);
            joined.append(&longer);
            assert_eq!((joined.len(), joined.get(0), joined.get(8)), (9, at(same), at(Some(7))));
            let mut with_nanos = column.clone();
            with_nanos.push_with_nanos(2, 3);
            assert_eq!((with_nanos.get(0), with_nanos.nanos(0), with_nanos.nanos(3)), (at(same), 0, 3));
            column.gather(&[1, 0]);
            assert_eq!((column.len(), column.get(1)), (2, at(same)));
        }
    }
}
