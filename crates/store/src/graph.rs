//! Queries for what of a repository's commit graph is not stored yet.

use ahash::AHashSet;
use model::Instant;
use model::delivery::WorkflowRun;
use rusqlite::{Connection, OptionalExtension as _};

use crate::sqlite::plans::Prepare as _;

/// Organisation, name and host of a repository.
type Place = (String, String, String);

/// A commit that was deployed or released, and when that began.
type Head = (String, i64);

/// What shipped a commit with success, besides a release.
#[derive(Clone, Copy, Debug)]
pub enum Deployed<'a> {
    /// A deployment to an environment.
    To {
        /// Its name.
        environment: &'a str,
        /// Its tier.
        tier: &'a str,
    },
    /// A run of a workflow of a repository.
    ByRun {
        /// Organisation.
        org: &'a str,
        /// Repository.
        repo: &'a str,
        /// The run.
        run: WorkflowRun<'a>,
    },
}

/// Object ids of commits that were released, or deployed with success in a way that counts, and that are not stored: the newest first. With them when the oldest of all such deployments and releases was made, stored or not.
pub(crate) fn heads_to_read(
    connection: &Connection,
    repository_id: &str,
    counts: &dyn Fn(Deployed<'_>) -> bool,
) -> rusqlite::Result<(Vec<String>, Option<Instant>)> {
    let Some(place) = place_of(connection, repository_id)? else { return Ok((Vec::new(), None)) };
    let mut heads = deployed(connection, &place, counts)?;
    heads.extend(released(connection, &place)?);
    heads.extend(deployed_by_runs(connection, &place, counts)?);
    let oldest = heads.iter().map(|(_, at)| *at).min().map(Instant::from_micros);
    heads.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut seen = AHashSet::new();
    let shas: Vec<String> = heads.into_iter().map(|(sha, _)| sha).filter(|sha| seen.insert(sha.clone())).collect();
    Ok((unstored_at(connection, &place, &shas)?, oldest))
}

fn deployed(
    connection: &Connection,
    place: &Place,
    counts: &dyn Fn(Deployed<'_>) -> bool,
) -> rusqlite::Result<Vec<Head>> {
    let sql = "SELECT sha, created_at, environment, tier FROM deployment
        WHERE org = ?1 AND repo = ?2 AND host = ?3 AND succeeded_at IS NOT NULL AND sha <> ''";
    let mut statement = connection.by_key(sql)?;
    let mut rows = statement.query((&place.0, &place.1, &place.2))?;
    let mut heads = Vec::new();
    while let Some(row) = rows.next()? {
        let (environment, tier): (String, String) = (row.get(2)?, row.get(3)?);
        if counts(Deployed::To { environment: &environment, tier: &tier }) {
            heads.push((row.get(0)?, row.get(1)?));
        }
    }
    Ok(heads)
}

fn deployed_by_runs(
    connection: &Connection,
    place: &Place,
    counts: &dyn Fn(Deployed<'_>) -> bool,
) -> rusqlite::Result<Vec<Head>> {
    let sql = "SELECT sha, created_at, workflow_path, event, ref, default_branch FROM ci_run
        WHERE org = ?1 AND repo = ?2 AND host = ?3 AND conclusion = 'success' AND sha <> ''";
    let mut statement = connection.by_key(sql)?;
    let mut rows = statement.query((&place.0, &place.1, &place.2))?;
    let mut heads = Vec::new();
    while let Some(row) = rows.next()? {
        let (workflow_path, event, git_ref): (String, String, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
        let run =
            WorkflowRun { path: &workflow_path, event: &event, git_ref: &git_ref, is_of_default_branch: row.get(5)? };
        if counts(Deployed::ByRun { org: &place.0, repo: &place.1, run }) {
            heads.push((row.get(0)?, row.get(1)?));
        }
    }
    Ok(heads)
}

/// A release is as old as its commit.
fn released(connection: &Connection, place: &Place) -> rusqlite::Result<Vec<Head>> {
    let sql = "SELECT sha, min(created_at, published_at) FROM release
        WHERE org = ?1 AND repo = ?2 AND host = ?3 AND NOT draft AND published_at IS NOT NULL AND sha <> ''";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    connection.by_key(sql)?.query_map((&place.0, &place.1, &place.2), read)?.collect()
}

/// Parents that are not stored of stored commits that are not older than `since`: those of the newest commits first.
pub(crate) fn missing_parents(
    connection: &Connection,
    repository_id: &str,
    since: Instant,
) -> rusqlite::Result<Vec<String>> {
    let Some((org, repo, host)) = place_of(connection, repository_id)? else { return Ok(Vec::new()) };
    let sql = "SELECT sha, parents, committed_at FROM git_commit WHERE org = ?1 AND repo = ?2 AND host = ?3";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let mut statement = connection.by_key(sql)?;
    let commits: Vec<(String, String, i64)> =
        statement.query_map((org, repo, host), read)?.collect::<rusqlite::Result<_>>()?;
    let stored: AHashSet<&str> = commits.iter().map(|(sha, ..)| sha.as_str()).collect();
    let mut missing: Vec<(i64, &str)> = Vec::new();
    for (_, parents, committed_at) in commits.iter().filter(|(.., at)| *at >= since.micros()) {
        let parents = parents.split(';').filter(|parent| !parent.is_empty() && !stored.contains(parent));
        missing.extend(parents.map(|parent| (*committed_at, parent)));
    }
    missing.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let mut seen = AHashSet::new();
    Ok(missing.into_iter().filter(|(_, sha)| seen.insert(*sha)).map(|(_, sha)| sha.to_owned()).collect())
}

/// Those of these commits that are not stored, in the order in which they are given.
pub(crate) fn unstored(connection: &Connection, repository_id: &str, shas: &[String]) -> rusqlite::Result<Vec<String>> {
    match place_of(connection, repository_id)? {
        Some(place) => unstored_at(connection, &place, shas),
        None => Ok(shas.to_vec()),
    }
}

fn unstored_at(connection: &Connection, place: &Place, shas: &[String]) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT EXISTS (SELECT 1 FROM git_commit WHERE org = ?1 AND repo = ?2 AND sha = ?3 AND host = ?4)";
    let mut statement = connection.by_key(sql)?;
    let mut unstored = Vec::new();
    for sha in shas {
        let is_stored: bool = statement.query_row((&place.0, &place.1, sha, &place.2), |row| row.get(0))?;
        if !is_stored {
            unstored.push(sha.clone());
        }
    }
    Ok(unstored)
}

fn place_of(connection: &Connection, repository_id: &str) -> rusqlite::Result<Option<Place>> {
    let sql = "SELECT org, repo, host FROM repository WHERE id = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    connection.by_key(sql)?.query_row([repository_id], read).optional()
}
