//! The command line, and the environment under it.

use std::path::PathBuf;

use clap::Parser;
use clap::builder::FalseyValueParser;
use clap_complete::Shell;
use config_model::ServerAuth;
use model::rules::RuleSet;

/// Serve the dashboard, and the tables over HTTP: as cto-calculate writes them, and filtered.
///
/// Reads the store in the data folder, or the raw CSV files where there is no store, keeps them in memory, and reads
/// them again in the background when they change. Listens at once; /readyz says when there is something to serve.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "cto-api", version, after_help = AFTER_HELP)]
pub struct Arguments {
    /// Address to listen at; port 0 takes a free one. Printed on standard output when bound [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDR", env = "CTO_API_ADDR", hide_env = true)]
    pub addr: Option<String>,
    /// Folder of the store or of the raw CSV files [default: data].
    #[arg(long, value_name = "DIR", env = "CTO_API_DATA", hide_env = true)]
    pub data: Option<PathBuf>,
    /// Store to read [default: sqlite:DATA/cto.db where it exists, else the raw CSV files in DATA].
    #[arg(long, value_name = "URL", env = "CTO_API_STORE", hide_env = true)]
    pub store: Option<String>,
    /// Folder of the dashboard's files, ui/dist for example [default: the dashboard that is built in].
    #[arg(long, value_name = "DIR", env = "CTO_API_UI", hide_env = true)]
    pub ui: Option<PathBuf>,
    /// Path below which everything is served, such as /cto.
    #[arg(long, value_name = "PATH", env = "CTO_API_BASE_PATH", hide_env = true)]
    pub base_path: Option<String>,
    /// How clients show who they are [default: bearer or basic where there are secrets for it, else none].
    #[arg(long, value_name = "none|bearer|basic", value_parser = auth, env = "CTO_API_AUTH", hide_env = true)]
    pub auth: Option<ServerAuth>,
    /// File with bearer tokens, one to a line.
    #[arg(long, value_name = "FILE", env = "CTO_API_TOKENS_FILE", hide_env = true)]
    pub tokens_file: Option<PathBuf>,
    /// User of basic authentication.
    #[arg(long, value_name = "NAME", env = "CTO_API_USER", hide_env = true)]
    pub user: Option<String>,
    /// File with the password of basic authentication.
    #[arg(long, value_name = "FILE", env = "CTO_API_PASSWORD_FILE", hide_env = true)]
    pub password_file: Option<PathBuf>,
    /// File with the secret of GitHub's webhooks, which are received where there is one.
    #[arg(long, value_name = "FILE", env = "CTO_API_WEBHOOK_SECRET_FILE", hide_env = true)]
    pub webhook_secret_file: Option<PathBuf>,
    /// File with the tokens of whoever may push deployments and incidents, one to a line; without any nobody may.
    #[arg(long, value_name = "FILE", env = "CTO_API_EVENT_TOKENS_FILE", hide_env = true)]
    pub event_tokens_file: Option<PathBuf>,
    /// Host names that are answered without authentication, besides those of this computer.
    #[arg(long = "host", value_name = "NAME", value_delimiter = ',', env = "CTO_API_HOST", hide_env = true)]
    pub hosts: Vec<String>,
    /// Reverse proxies whose forwarded headers are believed: addresses or networks.
    #[arg(long, value_name = "IP|NET", value_delimiter = ',', env = "CTO_API_TRUSTED_PROXY", hide_env = true)]
    pub trusted_proxy: Vec<String>,
    /// Who may show the pages in a frame, as in Content-Security-Policy [default: 'none'].
    #[arg(long, value_name = "SOURCES", env = "CTO_API_FRAME_ANCESTORS", hide_env = true)]
    pub frame_ancestors: Option<String>,
    /// Waits for the first import where there is no data yet, in place of ending with 1: /readyz answers 503 and the
    /// dashboard says what to run.
    #[arg(long, value_parser = FalseyValueParser::new(), env = "CTO_API_WAIT", hide_env = true)]
    pub wait: bool,
    /// How often to look whether the data changed; 0 = never [default: 5].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=86_400), env = "CTO_API_RELOAD_SECONDS", hide_env = true)]
    pub reload_seconds: Option<u64>,
    /// Connections at the same time [default: 512].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), env = "CTO_API_CONNECTIONS", hide_env = true)]
    pub connections: Option<u32>,
    /// Definitions where a request names none: ours, or the original tool's [default: metrics.rules of the configuration, else flow].
    #[arg(long, value_name = "flow|cto-stats", value_parser = rule_set, env = "CTO_API_RULES", hide_env = true)]
    pub rules: Option<RuleSet>,
    /// Configuration [default: CONFIG_PATH, else ./config.yml where it exists].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print completions for a shell and exit.
    #[arg(long, value_name = "SHELL")]
    pub completions: Option<Shell>,
}

const AFTER_HELP: &str = "\
Environment:
  CTO_API_TOKENS          bearer tokens, separated by commas or white space
  CTO_API_PASSWORD        password of basic authentication
  CTO_WEBHOOK_SECRET      secret of GitHub's webhooks: deliveries to /webhooks/github are stored
  CTO_EVENT_TOKENS        tokens of whoever may push deployments and incidents, separated by commas or white space
  CTO_WEBHOOK_SECRET_GITLAB, …_PAGERDUTY, …_ALERTMANAGER, …_GRAFANA, …_STANDARD, …_STATUSPAGE, …_LINEAR
                          secrets of other senders: deliveries to /webhooks/gitlab, … are stored
  CTO_API_ADDR, CTO_API_STORE, CTO_API_BASE_PATH, …
                          every flag but --config and --completions, in capital letters
  CTO_SERVER__ADDR, …     every key of the configuration, as for the other programs

Flags go above CTO_API_…, these above CTO_SERVER__…, and these above the key server of the configuration.

Examples:
  cto-api                                             the store in ./data at http://127.0.0.1:8080
  cto-api --wait                                      before the first import
  CTO_API_TOKENS=$(cat token) cto-api --addr 0.0.0.0:8080
  cto-api --addr 10.0.0.5:8080 --auth none --host cto.acme.example --base-path /cto --trusted-proxy 10.0.0.2

Exit codes: 0 ended by a signal, 1 failed, 2 wrong usage or configuration.";

fn auth(text: &str) -> Result<ServerAuth, String> {
    let known = ServerAuth::ALL.into_iter().find(|auth| auth.name() == text);
    known.ok_or_else(|| "expected none, bearer or basic".to_owned())
}

fn rule_set(text: &str) -> Result<RuleSet, String> {
    [RuleSet::Flow, RuleSet::CtoStats]
        .into_iter()
        .find(|set| set.name() == text)
        .ok_or_else(|| "expected flow or cto-stats".to_owned())
}
