//! Bills that two sources give: the same subscription by API and in a FOCUS file.

use std::collections::{BTreeMap, BTreeSet};

use model::Month;
use model::columns::Raw;

use super::ledger::Text;
use super::providers::Providers;

/// Months that a notice lists at most.
const LISTED: usize = 3;

/// A line per account of a provider whose months come from several sources.
pub(super) fn notices(raw: &Raw, providers: &Providers) -> Vec<String> {
    let costs = &raw.cloud_costs;
    let text = |code| raw.dictionary.text(code);
    let mut sources: BTreeMap<(Text<'_>, String, Month), BTreeSet<Text<'_>>> = BTreeMap::new();
    for row in 0..costs.month.len() {
        let (account, source) = (account(&text(costs.account[row])), text(costs.source[row]));
        if !account.is_empty() && !source.is_empty() {
            let key = (providers.name(text(costs.provider[row])), account, costs.month[row]);
            sources.entry(key).or_default().insert(source);
        }
    }
    let mut doubles: BTreeMap<(Text<'_>, String, String), Vec<Month>> = BTreeMap::new();
    for ((provider, account, month), of) in sources.into_iter().filter(|(_, of)| of.len() > 1) {
        let of: Vec<&str> = of.iter().map(AsRef::as_ref).collect();
        doubles.entry((provider, account, of.join(" and "))).or_default().push(month);
    }
    doubles.iter().map(|((provider, account, of), months)| notice(provider, account, of, months)).collect()
}

fn notice(provider: &str, account: &str, sources: &str, months: &[Month]) -> String {
    let mut listed: Vec<String> = months.iter().take(LISTED).map(ToString::to_string).collect();
    if months.len() > LISTED {
        listed.push(format!("{} more", months.len() - LISTED));
    }
    format!(
        "account {account} of {provider} is billed by {sources}, and all of it is added up ({}): \
         leave one of them out of the configuration",
        listed.join(", ")
    )
}

/// An account without the path before it, which APIs leave out: `/subscriptions/ID`.
fn account(text: &str) -> String {
    text.rsplit('/').next().unwrap_or_default().trim().to_lowercase()
}
