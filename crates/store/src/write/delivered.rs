//! Writing of deliveries, laid over what is stored: only imports replace.

use model::Instant;
use model::deliveries::{Delivered, DeliveredCard};
use model::kinds::ReviewState;
use model::records::{Issue, PullRequest, PullRequestEvent, PullRequestState, Review, StatusEvent};
use rusqlite::{Connection, OptionalExtension as _};

use super::{PageWriter, Row, Seen, micros};
use crate::dictionary::{Codes, find};
use crate::merge::order::Observer;
use crate::sqlite::plans::Prepare as _;
use crate::{Delivery, Deposit, Kind};

/// So many deliveries are remembered. What comes again later still changes nothing, because it is older.
const KEPT_DELIVERIES: i64 = 100_000;

/// Stores what a delivery tells, and that it came, unless it came before.
pub(crate) fn delivery(
    connection: &Connection,
    codes: &mut Codes,
    delivery: &Delivery<'_>,
) -> rusqlite::Result<Deposit> {
    let came_before: bool = connection
        .by_key("SELECT EXISTS (SELECT 1 FROM delivery WHERE id = ?1 OR body_hash = ?2)")?
        .query_row([delivery.id, delivery.body_hash], |row| row.get(0))?;
    if came_before {
        return Ok(Deposit::Repeated);
    }
    let deposit = tell(connection, codes, delivery.told, delivery.received_at)?;
    if deposit != Deposit::Unknown {
        remember(connection, delivery)?;
    }
    Ok(deposit)
}

/// What is told is as of when it changed, but nothing is told before it happens: a later import counts more than a
/// delivery from the far future, and so does a later delivery. Of several things each is told by itself: what is new of
/// one of them counts, then what is not known of one.
fn tell(
    connection: &Connection,
    codes: &mut Codes,
    told: &Delivered,
    received_at: Instant,
) -> rusqlite::Result<Deposit> {
    if let Delivered::Several(several) = told {
        let mut deposits = Vec::with_capacity(several.len());
        for told in several {
            deposits.push(tell(connection, codes, told, received_at)?);
        }
        let found = [Deposit::Stored, Deposit::Unknown].into_iter().find(|deposit| deposits.contains(deposit));
        return Ok(found.unwrap_or(Deposit::Known));
    }
    let at = match told {
        Delivered::Card(card) => Some(card.at),
        Delivered::Issue(issue) => issue.updated_at,
        Delivered::PullRequest(pull_request) => pull_request.updated_at,
        Delivered::Review { review, .. } => review.submitted_at,
        Delivered::Release { at, .. } | Delivered::CiRun { at, .. } => Some(*at),
        Delivered::CiJob(job) => job.finished_at.or(job.started_at).or(job.created_at),
        Delivered::Several(_) => None,
        Delivered::Deployment(deployment) => deployment.updated_at,
        Delivered::Incident(incident) => {
            incident.events.iter().map(|event| event.at).max().or(Some(incident.started_at))
        }
        Delivered::Ticket(ticket) => ticket.updated_at,
    };
    let at = at.unwrap_or_default().min(received_at);
    let sql = "SELECT value FROM meta WHERE key = 'run'";
    let run = connection.by_key(sql)?.query_row([], |row| row.get(0))?;
    let mut writer = PageWriter::new(connection, codes, at.micros(), 0).by(Observer::Delivery, run);
    match told {
        Delivered::Card(card) => writer.delivered_card(&DeliveredCard { at, ..(**card).clone() }),
        Delivered::Issue(issue) => writer.delivered_issue(issue),
        Delivered::PullRequest(pull_request) => writer.delivered_pull_request(pull_request),
        Delivered::Review { pull_request_id, review } => writer.delivered_review(pull_request_id, review),
        Delivered::Release { release, .. } => writer.delivered_release(release),
        Delivered::CiRun { run, .. } => writer.delivered_ci_run(run),
        Delivered::CiJob(job) => writer.delivered_ci_job(job),
        Delivered::Several(_) => Ok(Deposit::Known),
        Delivered::Deployment(it) if writer.is_strange(&it.source, &it.org, &it.repo, &it.host)? => {
            Ok(Deposit::Unknown)
        }
        Delivered::Deployment(deployment) => writer.delivered_deployment(deployment),
        Delivered::Incident(it) if writer.is_strange(&it.source, &it.org, &it.repo, &it.host)? => Ok(Deposit::Unknown),
        Delivered::Incident(incident) => writer.delivered_incident(incident),
        Delivered::Ticket(ticket) => writer.delivered_ticket(ticket),
    }
}

