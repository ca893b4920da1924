//! Ledger entries of the raw table, with their texts resolved.

use std::borrow::Cow;
use std::collections::BTreeSet;

use model::columns::Raw;
use model::records::ChargeCategory;
use model::{Amount, Instant, Month};

use super::providers::Providers;

/// A text of the bills or of the configuration.
pub(super) type Text<'a> = Cow<'a, str>;

/// One row of the bills.
pub(super) struct Entry<'a> {
    pub(super) provider: Text<'a>,
    pub(super) service: Text<'a>,
    pub(super) currency: Text<'a>,
    pub(super) month: Month,
    /// What is billed, net of credits.
    pub(super) net: &'a Amount,
    /// Whether it grows with the days of the month: use does, what is bought, taxed, credited or adjusted does not.
    pub(super) grows: bool,
    /// Whole days of the month that were over when it was read and by `as_of`; `None` when nothing says when it was
    /// read.
    pub(super) days: Option<i64>,
}

/// A service by its name; what has none by its kind of charge: purchases, taxes and roundings often have none.
fn service(name: Text<'_>, category: ChargeCategory) -> Text<'_> {
    match category {
        _ if !name.trim().is_empty() => name,
        ChargeCategory::Unknown => "(no service)".into(),
        category => format!("(no service): {}", category.name()).into(),
    }
}

/// The rows of the months that had begun.
pub(super) struct Ledger<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    /// Months that begin after `as_of`.
    later: BTreeSet<Month>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(raw: &'a Raw, providers: &Providers, as_of: Instant) -> Self {
        let costs = &raw.cloud_costs;
        let (begun, later): (Vec<usize>, Vec<usize>) =
            (0..costs.month.len()).partition(|row| costs.month[*row].start() <= as_of);
        let entry = |row: usize| {
            let month = costs.month[row];
            Entry {
                provider: providers.name(raw.dictionary.text(costs.provider[row])),
                service: service(raw.dictionary.text(costs.service[row]), costs.charge_category[row]),
                currency: raw.dictionary.text(costs.currency[row]),
                month,
                net: &costs.net[row],
                grows: matches!(costs.charge_category[row], ChargeCategory::Usage | ChargeCategory::Unknown),
                days: costs.observed_at.get(row).map(|at| month.days_until(at.min(as_of))),
            }
        };
        Self {
            entries: begun.into_iter().map(entry).collect(),
            later: later.into_iter().map(|row| costs.month[row]).collect(),
        }
    }

    /// A line about the months that are left out.
    pub(super) fn notice(&self, as_of: Instant) -> Option<String> {
        match self.later.len() {
            0 => None,
            1 => Some(format!("1 month of cloud costs begins after {as_of}: it is in no table")),
            months => Some(format!("{months} months of cloud costs begin after {as_of}: they are in no table")),
        }
    }
}
