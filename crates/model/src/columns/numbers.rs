//! Numbers that may be null, without a byte for that: a value that no figure has stands for null.

use super::Column;

/// A column of whole numbers, null where unknown; four bytes each as long as all of them fit into 32 bits, else eight.
///
/// [`i64::MIN`] is no number: it is read as null.
#[derive(Clone, Debug)]
pub struct IntColumn {
    values: Ints,
}

#[derive(Clone, Debug)]
enum Ints {
    /// [`NARROW_NULL`] for null.
    Narrow(Vec<i32>),
    /// [`WIDE_NULL`] for null.
    Wide(Vec<i64>),
}

const NARROW_NULL: i32 = i32::MIN;
const WIDE_NULL: i64 = i64::MIN;

impl Default for IntColumn {
    fn default() -> Self {
        Self { values: Ints::Narrow(Vec::new()) }
    }
}

fn widened(number: i32) -> Option<i64> {
    (number != NARROW_NULL).then_some(i64::from(number))
}

/// `None` for a number that has no room.
fn narrowed(number: Option<i64>) -> Option<i32> {
    match number {
        None | Some(WIDE_NULL) => Some(NARROW_NULL),
        Some(number) => i32::try_from(number).ok().filter(|number| *number != NARROW_NULL),
    }
}

impl IntColumn {
    /// Appends a number or null.
    pub fn push(&mut self, number: Option<i64>) {
        if let Ints::Narrow(values) = &mut self.values {
            match narrowed(number) {
                Some(number) => return values.push(number),
                None => self.widen(),
            }
        }
        if let Ints::Wide(values) = &mut self.values {
            values.push(number.unwrap_or(WIDE_NULL));
        }
    }

    fn widen(&mut self) {
        self.values = Ints::Wide(self.iter().map(|number| number.unwrap_or(WIDE_NULL)).collect());
    }

    /// The number of a row, `None` where null.
    pub fn get(&self, row: usize) -> Option<i64> {
        match &self.values {
            Ints::Narrow(values) => widened(values[row]),
            Ints::Wide(values) => Some(values[row]).filter(|number| *number != WIDE_NULL),
        }
    }

    /// All numbers in order, `None` where null.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<i64>> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The numbers of some rows, in their order.
    #[must_use]
    pub fn gathered(&self, rows: impl Iterator<Item = usize>) -> Self {
        rows.map(|row| self.get(row)).collect()
    }

