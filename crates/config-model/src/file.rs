//! The keys of `config.yml`.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::boards::Project;
use crate::chosen_rules::ChosenRules;
use crate::ci::Ci;
use crate::clock::ImportClock;
use crate::cloud::CloudSpending;
use crate::delivery::Delivery;
use crate::gitlab::Gitlab;
use crate::otlp::Otlp;
use crate::providers::{Azure, Gcp};
use crate::report::Report;
use crate::scalar::{Named, absent_if_null, flag, source_text};
use crate::server::Server;
use crate::teams::Team;
use crate::teams_file::Linear;

/// `config.yml`: every key is optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where issues, boards and pull requests come from.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Github>")]
    pub github: Github,
    /// Where they come from besides, or instead: groups of a GitLab server.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Gitlab>")]
    pub gitlab: Gitlab,
    /// How deployments, changes and incidents are read.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Delivery>")]
    pub delivery: Delivery,
    /// How runs, jobs and bills of CI are read; where the key is absent, they are imported when they are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<Ci>,
    /// The monthly report.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Report>")]
    pub report: Report,
    /// How figures are computed.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Metrics>")]
    pub metrics: Metrics,
    /// How figures are shown.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Reporting>")]
    pub reporting: Reporting,
    /// Teams by name.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Named<Team>>")]
    pub teams: Named<Team>,
    /// How labels begin that name a team: with `team::`, what carries `team::alpha` belongs to the team `alpha`, as if
    /// `teams` said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams_from_labels: Option<String>,
    /// JSON file with teams in the form of em-metrics, read beside `teams`; the variable `CONFIG` may hold such JSON, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams_file: Option<String>,
    /// Known changes of the process: each opens a new segment of the control charts.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<ProcessChange>>")]
    pub process_changes: Vec<ProcessChange>,
    /// How the import behaves.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Import>")]
    pub import: Import,
    /// Bills of Azure.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Azure>")]
    pub azure: Azure,
    /// Bills of Google Cloud.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Gcp>")]
    pub gcp: Gcp,
    /// Groups of cloud services (older spelling).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_spending: Option<CloudSpending>,
    /// Groups of cloud services (newer spelling, laid over the older one), and bills in files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloudspending: Option<CloudSpending>,
    /// How figures are served.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Server>")]
    pub server: Server,
    /// Whom figures are sent to.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Otlp>")]
    pub otlp: Otlp,
    /// How tickets of Linear are read, by the file of em-metrics, and where that says so.
    #[serde(skip)]
    pub(crate) linear: Option<(Linear, String)>,
    /// Name of the file in errors.
    #[serde(skip)]
    pub(crate) origin: String,
}

/// The key `github`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Github {
    /// Organisation to import when --org is absent.
    #[serde(default)]
    pub org: Option<String>,
    /// REST address of a GitHub Enterprise Server, for example <https://github.example.com/api/v3>.
    #[serde(default)]
    pub api_url: Option<String>,
    /// GraphQL address, for example <https://github.example.com/api/graphql>; by default derived from `api_url`.
    #[serde(default)]
    pub graphql_url: Option<String>,
    /// Import as a GitHub App instead of with a token.
    #[serde(default)]
    pub app: Option<App>,
    /// Logins that are bots besides those that GitHub marks.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub bots: Vec<String>,
    /// Bots that land pull requests by closing them instead of merging.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<MergeBot>>")]
    pub merge_bots: Vec<MergeBot>,
    /// Which custom field of a card says where a bug was found.
    #[serde(rename = "bug-source", alias = "bug_source", default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<BugSource>")]
    pub bug_source: BugSource,
    /// How each board's columns are read.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<Project>>")]
    pub projects: Vec<Project>,
}

/// One entry of `github.merge_bots`: a pull request of which all holds that is said, and that was closed without a
/// merge, counts as merged when it was closed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeBot {
    /// Login of who closed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// One of its labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How its title begins, `[Merged by Bors] - ` for example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_prefix: Option<String>,
    /// Name of a trailer (`name: value`) of the commit that closed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit_trailer: Option<String>,
}

