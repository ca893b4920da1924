//! One store: small questions, and the way to the larger operations.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::Instant;
use model::columns::{Raw, Scopes};
use model::records::{Deployment, ImportRun, Incident, Project, PullRequest, Release, Repository, Scope};
use model::series::Told;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use crate::dictionary::{Codes, find};
use crate::error::Failure;
use crate::import_csv::CsvImport;
use crate::lock::{self, ImportLock};
use crate::read::{merged, pushed, tables::rows};
use crate::sqlite::opening::{checked_version, open_for_reading, open_for_writing, path_of};
use crate::sqlite::plans::{Prepare as _, Scan};
use crate::sqlite::statements::upsert;
use crate::{
    Absence, Delivery, Deployed, Deposit, Findings, JobsAsked, JobsOfCi, Kind, Page, Push, Pushed, StoreError,
    Together, graph, import_csv, presence, publish_csv, read, runs, schema, told_series, write,
};

/// Distinct statements of one page are about forty; all stay prepared.
const PREPARED_STATEMENTS: usize = 128;

/// A store of raw data. Can be shared between threads; writes wait for each other.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    writer: Mutex<Writer>,
}

pub(crate) struct Writer {
    connection: Connection,
    codes: Codes,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store at `sqlite:PATH` or a plain path, making the file and its folder where they are missing
    /// and bringing an older schema up to date.
    ///
    /// # Errors
    /// The address is of another kind, the file is not ours or newer than this program, or cannot be written.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let path = path_of(url)?;
        let connection = open_for_writing(&path)?;
        Ok(Self::over(path, connection))
    }

    /// Opens a store that must be there, for reading. Neither waits for a running import nor holds it up.
    ///
    /// # Errors
    /// There is no store, the file is not ours, or it is newer than this program.
    pub fn open_existing(url: &str) -> Result<Self, StoreError> {
        let path = path_of(url)?;
        if !path.is_file() {
            return Err(StoreError::Missing { path });
        }
        let connection = open_for_reading(&path).map_err(|error| StoreError::database(&path, error))?;
        match checked_version(&path, &connection)? {
            0 => Err(StoreError::Missing { path }),
            schema::VERSION => Ok(Self::over(path, connection)),
            _older => Self::open(url),
        }
    }

    fn over(path: PathBuf, connection: Connection) -> Self {
        connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
        Self { path, writer: Mutex::new(Writer { connection, codes: Codes::default() }) }
    }

    /// Where the store is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the right to import into this store, waiting up to `wait` for another import to end.
    /// `on_wait` is called once before waiting. The right ends with the value, or with the process.
    ///
    /// # Errors
    /// The other import did not end in time; the text names its process and since when it runs.
    pub fn lock_for_import(&self, wait: Duration, on_wait: &mut dyn FnMut()) -> Result<ImportLock, StoreError> {
        lock::lock(&self.path, wait, on_wait)
    }

    /// Whether there is no raw data yet.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        self.read(|connection| {
            let sql = "SELECT NOT EXISTS (SELECT 1 FROM repository) AND NOT EXISTS (SELECT 1 FROM project)
                    AND NOT EXISTS (SELECT 1 FROM issue) AND NOT EXISTS (SELECT 1 FROM pr)
                    AND NOT EXISTS (SELECT 1 FROM project_item) AND NOT EXISTS (SELECT 1 FROM cloud_costs)";
            connection.scan(sql, Scan::FirstRow)?.query_row([], |row| row.get(0))
        })
    }

    /// Number of the next import: one more than every recorded run and every stored generation.
    pub fn next_run(&self) -> Result<i64, StoreError> {
        self.read(runs::next)
    }

    /// How often this store was changed since it was made: tells whether what was read before is still all of it.
    pub fn changes(&self) -> Result<i64, StoreError> {
        self.read(|connection| {
            connection.by_key("SELECT value FROM meta WHERE key = 'changes'")?.query_row([], |row| row.get(0))
        })
    }

    /// Stores a page of records and the cursor behind it in one transaction.
    ///
    /// Storing the same page again changes nothing, and a page that was observed earlier than what is stored
    /// overrides none of it: a later run counts more than an earlier one, and within a run the later change. A row is
    /// known by its id, else by its place: what became plain about rows that were stored before is returned.
    ///
    /// # Errors
    /// Besides failures of the database [`StoreError::SameBill`]: a month of an account comes from a second source
    /// in the same generation. Nothing of the page is stored then.
    pub fn commit(&self, page: &Page<'_>) -> Result<Findings, StoreError> {
        self.write(|connection, codes| write::page(connection, codes, page))
    }

    /// Notes that issues or pull requests with these node ids were asked for and are there no longer. An issue that
    /// became another one where it was transferred to is one row with it from now on.
    pub fn gone(&self, absence: &Absence, kind: Kind, ids: &[String]) -> Result<Findings, StoreError> {
        self.write(|connection, codes| write::gone(connection, codes, absence, kind, ids))
    }

    /// Notes that a repository is listed no longer, with all issues and pull requests that are stored of it. When it is
    /// listed again, it is read anew.
    pub fn absent_repository(&self, absence: &Absence, id: &str) -> Result<Findings, StoreError> {
        self.write(|connection, codes| write::absent_repository(connection, codes, absence, id))
    }

    /// Stores what came together, in one transaction; needs no [`Store::lock_for_import`].
    ///
    /// # Errors
    /// Failures of the database, or of `work`. Nothing is stored then.
    pub fn together<T>(&self, work: impl FnOnce(&mut Together<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.transact(|connection, codes| {
            let mut together = Together { connection, codes, path: &self.path, has_changed: false };
            let done = work(&mut together)?;
            if together.has_changed {
                count_change(connection)?;
            }
            Ok(done)
        })
    }

    /// As [`Together::deliver`], alone.
    ///
    /// # Errors
    /// The same.
    pub fn deliver(&self, delivery: &Delivery<'_>) -> Result<Deposit, StoreError> {
        self.together(|together| together.deliver(delivery))
    }

    /// As [`Together::push`], alone.
    ///
    /// # Errors
    /// The same.
    pub fn push(&self, push: &Push<'_>) -> Result<Pushed, StoreError> {
        self.together(|together| together.push(push))
    }

    /// As [`Together::heartbeat`], alone.
    ///
    /// # Errors
    /// The same.
    pub fn heartbeat(&self, at: Instant) -> Result<(), StoreError> {
        self.together(|together| together.heartbeat(at))
    }

    /// What an audience was told last of totals, and when; empty and `None` where it was told nothing.
    pub fn told_series(&self, audience: &str) -> Result<(Told, Option<Instant>), StoreError> {
        self.read(|connection| told_series::read(connection, audience))
    }

    /// Takes down what an audience is told of totals. What it was told of others stays. This is no change of the data.
    ///
    /// # Errors
    /// Failures of the database. Nothing is taken down then.
    pub fn tell_series(&self, audience: &str, told: &Told, at: Instant) -> Result<(), StoreError> {
        self.transact(|connection, _| Ok(told_series::write(connection, audience, told, at)?))
    }

    /// A pushed deployment by the id under which it is stored, with its statuses.
    pub fn pushed_deployment(&self, id: &str) -> Result<Option<Deployment>, StoreError> {
        self.read(|connection| pushed::deployment_of_id(connection, id))
    }

    /// Pushed deployments without their statuses, of a project or of all, in the order in which they were made.
    pub fn pushed_deployments(&self, project: Option<&str>) -> Result<Vec<Deployment>, StoreError> {
        self.read(|connection| pushed::deployments(connection, project))
    }

    /// Pushed incidents without their events, in order of their start.
    pub fn pushed_incidents(&self) -> Result<Vec<Incident>, StoreError> {
        self.read(pushed::incidents)
    }

    /// Hands over the merged pull requests to some branches, by repository and number: what a report of merges asks of
    /// them, with the first time that each was ready for review as its only event. Those that are gone are left out.
    pub fn merged_pull_requests(
        &self,
        branches: &[String],
        each: &mut dyn FnMut(PullRequest),
    ) -> Result<(), StoreError> {
        let connection = self.reader()?;
        merged::pull_requests(&connection, branches, each).map_err(|error| StoreError::database(&self.path, error))
    }

    /// Deployments that GitHub tells of, or a database of dimagi/dora did, to some environments, with their statuses, by
    /// repository and date.
    pub fn deployments_to(&self, environments: &[String]) -> Result<Vec<Deployment>, StoreError> {
        self.read(|connection| merged::deployments(connection, environments))
    }

    /// Releases that are published and neither drafts nor for trial, by repository and date.
    pub fn published_releases(&self) -> Result<Vec<Release>, StoreError> {
        self.read(merged::releases)
    }

    /// The cursor that the last page of a scope and subject left.
    pub fn cursor(&self, scope: Scope, subject: &str) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            connection
                .by_key("SELECT value FROM import_cursor WHERE scope = ?1 AND subject = ?2")?
                .query_row([scope.name(), subject], |row| row.get(0))
                .optional()
        })
    }

    /// Node ids, in order, of the cards that are stored as being on a board (`fullDatabaseId` as text) and
    /// were not seen in this or a later generation.
    pub fn unseen_items(&self, project_number_id: &str, generation: i64) -> Result<Vec<String>, StoreError> {
        self.read(|connection| {
            let (Some(project), Some(on_board)) = (find(connection, project_number_id)?, find(connection, "on_board")?)
            else {
                return Ok(Vec::new());
            };
            connection
                .by_key(
                    "SELECT item_id FROM project_item
                     WHERE project_id = ?1 AND presence = ?2 AND seen_generation < ?3 AND item_id IS NOT NULL
                     ORDER BY item_id",
                )?
                .query_map((project, on_board, generation), |row| row.get(0))?
                .collect()
        })
    }

    /// Node ids, in order, of a board's archived cards whose fields were not all told since the card last changed, or of all
    /// of them: boards do not list archived cards.
    pub fn archived_items(&self, project_number_id: &str, all: bool) -> Result<Vec<String>, StoreError> {
        self.read(|connection| presence::archived_cards(connection, project_number_id, all))
    }

    /// Of these cards, by node id, those that show an issue which an import of this number has not read: where the cards
    /// have new ids, nothing tells yet what became of them.
    pub fn items_of_unread_issues(&self, ids: &[String], run: i64) -> Result<Vec<String>, StoreError> {
        self.read(|connection| presence::cards_of_unread_issues(connection, ids, run))
    }

    /// Node ids, in order, of the issues whose cards were seen to change after the issue was last read: moving a card
    /// does not count as a change of its issue, so their timelines must be asked for by name. All that one import reads
    /// is dated with one instant: of a card that moved between the reading of its issue and of its board the status is
    /// younger than that.
    pub fn issues_behind_their_cards(&self) -> Result<Vec<String>, StoreError> {
        self.read(presence::issues_behind_their_cards)
    }

    /// Node ids, in order, of the issues or pull requests of a repository (by its node id) that are stored, were made by
    /// then, and have not vanished: those that should still be there.
    pub fn present_ids(&self, kind: Kind, repository_id: &str, made_until: Instant) -> Result<Vec<String>, StoreError> {
        self.read(|connection| presence::ids(connection, kind, repository_id, made_until))
    }

    /// Node ids, in order, of the merged pull requests of a repository (by its node id) that are stored without all of
    /// their folders and have not vanished.
    pub fn lacking_folders(&self, repository_id: &str) -> Result<Vec<String>, StoreError> {
        self.read(|connection| presence::lacking_folders(connection, repository_id))
    }

    /// Repositories of an organisation of a host (empty for the usual one), by name, that an import before the run listed and
    /// the run did not, as far as anything is stored of them that has not vanished.
    pub fn unlisted_repositories(&self, host: &str, org: &str, run: i64) -> Result<Vec<Repository>, StoreError> {
        self.read(|connection| presence::unlisted(connection, host, org, run))
    }

    /// Boards of an organisation of a host (empty for the usual one), by name and without their columns, that an import before
    /// the run listed and the run did not.
    pub fn unlisted_boards(&self, host: &str, org: &str, run: i64) -> Result<Vec<Project>, StoreError> {
        self.read(|connection| presence::unlisted_boards(connection, host, org, run))
    }

    /// Notes that these boards (`project_id` of [`Store::unlisted_boards`]) are not shown to an import. All that is
    /// stored of them stays. One that is listed again is read in full, and the issues that were read meanwhile are
    /// [behind](Store::issues_behind_boards).
    pub fn absent_boards(&self, run: i64, project_ids: &[String]) -> Result<(), StoreError> {
        self.write(|connection, _| Ok(write::absent_boards(connection, project_ids, run)?))
    }

    /// Node ids, in order, of the issues with a card on a board (`fullDatabaseId` as text) that changed in any way after the
    /// issue was last read: of a board that tells no status nobody sees which cards moved.
    pub fn issues_with_changed_cards(&self, project_number_id: &str) -> Result<Vec<String>, StoreError> {
        self.read(|connection| presence::issues_with_changed_cards(connection, project_number_id))
    }

    /// Node ids, in order, of the issues that were last read while a board was absent that is listed again: what they did on
    /// it was not shown.
    pub fn issues_behind_boards(&self) -> Result<Vec<String>, StoreError> {
        self.read(write::issues_behind)
    }

    /// Object ids, the newest first, of the commits of a repository (by its node id) that were released, or deployed with
    /// success in a way that `counts`, and that are not stored. With them when the oldest of all such deployments and
    /// releases was made, stored or not; a release is as old as its commit.
    pub fn heads_to_read(
        &self,
        repository_id: &str,
        counts: &dyn Fn(Deployed<'_>) -> bool,
    ) -> Result<(Vec<String>, Option<Instant>), StoreError> {
        self.read(|connection| graph::heads_to_read(connection, repository_id, counts))
    }

    /// Object ids of the parents that are not stored of those stored commits of a repository (by its node id) that are not
    /// older than `since`: those of the newest commits first.
    pub fn missing_parents(&self, repository_id: &str, since: Instant) -> Result<Vec<String>, StoreError> {
        self.read(|connection| graph::missing_parents(connection, repository_id, since))
    }

    /// Of these commits of a repository (by its node id) those that are not stored, in the order in which they are given.
    pub fn unstored_commits(&self, repository_id: &str, shas: &[String]) -> Result<Vec<String>, StoreError> {
        self.read(|connection| graph::unstored(connection, repository_id, shas))
    }

    /// Gives a repository, by its node id, the id that it has now, unless that one is known already.
    pub fn take_over_repository_id(&self, old: &str, new: &str) -> Result<(), StoreError> {
        self.write(|connection, _| {
            let sql = "UPDATE repository SET id = ?2
                WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM repository WHERE id = ?2)";
            connection.by_key(sql)?.execute([old, new])?;
            Ok(())
        })
    }

    /// Forgets where imports of a scope go on, so that the next one reads everything.
    pub fn forget_cursors(&self, scope: Scope) -> Result<(), StoreError> {
        self.write(|connection, _| {
            let sql = "DELETE FROM import_cursor WHERE scope = ?1";
            connection.by_key(sql)?.execute([scope.name()])?;
            Ok(())
        })
    }

    /// Records what one import of one scope and subject covered; the same run, scope and subject again
    /// replaces what was recorded.
    pub fn record_import(&self, run: &ImportRun) -> Result<(), StoreError> {
        self.write(|connection, codes| Ok(upsert(connection, codes, run, &[])?))
    }

    /// All recorded imports by run, scope and subject.
    pub fn import_runs(&self) -> Result<Vec<ImportRun>, StoreError> {
        self.read(|connection| rows(connection, runs::ORDER))
    }

    /// Writes every raw table as `<name>.csv` into a folder, each file whole or not at all, and returns
    /// the files in the order of [`model::tables::RAW_TABLES`]. Of jobs that are not to be published no file is left.
    ///
    /// What jobs are rolled up into is written of all of them, so that a folder without jobs says the same as the store.
    pub fn publish_csv(&self, folder: &Path, jobs: JobsOfCi) -> Result<Vec<PathBuf>, StoreError> {
        let connection = self.reader()?;
        publish_csv::publish(&self.path, &connection, folder, jobs)
    }

    /// Reads raw data as columns, from one state of the store however long it takes.
    ///
    /// Instants that [cannot be](model::instant::Plausible), by the machine's clock or by what imports vouch for where that
    /// is later, are unknown, and named in [`Raw::implausible`].
    ///
    /// Of CI what is rolled up is read, and the jobs that are not.
    pub fn load(&self, scopes: Scopes) -> Result<Raw, StoreError> {
        self.load_at(scopes, crate::clock::now())
    }

    /// As [`Store::load`] at another time than that of the machine's clock.
    pub fn load_at(&self, scopes: Scopes, now: Instant) -> Result<Raw, StoreError> {
        read::load(&self.path, scopes, now, None)
    }

    /// Reads jobs of CI that have ended, rolled up or not, as far as they are kept: what lies behind figures about cost.
    pub fn load_jobs(&self, asked: &JobsAsked) -> Result<Raw, StoreError> {
        read::jobs::load(&self.path, asked, crate::clock::now())
    }

    /// As [`Store::load`], for figures as of an instant: where what is rolled up may hold what was not known yet, the jobs
    /// are read with it, as far as they are kept.
    pub fn load_as_of(&self, scopes: Scopes, as_of: Instant) -> Result<Raw, StoreError> {
        read::load(&self.path, scopes, crate::clock::now(), Some(as_of))
    }

    /// Loads a folder of raw CSV files: the original tool's, or published ones. All of it or nothing is stored.
    ///
    /// Rows that the API has shown are not overwritten; rows of an earlier load are.
    /// Bills without account, such as the original's, are left out where the store has a bill of the same provider
    /// and month by account; rows of bills with equal keys are added up.
    /// The load is recorded as an import of scope `csv` that covers everything up to the newest instant read; how far
    /// bills reach their own rows say.
    ///
    /// # Errors
    /// [`StoreError::Csv`] names file, line, column, value and remedy.
    pub fn import_csv(&self, folder: &Path) -> Result<CsvImport, StoreError> {
        let mut writer = self.writer();
        let Writer { connection, codes } = &mut *writer;
        let begin = TransactionBehavior::Immediate;
        let sql = |error| StoreError::database(&self.path, error);
        let transaction = connection.transaction_with_behavior(begin).map_err(sql)?;
        let outcome = import_csv::load(&transaction, codes, folder)
            .and_then(|import| {
                count_change(&transaction)?;
                Ok(import)
            })
            .map_err(|failure| failure.into_error(&self.path, folder))
            .and_then(|import| transaction.commit().map(|()| import).map_err(sql));
        if outcome.is_err() {
            codes.forget();
        }
        outcome
    }

    /// Loads records that were read from a database of dimagi/dora, all of them or nothing. What an API has shown stays; what it shows
    /// later takes the place of theirs.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn import_dora(
        &self,
        file: &Path,
        pull_requests: &[PullRequest],
        deployments: &[Deployment],
    ) -> Result<CsvImport, StoreError> {
        self.write(|connection, codes| import_csv::dora::load(connection, codes, file, (pull_requests, deployments)))
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> Result<Connection, StoreError> {
        open_for_reading(&self.path).map_err(|error| StoreError::database(&self.path, error))
    }

    pub(crate) fn read<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        ask(&self.writer().connection).map_err(|error| StoreError::database(&self.path, error))
    }

    pub(crate) fn write<T>(
        &self,
        change: impl FnOnce(&Connection, &mut Codes) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.transact(|connection, codes| {
            let done = change(connection, codes)?;
            count_change(connection)?;
            Ok(done)
        })
    }

    pub(crate) fn transact<T>(
        &self,
        change: impl FnOnce(&Connection, &mut Codes) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let mut writer = self.writer();
        let Writer { connection, codes } = &mut *writer;
        let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let outcome = begun.map_err(Failure::from).and_then(|transaction| {
            let done = change(&transaction, codes)?;
            transaction.commit()?;
            Ok(done)
        });
        outcome.map_err(|failure| {
            codes.forget();
            failure.into_error(&self.path, Path::new(""))
        })
    }
}

