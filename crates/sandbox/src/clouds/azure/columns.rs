//! Columns of Cost Management: what is summed and what it is grouped by.

use crate::clouds::charge::AzureCharge;

/// A sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Cost,
    PreTaxCost,
}

impl Measure {
    /// The measure of an aggregation's name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Cost, Self::PreTaxCost].into_iter().find(|measure| measure.name() == name)
    }

    /// Name of the column.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cost => "Cost",
            Self::PreTaxCost => "PreTaxCost",
        }
    }

    /// Whether a charge counts.
    pub(crate) fn counts(self, charge: &AzureCharge) -> bool {
        self == Self::Cost || charge.charge_type != "tax"
    }
}

/// What rows are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dimension {
    ServiceName,
    ChargeType,
    SubscriptionId,
    ResourceGroup,
}

impl Dimension {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::ServiceName, Self::ChargeType, Self::SubscriptionId, Self::ResourceGroup];

    /// The dimension of a grouping's name; Azure does not mind the case.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name().eq_ignore_ascii_case(name))
    }

    /// Name of the column.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ServiceName => "ServiceName",
            Self::ChargeType => "ChargeType",
            Self::SubscriptionId => "SubscriptionId",
            Self::ResourceGroup => "ResourceGroup",
        }
    }

    /// Value of a charge.
    pub(crate) fn value(self, charge: &AzureCharge) -> String {
        match self {
            Self::ServiceName => charge.service.clone(),
            Self::ChargeType => charge.charge_type.to_owned(),
            Self::SubscriptionId => charge.subscription.clone(),
            Self::ResourceGroup => resource_group(charge),
        }
    }
}

/// Every service has a resource group of its own.
pub(crate) fn resource_group(charge: &AzureCharge) -> String {
    if charge.service.is_empty() {
        return String::new();
    }
    format!("rg-{}", charge.service.to_ascii_lowercase().replace(' ', "-"))
}
