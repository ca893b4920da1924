//! Choice of the raw data's source, as cto-calculate chooses.

pub(crate) mod fingerprint;

use std::fmt::Display;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use model::columns::{Raw, Scopes};
use store::csv_folder::{self, Reading};
use store::{Place, Store, StoreError};

use crate::usage::UsageError;

/// At most so many odd values are told one by one.
const PROBLEMS_SHOWN: usize = 20;

/// A store that was named, the one in the data folder, or the raw CSV files there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    data: PathBuf,
    store: Option<String>,
}

/// Raw data for each rule set, or why one has none; never for neither.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) flow: Result<Arc<Raw>, String>,
    pub(crate) cto_stats: Result<Arc<Raw>, String>,
    /// What was odd about the data, in lines to tell.
    pub(crate) notes: Vec<String>,
}

impl Source {
    pub(crate) fn new(data: PathBuf, store: Option<String>) -> Self {
        Self { data, store }
    }

    /// A text that changes whenever the data does. Cheap: no data is read.
    ///
    /// # Errors
    /// There is neither store nor folder, or the store is not one of ours.
    pub(crate) fn version(&self) -> anyhow::Result<String> {
        match self.place()? {
            Place::Store(url) => {
                let store = Store::open_existing(&url)?;
                Ok(fingerprint::of_store(store.path(), store.changes()?))
            }
            Place::Folder(folder) => Ok(fingerprint::of_folder(&folder)),
        }
    }

    /// Whether nothing was ever stored where the data should be.
    pub(crate) fn is_missing(&self) -> bool {
        match Place::find(&self.data, self.store.as_deref()) {
            None => true,
            Some(Place::Store(url)) => matches!(Store::open_existing(&url), Err(StoreError::Missing { .. })),
            Some(Place::Folder(_)) => false,
        }
    }

    /// Address of the store.
    ///
    /// # Errors
    /// There is none, but a folder of raw CSV files.
    pub(crate) fn url_of_store(&self) -> anyhow::Result<String> {
        match self.place()? {
            Place::Store(url) => Ok(url),
            Place::Folder(folder) => Err(UsageError::new(format!(
                "webhooks need a store, and {} holds raw CSV files alone: run cto-import into it, name a store with --store, or take the secret of webhooks away (CTO_WEBHOOK_SECRET, --webhook-secret-file, server.webhook_secret_file)",
                folder.display()
            ))
            .into()),
        }
    }

    /// Address of the store, where there is one or is to be one; `None` for a folder of raw CSV files.
    pub(crate) fn store_if_any(&self) -> Option<String> {
        match Place::find(&self.data, self.store.as_deref())? {
            Place::Store(url) => Some(url),
            Place::Folder(_) => None,
        }
    }

    /// Makes the store where there is none yet, for who pushes into it; gives its address.
    ///
    /// # Errors
    /// There is a folder of raw CSV files alone, or the store cannot be made.
    pub(crate) fn made_store(&self) -> anyhow::Result<String> {
        let url = match Place::find(&self.data, self.store.as_deref()) {
            Some(Place::Store(url)) => url,
            None => store::url_in(&self.data),
            Some(Place::Folder(folder)) => {
                return Err(UsageError::new(format!(
                    "pushed events need a store, and {} holds raw CSV files alone: load them with cto-import --from-csv, name a store with --store, or take the tokens away (CTO_EVENT_TOKENS, --event-tokens-file, server.event_tokens_file)",
                    folder.display()
                ))
                .into());
            }
        };
        Store::open(&url).context("pushed events cannot be stored")?;
        Ok(url)
    }

    /// Reads everything for both rule sets.
    ///
    /// # Errors
    /// There is nothing that either rule set can read.
    pub(crate) fn load(&self) -> anyhow::Result<Loaded> {
        match self.place()? {
            Place::Store(url) => {
                let raw = Store::open_existing(&url)?.load(Scopes::ALL).with_context(|| format!("reading {url}"))?;
                let mut notes = Vec::new();
                tell("", &raw.implausible, &mut notes);
                let raw = Arc::new(raw);
                Ok(Loaded { flow: Ok(Arc::clone(&raw)), cto_stats: Ok(raw), notes })
            }
            Place::Folder(folder) => load_folder(&folder),
        }
    }

    fn place(&self) -> anyhow::Result<Place> {
        Place::find(&self.data, self.store.as_deref())
            .with_context(|| format!("{} or the store with --store", store::nothing_in(&self.data)))
    }
}

/// Each rule set reads the files its own way, so there are two copies.
fn load_folder(folder: &std::path::Path) -> anyhow::Result<Loaded> {
    // A folder of pull requests or bills alone has no issues to complain about.
    let scopes = Scopes { issues: folder.join("issue.csv").is_file(), ..Scopes::ALL };
    let mut notes = Vec::new();
    let original = csv_folder::load(folder, scopes, Reading::Original).map(|loaded| {
        tell("read for cto-stats: ", &loaded.problems, &mut notes);
        Arc::new(loaded.raw)
    });
    let strict = csv_folder::load(folder, scopes, Reading::Strict).map(|loaded| {
        tell("read for flow: ", &loaded.raw.implausible, &mut notes);
        Arc::new(loaded.raw)
    });
    if let (Err(_), Err(error)) = (&original, &strict) {
        bail!("{}", command_line::with_causes(error));
    }
    let in_words = |error: store::csv_folder::CsvError| command_line::with_causes(&error);
    Ok(Loaded { flow: strict.map_err(in_words), cto_stats: original.map_err(in_words), notes })
}

