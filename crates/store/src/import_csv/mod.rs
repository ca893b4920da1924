//! Loading a folder of raw CSV files into the store: all of it or nothing.

mod boards;
mod cloud;
mod delivery;
pub(crate) mod dora;
mod issues;
mod newest;
mod pulls;
mod rolled_up;

use std::path::Path;
use std::sync::Arc;

use ahash::AHashMap;
use model::Instant;
use model::cells::{RawColumns, RawRow};
use model::instant::Plausible;
use model::records::{ImportRun, Place, Project, Repository, RunOutcome, Scope};
use model::tables::{BillLine, Issue, PullRequest};
use rusqlite::{Connection, OptionalExtension as _, ToSql};

use crate::csv_folder::rows::{self, FileRow, each_row};
use crate::dictionary::Codes;
use crate::error::Failure;
use crate::sqlite::plans::Prepare as _;
use crate::sqlite::statements::{Children, upsert};
use crate::write::PageWriter;
use crate::{Kind, StoreError, runs};
use newest::Newest;

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
    loaded(connection, codes, folder, |loader| {
        loader.require_some_file()?;
        loader.repositories()?;
        loader.projects()?;
        loader.load_issues()?;
        loader.load_pull_requests()?;
        loader.load_delivery()?;
        loader.load_cloud_costs()?;
        loader.look_at_imports()
    })
}

/// Loads what is in a place of files, and records that it was.
fn loaded(
    connection: &Connection,
    codes: &mut Codes,
    place: &Path,
    load: impl FnOnce(&mut Loader<'_>) -> Result<(), Failure>,
) -> Result<CsvImport, Failure> {
    let mut loader = Loader {
        writer: PageWriter::new(connection, codes, NEVER_OBSERVED, 0),
        folder: place,
        import: CsvImport::default(),
        repositories: AHashMap::new(),
    };
    load(&mut loader)?;
    let import = loader.import;
    let run = ImportRun {
        run: runs::next(connection)?,
        scope: Scope::Csv.into(),
        subject: place.display().to_string(),
        outcome: RunOutcome::Ok.into(),
        full: true,
        covered_to: import.newest,
        records: import.rows() as i64,
        ..ImportRun::default()
    };
    upsert(connection, codes, &run, &[])?;
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
    next: [i64; 3],
}

impl Target {
    fn new(row: i64, write: bool) -> Self {
        Self { row, write, next: [0; 3] }
    }
}

/// What the store has of an issue or pull request of the folder.
enum Stored {
    /// A row that the API has shown, and that stays.
    Shown(i64),
    /// A row of an earlier folder, which this one replaces.
    FromFile(i64),
    Nothing,
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

    /// The one to which a row of a file belongs; counts the row.
    fn of_row(&mut self, key: &[String], count: &mut CsvTable) -> Option<&mut Target> {
        let target = self.find(key);
        *match &target {
            Some(target) if target.write => &mut count.rows,
            Some(_) => &mut count.kept,
            None => &mut count.unknown,
        } += 1;
        target
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
    fn reaches<C: RawColumns>(&mut self, newest: &Newest<C>, row: &C::Row) {
        self.import.newest = self.import.newest.max(newest.of(row));
    }

    fn repositories(&mut self) -> Result<(), Failure> {
        let mut count = CsvTable::of::<Repository>();
        let is_there = each_row(self.folder, |_, file: FileRow<Repository>| {
            count.rows += 1;
            self.writer.repository(&file.row).map(drop).map_err(Failure::from)
        })?;
        self.done(is_there, count);
        Ok(())
    }

    fn projects(&mut self) -> Result<(), Failure> {
        let mut count = CsvTable::of::<Project>();
        let is_there = each_row(self.folder, |_, file: FileRow<Project>| {
            count.rows += 1;
            self.writer.project(&file.row).map_err(Failure::from)
        })?;
        self.done(is_there, count);
        Ok(())
    }

    /// What earlier imports of the folder's data say of how far it reaches; their rows are not taken over.
    fn look_at_imports(&mut self) -> Result<(), Failure> {
        let plausible = Plausible::at(crate::clock::now());
        each_row(self.folder, |_, file: FileRow<ImportRun>| -> Result<(), Failure> {
            let run = file.row;
            if run.outcome == RunOutcome::Ok && run.scope != Scope::CloudCosts {
                let is_vouched = |at: &Instant| run.scope != Scope::Csv || plausible.holds(at.micros());
                self.import.newest = self.import.newest.max(run.covered_to.filter(is_vouched));
            }
            Ok(())
        })?;
        Ok(())
    }

    /// By place, then by id. The plus keeps the place the way to the row: rows without an id are many.
    fn stored(&self, kind: Kind, repository: i64, number: &str, id: &str) -> rusqlite::Result<Stored> {
        let ask = |condition: &str, parameters: &[&dyn ToSql]| {
            let sql = format!("SELECT row_id FROM {} WHERE {condition}", kind.table());
            self.writer.connection.by_key(&sql)?.query_row(parameters, |row| row.get(0)).optional()
        };
        let place: [&dyn ToSql; 2] = [&repository, &number];
        if let Some(row) = ask("repository = ?1 AND number = ?2 AND +id IS NOT NULL", &place)? {
            return Ok(Stored::Shown(row));
        }
        if !id.is_empty()
            && let Some(row) = ask("id = ?1", &[&id])?
        {
            return Ok(Stored::Shown(row));
        }
        let before = ask("repository = ?1 AND number = ?2 AND +id IS NULL", &place)?;
        Ok(before.map_or(Stored::Nothing, Stored::FromFile))
    }

    /// Stores the rows of a file that hang on issues or pull requests; `list` tells the lists of each apart.
    fn children<C: RawColumns>(&mut self, kind: Kind, of: &mut Targets, list: usize) -> Result<(), Failure>
    where
        C::Row: Send,
    {
        let mut count = CsvTable::of::<C::Row>();
        let newest = Newest::<C>::new();
        let mut children = Children::new(self.writer.connection, self.writer.codes, kind.table())?;
        let is_there = each_row(self.folder, |_, file: FileRow<C::Row>| -> Result<(), Failure> {
            let Some(target) = of.of_row(&file.owner, &mut count) else { return Ok(()) };
            self.reaches(&newest, &file.row);
            if target.write {
                children.add(self.writer.codes, target.row, target.next[list], &file.row)?;
                target.next[list] += 1;
            }
            Ok(())
        })?;
        self.done(is_there, count);
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
