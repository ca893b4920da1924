//! `cloud_costs.csv`.

use model_derive::RawTable;
use serde::{Deserialize, Serialize};

use crate::kinds::ChargeCategory;
use crate::{Amount, Instant, Month};

/// What the clouds bill, by month. Costs of different currencies are never added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(
    table = "cloud_costs",
    key("month", "provider", "account", "service", "charge_category", "currency"),
    columns = BillLineColumns,
    in_rows
)]
pub struct BillLine {
    /// Provider: `azure`, `gcp`, or its name in a FOCUS file.
    #[raw(original, code, engine, required)]
    pub provider: String,
    /// Service by the provider's name.
    #[raw(original, code, engine, required)]
    pub service: String,
    /// Month of the bill, as its first day.
    #[raw(original, engine, required)]
    pub month: Month,
    /// What is billed, net of credits, with all digits.
    #[raw(name = "cost", original, engine, required)]
    pub net: Amount,
    /// Currency of the three amounts.
    #[raw(original, code, engine)]
    pub currency: String,
    /// Subscription, billing account or FOCUS sub account, empty for rows of the original tool.
    #[raw(code, engine)]
    pub account: String,
    /// Kind of charge: `Usage`, `Purchase`, `Tax`, `Credit`, `Adjustment`, empty where unknown.
    #[raw(engine)]
    pub charge_category: ChargeCategory,
    /// Charges before credits.
    #[raw(engine)]
    pub gross: Amount,
    /// Credits, usually negative.
    #[raw(engine)]
    pub credits: Amount,
    /// Whether it was read 5 days or more after the end of the month, when bills no longer change.
    pub settled: bool,
    /// Up to when the month was known.
    #[raw(engine)]
    pub observed_at: Option<Instant>,
    /// Subject of the import that it came from: `azure/…`, `gcp/…`, `focus/…`.
    #[raw(code, engine)]
    pub source: String,
}
