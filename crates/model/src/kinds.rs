//! Kinds: what happened, what state something is in, why. Declared once, with the text that stands for each in files.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::Instant;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A kind with a text for each of its values.
pub trait Named: Copy + Eq + Default + Sized + 'static {
    /// All values.
    const ALL: &'static [Self];
    /// Their texts, in the same order.
    const NAMES: &'static [&'static str];
    /// Whether files may write the text in other letters and with white space around it.
    const ANY_CASE: bool = false;
    /// Whether a provider may add texts that we do not know; else a file with another text is wrong.
    const OPEN: bool = false;
    /// Whether a provider may add texts in what it gives an id: there a file with another text holds the provider's word,
    /// elsewhere it is wrong.
    const OPEN_WITH_ID: bool = false;

    /// Position in [`Named::ALL`].
    fn position(self) -> usize;

    /// The text in files.
    fn name(self) -> &'static str {
        Self::NAMES[self.position()]
    }

    /// The value of a text.
    fn from_name(text: &[u8]) -> Option<Self> {
        let exact = Self::NAMES.iter().position(|name| name.as_bytes() == text);
        let position = match exact {
            None if Self::ANY_CASE && !text.is_empty() => {
                let text = String::from_utf8_lossy(text).trim().to_uppercase();
                Self::NAMES.iter().position(|name| name.to_uppercase() == text)
            }
            exact => exact,
        };
        position.map(|position| Self::ALL[position])
    }

    /// The texts for a message: `` `a`, `b` or `c` ``.
    fn choices() -> String {
        let quoted: Vec<String> =
            Self::NAMES.iter().filter(|name| !name.is_empty()).map(|name| format!("`{name}`")).collect();
        match quoted.split_last() {
            Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
            _ => quoted.join(""),
        }
    }
}

macro_rules! kinds {
    ($($(#[$meta:meta])* $kind:ident $(($($setting:ident),+))? { $($(#[$value_meta:meta])* $value:ident = $name:literal,)+ })+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[repr(u8)]
            pub enum $kind { $($(#[$value_meta])* $value,)+ }

            impl Named for $kind {
                const ALL: &'static [Self] = &[$(Self::$value,)+];
                const NAMES: &'static [&'static str] = &[$($name,)+];
                $($(const $setting: bool = true;)+)?

                fn position(self) -> usize {
                    self as usize
                }
            }

            impl $kind {
                /// As in files.
                pub fn name(self) -> &'static str {
                    Named::name(self)
                }
            }

            impl fmt::Display for $kind {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(Named::name(*self))
                }
            }

            impl Serialize for $kind {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(Named::name(*self))
                }
            }

            impl<'de> Deserialize<'de> for $kind {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let text = String::deserialize(deserializer)?;
                    Named::from_name(text.as_bytes())
                        .ok_or_else(|| serde::de::Error::custom(format!("'{text}' is not {}", Self::choices())))
                }
            }
        )+
    };
}

