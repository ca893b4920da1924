//! Rows as schemas, from the catalogue's columns.

use metrics_core::catalogue::{ColumnKind, ColumnSpec, Period, TableSpec};
use serde_json::{Value, json};
use utoipa::openapi::schema::{
    AdditionalProperties, KnownFormat, Object, ObjectBuilder, SchemaFormat, SchemaType, Type,
};

use crate::evidence;
use crate::periods::is_period;
use crate::routes::{Evidence, spec};

/// Name of the schema of a table's rows.
pub(super) fn row_name(table: &str) -> String {
    format!("{table}_row")
}

pub(super) fn evidence_name(evidence: Evidence) -> String {
    match evidence {
        Evidence::Finished => "finished_issue",
        Evidence::Stock => "open_issue",
        Evidence::Iteration => "iteration_issue",
        Evidence::OpenPullRequests => "open_pull_request",
        Evidence::PullRequests(_) => "pull_request",
        Evidence::Deployments => "deployment",
        Evidence::Runs => "run",
        Evidence::Jobs => "job",
    }
    .to_owned()
}

/// A row as typed JSON.
///
/// Columns that only `flow` has are not required; those that are no key may be null where a whole period is missing.
pub(super) fn row(spec: &TableSpec) -> Object {
    let row = ObjectBuilder::new().schema_type(Type::Object).description(Some(spec.doc));
    let row = spec.columns.iter().fold(row, |row, column| {
        let is_key = spec.key.contains(&column.name);
        let is_dating = is_key && is_period(column.name);
        let is_nullable = column.nullable || (spec.period != Period::None && !is_dating);
        let row = column
            .other_name
            .into_iter()
            .fold(row, |row, other| row.property(other, cell(column, is_nullable, column.name)));
        let row = row.property(column.name, cell(column, is_nullable, column.name));
        let is_always = column.original && column.other_name.is_none();
        if is_always || (is_key && column.other_name.is_none()) { row.required(column.name) } else { row }
    });
    row.additional_properties(Some(AdditionalProperties::FreeForm(false))).build()
}

/// A row as the original tool's server writes it.
pub(super) fn texts(spec: &TableSpec) -> Object {
    let row = ObjectBuilder::new().schema_type(Type::Object).description(Some(spec.doc));
    let text =
        |column: &ColumnSpec| ObjectBuilder::new().schema_type(Type::String).description(Some(column.doc)).build();
    let row = spec.columns.iter().fold(row, |row, column| {
        let row = column.other_name.into_iter().fold(row, |row, other| row.property(other, text(column)));
        row.property(column.name, text(column))
    });
    row.additional_properties(Some(AdditionalProperties::FreeForm(false))).build()
}

/// A row of evidence.
pub(super) fn evidence(evidence: Evidence) -> Object {
    let source = spec(evidence::source(evidence));
    let row = ObjectBuilder::new().schema_type(Type::Object);
    let row = evidence::columns(evidence).iter().fold(row, |row, (column, name)| match source.column(column) {
        Some(column) => row.property(*name, cell(column, column.nullable, name)),
        None => row,
    });
    row.required("id").build()
}

fn cell(column: &ColumnSpec, is_nullable: bool, name: &str) -> Object {
    let (kind, format, example): (Type, Option<SchemaFormat>, Value) = match column.kind {
        ColumnKind::Text => (Type::String, None, text_example(name)),
        ColumnKind::Int => (Type::Integer, None, json!(7)),
        ColumnKind::Week => (Type::Integer, None, json!(12)),
        ColumnKind::Float => (Type::Number, None, json!(7.25)),
        ColumnKind::Bool => (Type::Boolean, None, json!(true)),
        ColumnKind::Instant => {
            (Type::String, Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)), json!("2026-03-30T00:00:00Z"))
        }
        ColumnKind::Date => (Type::String, Some(SchemaFormat::KnownFormat(KnownFormat::Date)), json!("2026-03-30")),
        ColumnKind::Month => (Type::String, None, json!("2026-03")),
        ColumnKind::Quarter => (Type::String, None, json!("2026-Q1")),
        ColumnKind::Money => (Type::String, None, json!("1234.50")),
        ColumnKind::ExactMoney => (Type::String, None, json!("0.0125")),
    };
    let kinds = if is_nullable { SchemaType::Array(vec![kind, Type::Null]) } else { SchemaType::Type(kind) };
    let unit = if column.unit.is_empty() { String::new() } else { format!(" Unit: {}.", column.unit) };
    let object = ObjectBuilder::new().schema_type(kinds).format(format).examples([example]);
    let object = match column.kind {
        ColumnKind::Money => object.pattern(Some("^-?[0-9]+\\.[0-9]{2}$")),
        ColumnKind::ExactMoney => object.pattern(Some("^-?[0-9]+\\.[0-9]{2,}$")),
        ColumnKind::Month => object.pattern(Some("^[0-9]{4}-[0-9]{2}$")),
        ColumnKind::Quarter => object.pattern(Some("^[0-9]{4}-Q[1-4]$")),
        _ => object,
    };
    object.description(Some(format!("{}{unit}", column.doc))).build()
}

fn text_example(name: &str) -> Value {
    json!(match name {
        "id" => "acme/web#12",
        "repo" => "web",
        "project_id" => "7",
        "currency" => "EUR",
        "provider" => "azure",
        "url" => "https://github.com/acme/web/issues/12",
        "step" | "current_step" => "review",
        _ => "Web",
    })
}
