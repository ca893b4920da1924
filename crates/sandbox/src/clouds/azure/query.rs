//! The definition of a query, read and checked.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use model::{Instant, Month};
use serde::Deserialize;

use super::columns::{Dimension, Measure};
use super::error::bad_request;
use crate::server::reply::Reply;

/// Prices to sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum CostType {
    /// As billed.
    ActualCost,
    /// Commitments spread over their term.
    AmortizedCost,
    /// As billed, use only.
    Usage,
}

/// Rows by time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum Granularity {
    /// One for the whole time.
    #[default]
    None,
    /// One for each day.
    Daily,
    /// One for each month.
    Monthly,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Definition {
    #[serde(rename = "type")]
    cost_type: CostType,
    timeframe: String,
    time_period: Option<TimePeriod>,
    dataset: Dataset,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TimePeriod {
    from: String,
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dataset {
    #[serde(default)]
    granularity: Granularity,
    #[serde(default)]
    aggregation: BTreeMap<String, Aggregation>,
    #[serde(default)]
    grouping: Vec<Grouping>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Aggregation {
    name: String,
    function: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Grouping {
    #[serde(rename = "type")]
    kind: String,
    name: String,
}

/// A query that can be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) cost_type: CostType,
    pub(crate) from: NaiveDate,
    /// The last day that counts.
    pub(crate) to: NaiveDate,
    pub(crate) granularity: Granularity,
    pub(crate) measures: Vec<Measure>,
    pub(crate) grouping: Vec<Dimension>,
}

/// Reads a query; 400 when it is wrong, or asks for something that this simulation does not know.
pub(crate) fn parse(body: &[u8]) -> Result<Query, Reply> {
    let definition: Definition =
        serde_json::from_slice(body).map_err(|error| bad_request(&format!("Invalid query definition: {error}")))?;
    let (from, to) = period(&definition)?;
    let Dataset { granularity, aggregation, grouping } = definition.dataset;
    let query = Query {
        cost_type: definition.cost_type,
        from,
        to,
        granularity,
        measures: aggregation.values().map(measure).collect::<Result<_, _>>()?,
        grouping: grouping.iter().map(dimension).collect::<Result<_, _>>()?,
    };
    query.check()?;
    Ok(query)
}

fn period(definition: &Definition) -> Result<(NaiveDate, NaiveDate), Reply> {
    let period = match (definition.timeframe.as_str(), &definition.time_period) {
        ("Custom", Some(period)) => period,
        ("Custom", None) => {
            return Err(bad_request("Invalid query definition: Missing timePeriod for Custom timeframe."));
        }
        (other, _) => {
            return Err(bad_request(&format!("Invalid query definition: timeframe '{other}' is not supported.")));
        }
    };
    let day = |text: &str| {
        let at = Instant::parse_date_or_rfc3339(text).and_then(Instant::to_chrono);
        at.map(|at| at.date_naive())
            .ok_or_else(|| bad_request(&format!("Invalid query definition: '{text}' is not a valid date.")))
    };
    Ok((day(&period.from)?, day(&period.to)?))
}

fn measure(aggregation: &Aggregation) -> Result<Measure, Reply> {
    if aggregation.function != "Sum" {
        let message = format!(
            "Invalid query definition: Invalid aggregation function '{}'; valid values: 'Sum'.",
            aggregation.function
        );
        return Err(bad_request(&message));
    }
    Measure::from_name(&aggregation.name).ok_or_else(|| {
        let message = format!(
            "Invalid query definition: Invalid dataset aggregation name '{}'; valid values: 'Cost','PreTaxCost'.",
            aggregation.name
        );
        bad_request(&message)
    })
}

fn dimension(grouping: &Grouping) -> Result<Dimension, Reply> {
    let known = if grouping.kind == "Dimension" { Dimension::from_name(&grouping.name) } else { None };
    known.ok_or_else(|| {
        let names = Dimension::ALL.map(|dimension| format!("'{}'", dimension.name())).join(",");
        bad_request(&format!(
            "Invalid query definition: Invalid dataset grouping: {} '{}'; valid values: {names}.",
            grouping.kind, grouping.name
        ))
    })
}

impl Query {
    fn check(&self) -> Result<(), Reply> {
        let wrong = |message: &str| Err(bad_request(&format!("Invalid query definition: {message}")));
        if self.from > self.to {
            return wrong("The timePeriod ends before it begins.");
        }
        if self.measures.is_empty() || self.measures.len() > 2 {
            return wrong("The dataset needs one or two aggregations.");
        }
        if self.grouping.len() > 2 {
            return wrong("At most 2 grouping columns are allowed.");
        }
        let days = (self.to - self.from).num_days() + 1;
        match self.granularity {
            Granularity::Daily if days > 31 => {
                wrong("The time period for pulling the data cannot exceed 31 days for daily data.")
            }
            // A year of whole months; a day more is the thirteenth month.
            Granularity::Monthly if self.months() > 12 => {
                wrong("The time period for pulling the data cannot exceed 12 months for monthly data.")
            }
            _ => Ok(()),
        }
    }

    /// Query units that it costs: one for each month that it touches.
    pub(crate) fn months(&self) -> u64 {
        let number = |day: NaiveDate| Month::new(day.year(), day.month()).map_or(0, Month::number);
        (number(self.to) - number(self.from) + 1).max(1) as u64
    }
}
