//! Raw data as columns: what the store yields and the metrics engine reads.
//!
//! Instants are `i64` microseconds, repeating text is a `u32` code into one [`Dictionary`], and events
//! refer to their issue or pull request by row index, so that millions of rows stay small and no text is
//! compared on the hot path. Text is bytes: files of the original tool are not always valid UTF-8 and
//! pass through unchanged. The columns of each table follow from its declaration in [`tables`](crate::tables).

mod addresses;
mod buffers;
mod codes;
mod interner;
mod numbers;
mod object_ids;
mod texts;

use crate::Instant;
use crate::cells::RawColumns as _;
use crate::records::USUAL_HOST;

pub use crate::kinds::{
    DeploymentOutcome, IncidentEventKind, IssueState, IterationKind, ProjectKind, PullRequestEventKind, ReviewState,
    RunConclusion, SightingSource, StateReason, StatusKind, TicketEventKind, TicketStatus,
};
pub use crate::tables::{
    BillLineColumns, CiBillColumns, CiFlakeColumns, CiJobColumns, CiJobSumColumns, CiRunColumns, CiRunJobsColumns,
    CustomFieldColumns, DeploymentColumns, GitCommitColumns, IncidentColumns, IncidentEventColumns, IssueColumns,
    IterationEventColumns, ProjectEventColumns, PullRequestColumns, PullRequestEventColumns, ReleaseColumns,
    ReviewColumns, SightingColumns, StatusEventColumns, TicketColumns, TicketEventColumns,
};
use crate::tables::{ImportRun, Project, Repository};
pub use addresses::AddressColumn;
pub use buffers::{Column, Dictionary, InstantColumn};
pub use codes::{CodeColumn, Codes};
pub use interner::Interner;
pub use numbers::{FloatColumn, IntColumn};
pub use object_ids::{ObjectId, ObjectIdColumn, ObjectIdsColumn};
pub use texts::TextColumn;

/// Which parts of the raw data to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each part may be asked for alone")]
pub struct Scopes {
    /// Issues and boards, and tickets.
    pub issues: bool,
    /// Pull requests.
    pub pull_requests: bool,
    /// Bills of the clouds.
    pub cloud_spending: bool,
    /// Deployments, releases, commits, runs of workflows and incidents.
    pub delivery: bool,
    /// Runs of workflows, their jobs, and what is billed for them.
    pub ci: bool,
}

impl Scopes {
    /// Nothing.
    pub const NONE: Self =
        Self { issues: false, pull_requests: false, cloud_spending: false, delivery: false, ci: false };
    /// Issues and boards only.
    pub const ISSUES: Self = Self { issues: true, ..Self::NONE };
    /// Pull requests only.
    pub const PULL_REQUESTS: Self = Self { pull_requests: true, ..Self::NONE };
    /// Bills of the clouds only.
    pub const CLOUD_SPENDING: Self = Self { cloud_spending: true, ..Self::NONE };
    /// Delivery only.
    pub const DELIVERY: Self = Self { delivery: true, ..Self::NONE };
    /// CI only.
    pub const CI: Self = Self { ci: true, ..Self::NONE };
    /// Issues, pull requests and, where there is any, delivery and CI: what is meant when nothing is named.
    pub const USUAL: Self = Self { cloud_spending: false, ..Self::ALL };
    /// Everything.
    pub const ALL: Self = Self { issues: true, pull_requests: true, cloud_spending: true, delivery: true, ci: true };
}

/// What only the original tool makes of a folder of CSV files: rule set `cto-stats` reproduces it.
#[derive(Clone, Debug, Default)]
pub struct AsOriginal {
    /// For each pull request the row of the last row with the same id, where a file repeats ids; else empty.
    pub last_pull_request: Vec<u32>,
    /// For each bill the cost as a binary number, perhaps infinite or not a number; empty where that is what the
    /// exact amounts say.
    pub binary_costs: Vec<f64>,
}

impl AsOriginal {
    /// The row that counts for a pull request: the last one with its id.
    pub fn last_pull_request(&self, row: usize) -> usize {
        self.last_pull_request.get(row).map_or(row, |last| *last as usize)
    }
}

