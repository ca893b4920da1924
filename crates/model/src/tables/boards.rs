//! `project.csv`, `project_item.csv`, `project_item_sighting.csv` and `issue_project_custom_field.csv`.

use model_derive::RawTable;
use serde::{Deserialize, Serialize};

use crate::Instant;
use crate::kinds::{ItemContent, Presence, SightingSource};

/// Projects boards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "project", key("project_id", "host"))]
pub struct Project {
    /// `fullDatabaseId` as text: the id that the configuration uses.
    #[raw(name = "project_id", original, required)]
    pub number_id: String,
    /// Present title.
    #[raw(name = "project_name", original, required)]
    pub name: String,
    /// Node id.
    pub id: String,
    /// Number within the organisation, as in the board's address.
    pub number: i64,
    /// Organisation.
    pub org: String,
    /// Web address.
    pub url: String,
    /// Whether it is closed.
    pub closed: bool,
    /// Options of the field that the columns come from (`Status` unless configured) in board order, joined by `;`.
    #[raw(json)]
    pub columns: Vec<String>,
    /// Host of the provider, `github.com`.
    pub host: String,
}

/// Cards as they were last seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "project_item", key("item_id"), after(host))]
pub struct ProjectItem {
    /// Node id of the card.
    #[raw(name = "item_id", required)]
    pub id: String,
    /// Board, `fullDatabaseId` as text.
    #[raw(code, required)]
    pub project_id: String,
    /// Name of the board.
    #[raw(code)]
    pub project_name: String,
    /// What it shows: `issue`, `pull_request`, `draft` or `redacted`.
    #[raw(required)]
    pub content: ItemContent,
    /// Node id of the issue or pull request, empty for drafts and redacted cards.
    pub content_id: String,
    /// Column, empty for no status; `None` when it was not told.
    #[raw(code, before(org, repo, number))]
    pub status: Option<String>,
    /// When the status was last set, where the provider says so.
    pub status_updated_at: Option<Instant>,
    /// Whether it is on its board: `on_board`, `archived` or `removed`.
    #[raw(required)]
    pub presence: Presence,
    /// When the card was made.
    pub created_at: Option<Instant>,
    /// Last change of the card.
    pub updated_at: Option<Instant>,
    /// When it was last seen, by the provider's time.
    #[raw(required)]
    pub observed_at: Option<Instant>,
    /// Field values other than empty ones, in board order; `None` when they were not asked for.
    #[raw(skip)]
    pub fields: Option<Vec<FieldValue>>,
    /// Whether it may have other fields than these, which were not asked for or did not come: those that are stored stay.
    #[raw(skip)]
    #[serde(default, skip_serializing_if = "is_false")]
    pub has_untold_fields: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Sightings of cards that differ from the sighting before: snapshots and deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(
    table = "project_item_sighting",
    key("item_id", "observed_at", "source"),
    columns = SightingColumns,
    owner = card,
    after(host)
)]
pub struct Sighting {
    /// Column, empty for no status.
    #[raw(code, engine, required, before(item_id, org, repo, number, project_id, project_name))]
    pub status: String,
    /// When that status was set, where the provider says so.
    #[raw(engine)]
    pub status_at: Option<Instant>,
    /// Whether it was on its board: `on_board`, `archived` or `removed`.
    #[raw(engine, required)]
    pub presence: Presence,
    /// When presence changed, where the provider says so.
    #[raw(engine)]
    pub presence_at: Option<Instant>,
    /// When the card was made, where known.
    #[raw(engine)]
    pub created_at: Option<Instant>,
    /// When it was seen.
    #[raw(engine, required)]
    pub observed_at: Instant,
    /// Where the sighting comes from: `snapshot` or `webhook`.
    #[raw(engine, required)]
    pub source: SightingSource,
    /// Up to when the sighting before is known to have held: the last import that found the card as it was then.
    #[raw(engine)]
    pub confirmed_at: Option<Instant>,
}

/// Field values of cards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(
    table = "issue_project_custom_field",
    key("org", "repo", "number", "project_id", "field_name", "host"),
    columns = CustomFieldColumns,
    owner = card,
    after(host)
)]
pub struct FieldValue {
    /// Name of the field.
    #[raw(name = "field_name", original, code, engine, required, before(org, repo, number, project_id, project_name))]
    pub name: String,
    /// Value as text (numbers as the original writes them: `3`, `0.5`, `1e+21`).
    #[raw(name = "field_value", original, code, in_row, engine, required)]
    pub value: String,
}
