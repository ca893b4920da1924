//! `issue.csv`.

use model::columns::{IssueColumns, TextColumn};

use super::Reading;
use super::blocks::{Findings, MOST_PROBLEMS, Part, Table};
use super::cells::Cell;
use super::error::{CsvError, Problem, shown};
use super::header::Header;
use super::records::Row;
use super::texts::{KeyIndex, Texts, write_key};

/// Where the columns of `issue.csv` are.
#[derive(Debug)]
pub(super) struct Issues {
    key: [usize; 3],
    title: usize,
    url: usize,
    state: usize,
    kind: usize,
    is_bug: Cell,
    creator: usize,
    created_at: Cell,
    closed_at: Cell,
    state_reason: usize,
    issue_type: usize,
    labels: usize,
    vanished_at: Cell,
}

impl Issues {
    pub(super) fn new(header: &Header) -> Result<Self, CsvError> {
        Ok(Self {
            key: header.key()?,
            title: header.required("title")?,
            url: header.optional("url"),
            state: header.optional("state"),
            kind: header.optional("type"),
            is_bug: header.optional_cell("is_bug"),
            creator: header.optional("creator"),
            created_at: header.required_cell("created_at")?,
            closed_at: header.optional_cell("closed_at"),
            state_reason: header.optional("state_reason"),
            issue_type: header.optional("issue_type"),
            labels: header.optional("labels"),
            vanished_at: header.optional_cell("vanished_at"),
        })
    }
}

/// Issues of one block; codes are the block's own.
#[derive(Debug, Default)]
pub(super) struct IssuePart {
    texts: Texts,
    columns: IssueColumns,
    lines: Vec<u32>,
    key: Vec<u8>,
}

impl Table for Issues {
    const FILE: &'static str = "issue.csv";
    const SKIPS_RAGGED_ROWS: bool = true;
    type Part = IssuePart;

    fn take(&self, part: &mut IssuePart, row: Row<'_>, findings: &mut Findings) {
        let IssuePart { texts, columns, lines, key } = part;
        let [org, repo, number] = self.key.map(|position| row.get(position));
        write_key(key, org, repo, number);
        columns.id.push(key);
        columns.org.push(texts.repeated_code(columns.org.last().copied(), org));
        columns.repo.push(texts.repeated_code(columns.repo.last().copied(), repo));
        columns.title.push(row.get(self.title));
        columns.url.push(row.get(self.url));
        columns.closed.push(row.get(self.state).trim_ascii().eq_ignore_ascii_case(b"closed"));
        columns.state_reason.push(texts.code(row.get(self.state_reason)));
        columns.kind.push(texts.code(row.get(self.kind)));
        columns.is_bug.push(self.is_bug.flag(row, findings));
        columns.issue_type.push(texts.code(row.get(self.issue_type)));
        columns.labels.push(texts.code(row.get(self.labels)));
        columns.creator.push(texts.code(row.get(self.creator)));
        self.created_at.push_time(row, &mut columns.created_at, findings);
        self.closed_at.push_optional_time(row, &mut columns.closed_at, findings);
        self.vanished_at.push_optional_time(row, &mut columns.vanished_at, findings);
        lines.push(row.line as u32);
    }
}

/// All issues, once per key, and where each key is.
pub(super) fn join(
    parts: Vec<Part<IssuePart>>,
    texts: &mut Texts,
    reading: Reading,
    problems: &mut Vec<Problem>,
) -> Result<(IssueColumns, KeyIndex), CsvError> {
    let mut issues = IssueColumns::default();
    let mut lines = Vec::new();
    for Part { content, first_line } in parts {
        let codes = texts.adopt(&content.texts);
        append(&mut issues, &content.columns, &codes);
        lines.extend(content.lines.iter().map(|line| first_line + u64::from(*line)));
    }
    let mut superseded = Vec::new();
    let index = KeyIndex::new(&issues.id, |row, by| superseded.push((row as usize, by as usize)));
    if superseded.is_empty() {
        return Ok((issues, index));
    }
    superseded.sort_unstable();
    note_duplicates(Issues::FILE, &issues.id, &lines, &superseded, reading, problems)?;
    let issues = without_rows(&issues, &superseded);
    let index = KeyIndex::new(&issues.id, |_, _| {});
    Ok((issues, index))
}

/// An error for the first repeated key when reading strictly, else a problem for each.
pub(super) fn note_duplicates(
    file: &'static str,
    keys: &TextColumn,
    lines: &[u64],
    superseded: &[(usize, usize)],
    reading: Reading,
    problems: &mut Vec<Problem>,
) -> Result<(), CsvError> {
    for &(row, by) in superseded.iter().take(MOST_PROBLEMS) {
        let key = shown(keys.bytes(row));
        let (first, second) = (lines[row], lines[by]);
        if reading == Reading::Strict {
            return Err(CsvError::Duplicate { file, key, first, second });
        }
        let message = format!("{key} comes again at line {second}: the last row counts, as for the original");
        problems.push(Problem { file, line: first, column: "", value: String::new(), message });
    }
    if let Some(unlisted @ 1..) = superseded.len().checked_sub(MOST_PROBLEMS) {
        let message = format!("{unlisted} more repeated rows are not listed");
        problems.push(Problem { file, line: 0, column: "", value: String::new(), message });
    }
    Ok(())
}

fn append(issues: &mut IssueColumns, part: &IssueColumns, codes: &[u32]) {
    let translated = |column: &mut Vec<u32>, part: &[u32]| column.extend(part.iter().map(|code| codes[*code as usize]));
    issues.id.append(&part.id);
    translated(&mut issues.org, &part.org);
    translated(&mut issues.repo, &part.repo);
    issues.title.append(&part.title);
    issues.url.append(&part.url);
    issues.closed.extend_from_slice(&part.closed);
    translated(&mut issues.state_reason, &part.state_reason);
    translated(&mut issues.kind, &part.kind);
    issues.is_bug.extend_from_slice(&part.is_bug);
    translated(&mut issues.issue_type, &part.issue_type);
    translated(&mut issues.labels, &part.labels);
    translated(&mut issues.creator, &part.creator);
    issues.created_at.append(&part.created_at);
    issues.closed_at.append(&part.closed_at);
    issues.vanished_at.append(&part.vanished_at);
}

/// The issues less some rows, which are in order.
fn without_rows(issues: &IssueColumns, gone: &[(usize, usize)]) -> IssueColumns {
    let mut kept = IssueColumns::default();
    let mut gone = gone.iter().map(|(row, _)| *row).peekable();
    for row in 0..issues.id.len() {
        if gone.next_if_eq(&row).is_some() {
            continue;
        }
        kept.id.push(issues.id.bytes(row));
        kept.org.push(issues.org[row]);
        kept.repo.push(issues.repo[row]);
        kept.title.push(issues.title.bytes(row));
        kept.url.push(issues.url.bytes(row));
        kept.closed.push(issues.closed[row]);
        kept.state_reason.push(issues.state_reason[row]);
        kept.kind.push(issues.kind[row]);
        kept.is_bug.push(issues.is_bug[row]);
        kept.issue_type.push(issues.issue_type[row]);
        kept.labels.push(issues.labels[row]);
        kept.creator.push(issues.creator[row]);
        for (to, from) in [
            (&mut kept.created_at, &issues.created_at),
            (&mut kept.closed_at, &issues.closed_at),
            (&mut kept.vanished_at, &issues.vanished_at),
        ] {
            to.push_with_nanos(from.micros()[row], from.nanos(row));
        }
    }
    kept
}