/// All raw data of one store or folder, in columns.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    /// Texts behind the codes.
    pub dictionary: Dictionary,
    /// Issues; a key that a file repeats is here once, with its last row (rule set `cto-stats` only).
    pub issues: IssueColumns,
    /// Changes of state. Events of unknown issues are left out.
    pub status_events: StatusEventColumns,
    /// Changes on boards from timelines. Events of unknown issues are left out.
    pub project_events: ProjectEventColumns,
    /// Changes of iterations. Events of unknown issues are left out.
    pub iteration_events: IterationEventColumns,
    /// Custom fields of cards.
    pub custom_fields: CustomFieldColumns,
    /// Sightings of cards.
    pub sightings: SightingColumns,
    /// Pull requests.
    pub pull_requests: PullRequestColumns,
    /// Reviews. Reviews of unknown pull requests are left out.
    pub reviews: ReviewColumns,
    /// Draft periods and review requests.
    pub pull_request_events: PullRequestEventColumns,
    /// Deployments.
    pub deployments: DeploymentColumns,
    /// Releases.
    pub releases: ReleaseColumns,
    /// The commit graph behind them.
    pub commits: GitCommitColumns,
    /// Runs of workflows: those that deploy, and all of them where CI is imported.
    pub ci_runs: CiRunColumns,
    /// Jobs of runs. Those whose `part` is told are rolled up, and are here only where that is to be judged anew.
    pub ci_jobs: CiJobColumns,
    /// What jobs that are rolled up say of the attempts of their runs.
    pub ci_run_jobs: CiRunJobsColumns,
    /// The same jobs, added up.
    pub ci_job_sums: CiJobSumColumns,
    /// Those of them that were flaky.
    pub ci_flakes: CiFlakeColumns,
    /// What is billed for CI.
    pub ci_bills: CiBillColumns,
    /// Incidents, those aside that are issues of a forge.
    pub incidents: IncidentColumns,
    /// What happened in their course.
    pub incident_events: IncidentEventColumns,
    /// Tickets of a tracker.
    pub tickets: TicketColumns,
    /// What happened to them.
    pub ticket_events: TicketEventColumns,
    /// Bills of the clouds.
    pub cloud_costs: BillLineColumns,
    /// What only rule set `cto-stats` asks for.
    pub as_original: AsOriginal,
    /// Instants that were not used because they [cannot be](crate::instant::Plausible), each with its row, as sentences;
    /// of a folder of CSV files they are among its problems.
    pub implausible: Vec<String>,
    /// Boards, as far as known.
    pub projects: Vec<Project>,
    /// Repositories, as far as known.
    pub repositories: Vec<Repository>,
    /// What each import covered; empty for a folder of CSV files.
    pub imports: Vec<ImportRun>,
    /// End of the period that the data covers: the newest `covered_to` of the last successful import,
    /// or, for a folder of CSV files, the newest instant in it. `None` when there is no data.
    /// Of issues and pull requests; bills have their own.
    pub as_of: Option<Instant>,
    /// The same of the bills, of the clouds and of CI. For files that do not say when they were made: the end of the settling of the
    /// last month but one, as if the newest month were open and those before it settled.
    pub cloud_as_of: Option<Instant>,
}

impl Raw {
    /// Names merge requests as GitLab does. To be called once all rows and the dictionary are there.
    pub fn name_merge_requests(&mut self) {
        let dictionary = &self.dictionary;
        self.pull_requests.name_merge_requests(|host| matches!(&*dictionary.text(host), "" | USUAL_HOST));
    }

    /// Nothing is to be appended any more: gives back the room for it, and lets tables [share](TextColumn::share) the
    /// texts instead of holding copies of them.
    pub fn settle(&mut self) {
        self.dictionary.settle();
        self.issues.settle();
        self.status_events.settle();
        self.project_events.settle();
        self.iteration_events.settle();
        self.custom_fields.settle();
        self.sightings.settle();
        self.pull_requests.settle();
        self.reviews.settle();
        self.pull_request_events.settle();
        self.deployments.settle();
        self.releases.settle();
        self.commits.settle();
        self.ci_runs.settle();
        self.ci_jobs.settle();
        self.ci_run_jobs.settle();
        self.ci_job_sums.settle();
        self.ci_flakes.settle();
        self.ci_bills.settle();
        self.incidents.settle();
        self.incident_events.settle();
        self.tickets.settle();
        self.ticket_events.settle();
        self.cloud_costs.settle();
    }
}
