//! Repositories.

use model::Instant;
use model::records::{Place, Record, Repository, USUAL_HOST, host_or_usual};
use rusqlite::{OptionalExtension as _, Row};

use super::pushed::place_pushed;
use super::shipping::Rename;
use super::{PageWriter, id_or_null};
use crate::import_csv::NEVER_OBSERVED;
use crate::merge::identity::{Named, are_compatible, assign};
use crate::merge::order::{FROM_FILE, Sight, counts};
use crate::sqlite::plans::{Prepare as _, Scan};
use crate::sqlite::statements::Keys;
use crate::{Finding, Kind};

/// What is stored of a repository.
#[derive(Clone, Debug)]
struct StoredRepository {
    row: i64,
    id: String,
    org: String,
    name: String,
    host: String,
    sight: Sight,
    seen_generation: i64,
}

impl StoredRepository {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            row: row.get(0)?,
            id: row.get(1)?,
            org: row.get(2)?,
            name: row.get(3)?,
            host: row.get(4)?,
            sight: Sight { run: row.get(5)?, read_at: row.get(6)?, changed_at: None },
            seen_generation: row.get(7)?,
        })
    }
}

/// Two rows of one number: mine and when it was made, theirs and when it was made, and whether theirs is from a file.
type Namesakes = (i64, Option<i64>, i64, Option<i64>, bool);

/// Columns of [`StoredRepository`], in its order.
const STORED: &str = "row_id, coalesce(id, ''), org, repo, host, observed_run, observed_at, seen_generation";