/// Lets readers on several connections tell whether they see the same state.
pub(crate) fn count_change(connection: &Connection) -> rusqlite::Result<()> {
    connection.by_key("UPDATE meta SET value = value + 1 WHERE key = 'changes'")?.execute([]).map(drop)
}

#[cfg(test)]
mod tests {
    use model::records::Record;

    use super::*;

    fn page(records: &[Record]) -> Page<'_> {
        let observed_at = Instant::from_seconds(1);
        Page {
            scope: Scope::Repositories,
            subject: "",
            records,
            cursor: None,
            observed_at,
            run: 0,
            generation: None,
            complete: false,
        }
    }

    fn repository(number: usize) -> Record {
        let name = format!("repository-{number}-{}", "x".repeat(200));
        Record::Repository(Repository { id: name.clone(), name, ..Repository::default() })
    }

    #[test]
    fn a_full_disk_is_named_and_loses_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("cto.db");
        let store = Store::open(path.to_str().expect("text")).expect("opened");
        store.commit(&page(&[repository(0)])).expect("stored");
        // Stands for a disk without room: the database may not grow any more.
        store.writer().connection.pragma_update(None, "max_page_count", 1).expect("limited");
        let many: Vec<_> = (1..2000).map(repository).collect();
        let error = store.commit(&page(&many)).expect_err("full");
        assert!(matches!(error, StoreError::DiskFull { .. }), "{error:?}");
        assert!(error.to_string().contains(path.to_str().expect("text")), "{error}");
        assert_eq!(store.load(Scopes::ALL).expect("read").repositories.len(), 1);
    }
}
