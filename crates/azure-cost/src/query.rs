//! The request body of a Cost Management query.

use model::Month;
use serde::Serialize;

use crate::settings::CostType;

/// Monthly sums by service and kind of charge.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    r#type: &'static str,
    timeframe: &'static str,
    time_period: Period,
    dataset: Dataset,
}

#[derive(Serialize)]
struct Period {
    from: String,
    to: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dataset {
    granularity: &'static str,
    aggregation: Aggregation,
    grouping: [Grouping; 2],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Aggregation {
    total_cost: Sum,
}

#[derive(Serialize)]
struct Sum {
    name: &'static str,
    function: &'static str,
}

#[derive(Serialize)]
struct Grouping {
    r#type: &'static str,
    name: &'static str,
}

/// The body of a query of the months `first` to `last`, both included.
pub(crate) fn body(cost_type: CostType, first: Month, last: Month) -> String {
    let dimension = |name| Grouping { r#type: "Dimension", name };
    let last_day = last.first_day() + chrono::Days::new(u64::try_from(last.days() - 1).unwrap_or(0));
    let query = Query {
        r#type: cost_type.name(),
        timeframe: "Custom",
        time_period: Period { from: format!("{first}-01T00:00:00Z"), to: format!("{last_day}T23:59:59Z") },
        dataset: Dataset {
            granularity: "Monthly",
            aggregation: Aggregation { total_cost: Sum { name: "Cost", function: "Sum" } },
            grouping: [dimension("ServiceName"), dimension("ChargeType")],
        },
    };
    serde_json::to_string(&query).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_query_asks_for_whole_months_by_service_and_charge_type() {
        let month = |text| Month::parse(text).expect("valid");
        let body: Value =
            serde_json::from_str(&body(CostType::Amortized, month("2023-03"), month("2024-02"))).expect("JSON");
        let expected = json!({
            "type": "AmortizedCost",
            "timeframe": "Custom",
            "timePeriod": {"from": "2023-03-01T00:00:00Z", "to": "2024-02-29T23:59:59Z"},
            "dataset": {
                "granularity": "Monthly",
                "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
                "grouping": [
                    {"type": "Dimension", "name": "ServiceName"},
                    {"type": "Dimension", "name": "ChargeType"},
                ],
            },
        });
        assert_eq!(body, expected);
    }
}
