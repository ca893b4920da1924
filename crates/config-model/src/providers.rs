//! Configuration of billing sources: the keys `azure` and `gcp`.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::scalar::absent_if_null;

/// The key `azure`: bills of Azure subscriptions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Azure {
    /// Ids of subscriptions; the variable `AZURE_SUBSCRIPTION_ID` (separated by commas) goes above it.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub subscriptions: Vec<String>,
    /// Other billing scopes: `providers/Microsoft.Management/managementGroups/ID`,
    /// `providers/Microsoft.Billing/billingAccounts/ID`.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub scopes: Vec<String>,
    /// Directory (tenant) id; `AZURE_TENANT_ID` goes above it.
    #[serde(default)]
    pub tenant_id: Option<String>,
    /// Application (client) id; `AZURE_CLIENT_ID` goes above it.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Client secret; `AZURE_CLIENT_SECRET` goes above it and is the better place. Without one: workload identity,
    /// managed identity, or the Azure CLI's login.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// Where tokens come from, <https://login.microsoftonline.com> by default; `AZURE_AUTHORITY_HOST` goes above it.
    #[serde(default)]
    pub authority_host: Option<String>,
    /// Resource manager, <https://management.azure.com> by default; `AZURE_ENDPOINT` goes above it.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Version of the Cost Management API.
    #[serde(default)]
    pub api_version: Option<String>,
    /// Costs as billed (`actual`, default), or with commitments spread over their term (`amortized`).
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<CostType>")]
    pub cost_type: CostType,
}

/// Which of Azure's costs are imported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CostType {
    /// As billed.
    #[default]
    Actual,
    /// Commitments are spread over their term.
    Amortized,
}

/// The key `gcp`: bills of a Google Cloud billing account, from its export to BigQuery.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gcp {
    /// Project in which the query runs; `GCP_PROJECT_ID` goes above it.
    #[serde(default)]
    pub project_id: Option<String>,
    /// Billing account, `01AB23-CD45EF-678901`; `GCP_BILLING_ACCOUNT` goes above it.
    #[serde(default)]
    pub billing_account: Option<String>,
    /// Dataset of the export, `billing_export` by default; `PROJECT.DATASET` where it is in another project.
    #[serde(default)]
    pub billing_dataset: Option<String>,
    /// Table of the export, by default the standard one of the billing account.
    #[serde(default)]
    pub billing_table: Option<String>,
    /// Credentials of any type, as JSON text or as a file with it; `GCP_SERVICE_ACCOUNT_JSON` goes above it.
    /// Without: gcloud's well-known file, else the metadata server.
    #[serde(default, alias = "service_account_file")]
    pub service_account_json: Option<Secret>,
    /// Location of the dataset, by default what the table says; `GCP_BIGQUERY_LOCATION` goes above it.
    #[serde(default)]
    pub bigquery_location: Option<String>,
    /// BigQuery, <https://bigquery.googleapis.com> by default; `BIGQUERY_ENDPOINT` goes above it.
    #[serde(default)]
    pub bigquery_endpoint: Option<String>,
    /// Most bytes that one query may be billed for.
    #[serde(default)]
    pub maximum_bytes_billed: Option<u64>,
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Secret(String);

impl Secret {
    /// A secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for whoever has to send it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    /// A wrong type is told without the value.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self).map_err(|_| serde::de::Error::custom("expected a text in quotes"))
    }
}
