//! What a person should know about the figures of delivery.

use model::Instant;
use model::columns::Raw;
use model::delivery::ServiceRules;
use model::names::comparable;
use model::pattern::Pattern;
use model::rules::Rules;

use super::facts::Facts;
use super::history::ServiceFacts;
use super::off_branch::OffBranch;

/// One line each.
pub(super) fn of(raw: &Raw, rules: &Rules, facts: &Facts, as_of: Instant, is_whole: bool) -> Vec<String> {
    let mut notices = if is_whole { unknown_repositories(raw, rules, facts) } else { Vec::new() };
    notices.extend(facts.of_unknown_workflows.iter().map(unknown_workflows));
    notices.extend(facts.off_branch.iter().map(off_branch));
    if facts.services.is_empty() {
        let succeeded = |at: Instant| at <= as_of;
        let any = (0..raw.deployments.id.len())
            .any(|row| raw.deployments.succeeded_at.get(row).is_some_and(succeeded) && facts.is_elsewhere);
        if any && is_whole {
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
        notices.extend(pushed_leads(service));
        if let Some(since) = service.silent_since {
            notices.push(format!(
                "service {}: no deployments since {}, while its merges go on: does the job still record them?",
                service.name,
                Instant::from_micros(since).to_rfc3339_seconds()
            ));
        }
    }
    notices
}

/// Services that name repositories which the data do not have; where there are any at all.
fn unknown_repositories(raw: &Raw, rules: &Rules, facts: &Facts) -> Vec<String> {
    let listed = raw.repositories.iter().map(|it| (&it.org, &it.name));
    let known: Vec<[String; 2]> = facts
        .repositories
        .iter()
        .map(|[org, name, _]| (org, name))
        .chain(listed)
        .map(|(org, name)| [comparable(name), comparable(&format!("{org}/{name}"))])
        .collect();
    let is_unknown = |name: &&String| !known.iter().flatten().any(|known| *known == comparable(name));
    let notice = |service: &ServiceRules| {
        let unknown: Vec<&str> = service.repos.iter().filter(is_unknown).map(String::as_str).collect();
        (!unknown.is_empty()).then(|| {
            format!(
                "service {}: there is no repository {}: import it, or write in delivery.services[].repos what it is called, name or org/name",
                service.name,
                unknown.join(" or ")
            )
        })
    };
    rules.delivery.services.iter().filter(|_| !known.is_empty()).filter_map(notice).collect()
}

/// What a median of lead times does not say by itself: that some of them rest on the word of whoever deploys.
fn pushed_leads(service: &ServiceFacts) -> Option<String> {
    let pushed = service.pushed_leads().filter(|(_, lead)| *lead >= 0).count();
    let linked = service.changes.iter().filter(|change| change.lead().is_some_and(|lead| lead >= 0)).count();
    let all = pushed + linked;
    (pushed > 0).then(|| {
        format!(
            "service {}: {pushed} of {all} lead times are as they were pushed, since no change is linked to these deployments",
            service.name
        )
    })
}

fn unknown_workflows((service, count): &(String, usize)) -> String {
    let deployments = if *count == 1 { "1 deployment".to_owned() } else { format!("{count} deployments") };
    format!(
        "service {service}: {deployments} to production do not count, since the run of a workflow that made them is not \
         known: import again where its workflows were named since (cto-import --delivery); runs that GitHub has deleted since stay unknown"
    )
}

fn off_branch(OffBranch { service, off, on }: &OffBranch) -> String {
    let commits = if *off == 1 { "1 commit was" } else { &format!("{off} commits were") };
    format!(
        "service {service}: {commits} pushed as deployed to production that the default branch does not hold, and {on} that it holds: \
         where builds of pull requests deploy previews, push their environment with them"
    )
}
