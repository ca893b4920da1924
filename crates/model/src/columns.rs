//! Raw data as columns: what the store yields and the metrics engine reads.
//!
//! Instants are `i64` microseconds, repeating text is a `u32` code into one [`Dictionary`], and events
//! refer to their issue or pull request by row index, so that millions of rows stay small and no text is
//! compared on the hot path. Text is bytes: files of the original tool are not always valid UTF-8 and
//! pass through unchanged.

use std::borrow::Cow;

use crate::Instant;
use crate::records::{ImportRun, Presence, Project, Repository};

/// Texts by code. Code 0 is always the empty text.
#[derive(Clone, Debug)]
pub struct Dictionary {
    texts: TextColumn,
}

impl Default for Dictionary {
    fn default() -> Self {
        let mut texts = TextColumn::default();
        texts.push(b"");
        Self { texts }
    }
}

impl Dictionary {
    /// The code of the empty text.
    pub const EMPTY: u32 = 0;

    /// Appends a text and returns its code. Does not look whether it is there already.
    pub fn push(&mut self, text: &[u8]) -> u32 {
        self.texts.push(text);
        (self.texts.len() - 1) as u32
    }

    /// The text of a code, as bytes.
    pub fn bytes(&self, code: u32) -> &[u8] {
        self.texts.bytes(code as usize)
    }

    /// The text of a code; invalid UTF-8 is replaced.
    pub fn text(&self, code: u32) -> Cow<'_, str> {
        self.texts.text(code as usize)
    }

    /// How many texts there are, the empty one included.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Never: the empty text is always there.
    pub fn is_empty(&self) -> bool {
        self.texts.len() == 0
    }
}

/// A column of texts in one buffer.
#[derive(Clone, Debug, Default)]
pub struct TextColumn {
    buffer: Vec<u8>,
    ends: Vec<u32>,
}

impl TextColumn {
    /// Appends a text.
    pub fn push(&mut self, text: &[u8]) {
        self.buffer.extend_from_slice(text);
        self.ends.push(u32::try_from(self.buffer.len()).expect("a text column holds less than 4 GiB"));
    }

    /// Appends another column.
    pub fn append(&mut self, other: &Self) {
        let offset = self.buffer.len() as u32;
        self.buffer.extend_from_slice(&other.buffer);
        self.ends.extend(other.ends.iter().map(|end| end + offset));
    }

    /// Makes room for exactly so many more rows with so many bytes together.
    pub fn reserve_exact(&mut self, rows: usize, bytes: usize) {
        self.ends.reserve_exact(rows);
        self.buffer.reserve_exact(bytes);
    }

    /// Bytes of all texts together.
    pub fn total_bytes(&self) -> usize {
        self.buffer.len()
    }

    /// The texts of some rows, in their order.
    #[must_use]
    pub fn gathered(&self, rows: impl Iterator<Item = usize> + Clone) -> Self {
        let mut texts = Self::default();
        texts.reserve_exact(rows.clone().count(), rows.clone().map(|row| self.bytes(row).len()).sum());
        for row in rows {
            texts.push(self.bytes(row));
        }
        texts
    }

    /// The text of a row, as bytes.
    pub fn bytes(&self, row: usize) -> &[u8] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        &self.buffer[start..self.ends[row] as usize]
    }

    /// The text of a row; invalid UTF-8 is replaced.
    pub fn text(&self, row: usize) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(row))
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// A column of instants, null where unknown.
///
/// Digits beyond microseconds are kept apart: no provider sends them, but hand-made files of the original
/// may, and rule set `cto-stats` compares them.
#[derive(Clone, Debug, Default)]
pub struct InstantColumn {
    micros: Vec<i64>,
    /// Nanoseconds beyond the microsecond, 0 to 999. Empty unless any row has some.
    nanos: Vec<u16>,
}

impl InstantColumn {
    /// Appends an instant or null.
    pub fn push(&mut self, at: Option<Instant>) {
        self.push_with_nanos(at.map_or(Instant::NULL_MICROS, Instant::micros), 0);
    }

    /// Appends microseconds ([`Instant::NULL_MICROS`] for null) and the nanoseconds beyond them.
    pub fn push_with_nanos(&mut self, micros: i64, nanos: u16) {
        if nanos != 0 && self.nanos.is_empty() {
            self.nanos.resize(self.micros.len(), 0);
        }
        if nanos != 0 || !self.nanos.is_empty() {
            self.nanos.push(nanos);
        }
        self.micros.push(micros);
    }

    /// Appends another column.
    pub fn append(&mut self, other: &Self) {
        if self.nanos.is_empty() && other.nanos.is_empty() {
            self.micros.extend_from_slice(&other.micros);
            return;
        }
        for row in 0..other.len() {
            self.push_with_nanos(other.micros[row], other.nanos(row));
        }
    }

    /// Makes room for exactly so many more rows.
    pub fn reserve_exact(&mut self, rows: usize) {
        self.micros.reserve_exact(rows);
    }

