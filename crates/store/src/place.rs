//! Place of raw data: the store or folder that a program reads or writes.

use std::path::{Path, PathBuf};

use crate::csv_folder;

/// Name of the store in a data folder.
const FILE: &str = "cto.db";

/// A store, or a folder of raw CSV files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Address of a store.
    Store(String),
    /// A folder.
    Folder(PathBuf),
}

impl Place {
    /// The store that was named, else the one in the data folder, else the raw CSV files there; `None` where there is
    /// nothing of it. Whether a named store exists is not looked at.
    pub fn find(data: &Path, named: Option<&str>) -> Option<Self> {
        if let Some(url) = named {
            return Some(Self::Store(url.to_owned()));
        }
        if data.join(FILE).exists() {
            return Some(Self::Store(url_in(data)));
        }
        csv_folder::holds_raw_files(data).then(|| Self::Folder(data.to_path_buf()))
    }
}

/// That there is nothing in a data folder, and what to do: for people.
pub fn nothing_in(data: &Path) -> String {
    format!(
        "{} holds neither a store (cto.db) nor raw CSV files (issue.csv, pr.csv, cloud_costs.csv): run cto-import first, or name the folder with --data",
        data.display()
    )
}

/// Address of the store in a data folder, whether it exists or not.
pub fn url_in(data: &Path) -> String {
    format!("sqlite:{}", data.join(FILE).display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_store_goes_above_the_one_in_the_folder_and_that_above_its_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path();
        assert_eq!(Place::find(data, None), None);
        std::fs::write(data.join("pr.csv"), "").expect("written");
        assert_eq!(Place::find(data, None), Some(Place::Folder(data.to_path_buf())));
        std::fs::write(data.join("cto.db"), "").expect("written");
        assert_eq!(Place::find(data, None), Some(Place::Store(url_in(data))));
        assert_eq!(Place::find(data, Some("sqlite:other.db")), Some(Place::Store("sqlite:other.db".to_owned())));
    }
}
