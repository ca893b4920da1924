//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use dora_compat::{BotPolicy, Metric};
use model::Instant;

/// The figures of dimagi/dora from a store of cto-metrics, byte for byte, and from its own database.
#[derive(Debug, Parser)]
#[command(name = "cto-dora", version, after_help = command_line::EXIT_CODES)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Print completions for a shell and exit.
    #[arg(long, value_name = "SHELL", exclusive = true)]
    pub completions: Option<Shell>,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Import pull requests, deployments or releases of repositories of GitHub into a store.
    Pull(Pull),
    /// Write the report on the weeks before now.
    Report(Report),
    /// Upload a file to S3, or to a server that speaks like it.
    Upload(Upload),
}

/// What is uploaded.
#[derive(Debug, Args)]
#[command(after_help = UPLOAD_HELP)]
pub struct Upload {
    /// File to upload.
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// Where to: `s3://BUCKET/KEY`.
    #[arg(long, value_name = "s3://BUCKET/KEY")]
    pub target: String,
    /// Kind of content that the server is to tell.
    #[arg(long, value_name = "TYPE", default_value = "application/json")]
    pub content_type: String,
    /// Let everybody read it, where the bucket allows that.
    #[arg(long)]
    pub public_read: bool,
}

const UPLOAD_HELP: &str = "\
Environment:
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
                    credentials, as aws-actions/configure-aws-credentials sets them; with a profile or the role of a machine
                    `aws s3 cp` uploads instead
  AWS_REGION        region of the bucket [default: us-east-1]
  AWS_ENDPOINT_URL  address of another server than Amazon's";

/// What is pulled.
#[derive(Debug, Args)]
#[command(after_help = PULL_HELP)]
pub struct Pull {
    /// Repository; several times for several.
    #[arg(long, value_name = "OWNER/NAME", value_parser = repository, required = true)]
    pub repo: Vec<String>,
    /// Since when changes are read: a date (its midnight in UTC) or a time, in UTC unless it has an offset.
    #[arg(long, value_name = "DATE|TIME", value_parser = since)]
    pub since: Instant,
    /// Store to write to; it is made where it is missing.
    #[arg(long, value_name = "FILE", default_value = "dora.db")]
    pub db: PathBuf,
    /// Branch whose merges the report is to count.
    #[arg(long, value_name = "BRANCH", default_value = dora_compat::Pull::BRANCH)]
    pub base: String,
    /// Environment whose deployments the report is to count.
    #[arg(long, value_name = "NAME", default_value = dora_compat::Pull::ENVIRONMENT)]
    pub environment: String,
    /// What is deployed by: GitHub's deployments, or releases, each of which then counts as a deployment to production.
    #[arg(long, value_name = "WHAT", default_value = "deployments")]
    pub source: Shipping,
    /// Leave out pull requests.
    #[arg(long)]
    pub skip_prs: bool,
    /// Leave out deployments and releases.
    #[arg(long)]
    pub skip_deployments: bool,
}

const PULL_HELP: &str = "\
Environment:
  GITHUB_TOKEN    token that may read pull requests, contents and deployments, where `gh auth token` gives none
  GITHUB_API_URL  base of the REST API [default: https://api.github.com]";

/// What is deployed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shipping {
    /// GitHub's deployments.
    Deployments,
    /// Releases.
    Releases,
}

