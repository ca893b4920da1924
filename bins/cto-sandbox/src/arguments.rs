//! The command line.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Parser;
use clap_complete::Shell;
use model::Instant;
use sandbox::server::Fault;
use sandbox::{LostEvents, Options, Size};

/// Serve a simulated GitHub over a generated organisation, or write its data directly.
///
/// The same seed and size give the same organisation. What is asked for with --write-… is written first; without
/// --listen or --record the program then ends instead of serving.
#[derive(Debug, Parser)]
#[command(name = "cto-sandbox", version, after_help = after_help())]
pub struct Arguments {
    /// Address to serve at; port 0 takes a free one. Printed on standard output when bound [default: 127.0.0.1:8765].
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Seed of the organisation.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Size of the organisation: demo, tiny, small, medium or large. Large takes too long to serve: write it.
    #[arg(long, value_name = "SIZE", default_value = "demo", value_parser = Size::from_str)]
    pub size: Size,
    /// What goes wrong, any number of times; see below.
    #[arg(long = "fault", value_name = "NAME[=VALUE]", value_parser = Trouble::from_str)]
    pub faults: Vec<Trouble>,
    /// Show the organisation as it was at this instant instead of at its end.
    #[arg(long, value_name = "T", value_parser = command_line::instant)]
    pub now: Option<Instant>,
    /// The only good token; without it any token is good.
    #[arg(long, value_name = "TOKEN")]
    pub token: Option<String>,
    /// Write what really happened, as CSV files.
    #[arg(long, value_name = "DIR")]
    pub write_truth: Option<PathBuf>,
    /// Write the raw tables that an import would publish.
    #[arg(long, value_name = "DIR")]
    pub write_csv: Option<PathBuf>,
    /// Write what an import would store, for example sqlite:data/cto.db.
    #[arg(long, value_name = "URL")]
    pub write_store: Option<String>,
    /// Write a config.yml that fits the organisation.
    #[arg(long, value_name = "FILE")]
    pub write_config: Option<PathBuf>,
    /// Write every exchange that is served to a numbered file in this folder, which must be empty or absent.
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Print completions for a shell and exit.
    #[arg(long, value_name = "SHELL")]
    pub completions: Option<Shell>,
}

/// Something that goes wrong: in the server's replies, or in what GitHub remembers.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// A fault of the server.
    Reply(Fault),
    /// Status events that are missing from timelines.
    Lost(LostEvents),
}

const LOST: &str = "lost-status-events";

/// When GitHub began to lose status events.
const LOST_SINCE: &str = "2026-09-24";

impl FromStr for Trouble {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        if name != LOST {
            return text.parse().map(Self::Reply).map_err(|error: sandbox::server::FaultError| error.to_string());
        }
        let (share, from) = value.split_once('@').unwrap_or((value, LOST_SINCE));
        let share = if share.is_empty() { Some(1.0) } else { share.parse().ok() };
        let share = share.filter(|share| (0.0..=1.0).contains(share));
        match (share, Instant::parse_date_or_rfc3339(from)) {
            (Some(share), Some(from)) => Ok(Self::Lost(LostEvents { from, share })),
            _ => {
                Err(format!("`{value}` is not understood; give a share from 0 to 1 and a date: {LOST}=0.5@2026-09-24"))
            }
        }
    }
}

impl Arguments {
    /// What to generate.
    pub fn options(&self) -> Options {
        let mut lost = self.faults.iter().filter_map(|trouble| match trouble {
            Trouble::Lost(lost) => Some(*lost),
            Trouble::Reply(_) => None,
        });
        Options { lost_events: lost.next_back(), ..Options::new(self.seed, self.size) }
    }

    /// What the server does wrong.
    pub fn server_faults(&self) -> Vec<Fault> {
        let faults = self.faults.iter().filter_map(|trouble| match trouble {
            Trouble::Reply(fault) => Some(fault.clone()),
            Trouble::Lost(_) => None,
        });
        faults.collect()
    }

    /// Whether anything is to be written.
    pub fn writes(&self) -> bool {
        self.write_truth.is_some()
            || self.write_csv.is_some()
            || self.write_store.is_some()
            || self.write_config.is_some()
    }

    /// Where to serve; `None` when the program only writes.
    pub fn serve_at(&self) -> Option<SocketAddr> {
        let usual = SocketAddr::from(([127, 0, 0, 1], 8765));
        self.listen.or((!self.writes() || self.record.is_some()).then_some(usual))
    }
}

/// Examples and exit codes; this program never ends with 3.
const EXAMPLES: &str = "
Examples:
  cto-sandbox                                         the demo organisation at http://127.0.0.1:8765
  cto-sandbox --listen 127.0.0.1:0 --fault slow=200   at a free port, every reply takes 200 ms
  cto-sandbox --fault bad-gateway-above=20 --fault truncated-body=every:9
  cto-sandbox --size large --write-csv DIR --write-config DIR/config.yml

Exit codes: 0 done or interrupted, 1 failed, 2 wrong usage.";

fn after_help() -> String {
    let width = sandbox::server::names().map(|(name, _)| name.len()).max().unwrap_or(0).max(LOST.len());
    let mut text = "Faults, as NAME or NAME=SETTING,SETTING. Settings say when (always, every:N, first:N, at:N: which calls) and, \
                    where capital letters stand below, how much:\n"
        .to_owned();
    let lost = (LOST, "status events vanish from timelines: SHARE@DATE (1@2026-09-24)");
    for (name, about) in sandbox::server::names().chain([lost]) {
        writeln!(text, "  {name:width$}  {about}").expect("writing to memory does not fail");
    }
    text + EXAMPLES
}
