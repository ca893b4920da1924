//! Rows of the billing export and the columns that queries read from them.

use std::sync::Arc;

use chrono::NaiveDate;
use model::{Amount, Instant};

use super::super::charge::GoogleCharge;
use super::value::{Type, Value};

/// Time that a row is without a partition, in the streaming buffer, after its export.
const STREAMING_BUFFER_SECONDS: i64 = 600;

/// A row of an export table: a charge, or the part of it that one resource caused.
#[derive(Clone, Debug)]
pub(crate) struct ExportRow {
    pub(crate) charge: Arc<GoogleCharge>,
    account: Arc<str>,
    cost: f64,
    credits: Vec<f64>,
    resource: Option<String>,
}

impl ExportRow {
    fn new(charge: &Arc<GoogleCharge>, account: &Arc<str>, cost: &Amount, has_credits: bool) -> Self {
        let credits =
            if has_credits { charge.credits.iter().map(|credit| credit.amount.to_f64()).collect() } else { Vec::new() };
        Self { charge: Arc::clone(charge), account: Arc::clone(account), cost: cost.to_f64(), credits, resource: None }
    }

    /// The row of the standard export.
    pub(crate) fn standard(charge: &Arc<GoogleCharge>, account: &Arc<str>) -> Self {
        Self::new(charge, account, &charge.cost, true)
    }

    /// The rows of the detailed export: charges of a cent and more in a project are split over two resources, whose
    /// costs add up to the charge. The credits stand at the first.
    pub(crate) fn detailed(charge: &Arc<GoogleCharge>, account: &Arc<str>) -> Vec<Self> {
        let half: Amount = charge.cost.scaled(1, 2).and_then(|half| half.to_cents().parse().ok()).unwrap_or_default();
        let Some(project) = charge.project.as_ref().filter(|_| !half.is_zero()) else {
            return vec![Self::standard(charge, account)];
        };
        let mut first = Self::new(charge, account, &half, true);
        first.resource = Some(format!("projects/{project}/instances/a"));
        let mut second = Self::new(charge, account, &(&charge.cost - &half), false);
        second.resource = Some(format!("projects/{project}/instances/b"));
        vec![first, second]
    }

    /// When it came into the table.
    pub(crate) fn export_time(&self) -> Instant {
        self.charge.export_time
    }
}

/// A row as a query sees it.
#[derive(Clone, Copy)]
pub(crate) struct RowView<'a> {
    pub(crate) row: &'a ExportRow,
    /// The simulated now.
    pub(crate) now: Instant,
    /// What the star of a wildcard stood for.
    pub(crate) suffix: &'a str,
}

impl RowView<'_> {
    /// Its day of export; none while it is in the streaming buffer.
    pub(crate) fn partition(self) -> Option<NaiveDate> {
        let exported = self.row.export_time();
        let settled = self.now.seconds() - exported.seconds() >= STREAMING_BUFFER_SECONDS;
        exported.to_chrono().filter(|_| settled).map(|at| at.date_naive())
    }
}

/// A column without fields of its own, or a field of a column.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    /// Names from the column down, with dots.
    pub(crate) path: &'static str,
    pub(crate) kind: Type,
    pub(crate) read: fn(RowView<'_>) -> Value,
    /// Whether it must be asked for by name and costs nothing to read.
    pub(crate) is_pseudo: bool,
}

fn leaf(path: &'static str, kind: Type, read: fn(RowView<'_>) -> Value) -> Leaf {
    Leaf { path, kind, read, is_pseudo: false }
}

fn text(path: &'static str, read: fn(RowView<'_>) -> Value) -> Leaf {
    leaf(path, Type::Text, read)
}

fn nothing(_: RowView<'_>) -> Value {
    Value::Null
}

fn no_elements(_: RowView<'_>) -> Value {
    Value::Array(Vec::new())
}

