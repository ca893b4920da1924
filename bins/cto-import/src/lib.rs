//! Imports an organisation into the store and publishes the raw tables as CSV files beside it.

mod absence;
mod arguments;
mod clouds;
mod connection;
mod csv;
mod dora;
mod failure;
mod github;
mod gitlab;
mod part;
mod plan;
mod pull;
mod reporter;
mod run;
mod sink;
mod upkeep;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use command_line::{Outcome, report, say, with_causes};
use config_model::Config;
use model::ci::KEEP_DAYS;
use source::Window;
use store::Store;

pub use arguments::Arguments;
use clouds::Clouds;
use connection::Target;
pub use dora::remember_pulls;
use failure::Failure;
pub use pull::{Pulled, Pulling, pull};
use run::Run;

/// Runs the program and says how it ended.
pub fn run(arguments: &Arguments) -> Outcome {
    if let Some(shell) = arguments.completions {
        command_line::print_completions::<Arguments>(shell);
        return Outcome::Done;
    }
    match import(arguments) {
        Ok(outcome) => outcome,
        Err(failure) => {
            failure.report();
            failure.outcome
        }
    }
}

fn import(arguments: &Arguments) -> Result<Outcome, Failure> {
    if let Some(file) = &arguments.backup {
        return upkeep::back_up(&Store::open_existing(&arguments.store_url())?, file);
    }
    if arguments.check {
        return upkeep::check(&Store::open_existing(&arguments.store_url())?);
    }
    let (config, _) =
        config_model::load(arguments.config.as_deref()).map_err(|error| Failure::usage(with_causes(&error)))?;
    if let Some(folder) = &arguments.from_csv {
        let store = open(arguments)?;
        let _lock = lock(&store, &config)?;
        store.check_pages()?;
        csv::load(&store, folder)?;
        return csv::publish(&store, &arguments.data, &config).map(|()| Outcome::Done);
    }
    if let Some(file) = &arguments.from_dora {
        let store = open(arguments)?;
        let _lock = lock(&store, &config)?;
        store.check_pages()?;
        dora::load(&store, file)?;
        return csv::publish(&store, &arguments.data, &config).map(|()| Outcome::Done);
    }
    let gitlab = gitlab::target(arguments, &config)?;
    let github = github_target(arguments, &config, gitlab.is_some())?;
    let clouds = if arguments.wants_clouds() { Some(Clouds::new(&config)?) } else { None };
    let nothing = clouds.as_ref().filter(|clouds| clouds.is_empty());
    if let (Some(clouds), None, None) = (nothing, &github, &gitlab) {
        return Err(clouds.nothing_configured());
    }
    if arguments.dry_run {
        let store = store_for_reading(arguments)?;
        let mut found = BTreeSet::new();
        if let Some(target) = &github {
            found.append(&mut github::dry_run(arguments, target, store.as_ref())?);
        }
        if let Some(target) = &gitlab {
            found.append(&mut gitlab::dry_run(arguments, target, store.as_ref())?);
        }
        for (what, why) in unmatched(arguments, &found, github.as_ref(), gitlab.as_ref()) {
            say!("not readable: {what}: {why}");
        }
        clouds.map_or(Ok(()), |clouds| clouds.dry_run(arguments, store.as_ref()))?;
        return Ok(Outcome::Done);
    }
    let store = open(arguments)?;
    let _lock = lock(&store, &config)?;
    store.check_pages()?;
    if store.is_empty()? && csv::holds_raw_files(&arguments.data) {
        report!("{} holds raw CSV files but no store: loading them first", arguments.data.display());
        csv::load(&store, &arguments.data)?;
    }
    let store = Arc::new(store);
    let keep_days = config.ci.as_ref().map_or(KEEP_DAYS, |ci| ci.import().keep_days);
    let providers = Providers { github: github.as_ref(), gitlab: gitlab.as_ref(), clouds, keep_days };
    let outcome = run::runtime().and_then(|runtime| runtime.block_on(ask(arguments, providers, &store)));
    // Whatever was committed is published, also after a failure or an interruption.
    let published = csv::publish(&store, &arguments.data, &config);
    match (outcome, published) {
        (Ok(outcome), Ok(())) => Ok(outcome),
        (Err(failure), Ok(())) | (Ok(_), Err(failure)) => Err(failure),
        (Err(failure), Err(second)) => {
            second.report();
            Err(failure)
        }
    }
}

