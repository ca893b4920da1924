//! Cloud spending under rule set `flow`: what the providers bill by month, by group or service, and side by side.
//! What GitHub bills for CI is among it; estimates of CI are not.
//!
//! Sums are exact. Amounts of different currencies are never added, and what a provider did not bill is absent, not 0.
//! Months are those of the bills, in UTC.
//!
//! **Complete.** A provider's month is complete as a whole, for all its accounts, services and currencies, or it is
//! not: it has settled at `as_of`, every row of it was read once it had settled, and no source of the provider is
//! behind. Only complete months are compared and enter control limits.

mod bills;
mod completeness;
mod doubles;
mod figures;
mod grouping;
mod ledger;
mod providers;
mod series;
mod tables;
mod totals;
pub(crate) mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use model::columns::Raw;
use model::rules::{ProcessChange, RuleSet, Rules};
use model::table::Table;
use model::{Instant, Month};

use bills::Bills;
use completeness::Completeness;
use grouping::{Comparisons, Cut};
use ledger::Ledger;
use providers::{GITHUB, Providers};
use series::{MonthOfSeries, Series, Sums};

use crate::findings::FindingsByTable;
use crate::summary::{CloudFacts, CurrencyFacts, MonthFacts};

pub(crate) use figures::Change;
pub use figures::RUN_RATE_MINIMUM_DAYS;
pub use totals::LARGEST_GROUPS;

/// What the bills say.
#[derive(Clone, Debug, Default)]
pub struct CloudSpending {
    /// `cloud_spending_monthly`, `cloud_spending_services`, `cloud_spending_compared` and `cloud_spending_totals`, the
    /// third with its header only when nothing is compared. Months without a row of the bills are absent. `cloud_spending_summary` is the
    /// calculation's: see [`summary`](crate::summary).
    pub tables: Vec<Table>,
    /// What a person should know about them, one line each.
    pub notices: Vec<String>,
    /// What they say, in full sentences: per provider and currency the last complete month and the months after it,
    /// then whatever is beyond its limits in the last complete month.
    pub findings: Vec<String>,
    /// The same sentences by the table that they are about.
    pub findings_by_table: FindingsByTable,
    /// What the summary of any months needs.
    pub(crate) summary: CloudFacts,
}

/// The tables of the clouds' bills as of an instant; months that begin later are left out.
///
/// Of the rules, `cloud` and `process_changes` count.
pub fn cloud_spending(raw: &Raw, rules: &Rules, as_of: Instant) -> CloudSpending {
    let providers = Providers::of(&rules.cloud);
    let bills = Bills::of(raw, &rules.cloud, &providers, as_of);
    let ledger = Ledger::new(&bills);
    let completeness = Completeness::new(&bills, &providers);
    let cut = Cut::of(&rules.cloud);
    let comparisons = Comparisons::of(&rules.cloud.comparisons);
    let changes = &rules.process_changes;

    let [monthly, services, compared] = said_series(&ledger, &cut, &comparisons, &completeness, changes);
    let whole = by_currency(&ledger).into_series(&completeness, changes);

    let mut notices: Vec<String> = ledger.notice(as_of).into_iter().collect();
    notices.extend(completeness.notices());
    notices.extend(doubles::notices(&bills));
    notices.extend(grouping::notices(&ledger, &cut, &comparisons));
    let said = sentences(&monthly, &services, &compared);
    CloudSpending {
        tables: vec![
            tables::monthly(&monthly, &completeness),
            tables::services(&services, cut.column()),
            tables::compared(&compared),
            totals::totals(&whole, &services),
        ],
        notices,
        findings: [&said[MONTHLY][..], &said[SERVICES][..]].concat(),
        findings_by_table: said,
        summary: summary(&whole, &monthly),
    }
}

/// Whether anything is billed.
pub fn has_bills(raw: &Raw, rules: &Rules) -> bool {
    !raw.cloud_costs.month.is_empty() || counts_ci(raw, rules)
}

/// The first and the last month of the bills.
pub fn billed_months(raw: &Raw, rules: &Rules) -> Option<(Month, Month)> {
    let of_ci = raw.ci_bills.day.all_micros().filter(|day| counts_ci(raw, rules) && *day != Instant::NULL_MICROS);
    let (first, last) = of_ci.fold((i64::MAX, i64::MIN), |(first, last), day| (first.min(day), last.max(day)));
    let of_ci = (first <= last).then(|| [first, last].map(|day| Month::of(Instant::from_micros(day))));
    let months = || raw.cloud_costs.month.iter().copied().chain(of_ci.into_iter().flatten());
    months().min().zip(months().max())
}

