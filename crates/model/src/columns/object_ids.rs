//! Object ids of commits, in 20 bytes instead of 40 digits.

use std::borrow::Cow;

use super::{Column, TextColumn};

/// The object id of a commit, for comparing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectId<'a> {
    /// What 40 hexadecimal digits stand for.
    Sha1([u8; SHA1_BYTES]),
    /// Any other text: none, one that is shortened, or of another kind.
    Text(&'a [u8]),
}

const SHA1_BYTES: usize = 20;

impl<'a> ObjectId<'a> {
    /// The one that a text names.
    pub fn of(text: &'a [u8]) -> Self {
        bytes_of(text).map_or(Self::Text(text), Self::Sha1)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self == Self::Text(b"")
    }

    /// As text.
    pub fn text(self) -> Cow<'a, [u8]> {
        match self {
            Self::Sha1(bytes) => {
                let digit = |half: u8| if half < 10 { b'0' + half } else { b'a' + half - 10 };
                Cow::Owned(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect())
            }
            Self::Text(text) => Cow::Borrowed(text),
        }
    }
}

/// Of 40 hexadecimal digits, all lower case.
fn bytes_of(text: &[u8]) -> Option<[u8; SHA1_BYTES]> {
    let digits: &[u8; 2 * SHA1_BYTES] = text.try_into().ok()?;
    let half = |digit: u8| match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => NO_DIGIT,
    };
    let mut wrong = 0;
    let bytes = std::array::from_fn(|at| {
        let (high, low) = (half(digits[2 * at]), half(digits[2 * at + 1]));
        wrong |= high | low;
        high << 4 | low & 15
    });
    (wrong < NO_DIGIT).then_some(bytes)
}

/// More than any digit is worth, by a bit that none of them has.
const NO_DIGIT: u8 = 16;

/// A column of object ids, of 20 bytes each; of none as long as all are empty.
#[derive(Clone, Debug, Default)]
pub struct ObjectIdColumn {
    /// Rows before the first that is not empty, which are not in `ids`.
    empty: usize,
    /// What begins with [`ELSEWHERE`] ends with a row of `texts`, counted from 1; 0 is the empty text.
    ids: Vec<[u8; SHA1_BYTES]>,
    /// Those that are not of 40 digits.
    texts: TextColumn,
}

const MARK_BYTES: usize = SHA1_BYTES - size_of::<u32>();
/// How no object id begins that is held in 20 bytes.
const ELSEWHERE: [u8; MARK_BYTES] = [u8::MAX; MARK_BYTES];

/// Of a row of the other texts, counted from 1; of 0 for the empty text.
fn elsewhere(row: u32) -> [u8; SHA1_BYTES] {
    let mut id = [u8::MAX; SHA1_BYTES];
    id[MARK_BYTES..].copy_from_slice(&row.to_be_bytes());
    id
}

/// The row of the other texts, counted from 1, of what is held there.
fn row_elsewhere(id: &[u8; SHA1_BYTES]) -> Option<u32> {
    let row = id.strip_prefix(&ELSEWHERE)?;
    row.try_into().ok().map(u32::from_be_bytes)
}

impl ObjectIdColumn {
    /// Appends the id that a text names; an empty one where it has no room any more.
    pub fn push(&mut self, text: &[u8]) {
        if text.is_empty() && self.ids.is_empty() {
            self.empty += 1;
            return;
        }
        let held = bytes_of(text).filter(|id| !id.starts_with(&ELSEWHERE));
        let id = held.unwrap_or_else(|| elsewhere(self.place(text)));
        self.ids.push(id);
    }

    /// Holds a text elsewhere; its row there, counted from 1.
    fn place(&mut self, text: &[u8]) -> u32 {
        if text.is_empty() {
            return 0;
        }
        self.texts.push(text);
        u32::try_from(self.texts.len()).unwrap_or_default()
    }

    /// The id of a row.
    pub fn get(&self, row: usize) -> ObjectId<'_> {
        let Some(id) = row.checked_sub(self.empty).map(|row| &self.ids[row]) else { return ObjectId::Text(b"") };
        match row_elsewhere(id) {
            None => ObjectId::Sha1(*id),
            Some(0) => ObjectId::Text(b""),
            Some(place) => ObjectId::of(self.texts.bytes(place as usize - 1)),
        }
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.empty + self.ids.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Column for ObjectIdColumn {
    fn len(&self) -> usize {
        self.len()
    }

    fn is_overfull(&self) -> bool {
        self.texts.is_overfull() || u32::try_from(self.len()).is_err()
    }

    fn append(&mut self, other: &Self) {
        for row in 0..other.len() {
            match other.get(row) {
                ObjectId::Sha1(id) if !id.starts_with(&ELSEWHERE) => self.ids.push(id),
                id => self.push(&id.text()),
            }
        }
    }

    fn gather(&mut self, index: &[u32]) {
        let mut gathered = Self::default();
        for &row in index {
            match self.get(row as usize) {
                ObjectId::Sha1(id) if !id.starts_with(&ELSEWHERE) => gathered.ids.push(id),
                id => gathered.push(&id.text()),
            }
        }
        *self = gathered;
    }

    fn settle(&mut self) {
        self.ids.shrink_to_fit();
        self.texts.share();
    }
}

/// A column of lists of object ids.
#[derive(Clone, Debug, Default)]
pub struct ObjectIdsColumn {
    /// Where the list of each row ends in `ids`.
    ends: Vec<u32>,
    ids: ObjectIdColumn,
}

impl ObjectIdsColumn {
    /// Appends the ids that a text names, joined by `;`.
    pub fn push(&mut self, text: &[u8]) {
        text.split(|byte| *byte == b';').filter(|id| !id.is_empty()).for_each(|id| self.ids.push(id));
        self.end_row();
    }

