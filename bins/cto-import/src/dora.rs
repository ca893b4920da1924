//! A database of dimagi/dora, into the store.

use std::collections::HashMap;
use std::path::Path;

use command_line::say;
use dora_compat::{Pulls, Rows, to_records};
use model::Instant;
use model::records::{Deployment, PullRequest, Scope};
use store::dora_database::{self, SOURCE, deployment_id};
use store::{Page, Store, StoreError};

use crate::csv::tell_loaded;
use crate::failure::Failure;

/// Loads a database into the store, all of it or nothing.
pub(crate) fn load(store: &Store, file: &Path) -> Result<(), Failure> {
    let read = dora_database::read(file)?;
    let rows = read.ok_or_else(|| Failure::failed(format!("{} is no database of dimagi/dora", file.display())))?;
    let wrong = |what: String| Failure::failed(format!("{}: {what}", file.display()));
    let pull_requests = pull_requests(&rows).map_err(wrong)?;
    let deployments = deployments(&rows).map_err(wrong)?;
    let unmerged = rows.pull_requests.len() - pull_requests.len();
    tell_loaded(&store.import_dora(file, &pull_requests, &deployments)?, ToOwned::to_owned);
    if unmerged > 0 {
        say!("left out {unmerged} pull requests that were not merged");
    }
    Ok(remember_pulls(store, Instant::default(), |pulls| pulls.add_rows(&rows))?)
}

fn pull_requests(rows: &Rows) -> Result<Vec<PullRequest>, String> {
    rows.pull_requests.iter().filter_map(|row| to_records::pull_request(row).transpose()).collect()
}

/// Deployments with ids: of several in one second all but the first have a number behind theirs.
fn deployments(rows: &Rows) -> Result<Vec<Deployment>, String> {
    let mut met: HashMap<String, usize> = HashMap::new();
    let mut with_id = |row| {
        let mut deployment = to_records::deployment(row)?;
        let Deployment { org, repo, environment, created_at, .. } = &deployment;
        let place = deployment_id(org, repo, environment, *created_at);
        let count = met.entry(place.clone()).or_default();
        *count += 1;
        deployment.id = if *count == 1 { place } else { format!("{place}#{count}") };
        SOURCE.clone_into(&mut deployment.source);
        for status in &mut deployment.statuses {
            status.deployment_id.clone_from(&deployment.id);
            status.id.clone_from(&deployment.id);
        }
        Ok(deployment)
    };
    rows.deployments.iter().map(&mut with_id).collect()
}

/// Changes what reports of `cto-dora` count of a store, where that is a change: what was pulled into it. `at` is when it was.
///
/// # Errors
/// When the store cannot be read or written.
pub fn remember_pulls(store: &Store, at: Instant, change: impl FnOnce(&mut Pulls)) -> Result<(), StoreError> {
    let mut pulls = Pulls::read(store.cursor(Scope::Repositories, Pulls::SUBJECT)?.as_deref());
    let before = pulls.clone();
    change(&mut pulls);
    if pulls == before {
        return Ok(());
    }
    store.commit(&Page {
        scope: Scope::Repositories,
        subject: Pulls::SUBJECT,
        records: &[],
        cursor: Some(&pulls.write()),
        observed_at: at,
        run: 0,
        generation: None,
        complete: false,
    })?;
    Ok(())
}
