//! Comparison of names that people typed, and their display where they are not equal.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

/// A name (of a column, type, field, service, group, team or repository) as it is compared under `flow`.
///
/// * Composed and decomposed letters are equal (the form is NFC), and so are upper and lower case.
/// * Variation selectors (U+FE0E, U+FE0F) and the frame of a keycap (U+20E3) are dropped wherever they stand: they say
///   how a character is drawn. The digit of a keycap stays.
/// * White space and symbols around the name are dropped: `✅ Done` is `Done`. Symbols are pictographs (emoji, arrows,
///   dingbats, geometric shapes) with their skin tones, joiners and tags, and characters of no width. ASCII
///   punctuation, digits, currencies, signs such as ™, enclosed letters and digits (Ⓜ, ①) and flags, which are spelled
///   in letters, belong to the name: `C`, `C#` and `C++` are three names. What stands within a name stays.
/// * A name that is nothing but symbols is compared by these.
pub fn comparable(name: &str) -> String {
    if name.is_ascii() {
        return name.trim().to_ascii_lowercase();
    }
    let drawn: String = name.chars().filter(|letter| !is_drawing(*letter)).nfc().collect();
    let lower: String = drawn.to_lowercase().nfc().collect();
    let bare = lower.trim_matches(|letter: char| letter.is_whitespace() || is_symbol(letter));
    if bare.is_empty() { lower.trim().to_owned() } else { bare.to_owned() }
}

/// What follows in a name that begins so, without the white space around it: `Alpha` in `team::Alpha` behind `team::`. Letters
/// are compared as by [`comparable`], without case; what follows keeps its spelling. `None` where nothing follows.
pub fn behind(name: &str, beginning: &str) -> Option<String> {
    let name: String = name.trim().nfc().collect();
    let mut letters = name.chars();
    for wanted in beginning.trim_start().nfc() {
        if !letters.next()?.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
    }
    let rest = letters.as_str().trim();
    (!rest.is_empty()).then(|| rest.to_owned())
}

/// A name for a message: what cannot be seen, or told from a plain blank, is written as an escape (`\u{a0}`).
pub fn visible(name: &str) -> Cow<'_, str> {
    let hides = |letter: char| letter != ' ' && (letter.is_whitespace() || letter.is_control() || has_no_width(letter));
    if !name.chars().any(hides) {
        return Cow::Borrowed(name);
    }
    let mut text = String::with_capacity(name.len() + 16);
    for letter in name.chars() {
        if hides(letter) { text.extend(letter.escape_unicode()) } else { text.push(letter) }
    }
    Cow::Owned(text)
}

/// Whether a login is a bot's by its name alone (`dependabot[bot]`).
pub fn is_bot_login(login: &str) -> bool {
    login.ends_with("[bot]")
}

/// Says only how the character before it is drawn.
fn is_drawing(letter: char) -> bool {
    matches!(letter, '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}')
}

/// A pictograph, or what joins and modifies pictographs.
fn is_symbol(letter: char) -> bool {
    let is_pictograph = matches!(letter,
        '\u{2190}'..='\u{21ff}' // arrows
        | '\u{2300}'..='\u{23ff}' // technical: ⌛ ⏳ ⏸
        | '\u{2500}'..='\u{2775}' // boxes, shapes, symbols, dingbats
        | '\u{2794}'..='\u{27bf}' // dingbats after the circled digits
        | '\u{27f0}'..='\u{27ff}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}' // more arrows and shapes
        | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}'
        | '\u{1f000}'..='\u{1f0ff}' // tiles and cards
        | '\u{1f18e}' | '\u{1f191}'..='\u{1f19a}' // words in a box: 🆎 🆕 🆗
        | '\u{1f201}'..='\u{1f2ff}' // ideographs in a box
        | '\u{1f300}'..='\u{1faff}'
    );
    is_pictograph || has_no_width(letter)
}

/// Takes no room of its own: joiners, marks of direction, tags, variation selectors.
fn has_no_width(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests;
