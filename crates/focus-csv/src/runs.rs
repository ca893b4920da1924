//! Runs of an export: the files of one run, and the order of runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use model::Instant;
use serde::Deserialize;

use crate::bill_file::BillFile;
use crate::billing_time;
use crate::path_time::{times_in, without_numbers};
use crate::settings::Settings;

/// What the files of a run stand beside, where the export writes one.
const MANIFEST: &str = "manifest.json";
/// Microseconds between the files of two runs: those of one run are written closer together.
const APART: i64 = 3_600_000_000;

/// One run of an export: its files together are one state of the bill.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// The first of its files, as the pattern gives it.
    pub(crate) name: String,
    /// When the export was made, where manifest or path say so.
    pub(crate) made_at: Option<Instant>,
    order: Order,
}

/// What tells which run is newer, the surest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Order {
    /// By the manifest; `None` unless each run has that.
    submitted: Option<Instant>,
    in_path: Vec<Instant>,
    /// The newest of the files.
    written: Instant,
}

impl Run {
    /// Whether this one is newer; `None` when nothing tells.
    pub(crate) fn is_newer_than(&self, other: &Self) -> Option<bool> {
        let said = |run: &Self| (run.order.submitted, run.order.in_path.clone());
        let (own, others) = (&self.order, &other.order);
        if said(self) != said(other) {
            return Some(own > others);
        }
        let later = own.written.micros() - others.written.micros();
        (later.abs() > APART).then_some(later > 0)
    }
}

/// The runs that files belong to, oldest first, and for each file its run.
pub(crate) fn of(files: &[BillFile], settings: &Settings) -> (Vec<Run>, Vec<usize>) {
    let mut found: Vec<(Run, Vec<usize>)> =
        groups(files, settings).into_iter().map(|members| (run(files, &members, settings), members)).collect();
    if found.iter().any(|(run, _)| run.order.submitted.is_none()) {
        for (run, _) in &mut found {
            run.order.submitted = None;
        }
    }
    found.sort_by(|(one, _), (other, _)| one.order.cmp(&other.order));
    let mut of_file = vec![0; files.len()];
    for (place, (_, members)) in found.iter().enumerate() {
        for member in members {
            of_file[*member] = place;
        }
    }
    (found.into_iter().map(|(run, _)| run).collect(), of_file)
}

/// Files of one run each: those of a folder with a manifest; else those of a folder whose names differ in numbers only,
/// and that were written together.
fn groups(files: &[BillFile], settings: &Settings) -> Vec<Vec<usize>> {
    if settings.parts {
        return vec![(0..files.len()).collect()];
    }
    let mut named: BTreeMap<(PathBuf, String), Vec<usize>> = BTreeMap::new();
    for (place, file) in files.iter().enumerate() {
        let folder = folder_of(file);
        let name = file.path.file_name().unwrap_or_default().to_string_lossy();
        let name = if folder.join(MANIFEST).is_file() { String::new() } else { without_numbers(&name) };
        named.entry((folder.to_owned(), name)).or_default().push(place);
    }
    let together = |((_, name), members): ((PathBuf, String), Vec<usize>)| {
        if name.is_empty() { vec![members] } else { written_together(files, members) }
    };
    named.into_iter().flat_map(together).collect()
}

fn written_together(files: &[BillFile], mut members: Vec<usize>) -> Vec<Vec<usize>> {
    let written = |place: &usize| files[*place].state.modified;
    members.sort_by_key(|place| (written(place), *place));
    let near = |one: &usize, other: &usize| written(other).micros() - written(one).micros() <= APART;
    members.chunk_by(near).map(<[usize]>::to_vec).collect()
}

fn run(files: &[BillFile], members: &[usize], settings: &Settings) -> Run {
    let first = &files[members.iter().copied().min().unwrap_or_default()];
    let submitted = if settings.parts { None } else { submitted(folder_of(first)) };
    let times = if settings.parts { Vec::new() } else { times_in(first.state.path()) };
    let exact = times.iter().rev().find(|time| time.exact).map(|time| time.at);
    let written = members.iter().map(|member| files[*member].state.modified).max().unwrap_or_default();
    let order = Order { submitted, in_path: times.iter().map(|time| time.at).collect(), written };
    Run { name: first.state.path().to_owned(), made_at: submitted.or(exact), order }
}

fn folder_of(file: &BillFile) -> &Path {
    file.path.parent().unwrap_or(Path::new(""))
}

/// When the run was begun that wrote a folder, by its manifest.
fn submitted(folder: &Path) -> Option<Instant> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Manifest {
        run_info: RunInfo,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct RunInfo {
        submitted_time: String,
    }
    let text = std::fs::read(folder.join(MANIFEST)).ok()?;
    let manifest: Manifest = serde_json::from_slice(&text).ok()?;
    billing_time::parse(manifest.run_info.submitted_time.as_bytes())
}
