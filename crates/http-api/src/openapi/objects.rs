//! Objects of the document that are not rows.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, ArrayItems, Object, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type,
};

type Property = (&'static str, &'static str, Kind);

/// Type of a member.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    TextOrNull,
    Integer,
    Texts,
    /// By name.
    TextByName,
    TextsByName,
    Of(fn() -> Object),
    OfOrNull(fn() -> Object),
    ListOf(fn() -> Object),
}

impl Kind {
    fn schema(self, help: &str) -> RefOr<Schema> {
        let plain = |kind: Type| ObjectBuilder::new().schema_type(kind).description(Some(help));
        let by_name = |value: RefOr<Schema>| {
            plain(Type::Object).additional_properties(Some(AdditionalProperties::RefOr(value))).into()
        };
        match self {
            Self::Text => plain(Type::String).into(),
            Self::TextOrNull => {
                plain(Type::String).schema_type(SchemaType::Array(vec![Type::String, Type::Null])).into()
            }
            Self::Integer => plain(Type::Integer).into(),
            Self::Texts => list(text(), help),
            Self::TextByName => by_name(text()),
            Self::TextsByName => by_name(list(text(), help)),
            Self::Of(object) => object().into(),
            Self::OfOrNull(object) => {
                let null = ObjectBuilder::new().schema_type(Type::Null);
                let one_of = OneOfBuilder::new().item(object()).item(null).description(Some(help));
                Schema::OneOf(one_of.build()).into()
            }
            Self::ListOf(object) => list(object().into(), help),
        }
    }
}

fn text() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).into()
}

fn list(items: RefOr<Schema>, help: &str) -> RefOr<Schema> {
    let items = ArrayItems::RefOrSchema(Box::new(items));
    Schema::Array(ArrayBuilder::new().items(items).description(Some(help)).build()).into()
}

/// What the original tool's server says where there is no table.
pub(super) fn missing() -> Object {
    object_of(&[("error", "Always `file not found`.", Kind::Text), ("message", "Why.", Kind::Text)])
}

fn filters() -> Object {
    object_of(&[
        ("applied", "Parameters with their values.", Kind::TextsByName),
        ("inactive", "Parameters that do not change this table.", Kind::Texts),
    ])
}

fn coverage() -> Object {
    object_of(&[
        ("until", "Periods that end later are not complete; null where none is.", Kind::TextOrNull),
        ("held_back_by", "The source that was imported least far, where it is behind.", Kind::TextOrNull),
    ])
}

fn covered() -> Object {
    object_of(&[
        ("from", "First opening of an issue or pull request.", Kind::TextOrNull),
        ("to", "End of what issues and pull requests cover.", Kind::TextOrNull),
        ("first_bill", "First month with a bill.", Kind::TextOrNull),
        ("last_bill", "Last month with a bill.", Kind::TextOrNull),
    ])
}

fn project() -> Object {
    object_of(&[("id", "What `project` names it by.", Kind::Text), ("name", "Name for people.", Kind::Text)])
}

fn source() -> Object {
    object_of(&[
        ("scope", "What was imported: `issues`, `pull_requests`, …", Kind::Text),
        ("subject", "Of what; stays when a name changes.", Kind::Text),
        ("label", "How people call it.", Kind::Text),
        ("state", "Of the last import: `ok`, `failed` or `interrupted`.", Kind::Text),
        ("message", "Why the last import failed.", Kind::TextOrNull),
        ("covered_to", "How far the last good import reached.", Kind::TextOrNull),
    ])
}

/// What went wrong, RFC 9457.
pub(super) fn problem() -> Object {
    let properties: [Property; 8] = [
        ("type", "Always about:blank: the status says what kind of problem it is.", Kind::Text),
        ("title", "The status in words.", Kind::Text),
        ("status", "The status.", Kind::Integer),
        ("detail", "What is wrong, and what to do.", Kind::Text),
        ("request_id", "As in the header x-request-id and in the server's log.", Kind::Text),
        ("parameter", "The parameter that is wrong.", Kind::Text),
        ("waits_for", "`import` where nothing was imported yet.", Kind::Text),
        ("valid", "Values or names that are valid, the first 50.", Kind::Texts),
    ];
    object(&properties, &["type", "title", "status", "detail", "request_id"])
}

const OVERRIDES: Property =
    ("rule_overrides", "Single rules that are not those of the rule set, with what was chosen.", Kind::TextByName);

