//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use model::{Instant, Month};

use crate::sending::To;

/// Write the monthly report: what happened in a month, for people who read two pages.
///
/// Reads the store in the data folder, or the raw CSV files where there is no store. Nothing is fetched, no clock is
/// read: the same data, month and configuration give the same bytes of every form but PDF.
#[derive(Debug, Parser)]
#[command(
    name = "cto-report",
    version,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 made, but something of it is missing (what is named).",
    args_conflicts_with_subcommands = true
)]
pub struct Arguments {
    /// What to do instead of making a report.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What to make.
    #[command(flatten)]
    pub make: Make,
}

/// What else there is to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a report again from the present data, and compare it with its folder: exit 0 if every file is the same.
    Verify(Verify),
}

/// Where the data is.
#[derive(Clone, Debug, Args)]
pub struct Source {
    /// Configuration [default: CONFIG_PATH, else ./config.yml where it exists].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the store or of the raw CSV files.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Store to read [default: sqlite:DATA/cto.db where it exists, else the raw CSV files in DATA].
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
}

/// What to make.
#[derive(Debug, Args)]
pub struct Make {
    /// Month to report, like 2026-10 [default: the last one whose bills no longer change, five days after its end].
    #[arg(value_name = "MONTH", value_parser = month)]
    pub month: Option<Month>,
    /// Report the last month that is over, though its bills may still change.
    #[arg(long, conflicts_with = "month")]
    pub provisional: bool,
    /// Where the data is.
    #[command(flatten)]
    pub source: Source,
    /// Folder of all reports: that of the month is made below it.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Forms, separated by commas. PDF takes a Chromium; without this flag it is made where one is found.
    #[arg(long, value_name = "FORM", value_delimiter = ',', value_enum)]
    pub format: Vec<Form>,
    /// Only what is a team's (repeatable). Spending of the clouds stays whole.
    #[arg(long, value_name = "NAME")]
    pub team: Vec<String>,
    /// Report as things stood at this instant (a date is its midnight in UTC) [default: end of the last successful import].
    #[arg(long, value_name = "T", value_parser = command_line::instant)]
    pub as_of: Option<Instant>,
    /// Make the report again although one of the month was made from other data: beside it, as MONTH.r2.
    #[arg(long)]
    pub force: bool,
    /// Web address of a cto-api: numbers are linked to where they are found.
    #[arg(long, value_name = "URL")]
    pub link: Option<String>,
    /// Send it when it is written (repeatable); where to, and with which secret, is in variables of the environment.
    #[arg(long, value_name = "TO", value_enum)]
    pub send: Vec<To>,
    /// With --send: say what would be sent, and send nothing.
    #[arg(long, requires = "send")]
    pub dry_run: bool,
    /// Chromium that prints the PDF [default: CHROMIUM, else what is found].
    #[arg(long, value_name = "FILE")]
    pub chromium: Option<PathBuf>,
    /// Print completions for a shell and exit.
    #[arg(long, value_name = "SHELL")]
    pub completions: Option<Shell>,
}

/// What to compare.
#[derive(Debug, Args)]
pub struct Verify {
    /// Folder of a report, reports/2026-10 for example.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Where the data is.
    #[command(flatten)]
    pub source: Source,
}

/// A form of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Form {
    /// One file for a browser, also without a network.
    Html,
    /// For issues and wikis.
    Md,
    /// Tables for Excel and Power BI, and the executive summary as text.
    Csv,
    /// What all forms are written from.
    Json,
    /// The HTML, printed on A4.
    Pdf,
}

fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).ok_or_else(|| "expected a month like 2026-10".to_owned())
}
