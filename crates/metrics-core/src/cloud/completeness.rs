//! Completeness of the months of each provider: those that no longer change.

use std::collections::{BTreeMap, BTreeSet};

use model::columns::Raw;
use model::records::ImportRun;
use model::records::RunOutcome;
use model::{Instant, Month};

use super::ledger::Text;
use super::providers::Providers;
use crate::coverage::{CLOUD_SCOPE, in_order};

/// Connectors whose name is that of the provider.
const CONNECTORS_OF_ONE_PROVIDER: [&str; 2] = ["azure", "gcp"];

/// Which months of which provider are complete.
///
/// A month of a provider is complete when
/// 1. it is settled at `as_of`,
/// 2. every row of it was read once it had settled, unless its source is not asked any more; where rows do not say when they were read, the newest month among
///    such rows is open and those before it are settled,
/// 3. no source of the provider is behind. A source that the newest import of bills asked without success is behind
///    for the months that none of its successful imports covered once they had settled. A source that is not asked
///    any more, or that its provider does not serve, holds nothing back and is named.
pub(super) struct Completeness<'a> {
    as_of: Instant,
    /// Providers with rows that were read before their month had settled.
    unsettled: BTreeMap<Month, BTreeSet<Text<'a>>>,
    behind: Vec<Behind<'a>>,
    /// What holds nothing back although it is not known in full, in words.
    passed: Vec<String>,
    /// Sources that a provider does not serve, by the provider.
    without: BTreeMap<Text<'a>, BTreeSet<&'a str>>,
}

/// A source that the newest import asked without success.
struct Behind<'a> {
    label: &'a str,
    /// Whose months it holds back; empty when nothing was ever read from it and its name does not tell.
    providers: BTreeSet<Text<'a>>,
    /// Its successful imports.
    read: Vec<&'a ImportRun>,
}

impl<'a> Completeness<'a> {
    pub(super) fn new(raw: &'a Raw, providers: &Providers, as_of: Instant) -> Self {
        let asked = Asked::new(raw);
        let mut passed = asked.unsupported(raw, providers);
        passed.extend(asked.left(raw));
        let mut without: BTreeMap<Text<'_>, BTreeSet<&str>> = BTreeMap::new();
        for (subject, run) in asked.not_served() {
            for provider in providers_of(raw, providers, subject) {
                without.entry(provider).or_default().insert(label(run));
            }
        }
        let behind = asked.behind(raw, providers);
        Self { as_of, unsettled: unsettled(raw, providers, &asked), behind, passed, without }
    }

    /// Whether a month of a provider is complete, also one without any row.
    pub(super) fn is_complete(&self, provider: &str, month: Month) -> bool {
        month.is_settled_at(self.as_of)
            && !self.unsettled.get(&month).is_some_and(|providers| providers.contains(provider))
            && !self.behind.iter().any(|source| source.providers.contains(provider) && !source.has_settled(month))
    }

    /// Sources that a provider does not serve, joined by `;`: its months are complete without them.
    pub(super) fn without(&self, provider: &str) -> String {
        let sources = self.without.get(provider).into_iter().flatten().copied();
        sources.collect::<Vec<_>>().join(";")
    }

    /// One line per source that is behind, and per source that is not known in full and holds nothing back.
    pub(super) fn notices(&self) -> impl Iterator<Item = String> {
        self.behind.iter().map(Behind::notice).chain(self.passed.iter().cloned())
    }
}

impl Behind<'_> {
    /// Whether a successful import asked for the month once it had settled.
    fn has_settled(&self, month: Month) -> bool {
        self.read.iter().any(|run| {
            run.covered_to.is_some_and(|to| month.is_settled_at(to))
                && run.covered_from.is_none_or(|from| Month::of(from) <= month)
        })
    }

    fn notice(&self) -> String {
        let providers: Vec<&str> = self.providers.iter().map(AsRef::as_ref).collect();
        let providers = if providers.is_empty() { "its provider".to_owned() } else { providers.join(", ") };
        let label = self.label;
        match self.read.iter().filter_map(|run| run.covered_to).max() {
            Some(to) => format!(
                "the newest import of bills could not read {label}, which was last read up to {to}: \
                 months of {providers} that had not settled by then are marked incomplete"
            ),
            None => format!(
                "the newest import of bills could not read {label}, nor did one before it: \
                 all months of {providers} are marked incomplete"
            ),
        }
    }
}

/// The imports of bills by source.
struct Asked<'a> {
    runs: Vec<&'a ImportRun>,
    /// Sources that the newest import asked, each with its last word. One that was interrupted asked those of the import
    /// before it too.
    newest: BTreeMap<&'a str, &'a ImportRun>,
}

