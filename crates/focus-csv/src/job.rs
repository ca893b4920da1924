//! The work of one import, away from the runtime.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use model::records::CloudMonth;
use model::{Instant, Month};
use source::Window;
use tokio_util::sync::CancellationToken;

use crate::bill_file::{self, BillFile, Distinct};
use crate::cursor::Cursor;
use crate::fault::Fault;
use crate::ledger::{Key, Ledger};
use crate::reading;
use crate::settings::Settings;

/// Names that a note lists at most.
const LISTED: usize = 5;

/// One import.
pub(crate) struct Job {
    pub(crate) settings: Settings,
    pub(crate) window: Window,
    pub(crate) cursor: Option<Cursor>,
    pub(crate) now: Instant,
    pub(crate) cancel: CancellationToken,
}

/// How it ended.
pub(crate) enum Outcome {
    /// The files are those of the last import.
    Unchanged {
        /// Number of files.
        files: usize,
        /// Up to when the bills are known.
        covered_to: Instant,
    },
    /// They were read.
    Read(Import),
}

/// What was read.
pub(crate) struct Import {
    pub(crate) months: Vec<CloudMonth>,
    pub(crate) cursor: Cursor,
    /// What the user should know.
    pub(crate) notes: Vec<String>,
    pub(crate) files: usize,
    pub(crate) rows: u64,
}

impl Job {
    pub(crate) fn run(self) -> Result<Outcome, Fault> {
        let files = bill_file::find(&self.settings)?;
        let since = self.window.since.map(Month::of);
        let known = self.cursor.as_ref().filter(|cursor| cursor.is_of(&files, &self.settings));
        if let Some(cursor) = known
            && cursor.covers(since)
            && !self.window.full
        {
            return Ok(Outcome::Unchanged { files: files.len(), covered_to: cursor.covered_to });
        }
        let counts_since = known.map_or(since, |cursor| cursor.widened(since));
        self.read(files, since, counts_since).map(Outcome::Read)
    }

    fn read(&self, files: Vec<BillFile>, since: Option<Month>, counts_since: Option<Month>) -> Result<Import, Fault> {
        let states: Vec<_> = files.iter().map(|file| file.state.clone()).collect();
        let newest_file = states.iter().map(|state| state.modified.min(self.now)).max().unwrap_or_default();
        let Distinct { files, dropped } = bill_file::distinct(files, &self.cancel)?;
        let (ledger, rows) = self.add_up(&files)?;
        let present = ledger.into_months();
        let emptied = self.emptied(&present, since);

        let notes = [
            note_of_dropped(&dropped),
            (rows == 0).then(|| "the files have no rows".to_owned()),
            note_of_emptied(&emptied),
            self.note_of_mixed_costs(&present),
        ];
        let in_window = |month: &CloudMonth| since.is_none_or(|since| month.month >= since);
        let mut months: Vec<CloudMonth> = present.into_values().filter(in_window).collect();
        let covered_to = months.iter().map(|month| month.observed_at).max().unwrap_or(newest_file);
        let mut cursor = Cursor::new(states, &self.settings, counts_since, covered_to);
        cursor.lines = months.iter().map(|month| month.lines.len() as u64).sum();
        cursor.emitted = self.emitted_after(&months, &emptied);
        months.extend(emptied);
        let files = files.len() + dropped.len();
        Ok(Import { months, cursor, notes: notes.into_iter().flatten().collect(), files, rows })
    }

    /// Adds up the rows of files, each of which was known at a time. Gives the number of rows too.
    fn add_up(&self, files: &[(BillFile, Instant)]) -> Result<(Ledger, u64), Fault> {
        let (mut ledger, mut rows) = (Ledger::default(), 0);
        for (file, known_at) in files {
            let observed_at = self.now.min(*known_at);
            rows += reading::read(file, observed_at, &self.settings, &mut ledger, &self.cancel)?;
        }
        Ok((ledger, rows))
    }

    /// Which months of the ledger have lines by this source when these are in it.
    fn emitted_after(&self, months: &[CloudMonth], emptied: &[CloudMonth]) -> BTreeSet<Key> {
        let mut keys: BTreeSet<Key> = self.cursor.iter().flat_map(|cursor| cursor.emitted.iter().cloned()).collect();
        for month in emptied {
            keys.remove(&key_of(month));
        }
        keys.extend(months.iter().map(key_of));
        keys
    }

    /// What an earlier import has emitted of months that the files still have, but of accounts that they no longer have.
    fn emptied(&self, present: &BTreeMap<Key, CloudMonth>, since: Option<Month>) -> Vec<CloudMonth> {
        let mut known_at: BTreeMap<Month, Instant> = BTreeMap::new();
        for month in present.values() {
            let newest = known_at.entry(month.month).or_insert(month.observed_at);
            *newest = month.observed_at.max(*newest);
        }
        let earlier = self.cursor.iter().flat_map(|cursor| &cursor.emitted);
        earlier
            .filter(|key| since.is_none_or(|since| key.month >= since) && !present.contains_key(key))
            .filter_map(|key| known_at.get(&key.month).map(|&observed_at| key.empty_month(observed_at)))
            .collect()
    }

    /// Says so when months keep a cost of the other column, because their files are gone.
    fn note_of_mixed_costs(&self, present: &BTreeMap<Key, CloudMonth>) -> Option<String> {
        let cursor = self.cursor.as_ref().filter(|cursor| cursor.cost != self.settings.cost)?;
        let in_files: BTreeSet<Month> = present.keys().map(|key| key.month).collect();
        let kept: BTreeSet<Month> = cursor.emitted.iter().map(|key| key.month).collect();
        let kept: Vec<String> = kept.difference(&in_files).map(Month::to_string).collect();
        let (new, old) = (self.settings.cost.name(), cursor.cost.name());
        (!kept.is_empty()).then(|| {
            format!("costs are now {new}, but months whose files are gone keep {old}: {}", listed(kept.into_iter()))
        })
    }
}

fn note_of_dropped(dropped: &[(PathBuf, PathBuf)]) -> Option<String> {
    let pairs = dropped.iter().map(|(file, first)| format!("{} (as {})", file.display(), first.display()));
    let note = || format!("the same as another file, byte for byte, and not read again: {}", listed(pairs));
    (!dropped.is_empty()).then(note)
}

fn note_of_emptied(emptied: &[CloudMonth]) -> Option<String> {
    let keys = emptied.iter().map(|month| format!("{} {} {}", month.provider, month.account, month.month));
    let note = || format!("no longer in the files, although other rows of the month are: {}", listed(keys));
    (!emptied.is_empty()).then(note)
}

fn key_of(month: &CloudMonth) -> Key {
    Key { month: month.month, provider: month.provider.clone(), account: month.account.clone() }
}

/// The first few, and how many more there are.
fn listed(mut names: impl Iterator<Item = String>) -> String {
    let first: Vec<String> = names.by_ref().take(LISTED).collect();
    match names.count() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
