//! Single charges, as the providers keep them before anyone sums them up.

use chrono::NaiveDate;
use model::{Amount, Instant, Month};

/// One charge of an Azure subscription on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AzureCharge {
    /// Id of the subscription.
    pub subscription: String,
    /// `ServiceName`.
    pub service: String,
    /// `ChargeType`: `usage`, `purchase`, `refund`, `tax` or `roundingadjustment`.
    pub charge_type: &'static str,
    /// Day of use; the bill is that of its month.
    pub day: NaiveDate,
    /// Price.
    pub cost: Amount,
    /// Price when commitments are spread over their term: differs from `cost` for commitments only.
    pub amortized_cost: Amount,
    /// Currency of the subscription.
    pub currency: String,
    /// When Cost Management first shows it.
    pub known_at: Instant,
}

/// One row of the Google billing export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoogleCharge {
    /// `invoice.month`.
    pub invoice_month: Month,
    /// `cost_type`: `regular`, `tax`, `adjustment` or `rounding_error`.
    pub cost_type: &'static str,
    /// `service.id`.
    pub service_id: String,
    /// `service.description`.
    pub service: String,
    /// `sku.description`.
    pub sku: String,
    /// `project.id`; none for taxes and the like.
    pub project: Option<String>,
    /// Beginning of use.
    pub usage_start: Instant,
    /// End of use.
    pub usage_end: Instant,
    /// When the row came into the table; its day is the row's partition.
    pub export_time: Instant,
    /// Price before credits, at most nine decimals.
    pub cost: Amount,
    /// Currency of the billing account.
    pub currency: String,
    /// Credits against this row.
    pub credits: Vec<GoogleCredit>,
    /// Labels, which a careless join would multiply costs by.
    pub labels: Vec<(String, String)>,
}

/// A credit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoogleCredit {
    /// `name`.
    pub name: String,
    /// `type`: `COMMITTED_USAGE_DISCOUNT`, `SUSTAINED_USAGE_DISCOUNT`, `FREE_TIER`, `PROMOTION`, …
    pub kind: &'static str,
    /// Below zero, at most nine decimals.
    pub amount: Amount,
}
