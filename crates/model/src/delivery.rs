//! Rules of delivery: what is production, what a service is, what counts as a failure.

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
    /// What counts as its deployments; `None` as for all.
    pub deployments_from: Option<DeploymentsFrom>,
}

impl ServiceRules {
    /// Whether a repository is one of its own: named with its organisation or without.
    pub fn has_repository(&self, org: &str, name: &str) -> bool {
        let (full, bare) = (comparable(&format!("{org}/{name}")), comparable(name));
        self.repos.iter().map(|named| comparable(named)).any(|named| named == full || named == bare)
    }
}

impl DeliveryRules {
    /// Whether the changes of a repository are told apart by the folders that they touch.
    pub fn tells_folders_apart(&self, org: &str, name: &str) -> bool {
        self.services.iter().any(|service| !service.paths.is_empty() && service.has_repository(org, name))
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
