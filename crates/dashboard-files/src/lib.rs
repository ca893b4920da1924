#![doc = include_str!("../README.md")]

mod embedded;
mod folder;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use embedded::embedded;
pub use folder::{FolderError, folder};

/// Contents by name, `assets/index-1a2b.js` for example. `index.html` is always among them.
pub type Files = BTreeMap<String, Cow<'static, [u8]>>;

/// The page that everything begins with.
pub const INDEX: &str = "index.html";

/// Whether a file is served under its name: what is hidden, or would be written otherwise in an address, is not.
fn is_served(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.~".contains(letter);
    name.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && part.chars().all(is_plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_and_odd_names_are_not_served() {
        for name in ["index.html", "assets/index-D3_x~.js", "a/b/c.svg"] {
            assert!(is_served(name), "{name}");
        }
        for name in ["", ".env", "assets/.map", "../x", "a//b", "/etc/passwd", "a b.js", "a\\b", "a%2e", "ä.js"] {
            assert!(!is_served(name), "{name}");
        }
    }
}
