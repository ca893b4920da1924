//! Codes, each in as many bytes as the different ones of its column need.

use std::ops::{Index, IndexMut, Range};

use super::Column;

/// A column of codes into a [`Dictionary`](super::Dictionary).
///
/// While it is filled each code takes four bytes. Once it is [settled](Column::settle) it takes one or two where places
/// in a list of the different ones are that short, and none where all rows have the same.
#[derive(Clone, Debug, Default)]
pub struct CodeColumn {
    rows: Rows,
}

#[derive(Clone, Debug)]
enum Rows {
    /// As they are.
    Codes(Vec<u32>),
    /// One code, and how many rows have it.
    Same(u32, usize),
    /// Places in the codes behind.
    Bytes(Vec<u8>, Vec<u32>),
    /// The same.
    Pairs(Vec<u16>, Vec<u32>),
}

impl Default for Rows {
    fn default() -> Self {
        Self::Codes(Vec::new())
    }
}

impl Index<usize> for CodeColumn {
    type Output = u32;

    #[inline]
    fn index(&self, row: usize) -> &u32 {
        match &self.rows {
            Rows::Codes(codes) => &codes[row],
            Rows::Same(code, rows) => {
                assert!(row < *rows, "row {row} of {rows}");
                code
            }
            Rows::Bytes(places, codes) => &codes[usize::from(places[row])],
            Rows::Pairs(places, codes) => &codes[usize::from(places[row])],
        }
    }
}

/// A settled column is made longer again.
impl IndexMut<usize> for CodeColumn {
    fn index_mut(&mut self, row: usize) -> &mut u32 {
        &mut self.as_codes()[row]
    }
}

impl CodeColumn {
    /// Appends a code.
    #[inline]
    pub fn push(&mut self, code: u32) {
        match &mut self.rows {
            Rows::Codes(codes) => codes.push(code),
            _ => self.as_codes().push(code),
        }
    }

    /// Appends codes of another dictionary, each as `codes` translates it.
    pub fn append_translated(&mut self, other: &Self, codes: &[u32]) {
        self.as_codes().extend(other.iter().map(|code| codes[*code as usize]));
    }

    /// All codes in order.
    pub fn iter(&self) -> Codes<'_> {
        Codes { column: self, rows: 0..self.len() }
    }

    /// The code of a row, `None` where there is no such row.
    pub fn get(&self, row: usize) -> Option<u32> {
        (row < self.len()).then(|| self[row])
    }

    /// The code of the last row.
    pub fn last(&self) -> Option<u32> {
        self.get(self.len().wrapping_sub(1))
    }

    /// Rows.
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::Codes(codes) => codes.len(),
            Rows::Same(_, rows) => *rows,
            Rows::Bytes(places, _) => places.len(),
            Rows::Pairs(places, _) => places.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Memory that it takes, in bytes.
    pub fn memory(&self) -> usize {
        match &self.rows {
            Rows::Codes(codes) => size_of_val(codes.as_slice()),
            Rows::Same(..) => 0,
            Rows::Bytes(places, codes) => places.len() + size_of_val(codes.as_slice()),
            Rows::Pairs(places, codes) => size_of_val(places.as_slice()) + size_of_val(codes.as_slice()),
        }
    }

    /// The codes as they are, for more of them.
    fn as_codes(&mut self) -> &mut Vec<u32> {
        if !matches!(self.rows, Rows::Codes(_)) {
            self.rows = Rows::Codes(self.iter().copied().collect());
        }
        match &mut self.rows {
            Rows::Codes(codes) => codes,
            _ => unreachable!("they were made that"),
        }
    }
}

/// The codes of a column in order.
#[derive(Clone, Debug)]
pub struct Codes<'a> {
    column: &'a CodeColumn,
    rows: Range<usize>,
}

impl<'a> Iterator for Codes<'a> {
    type Item = &'a u32;

    #[inline]
    fn next(&mut self) -> Option<&'a u32> {
        self.rows.next().map(|row| &self.column[row])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl ExactSizeIterator for Codes<'_> {}

impl<'a> IntoIterator for &'a CodeColumn {
    type Item = &'a u32;
    type IntoIter = Codes<'a>;

    fn into_iter(self) -> Codes<'a> {
        self.iter()
    }
}

impl FromIterator<u32> for CodeColumn {
    fn from_iter<I: IntoIterator<Item = u32>>(codes: I) -> Self {
        Self { rows: Rows::Codes(codes.into_iter().collect()) }
    }
}

impl From<Vec<u32>> for CodeColumn {
    fn from(codes: Vec<u32>) -> Self {
        Self { rows: Rows::Codes(codes) }
    }
}

