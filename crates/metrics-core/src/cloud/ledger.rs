//! Entries of the tables, from the rows of the bills.

use std::collections::BTreeSet;

use model::records::ChargeCategory;
use model::{Amount, Instant, Month};

use super::bills::{Bills, Line, Text};

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
fn service<'a>(line: &Line<'a>) -> Text<'a> {
    match line.category {
        _ if !line.service.trim().is_empty() => line.service.clone(),
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
    pub(super) fn new(bills: &'a Bills<'_>) -> Self {
        let as_of = bills.as_of;
        let (begun, later): (Vec<&Line<'_>>, Vec<&Line<'_>>) =
            bills.lines.iter().partition(|line| line.month.start() <= as_of);
        let entry = |line: &'a Line<'_>| Entry {
            provider: line.provider.clone(),
            service: service(line),
            currency: line.currency.clone(),
            month: line.month,
            net: &line.net,
            grows: matches!(line.category, ChargeCategory::Usage | ChargeCategory::Unknown),
            days: line.observed_at.map(|at| line.month.days_until(at.min(as_of))),
        };
        Self {
            entries: begun.into_iter().map(entry).collect(),
            later: later.into_iter().map(|line| line.month).collect(),
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