impl<'a> Asked<'a> {
    fn new(raw: &'a Raw) -> Self {
        let runs: Vec<&ImportRun> = in_order(&raw.imports).into_iter().filter(|run| run.scope == CLOUD_SCOPE).collect();
        let mut newest: BTreeMap<&str, &ImportRun> = BTreeMap::new();
        let mut rest = runs.as_slice();
        while let Some(last) = rest.last() {
            let (earlier, import) = rest.split_at(rest.partition_point(|run| run.run < last.run));
            for run in import {
                let told = newest.entry(&run.subject).or_insert(run);
                // Of several words about a source in one import, a success counts.
                if run.run == told.run && told.outcome != RunOutcome::Ok {
                    *told = run;
                }
            }
            rest = earlier;
            if import.iter().all(|run| run.outcome != RunOutcome::Interrupted) {
                break;
            }
        }
        Self { runs, newest }
    }

    /// Whether an earlier import asked a source that the newest one did not.
    fn has_left(&self, source: &str) -> bool {
        !self.newest.contains_key(source) && self.runs.iter().any(|run| run.subject == source)
    }

    fn read(&self, subject: &str) -> Vec<&'a ImportRun> {
        let read = self.runs.iter().filter(|run| run.subject == subject && run.outcome == RunOutcome::Ok);
        read.copied().collect()
    }

    fn behind(&self, raw: &'a Raw, providers: &Providers) -> Vec<Behind<'a>> {
        let passed = |run: &ImportRun| run.outcome == RunOutcome::Ok || run.outcome == RunOutcome::Unsupported;
        let failed = self.newest.iter().filter(|(_, run)| !passed(run));
        failed
            .map(|(subject, run)| Behind {
                label: label(run),
                providers: providers_of(raw, providers, subject),
                read: self.read(subject),
            })
            .collect()
    }

    /// Sources that their provider does not serve.
    fn not_served(&self) -> impl Iterator<Item = (&'a str, &'a ImportRun)> {
        let unsupported = self.newest.iter().filter(|(_, run)| run.outcome == RunOutcome::Unsupported);
        unsupported.map(|(subject, run)| (*subject, *run))
    }

    /// A line per source that its provider does not serve.
    fn unsupported(&self, raw: &'a Raw, providers: &Providers) -> Vec<String> {
        let line = |(subject, run): (&'a str, &ImportRun)| {
            let of: Vec<Text<'_>> = providers_of(raw, providers, subject).into_iter().collect();
            format!("months of {} are complete without {}: {}", of.join(", "), label(run), run.message)
        };
        self.not_served().map(line).collect()
    }

    /// A line per source that is not asked any more and whose last months had not settled when it was.
    fn left(&self, raw: &Raw) -> Vec<String> {
        let costs = &raw.cloud_costs;
        let mut open: BTreeMap<Text<'_>, BTreeSet<Month>> = BTreeMap::new();
        for row in 0..costs.month.len() {
            let (source, month) = (raw.dictionary.text(costs.source[row]), costs.month[row]);
            let is_open = costs.observed_at.get(row).is_some_and(|at| !month.is_settled_at(at));
            if is_open && self.has_left(&source) {
                open.entry(source).or_default().insert(month);
            }
        }
        let line = |(source, months): (Text<'_>, BTreeSet<Month>)| {
            let label = self.runs.iter().rev().find(|run| run.subject == source).map_or(&*source, |run| label(run));
            let months: Vec<String> = months.iter().map(ToString::to_string).collect();
            format!(
                "the newest import of bills did not ask for {label} any more: {} counts as it was last read",
                months.join(", ")
            )
        };
        open.into_iter().map(line).collect()
    }
}

fn label(run: &ImportRun) -> &str {
    if run.label.is_empty() { &run.subject } else { &run.label }
}

fn unsettled<'a>(raw: &'a Raw, providers: &Providers, asked: &Asked<'_>) -> BTreeMap<Month, BTreeSet<Text<'a>>> {
    let costs = &raw.cloud_costs;
    let rows = || 0..costs.month.len();
    let newest_unsaid = rows().filter(|row| costs.observed_at.get(*row).is_none()).map(|row| costs.month[row]).max();
    let mut unsettled: BTreeMap<Month, BTreeSet<Text<'_>>> = BTreeMap::new();
    for row in rows() {
        let month = costs.month[row];
        let settled = match costs.observed_at.get(row) {
            Some(at) => month.is_settled_at(at) || asked.has_left(&raw.dictionary.text(costs.source[row])),
            None => Some(month) != newest_unsaid,
        };
        if !settled {
            unsettled.entry(month).or_default().insert(providers.name(raw.dictionary.text(costs.provider[row])));
        }
    }
    unsettled
}

/// The providers whose rows a source gave, else the one that its name tells.
fn providers_of<'a>(raw: &'a Raw, names: &Providers, subject: &'a str) -> BTreeSet<Text<'a>> {
    let costs = &raw.cloud_costs;
    let of_rows: BTreeSet<Text<'_>> = (0..costs.month.len())
        .filter(|row| raw.dictionary.bytes(costs.source[*row]) == subject.as_bytes())
        .map(|row| names.name(raw.dictionary.text(costs.provider[row])))
        .collect();
    if !of_rows.is_empty() {
        return of_rows;
    }
    let connector = subject.split_once('/').map_or(subject, |(connector, _)| connector);
    let told = CONNECTORS_OF_ONE_PROVIDER.into_iter().filter(|name| *name == connector);
    told.map(|name| names.name(Text::from(name))).collect()
}