fn owned(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn optional(value: Option<&str>) -> Value {
    value.map_or(Value::Null, owned)
}

fn texts(names: &[&'static str]) -> Type {
    Type::Array(Box::new(Type::Struct(names.iter().map(|name| (*name, Type::Text)).collect())))
}

/// Columns of the standard export.
pub(crate) fn standard_columns() -> Vec<Leaf> {
    let mut leaves = vec![
        text("billing_account_id", |view| owned(&view.row.account)),
        text("service.id", |view| owned(&view.row.charge.service_id)),
        text("service.description", |view| owned(&view.row.charge.service)),
        text("sku.id", |view| Value::Text(sku_id(&view.row.charge.sku))),
        text("sku.description", |view| owned(&view.row.charge.sku)),
        leaf("usage_start_time", Type::Timestamp, |view| Value::Timestamp(view.row.charge.usage_start)),
        leaf("usage_end_time", Type::Timestamp, |view| Value::Timestamp(view.row.charge.usage_end)),
    ];
    leaves.extend(project_columns());
    leaves.extend([
        leaf("labels", texts(&["key", "value"]), read_labels),
        leaf("system_labels", texts(&["key", "value"]), no_elements),
        text("location.location", |view| optional(view.row.charge.project.as_ref().map(|_| "europe-west1"))),
        text("location.country", |view| optional(view.row.charge.project.as_ref().map(|_| "BE"))),
        text("location.region", |view| optional(view.row.charge.project.as_ref().map(|_| "europe-west1"))),
        text("location.zone", nothing),
        leaf("export_time", Type::Timestamp, |view| Value::Timestamp(view.row.charge.export_time)),
        leaf("cost", Type::Float64, |view| Value::Float(view.row.cost)),
        text("currency", |view| owned(&view.row.charge.currency)),
        leaf("currency_conversion_rate", Type::Float64, |_| Value::Float(1.0)),
        leaf("usage.amount", Type::Float64, nothing),
        text("usage.unit", nothing),
        leaf("usage.amount_in_pricing_units", Type::Float64, nothing),
        text("usage.pricing_unit", nothing),
        leaf("credits", credits_type(), read_credits),
        text("invoice.month", |view| Value::Text(view.row.charge.invoice_month.to_string().replace('-', ""))),
        text("invoice.publisher_type", |_| owned("GOOGLE")),
        text("cost_type", |view| owned(view.row.charge.cost_type)),
        text("adjustment_info.id", nothing),
        text("adjustment_info.description", nothing),
        text("adjustment_info.mode", nothing),
        text("adjustment_info.type", nothing),
        leaf("tags", texts(&["key", "value", "namespace"]), no_elements),
        leaf("cost_at_list", Type::Float64, |view| Value::Float(view.row.cost)),
        text("transaction_type", |_| owned("GOOGLE")),
        text("seller_name", |_| owned("Google LLC")),
    ]);
    leaves.extend(pseudo_columns());
    leaves
}

fn project_columns() -> Vec<Leaf> {
    vec![
        text("project.id", |view| optional(view.row.charge.project.as_deref())),
        text("project.number", |view| optional(view.row.charge.project.as_ref().map(|_| "100000000001"))),
        text("project.name", |view| optional(view.row.charge.project.as_deref())),
        leaf("project.labels", texts(&["key", "value"]), no_elements),
        text("project.ancestry_numbers", nothing),
        leaf("project.ancestors", texts(&["resource_name", "display_name"]), no_elements),
    ]
}

/// Columns of the detailed export.
pub(crate) fn detailed_columns() -> Vec<Leaf> {
    let mut leaves = standard_columns();
    leaves.push(text("resource.name", |view| optional(view.row.resource.as_deref())));
    leaves.push(text("resource.global_name", |view| {
        view.row.resource.as_ref().map_or(Value::Null, |name| Value::Text(format!("//compute.googleapis.com/{name}")))
    }));
    leaves
}

/// Columns of the price list.
pub(crate) fn pricing_columns() -> Vec<Leaf> {
    let kept = ["billing_account_id", "service.id", "service.description", "sku.id", "sku.description", "export_time"];
    let mut leaves = standard_columns();
    leaves.retain(|leaf| leaf.is_pseudo || kept.contains(&leaf.path));
    leaves.push(text("account_currency_code", |view| owned(&view.row.charge.currency)));
    leaves
}

fn pseudo_columns() -> [Leaf; 3] {
    let pseudo = |path, kind, read| Leaf { path, kind, read, is_pseudo: true };
    [
        pseudo("_PARTITIONTIME", Type::Timestamp, |view| {
            let midnight = view.partition().and_then(|day| day.and_hms_opt(0, 0, 0));
            midnight.map_or(Value::Null, |at| Value::Timestamp(Instant::from(at.and_utc())))
        }),
        pseudo("_PARTITIONDATE", Type::Date, |view| view.partition().map_or(Value::Null, Value::Date)),
        pseudo("_TABLE_SUFFIX", Type::Text, |view| owned(view.suffix)),
    ]
}

fn credits_type() -> Type {
    Type::Array(Box::new(Type::Struct(vec![
        ("name", Type::Text),
        ("amount", Type::Float64),
        ("full_name", Type::Text),
        ("id", Type::Text),
        ("type", Type::Text),
    ])))
}

fn read_credits(view: RowView<'_>) -> Value {
    let credits = view.row.charge.credits.iter().zip(&view.row.credits);
    let element = |(credit, amount): (&super::super::charge::GoogleCredit, &f64)| {
        let name = owned(&credit.name);
        Value::Struct(vec![name.clone(), Value::Float(*amount), name.clone(), name, owned(credit.kind)])
    };
    Value::Array(credits.map(element).collect())
}

fn read_labels(view: RowView<'_>) -> Value {
    let element = |(key, value): &(String, String)| Value::Struct(vec![owned(key), owned(value)]);
    Value::Array(view.row.charge.labels.iter().map(element).collect())
}

/// Three groups of four, always the same for the same SKU.
fn sku_id(name: &str) -> String {
    let hash = fnv(name);
    format!("{:04X}-{:04X}-{:04X}", hash & 0xffff, (hash >> 16) & 0xffff, (hash >> 32) & 0xffff)
}

/// FNV-1a: scatters texts, always the same way.
pub(crate) fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
