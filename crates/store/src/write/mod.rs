//! Storing a page: one record after the other, then what vanished, then the cursor.

mod absent_boards;
mod boards;
pub(crate) mod cloud;
mod delivered;
mod delivered_ci;
mod doubles;
mod gone;
mod issues;
pub(crate) mod items;
mod pulls;
mod pushed;
mod pushed_pulls;
mod repositories;
mod shipping;
mod tickets;
mod timelines;

use ahash::AHashMap;
use model::Instant;
use model::cells::RawRow;
use model::records::{Issue, Place, PullRequest, Record};
use rusqlite::{Connection, OptionalExtension as _};

use crate::dictionary::Codes;
use crate::error::Failure;
use crate::merge::identity::{Claim, Identity, who};
use crate::merge::order::{FROM_FILE, Observer, Sight, is_back};
use crate::sqlite::plans::Prepare as _;
use crate::sqlite::statements::{self, Children, Keys};
use crate::{Finding, Findings, Kind, Page};

pub(crate) use absent_boards::{absent_boards, issues_behind};
pub(crate) use delivered::delivery;
pub(crate) use gone::{absent_repository, gone};
#[cfg(test)]
pub(crate) use issues::LINK_CARDS;
pub(crate) use pushed::{cover, push};

/// Writes records inside the transaction of one page.
pub(crate) struct PageWriter<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) codes: &'a mut Codes,
    /// When the records were read, microseconds.
    pub(crate) observed_at: i64,
    /// The crawl that the records belong to; 0 for none.
    pub(crate) generation: i64,
    /// The import that has read the records, or the last one before a delivery.
    run: i64,
    by: Observer,
    /// What became plain about rows that were stored before.
    findings: Findings,
    /// Rows of the repositories met on this page, by node id.
    repositories: AHashMap<String, i64>,
    /// Repositories whose deployments are still under their old names.
    renames: Vec<shipping::Rename>,
    /// Runs that were opened again on this page, and whether there may be others.
    reopened: shipping::Reopened,
    /// Whether any pull request was pushed; `None` where that was not asked yet.
    is_any_pushed: Option<bool>,
}

/// What is stored of an issue or pull request that comes again.
#[derive(Clone, Debug)]
struct StoredRow {
    row: i64,
    repository: i64,
    id: String,
    sight: Sight,
    created_at: Option<i64>,
    seen_generation: i64,
    vanished_at: Option<i64>,
}

/// Columns of [`StoredRow`], in its order.
const STORED_ROW: &str = "row_id, repository, coalesce(id, ''), observed_run, observed_at, updated_at, created_at,
    seen_generation, vanished_at";

/// What tells an issue or pull request from others.
struct Seen<'a> {
    kind: Kind,
    id: &'a str,
    /// Row of the repository.
    repository: i64,
    place: &'a Place,
    title: &'a str,
    creator: &'a str,
    created_at: i64,
    changed_at: Option<i64>,
}

/// The row that an issue or pull request has.
enum Row {
    /// None yet.
    New,
    /// One of which something newer is stored.
    Older(StoredRow),
    /// One that is to be brought up to date.
    Stored(StoredRow),
}

/// Stores a page.
pub(crate) fn page(connection: &Connection, codes: &mut Codes, page: &Page<'_>) -> Result<Findings, Failure> {
    let generation = page.generation.unwrap_or_default();
    let mut writer =
        PageWriter::new(connection, codes, page.observed_at.micros(), generation).by(Observer::Import, page.run);
    writer.note_run()?;
    writer.listed_repositories(page.records)?;
    for record in page.records {
        match record {
            Record::Repository(_) => {}
            Record::Project(project) => writer.project(project)?,
            Record::Issue(issue) => writer.issue(issue)?,
            Record::ProjectItem(item) => writer.item(item, None)?,
            Record::PullRequest(pull_request) => writer.pull_request(pull_request)?,
            Record::Deployment(deployment) => drop(writer.deployment(deployment)?),
            Record::Release(release) => drop(writer.release(release)?),
            Record::GitCommit(commit) => writer.git_commit(commit)?,
            Record::CiRun(run) => drop(writer.ci_run(run)?),
            Record::CiJob(job) => drop(writer.ci_job(job)?),
            Record::CiBillMonth(month) => writer.ci_bill_month(month)?,
            Record::Incident(incident) => drop(writer.incident(incident)?),
            Record::Ticket(ticket) => drop(writer.ticket(ticket)?),
            Record::CloudMonth(month) => writer.cloud_month(month, page.subject)?,
        }
    }
    if let (Some(generation), true) = (page.generation, page.complete) {
        writer.mark_vanished(page.scope, page.subject, generation)?;
    }
    if let Some(generation) = page.generation {
        connection
            .by_key("UPDATE meta SET value = ?1 WHERE key = 'generation' AND value < ?1")?
            .execute([generation])?;
    }
    if let Some(cursor) = page.cursor {
        connection
            .by_key(
                "INSERT INTO import_cursor (scope, subject, value) VALUES (?1, ?2, ?3)
                 ON CONFLICT (scope, subject) DO UPDATE SET value = excluded.value",
            )?
            .execute([page.scope.name(), page.subject, cursor])?;
    }
    Ok(writer.findings)
}

