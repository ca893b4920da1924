//! Repositories and boards.

use model::records::{Place, Project, Repository};
use rusqlite::OptionalExtension as _;

use super::{PageWriter, id_or_null};
use crate::import_csv::NEVER_OBSERVED;

impl PageWriter<'_> {
    /// Stores a repository and returns its row.
    pub(crate) fn repository(&mut self, repository: &Repository) -> rusqlite::Result<i64> {
        let Some((row, observed_at, seen)) = self.stored_repository(repository)? else {
            return self.insert_repository(repository, self.observed_at);
        };
        let seen = seen.max(self.generation);
        if observed_at > self.observed_at {
            let sql = "UPDATE repository SET seen_generation = ?1 WHERE row_id = ?2";
            self.connection.prepare_cached(sql)?.execute((seen, row))?;
            return Ok(row);
        }
        self.connection
            .prepare_cached(
                "UPDATE repository SET id = coalesce(?1, id), org = ?2, repo = ?3, owner = ?4, private = ?5,
                    archived = ?6, observed_at = ?7, seen_generation = ?8
                 WHERE row_id = ?9",
            )?
            .execute((
                id_or_null(&repository.id),
                &repository.org,
                &repository.name,
                &repository.owner,
                repository.private,
                repository.archived,
                self.observed_at,
                seen,
                row,
            ))?;
        self.merge_namesakes(row, &repository.org, &repository.name)?;
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
            ..Repository::default()
        };
        let row = match self.stored_repository(&stub)? {
            // The names of an issue's page never change what is stored; only the id is new knowledge.
            Some((row, ..)) => {
                let sql = "UPDATE repository SET id = ?1 WHERE row_id = ?2 AND id IS NULL AND ?1 IS NOT NULL";
                self.connection.prepare_cached(sql)?.execute((id_or_null(&stub.id), row))?;
                row
            }
            // Whatever a list of repositories says later counts more.
            None => self.insert_repository(&stub, NEVER_OBSERVED)?,
        };
        if !place.repository_id.is_empty() {
            self.repositories.insert(place.repository_id.clone(), row);
        }
        Ok(row)
    }

    /// Whether an import has seen the repository in which an issue or pull request lives.
    pub(super) fn knows_repository(&self, place: &Place) -> rusqlite::Result<bool> {
        let stub = Repository {
            id: place.repository_id.clone(),
            org: place.org.clone(),
            name: place.repo.clone(),
            ..Repository::default()
        };
        self.stored_repository(&stub).map(|found| found.is_some())
    }

    /// Row, observation and generation: by id, else of a row from a CSV file by name. Without an id, by name.
    fn stored_repository(&self, repository: &Repository) -> rusqlite::Result<Option<(i64, i64, i64)>> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        if let Some(id) = id_or_null(&repository.id) {
            let sql = "SELECT row_id, observed_at, seen_generation FROM repository WHERE id = ?1";
            if let Some(found) = self.connection.prepare_cached(sql)?.query_row([id], read).optional()? {
                return Ok(Some(found));
            }
        }
        self.connection
            .prepare_cached(
                "SELECT row_id, observed_at, seen_generation FROM repository
                 WHERE org = ?1 AND repo = ?2 AND (id IS NULL OR ?3) ORDER BY id IS NULL, row_id LIMIT 1",
            )?
            .query_row((&repository.org, &repository.name, repository.id.is_empty()), read)
            .optional()
    }

    fn insert_repository(&mut self, repository: &Repository, observed_at: i64) -> rusqlite::Result<i64> {
        self.connection
            .prepare_cached(
                "INSERT INTO repository (id, org, repo, owner, private, archived, observed_at, seen_generation)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .insert((
                id_or_null(&repository.id),
                &repository.org,
                &repository.name,
                &repository.owner,
                repository.private,
                repository.archived,
                observed_at,
                self.generation,
            ))
    }

    /// Moves what CSV files knew under a name to the repository that has the name now.
    fn merge_namesakes(&mut self, row: i64, org: &str, name: &str) -> rusqlite::Result<()> {
        let sql = "SELECT row_id FROM repository WHERE org = ?1 AND repo = ?2 AND id IS NULL AND row_id <> ?3";
        let namesakes: Vec<i64> = self
            .connection
            .prepare_cached(sql)?
            .query_map((org, name, row), |found| found.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for namesake in namesakes {
            self.move_issues(namesake, row)?;
            self.move_pull_requests(namesake, row)?;
            self.connection.prepare_cached("DELETE FROM repository WHERE row_id = ?1")?.execute([namesake])?;
        }
        Ok(())
    }

    /// Stores a board.
    pub(crate) fn project(&mut self, project: &Project) -> rusqlite::Result<()> {
        let columns = serde_json::to_string(&project.columns).expect("a list of texts can be written as JSON");
        self.connection
            .prepare_cached(
                "INSERT INTO project (id, project_id, project_name, number, org, url, closed, columns, observed_at,
                    seen_generation)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT (project_id) DO UPDATE SET id = coalesce(excluded.id, project.id),
                    project_name = excluded.project_name, number = excluded.number, org = excluded.org,
                    url = excluded.url, closed = excluded.closed, columns = excluded.columns,
                    observed_at = excluded.observed_at,
                    seen_generation = CASE WHEN project.seen_generation > excluded.seen_generation
                        THEN project.seen_generation ELSE excluded.seen_generation END
                 WHERE project.observed_at <= excluded.observed_at",
            )?
            .execute((
                id_or_null(&project.id),
                &project.number_id,
                &project.name,
                project.number,
                &project.org,
                &project.url,
                project.closed,
                columns,
                self.observed_at,
                self.generation,
            ))
            .map(drop)
    }
}
