//! The metrics that there are.

/// A metric of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Merged pull requests a week, as if each were deployed.
    DeployFreqPrs,
    /// Successful deployments a week.
    DeployFreq,
    /// First commit to merge.
    LeadTime,
    /// Share of merged pull requests that caused an incident.
    ChangeFailureRate,
    /// Those pull requests.
    ChangeFailurePrs,
    /// Hotfixes, and what was merged before each.
    Hotfixes,
    /// A line for each repository.
    Summary,
    /// Ready for review to merge, by size.
    ReviewLatency,
    /// Large pull requests a week.
    LargePrs,
    /// Hotfixes a week.
    HotfixCount,
    /// Merges on Saturdays and Sundays.
    WeekendMerges,
}

impl Metric {
    /// All, in the order of the report.
    pub const ALL: [Self; 11] = [
        Self::DeployFreqPrs,
        Self::DeployFreq,
        Self::LeadTime,
        Self::ChangeFailureRate,
        Self::ChangeFailurePrs,
        Self::Hotfixes,
        Self::Summary,
        Self::ReviewLatency,
        Self::LargePrs,
        Self::HotfixCount,
        Self::WeekendMerges,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DeployFreqPrs => "deploy-freq-prs",
            Self::DeployFreq => "deploy-freq",
            Self::LeadTime => "lead-time",
            Self::ChangeFailureRate => "change-failure-rate",
            Self::ChangeFailurePrs => "change-failure-prs",
            Self::Hotfixes => "hotfixes",
            Self::Summary => "summary",
            Self::ReviewLatency => "review-latency",
            Self::LargePrs => "large-prs",
            Self::HotfixCount => "hotfix-count",
            Self::WeekendMerges => "weekend-merges",
        }
    }

    /// The metric of a name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// What it says, in a line.
    pub const fn description(self) -> &'static str {
        match self {
            Self::DeployFreqPrs => "Pull requests merged in each week, for teams where every merge goes live",
            Self::DeployFreq => "Deployments in each week that succeeded, those superseded since included",
            Self::LeadTime => "Hours between the first commit of a pull request and its merge",
            Self::ChangeFailureRate => "How many of the merged pull requests carry the label caused-incident",
            Self::ChangeFailurePrs => "The merged pull requests that carry the label caused-incident",
            Self::Hotfixes => "Merged hotfixes, each with up to three merges to the same branch that came before it",
            Self::Summary => "Merges, lead time and change failures of each repository over the whole window",
            Self::ReviewLatency => "Hours from when a pull request could be reviewed to its merge, by files changed",
            Self::LargePrs => "Merged pull requests that change ten files or more",
            Self::HotfixCount => "Merged pull requests in each week that carry the label hotfix",
            Self::WeekendMerges => "Pull requests merged on a Saturday or Sunday, by UTC",
        }
    }

    /// Whether it leaves out bots by itself; `None` where that is no question, or has more than one answer.
    pub const fn excludes_bots(self) -> Option<bool> {
        match self {
            Self::DeployFreqPrs
            | Self::ChangeFailureRate
            | Self::ChangeFailurePrs
            | Self::Hotfixes
            | Self::HotfixCount => Some(false),
            Self::LeadTime | Self::ReviewLatency | Self::LargePrs | Self::WeekendMerges => Some(true),
            Self::DeployFreq | Self::Summary => None,
        }
    }

    /// Its columns.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::DeployFreqPrs => &["repo", "week", "deploys"],
            Self::DeployFreq => &["repo", "environment", "week", "deploys"],
            Self::LeadTime => &["repo", "week", "prs", "mean_h", "median_h", "p90_h"],
            Self::ChangeFailureRate => &["repo", "week", "deploys", "failures", "failure_pct"],
            Self::ChangeFailurePrs => &["repo", "week", "pr", "author", "title", "merged"],
            Self::Hotfixes => &["repo", "pr", "relation", "merged", "author", "title"],
            Self::Summary => &["repo", "prs", "prs_per_week", "median_lead_h", "cfr"],
            Self::ReviewLatency => &["repo", "week", "bucket", "n_prs", "median_h", "p90_h"],
            Self::LargePrs => &["repo", "week", "large_prs"],
            Self::HotfixCount => &["repo", "week", "hotfix_count"],
            Self::WeekendMerges => &["repo", "week", "pr", "author", "title", "merged", "dow"],
        }
    }
}
