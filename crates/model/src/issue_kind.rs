//! Type and bug of an issue by the original's derivation, for whoever reads issues of GitHub.

/// Type and bug from GitHub's issue type and the labels.
///
/// An issue type, when set, is the type, and labels are not looked at. Otherwise the labels decide in their order: one
/// that is exactly `bug` marks a bug; the first that tells a type by a part of its text names it; `task` without any.
pub fn kind_and_bug(issue_type: &str, labels: &[String]) -> (String, bool) {
    let named = issue_type.trim().to_lowercase();
    if !named.is_empty() {
        let is_bug = named == "bug";
        return (named, is_bug);
    }
    let mut kind = None;
    let mut is_bug = false;
    for label in labels {
        let label = label.trim().to_lowercase();
        if label == "bug" {
            is_bug = true;
        }
        kind = kind.or_else(|| kind_of_label(&label));
    }
    (kind.unwrap_or("task").to_owned(), is_bug)
}

/// The type that a trimmed, lower-case label tells.
fn kind_of_label(label: &str) -> Option<&'static str> {
    if label == "bug" {
        Some("bug")
    } else if label.contains("feature") {
        Some("feature")
    } else if label.contains("chore") || label.contains("refactor") {
        Some("chore")
    } else if label.contains("doc") {
        Some("docs")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(issue_type: &str, labels: &[&str], expected: (&str, bool)) {
        let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
        let (kind, is_bug) = kind_and_bug(issue_type, &labels);
        assert_eq!((kind.as_str(), is_bug), expected, "{issue_type:?} {labels:?}");
    }

    #[test]
    fn an_issue_type_is_the_type_and_hides_the_labels() {
        check(" Feature ", &["bug"], ("feature", false));
        check("Bug", &["feature"], ("bug", true));
        check("  ", &["Bug "], ("bug", true));
    }

    #[test]
    fn the_first_label_that_tells_a_type_names_it() {
        check("", &[], ("task", false));
        check("", &["new-feature", "docs"], ("feature", false));
        check("", &["docker"], ("docs", false));
        check("", &["refactoring"], ("chore", false));
        check("", &["debug", "bugfix"], ("task", false));
    }

    #[test]
    fn a_bug_label_after_another_type_still_marks_a_bug() {
        check("", &["feature", "bug"], ("feature", true));
    }
}
