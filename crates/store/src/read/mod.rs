//! Reading the store as columns, over two connections that see the same state.

mod bills;
pub(crate) mod jobs;
pub(crate) mod order;
pub(crate) mod pushed;
mod sums;
pub(crate) mod tables;

use std::path::Path;
use std::thread;

use model::Instant;
use model::cells::RawColumns as _;
use model::columns::{Dictionary, Interner, ProjectEventColumns, Raw, Scopes};
use model::instant::Plausible;
use model::records::{ImportRun, RunOutcome, Scope};
use rusqlite::Connection;

use crate::rollup::settling;
use crate::sqlite::cells::Cells;
use crate::sqlite::damage::{cannot_be, in_table};
use crate::sqlite::opening::open_for_reading;
use crate::sqlite::plans::{Prepare as _, Scan};
use crate::{StoreError, runs};
use order::{Card, Parents, cards};
use tables::{Source, Told, arranged, free, free_where, of_cards, owned, placed, rows, too_much};

/// Reads everything that the scopes ask for. `now` is the machine's clock.
/// Jobs that are rolled up are read too where that holds what was not known yet at `as_of`.
pub(crate) fn load(path: &Path, scopes: Scopes, now: Instant, as_of: Option<Instant>) -> Result<Raw, StoreError> {
    load_from(path, scopes, now, as_of).map_err(|error| StoreError::database(path, error))
}

