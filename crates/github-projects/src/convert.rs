//! Conversion of GraphQL nodes to records of cards.

use model::Instant;
use model::records::{FieldValue, ItemContent, Presence, ProjectItem};

use crate::number;
use crate::wire::items::{
    FieldName, ItemFields, ItemFieldsContent, ItemFieldsFieldValueByName, ItemFieldsFieldValuesNodes as Value,
};

/// The board that cards are on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Board {
    /// Node id.
    pub(crate) id: String,
    /// `fullDatabaseId` as text.
    pub(crate) number_id: String,
    /// Title.
    pub(crate) name: String,
    /// Where its columns come from.
    pub(crate) status_field: StatusField,
}

/// The field that the columns of a board are the values of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StatusField {
    /// Its name.
    pub(crate) name: String,
    /// Whether the board has it, as far as this token is shown: without it nothing is known of the status of a card.
    pub(crate) is_shown: bool,
    /// The fields of this kind that the board has.
    pub(crate) all: Vec<String>,
}

/// A list's connection says that there is more but not from where.
#[derive(Debug, thiserror::Error)]
#[error("the fields of the card {id} go on, but the answer does not say where")]
pub(crate) struct NoCursor {
    id: String,
}

/// One card as far as it was read, and where its fields go on if they are longer than a page.
pub(crate) fn item(
    wire: ItemFields,
    board: &Board,
    observed_at: Instant,
    empty_entries: &mut u64,
) -> Result<(ProjectItem, Option<String>), NoCursor> {
    let page = wire.field_values.page_info;
    let rest = match (page.has_next_page, page.end_cursor) {
        (false, _) => None,
        (true, Some(cursor)) => Some(cursor),
        (true, None) => return Err(NoCursor { id: wire.id }),
    };
    let values = wire.field_values.nodes.unwrap_or_else(|| vec![None]);
    let empty = values.iter().filter(|value| value.is_none()).count() as u64;
    *empty_entries += empty;
    let fields = values.into_iter().flatten().filter_map(field).collect();

    let (status, status_updated_at) = match wire.field_value_by_name {
        Some(ItemFieldsFieldValueByName::ProjectV2ItemFieldSingleSelectValue(value)) => {
            (Some(value.name.unwrap_or_default()), Some(value.updated_at.0))
        }
        // No value in a field that is there is no status.
        None if board.status_field.is_shown => (Some(String::new()), None),
        _ => (None, None),
    };
    let item = ProjectItem {
        id: wire.id,
        project_id: board.number_id.clone(),
        project_name: board.name.clone(),
        content: match wire.type_.as_str() {
            "ISSUE" => ItemContent::Issue,
            "PULL_REQUEST" => ItemContent::PullRequest,
            "DRAFT_ISSUE" => ItemContent::Draft,
            _ => ItemContent::Redacted,
        },
        content_id: match wire.content {
            Some(ItemFieldsContent::Issue(issue)) => issue.id,
            Some(ItemFieldsContent::PullRequest(pull_request)) => pull_request.id,
            _ => String::new(),
        },
        status,
        status_updated_at,
        presence: if wire.is_archived { Presence::Archived } else { Presence::OnBoard },
        created_at: Some(wire.created_at.0),
        updated_at: Some(wire.updated_at.0),
        observed_at: Some(observed_at),
        fields: Some(fields),
        has_untold_fields: empty > 0,
    };
    Ok((item, rest))
}

/// A card of which only the id is left.
pub(crate) fn removed(id: String, board: &Board, observed_at: Instant) -> ProjectItem {
    ProjectItem {
        id,
        project_id: board.number_id.clone(),
        project_name: board.name.clone(),
        presence: Presence::Removed,
        observed_at: Some(observed_at),
        ..ProjectItem::default()
    }
}

/// A field and its value; `None` for empty values and for kinds of fields that hold no text, number, date or choice.
fn field(value: Value) -> Option<FieldValue> {
    let (field, value) = match value {
        Value::ProjectV2ItemFieldTextValue(value) => (value.field, value.text),
        Value::ProjectV2ItemFieldNumberValue(value) => (value.field, value.number.map(number::text)),
        Value::ProjectV2ItemFieldDateValue(value) => (value.field, value.date),
        Value::ProjectV2ItemFieldSingleSelectValue(value) => (value.field, value.name),
        Value::ProjectV2ItemFieldIterationValue(value) => (value.field, Some(value.title)),
        Value::Unknown => return None,
    };
    let name = match field {
        FieldName::ProjectV2Field(field) => field.name,
        FieldName::ProjectV2IterationField(field) => field.name,
        FieldName::ProjectV2SingleSelectField(field) => field.name,
        FieldName::Unknown => return None,
    };
    let value = value.filter(|value| !value.is_empty())?;
    Some(FieldValue { name, value })
}
