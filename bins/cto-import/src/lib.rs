//! Imports an organisation into the store and publishes the raw tables as CSV files beside it.

mod arguments;
mod connection;
mod csv;
mod failure;
mod github;
mod plan;
mod reporter;
mod sink;

use std::time::Duration;

use command_line::Outcome;
use store::Store;

pub use arguments::Arguments;
use failure::Failure;

/// Runs the program and says how it ended.
pub fn run(arguments: &Arguments) -> Outcome {
    if let Some(shell) = arguments.completions {
        command_line::print_completions::<Arguments>(shell);
        return Outcome::Done;
    }
    match import(arguments) {
        Ok(outcome) => outcome,
        Err(failure) => {
            eprintln!("cto-import: {failure}");
            failure.outcome
        }
    }
}

fn import(arguments: &Arguments) -> Result<Outcome, Failure> {
    let (config, _) = config_model::load(arguments.config.as_deref()).map_err(Failure::usage)?;
    if let Some(folder) = &arguments.from_csv {
        let store = open(arguments)?;
        let _lock = lock(&store, &config)?;
        csv::load(&store, folder)?;
        return csv::publish(&store, &arguments.data).map(|()| Outcome::Done);
    }
    let target = connection::target(arguments, &config)?;
    if arguments.dry_run {
        return github::dry_run(arguments, &target, store_for_reading(arguments)?.as_ref());
    }
    let store = open(arguments)?;
    let _lock = lock(&store, &config)?;
    if store.is_empty()? && csv::holds_raw_files(&arguments.data) {
        eprintln!("{} holds raw CSV files but no store: loading them first", arguments.data.display());
        csv::load(&store, &arguments.data)?;
    }
    let (store, outcome) = github::import(arguments, &target, store);
    // Whatever was committed is published, also after a failure or an interruption.
    let published = csv::publish(&store, &arguments.data);
    match (outcome, published) {
        (Ok(outcome), Ok(())) => Ok(outcome),
        (Err(failure), Ok(())) | (Ok(_), Err(failure)) => Err(failure),
        (Err(failure), Err(second)) => {
            eprintln!("cto-import: {second}");
            Err(failure)
        }
    }
}

fn open(arguments: &Arguments) -> Result<Store, Failure> {
    Ok(Store::open(&arguments.store_url())?)
}

/// The store as far as it exists: a dry run creates nothing.
fn store_for_reading(arguments: &Arguments) -> Result<Option<Store>, Failure> {
    let exists = arguments.store_path().exists();
    if exists { Ok(Some(Store::open_existing(&arguments.store_url())?)) } else { Ok(None) }
}

fn lock(store: &Store, config: &config_model::Config) -> Result<store::ImportLock, Failure> {
    let wait = Duration::from_secs(config.import.lock_wait_seconds.unwrap_or(60));
    let mut said = false;
    Ok(store.lock_for_import(wait, &mut || {
        if !said {
            eprintln!(
                "another import is writing to {}: waiting up to {} s for it",
                store.path().display(),
                wait.as_secs()
            );
            said = true;
        }
    })?)
}
