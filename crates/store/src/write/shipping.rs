//! Deployments, releases, commits, runs of workflows with their jobs and bills, and incidents: rows by an id of their own, of which the later observation counts.

use std::cmp::Ordering;

use ahash::AHashSet;
use model::Instant;
use model::cells::RawRow;
use model::gitlab::is_pipeline;
use model::records::{
    CiBill, CiBillMonth, CiJob, CiRun, Deployment, GitCommit, Incident, Release, Repository, host_or_usual,
};
use rusqlite::{Connection, OptionalExtension as _, ToSql, params_from_iter};

use super::{PageWriter, micros};
use crate::Deposit;
use crate::dora_database::{SOURCE, deployment_id};
use crate::merge::order::{Sight, counts};
use crate::merge::told::{deployment as deployment_told, incident as incident_told};
use crate::read::tables::rows_where;
use crate::rollup::commits::{Commit, RunKey};
use crate::rollup::reopening;
use crate::sqlite::plans::Prepare as _;
use crate::sqlite::statements::{Keys, upsert};

/// Tables whose rows name their repository.
const OF_REPOSITORIES: [&str; 9] =
    ["deployment", "release", "git_commit", "ci_run", "ci_job", "ci_run_jobs", "ci_flake", "ci_bill", "incident"];

/// The environment of releases in a database of dimagi/dora.
const PRODUCTION: &str = "production";

/// Runs that were opened again on a page.
#[derive(Debug, Default)]
pub(super) struct Reopened {
    /// Whether anything is rolled up; `None` where that was not asked yet.
    is_any: Option<bool>,
    /// A run that was looked at needs no second look: what is near it is open since.
    seen: AHashSet<RunKey>,
}

/// A repository that has another organisation, name or host.
pub(super) struct Rename {
    old: [String; 3],
    new: [String; 3],
}

impl Rename {
    /// `None` where nothing changed.
    pub(super) fn of(old: [&str; 3], new: &Repository) -> Option<Self> {
        let new = [&new.org, &new.name, host_or_usual(&new.host)];
        (old != new).then(|| Self { old: old.map(str::to_owned), new: new.map(str::to_owned) })
    }
}