impl<'a> PageWriter<'a> {
    /// For rows of files, until [`PageWriter::by`] says otherwise.
    pub(crate) fn new(connection: &'a Connection, codes: &'a mut Codes, observed_at: i64, generation: i64) -> Self {
        Self {
            connection,
            codes,
            observed_at,
            generation,
            run: FROM_FILE,
            by: Observer::Import,
            findings: Findings::default(),
            repositories: AHashMap::new(),
            renames: Vec::new(),
            reopened: shipping::Reopened::default(),
            is_any_pushed: None,
        }
    }

    fn by(mut self, by: Observer, run: i64) -> Self {
        (self.by, self.run) = (by, run);
        self
    }

    /// The import that reads, or the last one before a delivery: what is stored with each row.
    pub(crate) fn run(&self) -> i64 {
        self.run
    }

    /// What decides whether an observation of something counts that last changed at this time.
    fn sight(&self, changed_at: Option<i64>) -> Sight {
        Sight { run: self.run, read_at: self.observed_at, changed_at }
    }

    /// Remembers that the import has begun to store: deliveries from now on are not before it.
    fn note_run(&self) -> rusqlite::Result<()> {
        let sql = "UPDATE meta SET value = ?1 WHERE key = 'run' AND value < ?1";
        self.connection.by_key(sql)?.execute([self.run]).map(drop)
    }

    fn find(&mut self, finding: Finding, kind: Kind, place: &str) {
        self.findings.add(finding, kind, place, 1);
    }

    pub(crate) fn code(&mut self, text: &str) -> rusqlite::Result<i64> {
        self.codes.of(self.connection, text)
    }

    /// Adds a row or writes it over a stored one, and returns its number.
    fn put<R: RawRow>(&mut self, row: Option<i64>, record: &R, keys: Keys<'_>) -> rusqlite::Result<i64> {
        match row {
            Some(row) => statements::update(self.connection, self.codes, row, record, keys).map(|()| row),
            None => statements::insert(self.connection, self.codes, record, keys),
        }
    }

    /// Adds a row that belongs to another.
    fn add<R: RawRow>(&mut self, record: &R, keys: Keys<'_>) -> rusqlite::Result<()> {
        statements::insert(self.connection, self.codes, record, keys).map(drop)
    }

    /// Adds all rows of one kind that hang on an issue, pull request or card (`parent` is the column that says which), of
    /// which there are none yet.
    fn add_children<R: RawRow>(&mut self, parent: &'static str, row: i64, records: &[R]) -> rusqlite::Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let mut children = Children::new(self.connection, self.codes, parent)?;
        (0..).zip(records).try_for_each(|(seq, record)| children.add(self.codes, row, seq, record))
    }

    /// Adds a row that hangs on an issue or pull request.
    fn add_child<R: RawRow>(&mut self, of: Kind, parent: i64, seq: i64, record: &R) -> rusqlite::Result<()> {
        self.add(record, &[(of.table(), &parent), ("seq", &seq)])
    }

