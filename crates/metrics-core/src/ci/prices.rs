//! What a minute of a job costs.
//!
//! The prices of the providers, with the days from which they hold, and those of the configuration before them.
//! Sources: GitHub, "Actions runner pricing" (per minute of the runners that it hosts; those of 2026 were announced in the
//! pricing of that year); GitLab, "Compute minutes" (cost factors) and the price of 100 minutes.

use std::borrow::Cow;
use std::cell::RefCell;

use ahash::RandomState;
use chrono::{Datelike as _, NaiveDate};
use ci_rollup::Spent;
use hashbrown::HashMap;
use model::Amount;
use model::ci::{CiRules, JobPrice, MinuteRounding};
use model::names::comparable;

/// Micro-minutes of a minute.
pub(super) const MINUTE: i64 = 1_000_000;
/// Currency of the providers' prices, and of rows without any price.
pub(super) const CURRENCY: &str = "USD";

/// A price of a minute.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Price {
    pub(super) per_minute: Amount,
    pub(super) currency: String,
    round: MinuteRounding,
    /// A minute of the machine counts for so many hundredths of a minute.
    factor: i64,
    /// What the provider's bill calls it; empty for what a provider does not bill so.
    pub(super) sku: &'static str,
}

impl Price {
    /// What is charged for jobs, in micro-minutes.
    pub(super) fn minutes(&self, spent: &Spent) -> i64 {
        match self.round {
            MinuteRounding::Up => spent.whole_minutes * MINUTE,
            MinuteRounding::None => half_even(spent.run_ms * self.factor, 6),
        }
    }

    /// What so many micro-minutes cost.
    pub(super) fn cost(&self, minutes: i64) -> Amount {
        self.per_minute.times_millionths(minutes)
    }
}

/// Micro-minutes of milliseconds: a sixtieth of so many thousands, rounded half to even.
pub(super) fn micro_minutes(milliseconds: i64) -> i64 {
    half_even(milliseconds * 100, 6)
}

/// A division, rounded half to even.
fn half_even(dividend: i64, divisor: i64) -> i64 {
    let (whole, rest) = (dividend.div_euclid(divisor), dividend.rem_euclid(divisor));
    match (2 * rest).cmp(&divisor) {
        std::cmp::Ordering::Less => whole,
        std::cmp::Ordering::Greater => whole + 1,
        std::cmp::Ordering::Equal => whole + (whole & 1),
    }
}

/// A job, as far as its price goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ask {
    /// Code of its labels.
    pub(super) labels: u32,
    pub(super) runs_on: Machine,
    pub(super) forge: Forge,
    /// Day on which it began, in days since the beginning of the Common Era.
    pub(super) day: i32,
    /// Whether everybody may see its repository.
    pub(super) is_public: bool,
}

/// Whose machine a job ran on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Machine {
    Unknown,
    Hosted,
    Own,
}

/// Who runs the jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Forge {
    Github,
    /// GitLab's own server, whose machines have cost factors.
    GitlabCom,
    /// Another server of GitLab: all its machines are one's own.
    GitlabServer,
}

/// All prices. What was found out about labels is remembered.
pub(super) struct PriceBook<'a> {
    own: Vec<(Vec<String>, &'a JobPrice)>,
    prices: RefCell<Vec<Price>>,
    known: RefCell<HashMap<Ask, Answer, RandomState>>,
}

/// What jobs cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Place of the price among [`PriceBook::into_prices`]; `None` where none is known.
    pub(super) price: Option<u16>,
    /// Whether they ran on a machine of GitHub's, as far as is known, whose labels do not say of which kind: what is
    /// billed for larger ones is called by their kind.
    pub(super) may_be_larger: bool,
}

impl<'a> PriceBook<'a> {
    pub(super) fn new(rules: &'a CiRules) -> Self {
        let labels = |price: &JobPrice| price.labels.iter().map(|label| comparable(label)).collect();
        Self {
            own: rules.prices.iter().map(|price| (labels(price), price)).collect(),
            prices: RefCell::default(),
            known: RefCell::default(),
        }
    }

