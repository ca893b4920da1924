//! The key `delivery`.

use std::collections::BTreeMap;

use model::delivery::{
    DeliveryRules, DeploymentsFrom, FailureRules, HotfixRules, IncidentRules, LeadFrom, LeadTo, Production,
    ServiceRules, severity_level,
};
use model::names::comparable;
use model::pattern::Pattern;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ConfigError;
use crate::scalar::absent_if_null;

/// How deployments, changes and incidents are read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Which environments are production; by default those that are called `prod` or `production`, and those of the
    /// tier `production`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub production: Option<ProductionKey>,
    /// What counts as deployments: `deployments`, `releases`, or `auto` (default): deployments to production where
    /// there ever was one, else releases. `runs` of workflows are said of a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployments_from: Option<From>,
    /// Services; a repository of none is one by itself.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<Service>>")]
    pub services: Vec<Service>,
    /// A commit that reaches several production environments within so many hours is one deployment, 24 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout_hours: Option<f64>,
    /// What a hotfix is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hotfix: Option<Hotfix>,
    /// What makes a deployment count as failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// What incidents are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incidents: Option<Incidents>,
    /// From where to where the lead time runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_time: Option<LeadTime>,
}

/// The key `delivery.production`. What is given stands in the place of the default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductionKey {
    /// Names of environments; `/…/` is a regular expression, everything else the whole name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<String>>")]
    pub environments: Option<Vec<Pattern>>,
    /// Tiers of environments where the provider knows tiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<Vec<String>>,
}

/// What counts as deployments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// Deployments where there ever was one, else releases.
    Auto,
    /// Deployments to production.
    Deployments,
    /// Published releases that are no prereleases.
    Releases,
    /// Runs of the service's workflows, for the default branch unless it names refs.
    Runs,
}

/// One entry of `delivery.services`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Its repositories, with or without `org/`.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub repos: Vec<String>,
    /// Environments that are its production, in place of those of `delivery.production`.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub environments: Vec<Pattern>,
    /// Folders whose changes are its own (`services/checkout` or `services/checkout/**`), up to three levels deep.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub paths: Vec<String>,
    /// Tasks of deployments that are its own.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub tasks: Vec<String>,
    /// Workflows that deploy it, by their files: `deploy.yml`, or `.github/workflows/deploy.yml`. Deployments of other
    /// workflows are not its own.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub workflows: Vec<String>,
    /// Branches and tags that it is deployed from; `/…/` is a regular expression, everything else the whole name. By
    /// default all, and of runs the default branch.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub refs: Vec<Pattern>,
    /// What counts as its deployments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployments_from: Option<From>,
}

/// The key `delivery.hotfix`. What is given stands in the place of the default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hotfix {
    /// Labels of changes, `hotfix` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// Branches that they are merged from, `/^hotfix\//` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<String>>")]
    pub branches: Option<Vec<Pattern>>,
    /// Titles, `/^(revert|hotfix)\b/i` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<String>>")]
    pub titles: Option<Vec<Pattern>>,
    /// A rollback or hotfix within so many hours says that the deployment before it failed, 24 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_hours: Option<f64>,
}

/// The key `delivery.failure`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// An incident that it caused, `true` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<bool>,
    /// A change that carries one of `labels`, `true` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<bool>,
    /// A rollback next, `true` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<bool>,
    /// A hotfix next, `true` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hotfix: Option<bool>,
    /// An attempt that failed counts as a deployment that failed, `false` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<bool>,
    /// Labels of changes that caused a failure, `caused-incident` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
}

/// The key `delivery.incidents`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Incidents {
    /// An incident that begins within so many hours after a deployment is laid to it, 24 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_hours: Option<f64>,
    /// Labels of issues that are incidents, `incident` and `type::incident` by default; of an entry that is a list, an
    /// issue has to carry all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<Labels>>,
    /// Whether issues with such a label are incidents, `false` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub github_issues: Option<bool>,
    /// Services by what the sources of incidents call them: `{"API Service": checkout}`. What is not here keeps its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services: Option<BTreeMap<String, String>>,
    /// The mildest incidents that count, `warning` or `P3` for example; by default all do. One of a severity that is not known
    /// counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_severity: Option<String>,
    /// An incident in which users were served again sooner does not count, 0 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_minutes: Option<f64>,
    /// Alerts of one service that overlap, or of which one follows within so many minutes, are one incident, 30 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge_minutes: Option<f64>,
    /// Which labels of alerts say what they are of, for Alertmanager and Grafana.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert_labels: Option<AlertLabels>,
}

