//! Completeness of the months of each provider: those that no longer change.

use std::collections::{BTreeMap, BTreeSet};

use model::records::RunOutcome;
use model::{Instant, Month};

use super::bills::{BillRun, Bills, Text};
use super::providers::{GITHUB, Providers};

/// Connectors whose name is that of the provider.
const CONNECTORS_OF_ONE_PROVIDER: [&str; 3] = ["azure", "gcp", GITHUB];

/// Which months of which provider are complete.
///
/// A month of a provider is complete when
/// 1. it is settled at `as_of`,
/// 2. every row of it was read once it had settled, unless its source is not asked any more; where rows do not say when they were read, the newest month among
///    such rows is open and those before it are settled,
/// 3. no source of the provider is behind. A source that the newest import of bills asked without success is behind
///    for the months that none of its successful imports covered once they had settled. A source that is not asked
///    any more, or that its provider does not serve, holds nothing back and is named; so is an organisation of whose
///    bill of CI nothing was ever read.
pub(super) struct Completeness<'a> {
    as_of: Instant,
    /// Providers with rows that were read before their month had settled.
    unsettled: BTreeMap<Month, BTreeSet<Text<'a>>>,
    behind: Vec<Behind<'a>>,
    /// What holds nothing back although it is not known in full, in words.
    passed: Vec<String>,
    /// Sources that a provider does not serve, by the provider.
    without: BTreeMap<Text<'a>, BTreeSet<Text<'a>>>,
}

/// A source that the newest import asked without success.
struct Behind<'a> {
    label: Text<'a>,
    /// Whose months it holds back; empty when nothing was ever read from it and its name does not tell.
    providers: BTreeSet<Text<'a>>,
    /// Its imports.
    runs: Vec<BillRun<'a>>,
}

impl<'a> Completeness<'a> {
    pub(super) fn new(bills: &Bills<'a>, names: &Providers) -> Self {
        let asked = Asked::new(bills, names);
        let mut passed = asked.unsupported();
        passed.extend(asked.left());
        let mut without: BTreeMap<Text<'_>, BTreeSet<Text<'_>>> = BTreeMap::new();
        for (source, run) in asked.not_served() {
            for provider in asked.providers_of(source) {
                without.entry(provider).or_default().insert(run.label());
            }
        }
        Self { as_of: bills.as_of, unsettled: unsettled(bills, &asked), behind: asked.behind(), passed, without }
    }

    /// Whether a month of a provider is complete, also one without any row.
    pub(super) fn is_complete(&self, provider: &str, month: Month) -> bool {
        month.is_settled_at(self.as_of)
            && !self.unsettled.get(&month).is_some_and(|providers| providers.contains(provider))
            && !self.behind.iter().any(|source| source.providers.contains(provider) && !source.has_settled(month))
    }

    /// Sources that a provider does not serve, joined by `;`: its months are complete without them.
    pub(super) fn without(&self, provider: &str) -> String {
        let sources = self.without.get(provider).into_iter().flatten().map(AsRef::as_ref);
        sources.collect::<Vec<&str>>().join(";")
    }

    /// One line per source that is behind, and per source that is not known in full and holds nothing back.
    pub(super) fn notices(&self) -> impl Iterator<Item = String> {
        self.behind.iter().map(Behind::notice).chain(self.passed.iter().cloned())
    }
}

impl Behind<'_> {
    /// Whether a successful import asked for the month once it had settled.
    fn has_settled(&self, month: Month) -> bool {
        self.runs.iter().any(|run| run.has_settled(month))
    }

    fn notice(&self) -> String {
        let providers: Vec<&str> = self.providers.iter().map(AsRef::as_ref).collect();
        let providers = if providers.is_empty() { "its provider".to_owned() } else { providers.join(", ") };
        let label = &self.label;
        match self.runs.iter().filter(|run| run.is_ok()).filter_map(|run| run.run.covered_to).max() {
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
struct Asked<'a, 'b> {
    bills: &'b Bills<'a>,
    names: &'b Providers,
    /// Sources that the newest import asked, each with its last word.
    newest: BTreeMap<Text<'a>, BillRun<'a>>,
}

/// What the newest of some imports asked. One that was interrupted asked what the import before it did, too.
fn newest<'a>(mut rest: &[BillRun<'a>]) -> BTreeMap<Text<'a>, BillRun<'a>> {
    let mut newest: BTreeMap<Text<'_>, BillRun<'_>> = BTreeMap::new();
    while let Some(last) = rest.last() {
        let (earlier, import) = rest.split_at(rest.partition_point(|run| run.run.run < last.run.run));
        for run in import {
            let told = newest.entry(run.source()).or_insert(*run);
            // Of several words about a source in one import, a success counts.
            if run.run.run == told.run.run && !told.is_ok() {
                *told = *run;
            }
        }
        rest = earlier;
        if import.iter().all(|run| run.run.outcome != RunOutcome::Interrupted) {
            break;
        }
    }
    newest
}

