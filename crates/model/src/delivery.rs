//! Rules of delivery: what is production, what a service is, what counts as a failure.

use std::collections::BTreeMap;

use crate::names::comparable;
use crate::pattern::Pattern;

/// What the configuration says of delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryRules {
    /// Which environments are production.
    pub production: Production,
    /// What counts as deployments where a service does not say.
    pub deployments_from: DeploymentsFrom,
    /// Services, in the order of the configuration. A repository of none is one by itself, called `org/repo`.
    pub services: Vec<ServiceRules>,
    /// A commit that reaches several production environments within so many hours is one deployment.
    pub rollout_hours: f64,
    /// What a hotfix is.
    pub hotfix: HotfixRules,
    /// What makes a deployment count as failed.
    pub failure: FailureRules,
    /// What incidents are.
    pub incidents: IncidentRules,
    /// Where the lead time begins.
    pub lead_from: LeadFrom,
    /// Where the lead time ends.
    pub lead_to: LeadTo,
}

/// Which environments are production: any name or tier that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Production {
    /// By name.
    pub environments: Vec<Pattern>,
    /// By the provider's tier.
    pub tiers: Vec<String>,
}

impl Production {
    /// Whether an environment is among them, by its name or by its tier, which is compared without case.
    pub fn holds(&self, environment: &str, tier: &str) -> bool {
        let tier = comparable(tier);
        let has_tier = !tier.is_empty() && self.tiers.iter().any(|known| comparable(known) == tier);
        has_tier || self.environments.iter().any(|pattern| pattern.matches(environment))
    }
}

/// What counts as deployments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeploymentsFrom {
    /// Deployments to production where there ever was one, else releases.
    #[default]
    Auto,
    /// Deployments to production.
    Deployments,
    /// Published releases that are no prereleases.
    Releases,
    /// Runs of the workflows of a service, for the default branch or for the branches and tags that it names.
    Runs,
}

/// One service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceRules {
    /// Its name.
    pub name: String,
    /// Its repositories, with or without `org/`.
    pub repos: Vec<String>,
    /// Environments that are its production, in place of those of [`DeliveryRules::production`]; empty = those.
    pub environments: Vec<Pattern>,
    /// Folders whose changes are its own, up to three levels deep; empty = all of its repositories.
    pub paths: Vec<String>,
    /// Tasks of deployments that are its own; empty = all.
    pub tasks: Vec<String>,
    /// Workflows whose runs deploy it: names of files, or their paths; empty = all.
    pub workflows: Vec<String>,
    /// Branches and tags that it is deployed from; empty = all, of runs the default branch.
    pub refs: Vec<Pattern>,
    /// What counts as its deployments; `None` as for all.
    pub deployments_from: Option<DeploymentsFrom>,
}

impl DeliveryRules {
    /// Whether an environment is production by the general rules or by those of any service.
    pub fn is_anybodys_production(&self, environment: &str, tier: &str) -> bool {
        let mut of_services = self.services.iter().flat_map(|service| &service.environments);
        self.production.holds(environment, tier) || of_services.any(|pattern| pattern.matches(environment))
    }

    /// Whether the changes of a repository are told apart by the folders that they touch.
    pub fn tells_folders_apart(&self, org: &str, name: &str) -> bool {
        self.services.iter().any(|service| !service.paths.is_empty() && service.has_repository(org, name))
    }

    /// Whether any service names workflows.
    pub fn name_workflows(&self) -> bool {
        self.services.iter().any(|service| !service.workflows.is_empty())
    }

    /// The workflows of a repository that services name, each once, in order.
    pub fn workflows_of(&self, org: &str, repo: &str) -> Vec<String> {
        let services = self.services.iter().filter(|service| service.has_repository(org, repo));
        let mut workflows: Vec<String> = services.flat_map(|service| service.workflows.iter().cloned()).collect();
        workflows.sort_unstable();
        workflows.dedup();
        workflows
    }

