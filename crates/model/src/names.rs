//! How names that people typed are compared.

/// A board column, type or step as it is compared under `flow`: trimmed, lower case.
pub fn comparable(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Whether a login is a bot's by its name alone (`dependabot[bot]`).
pub fn is_bot_login(login: &str) -> bool {
    login.ends_with("[bot]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_and_blanks() {
        assert_eq!(comparable(" In\u{a0}Progress\u{a0}"), "in\u{a0}progress");
        assert_ne!(comparable("Ready"), comparable("Ready for Dev"));
    }

    #[test]
    fn only_the_suffix_makes_a_bot() {
        assert!(is_bot_login("dependabot[bot]"));
        assert!(!is_bot_login("robot"));
    }
}
