//! Issues as columns.

use model::columns::{IssueColumns, TextColumn};
use rusqlite::Connection;

use super::cells::Cells;
use super::order::{Parents, gather, gather_instants, gather_texts};
use crate::dictionary::find;

/// All issues in published order; `names` are the codes of organisation and repository by rank.
pub(super) fn issues(
    connection: &Connection,
    parents: &Parents,
    names: &[(u32, u32)],
) -> rusqlite::Result<IssueColumns> {
    let closed = find(connection, "closed")?;
    let mut issues = IssueColumns::default();
    let mut place = Vec::with_capacity(parents.all().len());
    let mut statement = connection.prepare(
        "SELECT row_id, title, url, state, state_reason, type, is_bug, issue_type, labels, creator, created_at,
            closed_at, vanished_at
         FROM issue ORDER BY row_id",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let cells = Cells(row);
        place.push(cells.code(0)?);
        issues.title.push(cells.text(1)?);
        issues.url.push(cells.text(2)?);
        issues.closed.push(Some(cells.int(3)?) == closed);
        issues.state_reason.push(cells.code(4)?);
        issues.kind.push(cells.code(5)?);
        issues.is_bug.push(cells.bool(6)?);
        issues.issue_type.push(cells.code(7)?);
        issues.labels.push(cells.code(8)?);
        issues.creator.push(cells.code(9)?);
        issues.created_at.push_with_nanos(cells.micros(10)?, 0);
        issues.closed_at.push_with_nanos(cells.micros(11)?, 0);
        issues.vanished_at.push_with_nanos(cells.micros(12)?, 0);
    }
    if let Some(index) = parents.arrange(&mut place) {
        gather_texts(&mut issues.title, &index);
        gather_texts(&mut issues.url, &index);
        gather(&mut issues.closed, &index);
        gather(&mut issues.state_reason, &index);
        gather(&mut issues.kind, &index);
        gather(&mut issues.is_bug, &index);
        gather(&mut issues.issue_type, &index);
        gather(&mut issues.labels, &index);
        gather(&mut issues.creator, &index);
        gather_instants(&mut issues.created_at, &index);
        gather_instants(&mut issues.closed_at, &index);
        gather_instants(&mut issues.vanished_at, &index);
    }
    (issues.id, issues.org, issues.repo) = keys(parents, names);
    Ok(issues)
}

/// `org/repo#number` and the codes of organisation and repository, in published order.
pub(super) fn keys(parents: &Parents, names: &[(u32, u32)]) -> (TextColumn, Vec<u32>, Vec<u32>) {
    let (mut ids, mut orgs, mut repos) = (TextColumn::default(), Vec::new(), Vec::new());
    let mut id = Vec::new();
    for parent in parents.all() {
        let (org, repo) = parents.names(parent);
        id.clear();
        for part in [org, b"/", repo, b"#", &parent.number] {
            id.extend_from_slice(part);
        }
        ids.push(&id);
        let (org, repo) = names.get(Parents::repository_rank(parent)).copied().unwrap_or_default();
        orgs.push(org);
        repos.push(repo);
    }
    (ids, orgs, repos)
}