impl<'a, 'b> Asked<'a, 'b> {
    fn new(bills: &'b Bills<'a>, names: &'b Providers) -> Self {
        Self { bills, names, newest: bills.imports.iter().flat_map(|runs| newest(runs)).collect() }
    }

    fn runs(&self) -> impl DoubleEndedIterator<Item = &BillRun<'a>> {
        self.bills.imports.iter().flatten()
    }

    /// Whether an earlier import asked a source that the newest one did not.
    fn has_left(&self, source: &str) -> bool {
        !self.newest.contains_key(source) && self.runs().any(|run| run.source() == source)
    }

    fn runs_of(&self, source: &str) -> Vec<BillRun<'a>> {
        self.runs().filter(|run| run.source() == source).copied().collect()
    }

    fn behind(&self) -> Vec<Behind<'a>> {
        let failed = self.newest.iter().filter(|(source, run)| !run.is_ok() && !self.is_not_served(source, run));
        failed
            .map(|(source, run)| Behind {
                label: run.label(),
                providers: self.providers_of(source),
                runs: self.runs_of(source),
            })
            .collect()
    }

    /// Whether a provider does not serve a source, or nothing of a bill of CI was ever read.
    fn is_not_served(&self, source: &str, run: &BillRun<'_>) -> bool {
        let is_unread =
            || self.bills.providers_of(source).is_empty() && !self.runs_of(source).iter().any(BillRun::is_ok);
        run.run.outcome == RunOutcome::Unsupported || (run.is_of_ci && is_unread())
    }

    /// Sources that their provider does not serve.
    fn not_served(&self) -> impl Iterator<Item = (&Text<'a>, &BillRun<'a>)> {
        self.newest.iter().filter(|(source, run)| self.is_not_served(source, run))
    }

    /// A line per source that its provider does not serve; of CI where the provider bills anything at all.
    fn unsupported(&self) -> Vec<String> {
        let is_billed =
            |providers: &BTreeSet<Text<'_>>| self.bills.lines.iter().any(|line| providers.contains(&line.provider));
        let line = |(source, run): (&Text<'a>, &BillRun<'a>)| {
            let providers = self.providers_of(source);
            let is_told = !run.is_of_ci || is_billed(&providers);
            let of: Vec<&str> = providers.iter().map(AsRef::as_ref).collect();
            let (of, label, message) = (of.join(", "), run.label(), &run.run.message);
            is_told.then(|| format!("months of {of} are complete without {label}: {message}"))
        };
        self.not_served().filter_map(line).collect()
    }

    /// A line per source that is not asked any more and whose last months had not settled when it was.
    fn left(&self) -> Vec<String> {
        let mut open: BTreeMap<&Text<'_>, BTreeSet<Month>> = BTreeMap::new();
        for line in &self.bills.lines {
            let is_open = line.observed_at.is_some_and(|at| !line.month.is_settled_at(at));
            if is_open && self.has_left(&line.source) {
                open.entry(&line.source).or_default().insert(line.month);
            }
        }
        let line = |(source, months): (&Text<'a>, BTreeSet<Month>)| {
            let label =
                self.runs().rev().find(|run| run.source() == *source).map_or_else(|| source.clone(), BillRun::label);
            let months: Vec<String> = months.iter().map(ToString::to_string).collect();
            format!(
                "the newest import of bills did not ask for {label} any more: {} counts as it was last read",
                months.join(", ")
            )
        };
        open.into_iter().map(line).collect()
    }

    /// The providers whose rows a source gave, else the one that its name tells.
    fn providers_of(&self, source: &str) -> BTreeSet<Text<'a>> {
        let of_rows = self.bills.providers_of(source);
        if !of_rows.is_empty() {
            return of_rows;
        }
        let connector = source.split_once('/').map_or(source, |(connector, _)| connector);
        let told = CONNECTORS_OF_ONE_PROVIDER.into_iter().filter(|name| *name == connector);
        told.map(|name| self.names.name(Text::from(name))).collect()
    }
}

fn unsettled<'a>(bills: &Bills<'a>, asked: &Asked<'_, '_>) -> BTreeMap<Month, BTreeSet<Text<'a>>> {
    let newest_unsaid = [false, true].map(|is_of_ci| {
        let unsaid = bills.lines.iter().filter(|line| line.observed_at.is_none() && line.is_of_ci == is_of_ci);
        unsaid.map(|line| line.month).max()
    });
    let mut unsettled: BTreeMap<Month, BTreeSet<Text<'_>>> = BTreeMap::new();
    for line in &bills.lines {
        let settled = match line.observed_at {
            Some(at) => line.month.is_settled_at(at) || asked.has_left(&line.source),
            None => Some(line.month) != newest_unsaid[usize::from(line.is_of_ci)],
        };
        if !settled {
            unsettled.entry(line.month).or_default().insert(line.provider.clone());
        }
    }
    unsettled
}
