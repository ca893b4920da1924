//! Numbers that may be null, without a byte for that: a value that no figure has stands for null.

use ahash::RandomState;
use hashbrown::HashMap;

use super::Column;

/// A column of whole numbers, null where unknown; four bytes each as long as all of them fit into 32 bits, else eight.
/// Once it is [settled](Column::settle), none where all rows have the same.
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
    /// A number or null, and how many rows have it.
    Same(Option<i64>, usize),
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
        if let Ints::Same(same, rows) = self.values {
            self.values = Ints::Narrow(Vec::new());
            (0..rows).for_each(|_| self.push(same));
            return self.push(number);
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
            Ints::Same(number, rows) => {
                assert!(row < *rows, "row {row} of {rows}");
                *number
            }
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
            Ints::Same(_, rows) => *rows,
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
            Ints::Same(..) => 0,
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
        let rows = self.len();
        if rows > 0 && (1..rows).all(|row| self.get(row) == self.get(0)) {
            self.values = Ints::Same(self.get(0), rows);
        }
        match &mut self.values {
            Ints::Narrow(values) => values.shrink_to_fit(),
            Ints::Wide(values) => values.shrink_to_fit(),
            Ints::Same(..) => {}
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

/// A column of numbers, null where unknown; eight bytes each. Once it is [settled](FloatColumn::settle), two for each, and
/// eight for each different one, where that is less.
#[derive(Clone, Debug, Default)]
pub struct FloatColumn {
    /// One with the bits of [`FLOAT_NULL`] for null.
    values: Vec<f64>,
    /// Of each row the place of its number among the values, where they are the different ones.
    places: Option<Vec<u16>>,
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
        if let Some(places) = self.places.take() {
            self.values = places.into_iter().map(|place| self.values[usize::from(place)]).collect();
        }
        self.values.push(stored(number));
    }

    /// The number of a row, `None` where null.
    pub fn get(&self, row: usize) -> Option<f64> {
        let value = self.places.as_ref().map_or(row, |places| usize::from(places[row]));
        told(self.values[value])
    }

    /// All numbers in order, `None` where null.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<f64>> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Nothing is to be appended any more: gives back the room for it, and holds equal numbers once where that is less.
    pub fn settle(&mut self) {
        if self.places.is_none()
            && let Some((values, places)) = different(&self.values)
        {
            (self.values, self.places) = (values, Some(places));
        }
        self.values.shrink_to_fit();
    }

    /// The numbers of some rows, in their order.
    #[must_use]
    pub fn gathered(&self, rows: impl Iterator<Item = usize>) -> Self {
        rows.map(|row| self.get(row)).collect()
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.places.as_ref().map_or(self.values.len(), Vec::len)
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Memory that it takes, in bytes.
    pub fn memory(&self) -> usize {
        size_of_val(self.values.as_slice()) + self.places.as_ref().map_or(0, |places| size_of_val(places.as_slice()))
    }
}

/// The different ones of some numbers, by their bits, and of each number its place among them; `None` where both take as
/// much as the numbers themselves.
fn different(numbers: &[f64]) -> Option<(Vec<f64>, Vec<u16>)> {
    let most = (numbers.len() * 3 / 4).min(usize::from(u16::MAX));
    let mut place_of: HashMap<u64, u16, RandomState> = HashMap::default();
    let (mut different, mut places) = (Vec::new(), Vec::with_capacity(numbers.len()));
    for number in numbers {
        let place = *place_of.entry(number.to_bits()).or_insert(different.len() as u16);
        if usize::from(place) == different.len() {
            if different.len() == most {
                return None;
            }
            different.push(*number);
        }
        places.push(place);
    }
    Some((different, places))
}

impl FromIterator<Option<f64>> for FloatColumn {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(numbers: I) -> Self {
        let mut values: Vec<f64> = numbers.into_iter().map(stored).collect();
        values.shrink_to_fit();
        Self { values, places: None }
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
    fn numbers_that_are_all_the_same_take_nothing_and_may_be_followed_by_others() {
        for same in [None, Some(7), Some(i64::MAX)] {
            let mut column = IntColumn::from(vec![same; 3]);
            assert_eq!((column.memory(), column.len(), column.get(2)), (0, 3, same));
            let (mut longer, mut joined) = (column.clone(), IntColumn::default());
            for next in [Some(1), None, Some(i64::MIN + 1)] {
                longer.push(next);
                assert_eq!((longer.get(2), longer.get(longer.len() - 1)), (same, next));
            }
            joined.append(&column);
            joined.append(&longer);
            assert_eq!(
                joined.iter().collect::<Vec<_>>(),
                [vec![same; 6], vec![Some(1), None, Some(i64::MIN + 1)]].concat()
            );
            column.gather(&[1, 0]);
            assert_eq!(column.iter().collect::<Vec<_>>(), [same, same]);
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
        let mut settled: FloatColumn = (0..3).flat_map(|_| column.iter()).collect();
        settled.settle();
        assert!(settled.memory() < 30 * 8, "each is held once");
        let again: Vec<Option<u64>> = settled.iter().map(|number| number.map(f64::to_bits)).collect();
        assert_eq!(again, [&bits[..], &bits, &bits].concat());
        settled.push(Some(2.5));
        assert_eq!((settled.len(), settled.get(2), settled.get(30)), (31, Some(1.5), Some(2.5)));
        assert_eq!(column.gathered([9, 2].into_iter()).iter().collect::<Vec<_>>(), [None, Some(1.5)]);
    }
}
