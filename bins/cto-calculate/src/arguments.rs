//! The command line.

use std::path::PathBuf;

use clap::Parser;
use clap_complete::Shell;
use model::Instant;
use model::columns::Scopes;
use model::rules::RuleSet;

/// Compute the tables of a software organisation's flow and spending from what cto-import stored.
///
/// Reads the store in the data folder, or the raw CSV files where there is no store, and writes one CSV file
/// per table. Nothing is fetched, no clock is read: the same data and --as-of give the same bytes.
#[derive(Debug, Parser)]
#[command(name = "cto-calculate", version, after_help = command_line::EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "each one is a flag of its own")]
pub struct Arguments {
    /// Issues and boards. Without a scope: issues, pull requests and, where there is any, delivery and CI.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    pub issues: bool,
    /// Pull requests.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    pub pr: bool,
    /// Spending of the clouds.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    pub cloudspending: bool,
    /// Delivery: deployments, what they shipped, and the five DORA keys.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    pub delivery: bool,
    /// CI: how reliable and how fast it is, and what it costs.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set, hide_default_value = true, hide_possible_values = true)]
    pub ci: bool,
    /// Everything: issues, pull requests, delivery, CI and cloud spending.
    #[arg(long, conflicts_with_all = ["issues", "pr", "cloudspending", "delivery", "ci"])]
    pub all: bool,
    /// Configuration [default: CONFIG_PATH, else ./config.yml where it exists].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the store or of the raw CSV files.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Store to read [default: sqlite:DATA/cto.db where it exists, else the raw CSV files in DATA].
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
    /// Folder to write to [default: the data folder].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Definitions: ours, or the original tool's digit for digit [default: metrics.rules of the configuration, else flow].
    #[arg(long, value_name = "flow|cto-stats", value_parser = rule_set)]
    pub rules: Option<RuleSet>,
    /// Compute as things stood at this instant (a date is its midnight in UTC) [default: end of the last successful import].
    #[arg(long, value_name = "T", value_parser = command_line::instant)]
    pub as_of: Option<Instant>,
    /// Treat warnings about the input as errors (exit code 2).
    #[arg(long)]
    pub strict: bool,
    /// Put an apostrophe before text that a spreadsheet would run as a formula. For files that people open; programs
    /// that read the tables want the text as it was written.
    #[arg(long)]
    pub guard_formulas: bool,
    /// Print completions for a shell and exit.
    #[arg(long, value_name = "SHELL")]
    pub completions: Option<Shell>,
}

impl Arguments {
    /// What to compute: the scopes given, else issues, pull requests, delivery and CI.
    pub fn scopes(&self) -> Scopes {
        if self.all {
            return Scopes::ALL;
        }
        match self.named() {
            Scopes::NONE => Scopes::USUAL,
            named => named,
        }
    }

    /// The scopes that are given by name.
    pub(crate) fn named(&self) -> Scopes {
        Scopes {
            issues: self.issues,
            pull_requests: self.pr,
            cloud_spending: self.cloudspending,
            delivery: self.delivery,
            ci: self.ci,
        }
    }

    /// Where the tables go.
    pub fn out_folder(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| self.data.clone())
    }
}

fn rule_set(text: &str) -> Result<RuleSet, String> {
    [RuleSet::Flow, RuleSet::CtoStats]
        .into_iter()
        .find(|set| set.name() == text)
        .ok_or_else(|| "expected flow or cto-stats".to_owned())
}