pub(super) fn remember(connection: &Connection, delivery: &Delivery<'_>) -> rusqlite::Result<()> {
    let row = connection
        .by_key("INSERT INTO delivery (id, body_hash, event, received_at) VALUES (?1, ?2, ?3, ?4)")?
        .insert((delivery.id, delivery.body_hash, delivery.event, delivery.received_at.micros()))?;
    let sql = "DELETE FROM delivery WHERE row_id <= ?1";
    connection.by_key(sql)?.execute([row - KEPT_DELIVERIES]).map(drop)
}

/// Only imports say which id a row has: deliveries may use another form.
fn kept_id(stored: &str, told: &str) -> String {
    if stored.is_empty() { told.to_owned() } else { stored.to_owned() }
}

/// Who imports tell of: what these deliver is of repositories that an import has seen. What others push may be of any.
const FORGES: [&str; 2] = ["github", "gitlab"];

impl PageWriter<'_> {
    /// Whether something is told by a forge and of a repository that no import has seen.
    fn is_strange(&self, source: &str, org: &str, repo: &str, host: &str) -> rusqlite::Result<bool> {
        Ok(FORGES.contains(&source) && !self.lists_repository(org, repo, host)?)
    }

    /// What a row that no crawl has seen counts as: seen by the crawl that runs, so that it does not vanish at its end.
    pub(super) fn present_generation(&self) -> rusqlite::Result<i64> {
        let sql = "SELECT value FROM meta WHERE key = 'generation'";
        self.connection.by_key(sql)?.query_row([], |row| row.get(0))
    }

    fn delivered_issue(&mut self, issue: &Issue) -> rusqlite::Result<Deposit> {
        if !self.knows_repository(Kind::Issue, &issue.place, issue.created_at)? {
            return Ok(Deposit::Unknown);
        }
        let repository = self.repository_of(&issue.place)?;
        let (row, is_newest) = match self.row_of(&Seen::issue(issue, repository))? {
            Row::New => {
                let generation = self.present_generation()?;
                let row = self.put_issue(None, issue, repository, None, generation)?;
                self.add_status_events(row, &issue.status_events)?;
                return Ok(Deposit::Stored);
            }
            Row::Older(stored) => (stored.row, false),
            Row::Stored(stored) => {
                let sql = "SELECT committer, creator, creator_is_bot FROM issue WHERE row_id = ?1";
                let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)));
                let (committer, creator): (i64, (i64, bool)) =
                    self.connection.by_key(sql)?.query_row([stored.row], read)?;
                let vanished_at = self.vanished_after(&stored, issue.updated_at);
                let issue = &Issue { id: kept_id(&stored.id, &issue.id), ..issue.clone() };
                self.put_issue(Some(stored.row), issue, repository, vanished_at, stored.seen_generation)?;
                let sql = "UPDATE issue SET committer = ?1 WHERE row_id = ?2 AND ?1 <> 0";
                self.connection.by_key(sql)?.execute((committer, stored.row))?;
                if issue.creator.is_empty() {
                    let sql = "UPDATE issue SET creator = ?1, creator_is_bot = ?2 WHERE row_id = ?3";
                    self.connection.by_key(sql)?.execute((creator.0, creator.1, stored.row))?;
                }
                (stored.row, true)
            }
        };
        let has_new_event = self.add_status_events(row, &issue.status_events)?;
        Ok(if is_newest || has_new_event { Deposit::Stored } else { Deposit::Known })
    }

    /// Adds those events that are not stored, in order of time; whether there was one.
    fn add_status_events(&mut self, issue: i64, events: &[StatusEvent]) -> rusqlite::Result<bool> {
        let mut has_new = false;
        for event in events {
            if self.has_event("issue_status_event", "issue", issue, event.kind.name(), event.at)? {
                continue;
            }
            let seq = self.make_room("issue_status_event", "issue", issue, "at", event.at)?;
            self.add_child(Kind::Issue, issue, seq, event)?;
            has_new = true;
        }
        Ok(has_new)
    }

    fn delivered_pull_request(&mut self, pull_request: &PullRequest) -> rusqlite::Result<Deposit> {
        if !self.knows_repository(Kind::PullRequest, &pull_request.place, pull_request.created_at)? {
            return Ok(Deposit::Unknown);
        }
        let repository = self.repository_of(&pull_request.place)?;
        let pushed = self.take_over_pushed(pull_request, repository)?;
        let (row, is_newest) = match self.row_of(&Seen::pull_request(pull_request, repository))? {
            Row::New => {
                let generation = self.present_generation()?;
                let row = self.put_pull_request(None, pull_request, repository, None, generation)?;
                self.note_pushed(&pushed, row)?;
                self.add_pull_request_events(row, &pull_request.events)?;
                return Ok(Deposit::Stored);
            }
            Row::Older(stored) => (stored.row, false),
            Row::Stored(stored) => {
                let mut told = PullRequest { id: kept_id(&stored.id, &pull_request.id), ..pull_request.clone() };
                self.keep_what_is_not_told(stored.row, &mut told)?;
                let folders = self.stored_folders(stored.row)?;
                let vanished_at = self.vanished_after(&stored, pull_request.updated_at);
                let sql = "SELECT creator, creator_is_bot FROM pr WHERE row_id = ?1";
                let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
                let creator: (i64, bool) = self.connection.by_key(sql)?.query_row([stored.row], read)?;
                self.put_pull_request(Some(stored.row), &told, repository, vanished_at, stored.seen_generation)?;
                if told.creator.is_empty() {
                    let sql = "UPDATE pr SET creator = ?1, creator_is_bot = ?2 WHERE row_id = ?3";
                    self.connection.by_key(sql)?.execute((creator.0, creator.1, stored.row))?;
                }
                if let Some(folders) = folders {
                    self.put_folders(stored.row, &folders)?;
                }
                (stored.row, true)
            }
        };
        self.note_pushed(&pushed, row)?;
        let has_new_event = self.add_pull_request_events(row, &pull_request.events)?;
        Ok(if is_newest || has_new_event { Deposit::Stored } else { Deposit::Known })
    }

    fn keep_what_is_not_told(&self, row: i64, told: &mut PullRequest) -> rusqlite::Result<()> {
        let sql =
            "SELECT first_commit_at, additions, deletions, changed_files, head_branch, head_sha, merged_at, closed_at,
            merge_commit, first_listed_commit_at FROM pr WHERE row_id = ?1";
        self.connection.by_key(sql)?.query_row([row], |stored| {
            let at = |column| Ok::<_, rusqlite::Error>(stored.get::<_, Option<i64>>(column)?.map(Instant::from_micros));
            told.first_commit_at = told.first_commit_at.or(at(0)?);
            told.first_listed_commit_at = told.first_listed_commit_at.or(at(9)?);
            // That it was merged or closed every later delivery tells, when and as which commit not that of every sender.
            if told.state == PullRequestState::Merged {
                told.merged_at = told.merged_at.or(at(6)?);
                if told.merge_commit.is_empty() {
                    told.merge_commit = stored.get(8)?;
                }
            }
            if told.state != PullRequestState::Open {
                told.closed_at = told.closed_at.or(at(7)?);
            }
            told.additions = told.additions.or(stored.get(1)?);
            told.deletions = told.deletions.or(stored.get(2)?);
            told.changed_files = told.changed_files.or(stored.get(3)?);
            for (column, told) in [(4, &mut told.head_branch), (5, &mut told.head_sha)] {
                if told.is_empty() {
                    *told = stored.get(column)?;
                }
            }
            Ok(())
        })
    }

    pub(super) fn add_pull_request_events(&mut self, row: i64, events: &[PullRequestEvent]) -> rusqlite::Result<bool> {
        let mut has_new = false;
        for event in events {
            if self.has_event("pr_event", "pr", row, event.kind.name(), event.at)? {
                continue;
            }
            let seq = self.make_room("pr_event", "pr", row, "at", event.at)?;
            self.add_child(Kind::PullRequest, row, seq, event)?;
            has_new = true;
        }
        Ok(has_new)
    }

    /// A dismissed review stays dismissed, and what it said before is kept, in whatever order both are told.
    pub(super) fn delivered_review(&mut self, pull_request_id: &str, review: &Review) -> rusqlite::Result<Deposit> {
        let sql = "SELECT row_id FROM pr WHERE id = ?1";
        let found = self.connection.by_key(sql)?.query_row([pull_request_id], |row| row.get(0)).optional()?;
        let Some(pull_request): Option<i64> = found else { return Ok(Deposit::Unknown) };
        let stored = self.stored_review(pull_request, review)?;
        let Some((seq, state, dismissed_state)) = stored else {
            let at = review.submitted_at.unwrap_or(Instant::from_micros(i64::MAX));
            let seq = self.make_room("pr_review", "pr", pull_request, "submitted_at", at)?;
            self.add_child(Kind::PullRequest, pull_request, seq, review)?;
            return Ok(Deposit::Stored);
        };
        let (told, dismissed) = (self.code(review.state.name())?, self.code(ReviewState::Dismissed.name())?);
        let (new_state, new_dismissed_state) = match (state == dismissed, told == dismissed) {
            (true, true) => (state, dismissed_state),
            (true, false) => (state, if dismissed_state == 0 { told } else { dismissed_state }),
            (false, true) => (told, state),
            (false, false) => (told, dismissed_state),
        };
        if (new_state, new_dismissed_state) == (state, dismissed_state) {
            return Ok(Deposit::Known);
        }
        self.connection
            .by_key(
                "UPDATE pr_review SET state = ?1, dismissed_state = ?2, submitted_at = coalesce(submitted_at, ?3)
                 WHERE pr = ?4 AND seq = ?5",
            )?
            .execute((new_state, new_dismissed_state, micros(review.submitted_at), pull_request, seq))?;
        Ok(Deposit::Stored)
    }

    /// Number, state and state before its dismissal: of the review with the id, else of the one that its author has
    /// submitted at the same time, which has the id from now on.
    fn stored_review(&mut self, pull_request: i64, review: &Review) -> rusqlite::Result<Option<(i64, i64, i64)>> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let sql = "SELECT seq, state, dismissed_state FROM pr_review WHERE pr = ?1 AND id = ?2";
        let with_id = self.connection.by_key(sql)?.query_row((pull_request, &review.id), read).optional()?;
        let (None, Some(at), false) = (with_id, review.submitted_at, review.user.is_empty()) else {
            return Ok(with_id);
        };
        let user = self.code(&review.user)?;
        let sql = "SELECT seq, state, dismissed_state FROM pr_review
            WHERE pr = ?1 AND submitted_at = ?2 AND \"user\" = ?3 ORDER BY seq LIMIT 1";
        let same: Option<(i64, i64, i64)> =
            self.connection.by_key(sql)?.query_row((pull_request, at.micros(), user), read).optional()?;
        if let Some((seq, ..)) = same {
            let sql = "UPDATE pr_review SET id = ?1 WHERE pr = ?2 AND seq = ?3";
            self.connection.by_key(sql)?.execute((&review.id, pull_request, seq))?;
        }
        Ok(same)
    }

    fn has_event(&self, table: &str, parent: &str, row: i64, kind: &str, at: Instant) -> rusqlite::Result<bool> {
        let Some(kind) = find(self.connection, kind)? else { return Ok(false) };
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {parent} = ?1 AND type = ?2 AND at = ?3)");
        self.connection.by_key(&sql)?.query_row((row, kind, at.micros()), |found| found.get(0))
    }

    /// The number for a child that belongs behind the last one that is not later; those behind it move on.
    fn make_room(&self, table: &str, parent: &str, row: i64, time: &str, at: Instant) -> rusqlite::Result<i64> {
        let sql = format!("SELECT coalesce(max(seq) + 1, 0) FROM {table} WHERE {parent} = ?1 AND {time} <= ?2");
        let seq: i64 = self.connection.by_key(&sql)?.query_row((row, at.micros()), |found| found.get(0))?;
        // By way of negative numbers, for two rows must not have one number even for a moment.
        let sql = format!("UPDATE {table} SET seq = -seq - 1 WHERE {parent} = ?1 AND seq >= ?2");
        self.connection.by_key(&sql)?.execute((row, seq))?;
        let sql = format!("UPDATE {table} SET seq = -seq WHERE {parent} = ?1 AND seq < 0");
        self.connection.by_key(&sql)?.execute([row])?;
        Ok(seq)
    }
}
