//! Delivery under rule set `flow`: what reached users, how fast, and how safely. The five DORA keys, by evidence.
//!
//! **Services.** A service is made of repositories, or of folders of them; without a configuration each repository is one.
//! What is production is said by names and tiers of environments; where nothing was ever deployed to production, published
//! releases are the deployments. A service may say that runs of its workflows are.
//!
//! **Rollouts.** A deployment that reached production, with the same commit's later ones to other environments, is one
//! rollout. It is a *change*, a *rollback* (to a commit that is behind the one that was live, or that diverged from it and
//! was live before), or a *redeploy* of the same commit, which counts nowhere. See `rollouts.rs`.
//!
//! **Changes.** A change is a merged pull request. The rollout that served it first is found by the commit graph, see
//! `shipping.rs`; each row says how, how sure that is, and if there is none why.
//!
//! **Failures.** A rollout failed if an incident is laid to it, if a change that it shipped carries a label that says so,
//! or if the next rollout is a rollback or ships a hotfix, within a window. See `failures.rs`.
//!
//! The definitions and their sources are in `docs/metrics.md`.

mod alerts;
mod counts;
mod facts;
mod failures;
mod graph;
mod happenings;
mod history;
mod incidents;
mod keys;
mod labels;
mod lists;
mod notices;
mod off_branch;
mod part;
mod repositories;
mod rollouts;
mod services;
mod shipping;
mod silence;

#[cfg(test)]
mod tests;

use model::Instant;
use model::columns::{Raw, Scopes};
use model::rules::{RuleSet, Rules};
use model::table::Table;

use crate::calendar::Cut;
use crate::catalogue;
use crate::coverage::{Coverage, DELIVERY_SCOPES};
use crate::selection::Chosen;
use crate::summary::DeliveryFacts;
use crate::wanted::Wanted;
use facts::Facts;
use repositories::Repositories;
use services::{Evidence, Service, Services};

pub(crate) use counts::wilson;
pub(crate) use happenings::{Happening, What, each as each_happening};

/// The tables of delivery, and what is said beside them.
#[derive(Debug, Default)]
pub(crate) struct Delivered {
    /// `dora_week`, `dora_month`, `dora_day`, `dora_team_month` where there are teams, `calculated_deployment`,
    /// `calculated_change`, `calculated_incident`, as far as they are wanted.
    pub(crate) tables: Vec<Table>,
    /// What a person should know about the figures.
    pub(crate) notices: Vec<String>,
    /// What the summary of any days needs; `None` where nothing was deployed.
    pub(crate) summary: Option<DeliveryFacts>,
}

/// Whether anything was ever deployed or released, or workflows ever ran of which a service says that they deploy.
pub fn has_delivery(raw: &Raw, rules: &Rules) -> bool {
    !raw.deployments.id.is_empty()
        || !raw.releases.id.is_empty()
        || (rules.delivery.name_workflows() && !raw.ci_runs.run_id.is_empty())
}

/// Names of the services that ever deployed, in order; none under `cto-stats`.
pub fn services(raw: &Raw, rules: &Rules) -> Vec<String> {
    if !has_delivery(raw, rules) || rules.set != RuleSet::Flow {
        return Vec::new();
    }
    let repositories = Repositories::of(raw, &rules.delivery, i64::MAX);
    let services = Services::of(raw, &rules.delivery, &repositories);
    let deploys = |service: &&Service<'_>| {
        service.repositories.iter().any(|place| {
            let repository = &repositories.all[*place];
            match services.evidence(service, *place) {
                Evidence::Deployments => {
                    repository.deployments.iter().any(|row| services.is_production(raw, service, *row as usize))
                }
                Evidence::Releases => !repository.releases.is_empty(),
                Evidence::Runs => repository.runs.iter().any(|row| Services::is_deploying(raw, service, *row as usize)),
            }
        })
    };
    services.all.iter().filter(deploys).map(|service| service.name.clone()).collect()
}

/// The tables of a selection that are wanted.
pub(crate) fn tables_of(raw: &Raw, rules: &Rules, as_of: Instant, chosen: &Chosen, wanted: Wanted<'_>) -> Delivered {
    let coverage = Coverage::of(raw, &DELIVERY_SCOPES, as_of, chosen);
    let facts = Facts::of(raw, rules, as_of, coverage.until, chosen);
    let cut = |name, cut| keys::table(name, cut, &facts, rules, &coverage, as_of);
    let attempts_count = rules.delivery.failure.attempt;
    let tables: [(&str, &dyn Fn() -> Table); 7] = [
        ("dora_week", &|| cut("dora_week", Cut::Week)),
        ("dora_month", &|| cut("dora_month", Cut::Month)),
        ("dora_day", &|| cut("dora_day", Cut::Day)),
        ("dora_team_month", &|| keys::by_team("dora_team_month", &facts, raw, rules, as_of, chosen)),
        ("calculated_deployment", &|| lists::deployments(raw, &facts, attempts_count)),
        ("calculated_change", &|| lists::changes(raw, &facts)),
        ("calculated_incident", &|| lists::incidents(raw, &facts)),
    ];
    let is_written = |name: &str| catalogue::table(name).is_some_and(|table| table.is_written(rules, Scopes::DELIVERY));
    let tables = tables.iter().filter(|(name, _)| wanted.has(name) && is_written(name));
    let tables: Vec<Table> = tables.map(|(_, table)| table()).collect();
    let summary = wanted.has("dora_summary").then(|| facts.summary(rules, &coverage, as_of, &tables)).flatten();
    Delivered { notices: notices::of(raw, rules, &facts, as_of, chosen.is_all_of_delivery()), tables, summary }
}
