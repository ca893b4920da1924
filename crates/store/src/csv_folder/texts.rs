//! Texts to codes, keys to rows.

use ahash::RandomState;
use hashbrown::HashTable;
use model::columns::{Dictionary, TextColumn};

/// Equal seeds in every run, so that nothing depends on chance.
fn hasher() -> RandomState {
    RandomState::with_seeds(1, 2, 3, 4)
}

/// A dictionary that knows its texts.
#[derive(Debug)]
pub(super) struct Texts {
    dictionary: Dictionary,
    codes: HashTable<u32>,
    hasher: RandomState,
}

impl Default for Texts {
    fn default() -> Self {
        Self { dictionary: Dictionary::default(), codes: HashTable::new(), hasher: hasher() }
    }
}

impl Texts {
    /// The code of a text, new if need be.
    pub(super) fn code(&mut self, text: &[u8]) -> u32 {
        if text.is_empty() {
            return Dictionary::EMPTY;
        }
        let Self { dictionary, codes, hasher } = self;
        let hash = hasher.hash_one(text);
        if let Some(code) = codes.find(hash, |code| dictionary.bytes(*code) == text) {
            return *code;
        }
        let code = dictionary.push(text);
        codes.insert_unique(hash, code, |code| hasher.hash_one(dictionary.bytes(*code)));
        code
    }

    /// As [`Self::code`], but looks at the code of the row before first: neighbours repeat.
    pub(super) fn repeated_code(&mut self, previous: Option<u32>, text: &[u8]) -> u32 {
        match previous {
            Some(code) if self.dictionary.bytes(code) == text => code,
            _ => self.code(text),
        }
    }

    /// The code here of each text of another dictionary.
    pub(super) fn adopt(&mut self, other: &Self) -> Vec<u32> {
        (0..other.dictionary.len() as u32).map(|code| self.code(other.dictionary.bytes(code))).collect()
    }

    pub(super) fn into_dictionary(self) -> Dictionary {
        self.dictionary
    }
}

/// Rows by key; of equal keys the last row.
#[derive(Debug)]
pub(super) struct KeyIndex {
    rows: HashTable<u32>,
    hasher: RandomState,
}

impl KeyIndex {
    /// Indexes a column. `superseded` is told each row whose key comes again, and the row where it does.
    pub(super) fn new(keys: &TextColumn, mut superseded: impl FnMut(u32, u32)) -> Self {
        let hasher = hasher();
        let mut rows = HashTable::with_capacity(keys.len());
        for row in 0..keys.len() as u32 {
            let key = keys.bytes(row as usize);
            let hash = hasher.hash_one(key);
            match rows.find_mut(hash, |known: &u32| keys.bytes(*known as usize) == key) {
                Some(known) => superseded(std::mem::replace(known, row), row),
                None => {
                    rows.insert_unique(hash, row, |known| hasher.hash_one(keys.bytes(*known as usize)));
                }
            }
        }
        Self { rows, hasher }
    }

    /// The last row with a key.
    pub(super) fn find(&self, keys: &TextColumn, key: &[u8]) -> Option<u32> {
        self.rows.find(self.hasher.hash_one(key), |row| keys.bytes(*row as usize) == key).copied()
    }
}

/// A key that is compared with the row before it first.
#[derive(Debug, Default)]
pub(super) struct KeyCursor {
    key: Vec<u8>,
    candidate: Vec<u8>,
    row: Option<u32>,
}

impl KeyCursor {
    /// The row of `org/repo#number` in an indexed column.
    pub(super) fn find(&mut self, index: &KeyIndex, keys: &TextColumn, [org, repo, number]: [&[u8]; 3]) -> Option<u32> {
        write_key(&mut self.candidate, org, repo, number);
        if self.candidate != self.key {
            std::mem::swap(&mut self.candidate, &mut self.key);
            self.row = index.find(keys, &self.key);
        }
        self.row
    }
}

/// Writes `org/repo#number`.
pub(super) fn write_key(key: &mut Vec<u8>, org: &[u8], repo: &[u8], number: &[u8]) {
    key.clear();
    key.extend_from_slice(org);
    key.push(b'/');
    key.extend_from_slice(repo);
    key.push(b'#');
    key.extend_from_slice(number);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_one_code_and_empty_is_zero() {
        let mut texts = Texts::default();
        let ready = texts.code(b"Ready");
        assert_eq!(texts.code(b""), Dictionary::EMPTY);
        assert_eq!(texts.repeated_code(Some(ready), b"Ready"), ready);
        assert_ne!(texts.repeated_code(Some(ready), b"Done"), ready);
        assert_eq!(texts.code(b"Ready"), ready);
    }

    #[test]
    fn the_last_row_of_a_key_is_found() {
        let mut keys = TextColumn::default();
        for key in ["a/b#1", "a/b#2", "a/b#1", "a/b#1"] {
            keys.push(key.as_bytes());
        }
        let mut superseded = Vec::new();
        let index = KeyIndex::new(&keys, |row, by| superseded.push((row, by)));
        assert_eq!(superseded, [(0, 2), (2, 3)]);
        let mut cursor = KeyCursor::default();
        assert_eq!(cursor.find(&index, &keys, [b"a", b"b", b"1"]), Some(3));
        assert_eq!(cursor.find(&index, &keys, [b"a", b"b", b"1"]), Some(3));
        assert_eq!(cursor.find(&index, &keys, [b"a", b"b", b"3"]), None);
    }
}
