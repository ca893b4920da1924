//! `pr.csv`, `pr_review.csv` and our `pr_event.csv`.

use std::borrow::Cow;

use model::columns::{PullRequestColumns, PullRequestEventColumns, PullRequestEventKind, ReviewColumns, ReviewState};

use super::Reading;
use super::blocks::{Findings, Part, Table};
use super::cells::Cell;
use super::error::{CsvError, Problem};
use super::header::Header;
use super::issue_events::{OwnedPart, Owners, translate};
use super::issues::note_duplicates;
use super::records::Row;
use super::texts::{KeyIndex, Texts, write_key};

/// Where the columns of `pr.csv` are.
#[derive(Debug)]
pub(super) struct PullRequests {
    key: [usize; 3],
    title: usize,
    url: usize,
    creator: usize,
    creator_is_bot: Cell,
    created_at: Cell,
    closed_at: Cell,
    merged_at: Cell,
    is_draft: Cell,
    labels: usize,
    changed_files: Cell,
    first_commit_at: Cell,
    vanished_at: Cell,
}

impl PullRequests {
    pub(super) fn new(header: &Header) -> Result<Self, CsvError> {
        Ok(Self {
            key: header.key()?,
            title: header.optional("title"),
            url: header.optional("url"),
            creator: header.optional("creator"),
            creator_is_bot: header.optional_cell("creator_is_bot"),
            created_at: header.required_cell("created_at")?,
            closed_at: header.optional_cell("closed_at"),
            merged_at: header.optional_cell("merged_at"),
            is_draft: header.optional_cell("is_draft"),
            labels: header.optional("labels"),
            changed_files: header.optional_cell("changed_files"),
            first_commit_at: header.optional_cell("first_commit_at"),
            vanished_at: header.optional_cell("vanished_at"),
        })
    }
}

/// Pull requests of one block; codes are the block's own.
#[derive(Debug, Default)]
pub(super) struct PullRequestPart {
    texts: Texts,
    columns: PullRequestColumns,
    lines: Vec<u32>,
    key: Vec<u8>,
}

impl Table for PullRequests {
    const FILE: &'static str = "pr.csv";
    type Part = PullRequestPart;

    fn take(&self, part: &mut PullRequestPart, row: Row<'_>, findings: &mut Findings) {
        let PullRequestPart { texts, columns, lines, key } = part;
        let [org, repo, number] = self.key.map(|position| row.get(position));
        write_key(key, org, repo, number);
        columns.id.push(key);
        columns.org.push(texts.repeated_code(columns.org.last().copied(), org));
        columns.repo.push(texts.repeated_code(columns.repo.last().copied(), repo));
        columns.title.push(row.get(self.title));
        columns.url.push(row.get(self.url));
        columns.creator.push(texts.code(row.get(self.creator)));
        columns.creator_is_bot.push(self.creator_is_bot.flag(row, findings));
        self.created_at.push_time(row, &mut columns.created_at, findings);
        self.closed_at.push_optional_time(row, &mut columns.closed_at, findings);
        self.merged_at.push_optional_time(row, &mut columns.merged_at, findings);
        columns.is_draft.push(self.is_draft.flag(row, findings));
        columns.labels.push(texts.code(row.get(self.labels)));
        columns.changed_files.push(self.changed_files.number(row, findings).unwrap_or(-1));
        self.first_commit_at.push_optional_time(row, &mut columns.first_commit_at, findings);
        self.vanished_at.push_optional_time(row, &mut columns.vanished_at, findings);
        lines.push(row.line as u32);
    }
}

/// All pull requests, a row for every row of the file, and where each key is last.
pub(super) fn join(
    parts: Vec<Part<PullRequestPart>>,
    texts: &mut Texts,
    reading: Reading,
    problems: &mut Vec<Problem>,
) -> Result<(PullRequestColumns, KeyIndex), CsvError> {
    let mut joined = PullRequestColumns::default();
    let mut lines = Vec::new();
    for Part { content, first_line } in parts {
        let codes = texts.adopt(&content.texts);
        append(&mut joined, &content.columns, &codes);
        lines.extend(content.lines.iter().map(|line| first_line + u64::from(*line)));
    }
    let mut superseded = Vec::new();
    let index = KeyIndex::new(&joined.id, |row, by| superseded.push((row as usize, by as usize)));
    joined.last = (0..joined.id.len() as u32).collect();
    superseded.sort_unstable();
    note_duplicates(PullRequests::FILE, &joined.id, &lines, &superseded, reading, problems)?;
    for &(row, by) in superseded.iter().rev() {
        joined.last[row] = joined.last[by];
    }
    Ok((joined, index))
}

fn append(joined: &mut PullRequestColumns, part: &PullRequestColumns, codes: &[u32]) {
    joined.id.append(&part.id);
    translate(&mut joined.org, &part.org, codes);
    translate(&mut joined.repo, &part.repo, codes);
    joined.title.append(&part.title);
    joined.url.append(&part.url);
    translate(&mut joined.creator, &part.creator, codes);
    joined.creator_is_bot.extend_from_slice(&part.creator_is_bot);
    joined.created_at.append(&part.created_at);
    joined.closed_at.append(&part.closed_at);
    joined.merged_at.append(&part.merged_at);
    joined.is_draft.extend_from_slice(&part.is_draft);
    translate(&mut joined.labels, &part.labels, codes);
    joined.changed_files.extend_from_slice(&part.changed_files);
    joined.first_commit_at.append(&part.first_commit_at);
    joined.vanished_at.append(&part.vanished_at);
}

/// Where the columns of `pr_review.csv` are.
#[derive(Debug)]
pub(super) struct Reviews<'a> {
    owners: Owners<'a>,
    key: [usize; 3],
    state: usize,
    dismissed_state: usize,
    submitted_at: Cell,
    user: usize,
    user_is_bot: Cell,
}