impl PageWriter<'_> {
    /// Stores a deployment; its statuses replace the stored ones. Whether it counted.
    pub(crate) fn deployment(&mut self, deployment: &Deployment) -> rusqlite::Result<bool> {
        let mut deployment = deployment.clone();
        set_usual(&mut deployment.host);
        let sight = self.sight(micros(deployment.updated_at));
        if !self.put_observed(&[("deployment_id", &deployment.id)], &deployment.host, sight, &deployment)? {
            return Ok(false);
        }
        if deployment.source != SOURCE {
            let Deployment { org, repo, host, environment, created_at, .. } = &deployment;
            self.forget_of_dora(&deployment_id(org, repo, environment, *created_at), host)?;
        }
        let statuses = std::mem::take(&mut deployment.statuses);
        if statuses.is_empty() {
            return Ok(true);
        }
        let sql = "DELETE FROM deployment_status WHERE deployment_id = ?1 AND host = ?2";
        self.connection.by_key(sql)?.execute((&deployment.id, &deployment.host))?;
        for mut status in statuses {
            status.host.clone_from(&deployment.host);
            upsert(self.connection, self.codes, &status, &[])?;
        }
        Ok(true)
    }

    /// Stores a release. Whether it counted.
    pub(crate) fn release(&mut self, release: &Release) -> rusqlite::Result<bool> {
        let mut release = release.clone();
        set_usual(&mut release.host);
        if let Some(published_at) = release.published_at {
            let id = deployment_id(&release.org, &release.repo, PRODUCTION, published_at);
            self.forget_of_dora(&id, &release.host)?;
        }
        self.put_observed(&[("release_id", &release.id)], &release.host, self.sight(None), &release)
    }

    /// Removes the deployments of a place and time that a database of dimagi/dora told of: the API has shown them by now.
    fn forget_of_dora(&mut self, id: &str, host: &str) -> rusqlite::Result<()> {
        // Those of the same second have a `#` and a number behind their id.
        let end = format!("{id}$");
        for table in ["deployment", "deployment_status"] {
            let sql = format!("DELETE FROM {table} WHERE deployment_id >= ?1 AND deployment_id < ?2 AND host = ?3");
            self.connection.by_key(&sql)?.execute((id, &end, host))?;
        }
        Ok(())
    }

    /// Stores a commit, which never changes.
    pub(crate) fn git_commit(&mut self, commit: &GitCommit) -> rusqlite::Result<()> {
        let mut commit = commit.clone();
        set_usual(&mut commit.host);
        upsert(self.connection, self.codes, &commit, &[])
    }

    /// Stores an attempt of a run. Whether it counted.
    pub(crate) fn ci_run(&mut self, run: &CiRun) -> rusqlite::Result<bool> {
        let mut run = run.clone();
        set_usual(&mut run.host);
        self.reopen_for(&run)?;
        let key: [(&str, &dyn ToSql); 2] = [("run_id", &run.run_id), ("attempt", &run.attempt)];
        self.put_observed(&key, &run.host, self.sight(None), &run)
    }

    /// An attempt is stored next: where it is not as it was, and something is rolled up, its run is open again.
    pub(super) fn reopen_for(&mut self, run: &CiRun) -> rusqlite::Result<()> {
        if !self.is_anything_rolled_up()? {
            return Ok(());
        }
        let key = RunKey::of(&run.run_id, &run.host);
        let stored = key.attempts(self.connection)?;
        if stored.contains(run) {
            return Ok(());
        }
        let began = run.started_at.map_or(run.created_at, |at| at.min(run.created_at));
        self.reopen(key, stored.first().unwrap_or(run), began.micros())
    }

    /// Stores a job of a run; not where it is rolled up and kept no longer. Whether it counted.
    pub(crate) fn ci_job(&mut self, job: &CiJob) -> rusqlite::Result<bool> {
        let mut job = self.told(job)?;
        if !self.admits_job(&mut job)? {
            return Ok(false);
        }
        self.put_job(&job)
    }

    /// Whether a job is to be stored; its run is open again where that changes what is rolled up.
    pub(super) fn admits_job(&mut self, job: &mut CiJob) -> rusqlite::Result<bool> {
        Ok(!self.is_anything_rolled_up()? || self.is_job_to_be_stored(job)?)
    }

    /// Stores a job of a folder with what it was added to. Whether it counted.
    pub(crate) fn ci_job_of_folder(&mut self, job: &CiJob) -> rusqlite::Result<bool> {
        let job = self.told(job)?;
        self.put_job(&job)
    }

    /// A job as it is told. Of the jobs of one name in a pipeline of GitLab, whose lists do not say which were retried, all
    /// but the last are.
    fn told(&self, job: &CiJob) -> rusqlite::Result<CiJob> {
        let mut job = job.clone();
        set_usual(&mut job.host);
        job.retried = job.retried || is_pipeline(&job.run_id) && self.is_job_retried(&job)?;
        if job.created_at.is_none() {
            // A delivery may have told it.
            let sql = "SELECT created_at FROM ci_job WHERE run_id = ?1 AND job_id = ?2 AND host = ?3";
            let stored: Option<Option<i64>> = self
                .connection
                .by_key(sql)?
                .query_row((&job.run_id, &job.job_id, &job.host), |row| row.get(0))
                .optional()?;
            job.created_at = stored.flatten().map(Instant::from_micros);
        }
        Ok(job)
    }

    fn put_job(&mut self, job: &CiJob) -> rusqlite::Result<bool> {
        let key: [(&str, &dyn ToSql); 2] = [("run_id", &job.run_id), ("job_id", &job.job_id)];
        let counts = self.put_observed(&key, &job.host, self.sight(None), job)?;
        if counts && is_pipeline(&job.run_id) {
            self.retry_jobs_before(job)?;
        }
        Ok(counts)
    }

    /// The jobs with lower numbers that have the name of this one were retried.
    pub(super) fn retry_jobs_before(&self, job: &CiJob) -> rusqlite::Result<()> {
        let sql = "UPDATE ci_job SET retried = 1 WHERE run_id = ?1 AND host = ?2 AND name = ?3
            AND (length(job_id), job_id) < (length(?4), ?4)";
        self.connection.by_key(sql)?.execute((&job.run_id, &job.host, &job.name, &job.job_id)).map(drop)
    }

    /// Whether a job is to be stored: not where it is rolled up and kept no longer. One that is as it was stays rolled up;
    /// else its run is open again.
    fn is_job_to_be_stored(&mut self, job: &mut CiJob) -> rusqlite::Result<bool> {
        let key = RunKey::of(&job.run_id, &job.host);
        let is_it = "run_id = ?1 AND job_id = ?2 AND host = ?3";
        let parameters = [&job.run_id, &job.job_id, &job.host];
        let stored: Vec<CiJob> = rows_where(self.connection, is_it, parameters, "job_id")?;
        match stored.first() {
            Some(stored) if (CiJob { part: job.part, ..stored.clone() }) == *job => {
                job.part = stored.part;
                return Ok(true);
            }
            Some(_) => {}
            None => {
                let gone_until = key.gone_until(self.connection)?;
                let ended = job.finished_at.map(Instant::micros);
                if ended.zip(gone_until).is_some_and(|(ended, until)| ended <= until) {
                    return Ok(false);
                }
            }
        }
        if let Some(first) = key.attempts(self.connection)?.first() {
            let began = job.started_at.or(job.created_at).map_or(first.created_at, |at| at.min(first.created_at));
            self.reopen(key, first, began.micros())?;
        }
        Ok(true)
    }

    fn is_anything_rolled_up(&mut self) -> rusqlite::Result<bool> {
        if let Some(is_any) = self.reopened.is_any {
            return Ok(is_any);
        }
        let is_any = reopening::is_anything_rolled_up(self.connection)?;
        self.reopened.is_any = Some(is_any);
        Ok(is_any)
    }

    /// Something of a run changes that took place at `began` or later: see [`reopening::reopen`].
    fn reopen(&mut self, key: RunKey, first: &CiRun, began: i64) -> rusqlite::Result<()> {
        if self.reopened.seen.contains(&key) {
            return Ok(());
        }
        reopening::reopen(self.connection, &key, &Commit::of(first), began, self.run)?;
        self.reopened.seen.insert(key);
        Ok(())
    }

    /// Whether a job with a higher number has the name of this one.
    pub(super) fn is_job_retried(&self, job: &CiJob) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM ci_job WHERE run_id = ?1 AND host = ?2 AND name = ?3
            AND (length(job_id), job_id) > (length(?4), ?4))";
        self.connection.by_key(sql)?.query_row((&job.run_id, &job.host, &job.name, &job.job_id), |row| row.get(0))
    }

    /// Replaces what is stored of an organisation's, or a cost centre's, bill of a month.
    pub(crate) fn ci_bill_month(&mut self, bill: &CiBillMonth) -> rusqlite::Result<()> {
        let host = host_or_usual(&bill.host);
        let (from, to) = (bill.month.start().micros(), bill.month.end().micros());
        let sql = "DELETE FROM ci_bill WHERE day >= ?1 AND day < ?2 AND org = ?3 AND cost_center = ?4 AND host = ?5";
        self.connection.by_key(sql)?.execute((from, to, &bill.org, &bill.cost_center, host))?;
        for line in added_up(&bill.lines, host) {
            self.ci_bill_line(&line)?;
        }
        Ok(())
    }

    /// Stores a line of a bill of CI. Whether it counted.
    pub(crate) fn ci_bill_line(&mut self, line: &CiBill) -> rusqlite::Result<bool> {
        let mut line = line.clone();
        set_usual(&mut line.host);
        let day = line.day.micros();
        let key: [(&str, &dyn ToSql); 7] = [
            ("day", &day),
            ("org", &line.org),
            ("repo", &line.repo),
            ("cost_center", &line.cost_center),
            ("sku", &line.sku),
            ("unit", &line.unit),
            ("currency", &line.currency),
        ];
        self.put_observed(&key, &line.host, self.sight(None), &line)
    }

    /// Stores an incident; its events replace the stored ones. Whether it counted.
    pub(crate) fn incident(&mut self, incident: &Incident) -> rusqlite::Result<bool> {
        let mut incident = incident.clone();
        set_usual(&mut incident.host);
        if !self.put_observed(&[("incident_id", &incident.id)], &incident.host, self.sight(None), &incident)? {
            return Ok(false);
        }
        let sql = "DELETE FROM incident_event WHERE incident_id = ?1 AND host = ?2";
        self.connection.by_key(sql)?.execute((&incident.id, &incident.host))?;
        for mut event in std::mem::take(&mut incident.events) {
            event.host.clone_from(&incident.host);
            upsert(self.connection, self.codes, &event, &[])?;
        }
        Ok(true)
    }

    /// Lays what a delivery tells of a deployment over what is stored of it. A status that has no id is known by its state.
    pub(super) fn delivered_deployment(&mut self, told: &Deployment) -> rusqlite::Result<Deposit> {
        let mut told = told.clone();
        set_usual(&mut told.host);
        for status in &mut told.statuses {
            status.deployment_id.clone_from(&told.id);
            status.host.clone_from(&told.host);
            if status.id.is_empty() {
                status.id = status.state.name().to_owned();
            }
        }
        let stored = stored_deployment(self.connection, &told.id, &told.host)?;
        let base = stored.clone().unwrap_or_else(|| Deployment {
            id: told.id.clone(),
            host: told.host.clone(),
            ..Deployment::default()
        });
        let sight = self.sight(micros(told.updated_at));
        let known = self.stored_sight::<Deployment>(&[("deployment_id", &told.id)], &told.host)?;
        let laid = deployment_told(&base, &told, age(sight, known));
        for status in &laid.statuses[base.statuses.len()..] {
            upsert(self.connection, self.codes, status, &[])?;
        }
        self.put_laid(&laid, sight, known)?;
        Ok(if stored.as_ref() == Some(&laid) { Deposit::Known } else { Deposit::Stored })
    }

    /// Lays what a delivery tells of an incident over what is stored of it.
    pub(super) fn delivered_incident(&mut self, told: &Incident) -> rusqlite::Result<Deposit> {
        let mut told = told.clone();
        set_usual(&mut told.host);
        for event in &mut told.events {
            event.incident_id.clone_from(&told.id);
            event.host.clone_from(&told.host);
        }
        let stored = stored_incident(self.connection, &told.id, &told.host)?;
        let base = stored.clone().unwrap_or_else(|| Incident {
            id: told.id.clone(),
            host: told.host.clone(),
            ..Incident::default()
        });
        let sight = self.sight(None);
        let known = self.stored_sight::<Incident>(&[("incident_id", &told.id)], &told.host)?;
        let laid = incident_told(&base, &told, age(sight, known));
        for event in &laid.events[base.events.len()..] {
            upsert(self.connection, self.codes, event, &[])?;
        }
        self.put_laid(&laid, sight, known)?;
        Ok(if stored.as_ref() == Some(&laid) { Deposit::Known } else { Deposit::Stored })
    }

    /// Writes a row that a delivery was laid over, as observed by whichever of both reaches further.
    pub(super) fn put_laid<R: RawRow>(&mut self, row: &R, sight: Sight, known: Option<Sight>) -> rusqlite::Result<()> {
        let seen = known.filter(|known| known.reaches_to() > sight.reaches_to()).unwrap_or(sight);
        // What an import has read stays read by it.
        let run = known.map_or(sight.run, |known| known.run.max(sight.run));
        self.put_seen(row, seen.read_at, run)
    }

    /// Repositories have other names: what they deploy goes with them. They may have changed names among each other, so
    /// that each leaves its old one before any takes its new one.
    pub(super) fn rename_deliveries(&mut self) -> rusqlite::Result<()> {
        let renames = std::mem::take(&mut self.renames);
        let between = |at: usize| ["\0".to_owned(), at.to_string(), String::new()];
        for (at, Rename { old, .. }) in renames.iter().enumerate() {
            self.move_deliveries(old, &between(at))?;
        }
        for (at, Rename { new, .. }) in renames.iter().enumerate() {
            self.move_deliveries(&between(at), new)?;
        }
        Ok(())
    }

    fn move_deliveries(&self, [org, repo, host]: &[String; 3], new: &[String; 3]) -> rusqlite::Result<()> {
        let [new_org, new_repo, new_host] = new;
        for table in OF_REPOSITORIES {
            let sql = format!(
                "UPDATE OR REPLACE {table} SET org = ?1, repo = ?2, host = ?3 WHERE org = ?4 AND repo = ?5 AND host = ?6"
            );
            self.connection.by_key(&sql)?.execute((new_org, new_repo, new_host, org, repo, host))?;
        }
        // Where both have sums of a day, they are one.
        let sql = "INSERT INTO ci_job_sum (day, org, repo, workflow, workflow_path, pipeline, labels, runner, part, jobs,
                skipped, run_ms, whole_minutes, settled, host, observed_run)
            SELECT day, ?1, ?2, workflow, workflow_path, pipeline, labels, runner, part, jobs, skipped, run_ms,
                whole_minutes, settled, ?3, observed_run FROM ci_job_sum WHERE org = ?4 AND repo = ?5 AND host = ?6
            ON CONFLICT (org, repo, host, workflow_path, workflow, pipeline, labels, runner, part, settled, day) DO UPDATE SET
                jobs = jobs + excluded.jobs, skipped = skipped + excluded.skipped, run_ms = run_ms + excluded.run_ms,
                whole_minutes = whole_minutes + excluded.whole_minutes";
        self.connection.by_key(sql)?.execute((new_org, new_repo, new_host, org, repo, host))?;
        let sql = "DELETE FROM ci_job_sum WHERE org = ?1 AND repo = ?2 AND host = ?3";
        self.connection.by_key(sql)?.execute((org, repo, host))?;
        Ok(())
    }

    /// Writes a row unless a later observation of it is stored. The key is that of the table but for the host.
    pub(super) fn put_observed<R: RawRow>(
        &mut self,
        key: &[(&str, &dyn ToSql)],
        host: &str,
        sight: Sight,
        row: &R,
    ) -> rusqlite::Result<bool> {
        let stored = self.stored_sight::<R>(key, host)?;
        if stored.is_some_and(|stored| !counts(sight, self.by, stored)) {
            return Ok(false);
        }
        self.put_seen(row, self.observed_at, self.run())?;
        Ok(true)
    }

    /// When and by which import the row with a key, but for the host, was observed; `None` where there is none.
    pub(super) fn stored_sight<R: RawRow>(
        &self,
        key: &[(&str, &dyn ToSql)],
        host: &str,
    ) -> rusqlite::Result<Option<Sight>> {
        let table = R::TABLE.name;
        let changed_at = if R::TABLE.column("updated_at").is_some() { "updated_at" } else { "NULL" };
        let columns: Vec<&str> = key.iter().map(|(column, _)| *column).chain(["host"]).collect();
        let is_it = columns.join(" = ? AND ");
        let sql = format!("SELECT observed_run, observed_at, {changed_at} FROM {table} WHERE {is_it} = ?");
        let host: &dyn ToSql = &host;
        let values = key.iter().map(|(_, value)| *value).chain([host]);
        let read =
            |row: &rusqlite::Row<'_>| Ok(Sight { run: row.get(0)?, read_at: row.get(1)?, changed_at: row.get(2)? });
        self.connection.by_key(&sql)?.query_row(params_from_iter(values), read).optional()
    }

    /// Writes a row as observed at a time, by an import.
    fn put_seen<R: RawRow>(&mut self, row: &R, observed_at: i64, run: i64) -> rusqlite::Result<()> {
        let keys: Keys<'_> = &[("observed_at", &observed_at), ("observed_run", &run)];
        upsert(self.connection, self.codes, row, keys)
    }
}

