//! Which months of which provider no longer change.

use std::collections::{BTreeMap, BTreeSet};

use model::columns::Raw;
use model::records::ImportRun;
use model::records::RunOutcome;
use model::{Instant, Month};

use super::ledger::Text;
use crate::coverage::{CLOUD_SCOPE, in_order};

/// Connectors whose name is that of the provider.
const CONNECTORS_OF_ONE_PROVIDER: [&str; 2] = ["azure", "gcp"];

/// Which months of which provider are complete.
///
/// A month of a provider is complete when
/// 1. it is settled at `as_of`,
/// 2. every row of it was read once it had settled; where rows do not say when they were read, the newest month among
///    such rows is open and those before it are settled,
/// 3. no source of the provider is behind. A source that the newest import of bills asked without success is behind
///    for the months that none of its successful imports covered once they had settled. A source that is not asked
///    any more holds nothing back.
pub(super) struct Completeness<'a> {
    as_of: Instant,
    /// Providers with rows that were read before their month had settled.
    unsettled: BTreeMap<Month, BTreeSet<Text<'a>>>,
    behind: Vec<Behind<'a>>,
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
    pub(super) fn new(raw: &'a Raw, as_of: Instant) -> Self {
        Self { as_of, unsettled: unsettled(raw), behind: behind(raw) }
    }

    /// Whether a month of a provider is complete, also one without any row.
    pub(super) fn is_complete(&self, provider: &str, month: Month) -> bool {
        month.is_settled_at(self.as_of)
            && !self.unsettled.get(&month).is_some_and(|providers| providers.contains(provider))
            && !self.behind.iter().any(|source| source.providers.contains(provider) && !source.has_settled(month))
    }

    /// One line per source that is behind.
    pub(super) fn notices(&self) -> impl Iterator<Item = String> {
        self.behind.iter().map(Behind::notice)
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

fn unsettled(raw: &Raw) -> BTreeMap<Month, BTreeSet<Text<'_>>> {
    let costs = &raw.cloud_costs;
    let rows = || 0..costs.month.len();
    let newest_unsaid = rows().filter(|row| costs.observed_at.get(*row).is_none()).map(|row| costs.month[row]).max();
    let mut unsettled: BTreeMap<Month, BTreeSet<Text<'_>>> = BTreeMap::new();
    for row in rows() {
        let month = costs.month[row];
        let settled = match costs.observed_at.get(row) {
            Some(at) => month.is_settled_at(at),
            None => Some(month) != newest_unsaid,
        };
        if !settled {
            unsettled.entry(month).or_default().insert(raw.dictionary.text(costs.provider[row]));
        }
    }
    unsettled
}

fn behind(raw: &Raw) -> Vec<Behind<'_>> {
    let runs = in_order(&raw.imports);
    let runs = || runs.iter().copied().filter(|run| run.scope == CLOUD_SCOPE);
    let Some(newest) = runs().map(|run| run.run).max() else { return Vec::new() };
    let succeeded = |run: &&ImportRun| run.outcome == RunOutcome::Ok;
    let asked: BTreeMap<&str, &ImportRun> =
        runs().filter(|run| run.run == newest).map(|run| (run.subject.as_str(), run)).collect();
    let failed = asked.into_iter().filter(|(subject, _)| {
        !runs().filter(|run| run.run == newest && run.subject == **subject).any(|run| succeeded(&run))
    });
    failed
        .map(|(subject, run)| Behind {
            label: if run.label.is_empty() { subject } else { &run.label },
            providers: providers_of(raw, subject),
            read: runs().filter(|run| run.subject == subject).filter(succeeded).collect(),
        })
        .collect()
}

/// The providers whose rows a source gave, else the one that its name tells.
fn providers_of<'a>(raw: &'a Raw, subject: &'a str) -> BTreeSet<Text<'a>> {
    let costs = &raw.cloud_costs;
    let of_rows: BTreeSet<Text<'_>> = (0..costs.month.len())
        .filter(|row| raw.dictionary.bytes(costs.source[*row]) == subject.as_bytes())
        .map(|row| raw.dictionary.text(costs.provider[row]))
        .collect();
    if !of_rows.is_empty() {
        return of_rows;
    }
    let connector = subject.split_once('/').map_or(subject, |(connector, _)| connector);
    CONNECTORS_OF_ONE_PROVIDER.into_iter().filter(|name| *name == connector).map(Text::from).collect()
}
