//! Pull requests, their reviews and events.

use model::Instant;
use model::records::{PullRequest, PullRequestEvent, Review};
use model::spec;
use rusqlite::OptionalExtension as _;

use super::file::RawFile;
use super::issues::{actor, set};
use super::{Failure, Loader, Target, Targets};

/// What the original writes for a review that was not submitted.
const YEAR_ONE: Instant = Instant::from_seconds(-62_135_596_800);

impl Loader<'_> {
    pub(super) fn load_pull_requests(&mut self) -> Result<(), Failure> {
        let mut pull_requests = self.pull_requests()?;
        self.reviews(&mut pull_requests)?;
        self.pull_request_events(&mut pull_requests)
    }

    fn pull_requests(&mut self) -> Result<Targets, Failure> {
        let mut targets = Targets::default();
        let required = ["org", "repo", "number", "created_at"];
        let Some(mut file) = RawFile::open(self.folder, &spec::PR, &required)? else { return Ok(targets) };
        let vanished_at = file.column("vanished_at");
        while file.next()? {
            let pull_request = pull_request(&file)?;
            let vanished_at = file.instant(vanished_at)?.map(Instant::micros);
            let repository = self.repository_row(&pull_request.place)?;
            let target = self.store_pull_request(&pull_request, repository, vanished_at)?;
            if target.write {
                file.count.rows += 1;
            } else {
                file.count.kept += 1;
            }
            if let Err(first_line) = targets.add(&pull_request.place, file.line(), target) {
                let place = &pull_request.place;
                return Err(file.repeated(&format!("{}/{}#{}", place.org, place.repo, place.number), first_line));
            }
        }
        self.done(file);
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
        let required = ["org", "repo", "number", "state", "submitted_at", "user"];
        let Some(mut file) = RawFile::open(self.folder, &spec::PR_REVIEW, &required)? else { return Ok(()) };
        let names = ["state", "submitted_at", "user", "id", "dismissed_state", "user_is_bot"];
        let [state, submitted_at, user, id, dismissed_state, user_is_bot] = names.map(|name| file.column(name));
        while file.next()? {
            let review = Review {
                id: file.text(id)?.to_owned(),
                state: file.text(state)?.to_owned(),
                dismissed_state: file.text(dismissed_state)?.to_owned(),
                submitted_at: file.instant(submitted_at)?.filter(|&at| at != YEAR_ONE),
                user: actor(file.text(user)?, file.bool(user_is_bot)?),
            };
            if let Some(pull_request) = pull_requests.of_row(&mut file)? {
                self.writer.review(pull_request.row, pull_request.next[0], &review)?;
                pull_request.next[0] += 1;
            }
        }
        self.done(file);
        Ok(())
    }

    fn pull_request_events(&mut self, pull_requests: &mut Targets) -> Result<(), Failure> {
        let required = ["org", "repo", "number", "type", "at"];
        let Some(mut file) = RawFile::open(self.folder, &spec::PR_EVENT, &required)? else { return Ok(()) };
        let [kind, at, by] = ["type", "at", "by"].map(|name| file.column(name));
        let mut event = PullRequestEvent { kind: String::new(), at: Instant::default(), by: String::new() };
        while file.next()? {
            event.at = file.required_instant(at)?;
            set(&mut event.kind, file.text(kind)?);
            set(&mut event.by, file.text(by)?);
            if let Some(pull_request) = pull_requests.of_row(&mut file)? {
                self.writer.pull_request_event(pull_request.row, pull_request.next[1], &event)?;
                pull_request.next[1] += 1;
            }
        }
        self.done(file);
        Ok(())
    }
}

fn pull_request(file: &RawFile) -> Result<PullRequest, Failure> {
    let text = |name: &str| file.text(file.column(name)).map(str::to_owned);
    let instant = |name: &str| file.instant(file.column(name));
    let (closed_at, merged_at) = (instant("closed_at")?, instant("merged_at")?);
    let mut state = text("state")?;
    if state.is_empty() {
        state.push_str(match (closed_at, merged_at) {
            (_, Some(_)) => "merged",
            (Some(_), None) => "closed",
            (None, None) => "open",
        });
    }
    Ok(PullRequest {
        id: text("id")?,
        place: Loader::place(file)?,
        title: text("title")?,
        url: text("url")?,
        state,
        creator: actor(file.text(file.column("creator"))?, file.bool(file.column("creator_is_bot"))?),
        created_at: file.required_instant(file.column("created_at"))?,
        closed_at,
        merged_at,
        updated_at: instant("updated_at")?,
        is_draft: file.bool(file.column("is_draft"))?,
        base: text("base")?,
        labels: file.list(file.column("labels"))?,
        additions: file.int(file.column("additions"))?,
        deletions: file.int(file.column("deletions"))?,
        changed_files: file.int(file.column("changed_files"))?,
        first_commit_at: instant("first_commit_at")?,
        merge_commit: text("merge_commit")?,
        reviews: Vec::new(),
        events: Vec::new(),
    })
}
