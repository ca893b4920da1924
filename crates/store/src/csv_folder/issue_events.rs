//! What happened to issues: `issue_status_event.csv`, `issue_project_event.csv`,
//! `issue_project_custom_field.csv` and our `project_item_sighting.csv`.

use model::columns::{
    CustomFieldColumns, InstantColumn, IssueColumns, ProjectEventColumns, ProjectKind, SightingColumns, SightingSource,
    StatusEventColumns, StatusKind, TextColumn,
};
use model::records::Presence;

use super::blocks::{Findings, Part, Table};
use super::cells::Cell;
use super::error::CsvError;
use super::header::Header;
use super::records::Row;
use super::texts::{KeyCursor, KeyIndex, Texts};

/// How events find their issue or pull request: by the last row with its key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owners<'a> {
    keys: &'a TextColumn,
    index: &'a KeyIndex,
}

impl<'a> Owners<'a> {
    pub(super) fn issues(issues: &'a IssueColumns, index: &'a KeyIndex) -> Self {
        Self { keys: &issues.id, index }
    }

    pub(super) fn new(keys: &'a TextColumn, index: &'a KeyIndex) -> Self {
        Self { keys, index }
    }

    pub(super) fn find(&self, cursor: &mut KeyCursor, row: Row<'_>, key: [usize; 3]) -> Option<u32> {
        cursor.find(self.index, self.keys, key.map(|position| row.get(position)))
    }
}

/// Columns of one block; codes are the block's own.
#[derive(Debug, Default)]
pub(super) struct OwnedPart<C> {
    pub(super) texts: Texts,
    pub(super) cursor: KeyCursor,
    pub(super) columns: C,
}

/// Appends codes of a block, translated.
pub(super) fn translate(column: &mut Vec<u32>, part: &[u32], codes: &[u32]) {
    column.extend(part.iter().map(|code| codes[*code as usize]));
}

/// Where the columns of `issue_status_event.csv` are.
#[derive(Debug)]
pub(super) struct StatusEvents<'a> {
    owners: Owners<'a>,
    key: [usize; 3],
    kind: usize,
    at: Cell,
    state_reason: usize,
}

impl<'a> StatusEvents<'a> {
    pub(super) fn new(header: &Header, owners: Owners<'a>) -> Result<Self, CsvError> {
        Ok(Self {
            owners,
            key: header.key()?,
            kind: header.required("type")?,
            at: header.required_cell("at")?,
            state_reason: header.optional("state_reason"),
        })
    }
}

impl Table for StatusEvents<'_> {
    const FILE: &'static str = "issue_status_event.csv";
    type Part = OwnedPart<StatusEventColumns>;

    fn take(&self, part: &mut Self::Part, row: Row<'_>, findings: &mut Findings) {
        let mut unknown = InstantColumn::default();
        let issue = self.owners.find(&mut part.cursor, row, self.key);
        self.at.push_time(row, if issue.is_some() { &mut part.columns.at } else { &mut unknown }, findings);
        let Some(issue) = issue else { return };
        part.columns.issue.push(issue);
        part.columns.kind.push(match row.get(self.kind) {
            b"opened" => StatusKind::Opened,
            b"closed" => StatusKind::Closed,
            b"reopened" => StatusKind::Reopened,
            other => {
                findings.unknown_kind(row.line, "type", other, "`opened`, `closed` or `reopened`");
                StatusKind::Other
            }
        });
        part.columns.state_reason.push(part.texts.code(row.get(self.state_reason)));
    }
}

pub(super) fn join_status_events(
    parts: Vec<Part<OwnedPart<StatusEventColumns>>>,
    texts: &mut Texts,
) -> StatusEventColumns {
    let mut events = StatusEventColumns::default();
    let rows = parts.iter().map(|part| part.content.columns.issue.len()).sum();
    events.issue.reserve_exact(rows);
    events.kind.reserve_exact(rows);
    events.state_reason.reserve_exact(rows);
    for Part { content, .. } in parts {
        let codes = texts.adopt(&content.texts);
        events.issue.extend_from_slice(&content.columns.issue);
        events.kind.extend_from_slice(&content.columns.kind);
        events.at.append(&content.columns.at);
        translate(&mut events.state_reason, &content.columns.state_reason, &codes);
    }
    events
}