impl MergeBot {
    /// What is said of its pull requests, with the keys.
    pub(crate) fn said(&self) -> [(&'static str, Option<&String>); 4] {
        [
            ("login", self.login.as_ref()),
            ("label", self.label.as_ref()),
            ("title_prefix", self.title_prefix.as_ref()),
            ("commit_trailer", self.commit_trailer.as_ref()),
        ]
    }
}

/// The key `github.app`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// App id or client id.
    #[serde(deserialize_with = "source_text")]
    pub id: String,
    /// File with the private key in PEM form; the variable `GITHUB_APP_PRIVATE_KEY` may hold the text instead.
    #[serde(default)]
    pub private_key_file: Option<String>,
    /// Installation id; looked up by organisation when absent.
    #[serde(default)]
    pub installation: Option<u64>,
}

/// The key `github.bug-source`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BugSource {
    /// Name of the custom field; empty = not used.
    #[serde(rename = "custom-field-name", alias = "custom_field_name", default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<String>")]
    pub custom_field_name: String,
    /// Its value for bugs that customers met.
    #[serde(
        rename = "customer-facing-value",
        alias = "customer_facing_value",
        default,
        deserialize_with = "absent_if_null"
    )]
    #[schemars(with = "Option<String>")]
    pub customer_facing_value: String,
    /// Its value for bugs met inside the organisation.
    #[serde(rename = "internal-value", alias = "internal_value", default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<String>")]
    pub internal_value: String,
    /// Its value for bugs met while developing.
    #[serde(rename = "dev-process-value", alias = "dev_process_value", default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<String>")]
    pub dev_process_value: String,
}

/// The key `metrics`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// Which set of definitions: `flow` (default) or `cto-stats` (the original's numbers); or a mapping of `set` and
    /// of single rules that are to be the other set's.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<ChosenRules>")]
    pub rules: ChosenRules,
    /// Columns in which work is done rather than waiting; flow efficiency needs them.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub working_columns: Vec<String>,
    /// Types of tickets, or of issues where no tracker tells of tickets, that are innovation: `feature`. The innovation
    /// ratio needs them.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub innovation_types: Vec<String>,
    /// Seed of the forecast's random numbers, 1 by default.
    #[serde(default)]
    pub forecast_seed: Option<u64>,
}

/// The key `reporting`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reporting {
    /// IANA time zone in which days, weeks and months are cut, `UTC` by default.
    #[serde(default)]
    pub timezone: Option<String>,
    /// Whether tables about single persons are written, `false` by default.
    #[serde(default, deserialize_with = "flag")]
    #[schemars(with = "Option<bool>")]
    pub people: bool,
    /// Whether titles of confidential issues of GitLab are imported, `false` by default: they are `(confidential)`.
    #[serde(default, deserialize_with = "flag")]
    #[schemars(with = "Option<bool>")]
    pub confidential: bool,
}

/// One entry of `process_changes`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessChange {
    /// From this day on, `2026-03-01`.
    #[schemars(with = "String")]
    pub date: NaiveDate,
    /// What changed.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<String>")]
    pub note: String,
}

/// The key `import`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// Requests under way at the same time, 4 by default, 100 at most.
    #[serde(default)]
    pub concurrency: Option<usize>,
    /// How long a second import on the same store waits for the first, in seconds, 60 by default.
    #[serde(default)]
    pub lock_wait_seconds: Option<u64>,
    /// Whether the jobs of CI are published as `ci_job.csv`, false by default. What they are rolled up into is always.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<bool>")]
    pub publish_jobs: bool,
    /// First wait for a limit that does not say when it lifts, in seconds, 60 by default as GitHub asks; doubles.
    #[serde(default)]
    pub limit_wait_seconds: Option<f64>,
    /// First wait before a failed request is sent again, in seconds, 1 by default; doubles.
    #[serde(default)]
    pub retry_wait_seconds: Option<f64>,
    /// How often a failing request is sent, the first time included, 6 by default.
    #[serde(default)]
    pub tries: Option<u32>,
    /// What the time of GitHub's answers is measured by: `machine` (default), `provider` (the first answer is right, for
    /// a machine whose clock is wrong), or a time at which the import begins, for simulations.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub clock: Option<ImportClock>,
}
