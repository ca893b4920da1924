//! Pull requests, their reviews and events.

use model::Instant;
use model::columns::{PullRequestColumns, PullRequestEventColumns, ReviewColumns};
use model::records::{PullRequest, PullRequestState};

use super::newest::Newest;
use super::{CsvTable, Failure, Loader, Stored, Target, Targets, place_of};
use crate::Kind;
use crate::csv_folder::rows::{FileRow, each_row};

impl Loader<'_> {
    pub(super) fn load_pull_requests(&mut self) -> Result<(), Failure> {
        let mut pull_requests = self.pull_requests()?;
        self.children::<ReviewColumns>(Kind::PullRequest, &mut pull_requests, 0)?;
        self.children::<PullRequestEventColumns>(Kind::PullRequest, &mut pull_requests, 1)
    }

    fn pull_requests(&mut self) -> Result<Targets, Failure> {
        let mut targets = Targets::default();
        let mut count = CsvTable::of::<PullRequest>();
        let newest = Newest::<PullRequestColumns>::new();
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
            self.reaches(&newest, &pull_request);
            targets.add::<PullRequest>(file.owner, line, target)
        })?;
        self.done(is_there, count);
        Ok(targets)
    }

    pub(super) fn store_pull_request(
        &mut self,
        pull_request: &PullRequest,
        repository: i64,
        vanished_at: Option<i64>,
    ) -> Result<Target, Failure> {
        let number = &pull_request.place.number;
        let before = match self.stored(Kind::PullRequest, repository, number, &pull_request.id)? {
            Stored::Shown(row) => return Ok(Target::new(row, false)),
            Stored::FromFile(row) => {
                self.writer.delete_pull_request_children(row)?;
                Some(row)
            }
            Stored::Nothing => None,
        };
        let row = self.writer.put_pull_request(before, pull_request, repository, vanished_at, 0)?;
        Ok(Target::new(row, true))
    }
}