/// Who is asked.
struct Providers<'a> {
    github: Option<&'a Target>,
    gitlab: Option<&'a gitlab::Target>,
    clouds: Option<Clouds>,
    /// Days for which jobs of CI are kept.
    keep_days: u32,
}

/// The organisation to import, where anything of GitHub is asked for. Where groups of GitLab are to be imported it need not be
/// named, whatever credentials the environment has, and with --all it may be absent as a whole.
fn github_target(arguments: &Arguments, config: &Config, has_gitlab: bool) -> Result<Option<Target>, Failure> {
    if !arguments.wants_forges() {
        return Ok(None);
    }
    let is_configured = connection::is_configured(arguments, config);
    if has_gitlab && !connection::names_organisation(arguments, config) {
        if arguments.all || is_configured {
            report!("note: skipped GitHub: no organisation is named (--org, github.org)");
        }
        return Ok(None);
    }
    if arguments.all && !is_configured {
        report!("note: skipped GitHub: neither an organisation (--org, github.org) nor credentials are set");
        return Ok(None);
    }
    connection::target(arguments, config).map(Some)
}

/// Asks every provider; one that fails does not keep the others from being imported.
async fn ask(arguments: &Arguments, providers: Providers<'_>, store: &Arc<Store>) -> Result<Outcome, Failure> {
    let Providers { github, gitlab, clouds, keep_days } = providers;
    let mut run = Run::begin(store, Window { since: arguments.since, full: arguments.full })?;
    let mut are_all_asked = true;
    if let Some(target) = github
        && let Err(failure) = github::import(&mut run, arguments, target).await
    {
        run.reporter.finish();
        if gitlab.is_none() && clouds.is_none() {
            return Err(failure);
        }
        run.failed("GitHub", &failure);
        are_all_asked = false;
    }
    if let Some(target) = gitlab.filter(|_| !run.cancel.is_cancelled()) {
        gitlab::import(&mut run, arguments, target).await?;
    }
    if are_all_asked && !run.cancel.is_cancelled() {
        for (what, why) in unmatched(arguments, &run.matched, github, gitlab) {
            run.missing(&what, why);
        }
    }
    if let Some(clouds) = clouds.filter(|_| !run.cancel.is_cancelled()) {
        clouds.import(&mut run).await?;
    }
    run.settle_jobs(keep_days)?;
    run.summary()
}

/// The names that `--repo` has and that are not among those found, and why that may be.
fn unmatched(
    arguments: &Arguments,
    found: &BTreeSet<String>,
    github: Option<&Target>,
    gitlab: Option<&gitlab::Target>,
) -> Vec<(String, &'static str)> {
    let missing = arguments.repo.iter().filter(|name| !found.contains(*name));
    let said = |name: &String| match (github, gitlab) {
        (Some(target), None) => (format!("{}/{name}", target.org), "no such repository, or the token may not see it"),
        (None, None) => (name.clone(), "nothing that has repositories is imported"),
        (_, Some(_)) => (name.clone(), "no such repository or project, or the token may not see it"),
    };
    missing.map(said).collect()
}

fn open(arguments: &Arguments) -> Result<Store, Failure> {
    Ok(Store::open(&arguments.store_url())?)
}

/// The store as far as it exists: a dry run creates nothing.
fn store_for_reading(arguments: &Arguments) -> Result<Option<Store>, Failure> {
    let exists = arguments.store_path().exists();
    if exists { Ok(Some(Store::open_existing(&arguments.store_url())?)) } else { Ok(None) }
}

fn lock(store: &Store, config: &Config) -> Result<store::ImportLock, Failure> {
    let wait = Duration::from_secs(config.import.lock_wait_seconds.unwrap_or(60));
    let mut said = false;
    Ok(store.lock_for_import(wait, &mut || {
        if !said {
            report!(
                "another import is writing to {}: waiting up to {} s for it",
                store.path().display(),
                wait.as_secs()
            );
            said = true;
        }
    })?)
}
