//! What is remembered of a repository's pull requests between two imports.

use provider::cursor::Cursor;
use serde::{Deserialize, Serialize};

/// How far the list was read, and whether with folders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// How far the list was read.
    #[serde(flatten)]
    pub(crate) list: Cursor,
    /// Whether all that was read was asked for its folders.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) with_folders: bool,
}

impl Kept {
    /// Reads a stored cursor. One that cannot be read counts as none: everything is read again.
    pub(crate) fn read(stored: Option<&str>) -> Self {
        stored.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The form that is stored.
    pub(crate) fn write(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts can always be written as JSON")
    }
}

#[cfg(test)]
mod tests {
    use model::Instant;

    use super::*;

    #[test]
    fn a_cursor_without_folders_is_that_of_the_list() {
        let list = Cursor { watermark: Some(Instant::from_seconds(5)), ..Cursor::default() };
        let mut kept = Kept { list: list.clone(), with_folders: false };
        assert_eq!(kept.write(), list.write());
        assert_eq!(Kept::read(Some(&list.write())), kept);
        kept.with_folders = true;
        assert_eq!(Kept::read(Some(&kept.write())), kept);
        assert_eq!(Kept::read(Some("{\"watermark\":")), Kept::default());
        assert_eq!(Kept::read(None), Kept::default());
    }
}
