//! Pull requests with their reviews and events.

use model::records::{PullRequest, PullRequestEvent, Review};
use rusqlite::{OptionalExtension as _, params};

use super::{PageWriter, Row, Seen, id_or_null, micros};
use crate::{Finding, Kind};

const COLUMNS: &str = "repository, number, title, url, state, created_at, closed_at, merged_at, creator, updated_at,
    is_draft, base, labels, additions, deletions, changed_files, first_commit_at, merge_commit, creator_is_bot,
    vanished_at, id, observed_at, seen_generation, observed_run";

impl PageWriter<'_> {
    /// Stores a pull request; its reviews and events replace the stored ones.
    pub(crate) fn pull_request(&mut self, pull_request: &PullRequest) -> rusqlite::Result<()> {
        let repository = self.repository_of(&pull_request.place)?;
        let row = match self.row_of(&Seen::pull_request(pull_request, repository))? {
            Row::Older(stored) => return self.note_seen(Kind::PullRequest, &stored),
            Row::Stored(stored) => {
                let vanished_at = self.vanished_after(&stored, pull_request.updated_at);
                let seen = stored.seen_generation.max(self.generation);
                self.put_pull_request(Some(stored.row), pull_request, repository, vanished_at, seen)?;
                if self.has_reviews_of_new_ids(stored.row, &pull_request.reviews)? {
                    let place = &pull_request.place;
                    self.find(Finding::NewIds, Kind::Review, &format!("{}/{}", place.org, place.repo));
                }
                self.delete_pull_request_children(stored.row)?;
                stored.row
            }
            Row::New => self.put_pull_request(None, pull_request, repository, None, self.generation)?,
        };
        for (seq, review) in pull_request.reviews.iter().enumerate() {
            self.review(row, seq as i64, review)?;
        }
        for (seq, event) in pull_request.events.iter().enumerate() {
            self.pull_request_event(row, seq as i64, event)?;
        }
        Ok(())
    }

    /// The row that the API has shown at a place.
    pub(crate) fn pull_request_is_known(&self, repository: i64, number: &str) -> rusqlite::Result<Option<i64>> {
        self.connection
            .prepare_cached("SELECT row_id FROM pr WHERE repository = ?1 AND number = ?2 AND id IS NOT NULL")?
            .query_row((repository, number), |row| row.get(0))
            .optional()
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
        let (creator, creator_is_bot) = self.actor(pull_request.creator.as_ref())?;
        let values = params![
            repository,
            pull_request.place.number,
            pull_request.title,
            pull_request.url,
            self.code(&pull_request.state)?,
            pull_request.created_at.micros(),
            micros(pull_request.closed_at),
            micros(pull_request.merged_at),
            creator,
            micros(pull_request.updated_at),
            pull_request.is_draft,
            self.code(&pull_request.base)?,
            self.codes_of(&pull_request.labels)?,
            pull_request.additions,
            pull_request.deletions,
            pull_request.changed_files,
            micros(pull_request.first_commit_at),
            pull_request.merge_commit,
            creator_is_bot,
            vanished_at,
            id_or_null(&pull_request.id),
            self.observed_at,
            seen_generation,
            self.run(),
            row,
        ];
        let marks = "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
            ?22, ?23, ?24";
        if let Some(row) = row {
            let sql = format!("UPDATE pr SET ({COLUMNS}) = ({marks}) WHERE row_id = ?25");
            self.connection.prepare_cached(&sql)?.execute(values)?;
            Ok(row)
        } else {
            let sql = format!("INSERT INTO pr ({COLUMNS}, row_id) VALUES ({marks}, ?25)");
            self.connection.prepare_cached(&sql)?.insert(values)
        }
    }

    /// Adds a review.
    pub(crate) fn review(&mut self, pull_request: i64, seq: i64, review: &Review) -> rusqlite::Result<()> {
        let (user, user_is_bot) = self.actor(review.user.as_ref())?;
        let values = (
            pull_request,
            seq,
            self.code(&review.state)?,
            self.code(&review.dismissed_state)?,
            micros(review.submitted_at),
            user,
            user_is_bot,
            id_or_null(&review.id),
        );
        self.connection
            .prepare_cached(
                "INSERT INTO pr_review (pr, seq, state, dismissed_state, submitted_at, \"user\", user_is_bot, id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(values)
            .map(drop)
    }

    /// Adds an event.
    pub(crate) fn pull_request_event(
        &mut self,
        pull_request: i64,
        seq: i64,
        event: &PullRequestEvent,
    ) -> rusqlite::Result<()> {
        let values = (pull_request, seq, self.code(&event.kind)?, event.at.micros(), self.code(&event.by)?);
        self.connection
            .prepare_cached("INSERT INTO pr_event (pr, seq, type, at, \"by\") VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(values)
            .map(drop)
    }

    /// Removes the stored reviews and events of a pull request.
    pub(crate) fn delete_pull_request_children(&self, row: i64) -> rusqlite::Result<()> {
        self.connection.prepare_cached("DELETE FROM pr_review WHERE pr = ?1")?.execute([row])?;
        self.connection.prepare_cached("DELETE FROM pr_event WHERE pr = ?1")?.execute([row]).map(drop)
    }
}