kinds! {
    /// Whether an issue is open.
    IssueState (ANY_CASE, OPEN) {
        /// Open.
        #[default]
        Open = "open",
        /// Closed.
        Closed = "closed",
    }

    /// Why an issue is in its state.
    StateReason (ANY_CASE, OPEN) {
        /// Closed as done.
        #[default]
        Completed = "completed",
        /// Closed without being done.
        NotPlanned = "not_planned",
        /// Closed because another issue says the same.
        Duplicate = "duplicate",
        /// Closed because it goes on as another issue, in another project.
        Moved = "moved",
        /// Opened again.
        Reopened = "reopened",
    }

    /// What changed in an issue's state.
    StatusKind {
        /// Opened for the first time.
        #[default]
        Opened = "opened",
        /// Closed.
        Closed = "closed",
        /// Opened again.
        Reopened = "reopened",
    }

    /// What changed on a board.
    ProjectKind {
        /// Put on the board.
        #[default]
        Added = "added",
        /// Moved between columns.
        Moved = "moved",
        /// Taken off the board.
        Removed = "removed",
    }

    /// What changed in the iteration of an issue.
    IterationKind {
        /// Put into it, and so taken out of the one that it was in.
        #[default]
        Added = "added",
        /// Taken out.
        Removed = "removed",
    }

    /// What a card shows.
    ItemContent {
        /// An issue.
        #[default]
        Issue = "issue",
        /// A pull request.
        PullRequest = "pull_request",
        /// A draft without a repository.
        Draft = "draft",
        /// Something that the token may not see.
        Redacted = "redacted",
    }

    /// Whether a card is on its board.
    Presence {
        /// On the board.
        #[default]
        OnBoard = "on_board",
        /// Archived.
        Archived = "archived",
        /// Taken off, or deleted.
        Removed = "removed",
    }

    /// Where a sighting of a card comes from.
    SightingSource {
        /// An import compared the card with what was known.
        #[default]
        Snapshot = "snapshot",
        /// A `projects_v2_item` delivery.
        Webhook = "webhook",
    }

    /// State of a pull request.
    PullRequestState (ANY_CASE, OPEN) {
        /// Open.
        #[default]
        Open = "open",
        /// Merged.
        Merged = "merged",
        /// Closed without being merged.
        Closed = "closed",
    }

    /// State of a review.
    ReviewState (ANY_CASE, OPEN_WITH_ID) {
        /// Approved.
        #[default]
        Approved = "APPROVED",
        /// Changes requested.
        ChangesRequested = "CHANGES_REQUESTED",
        /// Commented.
        Commented = "COMMENTED",
        /// Dismissed.
        Dismissed = "DISMISSED",
        /// Not submitted.
        Pending = "PENDING",
    }

    /// What happened to a pull request.
    PullRequestEventKind (OPEN) {
        /// Left draft.
        #[default]
        ReadyForReview = "ready_for_review",
        /// Became a draft.
        ConvertedToDraft = "converted_to_draft",
        /// A review was requested.
        ReviewRequested = "review_requested",
        /// Closed without a merge.
        Closed = "closed",
    }

    /// What became of a deployment.
    DeploymentOutcome {
        /// It waits or runs.
        #[default]
        Pending = "pending",
        /// It served users.
        Success = "success",
        /// It failed.
        Failure = "failure",
        /// It was called off.
        Cancelled = "cancelled",
    }

    /// State of a deployment at some time.
    DeploymentStatusKind (OPEN_WITH_ID) {
        /// Queued.
        #[default]
        Queued = "queued",
        /// Not begun.
        Pending = "pending",
        /// Waits for an approval or a timer.
        Waiting = "waiting",
        /// Under way.
        InProgress = "in_progress",
        /// Done.
        Success = "success",
        /// Failed.
        Failure = "failure",
        /// Failed by a fault of the machinery.
        Error = "error",
        /// Another deployment has taken its place, or it was called off.
        Inactive = "inactive",
    }

    /// Where a run of a workflow is.
    RunStatus (OPEN) {
        /// Asked for, or not begun.
        #[default]
        Queued = "queued",
        /// Under way.
        InProgress = "in_progress",
        /// Over.
        Completed = "completed",
        /// Waits for an approval or a timer.
        Waiting = "waiting",
    }

    /// Whose machine a job ran on.
    Runner (OPEN) {
        /// It is not known.
        #[default]
        Unknown = "",
        /// One of the provider's.
        Hosted = "hosted",
        /// One of one's own.
        SelfHosted = "self_hosted",
    }

    /// What a job was spent on.
    JobPart {
        /// It is not rolled up yet.
        #[default]
        Untold = "",
        /// It did what it was for.
        Useful = "useful",
        /// It failed, and was green soon with nothing changed.
        Flaky = "flaky",
        /// It failed.
        Failed = "failed",
        /// Somebody called it off.
        Cancelled = "cancelled",
        /// It had succeeded before.
        Retried = "retried",
        /// A later attempt lists it once more: it ran once.
        Repeated = "repeated",
    }

    /// What the times of a job were read from.
    TimesFrom (OPEN) {
        /// It is not known.
        #[default]
        Unknown = "",
        /// The list of jobs, which tells when each was made, and its labels.
        Rest = "rest",
        /// The checks of a commit, which tell when a job began and ended.
        Checks = "checks",
        /// A delivery.
        Webhook = "webhook",
    }

    /// How a run of a workflow, or a job of it, ended.
    RunConclusion (OPEN) {
        /// It did not, so far.
        #[default]
        None = "",
        /// All went well.
        Success = "success",
        /// Something failed.
        Failure = "failure",
        /// Somebody, or a newer run, called it off.
        Cancelled = "cancelled",
        /// There was nothing to do.
        Skipped = "skipped",
        /// Over, without a verdict.
        Neutral = "neutral",
        /// It took too long.
        TimedOut = "timed_out",
        /// It could not begin.
        StartupFailure = "startup_failure",
        /// Somebody has to act first.
        ActionRequired = "action_required",
        /// Given up by the provider.
        Stale = "stale",
    }

    /// What happened in the course of an incident.
    IncidentEventKind {
        /// It began.
        #[default]
        Opened = "opened",
        /// Somebody took it on.
        Acknowledged = "acknowledged",
        /// Users are served again.
        Restored = "restored",
        /// It came back.
        Reopened = "reopened",
        /// Closed for good.
        Finished = "finished",
        /// It is none by itself any more: part of another one, or found to be none.
        Dropped = "dropped",
    }

    /// Where a ticket is, whatever its tracker calls its states.
    TicketStatus {
        /// Not planned yet.
        Backlog = "BACKLOG",
        /// Planned, not begun.
        Todo = "TODO",
        /// Begun.
        Doing = "DOING",
        /// Done.
        Done = "DONE",
        /// Given up.
        Canceled = "CANCELED",
        /// In a state that we do not know.
        #[default]
        Unknown = "UNKNOWN",
    }

    /// What happened to a ticket.
    TicketEventKind {
        /// It got an estimate, another one, or none any more.
        #[default]
        Estimated = "estimated",
        /// It was done.
        Finished = "finished",
    }

    /// Kind of a charge, after FOCUS 1.2.
    ChargeCategory (ANY_CASE) {
        /// Use of a service.
        Usage = "Usage",
        /// Something bought, a commitment for example.
        Purchase = "Purchase",
        /// Tax.
        Tax = "Tax",
        /// A credit that is a row of its own.
        Credit = "Credit",
        /// A correction by the provider, rounding included.
        Adjustment = "Adjustment",
        /// Not said, as in files of the original tool.
        #[default]
        Unknown = "",
    }

    /// What is imported as a whole: a unit of progress, of cursors and of coverage.
    Scope (OPEN) {
        /// The organisation's repositories.
        #[default]
        Repositories = "repositories",
        /// The organisation's boards.
        Projects = "projects",
        /// Issues of one repository.
        Issues = "issues",
        /// Pull requests of one repository.
        PullRequests = "pull_requests",
        /// Cards of one board.
        ProjectItems = "project_items",
        /// Deployments of one repository, with their statuses.
        Deployments = "deployments",
        /// Releases of one repository.
        Releases = "releases",
        /// The commit graph of one repository behind what it deploys.
        Commits = "commits",
        /// Runs of the workflows of one repository, with their jobs where CI is imported.
        CiRuns = "ci_runs",
        /// What an organisation is billed for CI.
        CiBill = "ci_bill",
        /// Bills of one source of the clouds.
        CloudCosts = "cloud_costs",
        /// A folder of CSV files.
        Csv = "csv",
        /// What is pushed: up to the last event, or the last word that there was none.
        EventApi = "event_api",
        /// What a provider said that its own schema has: a cursor without records.
        Schema = "schema",
    }

    /// How an import of a scope ended.
    RunOutcome (OPEN) {
        /// Everything was read.
        #[default]
        Ok = "ok",
        /// It failed.
        Failed = "failed",
        /// It was stopped.
        Interrupted = "interrupted",
        /// The provider does not serve this: asking again would not help.
        Unsupported = "unsupported",
    }
}

