//! Rule sets and the rules of a calculation.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::ci::CiRules;
use crate::columns::Scopes;
use crate::delivery::DeliveryRules;
use crate::report::ReportRules;
use crate::single_rules::SingleRule;
use crate::tables::Project;
use crate::tickets::TicketRules;

pub use crate::teams::{Member, Team};

/// A named set of definitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum RuleSet {
    /// Ours, the default.
    #[default]
    #[serde(rename = "flow")]
    Flow,
    /// The numbers of the original tool, digit for digit.
    #[serde(rename = "cto-stats")]
    CtoStats,
}

impl RuleSet {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Flow => Self::CtoStats,
            Self::CtoStats => Self::Flow,
        }
    }

    /// As written on the command line and in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::CtoStats => "cto-stats",
        }
    }
}

/// Everything that a calculation takes from the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Which set of definitions.
    pub set: RuleSet,
    /// Definitions that are those of the other set; of those alone to which the set is not bound.
    pub overridden: BTreeSet<SingleRule>,
    /// Where days, weeks and months are cut (`flow`; the original always uses UTC).
    pub timezone: Tz,
    /// Boards by id, in the order of the configuration; under `cto-stats` the last of equal ids wins.
    pub projects: Vec<ProjectRules>,
    /// How the source of a bug is read from a custom field.
    pub bug_source: BugSource,
    /// Logins that are bots besides those that the API names.
    pub bots: Vec<String>,
    /// Bots that land pull requests by closing them.
    pub merge_bots: Vec<MergeBot>,
    /// Teams by name.
    pub teams: BTreeMap<String, Team>,
    /// How labels begin that name a team: `team::` for `team::alpha`. [`Rules::find_teams`] finds these teams in the data.
    pub teams_from_labels: Option<String>,
    /// Known changes of the process: each opens a new segment of control charts.
    pub process_changes: Vec<ProcessChange>,
    /// Columns in which work is done rather than waiting, for flow efficiency; empty = not configured.
    pub working_columns: Vec<String>,
    /// Whether tables about single persons are written.
    pub people: bool,
    /// Seed of the forecast's random numbers.
    pub forecast_seed: u64,
    /// How cloud spending is grouped.
    pub cloud: CloudRules,
    /// What is delivered, and what counts as a failure.
    pub delivery: DeliveryRules,
    /// Targets of the monthly report, and what systems are measured by in it.
    pub report: ReportRules,
    /// What CI costs.
    pub ci: CiRules,
    /// How tickets are read, and which types of work are innovation.
    pub tickets: TicketRules,
    /// Whether monitoring systems are told of CI and changes under the names of OpenTelemetry's semantic conventions, too.
    pub semantic_metrics: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            set: RuleSet::Flow,
            overridden: BTreeSet::new(),
            timezone: Tz::UTC,
            projects: Vec::new(),
            bug_source: BugSource::default(),
            bots: Vec::new(),
            merge_bots: Vec::new(),
            teams: BTreeMap::new(),
            teams_from_labels: None,
            process_changes: Vec::new(),
            working_columns: Vec::new(),
            people: false,
            forecast_seed: 1,
            cloud: CloudRules::default(),
            delivery: DeliveryRules::default(),
            report: ReportRules::default(),
            ci: CiRules::default(),
            tickets: TicketRules::default(),
            semantic_metrics: false,
        }
    }
}

impl Rules {
    /// The parts of the raw data that the tables of some scopes are computed from: what CI costs is compared with
    /// delivery, delivery ships pull requests, and incidents may be issues.
    pub fn reads(&self, scopes: Scopes) -> Scopes {
        let scopes = Scopes { delivery: scopes.delivery || scopes.ci, ..scopes };
        if !scopes.delivery {
            return scopes;
        }
        let issues = scopes.issues || self.delivery.incidents.github_issues;
        Scopes { pull_requests: true, issues, ..scopes }
    }

    /// The rule set whose choice of a single rule applies.
    pub fn follows(&self, rule: SingleRule) -> RuleSet {
        if self.overridden.contains(&rule) { self.set.other() } else { self.set }
    }

    /// Gives the boards that the configuration names by their [`Project::id`] the ids by which the data knows them, where
    /// the data has them: the configuration of GitLab knows paths of groups, the data their numbers. Of several boards
    /// with one path, as when a group was made anew, the last one counts.
    pub fn find_boards(&mut self, projects: &[Project]) {
        for rules in self.projects.iter_mut().filter(|rules| !rules.id.is_empty()) {
            let is_it = |project: &&Project| project.id.eq_ignore_ascii_case(&rules.id);
            if projects.iter().any(|project| project.number_id == rules.id) {
                continue;
            }
            if let Some(project) = projects.iter().rfind(is_it) {
                rules.id.clone_from(&project.number_id);
            }
        }
    }

    /// The names and choices of the definitions that are not those of the set, in the order of the table of rules.
    pub fn overrides(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.overridden.iter().map(|rule| (rule.name(), rule.choice(self.set.other())))
    }
}

