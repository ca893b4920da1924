//! Web addresses, of which most begin alike.

use super::{CodeColumn, Column, Interner, TextColumn};

/// A column of web addresses: what they begin with, up to the kind of thing within a repository
/// (`https://github.com/acme/web/pull/`), is held once, and a code of it by each row.
#[derive(Clone, Debug, Default)]
pub struct AddressColumn {
    beginnings: Interner,
    codes: CodeColumn,
    ends: TextColumn,
}

const SLASHES_OF_BEGINNING: usize = 6;

impl AddressColumn {
    /// Appends an address.
    pub fn push(&mut self, address: &[u8]) {
        let slashes = memchr::memchr_iter(b'/', address).take(SLASHES_OF_BEGINNING);
        let cut = slashes.last().map_or(0, |slash| slash + 1);
        let before = self.codes.last().unwrap_or_default();
        self.codes.push(self.beginnings.repeated_code(before, &address[..cut]));
        self.ends.push(&address[cut..]);
    }

    /// The addresses of some rows, in their order.
    #[must_use]
    pub fn gathered(&self, rows: impl Iterator<Item = usize> + Clone) -> Self {
        let mut codes: CodeColumn = rows.clone().map(|row| self.codes[row]).collect();
        codes.settle();
        Self { beginnings: self.beginnings.clone(), codes, ends: self.ends.gathered(rows) }
    }

    /// The address of a row, as bytes.
    pub fn bytes(&self, row: usize) -> Vec<u8> {
        [self.beginnings.dictionary().bytes(self.codes[row]), self.ends.bytes(row)].concat()
    }

    /// The address of a row; invalid UTF-8 is replaced.
    pub fn text(&self, row: usize) -> String {
        String::from_utf8_lossy(&self.bytes(row)).into_owned()
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Memory that it takes, in bytes; beginnings, and what it [shares](TextColumn::share), are not counted.
    pub fn memory(&self) -> usize {
        self.codes.memory() + self.ends.memory()
    }
}

impl Column for AddressColumn {
    fn len(&self) -> usize {
        self.len()
    }

    fn is_overfull(&self) -> bool {
        self.ends.is_overfull() || self.beginnings.dictionary().is_overfull()
    }

    fn append(&mut self, other: &Self) {
        let codes = self.beginnings.adopt(&other.beginnings);
        self.codes.append_translated(&other.codes, &codes);
        self.ends.append(&other.ends);
    }

    fn gather(&mut self, index: &[u32]) {
        self.codes.gather(index);
        self.ends.gather(index);
    }

    fn settle(&mut self) {
        self.codes.settle();
        self.ends.settle();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESSES: [&str; 7] = [
        "https://github.com/acme/web/pull/1",
        "https://github.com/acme/web/pull/2",
        "",
        "nowhere",
        "https://github.com/acme/api/issues/2",
        "https://github.com/acme/api/issues/",
        "https://github.com/acme/web/actions/runs/7/job/9",
    ];

    fn column(addresses: &[&str]) -> AddressColumn {
        let mut column = AddressColumn::default();
        for address in addresses {
            column.push(address.as_bytes());
        }
        column
    }

    fn texts(column: &AddressColumn) -> Vec<String> {
        (0..column.len()).map(|row| column.text(row)).collect()
    }

    #[test]
    fn addresses_come_back_as_they_were() {
        let mut joined = column(&ADDRESSES[3..]);
        joined.append(&column(&ADDRESSES));
        joined.settle();
        assert_eq!(texts(&joined), [&ADDRESSES[3..], &ADDRESSES[..]].concat());
        assert_eq!(texts(&joined.gathered([10, 0, 5].into_iter())), [ADDRESSES[6], ADDRESSES[3], ADDRESSES[1]]);
        joined.gather(&[1, 4, 6]);
        assert_eq!(texts(&joined), [ADDRESSES[4], ADDRESSES[0], ADDRESSES[2]]);
    }

    #[test]
    fn what_many_begin_with_is_held_once() {
        let column = column(&["https://github.com/acme/web/pull/1"; 100]);
        assert_eq!((column.beginnings.dictionary().len(), column.memory()), (2, 100 * (4 + 4 + 1)));
    }
}
