//! `cto-dora pull`.

use std::collections::BTreeSet;
use std::sync::Arc;

use command_line::Outcome;
use cto_import::{Pulled, Pulling};
use store::{Store, StoreError};

use crate::arguments::{Pull, Shipping};
use crate::failure::Failure;
use crate::token;

const DEFAULT_API: &str = "https://api.github.com";

/// Imports repositories into a store.
pub(crate) fn run(asked: &Pull) -> Result<Outcome, Failure> {
    if asked.skip_prs && asked.skip_deployments {
        return Err(Failure::usage("with --skip-prs and --skip-deployments nothing is left to pull"));
    }
    let api_url = token::variable("GITHUB_API_URL").unwrap_or_else(|| DEFAULT_API.to_owned());
    let token = token::find(&api_url)?;
    let db = asked.db.display().to_string();
    let store = Arc::new(Store::open(&db).map_err(|error| match error {
        StoreError::NotADatabase { .. } => Failure::failed(format!(
            "{db} is no store of cto-metrics and stays as it is: name another file with --db; a database of dimagi/dora is \
             loaded with `cto-import --from-dora {db}`"
        )),
        error => error.into(),
    })?);
    let ships_by = |what| !asked.skip_deployments && asked.source == what;
    let pulling = Pulling {
        api_url,
        token,
        repositories: asked.repositories(),
        since: asked.since,
        pull_requests: !asked.skip_prs,
        deployments: ships_by(Shipping::Deployments),
        releases: ships_by(Shipping::Releases),
    };
    let Pulled { outcome, repositories } = cto_import::pull(&pulling, &store);
    remember(&store, asked, &pulling, &repositories)?;
    Ok(outcome)
}

/// Keeps what reports are to count.
fn remember(store: &Store, asked: &Pull, pulling: &Pulling, repositories: &[String]) -> Result<(), Failure> {
    let one = |is_pulled: bool, name: &String| BTreeSet::from_iter(is_pulled.then(|| name.clone()));
    cto_import::remember_pulls(store, asked.since, |pulls| {
        for repository in repositories {
            let pull = dora_compat::Pull {
                branches: one(pulling.pull_requests, &asked.base),
                environments: one(pulling.deployments, &asked.environment),
                releases: pulling.releases,
                since: Some(asked.since),
            };
            pulls.add(repository, pull);
        }
    })?;
    Ok(())
}
