//! Rows of what is billed: those of the ledger, and what GitHub bills for CI.
//!
//! The bill of CI has days and repositories that a ledger has not, so that it stays in a table of its own; here it is
//! one provider more, by month and organisation.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use model::columns::Raw;
use model::records::{ChargeCategory, ImportRun, RunOutcome, Scope, USUAL_HOST, host_or_usual};
use model::rules::CloudRules;
use model::{Amount, Instant, Month};

use super::providers::{GITHUB, Providers};
use crate::coverage::{CI_BILL_SCOPE, CLOUD_SCOPE, in_order, source_of_bills};

/// A text of the bills or of the configuration.
pub(super) type Text<'a> = Cow<'a, str>;

/// What the service is called that the bill of CI is for.
const CI_SERVICE: &str = "GitHub Actions";

/// One row.
pub(super) struct Line<'a> {
    /// By its one name.
    pub(super) provider: Text<'a>,
    pub(super) account: Text<'a>,
    pub(super) service: Text<'a>,
    pub(super) currency: Text<'a>,
    pub(super) category: ChargeCategory,
    pub(super) month: Month,
    /// What is billed, net of credits.
    pub(super) net: Cow<'a, Amount>,
    /// Up to when the month was known; `None` when nothing says.
    pub(super) observed_at: Option<Instant>,
    pub(super) source: Text<'a>,
    /// Whether it is of GitHub's own bill of CI.
    pub(super) is_of_ci: bool,
}

/// An import of one source of bills.
#[derive(Clone, Copy)]
pub(super) struct BillRun<'a> {
    pub(super) run: &'a ImportRun,
    pub(super) is_of_ci: bool,
}

impl<'a> BillRun<'a> {
    /// As in [`Line::source`].
    pub(super) fn source(&self) -> Text<'a> {
        source_of_bills(self.run).0
    }

    /// How people call the source.
    pub(super) fn label(&self) -> Text<'a> {
        source_of_bills(self.run).1
    }

    pub(super) fn is_ok(&self) -> bool {
        self.run.outcome == RunOutcome::Ok
    }

    /// Whether it asked for a month, and when.
    fn read_at(&self, month: Month) -> Option<Instant> {
        let asked = self.run.covered_from.is_none_or(|from| Month::of(from) <= month);
        self.run.covered_to.filter(|_| self.is_ok() && asked)
    }

    /// Whether it asked for a month once that had settled.
    pub(super) fn has_settled(&self, month: Month) -> bool {
        self.read_at(month).is_some_and(|at| month.is_settled_at(at))
    }
}

/// Everything that is billed, and the imports that brought it.
pub(super) struct Bills<'a> {
    pub(super) lines: Vec<Line<'a>>,
    /// Imports of the clouds' bills in the order in which they ran, and those of bills of CI.
    pub(super) imports: [Vec<BillRun<'a>>; 2],
    pub(super) as_of: Instant,
    /// Months of which GitHub's own bill is left out, since the ledger has one of GitHub.
    pub(super) billed_elsewhere: BTreeSet<Month>,
}

impl<'a> Bills<'a> {
    /// What was used of CI after `as_of` is left out of the month that runs then.
    pub(super) fn of(raw: &'a Raw, rules: &CloudRules, providers: &Providers, as_of: Instant) -> Self {
        let of_scope = |scope: Scope| -> Vec<BillRun<'a>> {
            let runs = in_order(&raw.imports).into_iter().filter(|run| run.scope == scope);
            runs.map(|run| BillRun { run, is_of_ci: scope == CI_BILL_SCOPE }).collect()
        };
        let of_ci = if rules.without_ci { Vec::new() } else { of_scope(CI_BILL_SCOPE) };
        let imports = [of_scope(CLOUD_SCOPE), of_ci];
        let mut bills = Self { lines: ledger(raw, providers), imports, as_of, billed_elsewhere: BTreeSet::new() };
        if !rules.without_ci {
            bills.add_ci(raw, providers);
        }
        bills
    }

    fn add_ci(&mut self, raw: &'a Raw, providers: &Providers) {
        let provider = providers.name(GITHUB.into());
        let elsewhere: BTreeSet<Month> =
            self.lines.iter().filter(|line| line.provider == provider).map(|line| line.month).collect();
        // Without any record of an import it is known as the other bills are.
        let unsaid = raw.cloud_as_of.filter(|_| self.imports[1].is_empty());
        for ((month, org, host, currency), net) in by_month(raw, self.as_of) {
            if elsewhere.contains(&month) {
                self.billed_elsewhere.insert(month);
                continue;
            }
            let (org, host) = (raw.dictionary.text(org), raw.dictionary.text(host));
            let source = format!("{GITHUB}/{org}");
            let line = Line {
                provider: provider.clone(),
                service: CI_SERVICE.into(),
                currency: raw.dictionary.text(currency),
                category: ChargeCategory::Usage,
                month,
                net: Cow::Owned(net),
                observed_at: self.read_at(&source, month).or(unsaid),
                source: source.into(),
                is_of_ci: true,
                account: match host_or_usual(&host) {
                    USUAL_HOST => org,
                    host => format!("{host}/{org}").into(),
                },
            };
            self.lines.push(line);
        }
    }

    /// When a month of a bill of CI was read last; `None` where that is not known, since an import after it stopped
    /// somewhere.
    fn read_at(&self, source: &str, month: Month) -> Option<Instant> {
        let runs = self.imports[1].iter().filter(|run| run.source() == source);
        let last = runs.clone().next_back()?;
        let read = runs.filter_map(|run| run.read_at(month)).max();
        read.filter(|at| last.is_ok() || month.is_settled_at(*at))
    }

    /// The providers whose rows a source gave.
    pub(super) fn providers_of(&self, source: &str) -> BTreeSet<Text<'a>> {
        self.lines.iter().filter(|line| line.source == source).map(|line| line.provider.clone()).collect()
    }
}

fn ledger<'a>(raw: &'a Raw, providers: &Providers) -> Vec<Line<'a>> {
    let costs = &raw.cloud_costs;
    let text = |code: u32| raw.dictionary.text(code);
    let line = |row: usize| Line {
        provider: providers.name(text(costs.provider[row])),
        // Columns that a caller may leave out.
        account: costs.account.get(row).map_or_else(Text::default, text),
        service: text(costs.service[row]),
        currency: text(costs.currency[row]),
        category: costs.charge_category[row],
        month: costs.month[row],
        net: Cow::Borrowed(&costs.net[row]),
        observed_at: costs.observed_at.get(row),
        source: text(costs.source[row]),
        is_of_ci: false,
    };
    (0..costs.month.len()).map(line).collect()
}

/// Codes of the organisation, its host and the currency.
type OfMonth = (Month, u32, u32, u32);

/// The bill of CI by month.
fn by_month(raw: &Raw, as_of: Instant) -> BTreeMap<OfMonth, Amount> {
    let columns = &raw.ci_bills;
    let mut sums: BTreeMap<OfMonth, Amount> = BTreeMap::new();
    for (row, net) in columns.net.iter().enumerate() {
        let Some(day) = columns.day.get(row) else { continue };
        let month = Month::of(day);
        if day <= as_of || month.start() > as_of {
            *sums.entry((month, columns.org[row], columns.host[row], columns.currency[row])).or_default() += net;
        }
    }
    sums
}
