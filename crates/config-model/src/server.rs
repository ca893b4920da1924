//! Configuration of the server: the key `server`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ConfigError;
use crate::scalar::absent_if_null;

/// The key `server`: where and for whom `cto-api` serves. Tokens and passwords stand in files or in the environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address to listen at, `127.0.0.1:8080` by default; port 0 takes a free one.
    #[serde(default)]
    pub addr: Option<String>,
    /// Path below which everything is served, such as `/cto`; none by default.
    #[serde(default)]
    pub base_path: Option<String>,
    /// Folder of the store or of the raw CSV files, `data` by default.
    #[serde(default)]
    pub data: Option<String>,
    /// Store to read, such as `sqlite:data/cto.db`; by default the one in the data folder.
    #[serde(default)]
    pub store: Option<String>,
    /// Folder of the dashboard's files, `ui/dist` for example; by default the dashboard that is built in.
    #[serde(default)]
    pub ui: Option<String>,
    /// How clients show who they are. By default what there are secrets for, else `none`.
    #[serde(default)]
    pub auth: Option<ServerAuth>,
    /// File with bearer tokens, one to a line; the variable `CTO_API_TOKENS` may hold them instead.
    #[serde(default)]
    pub tokens_file: Option<String>,
    /// User of basic authentication; `CTO_API_USER` goes above it.
    #[serde(default)]
    pub user: Option<String>,
    /// File with the password of basic authentication; the variable `CTO_API_PASSWORD` may hold it instead.
    #[serde(default)]
    pub password_file: Option<String>,
    /// File with the secret of GitHub's webhooks; the variable `CTO_WEBHOOK_SECRET` may hold it instead. Without one no
    /// webhooks are received.
    #[serde(default)]
    pub webhook_secret_file: Option<String>,
    /// File with the tokens of whoever may push events, one to a line; the variable `CTO_EVENT_TOKENS` may hold them
    /// instead. Without any nobody may.
    #[serde(default)]
    pub event_tokens_file: Option<String>,
    /// Files with the secrets of other senders of webhooks.
    #[serde(default)]
    pub webhook_secret_files: WebhookSecretFiles,
    /// Host names that are answered without authentication, besides those of this computer.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub hosts: Vec<String>,
    /// Addresses or networks (`10.0.0.0/8`) of reverse proxies whose forwarded headers are believed.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub trusted_proxies: Vec<String>,
    /// Who may show the pages in a frame, as in the header Content-Security-Policy; `'none'` by default.
    #[serde(default)]
    pub frame_ancestors: Option<String>,
    /// Whether everybody may read the report in the manner of dimagi/dora, `/api/v1/delivery/dora-report.json`, from any page
    /// and without authentication: its dashboard then draws it. False by default.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<bool>")]
    pub dora_report_public: bool,
    /// How often to look whether the data changed, in seconds, 5 by default; 0 = never.
    #[serde(default)]
    pub reload_seconds: Option<u64>,
    /// Connections at the same time, 512 by default.
    #[serde(default)]
    pub connections: Option<usize>,
}

/// The key `server.webhook_secret_files`: files of which the first line is the secret of a sender of webhooks. A variable such
/// as `CTO_WEBHOOK_SECRET_GITLAB` may hold it instead; of a sender without a secret nothing is received.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookSecretFiles {
    /// Secret token, or signing token, of GitLab's webhooks.
    #[serde(default)]
    pub gitlab: Option<String>,
    /// Secret of PagerDuty's webhook subscription.
    #[serde(default)]
    pub pagerduty: Option<String>,
    /// What Alertmanager sends as credentials.
    #[serde(default)]
    pub alertmanager: Option<String>,
    /// What Grafana sends as credentials, or signs with.
    #[serde(default)]
    pub grafana: Option<String>,
    /// Signing secret of incident.io's endpoint.
    #[serde(default)]
    pub standard: Option<String>,
    /// What ends the address that Statuspage is given.
    #[serde(default)]
    pub statuspage: Option<String>,
    /// Signing secret of Linear's webhook.
    #[serde(default)]
    pub linear: Option<String>,
}

/// How clients show who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServerAuth {
    /// Not at all: a reverse proxy does it, or only this computer is answered.
    None,
    /// With a token: `Authorization: Bearer …`.
    Bearer,
    /// With user and password.
    Basic,
}

impl ServerAuth {
    /// Every way, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::None, Self::Bearer, Self::Basic];

    /// As written on the command line and in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bearer => "bearer",
            Self::Basic => "basic",
        }
    }
}

impl Server {
    /// What is wrong although every key and type is right.
    pub(crate) fn check(&self, file: &str) -> Result<(), ConfigError> {
        if self.connections == Some(0) {
            return Err(ConfigError::at_key(file, "server.connections", "0 would answer nobody; give at least 1"));
        }
        if self.reload_seconds.is_some_and(|seconds| seconds > MOST_RELOAD_SECONDS) {
            let message = format!("more than a day ({MOST_RELOAD_SECONDS}); 0 turns reloading off");
            return Err(ConfigError::at_key(file, "server.reload_seconds", message));
        }
        Ok(())
    }
}

/// A day.
const MOST_RELOAD_SECONDS: u64 = 86_400;
