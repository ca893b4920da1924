//! Hash index from keys to rows.

use ahash::RandomState;
use hashbrown::HashTable;
use model::columns::TextColumn;

/// Equal seeds in every run, so that nothing depends on chance.
fn hasher() -> RandomState {
    RandomState::with_seeds(1, 2, 3, 4)
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
    place: [Vec<u8>; 4],
    key: Vec<u8>,
    row: Option<u32>,
}

impl KeyCursor {
    /// The row of organisation, repository, number and host in an indexed column.
    pub(super) fn find(&mut self, index: &KeyIndex, keys: &TextColumn, place: [&[u8]; 4]) -> Option<u32> {
        // The number changes most often.
        if [2, 1, 0, 3].into_iter().any(|part: usize| self.place[part] != place[part]) {
            for (before, part) in self.place.iter_mut().zip(place) {
                before.clear();
                before.extend_from_slice(part);
            }
            write_key(&mut self.key, place);
            self.row = index.find(keys, &self.key);
        }
        self.row
    }
}

/// Writes `org/repo#number@host`.
pub(super) fn write_key(key: &mut Vec<u8>, [org, repo, number, host]: [&[u8]; 4]) {
    key.clear();
    for part in [org, b"/", repo, b"#", number, b"@", host] {
        key.extend_from_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_row_of_a_key_is_found() {
        let mut keys = TextColumn::default();
        for key in ["a/b#1@h", "a/b#2@h", "a/b#1@h", "a/b#1@h"] {
            keys.push(key.as_bytes());
        }
        let mut superseded = Vec::new();
        let index = KeyIndex::new(&keys, |row, by| superseded.push((row, by)));
        assert_eq!(superseded, [(0, 2), (2, 3)]);
        let mut cursor = KeyCursor::default();
        assert_eq!(cursor.find(&index, &keys, [b"a", b"b", b"1", b"h"]), Some(3));
        assert_eq!(cursor.find(&index, &keys, [b"a", b"b", b"1", b"h"]), Some(3));
        assert_eq!(cursor.find(&index, &keys, [b"a", b"b", b"3", b"h"]), None);
        assert_eq!(cursor.find(&index, &keys, [b"a", b"b", b"2", b"h"]), Some(1));
        assert_eq!(cursor.find(&index, &keys, [b"a", b"b", b"2", b""]), None);
        assert_eq!(cursor.find(&index, &keys, [b"", b"", b"", b""]), None);
    }
}