    fn end_row(&mut self) {
        self.ends.push(u32::try_from(self.ids.len()).unwrap_or(u32::MAX));
    }

    /// The ids of a row.
    pub fn get(&self, row: usize) -> impl Iterator<Item = ObjectId<'_>> {
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        (start..self.ends[row] as usize).map(|at| self.ids.get(at))
    }
}

impl Column for ObjectIdsColumn {
    fn len(&self) -> usize {
        self.ends.len()
    }

    fn is_overfull(&self) -> bool {
        self.ids.is_overfull() || u32::try_from(self.ends.len()).is_err()
    }

    fn append(&mut self, other: &Self) {
        let before = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        self.ids.append(&other.ids);
        self.ends.extend(other.ends.iter().map(|end| end.saturating_add(before)));
    }

    fn gather(&mut self, index: &[u32]) {
        let mut gathered = Self::default();
        for &row in index {
            self.get(row as usize).for_each(|id| gathered.ids.push(&id.text()));
            gathered.end_row();
        }
        *self = gathered;
    }

    fn settle(&mut self) {
        self.ends.shrink_to_fit();
        self.ids.settle();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &[u8] = b"0123456789abcdef0123456789abcdef01234567";
    /// What is no id of 40 digits, or begins like the mark.
    const OTHERS: [&[u8]; 5] = [
        b"0123456789ABCDEF0123456789abcdef01234567",
        b"0123456",
        b"g123456789abcdef0123456789abcdef01234567",
        b"ffffffffffffffffffffffffffffffff00000000",
        b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ];

    fn texts(column: &ObjectIdColumn) -> Vec<Vec<u8>> {
        (0..column.len()).map(|row| column.get(row).text().into_owned()).collect()
    }

    fn column(texts: &[&[u8]]) -> ObjectIdColumn {
        let mut column = ObjectIdColumn::default();
        for text in texts {
            column.push(text);
        }
        column
    }

    #[test]
    fn ids_come_back_as_they_were() {
        let all: Vec<&[u8]> = [b"".as_slice(), b"", SHA, b""].into_iter().chain(OTHERS).chain([SHA]).collect();
        let mut column = column(&all);
        assert_eq!(texts(&column), all);
        assert_eq!((column.get(2), column.get(0)), (ObjectId::of(SHA), ObjectId::of(b"")));
        assert!(column.get(3).is_empty() && !column.get(2).is_empty());
        let again = column.clone();
        column.append(&again);
        column.settle();
        assert_eq!(texts(&column), [all.as_slice(), all.as_slice()].concat());
        column.gather(&[12, 2, 7, 0, 8]);
        assert_eq!(texts(&column), [SHA, SHA, OTHERS[3], b"", OTHERS[4]]);
    }

    #[test]
    fn equal_ids_are_equal_wherever_they_are_held() {
        for text in OTHERS.into_iter().chain([SHA, b""]) {
            assert_eq!(column(&[SHA, text]).get(1), ObjectId::of(text));
        }
    }

    #[test]
    fn empty_rows_before_the_first_id_take_nothing() {
        let mut column = column(&[b"".as_slice(); 9]);
        assert_eq!((column.len(), column.ids.len()), (9, 0));
        column.append(&self::column(&[b"".as_slice(), SHA]));
        assert_eq!((column.len(), column.ids.len(), column.get(10)), (11, 1, ObjectId::of(SHA)));
        column.gather(&[1, 10]);
        assert_eq!((column.len(), column.ids.len(), column.get(1)), (2, 1, ObjectId::of(SHA)));
    }

    #[test]
    fn lists_of_ids_come_back_as_they_were() {
        let mut lists = ObjectIdsColumn::default();
        for text in [b"".as_slice(), SHA, b"a;b", b";c;"] {
            lists.push(text);
        }
        let list = |lists: &ObjectIdsColumn, row| lists.get(row).map(|id| id.text().into_owned()).collect::<Vec<_>>();
        assert_eq!([0, 1, 2, 3].map(|row| list(&lists, row).len()), [0, 1, 2, 1]);
        let again = lists.clone();
        lists.append(&again);
        lists.settle();
        assert_eq!((lists.len(), list(&lists, 5), list(&lists, 7)), (8, vec![SHA.to_vec()], vec![b"c".to_vec()]));
        lists.gather(&[6, 1]);
        assert_eq!((list(&lists, 0), list(&lists, 1)), (vec![b"a".to_vec(), b"b".to_vec()], vec![SHA.to_vec()]));
    }
}
