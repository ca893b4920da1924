//! Loading a folder of raw CSV files into the store: all of it or nothing.

mod boards;
mod cloud;
mod issues;
mod newest;
mod pulls;

use std::path::Path;
use std::sync::Arc;

use ahash::AHashMap;
use model::Instant;
use model::cells::{RawColumns, RawRow};
use model::records::{ImportRun, Place, Project, Repository, RunOutcome, Scope};
use model::tables::{BillLine, Issue, PullRequest};
use rusqlite::Connection;

use crate::csv_folder::rows::{self, each_row};
use crate::dictionary::Codes;
use crate::error::Failure;
use crate::sqlite::statements::upsert;
use crate::write::PageWriter;
use crate::{StoreError, runs};
use newest::newest_in;

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
    loader.look_at_imports()?;
    let import = loader.import;
    let run = ImportRun {
        run: runs::next(connection)?,
        scope: Scope::Csv.into(),
        subject: folder.display().to_string(),
        outcome: RunOutcome::Ok.into(),
        full: true,
        covered_to: import.newest,
        records: import.rows() as i64,
        ..ImportRun::default()
    };
    upsert(connection, codes, &run)?;
    Ok(import)
}

struct Loader<'a> {
    writer: PageWriter<'a>,
    folder: &'a Path,
    import: CsvImport,
    /// Rows of the repositories met, by organisation, name and host.
    repositories: AHashMap<[String; 3], i64>,
}

/// An issue or pull request of the folder, or a card.
struct Target {
    row: i64,
    /// Whether its children are stored: not when the API has shown it before.
    write: bool,
    /// The next sequence number of each kind of children.
    next: [i64; 2],
}

/// Issues or pull requests of the folder by organisation, repository, number and host.
#[derive(Default)]
struct Targets {
    by_key: AHashMap<Arc<[String]>, usize>,
    all: Vec<Target>,
    lines: Vec<u64>,
}

impl Targets {
    /// Adds one; if the key is there already, that is the error.
    fn add<R: RawRow + Send>(&mut self, key: Arc<[String]>, line: u64, target: Target) -> Result<(), Failure> {
        if let Some(first) = self.by_key.get(&key) {
            let name = format!("{}/{}#{}", key[0], key[1], key[2]);
            return Err(rows::repeated::<R>(name, self.lines[*first], line).into());
        }
        self.by_key.insert(key, self.all.len());
        self.all.push(target);
        self.lines.push(line);
        Ok(())
    }

    fn find(&mut self, key: &[String]) -> Option<&mut Target> {
        self.by_key.get(key).map(|&index| &mut self.all[index])
    }

    /// The one to which a row of a file belongs, if its children are stored; counts the row.
    fn of_row(&mut self, key: &[String], count: &mut CsvTable) -> Option<&mut Target> {
        match self.find(key) {
            Some(target) if target.write => {
                count.rows += 1;
                Some(target)
            }
            Some(_) => {
                count.kept += 1;
                None
            }
            None => {
                count.unknown += 1;
                None
            }
        }
    }
}

impl CsvTable {
    fn of<R: RawRow>() -> Self {
        Self { name: R::TABLE.name, rows: 0, kept: 0, unknown: 0 }
    }
}

impl Loader<'_> {
    fn require_some_file(&self) -> Result<(), Failure> {
        let files = [Issue::TABLE.file, PullRequest::TABLE.file, BillLine::TABLE.file];
        if files.iter().any(|name| self.folder.join(name).is_file()) {
            return Ok(());
        }
        Err(Failure::Store(StoreError::NoCsv { folder: self.folder.to_path_buf() }))
    }

    /// Notes what was read of a file that is there.
    fn done(&mut self, is_there: bool, count: CsvTable) {
        if is_there {
            self.import.tables.push(count);
        }
    }

    /// What a row that counts says of how far the data reaches.
    fn reaches<C: RawColumns>(&mut self, row: &C::Row) {
        self.import.newest = self.import.newest.max(newest_in::<C>(row));
    }

    fn repositories(&mut self) -> Result<(), Failure> {
        let mut count = CsvTable::of::<Repository>();
        let is_there = each_row(self.folder, |_, file: rows::FileRow<Repository>| {
            count.rows += 1;
            self.writer.repository(&file.row).map(drop).map_err(Failure::from)
        })?;
        self.done(is_there, count);
        Ok(())
    }

    fn projects(&mut self) -> Result<(), Failure> {
        let mut count = CsvTable::of::<Project>();
        let is_there = each_row(self.folder, |_, file: rows::FileRow<Project>| {
            count.rows += 1;
            self.writer.project(&file.row).map_err(Failure::from)
        })?;
        self.done(is_there, count);
        Ok(())
    }

    /// What earlier imports of the folder's data say of how far it reaches; their rows are not taken over.
    fn look_at_imports(&mut self) -> Result<(), Failure> {
        each_row(self.folder, |_, file: rows::FileRow<ImportRun>| -> Result<(), Failure> {
            let run = file.row;
            if run.outcome == RunOutcome::Ok && run.scope != Scope::CloudCosts {
                self.import.newest = self.import.newest.max(run.covered_to);
            }
            Ok(())
        })?;
        Ok(())
    }

    fn repository_row(&mut self, place: &Place) -> Result<i64, Failure> {
        let key = [&place.org, &place.repo, &place.host].map(Clone::clone);
        if let Some(row) = self.repositories.get(&key) {
            return Ok(*row);
        }
        let row = self.writer.repository_of(place)?;
        self.repositories.insert(key, row);
        Ok(row)
    }
}

/// Where a row is, by what it has of its owner.
fn place_of(owner: &[String]) -> Place {
    let [org, repo, number, host] = [0, 1, 2, 3].map(|index| owner.get(index).cloned().unwrap_or_default());
    Place { repository_id: String::new(), org, repo, number, host }
}
