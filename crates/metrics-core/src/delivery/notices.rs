//! What a person should know about the figures of delivery.

use model::Instant;
use model::columns::Raw;
use model::instant::MICROS_PER_DAY;
use model::pattern::Pattern;
use model::rules::Rules;

use super::facts::{Facts, ServiceFacts};
use crate::coverage::Coverage;

/// Days without a deployment after which it is asked whether they are still recorded.
const SILENT_DAYS: i64 = 28;
/// Merges into the default branch since the last deployment, before that is asked.
const SILENT_MERGES: usize = 5;

/// One line each.
pub(super) fn of(
    raw: &Raw,
    rules: &Rules,
    facts: &Facts,
    coverage: &Coverage,
    as_of: Instant,
    is_everything: bool,
) -> Vec<String> {
    let mut notices: Vec<String> = facts.of_unknown_workflows.iter().map(unknown_workflows).collect();
    if facts.services.is_empty() {
        let succeeded = |at: Instant| at <= as_of;
        let any = (0..raw.deployments.id.len())
            .any(|row| raw.deployments.succeeded_at.get(row).is_some_and(succeeded) && facts.is_elsewhere);
        if any && is_everything {
            let patterns: Vec<&str> = rules.delivery.production.environments.iter().map(Pattern::as_str).collect();
            notices.push(format!(
                "no deployment is to production: no environment matches {}; name yours in delivery.production.environments, or in those of its service",
                patterns.join(", ")
            ));
        }
        return notices;
    }
    if !facts.has_incidents {
        notices.push(
            "no source of incidents: time to restore is unknown, and failed deployments rest on labels, rollbacks and hotfixes alone; \
             say delivery.incidents.github_issues: true where issues with the label incident are incidents"
                .to_owned(),
        );
    }
    for service in &facts.services {
        if let Some(since) = silent_since(service, as_of.min(coverage.until)) {
            notices.push(format!(
                "service {}: no deployments since {}, while its merges go on: does the job still record them?",
                service.name,
                Instant::from_micros(since).to_rfc3339_seconds()
            ));
        }
    }
    notices
}

fn unknown_workflows((service, count): &(String, usize)) -> String {
    let deployments = if *count == 1 { "1 deployment".to_owned() } else { format!("{count} deployments") };
    format!(
        "service {service}: {deployments} to production do not count, since the run of a workflow that made them is not \
         known: import again where its workflows were named since (cto-import --delivery); runs that GitHub has deleted since stay unknown"
    )
}

/// The last deployment of a service of which none is recorded any more, as it seems: four weeks and longer than ever
/// before without one, while changes are merged.
fn silent_since(service: &ServiceFacts, until: Instant) -> Option<i64> {
    let successes: Vec<i64> = service.rollouts.iter().filter_map(|rollout| rollout.succeeded).collect();
    let last = *successes.last()?;
    let longest = successes.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default();
    let silence = until.micros().saturating_sub(last);
    let merges = service.changes.iter().filter(|change| change.is_default && change.merged > last).count();
    let is_silent = silence > SILENT_DAYS * MICROS_PER_DAY && silence > 2 * longest && merges >= SILENT_MERGES;
    (is_silent && service.is_by_deployments()).then_some(last)
}
