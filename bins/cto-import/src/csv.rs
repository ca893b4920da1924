//! Raw tables as CSV files, in and out.

use std::path::Path;

use store::Store;

use crate::failure::Failure;

/// Whether a folder holds raw CSV files.
pub(crate) fn holds_raw_files(folder: &Path) -> bool {
    store::csv_folder::holds_raw_files(folder)
}

/// Loads a folder into the store, all of it or nothing.
pub(crate) fn load(store: &Store, folder: &Path) -> Result<(), Failure> {
    if !holds_raw_files(folder) {
        return Err(Failure::failed(format!("{} holds no raw CSV files (issue.csv, pr.csv)", folder.display())));
    }
    let loaded = store.import_csv(folder)?;
    for table in &loaded.tables {
        print!("loaded {:>9} rows of {}.csv", table.rows, table.name);
        if table.kept > 0 {
            print!(", left out {} that the store knows better from the API", table.kept);
        }
        if table.unknown > 0 {
            print!(", left out {} of unknown issues or pull requests", table.unknown);
        }
        println!();
    }
    Ok(())
}

/// Publishes every raw table in the data folder.
pub(crate) fn publish(store: &Store, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::failed(format!("the folder {} cannot be created: {error}", folder.display())))?;
    let files = store.publish_csv(folder)?;
    println!("{} raw tables published in {}", files.len(), folder.display());
    Ok(())
}
