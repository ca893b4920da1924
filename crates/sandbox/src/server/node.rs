//! Objects of the graph as small references into the view.

/// What an object is. The first number of a [`Node`] is a position in the view, the second one inside of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Query,
    RateLimit,
    /// 0: the view's own organisation; others own repositories that were moved to them.
    Organization,
    /// Actor.
    User,
    /// Actor.
    Bot,
    /// Repository.
    Repository,
    /// Issue; the second number is 0, or 1 + the issue whose update time it shows while it is about to move.
    Issue,
    /// Issue, label.
    IssueLabel,
    /// Issue.
    IssueType,
    /// Issue, event.
    Closed,
    /// Issue, event.
    Reopened,
    /// Issue, event.
    AddedToProject,
    /// Issue, event.
    StatusChanged,
    /// Issue, event.
    RemovedFromProject,
    /// Issue, event.
    Transferred,
    /// Pull request; the second number as in `Issue`.
    PullRequest,
    /// Pull request, label.
    PullRequestLabel,
    /// Pull request, review.
    Review,
    /// Pull request, commit.
    PullRequestCommit,
    /// Pull request, file.
    ChangedFile,
    /// Pull request, commit.
    Commit,
    /// Pull request.
    MergeCommit,
    /// Repository, commit.
    GraphCommit,
    /// Repository.
    DefaultBranch,
    /// Deployment.
    Deployment,
    /// Deployment, status.
    DeploymentStatus,
    /// Deployment.
    DeploymentRef,
    /// Release.
    Release,
    /// Run of a workflow, attempt.
    CheckSuite,
    /// Run of a workflow, attempt and job: see [`Node::check_run`].
    CheckRun,
    /// Pull request, event.
    ReadyForReview,
    /// Pull request, event.
    ConvertToDraft,
    /// Pull request, event.
    ReviewRequested,
    /// Pull request, event.
    ReviewDismissed,
    /// Pull request, event.
    PullRequestClosed,
    /// Board.
    Project,
    /// Board: its Status field.
    StatusField,
    /// Board, option of Status.
    StatusOption,
    /// Card, field: the definition of a text, number or date field, taken from a card that has a value.
    PlainField,
    /// Card, field: the same for iterations.
    IterationField,
    /// Card, field: the same for a single select.
    SelectField,
    /// Card, field: the option that the card has chosen.
    SelectOption,
    /// Card.
    Item,
    /// Card.
    Draft,
    /// Card: its value of Status.
    StatusValue,
    /// Card, field.
    SelectValue,
    /// Card, field.
    TextValue,
    /// Card, field.
    NumberValue,
    /// Card, field.
    DateValue,
    /// Card, field.
    IterationValue,
}

impl Kind {
    /// Name of the object type in the schema.
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::Query => "Query",
            Self::RateLimit => "RateLimit",
            Self::Organization => "Organization",
            Self::User => "User",
            Self::Bot => "Bot",
            Self::Repository => "Repository",
            Self::Issue => "Issue",
            Self::IssueLabel | Self::PullRequestLabel => "Label",
            Self::IssueType => "IssueType",
            Self::Closed | Self::PullRequestClosed => "ClosedEvent",
            Self::Reopened => "ReopenedEvent",
            Self::AddedToProject => "AddedToProjectV2Event",
            Self::StatusChanged => "ProjectV2ItemStatusChangedEvent",
            Self::RemovedFromProject => "RemovedFromProjectV2Event",
            Self::Transferred => "TransferredEvent",
            Self::PullRequest => "PullRequest",
            Self::Review => "PullRequestReview",
            Self::PullRequestCommit => "PullRequestCommit",
            Self::ChangedFile => "PullRequestChangedFile",
            Self::Commit | Self::MergeCommit | Self::GraphCommit => "Commit",
            Self::DefaultBranch | Self::DeploymentRef => "Ref",
            Self::Deployment => "Deployment",
            Self::DeploymentStatus => "DeploymentStatus",
            Self::Release => "Release",
            Self::CheckSuite => "CheckSuite",
            Self::CheckRun => "CheckRun",
            Self::ReadyForReview => "ReadyForReviewEvent",
            Self::ConvertToDraft => "ConvertToDraftEvent",
            Self::ReviewRequested => "ReviewRequestedEvent",
            Self::ReviewDismissed => "ReviewDismissedEvent",
            Self::Project => "ProjectV2",
            Self::StatusField | Self::SelectField => "ProjectV2SingleSelectField",
            Self::StatusOption | Self::SelectOption => "ProjectV2SingleSelectFieldOption",
            Self::PlainField => "ProjectV2Field",
            Self::IterationField => "ProjectV2IterationField",
            Self::Item => "ProjectV2Item",
            Self::Draft => "DraftIssue",
            Self::StatusValue | Self::SelectValue => "ProjectV2ItemFieldSingleSelectValue",
            Self::TextValue => "ProjectV2ItemFieldTextValue",
            Self::NumberValue => "ProjectV2ItemFieldNumberValue",
            Self::DateValue => "ProjectV2ItemFieldDateValue",
            Self::IterationValue => "ProjectV2ItemFieldIterationValue",
        }
    }
}

/// So many bits of a position are for the job in its attempt.
const JOB_BITS: usize = 16;

/// An object: what it is and where it stands in the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) index: u32,
    pub(crate) part: u32,
}

impl Node {
    /// An object at a position of the view.
    pub(crate) fn new(kind: Kind, index: usize) -> Self {
        Self::part(kind, index, 0)
    }

    /// An object inside of another one.
    pub(crate) fn part(kind: Kind, index: usize, part: usize) -> Self {
        Self { kind, index: index as u32, part: part as u32 }
    }

    /// A job of an attempt of a run.
    pub(crate) fn check_run(run: usize, attempt: usize, job: usize) -> Self {
        Self::part(Kind::CheckRun, run, attempt << JOB_BITS | job)
    }

    /// Attempt and job.
    pub(crate) fn attempt_and_job(self) -> (usize, usize) {
        (self.inner() >> JOB_BITS, self.inner() & ((1 << JOB_BITS) - 1))
    }

    /// The position in the view.
    pub(crate) fn at(self) -> usize {
        self.index as usize
    }

    /// The position inside of that.
    pub(crate) fn inner(self) -> usize {
        self.part as usize
    }
}
