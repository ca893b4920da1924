//! Bots by their names.

/// Whether a user's name is one that GitLab gives to the bot of an access token: `project_12_bot` or `group_7_bot_…`.
pub fn is_bot_of_token(username: &str) -> bool {
    let rest = username.strip_prefix("project_").or_else(|| username.strip_prefix("group_"));
    let Some((number, rest)) = rest.and_then(|rest| rest.split_once("_bot")) else { return false };
    let is_number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    !number.is_empty() && is_number(number) && (rest.starts_with('_') || is_number(rest))
}

#[cfg(test)]
mod tests {
    use super::is_bot_of_token;

    #[test]
    fn bots_of_access_tokens_are_told_by_their_names() {
        for bot in ["project_12_bot", "project_12_bot2", "group_7_bot_a1b2"] {
            assert!(is_bot_of_token(bot), "{bot}");
        }
        for person in ["ada", "project_bot", "project_x_bot", "group_7_botany", "project__bot"] {
            assert!(!is_bot_of_token(person), "{person}");
        }
    }
}
