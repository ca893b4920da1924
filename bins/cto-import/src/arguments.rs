//! The command line.

use std::path::PathBuf;

use clap::Parser;
use clap_complete::Shell;
use config_model::{CiImport, Config};
use model::Instant;

/// Import the issues, boards, pull requests, deployments and CI of a GitHub organisation and of GitLab groups, and the
/// bills of the clouds, into the store.
///
/// Fetches what changed since the last import, page by page; a page and the place behind it are stored together,
/// so an import that was stopped goes on where it was. Afterwards the raw tables are published as CSV files in
/// the data folder. What was imported once stays; what has vanished is marked,
/// and --full looks for all of it.
#[derive(Debug, Parser)]
#[command(name = "cto-import", version, after_help = AFTER_HELP)]
#[expect(clippy::struct_excessive_bools, reason = "each one is a flag of its own")]
pub struct Arguments {
    /// Organisation to import [default: github.org of the configuration].
    #[arg(long, value_name = "O")]
    pub org: Option<String>,
    /// Group of GitLab to import, with its subgroups; several times for several groups.
    #[arg(long, value_name = "G")]
    pub gitlab_group: Vec<String>,
    /// Fetch only what changed since then (a date is its midnight in UTC). Removes nothing, and what it leaves
    /// out is fetched by the next import without it.
    #[arg(long, value_name = "DATE|RFC3339", value_parser = command_line::instant)]
    pub since: Option<Instant>,
    /// Only these repositories, or projects of GitLab by their paths, separated by commas. Removes nothing.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub repo: Vec<String>,
    /// Issues and boards. Without a scope: issues, pull requests and deliveries, and CI where the configuration has the key
    /// `ci`.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    pub issues: bool,
    /// Pull requests.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    pub pr: bool,
    /// Deliveries: deployments, releases and the commits behind them, of repositories that have any.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    pub delivery: bool,
    /// CI: all runs of workflows with their jobs and the bill of GitHub Actions, pipelines of GitLab with their jobs. At first
    /// ci.months back, 13 by default: about 6 calls for 100 runs of GitHub, and one for 100 jobs of GitLab.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    pub ci: bool,
    /// Bills of Azure, Google Cloud and FOCUS files: the last 24 months and the running one, then what may have changed.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    pub cloudspending: bool,
    /// Everything that is configured.
    #[arg(long, conflicts_with_all = ["issues", "pr", "delivery", "ci", "cloudspending"])]
    pub all: bool,
    /// Fetch everything again and mark what has vanished.
    #[arg(long, conflicts_with = "since")]
    pub full: bool,
    /// Configuration [default: CONFIG_PATH, else ./config.yml where it exists].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder for the store and the published CSV files.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Store to write to [default: sqlite:DATA/cto.db].
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
    /// Load a folder of raw CSV files (of the original tool, or published by this one) instead of fetching.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["since", "repo", "full", "dry_run"])]
    pub from_csv: Option<PathBuf>,
    /// Load a database of dimagi/dora instead of fetching: merged pull requests and deployments. Nothing of the file is changed; what an
    /// import has shown stays, and what it shows later takes the place of theirs.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["since", "repo", "full", "dry_run", "from_csv"])]
    pub from_dora: Option<PathBuf>,
    /// Copy the store into a file and stop, whatever else reads or writes it. The folder is made, an earlier backup is replaced.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["since", "repo", "full", "dry_run", "from_csv", "from_dora", "check"])]
    pub backup: Option<PathBuf>,
    /// Look at every page, key and cell of the store, name what cannot have been stored, and stop.
    #[arg(long, conflicts_with_all = ["since", "repo", "full", "dry_run", "from_csv", "from_dora"])]
    pub check: bool,
    /// Requests under way at the same time, 1 to 100 [default: import.concurrency of the configuration, else 4].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub concurrency: Option<u16>,
    /// Print what would be fetched, with the calls and points it is expected to cost, and stop.
    #[arg(long)]
    pub dry_run: bool,
    /// Print completions for a shell and exit.
    #[arg(long, value_name = "SHELL")]
    pub completions: Option<Shell>,
}

const AFTER_HELP: &str = "\
Environment:
  GITHUB_TOKEN            token with the scopes repo, read:org and read:project, or a fine-grained one
                          (docs/operations.md names its permissions)
  GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY, GITHUB_APP_INSTALLATION
                          a GitHub App instead (or github.app in the configuration)
  GITHUB_API_URL, GITHUB_GRAPHQL_URL
                          a GitHub Enterprise Server
  GITLAB_TOKEN            token of GitLab with the scope read_api
  GITLAB_URL              a GitLab server other than https://gitlab.com
  AZURE_SUBSCRIPTION_ID   subscriptions, separated by commas
  AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET
                          an application with the role Cost Management Reader; without a secret: workload identity,
                          managed identity, or the Azure CLI's login
  AZURE_AUTHORITY_HOST, AZURE_ENDPOINT
                          a sovereign cloud
  GCP_PROJECT_ID, GCP_BILLING_ACCOUNT
                          the project that asks BigQuery, and the account whose export is read
  GCP_SERVICE_ACCOUNT_JSON
                          credentials of any type, as text or path; else gcloud's well-known file or the metadata server
  GCP_BIGQUERY_LOCATION, BIGQUERY_ENDPOINT
                          where the export is
  CONFIG_PATH             configuration file
  RUST_LOG                what to log on standard error, for example info

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 partial (what is missing is named).";

impl Arguments {
    /// Whether issues and boards are asked for.
    pub fn wants_issues(&self) -> bool {
        self.issues || self.all || self.names_no_scope()
    }

    /// Whether pull requests are asked for.
    pub fn wants_pull_requests(&self) -> bool {
        self.pr || self.all || self.names_no_scope()
    }

    /// Whether deployments, releases and commits are asked for.
    pub fn wants_deliveries(&self) -> bool {
        self.delivery || self.all || self.names_no_scope()
    }

    /// How runs, jobs and bills of CI are imported; `None` where they are not asked for: by name, by --all, or by the key `ci`
    /// of the configuration where no scope is named. They cost many calls.
    pub fn ci(&self, config: &Config) -> Option<CiImport> {
        let is_wanted = self.ci || self.all || (self.names_no_scope() && config.ci.is_some());
        is_wanted.then(|| config.ci.clone().unwrap_or_default().import())
    }

    /// Whether anything of GitHub or GitLab is asked for.
    pub fn wants_forges(&self) -> bool {
        self.wants_issues() || self.wants_pull_requests() || self.wants_deliveries() || self.ci
    }

    /// Whether bills are asked for.
    pub fn wants_clouds(&self) -> bool {
        self.cloudspending || self.all
    }

    fn names_no_scope(&self) -> bool {
        !(self.issues || self.pr || self.delivery || self.ci || self.cloudspending || self.all)
    }

    /// The store's address.
    pub fn store_url(&self) -> String {
        self.store.clone().unwrap_or_else(|| store::url_in(&self.data))
    }

    /// The store's file.
    pub fn store_path(&self) -> PathBuf {
        let url = self.store_url();
        PathBuf::from(url.strip_prefix("sqlite:").unwrap_or(&url))
    }
}
