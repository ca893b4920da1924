//! The command line.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;
use clap_complete::Shell;
use model::Instant;
use sandbox::clouds::{AzureQuota, CloudFault, cloud_fault_names};
use sandbox::gitlab::{GitlabFault, gitlab_fault_names};
use sandbox::server::{Fault, FaultError, IdForm, Ids, Lack};
use sandbox::{LostEvents, Options, Size};

/// Serve a simulated GitHub, GitLab, Azure and Google Cloud over a generated organisation, or write its data directly.
///
/// The same seed and size give the same organisation. What is asked for with --write-… is written first; without
/// --listen, --record or --write-google-key the program then ends instead of serving.
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
    /// Serve GitLab as well, at the same address. Nothing happens then in the organisation that only
    /// one of GitHub and GitLab could tell, so that both show the same; --write-config writes a configuration for GitLab.
    #[arg(long)]
    pub gitlab: bool,
    /// Every other team plans in iterations of two weeks, which GitLab tells and GitHub does not.
    #[arg(long, requires = "gitlab")]
    pub iterations: bool,
    /// What goes wrong, any number of times; see below.
    #[arg(long = "fault", value_name = "NAME[=VALUE]", value_parser = Trouble::from_str)]
    pub faults: Vec<Trouble>,
    /// Something that GitHub's schema lacks, as that of an older server does, any number of times: Type, Type.field,
    /// Type.field(argument:) or Enumeration.VALUE.
    #[arg(long = "lack", value_name = "NAME", value_parser = Lack::from_str)]
    pub lacks: Vec<Lack>,
    /// Form of GitHub's node ids: new, old (base64), or header (new for those who ask with X-GitHub-Next-Global-ID).
    #[arg(long, value_name = "FORM", default_value = "new", value_parser = ids)]
    pub ids: Ids,
    /// Number of issues, instead of the size's own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub issues: Option<u32>,
    /// Length of the organisation's history in months of 30.4 days, instead of the size's own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=240))]
    pub months: Option<u32>,
    /// Months of CI at the end of that history, of 31 days, 0 for none [default: 13 of demo, 3 of small, else none].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=240))]
    pub ci_months: Option<u32>,
    /// When that history ends: an instant, or `yesterday` for 18:00 UTC of the day before today [default:
    /// 2026-10-30T18:00:00Z].
    #[arg(long, value_name = "T", value_parser = end)]
    pub end: Option<Instant>,
    /// Show the organisation as it was at this instant instead of at its end.
    #[arg(long, value_name = "T", value_parser = command_line::instant)]
    pub now: Option<Instant>,
    /// The only good token of GitHub and GitLab; without it any token is good. Azure takes any client secret.
    #[arg(long, value_name = "TOKEN")]
    pub token: Option<String>,
    /// Query units that Azure allows in 10 seconds, in a minute and in an hour.
    #[arg(long, value_name = "PER10S,PERMIN,PERHOUR", default_value = "12,60,600", value_parser = quota)]
    pub azure_quota: AzureQuota,
    /// Write what really happened, as CSV files, and what the clouds' invoices say.
    #[arg(long, value_name = "DIR")]
    pub write_truth: Option<PathBuf>,
    /// Write the raw tables that an import would publish.
    #[arg(long, value_name = "DIR")]
    pub write_csv: Option<PathBuf>,
    /// Write what an import would store, for example sqlite:data/cto.db.
    #[arg(long, value_name = "URL")]
    pub write_store: Option<String>,
    /// Write a config.yml that fits the organisation and its clouds; addresses and secrets come from the environment.
    #[arg(long, value_name = "FILE")]
    pub write_config: Option<PathBuf>,
    /// Write the key file of a Google service account, made anew and good for this server only, before it says that it
    /// listens. Without it any signed assertion is good.
    #[arg(long, value_name = "FILE")]
    pub write_google_key: Option<PathBuf>,
    /// Write every exchange with GitHub that is served to a numbered file in this folder, which must be empty or absent.
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Print completions for a shell and exit.
    #[arg(long, value_name = "SHELL")]
    pub completions: Option<Shell>,
}

fn end(text: &str) -> Result<Instant, String> {
    if text != "yesterday" {
        return command_line::instant(text);
    }
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| "the clock stands before 1970")?;
    let today = since_epoch.as_secs() as i64 / 86_400 * 86_400;
    Ok(Instant::from_seconds(today - 6 * 3_600))
}

fn ids(text: &str) -> Result<Ids, String> {
    match text {
        "new" => Ok(Ids::of(IdForm::New)),
        "old" => Ok(Ids::of(IdForm::Old)),
        "header" => Ok(Ids { asked: Some(IdForm::New), ..Ids::of(IdForm::Old) }),
        _ => Err(format!("`{text}` is no form of ids: use new, old or header")),
    }
}

