//! The blocking work of one import, off the async runtime.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use model::records::CloudMonth;
use model::{Instant, Month};
use source::Window;
use tokio_util::sync::CancellationToken;

use crate::bill_file::{self, BillFile, Distinct, Kept};
use crate::cursor::Cursor;
use crate::fault::Fault;
use crate::ledger::{Key, Ledger, Origin};
use crate::overlap;
use crate::reading;
use crate::runs::{self, Run};
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
        let (runs, of_file) = runs::of(&files, &self.settings);
        let Distinct { files, dropped } = bill_file::distinct(files.into_iter().zip(of_file), &self.cancel)?;
        let Read { ledger, rows, unknown } = self.add_up(&files, &runs)?;
        let replaced = overlap::replaced(ledger.bills(), &runs)?;
        let note_of_replaced = note_of_replaced(&replaced, &ledger, &runs);
        let present = ledger.into_months(&replaced.into_keys().collect());
        let emptied = self.emptied(&present, since);

        let notes = [
            note_of_dropped(&dropped),
            (rows == 0).then(|| "the files have no rows".to_owned()),
            note_of_replaced,
            note_of_unknown(&unknown),
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

    /// Adds up the rows of files.
    fn add_up(&self, files: &[Kept], runs: &[Run]) -> Result<Read, Fault> {
        let mut read = Read::default();
        for Kept { file, newest, run } in files {
            let written = self.now.min(*newest);
            // A copy is younger than the export: it knows no more.
            let observed_at = runs[*run].made_at.map_or(written, |made| made.min(written));
            let origin = Origin { run: *run, file: &file.path, observed_at };
            let rows = reading::read(file, origin, &self.settings, &mut read.ledger, &self.cancel)?;
            read.rows += rows.count;
            let words = rows.unknown.into_iter();
            read.unknown.extend(words.map(|(word, count)| (file.path.clone(), word, count)));
        }
        Ok(read)
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

/// What the rows of all files say.
#[derive(Default)]
struct Read {
    ledger: Ledger,
    rows: u64,
    /// By file, charge categories that are none of FOCUS, and the number of their rows.
    unknown: Vec<(PathBuf, String, u64)>,
}

fn note_of_replaced(replaced: &BTreeMap<usize, usize>, ledger: &Ledger, runs: &[Run]) -> Option<String> {
    let mut of_newer: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (bill, newer) in replaced {
        of_newer.entry(*newer).or_default().insert(ledger.bills()[*bill].run);
    }
    let name = |run: &usize| runs[*run].name.clone();
    let pairs =
        of_newer.iter().map(|(newer, older)| format!("{} in place of {}", name(newer), listed(older.iter().map(name))));
    let note = || {
        format!(
            "where several runs of an export bill the same hours of an account, the newest counts: {}",
            listed(pairs)
        )
    };
    (!replaced.is_empty()).then(note)
}

fn note_of_unknown(unknown: &[(PathBuf, String, u64)]) -> Option<String> {
    let words = unknown.iter().map(|(file, word, count)| {
        let rows = if *count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
        format!("`{word}` ({rows} of {})", file.display())
    });
    let note = || format!("charge categories that FOCUS does not have are read as Adjustment: {}", listed(words));
    (!unknown.is_empty()).then(note)
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