    /// The row of an issue or pull request, as [`who`] decides. What stands in its way goes.
    fn row_of(&mut self, seen: &Seen<'_>) -> rusqlite::Result<Row> {
        let kind = seen.kind;
        let with_id = self.stored_with_id(kind, seen.id)?;
        let at_place = self.stored_at(kind, seen.repository, &seen.place.number)?;
        if let (true, Some(stored)) = (seen.id.is_empty(), at_place.as_ref().filter(|stored| !stored.id.is_empty())) {
            return Ok(Row::Older(stored.clone()));
        }
        let claim = |stored: &Option<StoredRow>| stored.as_ref().map(StoredRow::claim);
        let new = self.sight(seen.changed_at);
        Ok(match who(claim(&with_id), claim(&at_place), new, self.by, Some(seen.created_at)) {
            Identity::New => self.transferred(seen)?.map_or(Row::New, Row::Stored),
            Identity::Older(_) => Row::Older(with_id.or(at_place).expect("one of both is older")),
            Identity::Known(_) => Row::Stored(with_id.expect("it is known by its id")),
            Identity::NewId(claim) => {
                let stored = at_place.expect("it is known by its place");
                // A sender of deliveries may use another form of ids than the one that imports ask for.
                if claim.has_id && self.by == Observer::Import {
                    self.take_over_id(kind, stored.row, &stored.id, seen.id)?;
                    self.find(Finding::NewIds, kind, &seen.label());
                }
                Row::Stored(stored)
            }
            Identity::Displaces { row, other, is_double } => {
                self.displace(kind, row.row, other.row, is_double)?;
                if other.has_id {
                    let finding = if is_double { Finding::Doubles } else { Finding::Displaced };
                    self.find(finding, kind, &seen.label());
                }
                Row::Stored(with_id.expect("it is known by its id"))
            }
        })
    }

    fn stored_with_id(&self, kind: Kind, id: &str) -> rusqlite::Result<Option<StoredRow>> {
        if id.is_empty() {
            return Ok(None);
        }
        let sql = format!("SELECT {STORED_ROW} FROM {} WHERE id = ?1", kind.table());
        self.connection.by_key(&sql)?.query_row([id], StoredRow::read).optional()
    }

    fn stored_at(&self, kind: Kind, repository: i64, number: &str) -> rusqlite::Result<Option<StoredRow>> {
        let sql = format!(
            "SELECT {STORED_ROW} FROM {} WHERE repository = ?1 AND number = ?2 ORDER BY id IS NULL, row_id LIMIT 1",
            kind.table()
        );
        self.connection.by_key(&sql)?.query_row((repository, number), StoredRow::read).optional()
    }

    /// Notes that a row was seen in the present crawl, where the rest of the observation is too old to count.
    fn note_seen(&self, kind: Kind, stored: &StoredRow) -> rusqlite::Result<()> {
        let sql =
            format!("UPDATE {} SET seen_generation = ?1 WHERE row_id = ?2 AND seen_generation < ?1", kind.table());
        self.connection.by_key(&sql)?.execute((self.generation, stored.row)).map(drop)
    }

    /// When the row vanished, once this observation of it is stored.
    fn vanished_after(&self, stored: &StoredRow, changed_at: Option<Instant>) -> Option<i64> {
        let new = self.sight(micros(changed_at));
        stored.vanished_at.filter(|&vanished_at| !is_back(new, self.by, stored.sight, vanished_at))
    }
}

impl<'a> Seen<'a> {
    fn issue(issue: &'a Issue, repository: i64) -> Self {
        Self {
            kind: Kind::Issue,
            id: &issue.id,
            repository,
            place: &issue.place,
            title: &issue.title,
            creator: &issue.creator,
            created_at: issue.created_at.micros(),
            changed_at: micros(issue.updated_at),
        }
    }

    fn pull_request(pull_request: &'a PullRequest, repository: i64) -> Self {
        Self {
            kind: Kind::PullRequest,
            id: &pull_request.id,
            repository,
            place: &pull_request.place,
            title: &pull_request.title,
            creator: &pull_request.creator,
            created_at: pull_request.created_at.micros(),
            changed_at: micros(pull_request.updated_at),
        }
    }

    fn label(&self) -> String {
        format!("{}/{}", self.place.org, self.place.repo)
    }
}

impl StoredRow {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            row: row.get(0)?,
            repository: row.get(1)?,
            id: row.get(2)?,
            sight: Sight { run: row.get(3)?, read_at: row.get(4)?, changed_at: row.get(5)? },
            created_at: row.get(6)?,
            seen_generation: row.get(7)?,
            vanished_at: row.get(8)?,
        })
    }

    fn claim(&self) -> Claim {
        Claim { row: self.row, has_id: !self.id.is_empty(), sight: self.sight, created_at: self.created_at }
    }
}

/// An empty text as null.
pub(crate) fn id_or_null(id: &str) -> Option<&str> {
    (!id.is_empty()).then_some(id)
}

pub(crate) fn micros(at: Option<Instant>) -> Option<i64> {
    at.map(Instant::micros)
}
