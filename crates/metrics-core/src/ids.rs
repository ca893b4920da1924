//! Sorting of rows by the bytes of their ids.

use model::columns::TextColumn;

const KEY_BYTES: usize = 16;

/// Sorts rows of a column by their bytes.
///
/// Compares sixteen bytes at once, behind what all rows begin with: ids share `org/`, so that few comparisons
/// have to look at the text itself.
pub(crate) fn sort_by_bytes(rows: &mut [u32], ids: &TextColumn) {
    let Some(first) = rows.first().map(|row| ids.bytes(*row as usize)) else { return };
    let shared = rows.iter().fold(first.len(), |shared, row| {
        let id = ids.bytes(*row as usize);
        first[..shared].iter().zip(id).take_while(|(one, other)| one == other).count()
    });
    let mut keyed: Vec<(u128, u32)> = rows.iter().map(|row| (key(&ids.bytes(*row as usize)[shared..]), *row)).collect();
    keyed.sort_unstable_by(|(one_key, one), (other_key, other)| {
        one_key.cmp(other_key).then_with(|| ids.bytes(*one as usize).cmp(ids.bytes(*other as usize)))
    });
    for (row, (_, sorted)) in rows.iter_mut().zip(keyed) {
        *row = sorted;
    }
}

/// The first bytes as a number that orders as they do; shorter texts are filled with zeros.
fn key(text: &[u8]) -> u128 {
    let mut bytes = [0; KEY_BYTES];
    let length = text.len().min(KEY_BYTES);
    bytes[..length].copy_from_slice(&text[..length]);
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_by_bytes_even_where_the_first_bytes_agree() {
        let texts =
            ["a/b#2", "a/b#10", "a/b", "a/b#1", "a/ä#1", "a/a-very-long-repository#12", "a/a-very-long-repository#1"];
        let mut ids = TextColumn::default();
        for text in texts {
            ids.push(text.as_bytes());
        }
        let mut rows: Vec<u32> = (0..texts.len() as u32).collect();
        sort_by_bytes(&mut rows, &ids);
        let mut expected = texts;
        expected.sort_unstable();
        assert_eq!(rows.iter().map(|row| ids.text(*row as usize)).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn zero_bytes_do_not_make_a_shorter_id_equal() {
        let mut ids = TextColumn::default();
        ids.push(b"a\0");
        ids.push(b"a");
        let mut rows = [0, 1];
        sort_by_bytes(&mut rows, &ids);
        assert_eq!(rows, [1, 0]);
    }
}