/// Where the columns of `issue_project_event.csv` are.
#[derive(Debug)]
pub(super) struct ProjectEvents<'a> {
    owners: Owners<'a>,
    key: [usize; 3],
    project_id: usize,
    project_name: usize,
    from_column: usize,
    to_column: usize,
    at: Cell,
    kind: usize,
}

impl<'a> ProjectEvents<'a> {
    pub(super) fn new(header: &Header, owners: Owners<'a>) -> Result<Self, CsvError> {
        Ok(Self {
            owners,
            key: header.key()?,
            project_id: header.required("project_id")?,
            project_name: header.required("project_name")?,
            from_column: header.optional("from_column"),
            to_column: header.required("to_column")?,
            at: header.required_cell("at")?,
            kind: header.required("type")?,
        })
    }
}

impl Table for ProjectEvents<'_> {
    const FILE: &'static str = "issue_project_event.csv";
    type Part = OwnedPart<ProjectEventColumns>;

    fn take(&self, part: &mut Self::Part, row: Row<'_>, findings: &mut Findings) {
        let mut unknown = InstantColumn::default();
        let issue = self.owners.find(&mut part.cursor, row, self.key);
        self.at.push_time(row, if issue.is_some() { &mut part.columns.at } else { &mut unknown }, findings);
        let Some(issue) = issue else { return };
        let OwnedPart { texts, columns, .. } = part;
        columns.issue.push(issue);
        let previous = columns.project_id.last().copied();
        columns.project_id.push(texts.repeated_code(previous, row.get(self.project_id)));
        let previous = columns.project_name.last().copied();
        columns.project_name.push(texts.repeated_code(previous, row.get(self.project_name)));
        let previous = columns.to_column.last().copied();
        columns.from_column.push(texts.repeated_code(previous, row.get(self.from_column)));
        columns.to_column.push(texts.code(row.get(self.to_column)));
        columns.kind.push(match row.get(self.kind) {
            b"added" => ProjectKind::Added,
            b"moved" => ProjectKind::Moved,
            b"removed" => ProjectKind::Removed,
            other => {
                findings.unknown_kind(row.line, "type", other, "`added`, `moved` or `removed`");
                ProjectKind::Other
            }
        });
    }
}

pub(super) fn join_project_events(
    parts: Vec<Part<OwnedPart<ProjectEventColumns>>>,
    texts: &mut Texts,
) -> ProjectEventColumns {
    let mut events = ProjectEventColumns::default();
    let rows = parts.iter().map(|part| part.content.columns.issue.len()).sum();
    for column in [
        &mut events.issue,
        &mut events.project_id,
        &mut events.project_name,
        &mut events.from_column,
        &mut events.to_column,
    ] {
        column.reserve_exact(rows);
    }
    events.kind.reserve_exact(rows);
    for Part { content, .. } in parts {
        let codes = texts.adopt(&content.texts);
        let columns = content.columns;
        events.issue.extend_from_slice(&columns.issue);
        translate(&mut events.project_id, &columns.project_id, &codes);
        translate(&mut events.project_name, &columns.project_name, &codes);
        translate(&mut events.from_column, &columns.from_column, &codes);
        translate(&mut events.to_column, &columns.to_column, &codes);
        events.kind.extend_from_slice(&columns.kind);
        events.at.append(&columns.at);
    }
    events
}

/// Where the columns of `issue_project_custom_field.csv` are.
#[derive(Debug)]
pub(super) struct CustomFields<'a> {
    owners: Owners<'a>,
    key: [usize; 3],
    project_id: usize,
    field_name: usize,
    field_value: usize,
}

impl<'a> CustomFields<'a> {
    pub(super) fn new(header: &Header, owners: Owners<'a>) -> Result<Self, CsvError> {
        header.required("project_name")?;
        Ok(Self {
            owners,
            key: header.key()?,
            project_id: header.required("project_id")?,
            field_name: header.required("field_name")?,
            field_value: header.required("field_value")?,
        })
    }
}

impl Table for CustomFields<'_> {
    const FILE: &'static str = "issue_project_custom_field.csv";
    type Part = OwnedPart<CustomFieldColumns>;

    fn take(&self, part: &mut Self::Part, row: Row<'_>, _: &mut Findings) {
        let Some(issue) = self.owners.find(&mut part.cursor, row, self.key) else { return };
        let OwnedPart { texts, columns, .. } = part;
        columns.issue.push(issue);
        let previous = columns.project_id.last().copied();
        columns.project_id.push(texts.repeated_code(previous, row.get(self.project_id)));
        columns.field_name.push(texts.code(row.get(self.field_name)));
        columns.field_value.push(texts.code(row.get(self.field_value)));
    }
}

