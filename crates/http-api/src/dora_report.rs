//! The report of dimagi/dora, for its dashboard.

use std::fmt::Debug;
use std::ops::RangeInclusive;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use model::Instant;
use model::instant::MICROS_PER_SECOND;

use crate::answer::Answer;
use crate::problem::Problem;
use crate::query::{choice, one_of, pairs, unknown_parameter};
use crate::routing::Routes;
use crate::shared::Shared;

/// Whoever writes reports in the manner of dimagi/dora. Called on a thread that may wait.
pub trait DoraReports: Debug + Send + Sync {
    /// The time that weeks are counted back from.
    fn now(&self) -> Instant;

    /// The report as JSON on the weeks before an instant; without bots in any metric, or as each metric has it.
    ///
    /// # Errors
    /// The data cannot be read; why, for logs.
    fn report(&self, now: Instant, weeks: u32, exclude_bots: bool) -> Result<String, String>;
}

/// Where it is.
pub(crate) const PATH: &str = "/api/v1/delivery/dora-report.json";

/// Weeks that may be asked for: ten years.
pub(crate) const WEEKS: RangeInclusive<u32> = 1..=520;
/// Weeks where none are asked for.
pub(crate) const USUAL_WEEKS: u32 = 12;
/// Names and values of the parameters.
pub(crate) const PARAMETERS: [&str; 2] = ["exclude_bots", "weeks"];
pub(crate) const TRUTH: [&str; 2] = ["false", "true"];

/// A report is made anew after so long: weeks are counted back from the begin of such a span.
const SPAN: i64 = 60 * MICROS_PER_SECOND;

pub(crate) fn add(routes: &mut Routes, shared: &Arc<Shared>) {
    let shared = Arc::clone(shared);
    routes.get(PATH, move |uri: Uri, headers: HeaderMap| {
        let shared = Arc::clone(&shared);
        async move { report(&shared, &headers, uri.query().unwrap_or_default()).await }
    });
}

async fn report(shared: &Arc<Shared>, headers: &HeaderMap, query: &str) -> Result<Response, Problem> {
    let (weeks, exclude_bots) = asked(query)?;
    let snapshot = shared.snapshot()?;
    let Some(reports) = shared.dora_reports.get().cloned() else {
        let detail = "this report is made from a store, and raw CSV files alone are served: load them with cto-import";
        return Err(Problem::new(StatusCode::NOT_FOUND, detail));
    };
    let now = Instant::from_micros(reports.now().micros().div_euclid(SPAN) * SPAN);
    let key = format!("dora-report|{weeks}|{exclude_bots}|{}", now.seconds());
    let computing = Arc::clone(shared);
    let make = || async move {
        let write = move || {
            reports.report(now, weeks, exclude_bots).map_err(|error| {
                tracing::error!("a report in the manner of dimagi/dora failed: {error}");
                Problem::internal()
            })
        };
        let text = computing.work(write).await?;
        Ok(Arc::new(Answer::new("application/json", text.into_bytes())))
    };
    let mut response = shared.answer(&snapshot, headers, key, make).await?;
    if shared.settings.dora_report_public {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    Ok(response)
}

/// Weeks, and whether bots are left out everywhere.
fn asked(query: &str) -> Result<(u32, bool), Problem> {
    let pairs = pairs(query)?;
    if let Some((unknown, _)) = pairs.iter().find(|(name, _)| !PARAMETERS.contains(&name.as_str())) {
        return Err(unknown_parameter(unknown, &PARAMETERS));
    }
    let weeks = match one_of(&pairs, "weeks")? {
        None => USUAL_WEEKS,
        Some(text) => text.parse().ok().filter(|weeks| WEEKS.contains(weeks)).ok_or_else(|| {
            let detail = format!("weeks must be a whole number from {} to {}", WEEKS.start(), WEEKS.end());
            Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", "weeks")
        })?,
    };
    let exclude_bots = choice(one_of(&pairs, "exclude_bots")?, "exclude_bots", &TRUTH)?;
    Ok((weeks, exclude_bots == Some("true")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_weeks_with_the_bots_of_each_metric_are_usual() {
        assert_eq!(asked("").expect("valid"), (12, false));
        assert_eq!(asked("weeks=4&exclude_bots=true").expect("valid"), (4, true));
        assert_eq!(asked("exclude_bots=false&weeks=520").expect("valid"), (520, false));
        for wrong in
            ["weeks=0", "weeks=521", "weeks=-1", "weeks=x", "weeks=1&weeks=2", "exclude_bots=1", "bots=exclude"]
        {
            assert!(asked(wrong).is_err(), "{wrong}");
        }
    }
}
