//! Settings of a run: flags over the environment over the configuration over defaults.

mod collector;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use config_model::{AlertLabels, Config, Server, ServerAuth};
use event_intake::alertmanager::LabelNames;
use event_intake::linear;
use http_api::{Authentication, Limits, Network, Pushing, RulesBySet, Sender};
use model::Instant;
use model::rules::RuleSet;
use secrecy::SecretString;

use crate::Arguments;
use crate::deliveries::Ways;
use crate::exporting::Collector;
use crate::secrets::{self, Variables, WebhookSecrets};
use crate::source::Source;
use crate::usage::UsageError;

const USUAL_ADDRESS: &str = "127.0.0.1:8080";
const USUAL_RELOAD_SECONDS: u64 = 5;
const USUAL_CONNECTIONS: usize = 512;

/// Everything that was decided before anything is opened.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) address: SocketAddr,
    pub(crate) http: http_api::Settings,
    pub(crate) rules: RulesBySet,
    pub(crate) source: Source,
    /// Folder of the dashboard; `None` = the one built in.
    pub(crate) ui: Option<PathBuf>,
    /// How often to look for the first data, where it is waited for; `None` = it must be there.
    pub(crate) wait_every: Option<Duration>,
    /// How often to look for changes; `None` = never.
    pub(crate) look_every: Option<Duration>,
    /// The secrets of webhooks; without any none are received.
    pub(crate) webhooks: WebhookSecrets,
    /// How deliveries are read.
    pub(crate) ways: Ways,
    /// Whom totals are sent to, if anyone.
    pub(crate) collector: Option<Collector>,
    /// When totals began anew.
    pub(crate) epoch: Option<Instant>,
    /// Most connections at once.
    pub(crate) connections: usize,
}

