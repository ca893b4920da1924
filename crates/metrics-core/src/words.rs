//! Columns of texts.

use ahash::RandomState;
use hashbrown::HashMap;
use model::columns::TextColumn;
use model::table::Cells;

/// A column of texts of which many are different.
pub(crate) fn texts<T: AsRef<[u8]>>(texts: impl Iterator<Item = T>) -> Cells {
    let mut column = TextColumn::default();
    for text in texts {
        column.push(text.as_ref());
    }
    Cells::Text(column)
}

/// A column of texts of which there are few: each is held once.
pub(crate) fn words<'t>(words: impl Iterator<Item = &'t [u8]>) -> Cells {
    let (mut known, mut texts) = (HashMap::<&[u8], u32, RandomState>::default(), TextColumn::default());
    let mut before: Option<(&[u8], u32)> = None;
    let code = |word: &'t [u8]| {
        // Neighbours repeat.
        if let Some((_, code)) = before.filter(|(before, _)| *before == word) {
            return code;
        }
        let code = *known.entry(word).or_insert_with(|| {
            texts.push(word);
            texts.len() as u32 - 1
        });
        before = Some((word, code));
        code
    };
    let codes = words.map(code).collect();
    Cells::Code(codes, texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_held_once() {
        let Cells::Code(codes, texts) = words([b"web".as_slice(), b"web", b"", b"api", b"web"].into_iter()) else {
            panic!("a column of codes")
        };
        assert_eq!(
            (codes.iter().copied().collect::<Vec<_>>(), texts.len(), texts.text(2)),
            (vec![0, 0, 1, 2, 0], 3, "api".into())
        );
    }
}
