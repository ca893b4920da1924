//! The header row: positions of the FOCUS columns, under all their names.

use csv::ByteRecord;

use crate::settings::CostColumn;

pub(crate) const PROVIDER: &str = "ProviderName";
pub(crate) const SERVICE_PROVIDER: &str = "ServiceProviderName";
pub(crate) const SUB_ACCOUNT: &str = "SubAccountId";
pub(crate) const BILLING_ACCOUNT: &str = "BillingAccountId";
pub(crate) const PERIOD_START: &str = "BillingPeriodStart";
pub(crate) const PERIOD_END: &str = "BillingPeriodEnd";
pub(crate) const CHARGE_START: &str = "ChargePeriodStart";
pub(crate) const CLASS: &str = "ChargeClass";
pub(crate) const SERVICE: &str = "ServiceName";
pub(crate) const CATEGORY: &str = "ChargeCategory";
pub(crate) const CURRENCY: &str = "BillingCurrency";

/// Columns that tell a FOCUS file from another one.
const TELLING: [&str; 14] = [
    "BilledCost",
    "EffectiveCost",
    "ListCost",
    "ContractedCost",
    CHARGE_START,
    PROVIDER,
    SERVICE_PROVIDER,
    SUB_ACCOUNT,
    BILLING_ACCOUNT,
    PERIOD_START,
    PERIOD_END,
    SERVICE,
    CATEGORY,
    CURRENCY,
];

/// Telling columns that a FOCUS file has at least.
const TOLD: usize = 5;

/// How many of the columns that tell a FOCUS file are there.
pub(crate) fn familiarity(header: &ByteRecord) -> usize {
    TELLING.iter().filter(|name| header.iter().any(|cell| is(cell, name))).count()
}

/// Positions of the columns that are read. Of provider and account, at least one of two is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns {
    pub(crate) provider: Option<usize>,
    pub(crate) service_provider: Option<usize>,
    pub(crate) sub_account: Option<usize>,
    pub(crate) billing_account: Option<usize>,
    /// `None` where the file does not say when charges begin.
    pub(crate) charge_start: Option<usize>,
    pub(crate) class: Option<usize>,
    pub(crate) period_start: usize,
    pub(crate) period_end: usize,
    pub(crate) service: usize,
    pub(crate) category: usize,
    pub(crate) currency: usize,
    pub(crate) cost: usize,
}

/// A header that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// A column is missing.
    Missing {
        /// Which.
        column: &'static str,
        /// Whether it looks like the header of a FOCUS file all the same.
        focus: bool,
    },
    /// A column stands there twice.
    Twice(&'static str),
}

impl Columns {
    /// Finds the columns. `ProviderName` is not needed where the settings name the provider.
    pub(crate) fn find(header: &ByteRecord, cost: CostColumn, provider_is_given: bool) -> Result<Self, Unusable> {
        let focus = familiarity(header) >= TOLD;
        let missing = |column| Unusable::Missing { column, focus };
        let needed = |name| optional(header, name)?.ok_or(missing(name));

        let (provider, service_provider) = (optional(header, PROVIDER)?, optional(header, SERVICE_PROVIDER)?);
        let (sub_account, billing_account) = (optional(header, SUB_ACCOUNT)?, optional(header, BILLING_ACCOUNT)?);
        let columns = Self {
            provider,
            service_provider,
            sub_account,
            billing_account,
            charge_start: optional(header, CHARGE_START)?,
            class: optional(header, CLASS)?,
            cost: needed(cost.name())?,
            currency: needed(CURRENCY)?,
            period_start: needed(PERIOD_START)?,
            period_end: needed(PERIOD_END)?,
            category: needed(CATEGORY)?,
            service: needed(SERVICE)?,
        };
        if provider.or(service_provider).is_none() && !provider_is_given {
            return Err(missing(PROVIDER));
        }
        if sub_account.or(billing_account).is_none() {
            return Err(missing(BILLING_ACCOUNT));
        }
        Ok(columns)
    }
}

fn optional(header: &ByteRecord, name: &'static str) -> Result<Option<usize>, Unusable> {
    let mut positions = header.iter().enumerate().filter(|(_, cell)| is(cell, name)).map(|(position, _)| position);
    let first = positions.next();
    if positions.next().is_some() { Err(Unusable::Twice(name)) } else { Ok(first) }
}

fn is(cell: &[u8], name: &str) -> bool {
    cell.trim_ascii().eq_ignore_ascii_case(name.as_bytes())
}
