//! Changes of bytes, whatever they mean.

use crate::edit::{EDGES, Numbers, Stock};

/// A change of bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    FlipBit,
    InsertWord,
    ReplaceByWord,
    Delete,
    Repeat,
    RepeatOften,
    GoOnAsAnother,
    CutOff,
    ReplaceNumber,
}

pub(crate) const CHANGES: [Change; 9] = [
    Change::FlipBit,
    Change::InsertWord,
    Change::ReplaceByWord,
    Change::Delete,
    Change::Repeat,
    Change::RepeatOften,
    Change::GoOnAsAnother,
    Change::CutOff,
    Change::ReplaceNumber,
];

/// Bytes that a change takes at once, at most.
const SPAN: usize = 24;

pub(crate) fn changed(text: &[u8], change: Change, numbers: Numbers, stock: &Stock<'_>) -> Vec<u8> {
    let Numbers { at, to, with } = numbers;
    let at = at % (text.len() + 1);
    let end = (at + 1 + to % SPAN).min(text.len());
    let (before, span, behind) = (&text[..at], &text[at..end], &text[end..]);
    match change {
        Change::FlipBit => {
            let mut text = text.to_vec();
            if let Some(byte) = text.get_mut(at) {
                *byte ^= 1 << (with % 8);
            }
            text
        }
        Change::InsertWord => [before, stock.word(with).as_bytes(), span, behind].concat(),
        Change::ReplaceByWord => [before, stock.word(with).as_bytes(), behind].concat(),
        Change::Delete => [before, behind].concat(),
        Change::Repeat => [before, span, span, behind].concat(),
        Change::RepeatOften => [before, &span.repeat(2 + with % 2000), behind].concat(),
        Change::GoOnAsAnother => {
            let other = stock.other(with);
            [before, &other[to % (other.len() + 1)..]].concat()
        }
        Change::CutOff => before.to_vec(),
        Change::ReplaceNumber => {
            let Some(begin) = (at..text.len()).find(|&at| text[at].is_ascii_digit()) else { return text.to_vec() };
            let digits = text[begin..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            [&text[..begin], EDGES[with % EDGES.len()].as_bytes(), &text[begin + digits..]].concat()
        }
    }
}
