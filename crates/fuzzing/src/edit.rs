//! Edits of an input, and their choice by chance.

use proptest::prelude::*;

use crate::{cut, json, lines};

/// What the bytes of an input are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Lines, in which indentation may count.
    Lines,
    /// Lines with cells between commas.
    Cells,
    /// JSON, perhaps below one line that is none.
    Json,
}

/// One change. What its numbers mean depends on what it changes; every number means something.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    kind: Kind,
    /// Where.
    at: u32,
    /// How much, or which other place.
    to: u32,
    /// With what.
    with: u32,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Bytes(cut::Change),
    Lines(lines::Change),
    Json(json::Change),
}

/// What edits may take from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stock<'a> {
    /// Inputs as long as this one is edited: pieces of them are put into it.
    pub(crate) others: &'a [Vec<u8>],
    pub(crate) words: &'a [&'a str],
}

/// The numbers of an edit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    pub(crate) at: usize,
    pub(crate) to: usize,
    pub(crate) with: usize,
}

/// Most bytes of an edited input: what is larger makes no new cases, only slow ones.
const LARGEST: usize = 256 * 1024;

/// Texts that lie at the edges of what numbers, times and texts can be.
pub(crate) const EDGES: [&str; 40] = [
    "",
    "0",
    "-0",
    "-1",
    "1",
    "127",
    "65536",
    "2147483647",
    "2147483648",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551616",
    "1e308",
    "1e-400",
    "1e64",
    "-1e-64",
    "0.1",
    "NaN",
    "Infinity",
    "null",
    "NULL",
    "~",
    "true",
    "no",
    "1970-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "2024-02-29T24:00:00+14:00",
    "2026-03-29T02:30:00-00:00",
    "2026-02-30",
    "\u{feff}",
    "\u{0}",
    "\u{202e}\u{1b}[31m",
    "é\u{301}ß\u{1f980}",
    "../../etc/passwd",
    "=cmd()",
];

impl Form {
    fn kinds(self) -> BoxedStrategy<Kind> {
        let bytes = prop::sample::select(&cut::CHANGES[..]).prop_map(Kind::Bytes);
        let lines = |changes: &'static [lines::Change]| prop::sample::select(changes).prop_map(Kind::Lines);
        match self {
            Self::Lines => prop_oneof![2 => bytes, 3 => lines(&lines::OF_LINES)].boxed(),
            Self::Cells => prop_oneof![2 => bytes, 2 => lines(&lines::OF_LINES), 6 => lines(&lines::OF_CELLS)].boxed(),
            Self::Json => {
                let json = prop::sample::select(&json::CHANGES[..]).prop_map(Kind::Json);
                prop_oneof![2 => bytes, 8 => json].boxed()
            }
        }
    }
}

/// One edit or several, mostly few.
pub(crate) fn edits(form: Form) -> impl Strategy<Value = Vec<Edit>> {
    let edit = (form.kinds(), any::<u32>(), any::<u32>(), any::<u32>()).prop_map(|(kind, at, to, with)| Edit {
        kind,
        at,
        to,
        with,
    });
    let some = |least, most| prop::collection::vec(edit.clone(), least..=most);
    prop_oneof![6 => some(1, 2), 3 => some(3, 7), 1 => some(8, 24)]
}

/// The input with all edits made, one after the other.
pub(crate) fn edited(input: &[u8], edits: &[Edit], stock: &Stock<'_>) -> Vec<u8> {
    edits.iter().fold(input.to_vec(), |text, edit| {
        let numbers = Numbers { at: edit.at as usize, to: edit.to as usize, with: edit.with as usize };
        let mut text = match edit.kind {
            Kind::Bytes(change) => cut::changed(&text, change, numbers, stock),
            Kind::Lines(change) => lines::changed(&text, change, numbers, stock),
            Kind::Json(change) => json::changed(&text, change, numbers, stock),
        };
        text.truncate(LARGEST);
        text
    })
}

impl Stock<'_> {
    /// A word, or a text of the edges.
    pub(crate) fn word(&self, number: usize) -> &str {
        let number = number % (self.words.len() + EDGES.len());
        self.words.get(number).unwrap_or_else(|| &EDGES[number - self.words.len()])
    }

    /// Another input.
    pub(crate) fn other(&self, number: usize) -> &[u8] {
        if self.others.is_empty() { &[] } else { &self.others[number % self.others.len()] }
    }
}