/// What is reported.
#[derive(Debug, Args)]
#[group(id = "Reporting", multiple = true)]
pub struct Report {
    /// Store to read, or a database of dimagi/dora, of which nothing is changed.
    #[arg(long, value_name = "FILE", default_value = "dora.db")]
    pub db: PathBuf,
    /// Weeks before now from which on merges and deployments count. What is dated in the future counts, too.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(0..=MOST_WEEKS))]
    pub weeks: u32,
    /// Only this metric; several times for several, in this order [default: all].
    #[arg(long, value_name = "NAME", value_parser = metric)]
    pub metric: Vec<Metric>,
    /// How the report is written.
    #[arg(long, value_name = "FORM", default_value = "table")]
    pub format: Format,
    /// File to write to [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Leave out bots in every metric.
    #[arg(long, conflicts_with = "include_bots")]
    pub exclude_bots: bool,
    /// Count bots in every metric.
    #[arg(long)]
    pub include_bots: bool,
    /// The instant that the weeks are counted back from [default: that of the machine's clock].
    #[arg(long, value_name = "INSTANT", value_parser = command_line::instant)]
    pub now: Option<Instant>,
    /// Branch whose merges count [default: those that were pulled, else main].
    #[arg(long, value_name = "BRANCH")]
    pub base: Option<String>,
    /// Environment whose deployments count [default: those that were pulled, else production].
    #[arg(long, value_name = "NAME")]
    pub environment: Option<String>,
    /// Only this repository; several times for several [default: those that were pulled, else all].
    #[arg(long, value_name = "OWNER/NAME", value_parser = repository)]
    pub repo: Vec<String>,
    /// With a key `cto` behind the metrics: when the report was made, by which version, and up to when imports vouch for its
    /// rows. JSON only.
    #[arg(long)]
    pub extended: bool,
}

/// Most weeks that a report looks back: to the first centuries of the calendar.
const MOST_WEEKS: i64 = 100_000;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables for a terminal.
    Table,
    /// A table of CSV after the other.
    Csv,
    /// What the dashboard of dimagi/dora reads.
    Json,
}

impl Report {
    pub(crate) fn bots(&self) -> BotPolicy {
        match (self.exclude_bots, self.include_bots) {
            (true, _) => BotPolicy::ExcludeAll,
            (_, true) => BotPolicy::IncludeAll,
            _ => BotPolicy::Default,
        }
    }
}

fn metric(name: &str) -> Result<Metric, String> {
    let names = || Metric::ALL.map(Metric::name).join(", ");
    Metric::find(name).ok_or_else(|| format!("there is no such metric: {}", names()))
}

/// `owner/name`.
fn repository(text: &str) -> Result<String, String> {
    match text.split_once('/') {
        Some((owner, name)) if !owner.is_empty() && !name.is_empty() && !name.contains('/') => Ok(text.to_owned()),
        _ => Err("expected OWNER/NAME".to_owned()),
    }
}

/// A date, or a time with or without an offset.
fn since(text: &str) -> Result<Instant, String> {
    let in_utc = || Instant::parse_rfc3339(&format!("{text}Z")).filter(|_| text.contains('T'));
    command_line::instant(text).or_else(|error| in_utc().ok_or(error))
}

impl Pull {
    /// Owner and name of each repository.
    pub(crate) fn repositories(&self) -> Vec<(String, String)> {
        let parts = self.repo.iter().filter_map(|name| name.split_once('/'));
        parts.map(|(owner, name)| (owner.to_owned(), name.to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_a_date_or_a_time_in_utc_unless_it_has_an_offset() {
        let at = |text| Instant::parse_rfc3339(text).expect("an instant");
        for (text, expected) in [
            ("2026-06-10", "2026-06-10T00:00:00Z"),
            ("2026-06-10T01:02:03", "2026-06-10T01:02:03Z"),
            ("2026-06-10T01:02:03Z", "2026-06-10T01:02:03Z"),
            ("2026-06-10T01:02:03+02:00", "2026-06-09T23:02:03Z"),
        ] {
            assert_eq!(since(text), Ok(at(expected)), "{text}");
        }
        for text in ["", "yesterday", "2026-06-31", "2026-06-10T", "10.06.2026"] {
            assert!(since(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_repository_has_an_owner() {
        assert!(repository("acme/api").is_ok());
        for text in ["acme", "acme/", "/api", "acme/api/x", ""] {
            assert!(repository(text).is_err(), "{text}");
        }
    }
}
