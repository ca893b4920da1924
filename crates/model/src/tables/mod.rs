//! The raw tables, each declared once by the struct of its row.
//!
//! A field is a column and its documentation the column's meaning. From a struct follow the table's columns, its header,
//! the cells that are written and read, and the struct of arrays that the metrics engine reads. What is written by hand
//! besides is named in `docs/adding-a-source.md`.

mod bills;
mod boards;
mod ci;
mod delivery;
mod imports;
mod issues;
mod pull_requests;
mod repositories;
mod tickets;

pub use bills::{BillLine, BillLineColumns};
pub use boards::{CustomFieldColumns, FieldValue, Project, ProjectItem, Sighting, SightingColumns};
pub use ci::{
    CiBill, CiBillColumns, CiFlake, CiFlakeColumns, CiJob, CiJobColumns, CiJobSum, CiJobSumColumns, CiRun,
    CiRunColumns, CiRunJobs, CiRunJobsColumns,
};
pub use delivery::{
    Deployment, DeploymentColumns, DeploymentStatus, GitCommit, GitCommitColumns, Incident, IncidentColumns,
    IncidentEvent, IncidentEventColumns, Release, ReleaseColumns,
};
pub use imports::ImportRun;
pub use issues::{
    Issue, IssueColumns, IterationEvent, IterationEventColumns, ProjectEvent, ProjectEventColumns, StatusEvent,
    StatusEventColumns, UntoldOfIssue,
};
pub use pull_requests::{
    PullRequest, PullRequestColumns, PullRequestEvent, PullRequestEventColumns, Review, ReviewColumns,
    UntoldOfPullRequest,
};
pub use repositories::Repository;
pub use tickets::{Ticket, TicketColumns, TicketEvent, TicketEventColumns};

use crate::cells::RawRow as _;
use crate::spec::RawTable;

/// All raw tables in the order in which they are published.
pub static RAW_TABLES: [&RawTable; 28] = [
    Repository::TABLE,
    Project::TABLE,
    Issue::TABLE,
    StatusEvent::TABLE,
    ProjectEvent::TABLE,
    IterationEvent::TABLE,
    FieldValue::TABLE,
    ProjectItem::TABLE,
    Sighting::TABLE,
    PullRequest::TABLE,
    Review::TABLE,
    PullRequestEvent::TABLE,
    Deployment::TABLE,
    DeploymentStatus::TABLE,
    Release::TABLE,
    GitCommit::TABLE,
    CiRun::TABLE,
    CiJob::TABLE,
    CiRunJobs::TABLE,
    CiJobSum::TABLE,
    CiFlake::TABLE,
    Incident::TABLE,
    IncidentEvent::TABLE,
    Ticket::TABLE,
    TicketEvent::TABLE,
    BillLine::TABLE,
    CiBill::TABLE,
    ImportRun::TABLE,
];

/// Whether a raw table is one that jobs are rolled up into: it follows from `ci_job`.
pub fn is_rolled_up(table: &RawTable) -> bool {
    [CiRunJobs::TABLE, CiJobSum::TABLE, CiFlake::TABLE].iter().any(|rolled_up| rolled_up.name == table.name)
}