/// The key `delivery.incidents.alert_labels`: of several names the first that an alert has counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertLabels {
    /// Labels that name the service, `service` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Vec<String>>,
    /// Labels that say how bad it is, `severity` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Vec<String>>,
    /// Labels that name the environment, `environment` and `env` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Vec<String>>,
}

/// A label, or several of which all are meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a label, or a list of labels")]
pub enum Labels {
    /// One.
    One(String),
    /// All of them.
    All(Vec<String>),
}

/// The key `delivery.lead_time`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadTime {
    /// `first_commit` (default), `opened` or `merged`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<LeadBegin>,
    /// `deployed` (default) or `merged`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<LeadEnd>,
}

/// Where the lead time begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeadBegin {
    /// The first commit, or the opening where that was earlier.
    FirstCommit,
    /// The opening.
    Opened,
    /// The merge.
    Merged,
}

/// Where the lead time ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeadEnd {
    /// The deployment.
    Deployed,
    /// The merge.
    Merged,
}

impl Delivery {
    /// What is wrong although every key and type is right.
    pub(crate) fn check(&self, file: &str) -> Result<(), ConfigError> {
        let at_key = |key: String, message: String| Err(ConfigError::at_key(file, &format!("delivery.{key}"), message));
        for (index, service) in self.services.iter().enumerate() {
            let key = format!("services[{index}]");
            if service.name.trim().is_empty() {
                return at_key(format!("{key}.name"), "a service needs a name".to_owned());
            }
            let name = comparable(&service.name);
            if name == "all" {
                return at_key(format!("{key}.name"), "ALL is what the tables call all services together".to_owned());
            }
            if let Some(first) = self.services[..index].iter().position(|other| comparable(&other.name) == name) {
                let (called, before) = (service.name.trim(), self.services[first].name.trim());
                let at = if called == before {
                    format!("delivery.services[{first}]")
                } else {
                    format!(
                        "{before} in delivery.services[{first}]: names that differ by case or surrounding space alone are one"
                    )
                };
                let message = format!("service {called} is listed twice, first as {at}; join the two entries");
                return at_key(format!("{key}.name"), message);
            }
            if service.repos.is_empty() {
                let message = format!("service {} needs the repositories that it is made of", service.name);
                return at_key(format!("{key}.repos"), message);
            }
            if service.deployments_from == Some(From::Runs) && service.workflows.is_empty() {
                let message = format!(
                    "service {} needs the workflows whose runs deploy it: deploy.yml for example",
                    service.name
                );
                return at_key(format!("{key}.workflows"), message);
            }
            let is_file = |name: &&String| [".yml", ".yaml"].iter().any(|end| name.trim().ends_with(end));
            if let Some(name) = service.workflows.iter().find(|name| !is_file(name)) {
                let message = format!("`{name}` is no file of a workflow: write deploy.yml for example");
                return at_key(format!("{key}.workflows"), message);
            }
            let deep = |path: &&String| folder(path).split('/').count() > 3 || folder(path).contains('*');
            if let Some(path) = service.paths.iter().find(deep) {
                let message =
                    format!("`{path}` is no folder of at most three levels: write services/checkout/** for example");
                return at_key(format!("{key}.paths"), message);
            }
        }
        if self.deployments_from == Some(From::Runs) {
            let message = "which runs deploy is said of a service: deployments_from: runs, with its workflows, in delivery.services";
            return at_key("deployments_from".to_owned(), message.to_owned());
        }
        let hours = [
            ("rollout_hours", self.rollout_hours),
            ("hotfix.window_hours", self.hotfix.as_ref().and_then(|it| it.window_hours)),
            ("incidents.window_hours", self.incidents.as_ref().and_then(|it| it.window_hours)),
        ];
        for (key, hours) in hours {
            if let Some(hours) = hours.filter(|hours| !(0.0..=8_760.0).contains(hours)) {
                return at_key(key.to_owned(), format!("{hours} is not between 0 and 8760 (a year)"));
            }
        }
        let incidents = self.incidents.as_ref();
        let minutes = [
            ("incidents.minimum_minutes", incidents.and_then(|it| it.minimum_minutes)),
            ("incidents.merge_minutes", incidents.and_then(|it| it.merge_minutes)),
        ];
        for (key, minutes) in minutes {
            if let Some(minutes) = minutes.filter(|minutes| !(0.0..=10_080.0).contains(minutes)) {
                return at_key(key.to_owned(), format!("{minutes} is not between 0 and 10080 (a week)"));
            }
        }
        let severity = incidents.and_then(|it| it.minimum_severity.as_ref());
        if let Some(severity) = severity.filter(|severity| severity_level(severity).is_none()) {
            let message =
                format!("`{severity}` is no known severity: write critical, high, medium, low or info for example");
            return at_key("incidents.minimum_severity".to_owned(), message);
        }
        Ok(())
    }