/// Something that goes wrong: in the server's replies, or in what GitHub remembers.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// A fault of GitHub.
    Reply(Fault),
    /// A fault of Azure or Google.
    Cloud(CloudFault),
    /// A fault of GitLab.
    Gitlab(GitlabFault),
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
        if CloudFault::is_named_by(text) {
            return text.parse().map(Self::Cloud).map_err(|error: FaultError| error.to_string());
        }
        if GitlabFault::is_named_by(text) {
            return text.parse().map(Self::Gitlab).map_err(|error: FaultError| error.to_string());
        }
        if name != LOST {
            return text.parse().map(Self::Reply).map_err(|error| unreadable(&error));
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

/// What is wrong with a fault; of an unknown one with the names of all.
fn unreadable(error: &FaultError) -> String {
    if !matches!(error, FaultError::Unknown { .. }) {
        return error.to_string();
    }
    let others: Vec<&str> = cloud_fault_names().chain(gitlab_fault_names()).map(|(name, _)| name).collect();
    format!("{error}, {}, {LOST}", others.join(", "))
}

fn quota(text: &str) -> Result<AzureQuota, String> {
    let numbers: Vec<u64> = text.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    match numbers.as_slice() {
        [per_10_seconds, per_minute, per_hour] if text.split(',').count() == 3 && !numbers.contains(&0) => {
            let [per_10_seconds, per_minute, per_hour] = [*per_10_seconds, *per_minute, *per_hour];
            Ok(AzureQuota { per_10_seconds, per_minute, per_hour, ..AzureQuota::default() })
        }
        _ => Err("give three whole numbers above 0, of query units in 10 seconds, a minute and an hour: 12,60,600"
            .to_owned()),
    }
}

impl Arguments {
    /// What to generate.
    pub fn options(&self) -> Options {
        let mut lost = self.faults.iter().filter_map(|trouble| match trouble {
            Trouble::Lost(lost) => Some(*lost),
            Trouble::Reply(_) | Trouble::Cloud(_) | Trouble::Gitlab(_) => None,
        });
        Options {
            told_by_both: self.gitlab,
            iterations: self.iterations,
            lost_events: lost.next_back(),
            issues: self.issues.map(|issues| issues as usize),
            months: self.months,
            ci_months: self.ci_months,
            end: self.end,
            ..Options::new(self.seed, self.size)
        }
    }

    /// What GitHub does wrong.
    pub fn server_faults(&self) -> Vec<Fault> {
        let faults = self.faults.iter().filter_map(|trouble| match trouble {
            Trouble::Reply(fault) => Some(fault.clone()),
            Trouble::Lost(_) | Trouble::Cloud(_) | Trouble::Gitlab(_) => None,
        });
        faults.collect()
    }

    /// What the clouds do wrong.
    pub fn cloud_faults(&self) -> Vec<CloudFault> {
        let faults = self.faults.iter().filter_map(|trouble| match trouble {
            Trouble::Cloud(fault) => Some(fault.clone()),
            Trouble::Reply(_) | Trouble::Lost(_) | Trouble::Gitlab(_) => None,
        });
        faults.collect()
    }

    /// What GitLab does wrong.
    pub fn gitlab_faults(&self) -> Vec<GitlabFault> {
        let faults = self.faults.iter().filter_map(|trouble| match trouble {
            Trouble::Gitlab(fault) => Some(fault.clone()),
            Trouble::Reply(_) | Trouble::Lost(_) | Trouble::Cloud(_) => None,
        });
        faults.collect()
    }

    /// What does not go together; `None` when all is well.
    pub fn contradiction(&self) -> Option<&'static str> {
        let has = |wanted: fn(&Trouble) -> bool| self.faults.iter().any(wanted);
        if !self.gitlab && has(|trouble| matches!(trouble, Trouble::Gitlab(_))) {
            return Some("faults of GitLab need --gitlab, which serves it");
        }
        if self.gitlab && has(|trouble| matches!(trouble, Trouble::Lost(_))) {
            return Some("GitLab loses no events: leave --fault lost-status-events or --gitlab out");
        }
        None
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
        let serves = !self.writes() || self.record.is_some() || self.write_google_key.is_some();
        self.listen.or(serves.then_some(usual))
    }
}

/// Examples and exit codes; this program never ends with 3.
const EXAMPLES: &str = "
Examples:
  cto-sandbox                                         the demo organisation at http://127.0.0.1:8765
  cto-sandbox --listen 127.0.0.1:0 --fault slow=200   at a free port, every reply takes 200 ms
  cto-sandbox --fault bad-gateway-above=20 --fault truncated-body=every:9
  cto-sandbox --azure-quota 1200,6000,60000 --write-google-key key.json --fault azure-no-role
  cto-sandbox --gitlab --write-config config.yml --listen 127.0.0.1:8765 --fault gitlab-429=every:20
  cto-sandbox --size large --write-csv DIR --write-config DIR/config.yml

Exit codes: 0 done or interrupted, 1 failed, 2 wrong usage.";

fn after_help() -> String {
    let lost = (LOST, "status events vanish from timelines: SHARE@DATE (1@2026-09-24)");
    let faults: Vec<(&str, &str)> =
        sandbox::server::names().chain([lost]).chain(cloud_fault_names()).chain(gitlab_fault_names()).collect();
    let width = faults.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = "Faults, as NAME or NAME=SETTING,SETTING. Settings say when (always, every:N, first:N, at:N: which calls) and, \
                    where capital letters stand below, how much:\n"
        .to_owned();
    for (name, about) in faults {
        writeln!(text, "  {name:width$}  {about}").expect("writing to memory does not fail");
    }
    text + EXAMPLES
}
