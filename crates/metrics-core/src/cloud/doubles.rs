//! Bills that two sources give: the same subscription by API and in a FOCUS file.

use std::collections::{BTreeMap, BTreeSet};

use model::Month;
use model::names::comparable;

use super::bills::{Bills, Text};

/// Months that a notice lists at most.
const LISTED: usize = 3;

/// A line per account of a provider whose months come from several sources, and about CI that other bills may hold too.
pub(super) fn notices(bills: &Bills<'_>) -> Vec<String> {
    let mut sources: BTreeMap<(&str, String, Month), BTreeSet<&str>> = BTreeMap::new();
    for line in &bills.lines {
        let account = account(&line.account);
        if !account.is_empty() && !line.source.is_empty() {
            sources.entry((&line.provider, account, line.month)).or_default().insert(&line.source);
        }
    }
    let mut doubles: BTreeMap<(&str, String, String), Vec<Month>> = BTreeMap::new();
    for ((provider, account, month), of) in sources.into_iter().filter(|(_, of)| of.len() > 1) {
        let of: Vec<&str> = of.into_iter().collect();
        doubles.entry((provider, account, of.join(" and "))).or_default().push(month);
    }
    let accounts = doubles.iter().map(|((provider, account, of), months)| notice(provider, account, of, months));
    accounts.chain(left_out(bills)).chain(perhaps_twice(bills)).collect()
}

/// About the months of which a bill of CI is left out.
fn left_out(bills: &Bills<'_>) -> Option<String> {
    let months: Vec<Month> = bills.billed_elsewhere.iter().copied().collect();
    (!months.is_empty()).then(|| {
        let listed = listed(&months);
        format!(
            "the bills have GitHub as a provider: what GitHub itself tells of its bill of CI is left out ({listed})"
        )
    })
}

/// About services of other providers that are called after GitHub, which may bill through them.
fn perhaps_twice(bills: &Bills<'_>) -> Vec<String> {
    let of_ci: BTreeSet<Month> = bills.lines.iter().filter(|line| line.is_of_ci).map(|line| line.month).collect();
    let mut services: BTreeMap<(&Text<'_>, &Text<'_>), BTreeSet<Month>> = BTreeMap::new();
    for line in &bills.lines {
        if !line.is_of_ci && comparable(&line.service).contains("github") && of_ci.contains(&line.month) {
            services.entry((&line.provider, &line.service)).or_default().insert(line.month);
        }
    }
    let notice = |((provider, service), months): ((&Text<'_>, &Text<'_>), BTreeSet<Month>)| {
        let listed = listed(&months.into_iter().collect::<Vec<_>>());
        format!(
            "{provider} bills `{service}` ({listed}), and GitHub its CI: where the one holds the other, it counts twice until \
             `cloudspending: {{ci: false}}` leaves GitHub's own bill out"
        )
    };
    services.into_iter().map(notice).collect()
}

fn notice(provider: &str, account: &str, sources: &str, months: &[Month]) -> String {
    format!(
        "account {account} of {provider} is billed by {sources}, and all of it is added up ({}): \
         leave one of them out of the configuration",
        listed(months)
    )
}

fn listed(months: &[Month]) -> String {
    let mut listed: Vec<String> = months.iter().take(LISTED).map(ToString::to_string).collect();
    if months.len() > LISTED {
        listed.push(format!("{} more", months.len() - LISTED));
    }
    listed.join(", ")
}

/// An account without the path before it, which APIs leave out: `/subscriptions/ID`.
fn account(text: &str) -> String {
    text.rsplit('/').next().unwrap_or_default().trim().to_lowercase()
}