    /// What a job costs. `labels` gives the texts behind the code, joined by `;`.
    pub(super) fn ask<'t>(&self, ask: Ask, labels: impl FnOnce() -> Cow<'t, str>) -> Answer {
        if let Some(known) = self.known.borrow().get(&ask) {
            return *known;
        }
        let labels = labels();
        let price = self.find(ask, &labels);
        let is_own = ask.runs_on == Machine::Own || labels.split(';').any(is_self_hosted);
        let has_kind = price.as_ref().is_some_and(|price| !price.sku.is_empty());
        let answer = Answer {
            price: price.map(|price| self.place(price)),
            may_be_larger: ask.forge == Forge::Github && !is_own && !has_kind,
        };
        self.known.borrow_mut().insert(ask, answer);
        answer
    }

    /// The prices that jobs had.
    pub(super) fn into_prices(self) -> Vec<Price> {
        self.prices.into_inner()
    }

    fn place(&self, price: Price) -> u16 {
        let mut prices = self.prices.borrow_mut();
        let known = prices.iter().position(|other| *other == price);
        known.unwrap_or_else(|| {
            prices.push(price);
            prices.len() - 1
        }) as u16
    }

    fn find(&self, ask: Ask, labels: &str) -> Option<Price> {
        let labels: Vec<String> = labels.split(';').map(comparable).filter(|label| !label.is_empty()).collect();
        let day = NaiveDate::from_num_days_from_ce_opt(ask.day)?;
        if let Some(own) = labels.iter().find_map(|label| self.own_price(label, day)) {
            return Some(own);
        }
        let is_own_machine = ask.runs_on == Machine::Own || labels.iter().any(|label| is_self_hosted(label));
        match ask.forge {
            _ if is_own_machine => None,
            Forge::Github => labels.iter().find_map(|label| github_price(label, day, ask.is_public)),
            Forge::GitlabCom if ask.runs_on == Machine::Hosted => gitlab_price(&labels),
            Forge::GitlabCom | Forge::GitlabServer => None,
        }
    }

    /// The price of the configuration for a label, on a day.
    fn own_price(&self, label: &str, day: NaiveDate) -> Option<Price> {
        let holds = |price: &&JobPrice| price.from.is_none_or(|from| from <= day);
        let of_label = self.own.iter().filter(|(labels, _)| labels.iter().any(|own| own == label));
        // Of equal days the first in the order of the configuration.
        let newest = of_label.map(|(_, price)| *price).filter(holds).rev().max_by_key(|price| price.from);
        newest.map(|price| Price {
            per_minute: price.per_minute.clone(),
            currency: price.currency.clone(),
            round: price.round,
            factor: 100,
            sku: github_runner(label).map_or("", |runner| runner.sku),
        })
    }
}

/// Whether a label asks for a machine of one's own.
fn is_self_hosted(label: &str) -> bool {
    label.trim().eq_ignore_ascii_case("self-hosted")
}

/// A kind of machine that GitHub hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct GithubRunner {
    sku: &'static str,
    /// Thousandths of a dollar a minute until the end of 2025, where it is known.
    before_2026: Option<i64>,
    since_2026: i64,
    /// Whether it is one of the machines that cost nothing in public repositories.
    is_standard: bool,
}

const fn standard(sku: &'static str, before_2026: Option<i64>, since_2026: i64) -> GithubRunner {
    GithubRunner { sku, before_2026, since_2026, is_standard: true }
}

const fn larger(sku: &'static str, since_2026: i64) -> GithubRunner {
    GithubRunner { sku, before_2026: None, since_2026, is_standard: false }
}

const LINUX_BY_CORES: [(u32, GithubRunner); 6] = [
    (4, larger("linux_4_core", 12)),
    (8, larger("linux_8_core", 22)),
    (16, larger("linux_16_core", 42)),
    (32, larger("linux_32_core", 82)),
    (64, larger("linux_64_core", 162)),
    (96, larger("linux_96_core", 252)),
];
const ARM_BY_CORES: [(u32, GithubRunner); 5] = [
    (4, larger("linux_4_core_arm", 8)),
    (8, larger("linux_8_core_arm", 14)),
    (16, larger("linux_16_core_arm", 26)),
    (32, larger("linux_32_core_arm", 50)),
    (64, larger("linux_64_core_arm", 98)),
];
const WINDOWS_BY_CORES: [(u32, GithubRunner); 5] = [
    (4, larger("windows_4_core", 22)),
    (8, larger("windows_8_core", 42)),
    (16, larger("windows_16_core", 82)),
    (32, larger("windows_32_core", 162)),
    (64, larger("windows_64_core", 322)),
];

