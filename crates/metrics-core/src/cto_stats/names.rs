//! Comparison of names as the original does it.
//!
//! Columns: trimmed, each character in lower case by itself (`ΣΣ` is `σσ`, never `σς`; `İ` is `i`).
//! Types and field values: simple case folding (`ΣΣ` is `σς`, `ſ` is `s`, but `İ` is not `i`).
//! Neither normalises, and each byte that is not UTF-8 counts as one U+FFFD.

/// A board column as it is compared.
pub(super) fn lower_case(name: &[u8]) -> Vec<char> {
    trimmed(&characters(name)).iter().map(|character| lower(*character)).collect()
}

/// A text as it is compared where case is folded; not trimmed.
pub(super) fn folded(text: &[u8]) -> Vec<char> {
    characters(text).iter().map(|character| fold(*character)).collect()
}

/// As [`folded`], trimmed first.
pub(super) fn trimmed_and_folded(text: &[u8]) -> Vec<char> {
    trimmed(&characters(text)).iter().map(|character| fold(*character)).collect()
}

fn characters(text: &[u8]) -> Vec<char> {
    let mut characters = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        characters.extend(chunk.valid().chars());
        characters.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    characters
}

fn trimmed(text: &[char]) -> &[char] {
    let start = text.iter().position(|character| !character.is_whitespace()).unwrap_or(text.len());
    let end = text.iter().rposition(|character| !character.is_whitespace()).map_or(start, |last| last + 1);
    &text[start..end]
}

fn lower(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

/// One representative of all characters that differ by case alone.
fn fold(character: char) -> char {
    // The dotted capital and the dotless small i fold with nothing.
    if matches!(character, '\u{130}' | '\u{131}') {
        return character;
    }
    lower(single(character.to_uppercase()).unwrap_or(character))
}

fn single(mut mapped: impl ExactSizeIterator<Item = char>) -> Option<char> {
    if mapped.len() == 1 { mapped.next() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same_column(one: &str, other: &str) -> bool {
        lower_case(one.as_bytes()) == lower_case(other.as_bytes())
    }

    fn same_folded(one: &str, other: &str) -> bool {
        folded(one.as_bytes()) == folded(other.as_bytes())
    }

    #[test]
    fn columns_are_compared_in_lower_case_character_by_character() {
        assert!(same_column(" READY\u{a0}", "ready"));
        assert!(same_column("ΣΣ", "σσ"));
        assert!(!same_column("ΣΣ", "σς"));
        assert!(same_column("İn", "in"));
        assert!(same_column("\u{212a}", "k"));
        assert!(same_column("ẞ", "ß"));
        assert!(!same_column("ß", "ss"));
        assert!(!same_column("ſ", "s"));
        assert!(!same_column("é", "e\u{301}"));
        assert!(!same_column("\u{feff}ready", "ready"));
        assert!(!same_column("\u{200b}ready", "ready"));
    }

    #[test]
    fn folding_joins_what_differs_by_case_alone() {
        assert!(same_folded("ΣΣ", "σς"));
        assert!(same_folded("ſ", "S"));
        assert!(same_folded("\u{212a}", "k"));
        assert!(same_folded("ẞ", "ß"));
        assert!(same_folded("µ", "Μ"));
        assert!(same_folded("ᾳ", "ᾼ"));
        assert!(same_folded("Å", "\u{212b}"));
        assert!(!same_folded("İ", "i"));
        assert!(!same_folded("ı", "i"));
        assert!(!same_folded("ı", "I"));
        assert!(!same_folded("a ", "a"));
        assert!(trimmed_and_folded(b" A\t") == folded(b"a"));
    }

    #[test]
    fn each_invalid_byte_is_one_replacement_character() {
        assert_eq!(lower_case(b"A\xE2\x82"), ['a', '\u{fffd}', '\u{fffd}']);
        assert_eq!(lower_case(b"A\xFF"), lower_case("a\u{fffd}".as_bytes()));
    }
}
