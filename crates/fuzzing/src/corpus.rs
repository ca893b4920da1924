//! The inputs that are kept, each with the reason for being there.

use std::path::{Path, PathBuf};

use crate::Input;

/// The file beside them that says why each is there.
const REASONS: &str = "README.md";

/// Where the inputs of a name are kept.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name)
}

/// The inputs that are kept of one kind.
#[derive(Debug)]
pub struct Corpus {
    /// Name of the file and what is in it, by name.
    pub files: Vec<(String, Vec<u8>)>,
    /// What the file beside them says.
    reasons: String,
}

impl Corpus {
    /// Reads the folder of an input, and the others that it begins with. Panics where one cannot be read or is empty.
    pub fn read(input: &Input) -> Self {
        let mut corpus = Self::of_folder(input.name);
        for name in input.also {
            let files = Self::of_folder(name).files.into_iter();
            corpus.files.extend(files.map(|(file, content)| (format!("../{name}/{file}"), content)));
        }
        corpus
    }

    fn of_folder(name: &str) -> Self {
        let folder = folder(name);
        let place = folder.display();
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{place}: {error}"));
        let mut files: Vec<(String, Vec<u8>)> = entries
            .map(|entry| {
                let path = entry.expect("a readable folder").path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                (name, std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
            })
            .collect();
        files.sort();
        let reasons = files.iter().position(|(name, _)| name == REASONS).map(|place| files.remove(place).1);
        assert!(!files.is_empty(), "{place} holds no inputs");
        Self { files, reasons: String::from_utf8(reasons.unwrap_or_default()).expect("the reasons are UTF-8") }
    }

    /// Names of files without a reason, and reasons without a file.
    pub fn unexplained(&self) -> Vec<String> {
        let rows = self.reasons.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
        let reasons: Vec<(&str, &str)> = rows.collect();
        let own = self.files.iter().filter(|(file, _)| !file.starts_with("../"));
        let without_reason = own.filter(|(file, _)| {
            !reasons.iter().any(|(name, reason)| name == file && !reason.trim_matches([' ', '|']).is_empty())
        });
        let without_file = reasons.iter().filter(|(name, _)| !self.files.iter().any(|(file, _)| name == file));
        without_reason.map(|(file, _)| file.clone()).chain(without_file.map(|(name, _)| (*name).to_owned())).collect()
    }
}