impl Column for CodeColumn {
    fn len(&self) -> usize {
        self.len()
    }

    fn append(&mut self, other: &Self) {
        self.as_codes().extend(other.iter());
    }

    fn gather(&mut self, index: &[u32]) {
        match &mut self.rows {
            Rows::Codes(codes) => codes.gather(index),
            Rows::Same(_, rows) => *rows = index.len(),
            Rows::Bytes(places, _) => places.gather(index),
            Rows::Pairs(places, _) => places.gather(index),
        }
    }

    fn settle(&mut self) {
        if let Rows::Codes(codes) = &mut self.rows {
            codes.shrink_to_fit();
            if let Some(shorter) = shorter(codes) {
                self.rows = shorter;
            }
        }
    }
}

/// Codes in fewer bytes; `None` where they are as short as they can be.
fn shorter(codes: &[u32]) -> Option<Rows> {
    let (least, most) = (*codes.iter().min()?, *codes.iter().max()?);
    if least == most {
        return Some(Rows::Same(least, codes.len()));
    }
    let range = (most - least) as usize + 1;
    if range > MOST_RANGE_OF_ROWS * codes.len() {
        return None;
    }
    // By code the number of different ones that came until it came first.
    let mut numbers = vec![0_u16; range];
    let mut different = Vec::new();
    for code in codes {
        let number = &mut numbers[(code - least) as usize];
        if *number == 0 {
            different.push(*code);
            *number = u16::try_from(different.len()).ok()?;
        }
    }
    different.shrink_to_fit();
    let places = codes.iter().map(|code| numbers[(code - least) as usize] - 1);
    Some(if different.len() <= 1 << u8::BITS {
        Rows::Bytes(places.map(|place| place as u8).collect(), different)
    } else {
        Rows::Pairs(places.collect(), different)
    })
}

/// Where a column's codes are from a range so many times as wide as it has rows, the texts behind them take so much more
/// than the column that nothing is to be won.
const MOST_RANGE_OF_ROWS: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(column: &CodeColumn) -> Vec<u32> {
        column.iter().copied().collect()
    }

    /// Columns of one code, of few, of many and of more than two bytes can tell apart, with the bytes that a row takes.
    fn columns() -> Vec<(Vec<u32>, usize)> {
        let counting = |different: u32, rows: u32| (0..rows).map(|row| 7 + row % different).collect::<Vec<_>>();
        vec![
            (vec![], 4),
            (vec![9; 300], 0),
            (counting(256, 1_000), 1),
            (counting(257, 1_000), 2),
            (counting(65_535, 70_000), 2),
            (counting(65_536, 70_000), 4),
            (vec![1, 1_000_000, 3], 4),
        ]
    }

    #[test]
    fn codes_come_back_as_they_were_in_as_many_bytes_as_they_need() {
        for (expected, bytes) in columns() {
            let mut column: CodeColumn = expected.iter().copied().collect();
            column.settle();
            assert_eq!(codes(&column), expected);
            let different = column.memory() - bytes * expected.len();
            assert!(matches!(bytes, 0 | 4) == (different == 0), "{different} bytes beside {bytes} a row");
            assert_eq!((column.len(), column.last()), (expected.len(), expected.last().copied()));
        }
    }

    #[test]
    fn a_settled_column_can_be_put_into_another_order_and_appended_to() {
        for (expected, _) in columns() {
            let mut column: CodeColumn = expected.iter().copied().collect();
            column.settle();
            let settled = column.clone();
            let index: Vec<u32> = (0..expected.len() as u32).rev().step_by(3).collect();
            let gathered: Vec<u32> = index.iter().map(|row| expected[*row as usize]).collect();
            column.gather(&index);
            assert_eq!(codes(&column), gathered);
            column.push(5);
            column.append(&settled);
            assert_eq!(codes(&column), [&gathered[..], &[5], &expected[..]].concat());
        }
    }

    #[test]
    fn codes_of_another_dictionary_are_translated() {
        let mut other: CodeColumn = [2, 0, 2, 1].into_iter().collect();
        other.settle();
        let mut column: CodeColumn = [8].into_iter().collect();
        column.append_translated(&other, &[0, 4, 6]);
        assert_eq!(codes(&column), [8, 6, 0, 6, 4]);
    }

    #[test]
    #[should_panic(expected = "row 2 of 2")]
    fn a_row_that_is_not_there_has_no_code() {
        let mut column: CodeColumn = [3, 3].into_iter().collect();
        column.settle();
        let _ = column[2];
    }
}