/// The machine that a label of GitHub's asks for: `ubuntu-24.04`, `windows-latest`, `ubuntu-22.04-16-cores`, …
fn github_runner(label: &str) -> Option<GithubRunner> {
    let is_arm = label.split('-').any(|part| part == "arm" || part == "arm64");
    let by_cores = |runners: &[(u32, GithubRunner)]| {
        let cores = cores(label)?;
        runners.iter().find(|(known, _)| *known == cores).map(|(_, runner)| *runner)
    };
    match label.split('-').next()? {
        "ubuntu" if label.contains("gpu") => Some(larger("linux_4_core_gpu", 52)),
        "ubuntu" if label == "ubuntu-slim" => Some(standard("linux_slim", None, 2)),
        "ubuntu" if cores(label).is_some() && is_arm => by_cores(&ARM_BY_CORES),
        "ubuntu" if cores(label).is_some() => by_cores(&LINUX_BY_CORES),
        "ubuntu" if is_arm => Some(standard("linux_2_core_arm", None, 5)),
        "ubuntu" => Some(standard("linux", Some(8), 6)),
        "windows" if cores(label).is_some() => by_cores(&WINDOWS_BY_CORES),
        "windows" if !is_arm => Some(standard("windows", Some(16), 10)),
        "macos" if label.ends_with("-xlarge") => Some(larger("macos_xl", 102)),
        "macos" if label.ends_with("-large") => Some(larger("macos_l", 77)),
        "macos" => Some(standard("macos", Some(80), 62)),
        _ => None,
    }
}

/// `16` of `ubuntu-22.04-16-cores` and of `ubuntu-22.04-16core`.
fn cores(label: &str) -> Option<u32> {
    let before = label.split("core").next().filter(|before| before.len() < label.len())?;
    let digits = before.trim_end_matches(['-', '_']);
    let start = digits.rfind(|letter: char| !letter.is_ascii_digit()).map_or(0, |at| at + 1);
    digits[start..].parse().ok()
}

/// Machines of the usual kinds cost nothing in public repositories.
fn github_price(label: &str, day: NaiveDate, is_public: bool) -> Option<Price> {
    let runner = github_runner(label)?;
    let thousandths = match () {
        () if is_public && runner.is_standard => 0,
        () if day.year() < 2026 => runner.before_2026?,
        () => runner.since_2026,
    };
    Some(Price {
        per_minute: Amount::from(thousandths).scaled(1, 1_000)?,
        currency: CURRENCY.to_owned(),
        round: MinuteRounding::Up,
        factor: 100,
        sku: runner.sku,
    })
}

/// Cost factors of GitLab's machines by how their labels begin.
const GITLAB_FACTORS: [(&str, i64); 9] = [
    ("saas-linux-small-", 1),
    ("saas-linux-medium-amd64-gpu", 7),
    ("saas-linux-medium-", 2),
    ("saas-linux-large-", 3),
    ("saas-linux-xlarge-", 6),
    ("saas-linux-2xlarge-", 12),
    ("saas-macos-medium-", 6),
    ("saas-macos-large-", 12),
    ("saas-windows-", 1),
];

/// A minute of GitLab's machines: those without a label are small ones with Linux.
fn gitlab_price(labels: &[String]) -> Option<Price> {
    let of_label =
        |label: &String| GITLAB_FACTORS.iter().find(|(start, _)| label.starts_with(start)).map(|(_, factor)| *factor);
    let factor = match labels {
        [] => 1,
        labels => labels.iter().find_map(of_label)?,
    };
    Some(Price {
        per_minute: Amount::from(10).scaled(1, 1_000)?,
        currency: CURRENCY.to_owned(),
        round: MinuteRounding::None,
        factor: 100 * factor,
        sku: "",
    })
}
