//! Rolling up of what is settled, and removal of jobs that are kept no longer.

use std::ops::AddAssign;

use ahash::{AHashMap, AHashSet};
use ci_rollup::{RolledUp, Run, settled};
use model::Instant;
use model::ci::{LEAST_KEEP_DAYS, SETTLED_AFTER_DAYS};
use model::instant::MICROS_PER_DAY;
use model::kinds::{JobPart, RunOutcome, Scope};
use model::records::{CiFlake, CiJobSum, CiRunJobs, ImportRun, Repository, host_or_usual};
use rusqlite::{Connection, OptionalExtension as _};

use super::commits::{Commit, RunKey, StoredRun, judged};
use super::sums::{self, Change, change, set_part, sum_of};
use crate::dictionary::Codes;
use crate::error::Failure;
use crate::read::tables::rows;
use crate::runs;
use crate::sqlite::plans::{Prepare as _, Scan};
use crate::sqlite::statements::upsert;
use crate::store::count_change;
use crate::{Store, StoreError};

/// What became of jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Runs whose jobs were rolled up.
    pub runs: u64,
    /// Jobs that were removed, which are rolled up.
    pub removed: u64,
}

impl AddAssign for Settled {
    fn add_assign(&mut self, other: Self) {
        self.runs += other.runs;
        self.removed += other.removed;
    }
}

/// Commits that are looked at in one transaction.
const AT_ONCE: usize = 200;

impl Store {
    /// Rolls up the jobs of runs that are settled by now, and removes jobs that are rolled up and older than `keep_days`
    /// (never fewer than [`LEAST_KEEP_DAYS`]), counted from the newest import of their repository. Each transaction is a
    /// small one; between two, `goes_on` is asked, and a program that is ended loses at most the one under way.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn settle_jobs(&self, keep_days: u32, goes_on: &mut dyn FnMut() -> bool) -> Result<Settled, StoreError> {
        let keep_days = i64::from(keep_days.max(LEAST_KEEP_DAYS));
        let newest = self.read(newest_imports)?;
        let run = self.next_run()?;
        let mut done = Settled::default();
        let mut pass = Pass { newest, run, seen: AHashSet::new() };
        let mut after = Some(RunKey::of("", ""));
        while let Some(from) = after.take().filter(|_| goes_on()) {
            let (next, settled) = self.settle_some(|connection, codes| pass.settle(connection, codes, &from))?;
            done += settled;
            after = next;
        }
        pass.seen.clear();
        let mut after = Some((i64::MIN, RunKey::of("", "")));
        while let Some(from) = after.take().filter(|_| goes_on()) {
            let (next, removed) = self.settle_some(|connection, _| pass.remove(connection, &from, keep_days))?;
            done += removed;
            after = next;
        }
        Ok(done)
    }

    /// One transaction, which counts as a change where anything came of it.
    fn settle_some<T>(
        &self,
        settle: impl FnOnce(&Connection, &mut Codes) -> Result<(T, Settled), Failure>,
    ) -> Result<(T, Settled), StoreError> {
        self.transact(|connection, codes| {
            let (next, done) = settle(connection, codes)?;
            if done != Settled::default() {
                count_change(connection)?;
            }
            Ok((next, done))
        })
    }
}

/// The end of what the newest import of CI has covered, by organisation, name and host of the repository.
type Newest = AHashMap<[String; 3], i64>;

fn newest_imports(connection: &Connection) -> rusqlite::Result<Newest> {
    let mut by_subject: AHashMap<String, i64> = AHashMap::new();
    let imports: Vec<ImportRun> = rows(connection, runs::ORDER)?;
    for import in imports.into_iter().filter(|it| it.scope == Scope::CiRuns && it.outcome == RunOutcome::Ok) {
        if let Some(covered_to) = import.covered_to.map(Instant::micros) {
            let newest = by_subject.entry(import.subject).or_insert(covered_to);
            *newest = covered_to.max(*newest);
        }
    }
    let repositories: Vec<Repository> = rows(connection, "row_id")?;
    let newest = |repository: Repository| {
        let covered_to = by_subject.get(&repository.id)?;
        let host = host_or_usual(&repository.host).to_owned();
        Some(([repository.org, repository.name, host], *covered_to))
    };
    Ok(repositories.into_iter().filter_map(newest).collect())
}

/// One pass over what may be settled.
struct Pass {
    newest: Newest,
    /// Number that is written with rows.
    run: i64,
    /// Runs whose commits were looked at.
    seen: AHashSet<RunKey>,
}

impl Pass {
    fn newest_of(&self, commit: &Commit) -> Option<i64> {
        self.newest.get(&[commit.org.clone(), commit.repo.clone(), commit.host.clone()]).copied()
    }

    /// The commit of a run, where it was not looked at before and may have ended before so many days.
    fn commit_of(&self, connection: &Connection, key: &RunKey, days: i64) -> rusqlite::Result<Option<(Commit, i64)>> {
        if self.seen.contains(key) {
            return Ok(None);
        }
        let attempts = key.attempts(connection)?;
        let Some(first) = attempts.first() else { return Ok(None) };
        let commit = Commit::of(first);
        let before = self.newest_of(&commit).map(|newest| newest.saturating_sub(days * MICROS_PER_DAY));
        Ok(before.filter(|before| first.created_at.micros() < *before).map(|before| (commit, before)))
    }

