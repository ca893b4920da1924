//! Writing of what is pushed: deployments, incidents and pull requests that no provider tells of.

use std::cmp::Ordering;

use ahash::AHashMap;
use model::Instant;
use model::deliveries::Delivered;
use model::kinds::{IncidentEventKind, RunOutcome, Scope};
use model::records::{Deployment, ImportRun, Incident, Place, PullRequest, Review};
use rusqlite::{Connection, OptionalExtension as _};

use super::PageWriter;
use super::delivered::remember;
use super::pushed_pulls::Known;
use crate::dictionary::Codes;
use crate::merge::order::Observer;
use crate::merge::told::deployment as deployment_told;
use crate::read::pushed::{CDEVENTS, END, IS_REPOSITORY, PREFIX, deployment_of_id, incident_of_id};
use crate::read::tables::rows_where;
use crate::sqlite::plans::Prepare as _;
use crate::sqlite::statements::upsert;
use crate::{Delivery, Deposit, Difference, Push, Pushed};

/// Stores what is pushed, unless something stands against it.
pub(crate) fn push(connection: &Connection, codes: &mut Codes, push: &Push<'_>) -> rusqlite::Result<Pushed> {
    if let Some(key) = push.key {
        // No sender of deliveries has a blank in its ids.
        let id = &format!("event {key}");
        let sql = "SELECT body_hash FROM delivery WHERE id = ?1";
        let used: Option<String> = connection.by_key(sql)?.query_row([id], |row| row.get(0)).optional()?;
        if let Some(hash) = used {
            return Ok(if hash == push.body_hash {
                Pushed::Known
            } else {
                Pushed::Differs(Difference {
                    field: "Idempotency-Key",
                    stored: key.to_owned(),
                    told: "the same key with another request".to_owned(),
                })
            });
        }
    }
    let sql = "SELECT value FROM meta WHERE key = 'run'";
    let run = connection.by_key(sql)?.query_row([], |row| row.get(0))?;
    let writer = PageWriter::new(connection, codes, push.received_at.micros(), 0).by(Observer::Delivery, run);
    let mut pushing = Pushing { writer, push };
    let mut told = Vec::new();
    for one in push.told {
        match pushing.prepared(one)? {
            Ok(one) => told.push(one),
            Err(refused) => return Ok(refused),
        }
    }
    let mut outcome = Pushed::Known;
    for Prepared { told, id, is_new } in told {
        let deposit = match &told {
            Delivered::Deployment(deployment) => pushing.writer.delivered_deployment(deployment)?,
            Delivered::Incident(incident) => pushing.writer.delivered_incident(incident)?,
            Delivered::PullRequest(pull_request) => pushing.writer.pushed_pull_request(pull_request)?,
            Delivered::Review { pull_request_id, review } => {
                pushing.writer.delivered_review(pull_request_id, review)?
            }
            _ => Deposit::Known,
        };
        outcome = match (outcome, deposit) {
            (Pushed::Created(first), _) => Pushed::Created(first),
            (_, Deposit::Stored) if is_new => Pushed::Created(id),
            (Pushed::Known, Deposit::Stored) => Pushed::Changed,
            (outcome, _) => outcome,
        };
    }
    if let (Some(key), Some(first)) = (push.key, push.told.first()) {
        let id = &format!("event {key}");
        let Push { body_hash, event, received_at, .. } = *push;
        remember(connection, &Delivery { id, body_hash, event, received_at, told: first })?;
    }
    cover(connection, codes, push.received_at)?;
    Ok(outcome)
}

