//! Pull requests, their reviews and events.

use model::Instant;
use model::columns::{PullRequestColumns, PullRequestEventColumns, ReviewColumns};
use model::records::{PullRequest, PullRequestEvent, PullRequestState, Review};
use rusqlite::OptionalExtension as _;

use super::{CsvTable, Failure, Loader, Target, Targets, place_of};
use crate::csv_folder::rows::{FileRow, each_row};

impl Loader<'_> {
    pub(super) fn load_pull_requests(&mut self) -> Result<(), Failure> {
        let mut pull_requests = self.pull_requests()?;
        self.reviews(&mut pull_requests)?;
        self.pull_request_events(&mut pull_requests)
    }

    fn pull_requests(&mut self) -> Result<Targets, Failure> {
        let mut targets = Targets::default();
        let mut count = CsvTable::of::<PullRequest>();
        let is_there = each_row(self.folder, |line, file: FileRow<PullRequest>| {
            let place = place_of(&file.owner);
            let mut pull_request = PullRequest { place, ..file.row };
            if pull_request.state.is_empty() {
                let state = match (pull_request.closed_at, pull_request.merged_at) {
                    (_, Some(_)) => PullRequestState::Merged,
                    (Some(_), None) => PullRequestState::Closed,
                    (None, None) => PullRequestState::Open,
                };
                pull_request.state = state.into();
            }
            let repository = self.repository_row(&pull_request.place)?;
            let vanished_at = pull_request.vanished_at.map(Instant::micros);
            let target = self.store_pull_request(&pull_request, repository, vanished_at)?;
            *(if target.write { &mut count.rows } else { &mut count.kept }) += 1;
            self.reaches::<PullRequestColumns>(&pull_request);
            targets.add::<PullRequest>(file.owner, line, target)
        })?;
        self.done(is_there, count);
        Ok(targets)
    }

    fn store_pull_request(
        &mut self,
        pull_request: &PullRequest,
        repository: i64,
        vanished_at: Option<i64>,
    ) -> Result<Target, Failure> {
        let number = &pull_request.place.number;
        let known = match self.writer.pull_request_is_known(repository, number)? {
            None if !pull_request.id.is_empty() => self
                .writer
                .connection
                .prepare_cached("SELECT row_id FROM pr WHERE id = ?1")?
                .query_row([&pull_request.id], |row| row.get(0))
                .optional()?,
            known => known,
        };
        if let Some(row) = known {
            return Ok(Target { row, write: false, next: [0; 2] });
        }
        let before = self
            .writer
            .connection
            .prepare_cached("SELECT row_id FROM pr WHERE repository = ?1 AND number = ?2 AND id IS NULL")?
            .query_row((repository, number), |row| row.get(0))
            .optional()?;
        if let Some(row) = before {
            self.writer.delete_pull_request_children(row)?;
        }
        let row = self.writer.put_pull_request(before, pull_request, repository, vanished_at, 0)?;
        Ok(Target { row, write: true, next: [0; 2] })
    }

    fn reviews(&mut self, pull_requests: &mut Targets) -> Result<(), Failure> {
        let mut count = CsvTable::of::<Review>();
        let is_there = each_row(self.folder, |_, file: FileRow<Review>| -> Result<(), Failure> {
            if pull_requests.find(&file.owner).is_some() {
                self.reaches::<ReviewColumns>(&file.row);
            }
            if let Some(pull_request) = pull_requests.of_row(&file.owner, &mut count) {
                self.writer.review(pull_request.row, pull_request.next[0], &file.row)?;
                pull_request.next[0] += 1;
            }
            Ok(())
        })?;
        self.done(is_there, count);
        Ok(())
    }

    fn pull_request_events(&mut self, pull_requests: &mut Targets) -> Result<(), Failure> {
        let mut count = CsvTable::of::<PullRequestEvent>();
        let is_there = each_row(self.folder, |_, file: FileRow<PullRequestEvent>| -> Result<(), Failure> {
            if pull_requests.find(&file.owner).is_some() {
                self.reaches::<PullRequestEventColumns>(&file.row);
            }
            if let Some(pull_request) = pull_requests.of_row(&file.owner, &mut count) {
                self.writer.pull_request_event(pull_request.row, pull_request.next[1], &file.row)?;
                pull_request.next[1] += 1;
            }
            Ok(())
        })?;
        self.done(is_there, count);
        Ok(())
    }
}
