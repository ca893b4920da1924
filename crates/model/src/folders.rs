//! Folders that a pull request touches, from the files that it changes: what services that live in folders of one repository
//! are told apart by.

use std::collections::BTreeSet;

/// Levels of folders that are kept.
const LEVELS: usize = 3;

/// Folders of one pull request that are kept, at most.
const MOST_FOLDERS: usize = 100;

/// Files of one pull request that are looked at, at most: ten pages.
const MOST_FILES: usize = 1_000;

/// What joins folders in a cell.
const SEPARATOR: char = ';';

/// The folders of the files that were looked at so far. A file outside of all folders has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folders {
    names: BTreeSet<String>,
    files: usize,
    /// Whether some are not known.
    lacks_some: bool,
}

impl Folders {
    /// Of a pull request that does not tell its files.
    pub fn untold() -> Self {
        Self { lacks_some: true, ..Self::default() }
    }

    /// Of the files with these paths, which are `all` of a page or not.
    pub fn of<'a>(files: impl IntoIterator<Item = &'a str>, all: bool) -> Self {
        let mut folders = Self { lacks_some: !all, ..Self::default() };
        for file in files {
            folders.files += 1;
            let folder = folder_of(file);
            if folder.contains(SEPARATOR) {
                folders.lacks_some = true;
            } else if !folder.is_empty() {
                folders.names.insert(folder.to_owned());
            }
        }
        folders
    }

    /// Adds those of another page.
    pub fn append(&mut self, mut more: Self) {
        self.names.append(&mut more.names);
        self.files += more.files;
        self.lacks_some |= more.lacks_some;
    }

    /// Whether no more are looked for.
    pub fn are_enough(&self) -> bool {
        self.files >= MOST_FILES || self.names.len() > MOST_FOLDERS
    }

    /// Leaves the files that were not looked at.
    pub fn leave_the_rest(&mut self) {
        self.lacks_some = true;
    }

    /// As they are stored, in order, and whether they are all.
    pub fn stored(self) -> (Vec<String>, bool) {
        let are_all = !self.lacks_some && self.names.len() <= MOST_FOLDERS;
        (self.names.into_iter().take(MOST_FOLDERS).collect(), are_all)
    }
}

/// The folder that a file is in, three levels deep at most; empty for a file outside of all folders.
fn folder_of(file: &str) -> &str {
    let Some((folder, _)) = file.rsplit_once('/') else { return "" };
    let deeper = folder.match_indices('/').nth(LEVELS - 1);
    deeper.map_or(folder, |(end, _)| &folder[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(files: &[&str]) -> (Vec<String>, bool) {
        Folders::of(files.iter().copied(), true).stored()
    }

    #[test]
    fn folders_are_kept_three_levels_deep_and_once() {
        let files = ["a/b/c/d/e.rs", "a/b/c/x.rs", "a/b/y.rs", "z/1.rs", "z/2.rs"];
        assert_eq!(stored(&files), (["a/b", "a/b/c", "z"].map(str::to_owned).to_vec(), true));
    }

    #[test]
    fn a_file_outside_of_all_folders_has_none_and_that_is_all() {
        assert_eq!(stored(&["README.md"]), (Vec::new(), true));
        assert_eq!(stored(&[]), (Vec::new(), true));
        assert_eq!(Folders::untold().stored(), (Vec::new(), false));
    }

    #[test]
    fn a_folder_that_no_cell_can_hold_is_left_out_and_missed() {
        assert_eq!(stored(&["a;b/c.rs", "a/c.rs"]), (vec!["a".to_owned()], false));
        assert_eq!(stored(&["a/b;c.rs"]), (vec!["a".to_owned()], true), "the name of a file is not kept");
    }

    #[test]
    fn a_hundred_folders_are_all_and_one_more_is_not() {
        let files: Vec<String> = (0..=MOST_FOLDERS).map(|number| format!("{number:03}/x")).collect();
        let of = |count: usize| Folders::of(files[..count].iter().map(String::as_str), true);
        assert!(!of(MOST_FOLDERS).are_enough() && of(MOST_FOLDERS + 1).are_enough());
        let (names, are_all) = of(MOST_FOLDERS).stored();
        assert_eq!((names.len(), are_all), (100, true));
        let (names, are_all) = of(MOST_FOLDERS + 1).stored();
        assert_eq!((names.len(), are_all), (100, false));
    }

    #[test]
    fn pages_add_up_and_what_one_lacks_all_lack() {
        let mut folders = Folders::of(["a/x"], true);
        folders.append(Folders::of(["b/x", "a/y"], true));
        assert_eq!(folders.clone().stored(), (["a", "b"].map(str::to_owned).to_vec(), true));
        folders.append(Folders::of(["c/x"], false));
        assert_eq!(folders.clone().stored(), (["a", "b", "c"].map(str::to_owned).to_vec(), false));
        let mut long = Folders::of(std::iter::repeat_n("a/x", 999), true);
        assert!(!long.are_enough());
        long.append(Folders::of(["a/x"], true));
        assert!(long.are_enough());
        assert_eq!(long.clone().stored(), (vec!["a".to_owned()], true));
        long.leave_the_rest();
        assert_eq!(long.stored(), (vec!["a".to_owned()], false));
    }
}
