//! Texts that are not in the stored dictionary: names of repositories, values of custom fields.

use ahash::AHashMap;
use model::columns::Dictionary;

/// Gives equal texts equal codes, those of the stored dictionary included.
pub(super) struct Interner {
    known: AHashMap<Box<[u8]>, u32>,
}

impl Interner {
    /// Knows what the dictionary holds.
    pub(super) fn over(dictionary: &Dictionary) -> Self {
        let known = (0..dictionary.len() as u32).rev().map(|code| (dictionary.bytes(code).into(), code)).collect();
        Self { known }
    }

    /// The code of a text, adding it if it is new.
    pub(super) fn code(&mut self, dictionary: &mut Dictionary, text: &[u8]) -> u32 {
        if let Some(code) = self.known.get(text) {
            return *code;
        }
        let code = dictionary.push(text);
        self.known.insert(text.into(), code);
        code
    }
}