impl<'a> Reviews<'a> {
    pub(super) fn new(header: &Header, owners: Owners<'a>) -> Result<Self, CsvError> {
        Ok(Self {
            owners,
            key: header.key()?,
            state: header.required("state")?,
            dismissed_state: header.optional("dismissed_state"),
            submitted_at: header.required_cell("submitted_at")?,
            user: header.required("user")?,
            user_is_bot: header.optional_cell("user_is_bot"),
        })
    }
}

impl Table for Reviews<'_> {
    const FILE: &'static str = "pr_review.csv";
    type Part = OwnedPart<ReviewColumns>;

    fn take(&self, part: &mut Self::Part, row: Row<'_>, findings: &mut Findings) {
        let submitted_at = self.submitted_at.optional_time(row, findings);
        let Some(pull_request) = self.owners.find(&mut part.cursor, row, self.key) else { return };
        let OwnedPart { texts, columns, .. } = part;
        columns.pull_request.push(pull_request);
        let state = review_state(row.get(self.state));
        if state == ReviewState::Other {
            findings.unknown_kind(row.line, "state", row.get(self.state), "a state of reviews");
        }
        columns.state.push(state);
        columns.dismissed_state.push(review_state(row.get(self.dismissed_state)));
        columns.submitted_at.push(submitted_at);
        columns.user.push(texts.code(row.get(self.user)));
        columns.user_is_bot.push(self.user_is_bot.flag(row, findings));
    }
}

/// A state, trimmed and in upper case.
fn review_state(text: &[u8]) -> ReviewState {
    usual_review_state(text).or_else(|| usual_review_state(upper_case(text).as_bytes())).unwrap_or(ReviewState::Other)
}

fn usual_review_state(text: &[u8]) -> Option<ReviewState> {
    Some(match text {
        b"APPROVED" => ReviewState::Approved,
        b"CHANGES_REQUESTED" => ReviewState::ChangesRequested,
        b"COMMENTED" => ReviewState::Commented,
        b"DISMISSED" => ReviewState::Dismissed,
        b"PENDING" => ReviewState::Pending,
        b"" => ReviewState::Other,
        _ => return None,
    })
}

/// Trimmed, each character in upper case by itself.
fn upper_case(text: &[u8]) -> String {
    let text: Cow<'_, str> = String::from_utf8_lossy(text);
    let upper = |character: char| {
        let mut upper = character.to_uppercase();
        if upper.len() == 1 { upper.next().unwrap_or(character) } else { character }
    };
    text.trim().chars().map(upper).collect()
}

pub(super) fn join_reviews(parts: Vec<Part<OwnedPart<ReviewColumns>>>, texts: &mut Texts) -> ReviewColumns {
    let mut reviews = ReviewColumns::default();
    let rows = parts.iter().map(|part| part.content.columns.pull_request.len()).sum();
    reviews.pull_request.reserve_exact(rows);
    reviews.user.reserve_exact(rows);
    for Part { content, .. } in parts {
        let codes = texts.adopt(&content.texts);
        let columns = content.columns;
        reviews.pull_request.extend_from_slice(&columns.pull_request);
        reviews.state.extend_from_slice(&columns.state);
        reviews.dismissed_state.extend_from_slice(&columns.dismissed_state);
        reviews.submitted_at.append(&columns.submitted_at);
        translate(&mut reviews.user, &columns.user, &codes);
        reviews.user_is_bot.extend_from_slice(&columns.user_is_bot);
    }
    reviews
}

/// Where the columns of `pr_event.csv` are.
#[derive(Debug)]
pub(super) struct PullRequestEvents<'a> {
    owners: Owners<'a>,
    key: [usize; 3],
    kind: usize,
    at: Cell,
}

impl<'a> PullRequestEvents<'a> {
    pub(super) fn new(header: &Header, owners: Owners<'a>) -> Result<Self, CsvError> {
        Ok(Self { owners, key: header.key()?, kind: header.required("type")?, at: header.required_cell("at")? })
    }
}

impl Table for PullRequestEvents<'_> {
    const FILE: &'static str = "pr_event.csv";
    type Part = OwnedPart<PullRequestEventColumns>;

    fn take(&self, part: &mut Self::Part, row: Row<'_>, findings: &mut Findings) {
        let Some(pull_request) = self.owners.find(&mut part.cursor, row, self.key) else { return };
        part.columns.pull_request.push(pull_request);
        part.columns.kind.push(match row.get(self.kind) {
            b"ready_for_review" => PullRequestEventKind::ReadyForReview,
            b"converted_to_draft" => PullRequestEventKind::ConvertedToDraft,
            b"review_requested" => PullRequestEventKind::ReviewRequested,
            _ => PullRequestEventKind::Other,
        });
        self.at.push_time(row, &mut part.columns.at, findings);
    }
}

pub(super) fn join_events(parts: Vec<Part<OwnedPart<PullRequestEventColumns>>>) -> PullRequestEventColumns {
    let mut events = PullRequestEventColumns::default();
    for Part { content, .. } in parts {
        events.pull_request.extend_from_slice(&content.columns.pull_request);
        events.kind.extend_from_slice(&content.columns.kind);
        events.at.append(&content.columns.at);
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_compared_trimmed_and_in_upper_case() {
        assert_eq!(review_state(b"CHANGES_REQUESTED"), ReviewState::ChangesRequested);
        assert_eq!(review_state("\u{a0}Change\u{17f}_requested ".as_bytes()), ReviewState::ChangesRequested);
        assert_eq!(review_state(b"CHANGES REQUESTED"), ReviewState::Other);
        assert_eq!(review_state(b"dismissed"), ReviewState::Dismissed);
    }
}
