//! Hosts of issues and pull requests, of which there are few.

use model::columns::{Dictionary, TextColumn};
use model::table::Cells;

/// A column of hosts, by their codes.
pub(crate) fn hosts(dictionary: &Dictionary, codes: impl Iterator<Item = u32>) -> Cells {
    let (mut known, mut texts) = (Vec::new(), TextColumn::default());
    let place = |code: u32| {
        let place = known.iter().position(|other| *other == code).unwrap_or_else(|| {
            known.push(code);
            texts.push(dictionary.bytes(code));
            known.len() - 1
        });
        place as u32
    };
    let cells = codes.map(place).collect();
    Cells::Code(cells, texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_is_held_once() {
        let mut dictionary = Dictionary::default();
        let (forge, other) = (dictionary.push(b"github.com"), dictionary.push(b"ghe.acme.example"));
        let Cells::Code(cells, texts) = hosts(&dictionary, [forge, other, forge].into_iter()) else {
            panic!("a column of codes")
        };
        assert_eq!(
            (cells.iter().copied().collect::<Vec<_>>(), texts.len(), texts.text(1)),
            (vec![0, 1, 0], 2, "ghe.acme.example".into())
        );
    }
}
