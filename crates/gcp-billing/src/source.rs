//! `GcpBillingSource`: the connector.

use async_trait::async_trait;
use model::Month;
use model::records::Record;
use provider::Asking;
use source::{Batch, Context, ErrorKind, Event, Expected, FullCrawl, Scope, Source, SourceError, Usage, Window};

use crate::client::GcpClient;
use crate::convert::{Costs, PROVIDER};
use crate::cursor::{self, Cursor};
use crate::table::Export;

/// Calls of an import that meets nothing unusual: the table, the query.
const USUAL_CALLS: u64 = 2;

/// The bills of one Google billing account, by invoice month, from its export to BigQuery.
#[derive(Debug)]
pub struct GcpBillingSource {
    client: GcpClient,
    subject: String,
    label: String,
}

impl GcpBillingSource {
    /// The bills of the client's billing account.
    pub fn new(client: GcpClient) -> Self {
        let account = &client.session.account;
        let (subject, label) = (format!("{PROVIDER}/{account}"), format!("Google billing account {account}"));
        Self { client, subject, label }
    }
}

#[async_trait]
impl Source for GcpBillingSource {
    fn scope(&self) -> Scope {
        Scope::CloudCosts
    }

    fn subject(&self) -> &str {
        &self.subject
    }

    fn label(&self) -> &str {
        &self.label
    }

    /// How many lines there are is not known before they are read: records are 0.
    fn expected(&self, _window: Window, _cursor: Option<&str>) -> Expected {
        Expected { records: 0, calls: USUAL_CALLS, points: 0 }
    }

    /// Reads the months with one query and hands them over in one batch: all of them or none.
    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        let outcome = self.import(context).await;
        outcome.map_err(|error| if error.kind == ErrorKind::Cancelled { cancelled() } else { error })
    }
}

/// The error of a run that the user ended.
fn cancelled() -> SourceError {
    SourceError::new(
        ErrorKind::Cancelled,
        "interrupted; nothing of these bills was stored, the next import reads them again",
    )
}

impl GcpBillingSource {
    async fn import(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        let session = &self.client.session;
        let asking = Asking { what: &self.label, progress: context.progress, cancel: &context.cancel };
        let calls = session.calls();
        if context.cancel.is_cancelled() {
            return Err(cancelled());
        }
        let export = session.find_export(asking).await?;
        let table = session.table.to_string();
        let known = Cursor::read(context.cursor.as_deref());
        let plan = cursor::plan(known.as_ref(), &table, context.window, export.at);
        let first = self.whole(plan.first, &export, context)?;
        let costs = session.costs(&export, first, asking).await?;
        for note in costs.notes(&table, plan.full) {
            context.progress.event(Event::Note(note));
        }
        let cursor = plan.moves_cursor.then(|| Cursor::after(&table, export.at).write());
        let records = self.hand_over(costs, cursor, export.at, context)?;
        let (calls, label) = (session.calls() - calls, &self.label);
        tracing::info!(records, calls, "bills of {label}: {records} lines since {first} in {calls} calls");
        Ok(Usage {
            records,
            calls,
            points: 0,
            full: plan.full,
            covered_from: Some(first.start()),
            covered_to: Some(export.at),
        })
    }

    /// The first month that the table still holds as a whole: one that has lost days must not replace what is stored.
    fn whole(&self, first: Month, export: &Export, context: &Context<'_>) -> Result<Month, SourceError> {
        let Some(whole_from) = export.whole_from.filter(|whole_from| *whole_from > first) else { return Ok(first) };
        let table = &self.client.session.table;
        if whole_from > Month::of(export.at) {
            return Err(SourceError::new(
                ErrorKind::Incomplete,
                format!(
                    "{table} has already deleted days of the running month: raise its partition expiration in \
                     BigQuery, best to never"
                ),
            ));
        }
        context.progress.event(Event::Note(format!(
            "{table} deletes its old days: months before {whole_from} are left as they are; set its partition \
             expiration to never to keep them"
        )));
        Ok(whole_from)
    }

    /// Commits the months. Gives the number of their lines.
    fn hand_over(
        &self,
        costs: Costs,
        cursor: Option<String>,
        at: model::Instant,
        context: &Context<'_>,
    ) -> Result<u64, SourceError> {
        let months = costs.into_months(&self.client.session.account, at);
        let lines = months.iter().map(|month| month.lines.len() as u64).sum();
        if context.cancel.is_cancelled() {
            return Err(cancelled());
        }
        context.sink.commit(Batch {
            scope: Scope::CloudCosts,
            subject: self.subject.clone(),
            records: months.into_iter().map(|month| Record::CloudMonth(Box::new(month))).collect(),
            cursor,
            observed_at: at,
            full_crawl: Some(FullCrawl { generation: context.generation, complete: false }),
        })?;
        context.progress.event(Event::Page {
            scope: Scope::CloudCosts,
            subject: self.label.clone(),
            records: lines,
            expected: Some(lines),
        });
        Ok(lines)
    }
}