    /// Whether a run of a workflow of a repository deploys a service when it succeeds.
    pub fn deploys(&self, org: &str, repo: &str, run: WorkflowRun<'_>) -> bool {
        let by_runs = |service: &&ServiceRules| service.deployments_from == Some(DeploymentsFrom::Runs);
        self.services.iter().filter(by_runs).any(|it| it.has_repository(org, repo) && it.is_deployed_by(run))
    }
}

/// What says of a run of a workflow whether it deploys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkflowRun<'a> {
    /// File of the workflow.
    pub path: &'a str,
    /// What started it.
    pub event: &'a str,
    /// Branch or tag that it ran for.
    pub git_ref: &'a str,
    /// Whether that is the default branch.
    pub is_of_default_branch: bool,
}

impl ServiceRules {
    /// Whether it names a repository, with or without its organisation.
    pub fn has_repository(&self, org: &str, repo: &str) -> bool {
        let (full, bare) = (comparable(&format!("{org}/{repo}")), comparable(repo));
        self.repos.iter().map(|name| comparable(name)).any(|name| name == full || name == bare)
    }

    /// Whether a run of a workflow deploys it when it succeeds: one of its workflows, for the default branch or for a branch
    /// or tag that it names. What a pull request has started deploys nothing: the branch of that name may be a fork's.
    pub fn is_deployed_by(&self, run: WorkflowRun<'_>) -> bool {
        let named = || self.refs.iter().any(|pattern| pattern.matches(run.git_ref));
        let is_from = if self.refs.is_empty() { run.is_of_default_branch } else { named() };
        is_from && !run.event.starts_with("pull_request") && self.has_workflow(run.path)
    }

    /// Whether a workflow is one of its own, by its file: `deploy.yml` is `.github/workflows/deploy.yml`.
    pub fn has_workflow(&self, path: &str) -> bool {
        let named = |name: &String| path == name || path.rsplit_once('/').is_some_and(|(_, file)| file == name);
        self.workflows.iter().any(named)
    }
}

/// What a hotfix is: a change with one of these labels, branches or titles.
#[derive(Clone, Debug, PartialEq)]
pub struct HotfixRules {
    /// Labels, without case.
    pub labels: Vec<String>,
    /// Branches that it is merged from.
    pub branches: Vec<Pattern>,
    /// Titles.
    pub titles: Vec<Pattern>,
    /// A rollback or hotfix within so many hours says that the deployment before it failed.
    pub window_hours: f64,
}

/// What makes a deployment count as failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each cause is switched by itself")]
pub struct FailureRules {
    /// An incident that it caused.
    pub incident: bool,
    /// A change that carries one of [`FailureRules::labels`].
    pub label: bool,
    /// A rollback next.
    pub rollback: bool,
    /// A hotfix next.
    pub hotfix: bool,
    /// An attempt that failed; it then counts as a deployment too.
    pub attempt: bool,
    /// Labels of changes that caused a failure, without case.
    pub labels: Vec<String>,
}

/// What incidents are, and which deployment they are laid to.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentRules {
    /// An incident that begins within so many hours after a deployment is laid to it.
    pub window_hours: f64,
    /// Whether issues with one of [`IncidentRules::labels`] are incidents.
    pub github_issues: bool,
    /// Labels of issues that are incidents, without case; of each entry an issue has to carry all.
    pub labels: Vec<Vec<String>>,
    /// Services by what sources of incidents call them, which is [`comparable`].
    pub services: BTreeMap<String, String>,
    /// The [level](severity_level) of the mildest incidents that count; `None`: all do.
    pub minimum_severity: Option<u8>,
    /// An incident of fewer minutes does not count.
    pub minimum_minutes: f64,
    /// Alerts of one service that overlap, or of which one follows within so many minutes, are one incident.
    pub merge_minutes: f64,
}

impl IncidentRules {
    /// The service that a source of incidents calls so.
    pub fn service<'a>(&'a self, named: &'a str) -> &'a str {
        self.services.get(&comparable(named)).map_or(named, String::as_str)
    }
}

