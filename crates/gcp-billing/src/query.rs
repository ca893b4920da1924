//! Running the query: its job, its pages, its rows.

use std::collections::HashSet;

use model::Month;
use provider::{Asking, Url, after, between, sleep};
use source::{ErrorKind, SourceError};

use crate::convert::Costs;
use crate::explain::Step;
use crate::session::{Failure, Session};
use crate::sql;
use crate::table::Export;
use crate::wire::{JobReference, Results};

/// Pages of one query, at most; rows of a bill are summed by month and service.
const MOST_PAGES: u32 = 10_000;

/// Pages without a row that lead on, at most.
const MOST_EMPTY_PAGES: u32 = 10;

impl Session {
    /// Asks for all invoice months from `first` on, and reads the answer to its end.
    pub(crate) async fn costs(&self, export: &Export, first: Month, asking: Asking<'_>) -> Result<Costs, SourceError> {
        let explained = |failure| self.explained(failure, Step::Querying, export.location.as_deref());
        let request = sql::request(self, export, first);
        let url = self.url(&self.project, &["queries"]);
        let what = format!("the query over {}", self.table);
        let mut page = self.post::<Results>(&what, url, request, asking).await.map_err(explained)?.data;
        if !page.job_complete {
            page = self.poll(page, export, asking).await?;
        }
        if let Some(bytes) = &page.total_bytes_processed {
            tracing::debug!(bytes = bytes.as_str(), "the query over {} processed {bytes} bytes", self.table);
        }
        let job = page.job_reference.clone();
        let mut costs = Costs::new(page.schema.as_ref(), first)?;
        let (mut number, mut read, mut empty, mut seen) = (1, 0_u64, 0, HashSet::new());
        let total = total_rows(&page);
        loop {
            read += page.rows.len() as u64;
            costs.add(&page.rows, number)?;
            let Some(token) = page.page_token.take().filter(|token| !token.is_empty()) else { break };
            empty += u32::from(page.rows.is_empty());
            if total.is_some_and(|total| read > total) || empty > MOST_EMPTY_PAGES || number >= MOST_PAGES {
                let total = total.map_or_else(|| "some".to_owned(), |total| total.to_string());
                return Err(unexpected(&format!(
                    "BigQuery announced {total} rows of costs, sent {read} on {number} pages and offers more"
                )));
            }
            if !seen.insert(token.clone()) {
                return Err(unexpected(&format!("page {number} of the costs leads back to an earlier page")));
            }
            number += 1;
            let job = named(job.as_ref())?;
            let url = self.results_url(job, export, Some(&token));
            let what = format!("page {number} of the costs");
            page = self.get::<Results>(&what, url, asking).await.map_err(explained)?.data;
        }
        match total {
            Some(total) if total != read => {
                Err(unexpected(&format!("BigQuery announced {total} rows of costs and sent {read}")))
            }
            _ => Ok(costs),
        }
    }

    /// Waits for a query that was not done when it was asked. `first` is what came instead of rows.
    async fn poll(&self, first: Results, export: &Export, asking: Asking<'_>) -> Result<Results, SourceError> {
        let job = named(first.job_reference.as_ref())?.clone();
        let until = after(self.connection.clock().now(), self.querying.patience);
        for asked in 1.. {
            let delay = self.querying.poll_delay_before(asked);
            sleep(delay, self.connection.clock(), asking.cancel).await?;
            let what = format!("the rows of the query over {}", self.table);
            let page = self.get::<Results>(&what, self.results_url(&job, export, None), asking).await;
            let page =
                page.map_err(|failure: Failure| self.explained(failure, Step::Querying, export.location.as_deref()))?;
            if page.data.job_complete {
                return Ok(Results { job_reference: page.data.job_reference.or(Some(job)), ..page.data });
            }
            if between(self.connection.clock().now(), until).is_zero() {
                break;
            }
        }
        let minutes = self.querying.patience.as_secs() / 60;
        Err(SourceError::new(
            ErrorKind::Unavailable,
            format!("the query over {} was not done within {minutes} minutes: import again later", self.table),
        ))
    }

    fn results_url(&self, job: &JobReference, export: &Export, token: Option<&str>) -> Url {
        let mut url = self.url(&self.project, &["queries", &job.job_id]);
        let mut pairs = url.query_pairs_mut();
        pairs.append_pair("maxResults", &self.querying.page_size.to_string());
        pairs.append_pair("timeoutMs", &self.querying.server_wait.as_millis().to_string());
        let location = job.location.as_ref().or(export.location.as_ref()).or(self.location.as_ref());
        if let Some(location) = location {
            pairs.append_pair("location", location);
        }
        if let Some(token) = token {
            pairs.append_pair("pageToken", token);
        }
        drop(pairs);
        url
    }
}

fn named(job: Option<&JobReference>) -> Result<&JobReference, SourceError> {
    job.ok_or_else(|| unexpected("BigQuery's answer to the query names no job to read the rest from"))
}

fn total_rows(page: &Results) -> Option<u64> {
    page.total_rows.as_ref().and_then(|rows| rows.parse().ok())
}

fn unexpected(message: &str) -> SourceError {
    SourceError::new(ErrorKind::UnexpectedResponse, format!("{message}: import again, and report it if it stays"))
}
