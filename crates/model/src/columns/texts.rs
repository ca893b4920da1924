//! Texts in one buffer, which several columns may share.

use std::borrow::Cow;
use std::sync::Arc;

use super::Column;

/// A column of texts in one buffer, which together have less than 4 GiB: see [`TextColumn::is_overfull`].
///
/// Once it is [shared](TextColumn::share), copies of it and the columns that are [gathered](TextColumn::gathered) of it
/// hold no text of their own: a table of a million titles costs four bytes each. What is appended to such a column makes
/// it one of its own again.
#[derive(Clone, Debug, Default)]
pub struct TextColumn {
    texts: Texts,
    is_overfull: bool,
}

#[derive(Clone, Debug)]
enum Texts {
    /// Its own.
    Own(Buffer),
    /// All of a buffer, in order.
    Shared(Arc<Buffer>),
    /// Rows of a buffer.
    Picked(Arc<Buffer>, Vec<u32>),
}

impl Default for Texts {
    fn default() -> Self {
        Self::Own(Buffer::default())
    }
}

#[derive(Clone, Debug, Default)]
struct Buffer {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

/// Most bytes of a column of texts: its ends are 32 bits wide.
#[cfg(not(test))]
const MOST_BYTES: usize = u32::MAX as usize;
#[cfg(test)]
const MOST_BYTES: usize = 1 << 16;

impl Buffer {
    fn text(&self, row: usize) -> &[u8] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        &self.bytes[start..self.ends[row] as usize]
    }

    fn end(&self) -> u32 {
        u32::try_from(self.bytes.len()).expect("no more than the most bytes are taken")
    }

    fn has_room_for(&self, bytes: usize) -> bool {
        bytes <= MOST_BYTES - self.bytes.len()
    }

    fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.end());
    }
}

impl TextColumn {
    /// Appends a text; an empty one where it has no room any more.
    pub fn push(&mut self, text: &[u8]) {
        let has_room = self.own().has_room_for(text.len());
        self.is_overfull |= !has_room;
        self.own().push(if has_room { text } else { b"" });
    }

    /// Appends another column; as many empty texts where it has no room any more.
    pub fn append(&mut self, other: &Self) {
        self.is_overfull |= other.is_overfull;
        let bytes = match &other.texts {
            Texts::Own(buffer) => buffer.bytes.len(),
            Texts::Shared(buffer) => buffer.bytes.len(),
            Texts::Picked(buffer, rows) => rows.iter().map(|&row| buffer.text(row as usize).len()).sum(),
        };
        let own = self.own();
        let has_room = own.has_room_for(bytes);
        match &other.texts {
            _ if !has_room => own.ends.resize(own.ends.len() + other.len(), own.end()),
            Texts::Picked(buffer, rows) => rows.iter().for_each(|&row| own.push(buffer.text(row as usize))),
            Texts::Own(_) | Texts::Shared(_) => {
                let (offset, other) = (own.end(), other.buffer());
                own.bytes.extend_from_slice(&other.bytes);
                own.ends.extend(other.ends.iter().map(|end| end + offset));
            }
        }
        self.is_overfull |= !has_room;
    }

    /// Whether some text had no room: an empty one is in its place. Whoever reads a table asks this at its end.
    pub fn is_overfull(&self) -> bool {
        self.is_overfull
    }

    /// Makes room for exactly so many more rows with so many bytes together.
    pub fn reserve_exact(&mut self, rows: usize, bytes: usize) {
        let own = self.own();
        own.ends.reserve_exact(rows);
        own.bytes.reserve_exact(bytes);
    }

    /// Lets the texts be held by all columns that are made of this one from now on, instead of a copy by each. They
    /// stay in memory until the last of these columns is dropped.
    pub fn share(&mut self) {
        if let Texts::Own(buffer) = &mut self.texts {
            let mut buffer = std::mem::take(buffer);
            buffer.bytes.shrink_to_fit();
            buffer.ends.shrink_to_fit();
            self.texts = Texts::Shared(Arc::new(buffer));
        }
    }

    /// The texts of some rows, in their order.
    #[must_use]
    pub fn gathered(&self, rows: impl Iterator<Item = usize> + Clone) -> Self {
        let texts = match &self.texts {
            Texts::Own(buffer) => {
                let mut own = Buffer::default();
                own.ends.reserve_exact(rows.clone().count());
                own.bytes.reserve_exact(rows.clone().map(|row| buffer.text(row).len()).sum());
                rows.for_each(|row| own.push(buffer.text(row)));
                Texts::Own(own)
            }
            Texts::Shared(buffer) => Texts::Picked(Arc::clone(buffer), exact(rows.map(|row| row as u32))),
            Texts::Picked(buffer, picked) => Texts::Picked(Arc::clone(buffer), exact(rows.map(|row| picked[row]))),
        };
        Self { texts, is_overfull: self.is_overfull }
    }

