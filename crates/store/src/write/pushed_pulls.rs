//! Writing of pull requests that are pushed: rows of their own until a provider tells of them, too.

use model::github::{former_pull_request, number_of_pull_request, pull_request_of};
use model::gitlab::{host_and_number, id_of};
use model::records::{Place, PullRequest};

use super::{PageWriter, StoredRow};
use crate::merge::told::pull_request as pull_request_told;
use crate::read::pushed::{END, PREFIX};
use crate::sqlite::plans::{Prepare as _, Scan};
use crate::{Deposit, Kind};

/// What is stored of a pull request that is pushed.
pub(super) enum Known {
    /// Nothing.
    Nowhere,
    /// What was pushed of it before.
    Pushed(StoredRow),
    /// A provider tells of it, and better.
    Told,
}

/// The kind of merge requests in ids of GitLab.
const MERGE_REQUEST: &str = "merge_request";

impl PageWriter<'_> {
    /// What is stored of a pull request by the id under which it is pushed, else by its place, where that is told.
    pub(super) fn known_of_pushed(&self, id: &str, place: &Place) -> rusqlite::Result<Known> {
        if let Some(stored) = self.stored_with_id(Kind::PullRequest, id)? {
            return Ok(Known::Pushed(stored));
        }
        if self.row_of_former_id(Kind::PullRequest, id)?.is_some() {
            return Ok(Known::Told);
        }
        let number = id.strip_prefix(PREFIX).and_then(|number| number.parse().ok());
        let row = match number.map(|number| self.row_of_number(number)).transpose()?.flatten() {
            Some(row) => Some(row),
            None => self.row_at(place)?,
        };
        let Some(row) = row else { return Ok(Known::Nowhere) };
        self.note_former_id(Kind::PullRequest, id, row)?;
        Ok(Known::Told)
    }

    /// The row of which a provider says that it has a number on the whole server.
    fn row_of_number(&self, number: u64) -> rusqlite::Result<Option<i64>> {
        let sql = "SELECT id FROM repository WHERE id IS NOT NULL ORDER BY row_id";
        let repositories: Vec<String> = self
            .connection
            .scan(sql, Scan::FirstPush)?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let of_repository = |id: &String| {
            let of_gitlab = || Some(id_of(host_and_number(id, "project")?.0, MERGE_REQUEST, number));
            pull_request_of(id, number).or_else(of_gitlab)
        };
        for id in [former_pull_request(number)].into_iter().chain(repositories.iter().filter_map(of_repository)) {
            if let Some(stored) = self.stored_with_id(Kind::PullRequest, &id)? {
                return Ok(Some(stored.row));
            }
        }
        Ok(None)
    }

    /// The row at a place of which a provider tells.
    fn row_at(&self, place: &Place) -> rusqlite::Result<Option<i64>> {
        let Some(repository) = self.repository_called(place)? else { return Ok(None) };
        let stored = self.stored_at(Kind::PullRequest, repository, &place.number)?;
        Ok(stored.filter(|stored| !stored.id.starts_with(PREFIX)).map(|stored| stored.row))
    }

    /// Lays what is pushed of a pull request over what was pushed before.
    pub(super) fn pushed_pull_request(&mut self, told: &PullRequest) -> rusqlite::Result<Deposit> {
        let stored = self.stored_with_id(Kind::PullRequest, &told.id)?;
        let known = match &stored {
            Some(stored) => self.known_pull_request(stored.row)?,
            None => None,
        };
        let is_new = known.is_none();
        let mut base = known.unwrap_or_else(|| PullRequest { id: told.id.clone(), ..PullRequest::default() });
        base.place = match &stored {
            Some(stored) => Place { number: self.number_of(stored.row)?, ..Place::default() },
            None => told.place.clone(),
        };
        let laid = pull_request_told(&base, told);
        if !is_new && laid == base {
            return Ok(Deposit::Known);
        }
        let (row, repository, vanished_at, generation) = match &stored {
            Some(stored) => (Some(stored.row), stored.repository, stored.vanished_at, stored.seen_generation),
            None => (None, self.repository_of(&told.place)?, None, self.present_generation()?),
        };
        let row = self.put_pull_request(row, &laid, repository, vanished_at, generation)?;
        self.add_pull_request_events(row, &told.events)?;
        Ok(Deposit::Stored)
    }

    fn number_of(&self, row: i64) -> rusqlite::Result<String> {
        self.connection.by_key("SELECT number FROM pr WHERE row_id = ?1")?.query_row([row], |stored| stored.get(0))
    }

    /// A provider tells of a pull request: what was pushed of it goes. The ids under which it was.
    pub(super) fn take_over_pushed(&mut self, told: &PullRequest, repository: i64) -> rusqlite::Result<Vec<String>> {
        if told.id.starts_with(PREFIX) || !self.is_any_pushed()? {
            return Ok(Vec::new());
        }
        let number = number_of_pull_request(&told.id).or_else(|| Some(host_and_number(&told.id, MERGE_REQUEST)?.1));
        let by_number = match number {
            Some(number) => self.stored_with_id(Kind::PullRequest, &format!("{PREFIX}{number}"))?,
            None => None,
        };
        let at_place = self.stored_at(Kind::PullRequest, repository, &told.place.number)?;
        let mut ids = Vec::new();
        for stored in [by_number, at_place.filter(|stored| stored.id.starts_with(PREFIX))].into_iter().flatten() {
            if !ids.contains(&stored.id) {
                self.displace(Kind::PullRequest, stored.row, stored.row, false)?;
                self.remove_empty_place(stored.repository)?;
                ids.push(stored.id);
            }
        }
        Ok(ids)
    }

    /// Remembers ids under which something was pushed of which a provider tells.
    pub(super) fn note_pushed(&self, ids: &[String], row: i64) -> rusqlite::Result<()> {
        ids.iter().try_for_each(|id| self.note_former_id(Kind::PullRequest, id, row))
    }

    fn is_any_pushed(&mut self) -> rusqlite::Result<bool> {
        if let Some(is_any) = self.is_any_pushed {
            return Ok(is_any);
        }
        let sql = "SELECT EXISTS (SELECT 1 FROM pr WHERE id >= ?1 AND id < ?2)";
        let is_any = self.connection.by_key(sql)?.query_row([PREFIX, END], |row| row.get(0))?;
        self.is_any_pushed = Some(is_any);
        Ok(is_any)
    }

    /// Puts pull requests that were pushed for the bare name of a repository, before any import had seen it, into it.
    pub(super) fn place_pushed_pull_requests(&mut self) -> rusqlite::Result<()> {
        if !self.is_any_pushed()? {
            return Ok(());
        }
        let sql = "SELECT pr.row_id, pr.number, pr.team, repository.repo, repository.row_id FROM pr
            JOIN repository ON repository.row_id = pr.repository AND repository.org = ''
            WHERE pr.id >= ?1 AND pr.id < ?2";
        let unplaced: Vec<(i64, String, i64, String, i64)> = self
            .connection
            .by_key(sql)?
            .query_map([PREFIX, END], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (row, number, team, repo, former) in unplaced {
            // One that was pushed for its team alone is of no repository that happens to have the name.
            if self.code(&repo)? == team {
                continue;
            }
            let [[org, repo, host]] = &super::pushed::repositories_called(self.connection, &repo)?[..] else {
                continue;
            };
            let place = Place { org: org.clone(), repo: repo.clone(), host: host.clone(), ..Place::default() };
            let Some(repository) = self.repository_called(&place)? else { continue };
            if let Some(stored) = self.stored_at(Kind::PullRequest, repository, &number)? {
                self.displace(Kind::PullRequest, stored.row, row, true)?;
            } else {
                let sql = "UPDATE pr SET repository = ?1 WHERE row_id = ?2";
                self.connection.by_key(sql)?.execute([repository, row])?;
            }
            self.remove_empty_place(former)?;
        }
        Ok(())
    }

    /// What stood for a team or a repository that was not known goes where it holds nothing any more.
    fn remove_empty_place(&self, repository: i64) -> rusqlite::Result<()> {
        let sql = "DELETE FROM repository WHERE row_id = ?1 AND org = '' AND id IS NULL
            AND NOT EXISTS (SELECT 1 FROM pr WHERE pr.repository = ?1)
            AND NOT EXISTS (SELECT 1 FROM issue WHERE issue.repository = ?1)";
        self.connection.by_key(sql)?.execute([repository]).map(drop)
    }
}
