//! Type of an issue, whether it is a bug, and where the bug was met.

use hashbrown::HashMap;
use model::columns::{Dictionary, Raw};
use model::names::comparable;
use model::rules::BugSource;

/// Bug of any source.
pub const BUG: u8 = 1;
/// Bug that customers met.
pub const BUG_CUSTOMER_FACING: u8 = 2;
/// Bug met inside the organisation.
pub const BUG_INTERNAL: u8 = 4;
/// Bug met while developing.
pub const BUG_DEV_PROCESS: u8 = 8;

/// Type and bug flags of every issue, by row of the raw issues.
#[derive(Clone, Debug, Default)]
pub struct Kinds {
    /// Distinct types.
    pub names: Vec<String>,
    /// Position of the issue's type in `names`.
    pub kind: Vec<u32>,
    /// [`BUG`] and its sources, as bits.
    pub bug: Vec<u8>,
}

impl Kinds {
    /// Derives types and bugs.
    ///
    /// The issue type when set, else the first label with a whole word `bug`, `feature`, `chore` or
    /// `refactor`, `doc`, `docs` or `documentation`, else `task`. A bug if the type or any label says so.
    /// Where neither types nor labels are known of any issue, the original's derivation in the raw table counts.
    pub fn new(raw: &Raw, source: &BugSource) -> Self {
        let issues = &raw.issues;
        let unknown = issues.issue_type.iter().chain(&issues.labels).all(|code| *code == Dictionary::EMPTY);
        let mut kinds = Self::default();
        let mut positions: HashMap<String, u32> = HashMap::new();
        let mut derived: HashMap<(u32, u32), (u32, u8)> = HashMap::new();
        for row in 0..issues.id.len() {
            let key = if unknown {
                (issues.kind[row], u32::from(issues.is_bug[row]))
            } else {
                (issues.issue_type[row], issues.labels[row])
            };
            let (kind, bug) = *derived.entry(key).or_insert_with(|| {
                let (name, bug) = if unknown {
                    (comparable(&raw.dictionary.text(key.0)), key.1 == 1)
                } else {
                    derive(&raw.dictionary.text(key.0), &raw.dictionary.text(key.1))
                };
                let next = kinds.names.len() as u32;
                let position = *positions.entry(name.clone()).or_insert(next);
                if position == next {
                    kinds.names.push(name);
                }
                (position, if bug { BUG } else { 0 })
            });
            kinds.kind.push(kind);
            kinds.bug.push(bug);
        }
        kinds.add_sources(raw, source);
        kinds
    }

    fn add_sources(&mut self, raw: &Raw, source: &BugSource) {
        let field = comparable(&source.custom_field_name);
        if field.is_empty() {
            return;
        }
        let values = [
            (comparable(&source.customer_facing_value), BUG_CUSTOMER_FACING),
            (comparable(&source.internal_value), BUG_INTERNAL),
            (comparable(&source.dev_process_value), BUG_DEV_PROCESS),
        ];
        let fields = &raw.custom_fields;
        let mut flags: HashMap<(u32, u32), u8> = HashMap::new();
        for row in 0..fields.issue.len() {
            let issue = fields.issue[row] as usize;
            if self.bug[issue] & BUG == 0 {
                continue;
            }
            let (name, value) = (fields.name[row], fields.value[row]);
            self.bug[issue] |= *flags.entry((name, value)).or_insert_with(|| {
                if comparable(&raw.dictionary.text(name)) != field {
                    return 0;
                }
                let value = comparable(&raw.dictionary.text(value));
                values.iter().find(|(wanted, _)| !wanted.is_empty() && *wanted == value).map_or(0, |(_, flag)| *flag)
            });
        }
    }
}

fn derive(issue_type: &str, labels: &str) -> (String, bool) {
    let labelled = labels.split(';').find_map(kind_of_label);
    let bug = std::iter::once(issue_type).chain(labels.split(';')).any(says_bug);
    let named = comparable(issue_type);
    (if named.is_empty() { labelled.unwrap_or("task").to_owned() } else { named }, bug)
}

/// Words of a comparable name.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|letter: char| !letter.is_alphanumeric())
}

fn says_bug(text: &str) -> bool {
    words(&comparable(text)).any(|word| word == "bug")
}

fn kind_of_label(label: &str) -> Option<&'static str> {
    words(&comparable(label)).find_map(|word| match word {
        "bug" => Some("bug"),
        "feature" => Some("feature"),
        "chore" | "refactor" => Some("chore"),
        "doc" | "docs" | "documentation" => Some("docs"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derived(issue_type: &str, labels: &str) -> (String, bool) {
        derive(issue_type, labels)
    }

    #[test]
    fn labels_count_as_whole_words_only() {
        assert_eq!(derived("", "docker;kind/feature"), ("feature".into(), false));
        assert_eq!(derived("", "debugging"), ("task".into(), false));
        assert_eq!(derived("", "Documentation"), ("docs".into(), false));
        assert_eq!(derived("", "refactor: core"), ("chore".into(), false));
    }

    #[test]
    fn emoji_and_the_form_of_letters_are_no_part_of_a_name() {
        assert_eq!(derived("\u{2728} Feature", ""), ("feature".into(), false));
        assert_eq!(derived("Pr\u{fc}fung", ""), derived("Pru\u{308}fung \u{2714}\u{fe0f}", ""));
        assert_eq!(derived("", "\u{1f41b}bug"), ("bug".into(), true));
        assert_eq!(derived("", "de\u{301}bug"), derived("", "d\u{e9}bug"), "no word of its own after a mark");
    }

    #[test]
    fn a_bug_label_counts_beside_a_type() {
        assert_eq!(derived("Task", "type: bug"), ("task".into(), true));
        assert_eq!(derived("Bug", ""), ("bug".into(), true));
        assert_eq!(derived("", "feature;bug"), ("feature".into(), true));
    }
}
