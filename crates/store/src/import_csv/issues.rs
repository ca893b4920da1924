//! Issues and their events.

use model::Instant;
use model::columns::{IssueColumns, ProjectEventColumns, StatusEventColumns};
use model::records::{Issue, IssueState, ProjectEvent, StatusEvent};
use rusqlite::OptionalExtension as _;

use super::{CsvTable, Failure, Loader, Target, Targets, place_of};
use crate::csv_folder::rows::{FileRow, each_row};

impl Loader<'_> {
    pub(super) fn load_issues(&mut self) -> Result<(), Failure> {
        let mut issues = self.issues()?;
        self.status_events(&mut issues)?;
        self.project_events(&mut issues)?;
        self.boards(&mut issues)
    }

    fn issues(&mut self) -> Result<Targets, Failure> {
        let mut issues = Targets::default();
        let mut count = CsvTable::of::<Issue>();
        let is_there = each_row(self.folder, |line, file: FileRow<Issue>| {
            let place = place_of(&file.owner);
            let mut issue = Issue { place, ..file.row };
            if issue.state.is_empty() {
                issue.state = IssueState::by(issue.closed_at).into();
            }
            let repository = self.repository_row(&issue.place)?;
            let vanished_at = issue.vanished_at.map(Instant::micros);
            let target = self.store_issue(&issue, repository, vanished_at)?;
            *(if target.write { &mut count.rows } else { &mut count.kept }) += 1;
            self.reaches::<IssueColumns>(&issue);
            issues.add::<Issue>(file.owner, line, target)
        })?;
        self.done(is_there, count);
        Ok(issues)
    }

    fn store_issue(&mut self, issue: &Issue, repository: i64, vanished_at: Option<i64>) -> Result<Target, Failure> {
        let known = match self.writer.issue_is_known(repository, &issue.place.number)? {
            None if !issue.id.is_empty() => self
                .writer
                .connection
                .prepare_cached("SELECT row_id FROM issue WHERE id = ?1")?
                .query_row([&issue.id], |row| row.get(0))
                .optional()?,
            known => known,
        };
        if let Some(row) = known {
            return Ok(Target { row, write: false, next: [0; 2] });
        }
        let before = self
            .writer
            .connection
            .prepare_cached("SELECT row_id FROM issue WHERE repository = ?1 AND number = ?2 AND id IS NULL")?
            .query_row((repository, &issue.place.number), |row| row.get(0))
            .optional()?;
        if let Some(row) = before {
            self.writer.delete_issue_events(row)?;
            self.writer.delete_cards_from_csv(row)?;
        }
        let row = self.writer.put_issue(before, issue, repository, vanished_at, 0)?;
        Ok(Target { row, write: true, next: [0; 2] })
    }

    fn status_events(&mut self, issues: &mut Targets) -> Result<(), Failure> {
        let mut count = CsvTable::of::<StatusEvent>();
        let is_there = each_row(self.folder, |_, file: FileRow<StatusEvent>| -> Result<(), Failure> {
            if issues.find(&file.owner).is_some() {
                self.reaches::<StatusEventColumns>(&file.row);
            }
            if let Some(issue) = issues.of_row(&file.owner, &mut count) {
                self.writer.status_event(issue.row, issue.next[0], &file.row)?;
                issue.next[0] += 1;
            }
            Ok(())
        })?;
        self.done(is_there, count);
        Ok(())
    }

    fn project_events(&mut self, issues: &mut Targets) -> Result<(), Failure> {
        let mut count = CsvTable::of::<ProjectEvent>();
        let is_there = each_row(self.folder, |_, file: FileRow<ProjectEvent>| -> Result<(), Failure> {
            if issues.find(&file.owner).is_some() {
                self.reaches::<ProjectEventColumns>(&file.row);
            }
            if let Some(issue) = issues.of_row(&file.owner, &mut count) {
                self.writer.project_event(issue.row, issue.next[1], &file.row)?;
                issue.next[1] += 1;
            }
            Ok(())
        })?;
        self.done(is_there, count);
        Ok(())
    }
}