    /// Looks at some runs with jobs that are not rolled up, behind one. Where to go on, if there are more.
    fn settle(
        &mut self,
        connection: &Connection,
        codes: &mut Codes,
        from: &RunKey,
    ) -> Result<(Option<RunKey>, Settled), Failure> {
        let sql = "SELECT DISTINCT run_id, host FROM ci_job
            WHERE part = '' AND finished_at IS NOT NULL AND (run_id, host) > (?1, ?2) ORDER BY run_id, host LIMIT ?3";
        let keys = open_runs(connection, sql, (&from.run_id, &from.host, AT_ONCE as i64))?;
        let mut done = Settled::default();
        for key in &keys {
            let Some((commit, before)) = self.commit_of(connection, key, SETTLED_AFTER_DAYS)? else { continue };
            note_settled(connection, before)?;
            let stored = commit.runs(connection)?;
            self.seen.extend(stored.iter().map(|run| run.key.clone()));
            let spans: Vec<_> = stored.iter().map(StoredRun::span).collect();
            let is_settled = settled(&spans, before);
            if !stored.iter().zip(&is_settled).any(|(run, is_settled)| *is_settled && run.is_open()) {
                continue;
            }
            for ((run, (told, judged)), is_settled) in stored.iter().zip(judged(&stored)).zip(is_settled) {
                if is_settled && run.is_open() {
                    self.roll_up(connection, codes, run, &told, &judged)?;
                    done.runs += 1;
                }
            }
        }
        Ok((keys.into_iter().nth(AT_ONCE - 1), done))
    }

    /// Writes what the jobs of a run say, and what each was added as.
    fn roll_up(
        &self,
        connection: &Connection,
        codes: &mut Codes,
        stored: &StoredRun,
        told: &Run<'_>,
        judged: &RolledUp<'_>,
    ) -> rusqlite::Result<()> {
        let key = &stored.key;
        for row in sums::run_jobs(stored, told, judged, true) {
            let is_gone = stored.rolled_up.iter().any(|it| it.jobs_gone && it.attempt == row.attempt);
            if !is_gone {
                upsert(connection, codes, &row, &[("observed_run", &self.run), ("jobs_gone", &false)])?;
            }
        }
        for flake in sums::flakes(stored, judged, true) {
            let sql = "SELECT 1 FROM ci_flake WHERE run_id = ?1 AND name = ?2 AND host = ?3";
            let known =
                connection.by_key(sql)?.query_row([&key.run_id, &flake.name, &key.host], |_| Ok(())).optional()?;
            if known.is_none() {
                upsert(connection, codes, &flake, &[("observed_run", &self.run)])?;
            }
        }
        for (job, part) in told.jobs.iter().zip(&judged.parts) {
            let job = &stored.jobs[job.row as usize];
            if job.part != JobPart::Untold {
                continue;
            }
            if let Some(sum) = sum_of(&stored.attempts[0], job, *part, true) {
                change(connection, &sum, Change::Add, self.run)?;
            }
            set_part(connection, key, &job.job_id, *part)?;
        }
        Ok(())
    }

    /// Looks at some runs whose jobs are stored and rolled up, the oldest first, behind one. Where to go on, if there are
    /// more that are old enough.
    fn remove(
        &mut self,
        connection: &Connection,
        from: &(i64, RunKey),
        keep_days: i64,
    ) -> Result<(Option<(i64, RunKey)>, Settled), Failure> {
        let Some(newest) = self.newest.values().max() else { return Ok((None, Settled::default())) };
        let before = newest.saturating_sub(keep_days * MICROS_PER_DAY);
        let sql = "SELECT known_until, run_id, host FROM ci_run_jobs
            WHERE jobs_gone = 0 AND known_until < ?1 AND (known_until, run_id, host) > (?2, ?3, ?4)
            ORDER BY known_until, run_id, host LIMIT ?5";
        let mut statement = connection.by_key(sql)?;
        let (until, key) = from;
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, RunKey { run_id: row.get(1)?, host: row.get(2)? }));
        let found = statement.query_map((before, until, &key.run_id, &key.host, AT_ONCE as i64), read)?;
        let found: Vec<(i64, RunKey)> = found.collect::<rusqlite::Result<_>>()?;
        drop(statement);
        let mut done = Settled::default();
        for (_, key) in &found {
            let Some((commit, before)) = self.commit_of(connection, key, keep_days)? else { continue };
            let stored = commit.runs(connection)?;
            self.seen.extend(stored.iter().map(|run| run.key.clone()));
            let spans: Vec<_> = stored.iter().map(StoredRun::span).collect();
            for (run, is_old) in stored.iter().zip(settled(&spans, before)) {
                if is_old && !run.is_open() && !run.jobs.is_empty() && !run.rolled_up.is_empty() {
                    done.removed += remove_jobs(connection, run)?;
                }
            }
        }
        Ok((found.into_iter().nth(AT_ONCE - 1), done))
    }
}

