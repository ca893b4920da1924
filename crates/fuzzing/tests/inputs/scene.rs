//! Folders, stores and a runtime that several inputs are given to.

use std::fs;
use std::path::{Path, PathBuf};

use model::Instant;
use model::columns::{Raw, Scopes};
use model::rules::{RuleSet, Rules};
use store::Store;
use store::csv_folder::{Reading, load_at};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The small organisation with every kind of raw table.
pub(crate) fn tables() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tables")
}

pub(crate) fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).expect("a time")
}

/// A folder for one input, in memory where the system has a place for that.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

pub(crate) fn url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// One thread, as much as a check needs.
pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// An error with all that caused it.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Every file of a folder of published tables but the record of imports, by name.
pub(crate) fn published(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = entries
        .map(|path| (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), fs::read(&path)))
        .filter(|(name, _)| name != "import_run.csv")
        .map(|(name, content)| (name, content.expect("a file")))
        .collect();
    files.sort();
    files
}

/// The check of a store finds nothing but instants that cannot be, which are kept as they were told. Where there are many
/// of them, the first are listed and the others counted.
pub(crate) fn assert_is_sound(store: &Store) {
    let faults = store.check().unwrap_or_else(|error| panic!("not checked: {}", with_causes(&error)));
    let cannot_be = |what: &str| what.ends_with("taken as unknown") || what.ends_with("more faults are not listed");
    let wrong: Vec<_> = faults.into_iter().filter(|fault| !cannot_be(&fault.what)).collect();
    assert_eq!(wrong, []);
}

/// What was published can be read again; how many of its instants cannot be.
pub(crate) fn read_again(published: &Path, now: Instant) -> usize {
    let loaded = load_at(published, Scopes::ALL, Reading::Strict, now);
    let loaded = loaded.unwrap_or_else(|error| panic!("what was published cannot be read: {}", with_causes(&error)));
    loaded.raw.implausible.len()
}

/// A message that people can do something with: it says something, and quotes no more than there is.
pub(crate) fn assert_is_message(message: &str, input: usize) {
    assert!(!message.trim().is_empty(), "a message says something");
    let most = 4000 + 8 * input;
    assert!(message.len() < most, "a message has an end: {} bytes, {:.300}", message.len(), message);
}

/// Inputs of which the tables of one are computed, which takes longer than all else.
const COMPUTED_OF: u64 = 16;

/// What was read of an input has tables, in which all rows have as many cells as the header. Looked at for some inputs, the
/// same ones each time.
pub(crate) fn assert_is_computed(input: &[u8], raw: &Raw, set: RuleSet) {
    let hash = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    if !input.iter().fold(0xcbf2_9ce4_8422_2325, hash).is_multiple_of(COMPUTED_OF) {
        return;
    }
    let rules = Rules { set, ..Rules::default() };
    let calculation = metrics_core::calculate(raw, &rules, None, Scopes::ALL);
    let calculation = calculation.unwrap_or_else(|error| panic!("not computed: {}", with_causes(&error)));
    for table in &calculation.tables {
        for row in csv::Reader::from_reader(table.to_csv().as_bytes()).byte_records() {
            row.unwrap_or_else(|error| panic!("{}: {error}", table.name));
        }
    }
}
