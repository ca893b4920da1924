//! Issues and their events.

use model::records::{Actor, Issue, ProjectEvent, StatusEvent};
use model::spec;
use rusqlite::OptionalExtension as _;

use super::file::RawFile;
use super::{Failure, Loader, Target, Targets};

impl Loader<'_> {
    pub(super) fn load_issues(&mut self) -> Result<(), Failure> {
        let mut issues = self.issues()?;
        self.status_events(&mut issues)?;
        self.project_events(&mut issues)?;
        self.boards(&mut issues)
    }

    fn issues(&mut self) -> Result<Targets, Failure> {
        let mut issues = Targets::default();
        let required = ["org", "repo", "number", "title", "created_at"];
        let Some(mut file) = RawFile::open(self.folder, &spec::ISSUE, &required)? else { return Ok(issues) };
        let vanished_at = file.column("vanished_at");
        while file.next()? {
            let issue = issue(&file)?;
            let vanished_at = file.instant(vanished_at)?.map(model::Instant::micros);
            let repository = self.repository_row(&issue.place)?;
            let target = self.store_issue(&issue, repository, vanished_at)?;
            if target.write {
                file.count.rows += 1;
            } else {
                file.count.kept += 1;
            }
            if let Err(first_line) = issues.add(&issue.place, file.line(), target) {
                let place = &issue.place;
                return Err(file.repeated(&format!("{}/{}#{}", place.org, place.repo, place.number), first_line));
            }
        }
        self.done(file);
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
        let required = ["org", "repo", "number", "type", "at"];
        let Some(mut file) = RawFile::open(self.folder, &spec::ISSUE_STATUS_EVENT, &required)? else { return Ok(()) };
        let columns = ["type", "at", "by", "state_reason"].map(|name| file.column(name));
        let mut event = StatusEvent {
            kind: String::new(),
            at: model::Instant::default(),
            by: String::new(),
            state_reason: String::new(),
        };
        while file.next()? {
            let [kind, at, by, state_reason] = columns;
            event.at = file.required_instant(at)?;
            set(&mut event.kind, file.text(kind)?);
            set(&mut event.by, file.text(by)?);
            set(&mut event.state_reason, file.text(state_reason)?);
            if let Some(issue) = issues.of_row(&mut file)? {
                self.writer.status_event(issue.row, issue.next[0], &event)?;
                issue.next[0] += 1;
            }
        }
        self.done(file);
        Ok(())
    }

    fn project_events(&mut self, issues: &mut Targets) -> Result<(), Failure> {
        let required = ["org", "repo", "number", "project_id", "project_name", "to_column", "at", "type"];
        let Some(mut file) = RawFile::open(self.folder, &spec::ISSUE_PROJECT_EVENT, &required)? else {
            return Ok(());
        };
        let names = ["type", "at", "by", "project_id", "project_name", "from_column", "to_column"];
        let columns = names.map(|name| file.column(name));
        let mut event = ProjectEvent {
            kind: String::new(),
            project_id: String::new(),
            project_name: String::new(),
            from_column: String::new(),
            to_column: String::new(),
            at: model::Instant::default(),
            by: String::new(),
        };
        while file.next()? {
            let [kind, at, by, project_id, project_name, from_column, to_column] = columns;
            event.at = file.required_instant(at)?;
            set(&mut event.kind, file.text(kind)?);
            set(&mut event.by, file.text(by)?);
            set(&mut event.project_id, file.text(project_id)?);
            set(&mut event.project_name, file.text(project_name)?);
            set(&mut event.from_column, file.text(from_column)?);
            set(&mut event.to_column, file.text(to_column)?);
            if let Some(issue) = issues.of_row(&mut file)? {
                self.writer.project_event(issue.row, issue.next[1], &event)?;
                issue.next[1] += 1;
            }
        }
        self.done(file);
        Ok(())
    }
}

/// Replaces a text without giving its memory back.
pub(super) fn set(text: &mut String, with: &str) {
    text.clear();
    text.push_str(with);
}

/// Who a login and the flag beside it name.
pub(super) fn actor(login: &str, is_bot: bool) -> Option<Actor> {
    (!login.is_empty()).then(|| Actor { login: login.to_owned(), is_bot })
}

fn issue(file: &RawFile) -> Result<Issue, Failure> {
    let text = |name: &str| file.text(file.column(name)).map(str::to_owned);
    let closed_at = file.instant(file.column("closed_at"))?;
    let mut state = text("state")?;
    if state.is_empty() {
        state.push_str(if closed_at.is_some() { "closed" } else { "open" });
    }
    Ok(Issue {
        id: text("id")?,
        place: Loader::place(file)?,
        title: text("title")?,
        url: text("url")?,
        state,
        state_reason: text("state_reason")?,
        kind: text("type")?,
        is_bug: file.bool(file.column("is_bug"))?,
        issue_type: text("issue_type")?,
        labels: file.list(file.column("labels"))?,
        creator: actor(file.text(file.column("creator"))?, file.bool(file.column("creator_is_bot"))?),
        assignees: file.list(file.column("assignees"))?,
        created_at: file.required_instant(file.column("created_at"))?,
        closed_at,
        updated_at: file.instant(file.column("updated_at"))?,
        committer: text("committer")?,
        status_events: Vec::new(),
        project_events: Vec::new(),
        items: Vec::new(),
    })
}