fn load_from(path: &Path, scopes: Scopes, now: Instant, known_at: Option<Instant>) -> rusqlite::Result<Raw> {
    let (first, second) = two_connections(path)?;
    let mut raw = Raw { imports: rows(&first, runs::ORDER)?, ..Raw::default() };
    let plausible = plausible(&raw.imports, now);
    let first = Source::new(&first, plausible);
    thread::scope(|threads| {
        // The boards' events are about half of everything.
        let boards = threads.spawn(move || -> rusqlite::Result<Option<(ProjectEventColumns, Vec<Told>)>> {
            if !scopes.issues {
                return Ok(None);
            }
            let second = Source::new(&second, plausible);
            let mut events: ProjectEventColumns = owned("issue", &second, None)?;
            // Now, since the other tables are read meanwhile.
            events.settle();
            Ok(Some((events, second.take_told())))
        });
        raw.projects = rows(first.connection, "project_id, host")?;
        raw.repositories = rows(first.connection, "org, repo, host, id, row_id")?;
        // Others hold what was pushed without a repository that is known.
        raw.repositories.retain(|it| !it.org.is_empty() || !it.id.is_empty());
        raw.as_of = as_of(first.connection, &raw.imports, scopes, plausible)?;
        let mut texts = Interner::over(dictionary(first.connection)?);
        let mut issue_places = None;
        if scopes.issues {
            let parents = Parents::of_issues(first.connection)?;
            raw.issues = placed(&first, &parents, &mut texts)?;
            raw.issues.tell_untold_states();
            raw.status_events = arranged(owned("issue", &first, Some(&mut texts))?, &parents);
            raw.iteration_events = arranged(owned("issue", &first, Some(&mut texts))?, &parents);
            raw.implausible.extend(first.sentences(|row| parents.name(row)));
            let cards = cards(first.connection, &parents, texts.dictionary())?;
            raw.custom_fields = of_cards(&first, &cards, &mut texts)?;
            raw.sightings = of_cards(&first, &cards, &mut texts)?;
            raw.implausible.extend(first.sentences(|row| card_name(&cards, &parents, row)));
            raw.tickets = free(&first, "ticket_id, host", &mut texts)?;
            raw.ticket_events = free(&first, "ticket_id, at, kind, host", &mut texts)?;
            raw.implausible.extend(first.sentences(|_| "a ticket".to_owned()));
            issue_places = Some(parents);
        }
        if scopes.pull_requests {
            let parents = Parents::of_pull_requests(first.connection)?;
            raw.pull_requests = placed(&first, &parents, &mut texts)?;
            raw.reviews = arranged(owned("pr", &first, Some(&mut texts))?, &parents);
            raw.pull_request_events = arranged(owned("pr", &first, Some(&mut texts))?, &parents);
            raw.implausible.extend(first.sentences(|row| parents.name(row)));
        }
        if scopes.delivery {
            raw.deployments = free(&first, "deployment_id, host", &mut texts)?;
            raw.implausible.extend(first.sentences(|_| "a deployment".to_owned()));
            raw.releases = free(&first, "release_id, host", &mut texts)?;
            raw.implausible.extend(first.sentences(|_| "a release".to_owned()));
            raw.commits = free(&first, "org, repo, sha, host", &mut texts)?;
            raw.implausible.extend(first.sentences(|_| "a commit".to_owned()));
            raw.incidents = free(&first, "incident_id, host", &mut texts)?;
            raw.incident_events = free(&first, "incident_id, at, kind, host", &mut texts)?;
            raw.implausible.extend(first.sentences(|_| "an incident".to_owned()));
        }
        if scopes.delivery || scopes.ci {
            raw.ci_runs = free(&first, "run_id, attempt, host", &mut texts)?;
            raw.implausible.extend(first.sentences(|_| "a run of a workflow".to_owned()));
        }
        if scopes.ci {
            let knows_more = known_at.map_or(Ok(false), |as_of| settling::knows_more_than(first.connection, as_of))?;
            // Each in the order in which they are found: all by their key, those that are not rolled up by their index.
            let (which, order) = if knows_more {
                ("", "run_id, job_id, host")
            } else {
                ("part = '' AND finished_at IS NOT NULL", "run_id, host, job_id")
            };
            raw.ci_jobs = free_where(&first, which, order, &mut texts)?;
            raw.ci_run_jobs = free(&first, "run_id, attempt, host", &mut texts)?;
            raw.ci_job_sums = sums::of_jobs(&first, &mut texts)?;
            raw.ci_flakes = free(&first, "run_id, name, host", &mut texts)?;
            raw.implausible.extend(first.sentences(|_| "a job of a run".to_owned()));
        }
        if scopes.ci || scopes.cloud_spending {
            raw.ci_bills = free(&first, "day, org, repo, cost_center, sku, unit, currency, host", &mut texts)?;
            raw.implausible.extend(first.sentences(|_| "a bill of CI".to_owned()));
        }
        if scopes.cloud_spending {
            raw.cloud_as_of = bills::as_of(first.connection, &raw.imports, plausible)?;
            raw.cloud_costs = free(&first, bills::ORDER, &mut texts)?;
            raw.implausible.extend(first.sentences(|_| "a bill".to_owned()));
        }
        let boards = boards.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        if let (Some((events, told)), Some(parents)) = (boards, issue_places) {
            raw.project_events = arranged(events, &parents);
            first.tell(told);
            raw.implausible.extend(first.sentences(|row| parents.name(row)));
        }
        if texts.dictionary().is_overfull() {
            return Err(in_table("dictionary", String::new)(too_much("value")));
        }
        raw.dictionary = texts.into_dictionary();
        raw.name_merge_requests();
        raw.dictionary.settle();
        Ok(raw)
    })
}

/// The instants that may be at the time of a clock, or at that up to which imports from a provider vouch for what they
/// brought: they may go by the provider's clock.
pub(crate) fn plausible(imports: &[ImportRun], clock: Instant) -> Plausible {
    let of_providers = imports.iter().filter(|run| run.outcome == RunOutcome::Ok && run.scope != Scope::Csv);
    let vouched = of_providers.filter_map(|run| run.covered_to).max();
    Plausible::at(vouched.map_or(clock, |vouched| vouched.max(clock)))
}