    /// The instant of a row, `None` where null.
    pub fn get(&self, row: usize) -> Option<Instant> {
        let micros = self.micros[row];
        (micros != Instant::NULL_MICROS).then(|| Instant::from_micros(micros))
    }

    /// Nanoseconds beyond the microsecond.
    pub fn nanos(&self, row: usize) -> u16 {
        self.nanos.get(row).copied().unwrap_or(0)
    }

    /// All rows in microseconds, null as [`Instant::NULL_MICROS`].
    pub fn micros(&self) -> &[i64] {
        &self.micros
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.micros.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.micros.is_empty()
    }
}

/// Issues, one row each.
#[derive(Clone, Debug, Default)]
pub struct IssueColumns {
    /// `org/repo#number`.
    pub id: TextColumn,
    /// Organisation, a code.
    pub org: Vec<u32>,
    /// Repository name, a code.
    pub repo: Vec<u32>,
    /// Title.
    pub title: TextColumn,
    /// Web address.
    pub url: TextColumn,
    /// Closed now.
    pub closed: Vec<bool>,
    /// `completed`, `not_planned`, `duplicate`, `reopened` or empty: a code.
    pub state_reason: Vec<u32>,
    /// Type by the original's derivation (`type` in `issue.csv`), a code.
    pub kind: Vec<u32>,
    /// Bug by the original's derivation (`is_bug` in `issue.csv`).
    pub is_bug: Vec<bool>,
    /// GitHub's issue type, a code; empty where none is set or known.
    pub issue_type: Vec<u32>,
    /// Labels joined by `;`, a code.
    pub labels: Vec<u32>,
    /// Login of the author, a code.
    pub creator: Vec<u32>,
    /// Opened. Null only where a file of the original could not be read as a time.
    pub created_at: InstantColumn,
    /// Closed, null while open.
    pub closed_at: InstantColumn,
    /// When a full import first missed it; null while it exists.
    pub vanished_at: InstantColumn,
}

/// What changed in an issue's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum StatusKind {
    /// Opened for the first time.
    Opened,
    /// Closed.
    Closed,
    /// Reopened.
    Reopened,
    /// Anything else that a file says.
    Other,
}

/// Changes of state in input order.
#[derive(Clone, Debug, Default)]
pub struct StatusEventColumns {
    /// Row of the issue.
    pub issue: Vec<u32>,
    /// What changed.
    pub kind: Vec<StatusKind>,
    /// When.
    pub at: InstantColumn,
    /// Why it was closed (`completed`, `not_planned`, `duplicate`, empty), a code.
    pub state_reason: Vec<u32>,
}

/// What changed on a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ProjectKind {
    /// Put on the board.
    Added,
    /// Moved between columns.
    Moved,
    /// Taken off the board.
    Removed,
    /// Anything else that a file says.
    Other,
}

/// Changes on boards from the timelines, in input order.
#[derive(Clone, Debug, Default)]
pub struct ProjectEventColumns {
    /// Row of the issue.
    pub issue: Vec<u32>,
    /// The board's `fullDatabaseId` as text, a code.
    pub project_id: Vec<u32>,
    /// The board's name, a code.
    pub project_name: Vec<u32>,
    /// Column before, a code.
    pub from_column: Vec<u32>,
    /// Column after, a code.
    pub to_column: Vec<u32>,
    /// What changed.
    pub kind: Vec<ProjectKind>,
    /// When.
    pub at: InstantColumn,
}

/// Custom fields of cards in input order.
#[derive(Clone, Debug, Default)]
pub struct CustomFieldColumns {
    /// Row of the issue.
    pub issue: Vec<u32>,
    /// Board, a code.
    pub project_id: Vec<u32>,
    /// Name of the field, a code.
    pub field_name: Vec<u32>,
    /// Value, a code.
    pub field_value: Vec<u32>,
}

/// Where a sighting of a card comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SightingSource {
    /// An import compared the card with what was known.
    Snapshot,
    /// A `projects_v2_item` delivery.
    Webhook,
}

/// Sightings of cards that differ from the sighting before: the second and third source of board history.
/// A card's rows are in order of `observed_at`.
#[derive(Clone, Debug, Default)]
pub struct SightingColumns {
    /// Row of the issue.
    pub issue: Vec<u32>,
    /// The board's `fullDatabaseId` as text, a code.
    pub project_id: Vec<u32>,
    /// The board's name, a code.
    pub project_name: Vec<u32>,
    /// Column that the card was in, a code; empty for no status.
    pub status: Vec<u32>,
    /// When that status was set, where the provider says so.
    pub status_at: InstantColumn,
    /// On the board, archived or removed.
    pub presence: Vec<Presence>,
    /// When presence changed, where the provider says so.
    pub presence_at: InstantColumn,
    /// When the card was made, where known.
    pub created_at: InstantColumn,
    /// When it was seen.
    pub observed_at: InstantColumn,
    /// Snapshot or webhook.
    pub source: Vec<SightingSource>,
}

