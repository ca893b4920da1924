//! Wire types: replies of BigQuery, as far as they are used.

use serde::Deserialize;

/// A table, by `tables.get`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Table {
    pub(crate) location: Option<String>,
    pub(crate) time_partitioning: Option<TimePartitioning>,
    /// `TABLE`, `VIEW`, …
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
}

/// How a table is cut into days.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TimePartitioning {
    /// The column that it is cut by; none where it is the day of arrival.
    pub(crate) field: Option<String>,
    /// Milliseconds after which a day is deleted.
    pub(crate) expiration_ms: Option<String>,
}

/// A page of `tables.list`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct TableList {
    pub(crate) tables: Vec<ListedTable>,
    pub(crate) next_page_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedTable {
    pub(crate) table_reference: TableReference,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TableReference {
    pub(crate) table_id: String,
}

/// An answer of `jobs.query` or `jobs.getQueryResults`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Results {
    pub(crate) job_complete: bool,
    pub(crate) job_reference: Option<JobReference>,
    pub(crate) schema: Option<Schema>,
    pub(crate) rows: Vec<Row>,
    pub(crate) total_rows: Option<String>,
    pub(crate) page_token: Option<String>,
    pub(crate) total_bytes_processed: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobReference {
    pub(crate) job_id: String,
    pub(crate) location: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Schema {
    #[serde(default)]
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Field {
    pub(crate) name: String,
}

/// A row: its cells in the order of the schema.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    #[serde(rename = "f", default)]
    pub(crate) cells: Vec<Cell>,
}

/// A cell: all values are texts or null.
#[derive(Debug, Deserialize)]
pub(crate) struct Cell {
    #[serde(rename = "v", default)]
    pub(crate) value: Option<String>,
}

/// The body of a refusal.
#[derive(Debug, Deserialize)]
pub(crate) struct Failed {
    pub(crate) error: FailedError,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FailedError {
    pub(crate) message: String,
    pub(crate) status: String,
    pub(crate) errors: Vec<FailedDetail>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FailedDetail {
    pub(crate) reason: String,
}
