//! Raw tables as CSV files, in and out.

use std::path::Path;

use command_line::say;
use config_model::Config;
use store::{CsvImport, JobsOfCi, Store};

use crate::failure::Failure;

/// Whether a folder holds raw CSV files.
pub(crate) fn holds_raw_files(folder: &Path) -> bool {
    store::csv_folder::holds_raw_files(folder)
}

/// Loads a folder into the store, all of it or nothing.
pub(crate) fn load(store: &Store, folder: &Path) -> Result<(), Failure> {
    if !holds_raw_files(folder) {
        return Err(Failure::failed(format!(
            "{} holds no raw CSV files (issue.csv, pr.csv, cloud_costs.csv)",
            folder.display()
        )));
    }
    tell_loaded(&store.import_csv(folder)?, |table| format!("{table}.csv"));
    Ok(())
}

/// Says how much was loaded of each table, by the name that it has where it comes from.
pub(crate) fn tell_loaded(loaded: &CsvImport, name: impl Fn(&str) -> String) {
    for table in &loaded.tables {
        let left_out = |count: u64, why: &str| match count {
            0 => String::new(),
            count => format!(", left out {count} {why}"),
        };
        say!(
            "loaded {:>9} rows of {}{}{}",
            table.rows,
            name(table.name),
            left_out(table.kept, "that the store has from the provider"),
            left_out(table.unknown, "of unknown issues or pull requests")
        );
    }
}

/// Publishes every raw table in the data folder, jobs of CI where they are asked for.
pub(crate) fn publish(store: &Store, folder: &Path, config: &Config) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::failed(format!("the folder {} cannot be created: {error}", folder.display())))?;
    let jobs = if config.import.publish_jobs { JobsOfCi::Published } else { JobsOfCi::LeftOut };
    let files = store.publish_csv(folder, jobs)?;
    say!("{} raw tables published in {}", files.len(), folder.display());
    Ok(())
}