    /// The rules for a calculation, and for an import of what they count.
    pub fn rules(&self) -> DeliveryRules {
        let usual = DeliveryRules::default();
        let production = self.production.clone().unwrap_or_default();
        let hotfix = self.hotfix.clone().unwrap_or_default();
        let failure = self.failure.clone().unwrap_or_default();
        let incidents = self.incidents.clone().unwrap_or_default();
        let lead = self.lead_time.clone().unwrap_or_default();
        let labels = |labels: Vec<Labels>| -> Vec<Vec<String>> {
            let all = |entry| match entry {
                Labels::One(label) => vec![label],
                Labels::All(labels) => labels,
            };
            labels.into_iter().map(all).filter(|labels| !labels.is_empty()).collect()
        };
        DeliveryRules {
            production: Production {
                environments: production.environments.unwrap_or(usual.production.environments),
                tiers: production.tiers.unwrap_or(usual.production.tiers),
            },
            deployments_from: self.deployments_from.map_or(usual.deployments_from, deployments_from),
            services: self.services.iter().map(service).collect(),
            rollout_hours: self.rollout_hours.unwrap_or(usual.rollout_hours),
            hotfix: HotfixRules {
                labels: hotfix.labels.unwrap_or(usual.hotfix.labels),
                branches: hotfix.branches.unwrap_or(usual.hotfix.branches),
                titles: hotfix.titles.unwrap_or(usual.hotfix.titles),
                window_hours: hotfix.window_hours.unwrap_or(usual.hotfix.window_hours),
            },
            failure: FailureRules {
                incident: failure.incident.unwrap_or(usual.failure.incident),
                label: failure.label.unwrap_or(usual.failure.label),
                rollback: failure.rollback.unwrap_or(usual.failure.rollback),
                hotfix: failure.hotfix.unwrap_or(usual.failure.hotfix),
                attempt: failure.attempt.unwrap_or(usual.failure.attempt),
                labels: failure.labels.unwrap_or(usual.failure.labels),
            },
            incidents: IncidentRules {
                window_hours: incidents.window_hours.unwrap_or(usual.incidents.window_hours),
                github_issues: incidents.github_issues.unwrap_or(usual.incidents.github_issues),
                labels: incidents.labels.map_or(usual.incidents.labels, labels),
                services: incidents
                    .services
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(named, service)| (comparable(&named), service.trim().to_owned()))
                    .collect(),
                minimum_severity: incidents.minimum_severity.as_deref().and_then(severity_level),
                minimum_minutes: incidents.minimum_minutes.unwrap_or(usual.incidents.minimum_minutes),
                merge_minutes: incidents.merge_minutes.unwrap_or(usual.incidents.merge_minutes),
            },
            lead_from: match lead.from {
                Some(LeadBegin::Opened) => LeadFrom::Opened,
                Some(LeadBegin::Merged) => LeadFrom::Merged,
                Some(LeadBegin::FirstCommit) | None => LeadFrom::FirstCommit,
            },
            lead_to: match lead.to {
                Some(LeadEnd::Merged) => LeadTo::Merged,
                Some(LeadEnd::Deployed) | None => LeadTo::Deployed,
            },
        }
    }
}

fn deployments_from(from: From) -> DeploymentsFrom {
    match from {
        From::Auto => DeploymentsFrom::Auto,
        From::Deployments => DeploymentsFrom::Deployments,
        From::Releases => DeploymentsFrom::Releases,
        From::Runs => DeploymentsFrom::Runs,
    }
}

/// A folder without what stands for everything in it.
fn folder(path: &str) -> &str {
    path.trim().trim_start_matches("./").trim_end_matches("**").trim_matches('/')
}

fn service(service: &Service) -> ServiceRules {
    ServiceRules {
        name: service.name.trim().to_owned(),
        repos: service.repos.clone(),
        environments: service.environments.clone(),
        paths: service.paths.iter().map(|path| folder(path).to_owned()).collect(),
        tasks: service.tasks.clone(),
        workflows: service.workflows.iter().map(|name| name.trim().to_owned()).collect(),
        refs: service.refs.clone(),
        deployments_from: service.deployments_from.map(deployments_from),
    }
}
