//! Some tables of several scopes at once.

use std::sync::Arc;

use model::Instant;
use model::columns::Raw;
use model::rules::{RuleSet, Rules};

use crate::calculate::{CalculateError, Calculation, calculate_tables};
use crate::catalogue::{self, TableScope};
use crate::selection::Selection;

/// Scopes in the order in which their tables stand in a calculation of everything.
const SCOPES: [TableScope; 5] =
    [TableScope::Issues, TableScope::PullRequests, TableScope::Delivery, TableScope::Ci, TableScope::CloudSpending];

/// The tables of some names, whatever their scopes, with their findings and summaries: one after the other, so that the
/// peak of memory is that of the largest.
///
/// Names that the catalogue does not have are left out. Rule set `cto-stats` gives whole scopes.
///
/// # Errors
/// When the configuration contradicts itself.
pub fn calculate_named(
    raw: &Raw,
    rules: &Rules,
    as_of: Option<Instant>,
    names: &[&str],
    selection: &Selection,
) -> Result<Calculation, CalculateError> {
    let mut all: Option<Calculation> = None;
    for scope in SCOPES {
        let of_scope: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| catalogue::table(name).is_some_and(|table| table.scope == scope))
            .collect();
        if of_scope.is_empty() {
            continue;
        }
        let mut one = calculate_tables(raw, rules, as_of, scope, Some(&of_scope), selection, None)?;
        if rules.set == RuleSet::Flow {
            one.tables.retain(|table| of_scope.contains(&table.name));
        }
        all = Some(match all {
            Some(all) => joined(all, one),
            None => one,
        });
    }
    match all {
        Some(all) => Ok(all),
        None => calculate_tables(raw, rules, as_of, TableScope::CloudSpending, Some(&[]), selection, None),
    }
}

/// Two calculations of the same data, of scopes that have nothing in common.
fn joined(mut one: Calculation, other: Calculation) -> Calculation {
    let Calculation { tables, notices, findings, findings_by_table, summaries, as_of, cloud_as_of } = other;
    one.tables.extend(tables);
    one.notices.extend(notices);
    one.findings.extend(findings);
    one.findings_by_table.extend(findings_by_table);
    one.summaries.flow = one.summaries.flow.or(summaries.flow);
    one.summaries.pull_requests = one.summaries.pull_requests.or(summaries.pull_requests);
    one.summaries.delivery = one.summaries.delivery.or(summaries.delivery);
    one.summaries.clouds = one.summaries.clouds.or(summaries.clouds);
    one.as_of = one.as_of.max(as_of);
    one.cloud_as_of = one.cloud_as_of.or(cloud_as_of);
    one
}

/// Some tables of calculations of different scopes of the same data, with all their summaries: as one calculation.
/// Without any, nothing.
pub fn named_of(calculations: &[Arc<Calculation>], names: &[&str]) -> Option<Calculation> {
    let of_one = |calculation: &Arc<Calculation>| Calculation {
        tables: calculation.tables.iter().filter(|table| names.contains(&table.name)).cloned().collect(),
        notices: calculation.notices.clone(),
        findings: calculation.findings.clone(),
        findings_by_table: calculation.findings_by_table.clone(),
        summaries: calculation.summaries.clone(),
        as_of: calculation.as_of,
        cloud_as_of: calculation.cloud_as_of,
    };
    calculations.iter().map(of_one).reduce(joined)
}
