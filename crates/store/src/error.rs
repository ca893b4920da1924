//! Errors of a store, with the place and the remedy in the text.

use std::io;
use std::path::{Path, PathBuf};

use model::Month;

use crate::csv_folder::CsvError;
use crate::sqlite::damage;

/// The cause of a failure, whatever database is behind the store.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A store could not do what it was asked; nothing of the failed operation was stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The address names a kind of store that this program does not have.
    #[error("store {url}: this kind of store is not supported: use sqlite:PATH or a plain path")]
    UnsupportedUrl {
        /// The address as given.
        url: String,
    },
    /// There is no store at the path.
    #[error("store {} does not exist: run cto-import first, or name another store with --store", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file is there and is something else.
    #[error("store {} is not a database of cto-metrics: name another file with --store, or move this one away", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What the database said.
        #[source]
        source: Option<Cause>,
    },
    /// A newer program wrote the store.
    #[error(
        "store {} was written by a newer version (schema {found}, this program knows {known}): upgrade cto-metrics",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Version of the file's schema.
        found: i64,
        /// Newest version that this program knows.
        known: i64,
    },
    /// The file or its folder may not be written.
    #[error("cannot write {}: check the permissions of the file and of its folder", path.display())]
    NotWritable {
        /// What was to be written.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Cause,
    },
    /// There is no room left.
    #[error("no room left on the disk that holds {}: free some and run again, nothing stored so far is lost", path.display())]
    DiskFull {
        /// What was to be written.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Cause,
    },
    /// Another program holds the database for longer than we wait.
    #[error("store {} is held by another program: run again when it has ended", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Cause,
    },
    /// Another import writes to this store.
    #[error("another import ({holder}) is writing to store {}: wait until it has ended, or stop it", path.display())]
    Locked {
        /// The store.
        path: PathBuf,
        /// Process and time, in words.
        holder: String,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// `read`, `write`, `create`, …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The database failed in a way that has no remedy of its own.
    #[error("store {}: {source}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What the database said.
        #[source]
        source: Cause,
    },
    /// A backup would take the place of something else.
    #[error("{} stays as it is: {reason}: name another file for the backup", path.display())]
    NoPlaceForBackup {
        /// The file.
        path: PathBuf,
        /// What it is.
        reason: &'static str,
    },
    /// The store holds what nobody has stored.
    #[error(
        "store {} is damaged: {what}: restore a backup, or import everything into a new store with --full and --store \
         (cto-import --check names all that is wrong)",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The table, the row where it is known, and what is wrong there.
        what: String,
    },
    /// Two sources say what one account was billed for one month: their sum would count it twice.
    #[error(
        "the bill of {provider} account '{account}' for {month} came from {first} and again from {second}: two \
         configured sources hold the same bill: remove one of them"
    )]
    SameBill {
        /// The provider.
        provider: String,
        /// What it bills; may be empty.
        account: String,
        /// The month.
        month: Month,
        /// The source whose bill is stored.
        first: String,
        /// The source whose page was refused.
        second: String,
    },
    /// A CSV file cannot be loaded as it is.
    #[error("{}", folder.join(problem.to_string()).display())]
    Csv {
        /// The folder.
        folder: PathBuf,
        /// What is wrong, with the file and the place in it.
        problem: CsvError,
    },
    /// A folder without any file to load.
    #[error(
        "{} holds none of issue.csv, pr.csv and cloud_costs.csv: name a folder of raw CSV files, such as the data \
         folder of the original tool",
        folder.display()
    )]
    NoCsv {
        /// The folder.
        folder: PathBuf,
    },
}

impl StoreError {
    /// From a failure of reading or writing a file.
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { path, source: Box::new(source) }
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem if action != "read" => {
                Self::NotWritable { path, source: Box::new(source) }
            }
            _ => Self::Io { action, path, source },
        }
    }

    /// From a failure of the database.
    pub(crate) fn database(path: &Path, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let path = path.to_path_buf();
        if let Some(what) = damage::damage(&source) {
            return Self::Damaged { path, what };
        }
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull { path, source: Box::new(source) },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::NotWritable { path, source: Box::new(source) }
            }
            Some(ErrorCode::NotADatabase) => Self::NotADatabase { path, source: Some(Box::new(source)) },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path, source: Box::new(source) },
            _ => Self::Database { path, source: Box::new(source) },
        }
    }
}

/// A failure before it is known which store it belongs to.
pub(crate) enum Failure {
    /// Of the database.
    Sql(rusqlite::Error),
    /// Of what was to be stored.
    Store(StoreError),
    /// Of a CSV file.
    Csv(CsvError),
}

impl Failure {
    /// `csv` is the folder whose files were read.
    pub(crate) fn into_error(self, store: &Path, csv: &Path) -> StoreError {
        match self {
            Self::Sql(error) => StoreError::database(store, error),
            Self::Store(error) => error,
            Self::Csv(problem) => StoreError::Csv { folder: csv.to_path_buf(), problem },
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<CsvError> for Failure {
    fn from(problem: CsvError) -> Self {
        Self::Csv(problem)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
