//! The usage report of an organisation.

use std::collections::HashMap;

use chrono::Datelike as _;
use serde_json::{Value as Json, json};

use super::actions::refusal;
use crate::organisation::ci::COST_CENTER;
use crate::server::answer::State;
use crate::server::fault::FaultKind;
use crate::server::graphql::breaks;
use crate::server::prepared::Prepared;
use crate::server::reply::Reply;
use crate::view::CiUsage;

/// Answers for an organisation: usage of the present year unless another time is asked for, without what belongs to a cost
/// centre unless that one is asked for.
pub(super) fn usage(state: &State, prepared: &Prepared, org: &str, query: &str) -> Reply {
    if let Some(reply) = refusal(state, org, prepared.view.now) {
        return reply;
    }
    if !org.eq_ignore_ascii_case(&prepared.view.org) || state.occurs(FaultKind::UnknownOrg) {
        return Reply::message(404, "Not Found");
    }
    if state.occurs(FaultKind::NoBilling) {
        return Reply::message(403, "You do not have permission to view the billing usage of this organization.");
    }
    let asked: HashMap<&str, &str> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let cost_center = asked.get("cost_center_id").copied();
    if cost_center.is_some_and(|id| id != COST_CENTER) {
        return Reply::message(404, "Not Found");
    }
    let present = prepared.view.now.to_chrono().map_or(1970, |now| now.year());
    let year = asked.get("year").map_or(Some(present), |year| year.parse().ok());
    let month: Option<Option<u32>> = asked.get("month").map(|month| month.parse().ok());
    let (Some(year), false) = (year, month == Some(None)) else { return Reply::message(400, "Bad Request") };
    let is_asked = |usage: &&CiUsage| {
        let day = usage.day.to_chrono();
        let is_then =
            day.is_some_and(|day| day.year() == year && month.flatten().is_none_or(|month| day.month() == month));
        is_then && usage.cost_center == cost_center
    };
    let found: Vec<&CiUsage> = prepared.view.ci_usage.iter().filter(is_asked).collect();
    let mut items: Vec<Json> = found.iter().map(|usage| item(prepared, usage)).collect();
    // What is billed for other things is in the same report.
    items.extend(found.first().map(|usage| seats(prepared, usage)));
    let mut reply = Reply::json(200, &json!({ "usageItems": items }));
    if let Some(fault) = state.next_fault(|fault| breaks(fault).is_some()) {
        reply.breaks = breaks(&fault);
    }
    reply
}

/// A line, in one of the two ways in which names are written. Amounts are binary numbers, with what these lack.
fn item(prepared: &Prepared, usage: &CiUsage) -> Json {
    let (org, repository) = (&prepared.view.org, &prepared.view.repositories[usage.repository].name);
    let is_old = usage.day.seconds() / 86_400 % 2 == 0;
    let (quantity, price) = (usage.quantity.to_f64(), usage.price.to_f64());
    let (gross, discount) = (quantity * price, usage.discount.to_f64());
    let day = usage.day.to_rfc3339_seconds();
    json!({
        "date": if is_old { &day } else { &day[..10] },
        "product": if is_old { "Actions" } else { "actions" },
        "sku": if is_old { old_name(usage.sku) } else { format!("actions_{}", usage.sku) },
        "quantity": quantity,
        "unitType": if is_old && usage.unit == "minutes" { "Minutes" } else { usage.unit },
        "pricePerUnit": price,
        "grossAmount": gross,
        "discountAmount": discount,
        "netAmount": gross - discount,
        "organizationName": org,
        "repositoryName": if is_old { repository.clone() } else { format!("{org}/{repository}") },
    })
}

/// `Actions Linux 8-core` for `linux_8_core`.
fn old_name(sku: &str) -> String {
    let words = sku.replacen('_', " ", 1).replace('_', "-");
    let (first, rest) = words.split_at(1);
    format!("Actions {}{rest}", first.to_uppercase())
}

fn seats(prepared: &Prepared, usage: &CiUsage) -> Json {
    json!({
        "date": usage.day.to_rfc3339_seconds(),
        "product": "Copilot",
        "sku": "Copilot Business",
        "quantity": 12,
        "unitType": "user-months",
        "pricePerUnit": 19,
        "grossAmount": 228,
        "discountAmount": 0,
        "netAmount": 228,
        "organizationName": prepared.view.org,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_in_the_old_way() {
        assert_eq!(
            ["linux", "linux_8_core", "macos", "storage"].map(old_name),
            ["Actions Linux", "Actions Linux 8-core", "Actions Macos", "Actions Storage"]
        );
    }
}