    /// Rows.
    pub fn len(&self) -> usize {
        match &self.values {
            Ints::Narrow(values) => values.len(),
            Ints::Wide(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Memory that it takes, in bytes.
    pub fn memory(&self) -> usize {
        match &self.values {
            Ints::Narrow(values) => size_of_val(values.as_slice()),
            Ints::Wide(values) => size_of_val(values.as_slice()),
        }
    }
}

impl Column for IntColumn {
    fn len(&self) -> usize {
        self.len()
    }

    fn append(&mut self, other: &Self) {
        other.iter().for_each(|number| self.push(number));
    }

    fn gather(&mut self, index: &[u32]) {
        *self = self.gathered(index.iter().map(|&row| row as usize));
    }

    fn settle(&mut self) {
        match &mut self.values {
            Ints::Narrow(values) => values.shrink_to_fit(),
            Ints::Wide(values) => values.shrink_to_fit(),
        }
    }
}

impl FromIterator<Option<i64>> for IntColumn {
    fn from_iter<I: IntoIterator<Item = Option<i64>>>(numbers: I) -> Self {
        let numbers = numbers.into_iter();
        let mut column = Self { values: Ints::Narrow(Vec::with_capacity(numbers.size_hint().0)) };
        numbers.for_each(|number| column.push(number));
        column.settle();
        column
    }
}

impl From<Vec<Option<i64>>> for IntColumn {
    fn from(numbers: Vec<Option<i64>>) -> Self {
        numbers.into_iter().collect()
    }
}

/// A column of numbers, null where unknown; eight bytes each.
#[derive(Clone, Debug, Default)]
pub struct FloatColumn {
    /// One with the bits of [`FLOAT_NULL`] for null.
    values: Vec<f64>,
}

/// One of the many things that are not a number, and not the one that arithmetic gives.
const FLOAT_NULL: u64 = 0x7ff8_6e75_6c6c_0000;

fn stored(number: Option<f64>) -> f64 {
    match number {
        None => f64::from_bits(FLOAT_NULL),
        Some(number) if number.to_bits() == FLOAT_NULL => f64::NAN,
        Some(number) => number,
    }
}

fn told(number: f64) -> Option<f64> {
    (number.to_bits() != FLOAT_NULL).then_some(number)
}

impl FloatColumn {
    /// Appends a number, which may be infinite or not a number, or null.
    pub fn push(&mut self, number: Option<f64>) {
        self.values.push(stored(number));
    }

    /// The number of a row, `None` where null.
    pub fn get(&self, row: usize) -> Option<f64> {
        told(self.values[row])
    }

    /// All numbers in order, `None` where null.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<f64>> + '_ {
        self.values.iter().map(|number| told(*number))
    }

    /// The numbers of some rows, in their order.
    #[must_use]
    pub fn gathered(&self, rows: impl Iterator<Item = usize>) -> Self {
        rows.map(|row| self.get(row)).collect()
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Memory that it takes, in bytes.
    pub fn memory(&self) -> usize {
        size_of_val(self.values.as_slice())
    }
}

impl FromIterator<Option<f64>> for FloatColumn {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(numbers: I) -> Self {
        let mut values: Vec<f64> = numbers.into_iter().map(stored).collect();
        values.shrink_to_fit();
        Self { values }
    }
}

impl From<Vec<Option<f64>>> for FloatColumn {
    fn from(numbers: Vec<Option<f64>>) -> Self {
        numbers.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_come_back_as_they_were_narrow_or_wide() {
        let small = [Some(0), None, Some(-1), Some(i64::from(i32::MAX)), Some(i64::from(i32::MIN) + 1)];
        let large = [Some(i64::from(i32::MIN)), Some(i64::MAX), Some(i64::from(i32::MAX) + 1), Some(i64::MIN + 1)];
        let narrow: IntColumn = small.into_iter().collect();
        assert_eq!((narrow.iter().collect::<Vec<_>>(), narrow.memory()), (small.to_vec(), 20));
        for number in large {
            let numbers: Vec<_> = small.into_iter().chain([number, None]).collect();
            let mut column = IntColumn::from(numbers.clone());
            assert_eq!((column.iter().collect::<Vec<_>>(), column.memory()), (numbers.clone(), 56));
            column.gather(&[5, 0]);
            assert_eq!(column.iter().collect::<Vec<_>>(), [number, Some(0)]);
            let mut joined = narrow.clone();
            joined.append(&column);
            assert_eq!((joined.len(), joined.get(5), joined.get(1)), (7, number, None));
        }
    }

    #[test]
    fn numbers_come_back_bit_for_bit_and_null_is_none_of_them() {
        let numbers =
            [0.0, -0.0, 1.5, f64::MAX, f64::MIN_POSITIVE, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::NAN];
        let column: FloatColumn = numbers.into_iter().map(Some).chain([None]).collect();
        let bits: Vec<Option<u64>> = column.iter().map(|number| number.map(f64::to_bits)).collect();
        let expected = numbers.iter().map(|number| Some(number.to_bits())).chain([None]);
        assert_eq!(bits, expected.collect::<Vec<_>>());
        let odd: FloatColumn = [Some(f64::from_bits(FLOAT_NULL))].into_iter().collect();
        assert!(odd.get(0).is_some_and(f64::is_nan), "what is not a number stays that");
        assert_eq!(column.gathered([9, 2].into_iter()).iter().collect::<Vec<_>>(), [None, Some(1.5)]);
    }
}
