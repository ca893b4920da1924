//! The report as JSON: two spaces a level, and no character beyond ASCII.

use std::fmt::Write as _;

use crate::extended::Extended;
use crate::report::{Answer, Report, Written};

/// The whole document.
pub(crate) fn written(report: &Report<'_>, extended: Option<&Extended>) -> String {
    let mut json = Json::default();
    json.open('{');
    json.member("since").text(report.since());
    json.member("bot_policy").text(report.bots().name());
    json.member("metrics").open('[');
    for answer in &report.answers {
        json.element();
        push_answer(&mut json, answer);
    }
    json.close(']');
    if let Some(extended) = extended {
        extended.push(json.member("cto"));
    }
    json.close('}');
    json.text.push('\n');
    json.text
}

fn push_answer(json: &mut Json, answer: &Answer<'_>) {
    json.open('{');
    json.member("metric").text(answer.metric.name());
    json.member("description").text(answer.metric.description());
    json.member("exclude_bots").word(match answer.exclude_bots {
        Some(true) => "true",
        Some(false) => "false",
        None => "null",
    });
    json.member("data").open('[');
    for row in &answer.rows {
        json.element();
        json.open('{');
        for (name, cell) in answer.metric.columns().iter().zip(row) {
            let json = json.member(name);
            match cell.written() {
                Written::Null => json.word("null"),
                Written::Text(text) => json.text(&text),
                Written::Number(number) => json.word(&number),
            }
        }
        json.close('}');
    }
    json.close(']');
    json.close('}');
}

/// A document as far as it is written.
#[derive(Debug, Default)]
pub(crate) struct Json {
    text: String,
    depth: usize,
    /// Whether nothing stands in the innermost list or object yet.
    is_empty: bool,
}

impl Json {
    /// Begins a list or an object.
    pub(crate) fn open(&mut self, bracket: char) {
        self.text.push(bracket);
        self.depth += 1;
        self.is_empty = true;
    }

    /// Ends it.
    pub(crate) fn close(&mut self, bracket: char) {
        self.depth -= 1;
        if !self.is_empty {
            self.line();
        }
        self.text.push(bracket);
        self.is_empty = false;
    }

    /// Goes on to the next element of a list.
    pub(crate) fn element(&mut self) {
        if !self.is_empty {
            self.text.push(',');
        }
        self.line();
        self.is_empty = false;
    }

    /// Goes on to the next member of an object.
    pub(crate) fn member(&mut self, name: &str) -> &mut Self {
        self.element();
        self.text(name);
        self.text.push_str(": ");
        self
    }

    /// A number, or one of the words.
    pub(crate) fn word(&mut self, word: &str) {
        self.text.push_str(word);
    }

    /// A text in quotes.
    pub(crate) fn text(&mut self, text: &str) {
        let is_plain = |character: char| matches!(character, ' '..='~') && !matches!(character, '"' | '\\');
        self.text.push('"');
        let mut rest = text;
        while let Some(place) = rest.find(|character| !is_plain(character)) {
            let (plain, behind) = rest.split_at(place);
            self.text.push_str(plain);
            let mut characters = behind.chars();
            characters.by_ref().take(1).for_each(|character| self.escaped(character));
            rest = characters.as_str();
        }
        self.text.push_str(rest);
        self.text.push('"');
    }

    fn escaped(&mut self, character: char) {
        match character {
            '"' => self.text.push_str("\\\""),
            '\\' => self.text.push_str("\\\\"),
            '\n' => self.text.push_str("\\n"),
            '\r' => self.text.push_str("\\r"),
            '\t' => self.text.push_str("\\t"),
            '\u{8}' => self.text.push_str("\\b"),
            '\u{c}' => self.text.push_str("\\f"),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(self.text, "\\u{unit:04x}").expect("writing to memory does not fail");
                }
            }
        }
    }

    fn line(&mut self) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", self.depth));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_beyond_ascii_is_escaped_by_its_units() {
        for (text, expected) in [
            ("", r#""""#),
            ("plain ~", r#""plain ~""#),
            ("say \"hi\" \\ ", r#""say \"hi\" \\ ""#),
            ("a\n\r\t\u{8}\u{c}\u{1}\u{7f}", r#""a\n\r\t\b\f\u0001\u007f""#),
            ("Größe 😀!", r#""Gr\u00f6\u00dfe \ud83d\ude00!""#),
        ] {
            let mut json = Json::default();
            json.text(text);
            assert_eq!(json.text, expected);
            assert_eq!(serde_json::from_str::<String>(&json.text).expect("JSON"), text);
        }
    }
}