/// Pull requests in input order.
#[derive(Clone, Debug, Default)]
pub struct PullRequestColumns {
    /// `org/repo#number`.
    pub id: TextColumn,
    /// Organisation, a code.
    pub org: Vec<u32>,
    /// Repository name, a code.
    pub repo: Vec<u32>,
    /// Title.
    pub title: TextColumn,
    /// Web address.
    pub url: TextColumn,
    /// Login of the author, a code.
    pub creator: Vec<u32>,
    /// Whether the API says that the author is a bot.
    pub creator_is_bot: Vec<bool>,
    /// Opened. Null only where a file of the original could not be read as a time.
    pub created_at: InstantColumn,
    /// Closed or merged.
    pub closed_at: InstantColumn,
    /// Merged.
    pub merged_at: InstantColumn,
    /// A draft now.
    pub is_draft: Vec<bool>,
    /// Labels joined by `;`, a code.
    pub labels: Vec<u32>,
    /// Files changed, -1 where unknown.
    pub changed_files: Vec<i64>,
    /// Earliest author date of its commits, null where unknown.
    pub first_commit_at: InstantColumn,
    /// When a full import first missed it; null while it exists.
    pub vanished_at: InstantColumn,
    /// Row of the last row with the same id: its own index unless a file repeats the id
    /// (which only rule set `cto-stats` reads).
    pub last: Vec<u32>,
}

/// State of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ReviewState {
    /// Approved.
    Approved,
    /// Changes requested.
    ChangesRequested,
    /// Commented.
    Commented,
    /// Dismissed.
    Dismissed,
    /// Not submitted.
    Pending,
    /// Anything else, or none.
    Other,
}

/// Reviews in input order.
#[derive(Clone, Debug, Default)]
pub struct ReviewColumns {
    /// Row of the pull request (the last one of its id).
    pub pull_request: Vec<u32>,
    /// State now.
    pub state: Vec<ReviewState>,
    /// State before it was dismissed; `Other` where it was not, or where that is unknown.
    pub dismissed_state: Vec<ReviewState>,
    /// Submitted, null while pending.
    pub submitted_at: InstantColumn,
    /// Login of the reviewer, a code.
    pub user: Vec<u32>,
    /// Whether the API says that the reviewer is a bot.
    pub user_is_bot: Vec<bool>,
}

/// What happened to a pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PullRequestEventKind {
    /// Left draft.
    ReadyForReview,
    /// Became a draft.
    ConvertedToDraft,
    /// A review was requested.
    ReviewRequested,
    /// Anything else.
    Other,
}

/// Events of pull requests in input order.
#[derive(Clone, Debug, Default)]
pub struct PullRequestEventColumns {
    /// Row of the pull request.
    pub pull_request: Vec<u32>,
    /// What happened.
    pub kind: Vec<PullRequestEventKind>,
    /// When.
    pub at: InstantColumn,
}

/// Which parts of the raw data to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes {
    /// Issues and boards.
    pub issues: bool,
    /// Pull requests.
    pub pull_requests: bool,
}

impl Scopes {
    /// Everything.
    pub const ALL: Self = Self { issues: true, pull_requests: true };
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
    /// Boards, as far as known.
    pub projects: Vec<Project>,
    /// Repositories, as far as known.
    pub repositories: Vec<Repository>,
    /// What each import covered; empty for a folder of CSV files.
    pub imports: Vec<ImportRun>,
    /// End of the period that the data covers: the newest `covered_to` of the last successful import,
    /// or, for a folder of CSV files, the newest instant in it. `None` when there is no data.
    pub as_of: Option<Instant>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_zero_is_the_empty_text() {
        let mut dictionary = Dictionary::default();
        assert_eq!(dictionary.push(b"Backlog"), 1);
        assert_eq!(dictionary.bytes(Dictionary::EMPTY), b"");
        assert_eq!(dictionary.text(1), "Backlog");
    }

    #[test]
    fn nanoseconds_appear_only_when_a_row_has_some() {
        let mut column = InstantColumn::default();
        column.push(Some(Instant::from_micros(1)));
        column.push_with_nanos(2, 7);
        column.push(None);
        assert_eq!((column.nanos(0), column.nanos(1), column.nanos(2)), (0, 7, 0));
        assert_eq!(column.get(2), None);
        let mut joined = InstantColumn::default();
        joined.push(None);
        joined.append(&column);
        assert_eq!((joined.len(), joined.nanos(2)), (4, 7));
    }

    #[test]
    fn text_columns_can_be_joined() {
        let (mut first, mut second) = (TextColumn::default(), TextColumn::default());
        first.push(b"ab");
        second.push(b"");
        second.push("ü".as_bytes());
        first.append(&second);
        assert_eq!((first.text(0), first.text(1), first.text(2)), ("ab".into(), "".into(), "ü".into()));
    }
}