/// How cloud spending is grouped. Names are as configured; comparison is the rule set's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloudRules {
    /// Keep only these services; empty keeps all. Without effect where there are groups.
    pub services: Vec<String>,
    /// Groups of services, in the order of the configuration; empty = no groups.
    pub groups: Vec<ServiceGroup>,
    /// Groups that are set against each other, in the order of the configuration.
    pub comparisons: Vec<ServiceComparison>,
    /// Names of providers beside the usual ones; without effect under `cto-stats`.
    pub providers: Vec<ProviderNames>,
    /// Whether what GitHub bills for CI is left out; `cto-stats` knows nothing of it.
    pub without_ci: bool,
}

/// A provider and what it is called too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderNames {
    /// What it is called in the tables.
    pub name: String,
    /// What bills call it.
    pub names: Vec<String>,
}

/// A named group of services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceGroup {
    /// Name of the group.
    pub name: String,
    /// Its services, by the provider's names.
    pub services: Vec<String>,
}

/// Groups that are set against each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceComparison {
    /// Name of the comparison.
    pub name: String,
    /// Its groups.
    pub groups: Vec<ServiceGroup>,
}

/// How one board is read. Column names are as configured; comparison is the rule set's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectRules {
    /// The board's id in the data (of GitHub the `fullDatabaseId` as text), or its [`Project::id`], which
    /// [`Rules::find_boards`] replaces by it; under `cto-stats` the empty id applies to issues on no board.
    pub id: String,
    /// A name for people.
    pub name: String,
    /// Left out of every figure.
    pub exclude: bool,
    /// Keep only these types; empty keeps all.
    pub types: Vec<String>,
    /// Columns that start the lead time.
    pub lead_time_columns: Vec<String>,
    /// Columns that start the cycle time.
    pub cycle_time_columns: Vec<String>,
    /// Step `backlog`; `None` = the lead-time columns listed for no step, `Backlog` and the empty status.
    pub backlog_columns: Option<Vec<String>>,
    /// Step `ready`.
    pub put_in_ready_columns: Vec<String>,
    /// Step `dev`.
    pub dev_start_columns: Vec<String>,
    /// Step `review`.
    pub review_start_columns: Vec<String>,
    /// Step `qa`.
    pub qa_start_columns: Vec<String>,
    /// Step `waiting_to_prod`.
    pub waitingtoprod_start_columns: Vec<String>,
    /// Step `done`.
    pub inprod_start_columns: Vec<String>,
}

impl ProjectRules {
    /// The columns of each step in order, with the key of the configuration that names them.
    pub fn steps(&self) -> [(&'static str, &[String]); 7] {
        [
            ("backlog_columns", self.backlog_columns.as_deref().unwrap_or_default()),
            ("put_in_ready_columns", &self.put_in_ready_columns),
            ("dev_start_columns", &self.dev_start_columns),
            ("review_start_columns", &self.review_start_columns),
            ("qa_start_columns", &self.qa_start_columns),
            ("waitingtoprod_start_columns", &self.waitingtoprod_start_columns),
            ("inprod_start_columns", &self.inprod_start_columns),
        ]
    }

    /// All lists of columns, with their keys: those of marks and those of steps.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        let marks = [
            ("lead_time_columns", self.lead_time_columns.as_slice()),
            ("cycle_time_columns", self.cycle_time_columns.as_slice()),
        ];
        marks.into_iter().chain(self.steps())
    }
}

/// How the source of a bug is read from a custom field of its card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BugSource {
    /// Name of the field; empty = not used.
    pub custom_field_name: String,
    /// Value for bugs that customers met.
    pub customer_facing_value: String,
    /// Value for bugs met inside the organisation.
    pub internal_value: String,
    /// Value for bugs met while developing.
    pub dev_process_value: String,
}

/// A bot that lands pull requests by closing them, and by what these are known: all holds that is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MergeBot {
    /// Login of who closed it, without case.
    pub login: Option<String>,
    /// One of its labels.
    pub label: Option<String>,
    /// How its title begins, exactly.
    pub title_prefix: Option<String>,
    /// Name of a trailer of the commit that closed it.
    pub commit_trailer: Option<String>,
}

/// A known change of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessChange {
    /// From this day on, in the reporting time zone.
    pub date: NaiveDate,
    /// What changed.
    pub note: String,
}

/// The steps of work, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Step {
    /// Not yet committed to.
    Backlog,
    /// Ready to be pulled.
    Ready,
    /// Being developed.
    Dev,
    /// In review.
    Review,
    /// Being tested.
    Qa,
    /// Finished, not yet in production.
    WaitingToProd,
    /// Done.
    Done,
}

impl Step {
    /// All steps in order.
    pub const ALL: [Self; 7] =
        [Self::Backlog, Self::Ready, Self::Dev, Self::Review, Self::Qa, Self::WaitingToProd, Self::Done];

    /// As written in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Backlog => "backlog",
            Self::Ready => "ready",
            Self::Dev => "dev",
            Self::Review => "review",
            Self::Qa => "qa",
            Self::WaitingToProd => "waiting_to_prod",
            Self::Done => "done",
        }
    }
}