/// What the providers of the bills are called in the tables of the rule set, in order.
pub fn provider_names(raw: &Raw, rules: &Rules) -> BTreeSet<String> {
    let providers = Providers::of(&rules.cloud);
    let own: BTreeSet<u32> = raw.cloud_costs.provider.iter().copied().collect();
    let name = |own| match rules.set {
        RuleSet::Flow => providers.name(own),
        RuleSet::CtoStats => own,
    };
    let of_ci = counts_ci(raw, rules).then(|| GITHUB.into());
    own.into_iter().map(|code| raw.dictionary.text(code)).chain(of_ci).map(|own| name(own).into_owned()).collect()
}

/// Whether a bill of CI is among the bills: the original knows none.
pub(crate) fn counts_ci(raw: &Raw, rules: &Rules) -> bool {
    rules.set == RuleSet::Flow && !rules.cloud.without_ci && !raw.ci_bills.net.is_empty()
}

const MONTHLY: &str = "cloud_spending_monthly";
const SERVICES: &str = "cloud_spending_services";

/// What the tables say of the months up to one, later ones left out of sight. What is complete is complete as of `as_of`.
pub fn findings_until(raw: &Raw, rules: &Rules, as_of: Instant, last: Month) -> FindingsByTable {
    let providers = Providers::of(&rules.cloud);
    let bills = Bills::of(raw, &rules.cloud, &providers, as_of);
    let ledger = Ledger::new(&bills);
    let completeness = Completeness::new(&bills, &providers);
    let comparisons = Comparisons::of(&rules.cloud.comparisons);
    let cut = Cut::of(&rules.cloud);
    let [monthly, services, compared] = said_series(&ledger, &cut, &comparisons, &completeness, &rules.process_changes)
        .map(|mut series| {
            for series in &mut series {
                series.months.retain(|month| month.month <= last);
            }
            series.retain(|series| !series.months.is_empty());
            series
        });
    sentences(&monthly, &services, &compared)
}

/// The series that sentences are about: of providers, of groups or services, and of comparisons.
fn said_series<'a>(
    ledger: &Ledger<'a>,
    cut: &'a Cut,
    comparisons: &'a Comparisons,
    completeness: &Completeness<'_>,
    changes: &[ProcessChange],
) -> [Vec<Series<'a>>; 3] {
    [by_provider(ledger), by_name(ledger, cut), by_comparison(ledger, comparisons)]
        .map(|sums| sums.into_series(completeness, changes))
}

fn sentences(monthly: &[Series<'_>], services: &[Series<'_>], compared: &[Series<'_>]) -> FindingsByTable {
    let said = words::findings(monthly, services);
    FindingsByTable::from([
        (MONTHLY, said.monthly),
        (SERVICES, said.services),
        ("cloud_spending_compared", words::compared(compared)),
    ])
}

fn by_provider<'a>(ledger: &Ledger<'a>) -> Sums<'a> {
    let mut sums = Sums::default();
    for entry in &ledger.entries {
        sums.add([entry.provider.clone(), "".into(), entry.currency.clone()], entry);
    }
    sums
}

fn by_currency<'a>(ledger: &Ledger<'a>) -> Sums<'a> {
    let mut sums = Sums::default();
    for entry in &ledger.entries {
        sums.add(["".into(), "".into(), entry.currency.clone()], entry);
    }
    sums
}

/// What the summary needs of the series of whole currencies, and of those of each provider in them.
fn summary(currencies: &[Series<'_>], monthly: &[Series<'_>]) -> CloudFacts {
    let currency = |series: &Series<'_>| {
        let of_currency = || monthly.iter().filter(|own| own.key[2] == series.key[2]);
        let month = |month: &MonthOfSeries| {
            let whole = of_currency().filter_map(|own| {
                let billed = own.months.iter().find(|billed| billed.month == month.month)?;
                let whole = if billed.complete { Some(&billed.cost) } else { billed.pace.run_rate.as_ref() };
                Some((own.key[0].to_string(), whole.cloned()))
            });
            (month.month, MonthFacts { cost: month.cost.clone(), complete: month.complete, whole: whole.collect() })
        };
        CurrencyFacts {
            currency: series.key[2].to_string(),
            providers: of_currency().map(|own| own.key[0].to_string()).collect(),
            months: series.months.iter().map(month).collect(),
        }
    };
    CloudFacts { currencies: currencies.iter().map(currency).collect() }
}

fn by_name<'a>(ledger: &Ledger<'a>, cut: &'a Cut) -> Sums<'a> {
    let mut sums = Sums::default();
    for entry in &ledger.entries {
        for name in cut.names(&entry.service) {
            sums.add([entry.provider.clone(), name, entry.currency.clone()], entry);
        }
    }
    sums
}

fn by_comparison<'a>(ledger: &Ledger<'a>, comparisons: &'a Comparisons) -> Sums<'a> {
    let mut sums = Sums::default();
    for entry in &ledger.entries {
        for (comparison, group) in comparisons.groups_of(&entry.service) {
            sums.add([comparison.into(), group.into(), entry.currency.clone()], entry);
        }
    }
    sums
}
