//! Keys of totals among names, and of what is called like a total.

use std::borrow::Cow;

/// Key of a total in a column of names: of all repositories, all boards, all sizes.
pub const ALL: &str = "ALL";

/// The name of a repository as tables write it: its own, and with its organisation (`acme/ALL`) where a total would
/// be called so. Names of repositories have no slash.
pub fn repository_key<'a>(org: &str, name: &'a str) -> Cow<'a, str> {
    if name == ALL { Cow::Owned(format!("{org}/{ALL}")) } else { Cow::Borrowed(name) }
}

/// The id of a board as a table writes it that has a total too: its own, and `/ALL` where the total would be called
/// so. Ids of GitHub are numbers; one of a folder of CSV files may be any text.
pub fn board_key(id: &str) -> Cow<'_, str> {
    if is_like_a_total(id) { Cow::Owned(format!("/{id}")) } else { Cow::Borrowed(id) }
}

/// The id of the board that a key of [`board_key`] is about.
pub(crate) fn board_of_key(key: &str) -> &str {
    key.strip_prefix('/').filter(|id| is_like_a_total(id)).unwrap_or(key)
}

/// `ALL`, or what is made from it, so that no two ids have one key.
fn is_like_a_total(id: &str) -> bool {
    id.trim_start_matches('/') == ALL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_like_a_total_is_written_otherwise_and_found_again() {
        assert_eq!([repository_key("acme", "ALL"), repository_key("acme", "all")], ["acme/ALL", "all"]);
        assert_eq!([repository_key("", "ALL"), repository_key("acme", "ALLY")], ["/ALL", "ALLY"]);
        for (id, key) in [("ALL", "/ALL"), ("/ALL", "//ALL"), ("7", "7"), ("", ""), ("/", "/"), ("all", "all")] {
            assert_eq!((&*board_key(id), board_of_key(key)), (key, id));
        }
    }
}
