//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use dora_compat::{BotPolicy, Metric};
use model::Instant;

/// The figures of dimagi/dora from a store of cto-metrics, byte for byte, and from its own database.
#[derive(Debug, Parser)]
#[command(name = "cto-dora", version, after_help = command_line::EXIT_CODES)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the report on the weeks before now.
    Report(Report),
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