impl PageWriter<'_> {
    /// Stores the repositories that a page lists, all of them at once: each is the row with its id, else the one with
    /// its name, unless that one is listed under another name.
    pub(super) fn listed_repositories(&mut self, records: &[Record]) -> rusqlite::Result<()> {
        let listed: Vec<&Repository> = records.iter().filter_map(repository_of_record).collect();
        if listed.is_empty() {
            return Ok(());
        }
        let stored: Vec<StoredRepository> = self
            .connection
            .scan(&format!("SELECT {STORED} FROM repository ORDER BY id IS NULL, row_id"), Scan::Listing)?
            .query_map([], StoredRepository::read)?
            .collect::<rusqlite::Result<_>>()?;
        // A file that says no host may mean any: that of whoever shows the repository.
        let host = |stored: &StoredRepository| {
            let shown = || listed.iter().find(|it| (&it.org, &it.name) == (&stored.org, &stored.name));
            if stored.id.is_empty() && stored.host == USUAL_HOST {
                shown().map(|it| host_or_usual(&it.host))
            } else {
                None
            }
        };
        let seen: Vec<_> = listed
            .iter()
            .map(|it| Named { id: &it.id, place: (host_or_usual(&it.host), it.org.as_str(), it.name.as_str()) })
            .collect();
        let known: Vec<_> = stored
            .iter()
            .map(|it| Named { id: &it.id, place: (host(it).unwrap_or(&it.host), it.org.as_str(), it.name.as_str()) })
            .collect();
        let mut rows = Vec::new();
        for (repository, at) in listed.iter().zip(assign(&seen, &known)) {
            let row = match at.map(|at| &stored[at]) {
                None => self.insert_repository(repository, self.observed_at, self.run())?,
                Some(stored) => self.put_repository(stored, repository)?,
            };
            rows.push(row);
        }
        self.rename_deliveries()?;
        place_pushed(self.connection)?;
        self.place_pushed_pull_requests()?;
        for (row, repository) in rows.iter().zip(&listed) {
            self.merge_namesakes(*row, &repository.org, &repository.name, |other| !rows.contains(&other))?;
        }
        Ok(())
    }

    /// Stores a repository of a file and returns its row.
    pub(crate) fn repository(&mut self, repository: &Repository) -> rusqlite::Result<i64> {
        let Some(stored) = self.stored_repository(repository, false)? else {
            return self.insert_repository(repository, self.observed_at, self.run());
        };
        let row = self.put_repository(&stored, repository)?;
        self.rename_deliveries()?;
        Ok(row)
    }

    fn put_repository(&mut self, stored: &StoredRepository, repository: &Repository) -> rusqlite::Result<i64> {
        let row = stored.row;
        let seen = stored.seen_generation.max(self.generation);
        if !counts(self.sight(None), self.by, stored.sight) {
            let sql = "UPDATE repository SET seen_generation = ?1 WHERE row_id = ?2";
            self.connection.by_key(sql)?.execute((seen, row))?;
            return Ok(row);
        }
        let id = if repository.id.is_empty() { &stored.id } else { &repository.id };
        let host = host_or_usual(&repository.host).to_owned();
        let mut shown = Repository { id: id.clone(), host, ..repository.clone() };
        if shown.default_branch.is_empty() {
            // Not every survey asks for it.
            let sql = "SELECT default_branch FROM repository WHERE row_id = ?1";
            shown.default_branch = self.connection.by_key(sql)?.query_row([row], |stored| stored.get(0))?;
        }
        let (observed_at, run) = (self.observed_at, self.run());
        let keys: Keys<'_> = &[("observed_at", &observed_at), ("observed_run", &run), ("seen_generation", &seen)];
        self.put(Some(row), &shown, keys)?;
        self.renames.extend(Rename::of([&stored.org, &stored.name, &stored.host], &shown));
        if !stored.id.is_empty() && !repository.id.is_empty() && stored.id != repository.id {
            self.find(Finding::NewIds, Kind::Repository, &repository.org);
        }
        self.merge_namesakes(row, &repository.org, &repository.name, |_| false)?;
        Ok(row)
    }

    /// The row of the repository in which an issue or pull request lives; made where there is none.
    pub(crate) fn repository_of(&mut self, place: &Place) -> rusqlite::Result<i64> {
        if let Some(row) = self.repositories.get(&place.repository_id) {
            return Ok(*row);
        }
        let stub = Repository {
            id: place.repository_id.clone(),
            org: place.org.clone(),
            name: place.repo.clone(),
            owner: place.org.clone(),
            host: place.host.clone(),
            ..Repository::default()
        };
        let row = match self.stored_repository(&stub, true)? {
            // The names of an issue's page never change what is stored; only the id is new knowledge.
            Some(stored) => {
                let sql = "UPDATE repository SET id = ?1 WHERE row_id = ?2 AND id IS NULL AND ?1 IS NOT NULL";
                self.connection.by_key(sql)?.execute((id_or_null(&stub.id), stored.row))?;
                stored.row
            }
            // Whatever a list of repositories says later counts more.
            None => self.insert_repository(&stub, NEVER_OBSERVED, FROM_FILE)?,
        };
        if !place.repository_id.is_empty() {
            self.repositories.insert(place.repository_id.clone(), row);
        }
        Ok(row)
    }

    /// Whether an import has seen the repository in which an issue or pull request lives. Where it has another id than
    /// the one of its name, what was made at that instant must be stored there: the name may be another one's by now.
    pub(super) fn knows_repository(&self, kind: Kind, place: &Place, created_at: Instant) -> rusqlite::Result<bool> {
        let stub = Repository {
            id: place.repository_id.clone(),
            org: place.org.clone(),
            name: place.repo.clone(),
            host: place.host.clone(),
            ..Repository::default()
        };
        let Some(stored) = self.stored_repository(&stub, true)? else { return Ok(false) };
        if stub.id.is_empty() || stored.id.is_empty() || stored.id == stub.id {
            return Ok(true);
        }
        let there = self.stored_at(kind, stored.row, &place.number)?;
        Ok(there.is_some_and(|there| there.created_at == Some(created_at.micros())))
    }

    /// The row of the repository of a name, whatever its id.
    pub(super) fn repository_called(&self, place: &Place) -> rusqlite::Result<Option<i64>> {
        let named = Repository {
            org: place.org.clone(),
            name: place.repo.clone(),
            host: place.host.clone(),
            ..Repository::default()
        };
        Ok(self.stored_repository(&named, true)?.map(|stored| stored.row))
    }

    /// Whether a repository of this name was imported: nothing is stored of those that no import has seen.
    pub(super) fn lists_repository(&self, org: &str, repo: &str, host: &str) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM repository WHERE org = ?1 AND repo = ?2 AND host = ?3)";
        self.connection.by_key(sql)?.query_row((org, repo, host_or_usual(host)), |row| row.get(0))
    }

    /// By id, else by name: of a row from a file, of any where the observation has no id, and of any `whatever_its_id`.
    fn stored_repository(
        &self,
        repository: &Repository,
        whatever_its_id: bool,
    ) -> rusqlite::Result<Option<StoredRepository>> {
        if let Some(id) = id_or_null(&repository.id) {
            let sql = format!("SELECT {STORED} FROM repository WHERE id = ?1");
            let found = self.connection.by_key(&sql)?.query_row([id], StoredRepository::read).optional()?;
            if found.is_some() {
                return Ok(found);
            }
        }
        let any = whatever_its_id || repository.id.is_empty();
        let sql = format!(
            "SELECT {STORED} FROM repository WHERE org = ?1 AND repo = ?2 AND (id IS NULL OR ?3)
               AND (host = ?4 OR ?5 AND id IS NULL AND host = ?6)
             ORDER BY id IS NULL, host <> ?4, row_id LIMIT 1"
        );
        let host = host_or_usual(&repository.host);
        let is_shown = !repository.id.is_empty();
        self.connection
            .by_key(&sql)?
            .query_row((&repository.org, &repository.name, any, host, is_shown, USUAL_HOST), StoredRepository::read)
            .optional()
    }

    fn insert_repository(&mut self, repository: &Repository, observed_at: i64, run: i64) -> rusqlite::Result<i64> {
        let shown = Repository { host: host_or_usual(&repository.host).to_owned(), ..repository.clone() };
        let generation = self.generation;
        let keys: Keys<'_> = &[("observed_at", &observed_at), ("observed_run", &run), ("seen_generation", &generation)];
        self.put(None, &shown, keys)
    }

    /// Moves what other rows of a name hold to the repository that has the name now: rows of files, and those that are
    /// `left_over`.
    fn merge_namesakes(
        &mut self,
        row: i64,
        org: &str,
        name: &str,
        left_over: impl Fn(i64) -> bool,
    ) -> rusqlite::Result<()> {
        let sql = "SELECT other.row_id, other.id IS NULL FROM repository AS other
            JOIN repository AS this ON this.row_id = ?3
                AND (other.host = this.host OR this.id IS NOT NULL AND other.id IS NULL AND other.host = ?5)
            WHERE other.org = ?1 AND other.repo = ?2 AND other.row_id <> ?3 AND other.observed_run <= ?4";
        let namesakes: Vec<(i64, bool)> = self
            .connection
            .by_key(sql)?
            .query_map((org, name, row, self.run(), USUAL_HOST), |found| Ok((found.get(0)?, found.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (namesake, from_file) in namesakes {
            if !from_file && !left_over(namesake) {
                continue;
            }
            for kind in [Kind::Issue, Kind::PullRequest] {
                self.move_rows(kind, namesake, row, &format!("{org}/{name}"))?;
            }
            self.connection.by_key("DELETE FROM repository WHERE row_id = ?1")?.execute([namesake])?;
            if !from_file {
                self.find(Finding::Doubles, Kind::Repository, org);
            }
        }
        Ok(())
    }

    /// Moves all rows of one repository to another. Where both have a number, the other's stays.
    fn move_rows(&mut self, kind: Kind, from: i64, to: i64, label: &str) -> rusqlite::Result<()> {
        let table = kind.table();
        let sql = format!(
            "SELECT mine.row_id, mine.created_at, theirs.row_id, theirs.created_at, theirs.id IS NULL
             FROM {table} AS theirs JOIN {table} AS mine ON mine.repository = ?1 AND mine.number = theirs.number
             WHERE theirs.repository = ?2"
        );
        let pairs: Vec<Namesakes> = self
            .connection
            .by_key(&sql)?
            .query_map((to, from), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (mine, made_at, theirs, their_made_at, from_file) in pairs {
            let is_double = from_file || are_compatible(made_at, their_made_at);
            self.displace(kind, mine, theirs, is_double)?;
            if !from_file {
                self.find(if is_double { Finding::Doubles } else { Finding::Displaced }, kind, label);
            }
        }
        let sql = format!("UPDATE {table} SET repository = ?1 WHERE repository = ?2");
        self.connection.by_key(&sql)?.execute((to, from)).map(drop)
    }
}

fn repository_of_record(record: &Record) -> Option<&Repository> {
    match record {
        Record::Repository(repository) => Some(repository),
        _ => None,
    }
}
