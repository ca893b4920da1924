//! The connector of what an organisation is billed for Actions.

mod wire;

use std::collections::BTreeMap;

use async_trait::async_trait;
use github_client::{GithubClient, Tally};
use model::records::{CiBillMonth, Record};
use model::{Instant, Month};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use source::{Batch, Context, ErrorKind, Expected, Scope, Source, SourceError, Usage, Window};

use wire::Bill;

/// Months that the first import reads, the open one included: the provider keeps no more.
const MONTHS: i32 = 24;
/// So many months before the open one may still change.
const OPEN_MONTHS: i32 = 2;

/// What an organisation is billed for Actions, by day, repository and kind of machine.
///
/// The subject is the organisation.
#[derive(Debug)]
pub struct BillSource {
    client: GithubClient,
    org: String,
    /// Empty for usage that belongs to none.
    cost_centers: Vec<String>,
    surveyed_at: Instant,
}

impl BillSource {
    /// The bill of an organisation, and of those of its cost centres by their ids: usage that belongs to a cost centre is on
    /// no other bill.
    ///
    /// `surveyed_at` is the time of the import: it decides which month is open, and dates what is read.
    pub fn new(client: GithubClient, org: &str, cost_centers: &[String], surveyed_at: Instant) -> Self {
        let cost_centers = std::iter::once(String::new()).chain(cost_centers.iter().cloned()).collect();
        Self { client, org: org.to_owned(), cost_centers, surveyed_at }
    }

    /// The months to read of a cost centre, and whether the cursor moves with them: not past months that are left out.
    fn months(&self, kept: &Kept, cost_center: &str, window: Window) -> (Vec<Month>, bool) {
        let open = Month::of(self.surveyed_at);
        let first = open.plus(1 - MONTHS);
        let known = kept.0.get(cost_center).copied().filter(|_| !window.full);
        let wanted = known.map_or(first, |month| month.min(open).plus(-OPEN_MONTHS).max(first));
        let begin = window.since.map_or(wanted, |since| Month::of(since).max(wanted).min(open));
        let months = (begin.number()..=open.number()).filter_map(Month::from_number).collect();
        (months, begin == wanted)
    }
}

/// The last month that was read, by cost centre.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Kept(BTreeMap<String, Month>);

impl Kept {
    /// Reads a stored cursor. One that cannot be read counts as none.
    fn read(stored: Option<&str>) -> Self {
        stored.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}

#[async_trait]
impl Source for BillSource {
    fn scope(&self) -> Scope {
        Scope::CiBill
    }

    fn subject(&self) -> &str {
        &self.org
    }

    fn label(&self) -> &str {
        &self.org
    }

    /// A call for each month of each cost centre. How many lines there are is not known.
    fn expected(&self, window: Window, cursor: Option<&str>) -> Expected {
        let kept = Kept::read(cursor);
        let months = |cost_center: &String| self.months(&kept, cost_center, window).0.len() as u64;
        let calls = self.cost_centers.iter().map(months).sum();
        Expected { records: calls, calls, points: 0 }
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        let mut kept = Kept::read(context.cursor.as_deref());
        let mut tally = Tally::new(context, self.surveyed_at);
        tally.usage.full = kept.0.is_empty() || context.window.full;
        let mut failed: Option<SourceError> = None;
        for cost_center in &self.cost_centers {
            match self.cost_center(cost_center, &mut kept, &mut tally, context).await {
                Ok(()) => {}
                // Another cost centre may be there.
                Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::NoAccess) => {
                    failed.get_or_insert(self.explained(error, cost_center));
                }
                Err(error) => return Err(error),
            }
        }
        match failed {
            Some(error) => Err(error),
            None => tally.into_result(&format!("bill of CI of {}", self.org)),
        }
    }
}

impl BillSource {
    async fn cost_center(
        &self,
        cost_center: &str,
        kept: &mut Kept,
        tally: &mut Tally<'_>,
        context: &Context<'_>,
    ) -> Result<(), SourceError> {
        let (months, moves_cursor) = self.months(kept, cost_center, context.window);
        if !moves_cursor {
            let begin = months.first().map(|first| first.start());
            tally.usage.covered_from = tally.usage.covered_from.max(begin);
        }
        for month in months {
            if context.cancel.is_cancelled() {
                return Err(SourceError::new(ErrorKind::Cancelled, "interrupted between two months"));
            }
            let bill = self.month(cost_center, month, tally, context).await?;
            if moves_cursor {
                kept.0.insert(cost_center.to_owned(), month);
            }
            let cursor = serde_json::to_string(kept).expect("texts can always be written as JSON");
            let batch = Batch {
                scope: Scope::CiBill,
                subject: self.org.clone(),
                records: vec![Record::CiBillMonth(Box::new(bill))],
                cursor: Some(cursor).filter(|_| moves_cursor),
                observed_at: self.surveyed_at,
                full_crawl: None,
            };
            tally.commit(batch, &self.org, None)?;
        }
        Ok(())
    }

    async fn month(
        &self,
        cost_center: &str,
        month: Month,
        tally: &mut Tally<'_>,
        context: &Context<'_>,
    ) -> Result<CiBillMonth, SourceError> {
        let what = format!("the bill of CI of {} of {month}", self.org);
        let (year, number) = (month.year().to_string(), month.month().to_string());
        let mut query = vec![("year", year.as_str()), ("month", number.as_str())];
        if !cost_center.is_empty() {
            query.push(("cost_center_id", cost_center));
        }
        let path = ["organizations", &self.org, "settings", "billing", "usage"];
        // Amounts are read from the text: as numbers of the machine they would be others.
        let reply =
            self.client.rest_page::<Box<RawValue>>(&what, &path, &query, context.progress, &context.cancel).await?;
        tally.usage.calls += reply.calls;
        let host = self.client.host();
        let bill = Bill { org: &self.org, cost_center, month, host: &host };
        bill.read(reply.data.get()).map_err(|why| {
            let message = format!("reading {what}: GitHub's answer is not of its documented form: {why}");
            SourceError::new(ErrorKind::UnexpectedResponse, message).in_request(reply.request_id)
        })
    }

    /// What to do about a bill that may not be read.
    fn explained(&self, error: SourceError, cost_center: &str) -> SourceError {
        let org = &self.org;
        let message = if cost_center.is_empty() {
            format!(
                "what {org} is billed for CI may not be read: give the token the permission Administration: read of the \
                 organisation, or one of an owner or billing manager; until then costs are estimates ({})",
                error.message
            )
        } else {
            format!(
                "what the cost centre {cost_center} of {org} is billed for CI may not be read: check ci.cost_centers, and that the \
                 token has the permission Administration: read of the organisation ({})",
                error.message
            )
        };
        SourceError { message, ..error }
    }
}