impl Plan {
    /// Joins flags and configuration; secrets come from `variables` or from files.
    ///
    /// # Errors
    /// What was asked for contradicts itself, cannot be understood, or would serve everyone without saying so.
    pub(crate) fn new(arguments: &Arguments, config: &Config, variables: Variables<'_>) -> anyhow::Result<Self> {
        let server = &config.server;
        let address = text(arguments.addr.as_deref(), server.addr.as_deref());
        let address = parsed_address(address.as_deref().unwrap_or(USUAL_ADDRESS))?;
        let hosts = given(&arguments.hosts, &server.hosts);
        let em_metrics = secrets::user_of_em_metrics(variables)?;
        let authentication = authentication(arguments, server, variables, em_metrics.as_ref())?;
        let pushing = pushing(arguments, server, variables, &authentication, em_metrics)?;
        check_exposure(address, &authentication, asked_auth(arguments, server), &hosts)?;
        let proxies = given(&arguments.trusted_proxy, &server.trusted_proxies);
        let usual = http_api::Settings::default();
        let connections = arguments.connections.map(|number| number as usize).or(server.connections);
        let connections = connections.unwrap_or(USUAL_CONNECTIONS);
        let http = http_api::Settings {
            base_path: text(arguments.base_path.as_deref(), server.base_path.as_deref()).unwrap_or(usual.base_path),
            authentication,
            pushing,
            hosts,
            trusted_proxies: proxies.iter().map(|proxy| proxy.parse()).collect::<Result<Vec<Network>, _>>()?,
            dora_report_public: server.dora_report_public,
            frame_ancestors: text(arguments.frame_ancestors.as_deref(), server.frame_ancestors.as_deref())
                .unwrap_or(usual.frame_ancestors),
            limits: Limits { unknown_senders: (connections / 4).max(1), ..usual.limits },
            build: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let data = path(arguments.data.as_deref(), server.data.as_deref()).unwrap_or_else(|| PathBuf::from("data"));
        let seconds = arguments.reload_seconds.or(server.reload_seconds).unwrap_or(USUAL_RELOAD_SECONDS);
        let secret_file = |sender| match sender {
            Sender::Github => path(arguments.webhook_secret_file.as_deref(), server.webhook_secret_file.as_deref()),
            Sender::Gitlab => path(None, server.webhook_secret_files.gitlab.as_deref()),
            Sender::Pagerduty => path(None, server.webhook_secret_files.pagerduty.as_deref()),
            Sender::Alertmanager => path(None, server.webhook_secret_files.alertmanager.as_deref()),
            Sender::Grafana => path(None, server.webhook_secret_files.grafana.as_deref()),
            Sender::Standard => path(None, server.webhook_secret_files.standard.as_deref()),
            Sender::Statuspage => path(None, server.webhook_secret_files.statuspage.as_deref()),
            Sender::Linear => path(None, server.webhook_secret_files.linear.as_deref()),
        };
        let rules = rules(config, arguments.rules)?;
        let tickets = linear::Reading { types: config.ticket_rules().types, people: config.reporting.people };
        Ok(Self {
            address,
            http,
            rules,
            ways: Ways { tickets, alert_labels: alert_labels(config) },
            source: Source::new(data, text(arguments.store.as_deref(), server.store.as_deref())),
            ui: path(arguments.ui.as_deref(), server.ui.as_deref()),
            wait_every: arguments
                .wait
                .then(|| Duration::from_secs(if seconds > 0 { seconds } else { USUAL_RELOAD_SECONDS })),
            look_every: (seconds > 0).then(|| Duration::from_secs(seconds)),
            webhooks: secrets::webhook_secrets(&secret_file, variables)?,
            collector: collector::planned(&config.otlp, variables)?,
            epoch: config.otlp.epoch("config.yml")?,
            connections,
        })
    }
}

/// The labels that say what alerts are of, where the configuration names other ones.
fn alert_labels(config: &Config) -> LabelNames {
    let usual = LabelNames::default();
    let told = config.delivery.incidents.as_ref().and_then(|incidents| incidents.alert_labels.clone());
    let AlertLabels { service, severity, environment } = told.unwrap_or_default();
    LabelNames {
        service: service.unwrap_or(usual.service),
        severity: severity.unwrap_or(usual.severity),
        environment: environment.unwrap_or(usual.environment),
    }
}

/// The configuration under both rule sets. That of the usual one has to be right, the other one may be refused.
fn rules(config: &Config, asked: Option<RuleSet>) -> anyhow::Result<RulesBySet> {
    let usual = config.rules(asked)?.set;
    let prepared = |set| config.rules(Some(set)).map_err(|error| error.to_string());
    Ok(RulesBySet { usual, flow: prepared(RuleSet::Flow), cto_stats: prepared(RuleSet::CtoStats) })
}

/// The values of a flag, else those of its key.
fn given(flag: &[String], key: &[String]) -> Vec<String> {
    let values = if flag.is_empty() { key } else { flag };
    values.iter().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
}

/// The value of a flag, else that of its key. A blank one, as a variable may be, counts as absent.
fn text(flag: Option<&str>, key: Option<&str>) -> Option<String> {
    [flag, key].into_iter().flatten().find(|value| !value.trim().is_empty()).map(str::to_owned)
}

fn path(flag: Option<&Path>, key: Option<&str>) -> Option<PathBuf> {
    flag.map(Path::to_path_buf).or_else(|| key.filter(|path| !path.is_empty()).map(PathBuf::from))
}

fn parsed_address(text: &str) -> Result<SocketAddr, UsageError> {
    let numeric = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    numeric.as_deref().unwrap_or(text).parse().map_err(|_| {
        let advice = match text.strip_prefix(':') {
            Some(port) => format!("127.0.0.1:{port} for this computer, 0.0.0.0:{port} for all networks"),
            None => "127.0.0.1:8080 or [::1]:8080 for example".to_owned(),
        };
        UsageError::new(format!("`{text}` is no address to listen at: write {advice} (--addr, server.addr)"))
    })
}

/// What was said about authentication, if anything was.
fn asked_auth(arguments: &Arguments, server: &Server) -> Option<ServerAuth> {
    arguments.auth.or(server.auth)
}

fn authentication(
    arguments: &Arguments,
    server: &Server,
    variables: Variables<'_>,
    em_metrics: Option<&(String, SecretString)>,
) -> Result<Authentication, UsageError> {
    let asked = asked_auth(arguments, server);
    if asked == Some(ServerAuth::None) {
        return Ok(Authentication::None);
    }
    let tokens_file = path(arguments.tokens_file.as_deref(), server.tokens_file.as_deref());
    let password_file = path(arguments.password_file.as_deref(), server.password_file.as_deref());
    let user = text(arguments.user.as_deref(), server.user.as_deref());
    let user = user.or_else(|| em_metrics.map(|(user, _)| user.clone()));
    let tokens = || secrets::tokens(tokens_file.as_deref(), variables);
    let password = || {
        let own = secrets::password(password_file.as_deref(), variables)?;
        Ok::<_, UsageError>(own.or_else(|| em_metrics.map(|(_, password)| password.clone())))
    };
    match asked {
        Some(ServerAuth::Bearer) => bearer(tokens()?),
        Some(ServerAuth::Basic) => basic(user, password()?),
        _ => match (tokens()?, password()?) {
            (tokens, None) if tokens.is_empty() => Ok(Authentication::None),
            (tokens, None) => bearer(tokens),
            (tokens, password) if tokens.is_empty() => basic(user, password),
            _ => Err(UsageError::new(
                "there are bearer tokens and a password: say which to ask for with --auth bearer or --auth basic",
            )),
        },
    }
}

/// Who may push events: whoever knows a token for that and, where there is one or em-metrics was given one, the user of the
/// server.
fn pushing(
    arguments: &Arguments,
    server: &Server,
    variables: Variables<'_>,
    authentication: &Authentication,
    em_metrics: Option<(String, SecretString)>,
) -> Result<Option<Pushing>, UsageError> {
    let file = path(arguments.event_tokens_file.as_deref(), server.event_tokens_file.as_deref());
    let tokens = secrets::event_tokens(file.as_deref(), variables)?;
    let user = match (authentication, em_metrics) {
        (Authentication::Basic { user, password }, _) if !tokens.is_empty() => Some((user.clone(), password.clone())),
        (_, em_metrics) => em_metrics,
    };
    Ok((!tokens.is_empty() || user.is_some()).then_some(Pushing { tokens, user }))
}

fn bearer(tokens: Vec<SecretString>) -> Result<Authentication, UsageError> {
    if tokens.is_empty() {
        return Err(UsageError::new(
            "bearer authentication has no tokens: put them into CTO_API_TOKENS, or into a file that --tokens-file or server.tokens_file names",
        ));
    }
    Ok(Authentication::Bearer(tokens))
}

fn basic(user: Option<String>, password: Option<SecretString>) -> Result<Authentication, UsageError> {
    let missing = |what: &str, remedy: &str| {
        UsageError::new(format!("basic authentication has no {what}: set {remedy}, or choose another --auth"))
    };
    let user = user.ok_or_else(|| missing("user", "CTO_API_USER, --user or server.user"))?;
    let remedy = "CTO_API_PASSWORD, or a file that --password-file or server.password_file names";
    let password = password.ok_or_else(|| missing("password", remedy))?;
    Ok(Authentication::Basic { user, password })
}

/// Whoever can reach the address may read everything, unless someone asks who it is.
fn check_exposure(
    address: SocketAddr,
    authentication: &Authentication,
    asked: Option<ServerAuth>,
    hosts: &[String],
) -> Result<(), UsageError> {
    if !matches!(authentication, Authentication::None) || address.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    if asked != Some(ServerAuth::None) {
        return Err(UsageError::new(format!(
            "other computers can reach {address}, and there is no authentication: set CTO_API_TOKENS for bearer tokens, or CTO_API_USER and CTO_API_PASSWORD for basic, or say --auth none where a reverse proxy asks who it is, or listen at 127.0.0.1"
        )));
    }
    if hosts.is_empty() {
        return Err(UsageError::new(format!(
            "--auth none at {address} needs the host names that browsers ask for: --host cto.acme.example, CTO_API_HOST or server.hosts"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
