//! The rows of a report, of whichever file holds them.

use std::path::Path;

use command_line::report;
use dora_compat::{Coverage, Gathering, Pulls, Rows};
use model::records::{ImportRun, RunOutcome, Scope};
use store::{Store, StoreError, dora_database};

use crate::arguments::Report;
use crate::failure::Failure;

/// Rows, and up to when imports vouch for them.
pub(crate) struct Found {
    pub(crate) rows: Rows,
    pub(crate) coverage: Vec<Coverage>,
}

/// Reads a store, or a database of dimagi/dora.
pub(crate) fn read(asked: &Report) -> Result<Found, Failure> {
    let path = &asked.db;
    match dora_database::read(path) {
        _ if path.is_dir() => Err(neither(path)),
        Ok(Some(rows)) => Ok(Found { rows: of_theirs(rows, asked), coverage: Vec::new() }),
        Ok(None) => of_ours(path, asked),
        Err(StoreError::Missing { .. }) => Err(Failure::failed(format!(
            "{} does not exist: run `cto-dora pull` first, or name another file with --db",
            path.display()
        ))),
        Err(StoreError::NotADatabase { .. }) => Err(neither(path)),
        Err(error) => Err(error.into()),
    }
}

fn neither(path: &Path) -> Failure {
    Failure::failed(format!(
        "{} is neither a store of cto-metrics nor a database of dimagi/dora: name another file with --db",
        path.display()
    ))
}

/// All rows of their database but those that flags leave out.
fn of_theirs(mut rows: Rows, asked: &Report) -> Rows {
    let is_asked = |repo: &str| asked.repo.is_empty() || asked.repo.iter().any(|it| it.eq_ignore_ascii_case(repo));
    let is_or_any = |cell: Option<&str>, wanted: Option<&str>| wanted.is_none() || cell == wanted;
    rows.pull_requests.retain(|row| is_asked(&row.repo) && is_or_any(row.base.as_deref(), asked.base.as_deref()));
    rows.deployments
        .retain(|row| is_asked(&row.repo) && is_or_any(row.environment.as_deref(), asked.environment.as_deref()));
    name_absent(&asked.repo, &rows);
    rows
}

fn of_ours(path: &Path, asked: &Report) -> Result<Found, Failure> {
    let store = match Store::open_existing(&path.display().to_string()) {
        Err(StoreError::NotADatabase { .. } | StoreError::Missing { .. }) => return Err(neither(path)),
        opened => opened?,
    };
    let (branch, environment) = (asked.base.as_deref(), asked.environment.as_deref());
    let pulled = Pulls::read(store.cursor(Scope::Repositories, Pulls::SUBJECT)?.as_deref());
    let pulls = pulled.only(&asked.repo).with(branch, environment);
    let mut gathering = Gathering::new(&pulls, branch, environment);
    let branches = gathering.branches();
    store.merged_pull_requests(&branches, &mut |record| gathering.pull_request(&record))?;
    for record in store.deployments_to(&gathering.environments())? {
        gathering.deployment(&record);
    }
    for record in store.published_releases()? {
        gathering.release(&record);
    }
    let rows = gathering.into_rows();
    name_absent(&asked.repo, &rows);
    let coverage = coverage(&store.import_runs()?, &pulls);
    Ok(Found { rows, coverage })
}

/// Names repositories that were asked for and that nothing is stored of.
fn name_absent(repositories: &[String], rows: &Rows) {
    for name in repositories {
        let is_it = |repo: &str| repo.eq_ignore_ascii_case(name);
        let has_any = rows.pull_requests.iter().any(|row| is_it(&row.repo))
            || rows.deployments.iter().any(|row| is_it(&row.repo));
        if !has_any {
            report!("note: nothing that counts is stored of {name}");
        }
    }
}

/// Up to when imports vouch for the rows of each repository that counts: the last of each kind that ended well.
fn coverage(runs: &[ImportRun], pulls: &Pulls) -> Vec<Coverage> {
    let is_of_rows = |run: &&ImportRun| {
        [Scope::PullRequests, Scope::Deployments, Scope::Releases].iter().any(|scope| run.scope == *scope)
    };
    let counts =
        |run: &&ImportRun| pulls.0.is_empty() || pulls.0.keys().any(|name| name.eq_ignore_ascii_case(&run.label));
    let mut covered: Vec<Coverage> = Vec::new();
    for run in runs.iter().filter(is_of_rows).filter(counts) {
        let to = run.covered_to.filter(|_| run.outcome == RunOutcome::Ok);
        let of_run = Coverage { repo: run.label.clone(), scope: run.scope.to_string(), from: run.covered_from, to };
        match covered.iter_mut().find(|it| (&it.repo, &it.scope) == (&of_run.repo, &of_run.scope)) {
            None => covered.push(of_run),
            Some(known) if of_run.to > known.to => {
                known.to = of_run.to;
                known.from = known.from.min(of_run.from);
            }
            Some(_) => {}
        }
    }
    covered.sort_by(|a, b| (&a.repo, &a.scope).cmp(&(&b.repo, &b.scope)));
    covered
}