/// Notes that whoever pushes does so up to an instant: what nobody has told until then did not happen.
pub(crate) fn cover(connection: &Connection, codes: &mut Codes, at: Instant) -> rusqlite::Result<()> {
    let is_it = "run = 0 AND scope = ?1 AND subject = ?2";
    let known: Vec<ImportRun> = rows_where(connection, is_it, [Scope::EventApi.name(), SUBJECT], "run")?;
    let known = known.into_iter().next().unwrap_or_default();
    let run = ImportRun {
        scope: Scope::EventApi.into(),
        subject: SUBJECT.to_owned(),
        outcome: RunOutcome::Ok.into(),
        covered_to: known.covered_to.max(Some(at)),
        records: known.records + 1,
        label: "pushed events".to_owned(),
        ..ImportRun::default()
    };
    upsert(connection, codes, &run, &[])
}

/// What is said to be imported by pushing; there is one.
const SUBJECT: &str = "events";

/// Where a deployment is to, unless whoever pushes says otherwise.
const USUAL_ENVIRONMENT: &str = "production";

struct Pushing<'a, 'p> {
    writer: PageWriter<'a>,
    push: &'a Push<'p>,
}

/// What may be stored.
struct Prepared {
    told: Delivered,
    id: String,
    is_new: bool,
}

impl Prepared {
    /// What tells nothing that is not known better.
    fn nothing() -> Self {
        Self { told: Delivered::Several(Vec::new()), id: String::new(), is_new: false }
    }
}

impl Pushing<'_, '_> {
    fn prepared(&mut self, told: &Delivered) -> rusqlite::Result<Result<Prepared, Pushed>> {
        match told {
            Delivered::Deployment(deployment) => self.deployment(deployment),
            Delivered::Incident(incident) => self.incident(incident),
            Delivered::PullRequest(pull_request) => self.pull_request(pull_request),
            Delivered::Review { pull_request_id, review } => self.review(pull_request_id, review),
            _ => Ok(Ok(Prepared::nothing())),
        }
    }

    fn pull_request(&mut self, told: &PullRequest) -> rusqlite::Result<Result<Prepared, Pushed>> {
        let mut told = told.clone();
        if told.place.repo.is_empty() {
            told.place.repo.clone_from(&told.team);
        } else {
            let Place { org, repo, host, .. } = &mut told.place;
            let bare = repo.clone();
            self.place("", org, repo, host)?;
            if repo.is_empty() {
                *repo = bare;
            }
        }
        let is_new = match self.writer.known_of_pushed(&told.id, &told.place)? {
            Known::Told => return Ok(Ok(Prepared::nothing())),
            Known::Nowhere if self.push.must_be_known => return Ok(Err(Pushed::Missing)),
            Known::Nowhere => {
                if told.place.number.is_empty() {
                    told.place.number.clone_from(&told.id);
                }
                true
            }
            Known::Pushed(stored) => {
                let stored = self.writer.known_pull_request(stored.row)?.unwrap_or_default();
                if let Some(difference) = difference([("team_id", &stored.team, &told.team)]) {
                    return Ok(Err(Pushed::Differs(difference)));
                }
                if self.push.undated {
                    told.created_at = stored.created_at;
                    told.merged_at = told.merged_at.filter(|_| stored.merged_at.is_none());
                    told.events.retain(|event| !stored.events.iter().any(|known| known.kind == event.kind));
                }
                false
            }
        };
        let id = told.id.clone();
        Ok(Ok(Prepared { told: Delivered::PullRequest(Box::new(told)), id, is_new }))
    }

    fn review(&mut self, pull_request: &str, review: &Review) -> rusqlite::Result<Result<Prepared, Pushed>> {
        let told = Delivered::Review { pull_request_id: pull_request.to_owned(), review: review.clone() };
        Ok(match self.writer.known_of_pushed(pull_request, &Place::default())? {
            Known::Nowhere => Err(Pushed::Missing),
            Known::Told => Ok(Prepared::nothing()),
            Known::Pushed(_) => Ok(Prepared { told, id: pull_request.to_owned(), is_new: false }),
        })
    }

