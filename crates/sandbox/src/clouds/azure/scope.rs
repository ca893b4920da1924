//! Scopes of Azure: the path of a request that a query is about.

use std::ops::Range;

use super::error::refuse;
use crate::clouds::bills::Bills;
use crate::server::reply::Reply;

/// A scope: some of the subscriptions, or a resource group of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    /// As in the address, in lower case, without slashes around it.
    pub(crate) path: String,
    /// Indices of the subscriptions.
    pub(crate) subscriptions: Range<usize>,
    /// Only this resource group.
    pub(crate) resource_group: Option<String>,
}

/// The scope of a path; 404 when there is none of that name.
pub(crate) fn parse(bills: &Bills, path: &str) -> Result<Scope, Reply> {
    let path = path.trim_matches('/').to_ascii_lowercase();
    let parts: Vec<&str> = path.split('/').collect();
    let all = 0..bills.subscriptions().len();
    let (subscriptions, resource_group) = match parts.as_slice() {
        ["subscriptions", id] => (subscription(bills, id)?, None),
        ["subscriptions", id, "resourcegroups", group] => (subscription(bills, id)?, Some((*group).to_owned())),
        ["providers", "microsoft.management", "managementgroups", id] if *id == bills.management_group() => (all, None),
        ["providers", "microsoft.billing", "billingaccounts", id] if *id == bills.azure_billing_account() => {
            (all, None)
        }
        _ => return Err(refuse(404, "NotFound", &format!("The scope '/{path}' was not found."))),
    };
    Ok(Scope { path, subscriptions, resource_group })
}

fn subscription(bills: &Bills, id: &str) -> Result<Range<usize>, Reply> {
    let index = bills.subscriptions().iter().position(|known| known.eq_ignore_ascii_case(id));
    let index = index
        .ok_or_else(|| refuse(404, "SubscriptionNotFound", &format!("The subscription '{id}' could not be found.")))?;
    Ok(index..index + 1)
}
