//! Runs that are open again: something changed that they are judged by.

use ci_rollup::{REPAIRED_WITHIN, Span};
use model::kinds::JobPart;
use rusqlite::Connection;

use super::commits::{Commit, RunKey, StoredRun};
use super::sums::{Change, change, sum_of};
use crate::sqlite::plans::{Prepare as _, Scan};

/// Whether anything is rolled up at all.
pub(crate) fn is_anything_rolled_up(connection: &Connection) -> rusqlite::Result<bool> {
    connection.scan("SELECT EXISTS (SELECT 1 FROM ci_run_jobs)", Scan::FirstRow)?.query_row([], |row| row.get(0))
}

/// Something of a run of a commit that took place at `began` or later is about to change: it is open again, with every run
/// that is judged by it, and every run that these are judged by.
pub(crate) fn reopen(
    connection: &Connection,
    key: &RunKey,
    commit: &Commit,
    began: i64,
    run: i64,
) -> rusqlite::Result<()> {
    if !is_anything_near(connection, key, began)? {
        return Ok(());
    }
    let runs = commit.runs(connection)?;
    let spans: Vec<Span> = runs.iter().map(StoredRun::span).collect();
    let own = runs.iter().position(|run| run.key == *key);
    let began = own.map_or(began, |own| spans[own].began.min(began));
    let is_near = |span: &Span| span.ended.saturating_add(REPAIRED_WITHIN) >= began;
    let mut open: Vec<bool> = spans.iter().enumerate().map(|(at, span)| own == Some(at) || is_near(span)).collect();
    while let Some(next) = (0..runs.len()).find(|at| {
        let needs = |(span, open): (&Span, &bool)| *open && span.may_be_repaired_by(&spans[*at]);
        !open[*at] && spans.iter().zip(&open).any(needs)
    }) {
        open[next] = true;
    }
    for (stored, _) in runs.iter().zip(open).filter(|(_, is_open)| *is_open) {
        take_out(connection, stored, run)?;
    }
    Ok(())
}

/// Whether a run is rolled up, or any that may be judged by what took place at `began` or later. Of most that are new none
/// is, which needs no look at their commits.
fn is_anything_near(connection: &Connection, key: &RunKey, began: i64) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM ci_run_jobs WHERE run_id = ?1 AND host = ?2 AND jobs_gone = 0)
        OR EXISTS (SELECT 1 FROM ci_run_jobs WHERE jobs_gone = 0 AND known_until >= ?3)";
    let since = began.saturating_sub(REPAIRED_WITHIN);
    connection.by_key(sql)?.query_row((&key.run_id, &key.host, since), |row| row.get(0))
}

/// Takes the jobs of a run that are stored out of what is rolled up. What is rolled up of others stays.
fn take_out(connection: &Connection, stored: &StoredRun, run: i64) -> rusqlite::Result<()> {
    let key = &stored.key;
    let rolled_up = stored.jobs.iter().filter(|job| job.part != JobPart::Untold);
    let mut is_any = false;
    for job in rolled_up {
        is_any = true;
        if let Some(sum) = sum_of(&stored.attempts[0], job, job.part, true) {
            change(connection, &sum, Change::TakeAway, run)?;
        }
    }
    if !is_any {
        return Ok(());
    }
    let of_run = [&key.run_id, &key.host];
    connection.by_key("UPDATE ci_job SET part = '' WHERE run_id = ?1 AND host = ?2 AND part <> ''")?.execute(of_run)?;
    connection.by_key("DELETE FROM ci_run_jobs WHERE run_id = ?1 AND host = ?2 AND jobs_gone = 0")?.execute(of_run)?;
    if !stored.is_closed() {
        connection.by_key("DELETE FROM ci_flake WHERE run_id = ?1 AND host = ?2")?.execute(of_run)?;
    }
    Ok(())
}