/// Words for severities, the worst first; those of one level are alike.
const SEVERITIES: [&[&str]; 5] = [
    &["p0", "p1", "sev0", "sev1", "s1", "critical", "emergency", "blocker", "page", "fatal"],
    &["p2", "sev2", "s2", "high", "major", "error"],
    &["p3", "sev3", "s3", "medium", "moderate", "warning", "warn"],
    &["p4", "sev4", "s4", "low", "minor"],
    &["p5", "sev5", "s5", "info", "informational", "none"],
];

/// The level of a severity, the worst is 1; `None` where the word is not known. `SEV-1` is `sev1`.
pub fn severity_level(severity: &str) -> Option<u8> {
    let word: String = severity.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    (1..).zip(SEVERITIES).find(|(_, words)| words.contains(&word.as_str())).map(|(level, _)| level)
}

/// Where the lead time of a change begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LeadFrom {
    /// Its first commit, or its opening where that was earlier.
    #[default]
    FirstCommit,
    /// Its opening.
    Opened,
    /// Its merge.
    Merged,
}

/// Where the lead time of a change ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LeadTo {
    /// When it was deployed.
    #[default]
    Deployed,
    /// When it was merged.
    Merged,
}

impl Default for DeliveryRules {
    fn default() -> Self {
        let pattern = |text: &str| text.parse().expect("a pattern");
        Self {
            production: Production {
                environments: vec![pattern("/^prod(uction)?$/i")],
                tiers: vec!["production".to_owned()],
            },
            deployments_from: DeploymentsFrom::Auto,
            services: Vec::new(),
            rollout_hours: 24.0,
            hotfix: HotfixRules {
                labels: vec!["hotfix".to_owned()],
                branches: vec![pattern(r"/^hotfix\//")],
                titles: vec![pattern(r"/^(revert|hotfix)\b/i")],
                window_hours: 24.0,
            },
            failure: FailureRules {
                incident: true,
                label: true,
                rollback: true,
                hotfix: true,
                attempt: false,
                labels: vec!["caused-incident".to_owned()],
            },
            incidents: IncidentRules {
                window_hours: 24.0,
                github_issues: false,
                labels: vec![vec!["incident".to_owned()], vec!["type::incident".to_owned()]],
                services: BTreeMap::new(),
                minimum_severity: None,
                minimum_minutes: 0.0,
                merge_minutes: 30.0,
            },
            lead_from: LeadFrom::FirstCommit,
            lead_to: LeadTo::Deployed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_have_levels_whatever_their_letters_and_one_that_is_not_known_has_none() {
        let levels = ["SEV-1", "critical", "P2", "Warning", "low", "none", "unknown", ""].map(severity_level);
        assert_eq!(levels, [Some(1), Some(1), Some(2), Some(3), Some(4), Some(5), None, None]);
    }

    #[test]
    fn a_service_of_incidents_is_the_one_that_the_rules_name_else_itself() {
        let services = [(comparable("API Service"), "checkout".to_owned())].into_iter().collect();
        let rules = IncidentRules { services, ..DeliveryRules::default().incidents };
        assert_eq!((rules.service("api service"), rules.service("Shop")), ("checkout", "Shop"));
    }

    #[test]
    fn folders_are_told_apart_where_a_service_of_the_repository_names_some() {
        let service = |repos: &[&str], paths: &[&str]| ServiceRules {
            repos: repos.iter().map(|name| (*name).to_owned()).collect(),
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            ..ServiceRules::default()
        };
        let services = vec![service(&["Acme/Shop"], &["services/cart"]), service(&["shop", "web"], &[])];
        let rules = DeliveryRules { services, ..DeliveryRules::default() };
        assert!(rules.tells_folders_apart("acme", "shop"));
        assert!(!rules.tells_folders_apart("other", "shop") && !rules.tells_folders_apart("acme", "web"));
        assert!(rules.services[1].has_repository("other", "Shop") && !rules.services[1].has_repository("acme", "api"));
        assert!(!DeliveryRules::default().tells_folders_apart("acme", "shop"));
    }
}
