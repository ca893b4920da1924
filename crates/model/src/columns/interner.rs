//! A dictionary that knows its texts.

use ahash::RandomState;
use hashbrown::HashTable;

use super::Dictionary;
use crate::cells::Texts;

/// Gives equal texts equal codes.
#[derive(Clone, Debug)]
pub struct Interner {
    dictionary: Dictionary,
    codes: HashTable<u32>,
    hasher: RandomState,
}

impl Default for Interner {
    fn default() -> Self {
        Self::over(Dictionary::default())
    }
}

impl Interner {
    /// Knows what a dictionary holds. Of texts that it holds twice the first code counts.
    pub fn over(dictionary: Dictionary) -> Self {
        // Equal seeds in every run, so that nothing depends on chance.
        let hasher = RandomState::with_seeds(1, 2, 3, 4);
        let mut codes = HashTable::with_capacity(dictionary.len());
        for code in 1..dictionary.len() as u32 {
            let text = dictionary.bytes(code);
            let hash = hasher.hash_one(text);
            if codes.find(hash, |known: &u32| dictionary.bytes(*known) == text).is_none() {
                codes.insert_unique(hash, code, |known| hasher.hash_one(dictionary.bytes(*known)));
            }
        }
        Self { dictionary, codes, hasher }
    }

    /// The code of a text, new if need be.
    pub fn code(&mut self, text: &[u8]) -> u32 {
        if text.is_empty() {
            return Dictionary::EMPTY;
        }
        let Self { dictionary, codes, hasher } = self;
        let hash = hasher.hash_one(text);
        if let Some(code) = codes.find(hash, |code| dictionary.bytes(*code) == text) {
            return *code;
        }
        if dictionary.is_overfull() {
            return Dictionary::EMPTY;
        }
        let code = dictionary.push(text);
        codes.insert_unique(hash, code, |code| hasher.hash_one(dictionary.bytes(*code)));
        code
    }

    /// As [`Self::code`], but looks at another code first: neighbours repeat.
    #[inline]
    pub fn repeated_code(&mut self, previous: u32, text: &[u8]) -> u32 {
        if self.dictionary.bytes(previous) == text { previous } else { self.code(text) }
    }

    /// The code here of each text of another dictionary.
    pub fn adopt(&mut self, other: &Self) -> Vec<u32> {
        (0..other.dictionary.len() as u32).map(|code| self.code(other.dictionary.bytes(code))).collect()
    }

    /// The texts.
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// The texts, without the way back from a text to its code.
    pub fn into_dictionary(self) -> Dictionary {
        self.dictionary
    }
}

impl Texts for Interner {
    fn code_of(&mut self, text: &[u8]) -> u32 {
        self.code(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_one_code_and_empty_is_zero() {
        let mut texts = Interner::default();
        let ready = texts.code(b"Ready");
        assert_eq!(texts.code(b""), Dictionary::EMPTY);
        assert_eq!(texts.repeated_code(ready, b"Ready"), ready);
        assert_ne!(texts.repeated_code(ready, b"Done"), ready);
        assert_eq!(texts.code(b"Ready"), ready);
    }

    #[test]
    fn a_dictionary_goes_on_where_it_ended() {
        let mut before = Interner::default();
        let ready = before.code(b"Ready");
        let mut after = Interner::over(before.into_dictionary());
        assert_eq!((after.code(b"Ready"), after.code(b"Done")), (ready, ready + 1));
    }
}
