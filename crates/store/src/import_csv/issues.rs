//! Issues and their events.

use model::Instant;
use model::columns::{IssueColumns, IterationEventColumns, ProjectEventColumns, StatusEventColumns};
use model::records::{Issue, IssueState};

use super::newest::Newest;
use super::{CsvTable, Failure, Loader, Stored, Target, Targets, place_of};
use crate::Kind;
use crate::csv_folder::rows::{FileRow, each_row};

impl Loader<'_> {
    pub(super) fn load_issues(&mut self) -> Result<(), Failure> {
        let mut issues = self.issues()?;
        self.children::<StatusEventColumns>(Kind::Issue, &mut issues, 0)?;
        self.children::<ProjectEventColumns>(Kind::Issue, &mut issues, 1)?;
        self.children::<IterationEventColumns>(Kind::Issue, &mut issues, 2)?;
        self.boards(&mut issues)
    }

    fn issues(&mut self) -> Result<Targets, Failure> {
        let mut issues = Targets::default();
        let mut count = CsvTable::of::<Issue>();
        let newest = Newest::<IssueColumns>::new();
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
            self.reaches(&newest, &issue);
            issues.add::<Issue>(file.owner, line, target)
        })?;
        self.done(is_there, count);
        Ok(issues)
    }

    fn store_issue(&mut self, issue: &Issue, repository: i64, vanished_at: Option<i64>) -> Result<Target, Failure> {
        let before = match self.stored(Kind::Issue, repository, &issue.place.number, &issue.id)? {
            Stored::Shown(row) => return Ok(Target::new(row, false)),
            Stored::FromFile(row) => {
                self.writer.delete_issue_events(row)?;
                self.writer.delete_cards_from_csv(row)?;
                Some(row)
            }
            Stored::Nothing => None,
        };
        let row = self.writer.put_issue(before, issue, repository, vanished_at, 0)?;
        Ok(Target::new(row, true))
    }
}
