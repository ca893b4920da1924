//! Elements of HTML and SVG.

/// An element around what is markup already; values of attributes are escaped here.
pub(crate) fn element(name: &str, attributes: &[(&str, &str)], inside: &str) -> String {
    format!("<{name}{}>{inside}</{name}>", written(attributes))
}

/// An element without content, as both HTML and XML read it.
pub(crate) fn empty(name: &str, attributes: &[(&str, &str)]) -> String {
    format!("<{name}{}/>", written(attributes))
}

fn written(attributes: &[(&str, &str)]) -> String {
    let written = |(name, value): &(&str, &str)| [" ", name, "=\"", &escaped(value), "\""].concat();
    attributes.iter().map(written).collect()
}

/// Text as it stands between tags and in attributes.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in shown(text) {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// The letters of a text, with a sign in place of those that are not to be seen but do something: controls, and what
/// turns the direction of what follows (names in right-to-left scripts do without it). Lines become one.
pub(crate) fn shown(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(|letter| match letter {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        other if other.is_control() || is_unfit(other) => char::REPLACEMENT_CHARACTER,
        other => other,
    })
}

fn is_unfit(letter: char) -> bool {
    matches!(letter,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}' // direction, and what has no width
        | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}' // no letters at all
    )
}

/// At most so many letters; the last of a longer text is an ellipsis.
pub(crate) fn cut(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let kept: String = text.chars().take(letters.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_open_no_tag_and_end_no_attribute() {
        let hostile = "<script>\"it's\" & \u{202e}more\u{0}\n";
        assert_eq!(escaped(hostile), "&lt;script&gt;&quot;it&#39;s&quot; &amp; \u{fffd}more\u{fffd} ");
        assert_eq!(empty("img", &[("alt", "a\" onload=\"b")]), "<img alt=\"a&quot; onload=&quot;b\"/>");
    }

    #[test]
    fn long_texts_are_cut_between_letters() {
        assert_eq!(cut("מערכת", 5), "מערכת");
        assert_eq!(cut("ab cdef", 4), "ab…");
    }
}