    fn deployment(&mut self, told: &Deployment) -> rusqlite::Result<Result<Prepared, Pushed>> {
        let mut told = told.clone();
        let stored = deployment_of_id(self.writer.connection, &told.id)?;
        let is_new = stored.is_none();
        match stored {
            None if self.push.must_be_known => return Ok(Err(Pushed::Missing)),
            None => {
                self.place(&told.service, &mut told.org, &mut told.repo, &mut told.host)?;
                if told.environment.is_empty() {
                    USUAL_ENVIRONMENT.clone_into(&mut told.environment);
                }
            }
            Some(stored) => {
                let facts = [("project_id", &stored.service, &told.service), ("sha", &stored.sha, &told.sha)];
                if let Some(difference) = difference(facts) {
                    return Ok(Err(Pushed::Differs(difference)));
                }
                (told.org, told.repo, told.host) = (stored.org.clone(), stored.repo.clone(), stored.host.clone());
                if self.push.undated {
                    told.statuses.retain(|told| !stored.statuses.iter().any(|known| known.state == told.state));
                }
                // That it was told again is no change of it.
                let again = Deployment { updated_at: stored.updated_at, ..told.clone() };
                if deployment_told(&stored, &again, Ordering::Greater) == stored {
                    told = again;
                }
            }
        }
        let id = told.id.clone();
        Ok(Ok(Prepared { told: Delivered::Deployment(Box::new(told)), id, is_new }))
    }

    fn incident(&mut self, told: &Incident) -> rusqlite::Result<Result<Prepared, Pushed>> {
        let mut told = told.clone();
        if !told.deployment_id.is_empty() {
            let Some(id) = self.known_deployment(&told.deployment_id)? else {
                return Ok(Err(Pushed::NoDeployment(told.deployment_id)));
            };
            told.deployment_id = id;
        }
        if told.id.is_empty() {
            told.id = self.next_incident(&told)?;
        }
        let stored = incident_of_id(self.writer.connection, &told.id)?;
        let is_new = stored.is_none();
        match stored {
            None if self.push.must_be_known => return Ok(Err(Pushed::Missing)),
            None => self.place(&told.service, &mut told.org, &mut told.repo, &mut told.host)?,
            Some(stored) => {
                if let Some(difference) = difference([("project_id", &stored.service, &told.service)]) {
                    return Ok(Err(Pushed::Differs(difference)));
                }
                (told.org, told.repo, told.host) = (stored.org.clone(), stored.repo.clone(), stored.host.clone());
                if self.push.undated {
                    told.started_at = stored.started_at;
                    told.events.retain(|event| !holds(&stored, event.kind.known()));
                }
            }
        }
        let id = told.id.clone();
        Ok(Ok(Prepared { told: Delivered::Incident(Box::new(told)), id, is_new }))
    }

    /// A deployment by the id under which it was pushed, or that its provider gives it.
    fn known_deployment(&self, told: &str) -> rusqlite::Result<Option<String>> {
        let sql =
            "SELECT deployment_id FROM deployment WHERE deployment_id IN (?1, ?2) ORDER BY deployment_id = ?1 LIMIT 1";
        let pushed = format!("{PREFIX}{told}");
        self.writer.connection.by_key(sql)?.query_row([told, &pushed], |row| row.get(0)).optional()
    }

    /// The first number of its project that no incident has, or that has the one which began just then.
    fn next_incident(&self, told: &Incident) -> rusqlite::Result<String> {
        let begin = format!("{PREFIX}incident_{}_", told.service);
        // What follows all digits.
        let end = format!("{begin}:");
        let sql = "SELECT incident_id, started_at FROM incident WHERE incident_id >= ?1 AND incident_id < ?2";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let numbered: AHashMap<String, i64> =
            self.writer.connection.by_key(sql)?.query_map([&begin, &end], read)?.collect::<rusqlite::Result<_>>()?;
        let is_free = |id: &String| {
            let is_it = |began: &i64| !self.push.undated && *began == told.started_at.micros();
            numbered.get(id).is_none_or(is_it)
        };
        let found = (1..=u32::MAX).map(|number| format!("{begin}{number}")).find(is_free);
        Ok(found.unwrap_or_default())
    }