/// The issue that a stored card shows.
fn card_name(cards: &[Card], parents: &Parents, row: i64) -> String {
    let card = cards.iter().find(|card| card.row == row);
    card.and_then(|card| parents.all().get(card.issue as usize))
        .map_or_else(|| format!("card {row}"), |issue| parents.name(issue.row))
}

/// Two connections, each in a transaction, between which nothing was committed.
fn two_connections(path: &Path) -> rusqlite::Result<(Connection, Connection)> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = open_for_reading(path)?;
        connection.pragma_update(None, "cache_size", -8_192)?;
        Ok(connection)
    };
    let begin = |connection: &Connection| -> rusqlite::Result<i64> {
        connection.execute_batch("BEGIN")?;
        connection.by_key("SELECT value FROM meta WHERE key = 'changes'")?.query_row([], |row| row.get(0))
    };
    let (first, second) = (open()?, open()?);
    while begin(&first)? != begin(&second)? {
        first.execute_batch("ROLLBACK")?;
        second.execute_batch("ROLLBACK")?;
    }
    Ok((first, second))
}

/// All texts, each at its stored code.
pub(crate) fn dictionary(connection: &Connection) -> rusqlite::Result<Dictionary> {
    let mut dictionary = Dictionary::default();
    let mut statement =
        connection.scan("SELECT code, value FROM dictionary WHERE code > 0 ORDER BY code", Scan::Everything)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next().map_err(in_table("dictionary", String::new))? {
        let cells = Cells(row);
        let code = cells.code(0).map_err(in_table("dictionary", String::new))?;
        let place = |error| in_table("dictionary", || format!("code {code}"))(error);
        // Codes are given one by one, and none is ever taken back.
        if dictionary.len() != code as usize {
            return Err(place(cannot_be(format!("code {} is not there", dictionary.len()))));
        }
        dictionary.push(cells.text(1).map_err(place)?);
    }
    Ok(dictionary)
}

/// The newest `covered_to` of a successful import of what is asked for, bills aside; where nothing is imported from a
/// provider, of files and of what is pushed. Where none was recorded, as while the first import still runs, the newest
/// observation.
fn as_of(
    connection: &Connection,
    imports: &[ImportRun],
    scopes: Scopes,
    plausible: Plausible,
) -> rusqlite::Result<Option<Instant>> {
    let counts = |scope: Option<Scope>| match scope {
        Some(Scope::Csv) => scopes.issues || scopes.pull_requests,
        Some(Scope::Issues | Scope::ProjectItems) => scopes.issues,
        Some(Scope::PullRequests) => scopes.pull_requests,
        Some(Scope::Deployments | Scope::Releases | Scope::Commits) => scopes.delivery,
        Some(Scope::CiRuns) => scopes.ci,
        _ => false,
    };
    let covered = |counts: &dyn Fn(Option<Scope>) -> bool| {
        let good = imports.iter().filter(|run| run.outcome == RunOutcome::Ok && counts(run.scope.known()));
        good.filter_map(|run| run.covered_to).filter(|covered_to| plausible.holds(covered_to.micros())).max()
    };
    let from_provider = covered(&|scope| scope != Some(Scope::Csv) && counts(scope));
    let pushed = || covered(&|scope| scope == Some(Scope::EventApi) && scopes.delivery);
    if let Some(newest) = from_provider.or_else(|| covered(&counts).max(pushed())) {
        return Ok(Some(newest));
    }
    let observed = |table: &str| {
        let sql = format!("SELECT max(observed_at) FROM {table}");
        connection.scan(&sql, Scan::Everything)?.query_row([], |row| row.get::<_, Option<i64>>(0))
    };
    let issues = if scopes.issues { observed("issue")?.max(observed("project_item")?) } else { None };
    let pull_requests = if scopes.pull_requests { observed("pr")? } else { None };
    Ok(issues.max(pull_requests).filter(|&micros| plausible.holds(micros)).map(Instant::from_micros))
}