const META: [Property; 12] = [
    ("as_of", "The instant that the figures are of; null where there is no data.", Kind::TextOrNull),
    ("rules", "The rule set.", Kind::Text),
    OVERRIDES,
    ("timezone", "Where days, weeks and months are cut.", Kind::Text),
    (
        "filters",
        "`applied`: parameters with their values. `inactive`: parameters that do not change this table.",
        Kind::Of(filters),
    ),
    (
        "coverage",
        "`until`: later periods are not complete. `held_back_by`: the source that is behind.",
        Kind::OfOrNull(coverage),
    ),
    ("snapshot", "Changes when the data does.", Kind::Text),
    ("finding", "What the figures say, in words.", Kind::TextOrNull),
    ("notices", "What a person should know about the figures.", Kind::Texts),
    ("periods", "All periods of the range in order.", Kind::Texts),
    ("reasons_null", "By column with a null, what it means; `*` for rows of nulls.", Kind::TextByName),
    ("reason_empty", "Why there are no rows.", Kind::TextOrNull),
];

/// What an answer rests on.
pub(super) fn meta() -> Object {
    object(&META, &META.map(|(name, ..)| name))
}

/// What a page of evidence rests on.
pub(super) fn evidence_meta() -> Object {
    let own: [Property; 2] = [
        ("count", "Rows on all pages.", Kind::Integer),
        ("next_cursor", "Where the next page begins; null on the last one.", Kind::TextOrNull),
    ];
    let shared = META.into_iter().filter(|(name, ..)| !matches!(*name, "periods" | "reasons_null"));
    let properties: Vec<Property> = shared.chain(own).collect();
    let required: Vec<&str> = properties.iter().map(|(name, ..)| *name).collect();
    object(&properties, &required)
}

/// What there is.
pub(super) fn about() -> Object {
    let properties: [Property; 19] = [
        ("build", "What is running.", Kind::Text),
        ("rules", "The rule set of this answer.", Kind::Text),
        OVERRIDES,
        ("usual_rules", "The rule set that is used where none is asked for.", Kind::Text),
        ("timezone", "Where days, weeks and months are cut.", Kind::Text),
        ("snapshot", "Changes when the data does.", Kind::Text),
        ("loaded_at", "When the data was loaded.", Kind::Text),
        ("reload_error", "Why newer data could not be loaded.", Kind::TextOrNull),
        ("as_of", "End of what issues and pull requests cover.", Kind::TextOrNull),
        ("cloud_as_of", "End of what the bills cover.", Kind::TextOrNull),
        (
            "covered",
            "`from`, `to`: first opening and end of the data. `first_bill`, `last_bill`: months.",
            Kind::Of(covered),
        ),
        ("projects", "Boards: `id` and `name`.", Kind::ListOf(project)),
        ("steps", "Steps of work in order.", Kind::Texts),
        ("repositories", "As `org/repo`.", Kind::Texts),
        ("services", "Services that ever deployed.", Kind::Texts),
        ("teams", "Configured teams.", Kind::Texts),
        ("types", "Types of issues.", Kind::Texts),
        ("providers", "Clouds with bills.", Kind::Texts),
        (
            "sources",
            "The last import of each: `scope`, `subject`, `label`, `state`, `message`, `covered_to`.",
            Kind::ListOf(source),
        ),
    ];
    object(&properties, &properties.map(|(name, ..)| name))
}

/// A metric of the catalogue.
pub(super) fn metric() -> Object {
    let properties: [Property; 10] = [
        ("name", "Short name.", Kind::Text),
        ("title", "Name for people.", Kind::Text),
        ("unit", "What it counts or measures.", Kind::Text),
        ("definition", "What it is.", Kind::Text),
        ("formula", "How it is worked out.", Kind::Text),
        ("left_out", "What it leaves out.", Kind::Text),
        ("good_direction", "`up`, `down`, or null where neither is good by itself.", Kind::TextOrNull),
        ("table", "Table that has it.", Kind::Text),
        ("column", "Column that has it.", Kind::Text),
        ("docs", "Anchor in docs/metrics.md.", Kind::Text),
    ];
    object_of(&properties)
}

fn object_of(properties: &[Property]) -> Object {
    let names: Vec<&str> = properties.iter().map(|(name, ..)| *name).collect();
    object(properties, &names)
}

fn object(properties: &[Property], required: &[&str]) -> Object {
    let object = ObjectBuilder::new().schema_type(Type::Object);
    let object = properties.iter().fold(object, |object, (name, help, kind)| object.property(*name, kind.schema(help)));
    let object = object.additional_properties(Some(AdditionalProperties::FreeForm(false)));
    required.iter().fold(object, |object, name| object.required(*name)).build()
}