    /// Puts what is pushed for a project where it belongs: into the repository that is told, else into the one of that
    /// name, where there is just one.
    fn place(&self, project: &str, org: &mut String, repo: &mut String, host: &mut String) -> rusqlite::Result<()> {
        let named = if repo.is_empty() { project.to_owned() } else { format!("{org}/{repo}") };
        let named = named.trim_start_matches('/');
        if let [one] = &repositories_called(self.writer.connection, named)?[..] {
            [*org, *repo, *host] = one.clone();
        } else if org.is_empty() {
            repo.clear();
        }
        Ok(())
    }
}

/// Puts what was pushed for projects before any import had seen their repositories into these.
pub(super) fn place_pushed(connection: &Connection) -> rusqlite::Result<()> {
    let tables = [("deployment", "deployment_id", "deployment_status"), ("incident", "incident_id", "incident_event")];
    let ranges = [[PREFIX, END], CDEVENTS];
    for ((table, id, of_course), range) in tables.into_iter().flat_map(|table| ranges.map(|range| (table, range))) {
        let sql = format!(
            "SELECT {id}, service, host FROM {table} WHERE org = '' AND repo = '' AND {id} >= ?1 AND {id} < ?2"
        );
        let unplaced: Vec<[String; 3]> = connection
            .by_key(&sql)?
            .query_map(range, |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?
            .collect::<rusqlite::Result<_>>()?;
        for [key, service, host] in unplaced {
            let [[org, repo, new_host]] = &repositories_called(connection, &service)?[..] else { continue };
            let sql = format!("UPDATE {table} SET org = ?1, repo = ?2, host = ?3 WHERE {id} = ?4 AND host = ?5");
            connection.by_key(&sql)?.execute([org, repo, new_host, &key, &host])?;
            let sql = format!("UPDATE {of_course} SET host = ?1 WHERE {id} = ?2 AND host = ?3");
            connection.by_key(&sql)?.execute([new_host, &key, &host])?;
        }
    }
    Ok(())
}

/// Organisation, name and host of the repositories of a name, with or without `org/`.
pub(super) fn repositories_called(connection: &Connection, name: &str) -> rusqlite::Result<Vec<[String; 3]>> {
    let read = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?]);
    if let Some((org, name)) = name.rsplit_once('/') {
        let sql = "SELECT DISTINCT org, repo, host FROM repository WHERE org = ?1 AND repo = ?2";
        return connection.by_key(sql)?.query_map([org, name], read)?.collect();
    }
    let sql = format!("SELECT DISTINCT org, repo, host FROM repository WHERE repo = ?1 AND {IS_REPOSITORY}");
    connection.by_key(&sql)?.query_map([name], read)?.collect()
}

/// Whether an incident is in a state already.
fn holds(stored: &Incident, kind: Option<IncidentEventKind>) -> bool {
    match kind {
        Some(IncidentEventKind::Opened) => true,
        Some(IncidentEventKind::Acknowledged) => stored.acknowledged_at.is_some(),
        Some(IncidentEventKind::Restored) => stored.restored_at.is_some(),
        Some(IncidentEventKind::Finished) => stored.finished_at.is_some(),
        Some(IncidentEventKind::Reopened | IncidentEventKind::Dropped) | None => false,
    }
}

/// The first of some facts that is told otherwise than it is stored.
fn difference<const N: usize>(facts: [(&'static str, &String, &String); N]) -> Option<Difference> {
    let differs =
        |(_, stored, told): &(&str, &String, &String)| !stored.is_empty() && !told.is_empty() && stored != told;
    let (field, stored, told) = facts.into_iter().find(differs)?;
    Some(Difference { field, stored: stored.clone(), told: told.clone() })
}
