//! Pull requests with their reviews and events.

use std::borrow::Cow;

use model::records::PullRequest;
use rusqlite::OptionalExtension as _;

use super::{PageWriter, Row, Seen};
use crate::merge::untold::{StoredFolders, complete_pull_request, keeps_folders};
use crate::read::tables::rows_where;
use crate::sqlite::plans::Prepare as _;
use crate::sqlite::statements::Keys;
use crate::{Finding, Kind};

impl PageWriter<'_> {
    /// Stores a pull request; its reviews and events replace the stored ones. What is not told stays.
    pub(crate) fn pull_request(&mut self, pull_request: &PullRequest) -> rusqlite::Result<()> {
        let repository = self.repository_of(&pull_request.place)?;
        let mut pull_request = Cow::Borrowed(pull_request);
        let pushed = self.take_over_pushed(&pull_request, repository)?;
        let row = match self.row_of(&Seen::pull_request(&pull_request, repository))? {
            Row::Older(stored) => return self.note_seen(Kind::PullRequest, &stored),
            Row::Stored(stored) => {
                if !pull_request.untold.is_nothing()
                    && let Some(known) = self.known_pull_request(stored.row)?
                {
                    complete_pull_request(pull_request.to_mut(), known);
                }
                let vanished_at = self.vanished_after(&stored, pull_request.updated_at);
                let seen = stored.seen_generation.max(self.generation);
                let folders = if pull_request.paths_complete { None } else { self.stored_folders(stored.row)? };
                self.put_pull_request(Some(stored.row), &pull_request, repository, vanished_at, seen)?;
                if let Some(folders) = folders.filter(|folders| keeps_folders(&pull_request, folders)) {
                    self.put_folders(stored.row, &folders)?;
                }
                if self.has_reviews_of_new_ids(stored.row, &pull_request.reviews)? {
                    let place = &pull_request.place;
                    self.find(Finding::NewIds, Kind::Review, &format!("{}/{}", place.org, place.repo));
                }
                self.delete_pull_request_children(stored.row)?;
                stored.row
            }
            Row::New => self.put_pull_request(None, &pull_request, repository, None, self.generation)?,
        };
        self.note_pushed(&pushed, row)?;
        self.add_children("pr", row, &pull_request.reviews)?;
        self.add_children("pr", row, &pull_request.events)
    }

    /// The folders that are stored of a pull request.
    pub(super) fn stored_folders(&self, row: i64) -> rusqlite::Result<Option<StoredFolders>> {
        let sql = "SELECT head_sha, paths, paths_complete FROM pr WHERE row_id = ?1";
        let read = |stored: &rusqlite::Row<'_>| {
            Ok(StoredFolders { head_sha: stored.get(0)?, paths: stored.get(1)?, are_all: stored.get(2)? })
        };
        self.connection.by_key(sql)?.query_row([row], read).optional()
    }

    /// Gives a pull request back the folders that were stored of it.
    pub(super) fn put_folders(&self, row: i64, folders: &StoredFolders) -> rusqlite::Result<()> {
        let sql = "UPDATE pr SET paths = ?1, paths_complete = ?2 WHERE row_id = ?3";
        self.connection.by_key(sql)?.execute((folders.paths, folders.are_all, row)).map(drop)
    }

    /// A pull request as it is stored, with its reviews and events.
    pub(super) fn known_pull_request(&self, row: i64) -> rusqlite::Result<Option<PullRequest>> {
        let Some(mut pull_request) = rows_where::<PullRequest>(self.connection, "row_id = ?1", [row], "row_id")?.pop()
        else {
            return Ok(None);
        };
        pull_request.reviews = rows_where(self.connection, "pr = ?1", [row], "seq")?;
        pull_request.events = rows_where(self.connection, "pr = ?1", [row], "seq")?;
        Ok(Some(pull_request))
    }

    /// Inserts or updates the row of a pull request, without its children, and returns it.
    pub(crate) fn put_pull_request(
        &mut self,
        row: Option<i64>,
        pull_request: &PullRequest,
        repository: i64,
        vanished_at: Option<i64>,
        seen_generation: i64,
    ) -> rusqlite::Result<i64> {
        let (number, observed_at, run) = (&pull_request.place.number, self.observed_at, self.run());
        let keys: Keys<'_> = &[
            ("repository", &repository),
            ("number", number),
            ("observed_at", &observed_at),
            ("observed_run", &run),
            ("seen_generation", &seen_generation),
        ];
        let row = self.put(row, pull_request, keys)?;
        if vanished_at.is_some() {
            let sql = "UPDATE pr SET vanished_at = ?1 WHERE row_id = ?2";
            self.connection.by_key(sql)?.execute((vanished_at, row))?;
        }
        Ok(row)
    }

    /// Removes the stored reviews and events of a pull request.
    pub(crate) fn delete_pull_request_children(&self, row: i64) -> rusqlite::Result<()> {
        self.connection.by_key("DELETE FROM pr_review WHERE pr = ?1")?.execute([row])?;
        self.connection.by_key("DELETE FROM pr_event WHERE pr = ?1")?.execute([row]).map(drop)
    }
}
