//! Generated bills: every charge of every day, and what the invoices say.

mod azure;
mod catalogue;
mod google;
mod journal;
mod money;

use model::{Amount, Instant, Month};

use super::charge::{AzureCharge, GoogleCharge};
use crate::random::mix;
use journal::Journal;

/// Which bills to generate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillOptions {
    /// The same seed and options give the same bills.
    pub seed: u64,
    /// Nothing is used after this instant: the provider's present at most.
    pub end: Instant,
    /// Whole months of history before the month of `end`.
    pub months: u32,
    /// Number of Azure subscriptions.
    pub subscriptions: usize,
    /// Currency of the Azure subscriptions.
    pub azure_currency: String,
    /// Currency of Google's billing account.
    pub google_currency: String,
}

impl Default for BillOptions {
    /// Two subscriptions in EUR and a billing account in USD over 30 months and the running one, up to
    /// 2026-10-30T18:00:00Z.
    fn default() -> Self {
        Self {
            seed: 1,
            end: Instant::from_seconds(1_793_383_200),
            months: 30,
            subscriptions: 2,
            azure_currency: "EUR".to_owned(),
            google_currency: "USD".to_owned(),
        }
    }
}

impl BillOptions {
    /// The first month with charges.
    pub(crate) fn first_month(&self) -> Month {
        Month::of(self.end).plus(-(self.months as i32))
    }
}

/// What an invoice says, or will say, of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// `azure` or `gcp`.
    pub provider: &'static str,
    /// Id of the subscription or of the billing account.
    pub account: String,
    /// Month of the invoice.
    pub month: Month,
    /// Currency of the three amounts.
    pub currency: String,
    /// Charges before credits.
    pub gross: Amount,
    /// Credits, zero or below.
    pub credits: Amount,
    /// What is to be paid.
    pub net: Amount,
}

/// All bills of a simulated organisation.
pub struct Bills {
    options: BillOptions,
    tenant: String,
    client: String,
    subscriptions: Vec<String>,
    google_account: String,
    /// By subscription, day and service.
    azure: Vec<AzureCharge>,
    /// By time of export.
    google: Vec<GoogleCharge>,
    billed: Journal,
    amortized: Journal,
}

impl Bills {
    /// Generates bills. Deterministic: equal options give equal bills.
    pub fn generate(options: &BillOptions) -> Self {
        let mut bills = Self {
            options: options.clone(),
            tenant: guid(options.seed, 0),
            client: guid(options.seed, 1),
            subscriptions: (0..options.subscriptions).map(|index| guid(options.seed, 2 + index as u64)).collect(),
            google_account: billing_account(options.seed),
            azure: Vec::new(),
            google: Vec::new(),
            billed: Journal::default(),
            amortized: Journal::default(),
        };
        azure::charge(&mut bills);
        google::charge(&mut bills);
        bills
    }

    /// The provider's present at most.
    pub fn end(&self) -> Instant {
        self.options.end
    }

    /// The options that they were generated from.
    pub fn options(&self) -> &BillOptions {
        &self.options
    }

    /// Charges of Azure, by subscription (in the order of [`Bills::subscriptions`]) and day.
    pub fn azure_charges(&self) -> &[AzureCharge] {
        &self.azure
    }

    /// Rows of Google's billing export, by time of export.
    pub fn google_charges(&self) -> &[GoogleCharge] {
        &self.google
    }

    /// Ids of the Azure subscriptions.
    pub fn subscriptions(&self) -> &[String] {
        &self.subscriptions
    }

    /// What the portal calls a subscription; `None` for an unknown id.
    pub fn subscription_name(&self, id: &str) -> Option<String> {
        const NAMES: [&str; 4] = ["Production", "Development", "Data", "Sandbox"];
        let index = self.subscriptions.iter().position(|known| known.eq_ignore_ascii_case(id))?;
        let name = NAMES[index % NAMES.len()];
        Some(if index < NAMES.len() { name.to_owned() } else { format!("{name} {}", index / NAMES.len() + 1) })
    }

    /// Charges of one subscription.
    pub(crate) fn azure_charges_of(&self, subscription: usize) -> &[AzureCharge] {
        let id = self.subscriptions[subscription].as_str();
        let position = |charge: &AzureCharge| self.subscriptions.iter().position(|known| *known == charge.subscription);
        let begin = self.azure.partition_point(|charge| position(charge) < Some(subscription));
        let rest = &self.azure[begin..];
        &rest[..rest.partition_point(|charge| charge.subscription == id)]
    }

    /// Id of Azure's tenant.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Id of an application in Azure's tenant.
    pub fn client(&self) -> &str {
        &self.client
    }

    /// Id of the management group that all subscriptions belong to.
    pub fn management_group(&self) -> &'static str {
        "acme-all"
    }

    /// Id of Azure's billing account that all subscriptions belong to.
    pub fn azure_billing_account(&self) -> &'static str {
        "7654321"
    }

    /// Google's billing account, like `01ABCD-234567-89EFAB`.
    pub fn google_account(&self) -> &str {
        &self.google_account
    }

    /// Google's project that holds the export.
    pub fn google_project(&self) -> &'static str {
        "acme-billing"
    }

    /// Data set of the export.
    pub fn google_dataset(&self) -> &'static str {
        "billing_export"
    }

    /// Location of the data set.
    pub fn google_location(&self) -> &'static str {
        "EU"
    }

    /// What the invoices say at an instant, of charges known by then, counted while the charges were made.
    /// By provider, account, month and currency; months without any charge known are absent.
    pub fn invoices(&self, at: Instant) -> Vec<Invoice> {
        self.billed.invoices(at)
    }

    /// The same with Azure's commitments spread over their term, as its `AmortizedCost` has them; Azure only.
    pub fn amortized(&self, at: Instant) -> Vec<Invoice> {
        self.amortized.invoices(at)
    }
}

/// An id in the form of a GUID, version 4.
fn guid(seed: u64, number: u64) -> String {
    let high = mix(mix(seed) ^ number);
    let low = mix(high ^ 0xA5A5);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xFFFF,
        high & 0xFFF,
        (low >> 48) & 0x3FFF | 0x8000,
        low & 0xFFFF_FFFF_FFFF
    )
}

/// An id in the form of a Google billing account.
fn billing_account(seed: u64) -> String {
    let digits = mix(mix(seed) ^ 0x6060);
    format!("01{:04X}-{:06X}-{:06X}", digits >> 48, (digits >> 24) & 0xFF_FFFF, digits & 0xFF_FFFF)
}