/// What is stored of a deployment, with its statuses.
pub(crate) fn stored_deployment(connection: &Connection, id: &str, host: &str) -> rusqlite::Result<Option<Deployment>> {
    let is_it = "deployment_id = ?1 AND host = ?2";
    let mut stored: Option<Deployment> = rows_where(connection, is_it, [id, host], "deployment_id")?.pop();
    if let Some(stored) = &mut stored {
        stored.statuses = rows_where(connection, is_it, [id, host], "at, id")?;
    }
    Ok(stored)
}

/// What is stored of an incident, with its events.
pub(crate) fn stored_incident(connection: &Connection, id: &str, host: &str) -> rusqlite::Result<Option<Incident>> {
    let is_it = "incident_id = ?1 AND host = ?2";
    let mut stored: Option<Incident> = rows_where(connection, is_it, [id, host], "incident_id")?.pop();
    if let Some(stored) = &mut stored {
        stored.events = rows_where(connection, is_it, [id, host], "at, kind")?;
    }
    Ok(stored)
}

/// Whether an observation is older or newer than what is stored; newer than nothing.
pub(super) fn age(sight: Sight, known: Option<Sight>) -> Ordering {
    known.map_or(Ordering::Greater, |known| sight.reaches_to().cmp(&known.reaches_to()))
}

/// The lines of a bill, those with one key as one; of their prices the first.
fn added_up(lines: &[CiBill], host: &str) -> Vec<CiBill> {
    let mut lines: Vec<CiBill> = lines.iter().map(|line| CiBill { host: host.to_owned(), ..line.clone() }).collect();
    let key = |line: &CiBill| {
        let texts = [&line.org, &line.repo, &line.cost_center, &line.sku, &line.unit, &line.currency];
        (line.day, texts.map(String::clone))
    };
    lines.sort_by_cached_key(key);
    lines.dedup_by(|other, line| {
        let same = key(other) == key(line);
        if same {
            line.quantity += &other.quantity;
            line.gross += &other.gross;
            line.discount += &other.discount;
            line.net += &other.net;
        }
        same
    });
    lines
}

pub(super) fn set_usual(host: &mut String) {
    if host.is_empty() {
        host_or_usual("").clone_into(host);
    }
}
