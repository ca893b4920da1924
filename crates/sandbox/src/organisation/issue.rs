//! The life of an issue: what it is, and everything that happens to it in order.

/// No status on the board.
pub(crate) const NO_COLUMN: u8 = u8::MAX;

/// Why an issue was closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CloseReason {
    Completed,
    NotPlanned,
    Duplicate,
}

impl CloseReason {
    /// As the API writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Completed => "COMPLETED",
            Self::NotPlanned => "NOT_PLANNED",
            Self::Duplicate => "DUPLICATE",
        }
    }
}

/// Something that happens to an issue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum What {
    /// Put on a board. A card may begin in a column without any event that says so.
    Added { board: u8, column: u8 },
    /// Its card moves to a column, or to none.
    Moved { board: u8, column: u8 },
    /// Taken off a board.
    Removed { board: u8 },
    /// Its card is archived. No timeline shows that.
    Archived { board: u8 },
    /// Closed.
    Closed(CloseReason),
    /// Reopened.
    Reopened,
    /// Moved to another repository, where it gets another number.
    Transferred { repository: u16 },
    /// Commented on, edited: only the time of its last change shows.
    Touched,
}

/// Something that happens to an issue at an instant. No two events of an issue share an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Event {
    /// Seconds since the epoch.
    pub(crate) at: i64,
    pub(crate) actor: u16,
    pub(crate) what: What,
}

/// What kind of work it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Bug,
    Feature,
    Chore,
    Docs,
    Task,
}

impl Kind {
    /// As the figures call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bug => "bug",
            Self::Feature => "feature",
            Self::Chore => "chore",
            Self::Docs => "docs",
            Self::Task => "task",
        }
    }
}

/// An issue and its life.
pub(crate) struct IssueLife {
    pub(crate) title: String,
    pub(crate) author: u16,
    pub(crate) assignees: Vec<u16>,
    pub(crate) labels: Vec<&'static str>,
    /// Issue type as GitHub names it.
    pub(crate) issue_type: Option<&'static str>,
    /// What it really is.
    pub(crate) kind: Kind,
    pub(crate) is_bug: bool,
    /// Position among the sources of bugs; shown as a field of its cards.
    pub(crate) bug_source: Option<u8>,
    /// Estimate shown on its cards, in quarters.
    pub(crate) estimate_quarters: Option<u8>,
    pub(crate) created_at: i64,
    /// Repository and number, and from when on; the first is where it was opened.
    pub(crate) places: Vec<(i64, u16, u32)>,
    pub(crate) events: Vec<Event>,
}

impl IssueLife {
    /// Repository and number at an instant.
    pub(crate) fn place_at(&self, at: i64) -> (u16, u32) {
        let current = self.places.iter().rposition(|(from, ..)| *from <= at).unwrap_or(0);
        (self.places[current].1, self.places[current].2)
    }

    /// What happened up to and including an instant.
    pub(crate) fn events_until(&self, at: i64) -> &[Event] {
        &self.events[..self.events.partition_point(|event| event.at <= at)]
    }
}