    /// The text of a row, as bytes.
    pub fn bytes(&self, row: usize) -> &[u8] {
        match &self.texts {
            Texts::Own(buffer) => buffer.text(row),
            Texts::Shared(buffer) => buffer.text(row),
            Texts::Picked(buffer, rows) => buffer.text(rows[row] as usize),
        }
    }

    /// The text of a row; invalid UTF-8 is replaced.
    pub fn text(&self, row: usize) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(row))
    }

    /// Rows.
    pub fn len(&self) -> usize {
        match &self.texts {
            Texts::Picked(_, rows) => rows.len(),
            Texts::Own(_) | Texts::Shared(_) => self.buffer().ends.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Memory that it takes, in bytes; what it [shares](TextColumn::share) is not counted.
    pub fn memory(&self) -> usize {
        match &self.texts {
            Texts::Own(buffer) => buffer.bytes.len() + size_of_val(buffer.ends.as_slice()),
            Texts::Shared(_) => 0,
            Texts::Picked(_, rows) => size_of_val(rows.as_slice()),
        }
    }

    fn buffer(&self) -> &Buffer {
        match &self.texts {
            Texts::Own(buffer) => buffer,
            Texts::Shared(buffer) | Texts::Picked(buffer, _) => buffer,
        }
    }

    /// The buffer as its own: what was shared is copied first.
    fn own(&mut self) -> &mut Buffer {
        match &mut self.texts {
            Texts::Own(_) => {}
            Texts::Shared(buffer) => self.texts = Texts::Own(Buffer::clone(buffer)),
            Texts::Picked(buffer, rows) => {
                let mut own = Buffer::default();
                for &row in rows.iter() {
                    own.push(buffer.text(row as usize));
                }
                self.texts = Texts::Own(own);
            }
        }
        match &mut self.texts {
            Texts::Own(buffer) => buffer,
            Texts::Shared(_) | Texts::Picked(..) => unreachable!("it was made its own"),
        }
    }
}

/// Without room for more.
fn exact(rows: impl Iterator<Item = u32> + Clone) -> Vec<u32> {
    let mut exact = Vec::new();
    exact.reserve_exact(rows.clone().count());
    exact.extend(rows);
    exact
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

    fn settle(&mut self) {
        self.share();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(texts: &[&str]) -> TextColumn {
        let mut column = TextColumn::default();
        for text in texts {
            column.push(text.as_bytes());
        }
        column
    }

    fn texts(column: &TextColumn) -> Vec<String> {
        (0..column.len()).map(|row| column.text(row).into_owned()).collect()
    }

    #[test]
    fn a_column_reads_the_same_whether_it_is_shared_or_not() {
        let own = column(&["a", "", "ccc", "dd"]);
        let mut shared = own.clone();
        shared.share();
        for rows in [vec![], vec![3, 0, 0], vec![2, 1]] {
            let of = |column: &TextColumn| column.gathered(rows.iter().copied());
            assert_eq!(texts(&of(&own)), texts(&of(&shared)));
            let twice = |column: &TextColumn| of(column).gathered((0..rows.len()).rev());
            assert_eq!(texts(&twice(&own)), texts(&twice(&shared)));
            let mut joined = [own.clone(), own.clone(), shared.clone(), of(&shared)];
            joined[0].append(&of(&own));
            joined[1].append(&of(&shared));
            joined[2].append(&of(&shared));
            joined[3].append(&own);
            assert_eq!(texts(&joined[0]), texts(&joined[1]));
            assert_eq!(texts(&joined[0]), texts(&joined[2]));
            assert_eq!(texts(&joined[3]), [texts(&of(&own)), texts(&own)].concat());
        }
    }

    #[test]
    fn what_is_gathered_of_a_shared_column_takes_four_bytes_a_row_and_outlives_it() {
        let mut shared = column(&["a long text", "another long text"]);
        assert_eq!(shared.memory(), 28 + 8);
        shared.share();
        let gathered = shared.gathered([1, 1, 0].into_iter());
        assert_eq!((shared.memory(), gathered.memory()), (0, 12));
        drop(shared);
        assert_eq!(texts(&gathered), ["another long text", "another long text", "a long text"]);
    }

    #[test]
    fn what_is_appended_to_a_shared_column_changes_no_other() {
        let mut first = column(&["a", "b"]);
        first.share();
        let (mut second, mut third) = (first.clone(), first.gathered([1].into_iter()));
        second.push(b"c");
        third.push(b"d");
        assert_eq!(
            (texts(&first), texts(&second), texts(&third)),
            (texts(&column(&["a", "b"])), texts(&column(&["a", "b", "c"])), texts(&column(&["b", "d"])))
        );
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
