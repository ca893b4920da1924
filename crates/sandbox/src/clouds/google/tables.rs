//! BigQuery's `tables.get` and `tables.list`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

use super::dataset::{Dataset, Table};
use super::export::{Leaf, RowView};
use super::failure::Failure;
use super::request::Asked;
use super::value::Type;

/// Tables on a page of a list at most, however many are asked for: few, so that clients must follow the pages.
const PAGE_TABLES: usize = 2;

fn reference(dataset: &Dataset, table: &Table) -> Json {
    json!({ "projectId": dataset.project, "datasetId": dataset.name, "tableId": table.name })
}

fn id(dataset: &Dataset, name: &str) -> String {
    format!("{}:{}.{name}", dataset.project, dataset.name)
}

/// The fields of a schema, pseudo columns left out.
fn schema(leaves: &[Leaf]) -> Json {
    let mut columns: Vec<(&str, Type)> = Vec::new();
    for leaf in leaves.iter().filter(|leaf| !leaf.is_pseudo) {
        match leaf.path.split_once('.') {
            None => columns.push((leaf.path, leaf.kind.clone())),
            Some((column, field)) => match columns.iter_mut().find(|(name, _)| *name == column) {
                Some((_, Type::Struct(fields))) => fields.push((field, leaf.kind.clone())),
                _ => columns.push((column, Type::Struct(vec![(field, leaf.kind.clone())]))),
            },
        }
    }
    columns.into_iter().map(|(name, kind)| kind.field(name)).collect()
}

/// `tables.get`.
pub(crate) fn get(dataset: &Dataset, name: &str) -> Result<Json, Failure> {
    let missing = || Failure::not_found(&format!("Table {}", id(dataset, name)));
    let table = dataset.table(name).ok_or_else(missing)?;
    let is_stored = |row| RowView { row, now: dataset.now, suffix: "" }.partition().is_some();
    let (stored, streaming): (Vec<_>, Vec<_>) = dataset.rows(table).partition(|row| is_stored(row));
    let first = dataset.rows(table).map(super::export::ExportRow::export_time).min();
    let last = dataset.rows(table).map(super::export::ExportRow::export_time).max();
    let millis = |at: Option<model::Instant>| (at.unwrap_or(dataset.now).micros() / 1_000).to_string();
    let mut reply = json!({
        "kind": "bigquery#table",
        "id": id(dataset, name),
        "tableReference": reference(dataset, table),
        "schema": { "fields": schema(&table.columns) },
        "numRows": stored.len().to_string(),
        "creationTime": millis(first),
        "lastModifiedTime": millis(last),
        "type": "TABLE",
        "location": dataset.location,
        "timePartitioning": { "type": "DAY" },
    });
    if !streaming.is_empty() {
        reply["streamingBuffer"] = json!({ "estimatedRows": streaming.len().to_string() });
    }
    Ok(reply)
}

/// `tables.list`.
pub(crate) fn list(dataset: &Dataset, asked: &Asked) -> Result<Json, Failure> {
    let mut tables: Vec<&Table> = dataset.tables.iter().collect();
    tables.sort_by_key(|table| &table.name);
    let begin = match &asked.page_token {
        None => 0,
        Some(token) => {
            let name = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let name = name.ok_or_else(|| Failure::invalid("Invalid page token"))?;
            tables.partition_point(|table| table.name <= name)
        }
    };
    let size = asked.max_results.unwrap_or(PAGE_TABLES).clamp(1, PAGE_TABLES);
    let end = (begin + size).min(tables.len());
    let entry = |table: &&Table| {
        json!({
            "kind": "bigquery#table",
            "id": id(dataset, &table.name),
            "tableReference": reference(dataset, table),
            "type": "TABLE",
            "timePartitioning": { "type": "DAY" },
        })
    };
    let mut reply = json!({ "kind": "bigquery#tableList", "totalItems": tables.len() });
    if begin < end {
        reply["tables"] = tables[begin..end].iter().map(entry).collect();
    }
    if end < tables.len() && begin < end {
        reply["nextPageToken"] = json!(URL_SAFE_NO_PAD.encode(&tables[end - 1].name));
    }
    Ok(reply)
}
