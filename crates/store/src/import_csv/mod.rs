//! Loading a folder of raw CSV files into the store: all of it or nothing.

mod boards;
mod cloud;
mod file;
mod issues;
mod pulls;

use std::path::Path;

use ahash::AHashMap;
use model::Instant;
use model::records::{ImportRun, Place};
use rusqlite::Connection;

use crate::dictionary::Codes;
use crate::error::Failure;
use crate::write::PageWriter;
use crate::{StoreError, runs};
use file::{RawFile, place_columns};

/// The observation of rows that no API has shown: earlier than every other.
pub(crate) const NEVER_OBSERVED: i64 = i64::MIN;

/// What was loaded from a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvImport {
    /// One entry for each file that was there.
    pub tables: Vec<CsvTable>,
    /// The newest instant in the files, which is how far the data reaches. Bills do not count.
    pub newest: Option<Instant>,
}

/// What was loaded from one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvTable {
    /// The raw table.
    pub name: &'static str,
    /// Rows stored.
    pub rows: u64,
    /// Rows left out because the store knows their issue, pull request, card or bill from the API, or a bill by
    /// account where they have none.
    pub kept: u64,
    /// Rows left out because the folder has no such issue, pull request or card.
    pub unknown: u64,
}

impl CsvImport {
    /// Rows stored, all files together.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Rows of issues, pull requests or cards that the folder does not have, all files together.
    pub fn unknown(&self) -> u64 {
        self.tables.iter().map(|table| table.unknown).sum()
    }
}

/// Loads a folder inside a transaction.
pub(crate) fn load(connection: &Connection, codes: &mut Codes, folder: &Path) -> Result<CsvImport, Failure> {
    let mut loader = Loader {
        writer: PageWriter::new(connection, codes, NEVER_OBSERVED, 0),
        folder,
        import: CsvImport::default(),
        repositories: AHashMap::new(),
    };
    loader.require_some_file()?;
    loader.repositories()?;
    loader.projects()?;
    loader.load_issues()?;
    loader.load_pull_requests()?;
    loader.load_cloud_costs()?;
    let import = loader.import;
    runs::record(
        connection,
        &ImportRun {
            run: runs::next(connection)?,
            scope: "csv".to_owned(),
            subject: folder.display().to_string(),
            outcome: "ok".to_owned(),
            full: true,
            covered_to: import.newest,
            records: import.rows() as i64,
            ..ImportRun::default()
        },
    )?;
    Ok(import)
}

struct Loader<'a> {
    writer: PageWriter<'a>,
    folder: &'a Path,
    import: CsvImport,
    /// Rows of the repositories met, by organisation and name.
    repositories: AHashMap<(String, String), i64>,
}

/// An issue or pull request of the folder, or a card.
struct Target {
    row: i64,
    /// Whether its children are stored: not when the API has shown it before.
    write: bool,
    /// The next sequence number of each kind of children.
    next: [i64; 2],
}

/// Issues or pull requests of the folder by organisation, repository and number.
#[derive(Default)]
struct Targets {
    by_key: AHashMap<Vec<u8>, usize>,
    all: Vec<Target>,
    lines: Vec<u64>,
    key: Vec<u8>,
}

impl Targets {
    fn set_key(&mut self, org: &str, repo: &str, number: &str) {
        self.key.clear();
        for part in [org, "\u{1f}", repo, "\u{1f}", number] {
            self.key.extend_from_slice(part.as_bytes());
        }
    }

    /// Adds one; if the key is there already, the line where it was first met is the error.
    fn add(&mut self, place: &Place, line: u64, target: Target) -> Result<(), u64> {
        self.set_key(&place.org, &place.repo, &place.number);
        if let Some(first) = self.by_key.get(&self.key) {
            return Err(self.lines[*first]);
        }
        self.by_key.insert(self.key.clone(), self.all.len());
        self.all.push(target);
        self.lines.push(line);
        Ok(())
    }

    fn find(&mut self, org: &str, repo: &str, number: &str) -> Option<&mut Target> {
        self.set_key(org, repo, number);
        self.by_key.get(&self.key).map(|&index| &mut self.all[index])
    }

    /// The one to which a row of a file belongs, if its children are stored; counts the row otherwise.
    fn of_row(&mut self, file: &mut RawFile) -> Result<Option<&mut Target>, Failure> {
        let [org, repo, number] = place_columns(file);
        let found = self.find(file.text(org)?, file.text(repo)?, file.text(number)?);
        Ok(match found {
            Some(target) if target.write => {
                file.count.rows += 1;
                Some(target)
            }
            Some(_) => {
                file.count.kept += 1;
                None
            }
            None => {
                file.count.unknown += 1;
                None
            }
        })
    }
}

impl Loader<'_> {
    fn require_some_file(&self) -> Result<(), Failure> {
        if ["issue.csv", "pr.csv", "cloud_costs.csv"].iter().any(|name| self.folder.join(name).is_file()) {
            return Ok(());
        }
        Err(Failure::Store(StoreError::Csv {
            place: self.folder.display().to_string(),
            problem: "holds none of issue.csv, pr.csv and cloud_costs.csv".to_owned(),
            remedy: "name a folder of raw CSV files, such as the data folder of the original tool".to_owned(),
        }))
    }

    fn done(&mut self, file: RawFile) {
        self.import.newest = self.import.newest.max(file.newest());
        self.import.tables.push(file.count);
    }

    fn place(file: &RawFile) -> Result<Place, Failure> {
        let [org, repo, number] = place_columns(file);
        Ok(Place {
            repository_id: String::new(),
            org: file.required_text(org)?.to_owned(),
            repo: file.required_text(repo)?.to_owned(),
            number: file.required_text(number)?.to_owned(),
        })
    }

    fn repository_row(&mut self, place: &Place) -> Result<i64, Failure> {
        let key = (place.org.clone(), place.repo.clone());
        if let Some(row) = self.repositories.get(&key) {
            return Ok(*row);
        }
        let row = self.writer.repository_of(place)?;
        self.repositories.insert(key, row);
        Ok(row)
    }
}