pub(super) fn join_custom_fields(
    parts: Vec<Part<OwnedPart<CustomFieldColumns>>>,
    texts: &mut Texts,
) -> CustomFieldColumns {
    let mut fields = CustomFieldColumns::default();
    for Part { content, .. } in parts {
        let codes = texts.adopt(&content.texts);
        fields.issue.extend_from_slice(&content.columns.issue);
        translate(&mut fields.project_id, &content.columns.project_id, &codes);
        translate(&mut fields.field_name, &content.columns.field_name, &codes);
        translate(&mut fields.field_value, &content.columns.field_value, &codes);
    }
    fields
}

/// Where the columns of `project_item_sighting.csv` are.
#[derive(Debug)]
pub(super) struct Sightings<'a> {
    owners: Owners<'a>,
    key: [usize; 3],
    project_id: usize,
    project_name: usize,
    status: usize,
    status_at: Cell,
    presence: Cell,
    presence_at: Cell,
    created_at: Cell,
    observed_at: Cell,
    source: Cell,
}

impl<'a> Sightings<'a> {
    pub(super) fn new(header: &Header, owners: Owners<'a>) -> Result<Self, CsvError> {
        Ok(Self {
            owners,
            key: header.key()?,
            project_id: header.required("project_id")?,
            project_name: header.required("project_name")?,
            status: header.required("status")?,
            status_at: header.required_cell("status_at")?,
            presence: header.required_cell("presence")?,
            presence_at: header.required_cell("presence_at")?,
            created_at: header.required_cell("created_at")?,
            observed_at: header.required_cell("observed_at")?,
            source: header.required_cell("source")?,
        })
    }
}

impl Table for Sightings<'_> {
    const FILE: &'static str = "project_item_sighting.csv";
    type Part = OwnedPart<SightingColumns>;

    fn take(&self, part: &mut Self::Part, row: Row<'_>, findings: &mut Findings) {
        let Some(issue) = self.owners.find(&mut part.cursor, row, self.key) else { return };
        let OwnedPart { texts, columns, .. } = part;
        columns.issue.push(issue);
        columns.project_id.push(texts.code(row.get(self.project_id)));
        columns.project_name.push(texts.code(row.get(self.project_name)));
        columns.status.push(texts.code(row.get(self.status)));
        self.status_at.push_optional_time(row, &mut columns.status_at, findings);
        columns.presence.push(match row.get(self.presence.position) {
            b"on_board" => Presence::OnBoard,
            b"archived" => Presence::Archived,
            b"removed" => Presence::Removed,
            other => {
                findings.odd(row.line, self.presence.name, other, "is not `on_board`, `archived` or `removed`");
                Presence::OnBoard
            }
        });
        self.presence_at.push_optional_time(row, &mut columns.presence_at, findings);
        self.created_at.push_optional_time(row, &mut columns.created_at, findings);
        self.observed_at.push_time(row, &mut columns.observed_at, findings);
        columns.source.push(match row.get(self.source.position) {
            b"snapshot" => SightingSource::Snapshot,
            b"webhook" => SightingSource::Webhook,
            other => {
                findings.odd(row.line, self.source.name, other, "is not `snapshot` or `webhook`");
                SightingSource::Snapshot
            }
        });
    }
}

pub(super) fn join_sightings(parts: Vec<Part<OwnedPart<SightingColumns>>>, texts: &mut Texts) -> SightingColumns {
    let mut sightings = SightingColumns::default();
    for Part { content, .. } in parts {
        let codes = texts.adopt(&content.texts);
        let columns = content.columns;
        sightings.issue.extend_from_slice(&columns.issue);
        translate(&mut sightings.project_id, &columns.project_id, &codes);
        translate(&mut sightings.project_name, &columns.project_name, &codes);
        translate(&mut sightings.status, &columns.status, &codes);
        sightings.status_at.append(&columns.status_at);
        sightings.presence.extend_from_slice(&columns.presence);
        sightings.presence_at.append(&columns.presence_at);
        sightings.created_at.append(&columns.created_at);
        sightings.observed_at.append(&columns.observed_at);
        sightings.source.extend_from_slice(&columns.source);
    }
    sightings
}