fn tell<T: Display>(context: &str, problems: &[T], notes: &mut Vec<String>) {
    notes.extend(problems.iter().take(PROBLEMS_SHOWN).map(|problem| format!("{context}{problem}")));
    if let Some(more @ 1..) = problems.len().checked_sub(PROBLEMS_SHOWN) {
        notes.push(format!("{context}… and {more} more like these"));
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use model::Instant;
    use model::records::{Record, Repository};
    use store::Page;

    use super::*;

    const HEADER: &str = "org,repo,number,title,url,state,created_at,closed_at,merged_at,creator\n";
    const ROW: &str = "acme,web,3,Three,https://example.com/3,open,2026-01-07T09:00:00Z,,,ada\n";

    fn commit(store: &Store, name: &str) {
        let record = Record::Repository(Repository { id: name.into(), name: name.into(), ..Repository::default() });
        let page = Page {
            scope: model::kinds::Scope::Repositories,
            subject: "",
            records: &[record],
            cursor: None,
            observed_at: Instant::from_seconds(1),
            run: 1,
            generation: None,
            complete: false,
        };
        store.commit(&page).expect("stored");
    }

    #[test]
    fn a_stores_version_changes_with_every_commit_and_with_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("cto.db").display().to_string()).expect("opened");
        commit(&store, "a");
        let source = Source::new(folder.path().into(), None);
        let before = source.version().expect("a version");
        source.load().expect("read");
        assert_eq!(source.version().expect("a version"), before);
        commit(&store, "b");
        assert_ne!(source.version().expect("a version"), before);
    }

    #[test]
    fn a_store_that_takes_the_place_of_another_has_another_version() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        for name in ["cto.db", "other.db"] {
            commit(&Store::open(&path(name).display().to_string()).expect("opened"), "a");
        }
        let source = Source::new(folder.path().into(), None);
        let before = source.version().expect("a version");
        fs::rename(path("other.db"), path("cto.db")).expect("renamed");
        assert_ne!(source.version().expect("a version"), before);
    }

    #[test]
    fn a_folders_version_changes_with_its_raw_files_only() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("pr.csv"), HEADER).expect("written");
        let source = Source::new(folder.path().into(), None);
        let before = source.version().expect("a version");
        fs::write(folder.path().join("stocks.csv"), "a table that was computed").expect("written");
        assert_eq!(source.version().expect("a version"), before);
        fs::write(folder.path().join("pr.csv"), format!("{HEADER}{ROW}")).expect("written");
        assert_ne!(source.version().expect("a version"), before);
    }

    #[test]
    fn what_only_cto_stats_can_read_is_served_for_it_with_flows_reason() {
        let folder = tempfile::tempdir().expect("a folder");
        let odd = ROW.replace("2026-01-07T09:00:00Z", "2026-01-07");
        fs::write(folder.path().join("pr.csv"), format!("{HEADER}{odd}")).expect("written");
        let loaded = Source::new(folder.path().into(), None).load().expect("read");
        assert!(loaded.cto_stats.is_ok());
        let reason = loaded.flow.expect_err("refused");
        assert!(reason.starts_with("pr.csv line 2, column created_at: `2026-01-07` is not a time"), "{reason}");
        assert_eq!(loaded.notes.len(), 1, "{:?}", loaded.notes);
    }

    #[test]
    fn instants_that_cannot_be_are_told_whatever_the_data_is_read_from() {
        let folder = tempfile::tempdir().expect("a folder");
        let never = ROW.replace("2026-01-07", "9999-12-31");
        fs::write(folder.path().join("pr.csv"), format!("{HEADER}{never}")).expect("written");
        let notes = Source::new(folder.path().into(), None).load().expect("read").notes;
        let [note] = &notes[..] else { panic!("{notes:?}") };
        assert!(note.starts_with("read for flow: pr.csv line 2, column created_at: `9999-12-31"), "{note}");
        let of_store = tempfile::tempdir().expect("a folder");
        let store = Store::open(&of_store.path().join("cto.db").display().to_string()).expect("opened");
        store.import_csv(folder.path()).expect("loaded");
        let notes = Source::new(of_store.path().into(), None).load().expect("read").notes;
        let [note] = &notes[..] else { panic!("{notes:?}") };
        assert!(note.starts_with("pr of acme/web#3, column created_at: `9999-12-31"), "{note}");
    }

    #[test]
    fn what_neither_can_read_is_an_error_that_names_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("pr.csv"), "org,repo\n").expect("written");
        let error = Source::new(folder.path().into(), None).load().expect_err("refused").to_string();
        assert!(error.starts_with("pr.csv has no column"), "{error}");
    }
}
