//! Events of issues as columns. Parents are stored rows until they are arranged.

use model::columns::{ProjectEventColumns, ProjectKind, StatusEventColumns, StatusKind};
use rusqlite::Connection;

use super::cells::Cells;
use super::order::{Parents, gather, gather_instants};
use crate::dictionary::find;

pub(super) fn status_events(connection: &Connection) -> rusqlite::Result<StatusEventColumns> {
    let kinds = [
        (find(connection, "opened")?, StatusKind::Opened),
        (find(connection, "closed")?, StatusKind::Closed),
        (find(connection, "reopened")?, StatusKind::Reopened),
    ];
    let mut events = StatusEventColumns::default();
    let mut statement =
        connection.prepare("SELECT issue, type, at, state_reason FROM issue_status_event ORDER BY issue, seq")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let cells = Cells(row);
        events.issue.push(cells.code(0)?);
        events.kind.push(kind_of(&kinds, cells.int(1)?, StatusKind::Other));
        events.at.push_with_nanos(cells.int(2)?, 0);
        events.state_reason.push(cells.code(3)?);
    }
    Ok(events)
}

pub(super) fn arrange_status_events(events: &mut StatusEventColumns, issues: &Parents) {
    if let Some(index) = issues.arrange(&mut events.issue) {
        gather(&mut events.kind, &index);
        gather_instants(&mut events.at, &index);
        gather(&mut events.state_reason, &index);
    }
}

pub(super) fn project_events(connection: &Connection) -> rusqlite::Result<ProjectEventColumns> {
    let kinds = [
        (find(connection, "added")?, ProjectKind::Added),
        (find(connection, "moved")?, ProjectKind::Moved),
        (find(connection, "removed")?, ProjectKind::Removed),
    ];
    let mut events = ProjectEventColumns::default();
    let mut statement = connection.prepare(
        "SELECT issue, type, at, project_id, project_name, from_column, to_column
         FROM issue_project_event ORDER BY issue, seq",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let cells = Cells(row);
        events.issue.push(cells.code(0)?);
        events.kind.push(kind_of(&kinds, cells.int(1)?, ProjectKind::Other));
        events.at.push_with_nanos(cells.int(2)?, 0);
        events.project_id.push(cells.code(3)?);
        events.project_name.push(cells.code(4)?);
        events.from_column.push(cells.code(5)?);
        events.to_column.push(cells.code(6)?);
    }
    Ok(events)
}

pub(super) fn arrange_project_events(events: &mut ProjectEventColumns, issues: &Parents) {
    if let Some(index) = issues.arrange(&mut events.issue) {
        gather(&mut events.kind, &index);
        gather_instants(&mut events.at, &index);
        for codes in [&mut events.project_id, &mut events.project_name, &mut events.from_column, &mut events.to_column]
        {
            gather(codes, &index);
        }
    }
}

/// What a code means; `other` where it is none of the known ones.
#[inline]
pub(super) fn kind_of<K: Copy>(kinds: &[(Option<i64>, K)], code: i64, other: K) -> K {
    kinds.iter().find(|(known, _)| *known == Some(code)).map_or(other, |(_, kind)| *kind)
}
