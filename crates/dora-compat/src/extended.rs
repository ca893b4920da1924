//! What we say besides, in a key of its own.

use model::Instant;

use crate::json::Json;

/// When and of what the report was made.
#[derive(Clone, Debug)]
pub struct Extended {
    /// When it was made.
    pub generated_at: Instant,
    /// The instant that the window is counted back from. What is later counts, too.
    pub window_end: Instant,
    /// Version of the program.
    pub version: String,
    /// Up to when the rows are complete, as imports say; empty where nobody knows.
    pub coverage: Vec<Coverage>,
}

/// Up to when one kind of rows of a repository is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// `owner/name`.
    pub repo: String,
    /// What is covered, by its name among scopes of imports.
    pub scope: String,
    /// Since when; `None` where that is from the beginning.
    pub from: Option<Instant>,
    /// Up to when; `None` where no import came to its end.
    pub to: Option<Instant>,
}

impl Extended {
    pub(crate) fn push(&self, json: &mut Json) {
        json.open('{');
        json.member("generated_at").text(&self.generated_at.to_rfc3339());
        json.member("version").text(&self.version);
        json.member("coverage").open('[');
        for covered in &self.coverage {
            json.element();
            json.open('{');
            json.member("repo").text(&covered.repo);
            json.member("scope").text(&covered.scope);
            for (name, at) in [("from", covered.from), ("to", covered.to)] {
                let json = json.member(name);
                match at {
                    Some(at) => json.text(&at.to_rfc3339_seconds()),
                    None => json.word("null"),
                }
            }
            json.close('}');
        }
        json.close(']');
        json.member("window_end").text(&self.window_end.to_rfc3339());
        json.close('}');
    }
}