impl IssueState {
    /// The state that a time of closing tells.
    pub fn by(closed_at: Option<Instant>) -> Self {
        if closed_at.is_some() { Self::Closed } else { Self::Open }
    }
}

/// A kind as a provider or a file tells it: one of those that are known, or another text, which is kept.
///
/// The empty text stands for nothing told.
#[derive(Clone, Debug)]
pub enum Told<K> {
    /// A known one.
    Known(K),
    /// Another text.
    Other(Box<str>),
}

impl<K: Named> Told<K> {
    /// The known kind, if it is one.
    pub fn known(&self) -> Option<K> {
        match self {
            Self::Known(kind) => Some(*kind),
            Self::Other(_) => None,
        }
    }

    /// The text in files.
    pub fn name(&self) -> &str {
        match self {
            Self::Known(kind) => kind.name(),
            Self::Other(text) => text,
        }
    }

    /// Whether nothing was told.
    pub fn is_empty(&self) -> bool {
        self.name().is_empty()
    }
}

impl<K> Default for Told<K> {
    fn default() -> Self {
        Self::Other("".into())
    }
}

impl<K: Named> PartialEq for Told<K> {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl<K: Named> Eq for Told<K> {}

impl<K: Named> PartialEq<&str> for Told<K> {
    fn eq(&self, other: &&str) -> bool {
        self.name() == *other
    }
}

impl<K: Named> PartialEq<K> for Told<K> {
    fn eq(&self, other: &K) -> bool {
        self.known() == Some(*other)
    }
}

impl<K: Named> Hash for Told<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl<K> From<K> for Told<K> {
    fn from(kind: K) -> Self {
        Self::Known(kind)
    }
}

impl<K: Named> From<&str> for Told<K> {
    fn from(text: &str) -> Self {
        match K::NAMES.iter().position(|name| *name == text) {
            Some(position) => Self::Known(K::ALL[position]),
            None => Self::Other(text.into()),
        }
    }
}

impl<K: Named> From<String> for Told<K> {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl<K: Named> fmt::Display for Told<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl<K: Named> Serialize for Told<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de, K: Named> Deserialize<'de> for Told<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_states_may_be_written_in_any_case_and_others_not() {
        assert_eq!(ReviewState::from_name(b"CHANGES_REQUESTED"), Some(ReviewState::ChangesRequested));
        let odd = "\u{a0}Change\u{17f}_requested ";
        assert_eq!(ReviewState::from_name(odd.as_bytes()), Some(ReviewState::ChangesRequested));
        assert_eq!(ReviewState::from_name(b"CHANGES REQUESTED"), None);
        assert_eq!(IssueState::from_name(b" CLOSED "), Some(IssueState::Closed));
        assert_eq!(StatusKind::from_name(b"Closed"), None);
        assert_eq!(ChargeCategory::from_name(b"TAX"), Some(ChargeCategory::Tax));
        assert_eq!(ChargeCategory::from_name(b""), Some(ChargeCategory::Unknown));
        assert_eq!(ReviewState::from_name(b""), None);
    }

    #[test]
    fn a_text_that_is_not_known_is_kept_and_is_no_other_kind() {
        let told: Told<StateReason> = "wontfix".into();
        assert_eq!((told.known(), told.name()), (None, "wontfix"));
        assert!(Told::<StateReason>::default().is_empty());
        let known: Told<StateReason> = "duplicate".into();
        assert_eq!(known, StateReason::Duplicate);
        assert_eq!(serde_json::to_string(&known).expect("written"), "\"duplicate\"");
        assert_eq!(serde_json::from_str::<Told<StateReason>>("\"wontfix\"").expect("read"), told);
    }

    #[test]
    fn choices_are_told_as_a_sentence_goes_on() {
        assert_eq!(StatusKind::choices(), "`opened`, `closed` or `reopened`");
        assert_eq!(SightingSource::choices(), "`snapshot` or `webhook`");
    }
}
