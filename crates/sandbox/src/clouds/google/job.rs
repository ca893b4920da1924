//! Jobs: queries that have been run, their results page by page.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

use super::super::state::lock;
use super::failure::Failure;
use super::request::{ALL_ROWS, Asked};
use super::sql::Outcome;

/// Rows on a page at most, however many are asked for: BigQuery's limit is one of bytes, but pages end as suddenly.
pub(crate) const PAGE_ROWS: usize = 200;
/// Jobs that are kept.
const MOST_JOBS: usize = 100;
/// Multi-regions, whose jobs are found without a word about their location.
const MULTI_REGIONS: [&str; 2] = ["US", "EU"];

/// A job.
#[derive(Clone)]
pub(crate) struct Job {
    project: String,
    id: String,
    location: String,
    outcome: Arc<Outcome>,
    /// Times that one still has to ask in vain.
    polls: u64,
}

/// Jobs by the order of their making.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<BTreeMap<u64, Job>>);

impl Jobs {
    /// Keeps the result of a query, to be asked for `polls` times in vain.
    pub(crate) fn add(&self, number: u64, project: &str, location: &str, outcome: Outcome, polls: u64) -> Job {
        let job = Job {
            project: project.to_owned(),
            id: format!("job_{number:08}"),
            location: location.to_owned(),
            outcome: Arc::new(outcome),
            polls,
        };
        let mut jobs = lock(&self.0);
        jobs.insert(number, job.clone());
        while jobs.len() > MOST_JOBS {
            jobs.pop_first();
        }
        job
    }

    /// `jobs.getQueryResults`.
    pub(crate) fn results(&self, project: &str, id: &str, asked: &Asked) -> Result<Json, Failure> {
        let mut jobs = lock(&self.0);
        let found = jobs.values_mut().find(|job| job.id == id).filter(|job| match &asked.location {
            Some(location) => location.eq_ignore_ascii_case(&job.location),
            None => MULTI_REGIONS.contains(&job.location.as_str()),
        });
        let job = found.ok_or_else(|| Failure::not_found(&format!("Job {project}:{id}")))?;
        if job.polls > 0 {
            job.polls -= 1;
            return Ok(job.incomplete("bigquery#getQueryResultsResponse"));
        }
        job.page("bigquery#getQueryResultsResponse", asked)
    }
}

impl Job {
    /// The reply of a job that is still running.
    pub(crate) fn incomplete(&self, kind: &str) -> Json {
        json!({ "kind": kind, "jobReference": self.reference(), "jobComplete": false })
    }

    fn reference(&self) -> Json {
        json!({ "projectId": self.project, "jobId": self.id, "location": self.location })
    }

    /// A page of the result.
    pub(crate) fn page(&self, kind: &str, asked: &Asked) -> Result<Json, Failure> {
        let total = self.outcome.rows.len();
        let begin = match &asked.page_token {
            None => 0,
            Some(token) => self.offset(token).ok_or_else(|| Failure::invalid("Invalid page token"))?,
        };
        let end = begin.saturating_add(asked.max_results.unwrap_or(ALL_ROWS).min(PAGE_ROWS)).min(total);
        let rows: Json = self.outcome.rows[begin..end]
            .iter()
            .map(|row| json!({ "f": row.iter().map(|value| value.cell(asked.timestamps)).collect::<Vec<_>>() }))
            .collect();
        let mut reply = json!({
            "kind": kind,
            "schema": schema(&self.outcome),
            "jobReference": self.reference(),
            "totalRows": total.to_string(),
            "totalBytesProcessed": self.outcome.bytes.to_string(),
            "jobComplete": true,
            "cacheHit": false,
        });
        if begin < end {
            reply["rows"] = rows;
        }
        if end < total {
            reply["pageToken"] = json!(URL_SAFE_NO_PAD.encode(format!("{}:{end}", self.id)));
        }
        Ok(reply)
    }

    fn offset(&self, token: &str) -> Option<usize> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (id, offset) = text.split_once(':')?;
        offset.parse().ok().filter(|offset| id == self.id && *offset <= self.outcome.rows.len())
    }
}

/// The schema of a result.
pub(crate) fn schema(outcome: &Outcome) -> Json {
    let fields: Json = outcome.columns.iter().map(|(name, kind)| kind.field(name)).collect();
    json!({ "fields": fields })
}