fn open_runs(connection: &Connection, sql: &str, parameters: impl rusqlite::Params) -> rusqlite::Result<Vec<RunKey>> {
    let mut statement = connection.by_key(sql)?;
    let keys = statement.query_map(parameters, |row| Ok(RunKey { run_id: row.get(0)?, host: row.get(1)? }))?;
    keys.collect()
}

/// Removes the jobs of a run that are rolled up.
fn remove_jobs(connection: &Connection, run: &StoredRun) -> rusqlite::Result<u64> {
    let key = [&run.key.run_id, &run.key.host];
    let until = run.known_until();
    let removed = connection.by_key("DELETE FROM ci_job WHERE run_id = ?1 AND host = ?2")?.execute(key)?;
    let sql = "UPDATE ci_run_jobs SET jobs_gone = 1, known_until = ?3 WHERE run_id = ?1 AND host = ?2";
    connection.by_key(sql)?.execute((&run.key.run_id, &run.key.host, until))?;
    Ok(removed as u64)
}

/// Remembers up to when runs were settled.
fn note_settled(connection: &Connection, before: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE meta SET value = ?1 WHERE key = 'ci_settled_before' AND value < ?1";
    connection.by_key(sql)?.execute([before]).map(drop)
}

/// Whether what is rolled up may hold what was not known yet at an instant. What repaired a job may have ended up to 45 days
/// after the job.
pub(crate) fn knows_more_than(connection: &Connection, as_of: Instant) -> rusqlite::Result<bool> {
    let sql = "SELECT value FROM meta WHERE key = 'ci_settled_before'";
    let settled_before: i64 = connection.by_key(sql)?.query_row([], |row| row.get(0))?;
    Ok(as_of.micros() < settled_before.saturating_add(45 * MICROS_PER_DAY))
}

/// What the jobs say that are not rolled up, as rows.
#[derive(Default)]
pub(crate) struct OpenRows {
    pub(crate) run_jobs: Vec<CiRunJobs>,
    pub(crate) sums: Vec<CiJobSum>,
    pub(crate) flakes: Vec<CiFlake>,
}

/// What all jobs say that are not rolled up.
pub(crate) fn open_rows(connection: &Connection) -> rusqlite::Result<OpenRows> {
    let sql =
        "SELECT DISTINCT run_id, host FROM ci_job WHERE part = '' AND finished_at IS NOT NULL ORDER BY run_id, host";
    let mut statement = connection.scan(sql, Scan::Everything)?;
    let keys = statement.query_map([], |row| Ok(RunKey { run_id: row.get(0)?, host: row.get(1)? }))?;
    let keys: Vec<RunKey> = keys.collect::<rusqlite::Result<_>>()?;
    let mut seen: AHashSet<RunKey> = AHashSet::new();
    let mut rows = OpenRows::default();
    for key in keys {
        let attempts = key.attempts(connection)?;
        let Some(first) = attempts.first().filter(|_| !seen.contains(&key)) else { continue };
        let stored = Commit::of(first).runs(connection)?;
        seen.extend(stored.iter().map(|run| run.key.clone()));
        for (run, (told, judged)) in stored.iter().zip(judged(&stored)).filter(|(run, _)| run.is_open()) {
            let is_known = |attempt: i64| run.rolled_up.iter().any(|it| it.attempt == attempt);
            let new = sums::run_jobs(run, &told, &judged, false).into_iter().filter(|row| !is_known(row.attempt));
            rows.run_jobs.extend(new);
            if !run.is_closed() {
                rows.flakes.extend(sums::flakes(run, &judged, false));
            }
            let jobs = told.jobs.iter().zip(&judged.parts).map(|(job, part)| (&run.jobs[job.row as usize], *part));
            let open = jobs.filter(|(job, _)| job.part == JobPart::Untold);
            rows.sums.extend(open.filter_map(|(job, part)| sum_of(&run.attempts[0], job, part, false)));
        }
    }
    rows.sums = added_up(rows.sums);
    Ok(rows)
}

/// Sums of one key as one.
fn added_up(sums: Vec<CiJobSum>) -> Vec<CiJobSum> {
    let mut by_key: AHashMap<_, CiJobSum> = AHashMap::new();
    for sum in sums {
        let texts = [&sum.org, &sum.repo, &sum.host, &sum.workflow_path, &sum.workflow, &sum.labels].map(String::clone);
        let key = (sum.day, texts, sum.pipeline, sum.runner.name().to_owned(), sum.part);
        let known = by_key.entry(key).or_insert_with(|| CiJobSum {
            jobs: 0,
            skipped: 0,
            run_ms: 0,
            whole_minutes: 0,
            ..sum.clone()
        });
        known.jobs += sum.jobs;
        known.skipped += sum.skipped;
        known.run_ms += sum.run_ms;
        known.whole_minutes += sum.whole_minutes;
    }
    by_key.into_values().collect()
}
