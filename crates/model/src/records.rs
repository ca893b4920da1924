//! Records that connectors emit: aggregates that are stored whole.
//!
//! An aggregate carries everything that was read of one object, its children included, so that a page of
//! aggregates and the cursor behind it can be committed together. Children replace the children that are
//! stored for the same parent. A thing is known by its node id, else by its place; a row that came from a CSV file
//! has an empty id.

use serde::{Deserialize, Serialize};

pub use crate::kinds::{
    ChargeCategory, DeploymentOutcome, DeploymentStatusKind, IncidentEventKind, IssueState, ItemContent, IterationKind,
    Presence, ProjectKind, PullRequestEventKind, PullRequestState, ReviewState, RunOutcome, Scope, SightingSource,
    StateReason, StatusKind, TicketEventKind, TicketStatus, Told,
};
pub use crate::tables::{
    BillLine, CiBill, CiFlake, CiJob, CiJobSum, CiRun, CiRunJobs, Deployment, DeploymentStatus, FieldValue, GitCommit,
    ImportRun, Incident, IncidentEvent, Issue, IterationEvent, Project, ProjectEvent, ProjectItem, PullRequest,
    PullRequestEvent, Release, Repository, Review, Sighting, StatusEvent, Ticket, TicketEvent, UntoldOfIssue,
    UntoldOfPullRequest,
};
use crate::{Amount, Instant, Month};

/// Any record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// A repository.
    Repository(Repository),
    /// A Projects board.
    Project(Project),
    /// An issue with its history and its cards.
    Issue(Box<Issue>),
    /// A card on a board, as seen by crawling the board.
    ProjectItem(Box<ProjectItem>),
    /// A pull request with its reviews and events.
    PullRequest(Box<PullRequest>),
    /// A deployment with its statuses.
    Deployment(Box<Deployment>),
    /// A release.
    Release(Box<Release>),
    /// A commit behind a deployment.
    GitCommit(Box<GitCommit>),
    /// A run of a workflow.
    CiRun(Box<CiRun>),
    /// A job of a run.
    CiJob(Box<CiJob>),
    /// What an organisation was billed for CI in a month.
    CiBillMonth(Box<CiBillMonth>),
    /// An incident with its events.
    Incident(Box<Incident>),
    /// A ticket with its events.
    Ticket(Box<Ticket>),
    /// What an account was billed for a month.
    CloudMonth(Box<CloudMonth>),
}

impl Repository {
    /// Where what belongs to it lives.
    pub fn place(&self) -> Place {
        Place {
            repository_id: self.id.clone(),
            org: self.org.clone(),
            repo: self.name.clone(),
            host: self.host.clone(),
            ..Place::default()
        }
    }
}

/// Where an issue or pull request lives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Node id of the repository; empty for rows from CSV files.
    pub repository_id: String,
    /// Organisation.
    pub org: String,
    /// Repository name.
    pub repo: String,
    /// Number as text, exactly as it was read.
    pub number: String,
    /// Host of the provider; empty stands for [`USUAL_HOST`].
    #[serde(default)]
    pub host: String,
}

/// The host where none is said: files of earlier versions and of the original tool know no other.
pub const USUAL_HOST: &str = "github.com";

/// A host, or the usual one where it is empty.
pub fn host_or_usual(host: &str) -> &str {
    if host.is_empty() { USUAL_HOST } else { host }
}

/// Everything that one account was billed for one month: replaces what was stored of that month and account.
///
/// Without lines it says that the provider, asked for the month, bills nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudMonth {
    /// `azure`, `gcp`, or the provider's name as a FOCUS file gives it (`AWS`).
    pub provider: String,
    /// What the provider bills: an Azure subscription, a Google billing account, a FOCUS sub account.
    pub account: String,
    /// The month by the provider's bills.
    pub month: Month,
    /// The provider's time up to which this month was known: the month is settled when this is at least
    /// [`SETTLING_DAYS`](crate::month::SETTLING_DAYS) after its end.
    pub observed_at: Instant,
    /// The lines, at most one for each service, charge category and currency.
    pub lines: Vec<CloudCost>,
}

/// One line of an account's month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudCost {
    /// Service by the provider's name; empty where a charge belongs to none.
    pub service: String,
    /// What kind of charge.
    pub charge_category: ChargeCategory,
    /// Currency as the provider writes it, `EUR`.
    pub currency: String,
    /// Charges before credits.
    pub gross: Amount,
    /// Credits and discounts that are billed as such: usually negative, zero where there are none.
    pub credits: Amount,
}

/// What an organisation was billed for CI in one month, of one cost centre or of none: replaces what was stored of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CiBillMonth {
    /// Organisation.
    pub org: String,
    /// Cost centre, empty for usage of none.
    pub cost_center: String,
    /// The month.
    pub month: Month,
    /// Host of the provider; empty stands for [`USUAL_HOST`].
    pub host: String,
    /// The lines; those with one key are added up.
    pub lines: Vec<CiBill>,
}

impl CloudMonth {
    /// The rows of the ledger that the bill makes, read from a source: `azure/…` for example.
    pub fn bill_lines<'a>(&'a self, source: &'a str) -> impl Iterator<Item = BillLine> + 'a {
        self.lines.iter().map(move |line| BillLine {
            provider: self.provider.clone(),
            service: line.service.clone(),
            month: self.month,
            net: line.net(),
            currency: line.currency.clone(),
            account: self.account.clone(),
            charge_category: line.charge_category,
            gross: line.gross.clone(),
            credits: line.credits.clone(),
            settled: self.month.is_settled_at(self.observed_at),
            observed_at: Some(self.observed_at),
            source: source.to_owned(),
        })
    }
}

impl CloudCost {
    /// What is billed: gross and credits.
    pub fn net(&self) -> Amount {
        &self.gross + &self.credits
    }
}
