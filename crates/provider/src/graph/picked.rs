//! Where commits say to be picked from.

/// What `git cherry-pick -x` writes in front of the object id.
const PICKED: &str = "(cherry picked from commit ";

/// The commit that a message says to be picked from, empty where it says none. What was picked more than once names the
/// first of all, which is the one that a pull request knows.
pub fn picked_from(message: &str) -> String {
    let named = message.split(PICKED).skip(1).filter_map(|rest| rest.split_once(')').map(|(sha, _)| sha));
    let mut ids = named.filter(|sha| matches!(sha.len(), 40 | 64) && sha.bytes().all(|byte| byte.is_ascii_hexdigit()));
    ids.next().map(str::to_ascii_lowercase).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::picked_from;

    #[test]
    fn the_first_commit_that_a_message_says_to_be_picked_from_counts() {
        let (first, second) = ("a1".repeat(20), "b2".repeat(32));
        let line = |sha: &str| format!("(cherry picked from commit {sha})");
        assert_eq!(picked_from(&format!("Why it is so.\n\n{}\n", line(&first))), first);
        assert_eq!(picked_from(&format!("{}\n{}", line(&first), line(&second))), first);
        assert_eq!(picked_from(&line(&second)), second);
        assert_eq!(picked_from(&line(&first.to_uppercase())), first);
        assert_eq!(picked_from(&format!("{} {}", line("a short one"), line(&second))), second);
        for message in ["", "cherry picked", "(cherry picked from commit a1b2)", "(cherry picked from commit "] {
            assert_eq!(picked_from(message), "", "{message:?}");
        }
    }
}
