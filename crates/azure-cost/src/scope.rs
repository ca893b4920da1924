//! Scopes of Cost Management: subscription, resource group, management group, billing account or profile.

use std::fmt;

use source::{ErrorKind, SourceError};

/// A subscription, a resource group, a management group, a billing account or a billing profile.
///
/// ```
/// use azure_cost::CostScope;
///
/// let subscription = CostScope::parse("b1a2c3d4-0000-4000-8000-000000000001").unwrap();
/// assert_eq!(subscription.account(), "b1a2c3d4-0000-4000-8000-000000000001");
/// let group = CostScope::parse("/providers/microsoft.management/managementgroups/acme/").unwrap();
/// assert_eq!(group.account(), "providers/Microsoft.Management/managementGroups/acme");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CostScope {
    kind: Kind,
    path: String,
    /// The last id of the path.
    id: String,
    /// The id before it, where there is one.
    parent: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Subscription,
    ResourceGroup,
    ManagementGroup,
    BillingAccount,
    BillingProfile,
}

/// The shapes of paths: fixed names, and `None` for ids.
const SHAPES: [(Kind, &[Option<&str>]); 5] = [
    (Kind::Subscription, &[Some("subscriptions"), None]),
    (Kind::ResourceGroup, &[Some("subscriptions"), None, Some("resourceGroups"), None]),
    (Kind::ManagementGroup, &[Some("providers"), Some("Microsoft.Management"), Some("managementGroups"), None]),
    (Kind::BillingAccount, &[Some("providers"), Some("Microsoft.Billing"), Some("billingAccounts"), None]),
    (
        Kind::BillingProfile,
        &[Some("providers"), Some("Microsoft.Billing"), Some("billingAccounts"), None, Some("billingProfiles"), None],
    ),
];

impl CostScope {
    /// Reads the id of a subscription, or a scope's path: `subscriptions/{id}`, `subscriptions/{id}/resourceGroups/{name}`,
    /// `providers/Microsoft.Management/managementGroups/{id}`, `providers/Microsoft.Billing/billingAccounts/{id}`, and that
    /// with `/billingProfiles/{id}`. Slashes at the ends and upper case in the fixed names do not matter.
    ///
    /// Anything else is [`ErrorKind::NotFound`], which says what is expected.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        let trimmed = text.trim();
        let segments: Vec<&str> = if trimmed.contains('/') {
            trimmed.trim_matches('/').split('/').collect()
        } else {
            vec!["subscriptions", trimmed]
        };
        SHAPES.iter().find_map(|(kind, shape)| Self::shaped(*kind, shape, &segments)).ok_or_else(|| {
            SourceError::new(
                ErrorKind::NotFound,
                format!(
                    "`{text}` is no scope of Azure costs: write the id of a subscription, or \
                     subscriptions/ID/resourceGroups/NAME, providers/Microsoft.Management/managementGroups/ID, or \
                     providers/Microsoft.Billing/billingAccounts/ID with or without /billingProfiles/ID"
                ),
            )
        })
    }

    fn shaped(kind: Kind, shape: &[Option<&str>], segments: &[&str]) -> Option<Self> {
        if shape.len() != segments.len() {
            return None;
        }
        let (mut path, mut ids) = (Vec::new(), Vec::new());
        for (fixed, segment) in shape.iter().zip(segments) {
            match fixed {
                Some(name) if name.eq_ignore_ascii_case(segment) => path.push(*name),
                None if is_id(segment) => {
                    path.push(segment);
                    ids.push((*segment).to_owned());
                }
                _ => return None,
            }
        }
        let id = ids.pop()?;
        Some(Self { kind, path: path.join("/"), id, parent: ids.pop().unwrap_or_default() })
    }

    /// What the ledger calls it: a subscription's id, else the path.
    pub fn account(&self) -> &str {
        if self.kind == Kind::Subscription { &self.id } else { &self.path }
    }

    /// The path below the endpoint, without slashes at the ends.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where the configuration names it.
    pub(crate) fn setting(&self) -> &'static str {
        if self.kind == Kind::Subscription { "azure.subscriptions or AZURE_SUBSCRIPTION_ID" } else { "azure.scopes" }
    }

    /// The role that may read its costs.
    pub(crate) fn role(&self) -> &'static str {
        match self.kind {
            Kind::Subscription | Kind::ResourceGroup | Kind::ManagementGroup => "Cost Management Reader",
            Kind::BillingAccount => "Billing account reader",
            Kind::BillingProfile => "Billing profile reader",
        }
    }

    /// `api-version` of what describes it; each belongs to another service.
    pub(crate) fn description_version(&self) -> &'static str {
        match self.kind {
            Kind::Subscription => "2022-12-01",
            Kind::ResourceGroup => "2021-04-01",
            Kind::ManagementGroup | Kind::BillingAccount | Kind::BillingProfile => "2020-05-01",
        }
    }
}

impl fmt::Display for CostScope {
    /// As people say it: `subscription b1a2…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, parent) = (&self.id, &self.parent);
        match self.kind {
            Kind::Subscription => write!(f, "subscription {id}"),
            Kind::ResourceGroup => write!(f, "resource group {id} of subscription {parent}"),
            Kind::ManagementGroup => write!(f, "management group {id}"),
            Kind::BillingAccount => write!(f, "billing account {id}"),
            Kind::BillingProfile => write!(f, "billing profile {id} of billing account {parent}"),
        }
    }
}

/// Letters, digits and the signs that Azure allows in ids and names; no path of its own.
fn is_id(text: &str) -> bool {
    let allowed = |letter: char| letter.is_alphanumeric() || "-_.:~()".contains(letter);
    !text.is_empty() && text.chars().all(allowed) && text.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_scope_is_read_and_spelled_as_azure_does() {
        for (text, account, shown) in [
            ("0af1-9", "0af1-9", "subscription 0af1-9"),
            (" /subscriptions/0af1-9/ ", "0af1-9", "subscription 0af1-9"),
            (
                "Subscriptions/s1/resourcegroups/rg-(a)_1",
                "subscriptions/s1/resourceGroups/rg-(a)_1",
                "resource group rg-(a)_1 of subscription s1",
            ),
            (
                "providers/microsoft.management/managementGroups/acme",
                "providers/Microsoft.Management/managementGroups/acme",
                "management group acme",
            ),
            (
                "providers/Microsoft.Billing/billingAccounts/a:b_2019-05-31",
                "providers/Microsoft.Billing/billingAccounts/a:b_2019-05-31",
                "billing account a:b_2019-05-31",
            ),
            (
                "providers/Microsoft.Billing/billingAccounts/a/billingProfiles/P-1",
                "providers/Microsoft.Billing/billingAccounts/a/billingProfiles/P-1",
                "billing profile P-1 of billing account a",
            ),
        ] {
            let scope = CostScope::parse(text).expect(text);
            assert_eq!((scope.account(), scope.to_string().as_str()), (account, shown));
        }
    }

    #[test]
    fn anything_else_is_refused_and_says_what_is_expected() {
        for text in [
            "",
            "/",
            "..",
            "a b",
            "subscriptions/",
            "subscriptions/../x",
            "subscriptions/a/resourceGroups",
            "subscriptions/a/resourceGroups/b/providers/c",
            "providers/Microsoft.Management/managementGroups/",
            "providers/Microsoft.Other/managementGroups/a",
            "a?api-version=1",
            "a#b",
            "https://management.azure.com/subscriptions/a",
        ] {
            let error = CostScope::parse(text).expect_err(text);
            assert!(error.message.contains("is no scope of Azure costs"), "{error}");
        }
    }
}
