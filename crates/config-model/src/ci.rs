//! The key `ci`.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use model::Amount;
use model::ci::{CiRules, JobPrice, KEEP_DAYS, LEAST_KEEP_DAYS, MinuteRounding};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ConfigError;
use crate::scalar::{absent_if_null, source_text};

/// GitHub keeps runs and checks for 400 days at most.
const MONTHS: u32 = 13;
/// Months that can be asked for.
const ALLOWED: RangeInclusive<u32> = 1..=240;

/// The key `ci`. Where it is there, runs and bills of CI are imported without being asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ci {
    /// How the jobs of GitHub's runs are read: `batched` (default), those of twenty runs with a call; `exact`, a call for
    /// each run, which tells labels and waiting times of each job; `off`, not at all, and then those of GitLab neither.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<CiJobs>")]
    pub jobs: CiJobs,
    /// Ids of GitHub's cost centres, whose usage is on no other bill.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub cost_centers: Vec<String>,
    /// How many months of runs the first import reads, 13 by default, 240 at most. With more later the rest is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
    /// For how many days jobs are kept, 400 by default, 105 at least. What is rolled up of them is kept for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_days: Option<u32>,
    /// Prices of runners by their labels, which go before those of GitHub and GitLab: of larger runners, and of one's own
    /// machines, which have no price without.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<Price>>")]
    pub prices: Vec<Price>,
}

/// One entry of `ci.prices`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Labels, of which a job asks for at least one.
    #[serde(default, deserialize_with = "absent_if_null")]
    pub labels: Vec<String>,
    /// Price of a minute, `"0.031"` for example.
    #[serde(deserialize_with = "source_text")]
    pub per_minute: String,
    /// Currency of the price, `USD` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// First day, in UTC, of jobs that cost this; without it since ever. Of several prices of a label the one counts that
    /// began last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub from: Option<NaiveDate>,
    /// What becomes of a part of a minute: `up` (default), a whole one for each job, or `none`, its part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<Round>,
}

/// What becomes of a part of a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Round {
    /// It costs as a whole one, for each job.
    Up,
    /// It costs its part.
    None,
}

/// The key `ci.jobs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CiJobs {
    /// Those of twenty runs with a call.
    #[default]
    Batched,
    /// A call for each run.
    Exact,
    /// None.
    Off,
}

/// What of CI is imported, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiImport {
    /// How jobs are read.
    pub jobs: CiJobs,
    /// Cost centres that are asked for their bills.
    pub cost_centers: Vec<String>,
    /// Months of runs that the first import reads.
    pub months: u32,
    /// Days for which jobs are kept.
    pub keep_days: u32,
}

impl Ci {
    /// What is imported.
    pub fn import(&self) -> CiImport {
        let months = self.months.unwrap_or(MONTHS);
        let keep_days = self.keep_days.unwrap_or(KEEP_DAYS);
        CiImport { jobs: self.jobs, cost_centers: self.cost_centers.clone(), months, keep_days }
    }

    /// What is wrong although every key and type is right.
    pub(crate) fn check(&self, file: &str) -> Result<(), ConfigError> {
        if let Some(months) = self.months.filter(|months| !ALLOWED.contains(months)) {
            let message = format!("{months} is not between {} and {}", ALLOWED.start(), ALLOWED.end());
            return Err(ConfigError::at_key(file, "ci.months", message));
        }
        if let Some(days) = self.keep_days.filter(|days| *days < LEAST_KEEP_DAYS) {
            let message = format!(
                "{days} is below {LEAST_KEEP_DAYS}: the days until a run is settled, and those of what may have repaired its jobs"
            );
            return Err(ConfigError::at_key(file, "ci.keep_days", message));
        }
        for (index, id) in self.cost_centers.iter().enumerate() {
            let key = format!("ci.cost_centers[{index}]");
            if id.trim().is_empty() {
                let message = "a cost centre needs its id, as GitHub's settings of billing show it";
                return Err(ConfigError::at_key(file, &key, message));
            }
            if self.cost_centers[..index].contains(id) {
                return Err(ConfigError::at_key(file, &key, format!("the cost centre {id} is listed twice")));
            }
        }
        for (index, price) in self.prices.iter().enumerate() {
            let at_key = |name: &str, message: String| {
                Err(ConfigError::at_key(file, &format!("ci.prices[{index}].{name}"), message))
            };
            if price.labels.iter().all(|label| label.trim().is_empty()) {
                return at_key("labels", "a price needs the labels of the runners that cost it".to_owned());
            }
            match price.per_minute.parse::<Amount>() {
                Err(error) => return at_key("per_minute", format!("`{}` is {error}", price.per_minute)),
                Ok(amount) if amount.is_negative() => {
                    return at_key("per_minute", format!("{amount} is below 0"));
                }
                Ok(_) => {}
            }
            if price.currency.as_ref().is_some_and(|currency| currency.trim().is_empty()) {
                return at_key("currency", "write a currency, USD for example, or leave the key out".to_owned());
            }
        }
        Ok(())
    }

    /// The rules for a calculation. Prices that are none have been refused.
    pub(crate) fn rules(&self) -> CiRules {
        let price = |price: &Price| {
            Some(JobPrice {
                labels: price.labels.clone(),
                per_minute: price.per_minute.parse().ok()?,
                currency: price.currency.as_deref().map_or("USD", str::trim).to_owned(),
                from: price.from,
                round: match price.round {
                    Some(Round::None) => MinuteRounding::None,
                    Some(Round::Up) | None => MinuteRounding::Up,
                },
            })
        };
        CiRules { prices: self.prices.iter().filter_map(price).collect() }
    }
}
