//! Connection settings: organisation, server, and credentials.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use config_model::{CiImport, Config, ImportClock};
use github_client::{Credentials, DEFAULT_STATUS_FIELD, GithubClient, Settings};
use model::delivery::DeliveryRules;
use model::records::Project;
use provider::Policy;
use secrecy::SecretString;
use source::{Clock, SetClock, SystemClock};

use crate::Arguments;
use crate::failure::Failure;

/// What is imported and through which client.
pub(crate) struct Target {
    pub(crate) org: String,
    pub(crate) client: GithubClient,
    pub(crate) concurrency: usize,
    /// Name of the custom field that tells where a bug was found; empty for none.
    pub(crate) bug_source: String,
    /// The fields that boards have their columns from, by id, where they are configured.
    pub(crate) status_fields: HashMap<String, String>,
    /// Boards that are left out of every figure, by id.
    pub(crate) excluded: BTreeSet<String>,
    /// What counts as a deployment.
    pub(crate) delivery: DeliveryRules,
    /// How CI is imported; `None` where it is not asked for.
    pub(crate) ci: Option<CiImport>,
}

impl Target {
    /// The field that the columns of a board are the values of.
    pub(crate) fn status_field(&self, project: &Project) -> &str {
        let configured = [&project.number_id, &project.id].into_iter().find_map(|id| self.status_fields.get(id));
        configured.map_or(DEFAULT_STATUS_FIELD, String::as_str)
    }

    /// Whether no figure rests on a board.
    pub(crate) fn excludes(&self, project: &Project) -> bool {
        self.excluded.contains(&project.number_id) || self.excluded.contains(&project.id)
    }
}

const DEFAULT_API: &str = "https://api.github.com";

/// Whether anything says what to import from GitHub.
pub(crate) fn is_configured(arguments: &Arguments, config: &Config) -> bool {
    names_organisation(arguments, config)
        || config.github.app.is_some()
        || ["GITHUB_TOKEN", "GITHUB_APP_ID"].into_iter().any(|name| variable(name).is_some())
}

/// Whether an organisation is named.
pub(crate) fn names_organisation(arguments: &Arguments, config: &Config) -> bool {
    arguments.org.is_some() || config.github.org.is_some()
}

/// What this program calls itself.
pub(crate) fn user_agent() -> String {
    format!("cto-metrics/{}", env!("CARGO_PKG_VERSION"))
}

/// From flags, environment and configuration; what is missing is named with its remedy.
pub(crate) fn target(arguments: &Arguments, config: &Config) -> Result<Target, Failure> {
    let org = arguments
        .org
        .clone()
        .or_else(|| config.github.org.clone())
        .filter(|org| !org.trim().is_empty())
        .ok_or_else(|| Failure::usage("no organisation: name it with --org, or as github.org in config.yml"))?;
    let api_url = config.github.api_url.clone().unwrap_or_else(|| DEFAULT_API.to_owned());
    let graphql_url = config.github.graphql_url.clone().unwrap_or_else(|| graphql_url(&api_url));
    let concurrency = arguments.concurrency.map(usize::from).or(config.import.concurrency).unwrap_or(4);
    let clock = clock(config.import.clock.as_ref());
    let settings = Settings {
        api_url,
        graphql_url,
        credentials: credentials(config)?,
        concurrency,
        policy: policy(&config.import, Policy::default()),
        user_agent: user_agent(),
    };
    let client = GithubClient::with_clock(settings, clock).map_err(Failure::usage)?;
    let status_fields = config.github.projects.iter();
    let status_fields = status_fields.filter_map(|project| Some((project.id.clone(), project.status_field.clone()?)));
    let excluded = config.github.projects.iter().filter(|project| project.exclude);
    let excluded = excluded.map(|project| project.id.clone()).collect();
    let bug_source = config.github.bug_source.custom_field_name.clone();
    let (status_fields, delivery) = (status_fields.collect(), config.delivery.rules());
    let ci = arguments.ci(config);
    Ok(Target { org, client, concurrency, bug_source, status_fields, excluded, delivery, ci })
}

/// The clock that tells what the provider's time is measured by.
pub(crate) fn clock(configured: Option<&ImportClock>) -> Arc<dyn Clock> {
    match configured {
        None | Some(ImportClock::Machine) => Arc::new(SystemClock::default()),
        Some(ImportClock::Provider) => Arc::new(SetClock::by_the_provider()),
        Some(ImportClock::At(now)) => Arc::new(SetClock::to(*now)),
    }
}

/// Tries and waits as configured; the rest is what is usual with the provider.
pub(crate) fn policy(import: &config_model::Import, usual: Policy) -> Policy {
    let limit_delay = seconds(import.limit_wait_seconds, usual.limit_delay);
    Policy {
        tries: import.tries.unwrap_or(usual.tries).max(1),
        retry_delay: seconds(import.retry_wait_seconds, usual.retry_delay),
        limit_delay,
        // Whoever wants to wait shortly for limits does not want to wait longer than that for good measure.
        slack: usual.slack.min(limit_delay),
        ..usual
    }
}

/// A setting in seconds, or what is usual.
fn seconds(configured: Option<f64>, usual: Duration) -> Duration {
    configured.map_or(usual, Duration::from_secs_f64)
}

/// GitHub's own addresses: `api.github.com/graphql`; on an Enterprise Server `HOST/api/v3` and `HOST/api/graphql`.
pub(crate) fn graphql_url(api_url: &str) -> String {
    let base = api_url.trim_end_matches('/');
    format!("{}/graphql", base.strip_suffix("/v3").unwrap_or(base))
}

fn credentials(config: &Config) -> Result<Credentials, Failure> {
    if let Some(token) = variable("GITHUB_TOKEN") {
        return Ok(Credentials::Token(SecretString::from(token)));
    }
    let app = config.github.app.as_ref();
    let Some(app_id) = variable("GITHUB_APP_ID").or_else(|| app.map(|app| app.id.clone())) else {
        return Err(Failure::usage(
            "no credentials: set GITHUB_TOKEN to a token with the scopes repo, read:org and read:project, or configure a GitHub App as github.app in config.yml",
        ));
    };
    let private_key_pem = match (variable("GITHUB_APP_PRIVATE_KEY"), app.and_then(|app| app.private_key_file.as_ref()))
    {
        (Some(text), _) => SecretString::from(text),
        (None, Some(file)) => {
            SecretString::from(config_model::read_text(file.as_ref()).map_err(|error| {
                Failure::usage(format!("github.app.private_key_file {file}: cannot be read: {error}"))
            })?)
        }
        (None, None) => {
            return Err(Failure::usage(
                "the GitHub App has no key: set GITHUB_APP_PRIVATE_KEY, or github.app.private_key_file in config.yml",
            ));
        }
    };
    let installation = match variable("GITHUB_APP_INSTALLATION") {
        Some(text) => Some(
            text.parse().map_err(|_| Failure::usage(format!("GITHUB_APP_INSTALLATION: `{text}` is not a number")))?,
        ),
        None => app.and_then(|app| app.installation),
    };
    Ok(Credentials::App { app_id, private_key_pem, installation })
}

pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_graphql_address_follows_from_the_rest_address() {
        assert_eq!(graphql_url("https://api.github.com"), "https://api.github.com/graphql");
        assert_eq!(graphql_url("https://github.example.com/api/v3/"), "https://github.example.com/api/graphql");
    }
}
