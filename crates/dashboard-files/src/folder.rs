//! Files of a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::{Files, INDEX, is_served};

/// More than any dashboard has: a folder with more is another one.
const MOST_BYTES: u64 = 64 << 20;
const MOST_DEPTH: usize = 8;

/// A folder that cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// It has no first page.
    #[error(
        "{} holds no index.html: build the dashboard with `just ui` and name ui/dist, or leave --ui away for the one \
         that is built in",
        .0.display()
    )]
    NoIndex(PathBuf),
    /// It holds more than a dashboard does.
    #[error("{} holds more than 64 MiB in {MOST_DEPTH} levels of folders: name the folder of the dashboard alone, ui/dist", .0.display())]
    TooLarge(PathBuf),
    /// A file or folder cannot be read.
    #[error("{} cannot be read: check its permissions, or name another folder with --ui", .path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Reads all files of a folder that are inside of it. Later changes of the folder are not seen.
///
/// # Errors
/// There is no `index.html`, there is far too much, or something cannot be read.
pub fn folder(path: &Path) -> Result<Files, FolderError> {
    let root = fs::canonicalize(path).map_err(|_| FolderError::NoIndex(path.to_owned()))?;
    if !root.join(INDEX).is_file() {
        return Err(FolderError::NoIndex(path.to_owned()));
    }
    let mut reading = Reading { root: &root, files: Files::new(), bytes: 0 };
    reading.folder(&root, "", 0)?;
    // The first page may be a link to elsewhere.
    if reading.files.contains_key(INDEX) { Ok(reading.files) } else { Err(FolderError::NoIndex(path.to_owned())) }
}

struct Reading<'a> {
    root: &'a Path,
    files: Files,
    bytes: u64,
}

impl Reading<'_> {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<(), FolderError> {
        let unreadable = |source| FolderError::Unreadable { path: folder.to_owned(), source };
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            // Without following links: one to a folder is left out, so that none leads round in a circle.
            let is_folder = entry.file_type().map_err(unreadable)?.is_dir();
            if !is_served(&name) {
                continue;
            }
            if !is_folder {
                self.file(&entry.path(), name)?;
            } else if depth == MOST_DEPTH {
                return Err(FolderError::TooLarge(self.root.to_owned()));
            } else {
                self.folder(&entry.path(), &format!("{name}/"), depth + 1)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, name: String) -> Result<(), FolderError> {
        let unreadable = |source| FolderError::Unreadable { path: path.to_owned(), source };
        // A link to nothing is nothing.
        let Ok(real) = fs::canonicalize(path) else { return Ok(()) };
        let about = fs::metadata(&real).map_err(unreadable)?;
        if !about.is_file() || !real.starts_with(self.root) {
            return Ok(());
        }
        self.bytes += about.len();
        if self.bytes > MOST_BYTES {
            return Err(FolderError::TooLarge(self.root.to_owned()));
        }
        self.files.insert(name, fs::read(&real).map_err(unreadable)?.into());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for name in files {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            fs::write(file, name).expect("written");
        }
        folder
    }

    fn names(files: &Files) -> Vec<&str> {
        files.keys().map(String::as_str).collect()
    }

    #[test]
    fn a_folder_gives_its_files_by_name() {
        let dist = written(&["index.html", "favicon.svg", "assets/a.js", "assets/deep/b.css", ".env", ".git/config"]);
        let files = folder(dist.path()).expect("read");
        assert_eq!(names(&files), ["assets/a.js", "assets/deep/b.css", "favicon.svg", "index.html"]);
        assert_eq!(*files["assets/a.js"], *b"assets/a.js");
    }

    #[test]
    fn a_folder_without_a_first_page_is_refused_with_what_to_do() {
        let dist = written(&["assets/a.js"]);
        for path in [dist.path(), &dist.path().join("nowhere"), &dist.path().join("assets/a.js")] {
            let message = folder(path).expect_err("refused").to_string();
            assert!(message.starts_with(&format!("{} holds no index.html", path.display())), "{message}");
            assert!(message.contains("just ui") && message.contains("--ui"), "{message}");
        }
    }

    #[test]
    fn a_folder_that_holds_far_more_than_a_dashboard_is_refused() {
        let dist = written(&["index.html"]);
        let large = fs::File::create(dist.path().join("large.bin")).expect("made");
        large.set_len(MOST_BYTES).expect("enlarged without taking room");
        assert!(matches!(folder(dist.path()), Err(FolderError::TooLarge(_))));
    }

    #[cfg(unix)]
    #[test]
    fn links_count_inside_of_the_folder_alone() {
        use std::os::unix::fs::symlink;
        let outside = written(&["secret.txt", "more/secret.txt"]);
        let dist = written(&["index.html", "assets/a.js"]);
        let link = |target: &Path, name: &str| symlink(target, dist.path().join(name)).expect("linked");
        link(&outside.path().join("secret.txt"), "secret.txt");
        link(&outside.path().join("more"), "more");
        link(Path::new("."), "round");
        link(Path::new("nowhere"), "dangling.js");
        link(Path::new("assets/a.js"), "b.js");
        let files = folder(dist.path()).expect("read");
        assert_eq!(names(&files), ["assets/a.js", "b.js", "index.html"]);
    }
}
