//! The table of the export: where it is, and what is there in its place when it is not.

use model::{Instant, Month};
use provider::Asking;
use source::{ErrorKind, SourceError};

use crate::explain::Step;
use crate::names::{DETAILED_EXPORT, STANDARD_EXPORT, detailed_export, standard_export};
use crate::session::{Failure, Session};
use crate::wire::{Table, TableList};

/// Pages of a dataset's list of tables that are read at most.
const MOST_PAGES: u32 = 20;

/// The export, ready to be queried.
#[derive(Clone, Debug)]
pub(crate) struct Export {
    /// Where the table says that it is.
    pub(crate) location: Option<String>,
    /// Whether its rows are kept by their day of arrival, `_PARTITIONTIME`: not so with views and copies.
    pub(crate) by_arrival: bool,
    /// The first month of which no day is deleted yet, in a table that deletes its old days.
    pub(crate) whole_from: Option<Month>,
    /// The provider's time when the table was looked at.
    pub(crate) at: Instant,
}

impl Session {
    /// Looks for the table. Fails with what is there instead.
    pub(crate) async fn find_export(&self, asking: Asking<'_>) -> Result<Export, SourceError> {
        let name = &self.table;
        let url = self.url(&name.project, &["datasets", &name.dataset, "tables", &name.table]);
        match self.get::<Table>(&format!("the table {name}"), url, asking).await {
            Ok(reply) => self.checked_export(reply.data, reply.at),
            Err(Failure::Refused(refusal)) if refusal.status == 404 && !refusal.lacks_dataset() => {
                Err(self.instead(asking).await?)
            }
            Err(failure) => Err(self.explained(failure, Step::Looking, None)),
        }
    }

    fn checked_export(&self, table: Table, at: Instant) -> Result<Export, SourceError> {
        if let (Some(asked), Some(said)) = (&self.location, &table.location)
            && !asked.eq_ignore_ascii_case(said)
        {
            return Err(SourceError::new(
                ErrorKind::NotFound,
                format!(
                    "gcp.bigquery_location (GCP_BIGQUERY_LOCATION) is {asked}, but {} is in {said}: set it to \
                     {said}, or leave it out",
                    self.table
                ),
            ));
        }
        let is_table = table.kind.as_deref().is_none_or(|kind| kind == "TABLE");
        let days = table.time_partitioning.filter(|_| is_table);
        let by_arrival = days.as_ref().is_some_and(|days| days.field.is_none());
        let kept = days.and_then(|days| days.expiration_ms).and_then(|kept| kept.parse::<i64>().ok());
        let whole_from = kept.map(|kept| whole_from(at, kept));
        Ok(Export { location: table.location, by_arrival, whole_from, at })
    }

    /// What is in the dataset, as an error that says what to set.
    async fn instead(&self, asking: Asking<'_>) -> Result<SourceError, SourceError> {
        let tables = self.list_tables(asking).await?;
        let holds = |name: &str| tables.iter().any(|table| table == name);
        let (dataset, wanted) = (self.dataset(), &self.table.table);
        let (standard, detailed) = (standard_export(&self.account), detailed_export(&self.account));
        let foreign = tables.iter().find(|table| is_export(table));
        let remedy = if wanted != &standard && holds(&standard) {
            format!("{standard} is: set gcp.billing_table to it, or leave it out")
        } else if wanted != &detailed && holds(&detailed) {
            format!(
                "only the detailed export {detailed} is: set gcp.billing_table to it, since it holds all that the \
                 standard export holds"
            )
        } else if let Some(foreign) = foreign {
            format!(
                "{foreign} is, which belongs to another billing account: check gcp.billing_account \
                 (GCP_BILLING_ACCOUNT) and gcp.billing_dataset"
            )
        } else {
            let count = tables.len();
            format!(
                "no billing export is, among its tables ({count}): enable the standard usage cost export to BigQuery \
                 in Google's billing console, or set gcp.billing_dataset to the dataset that it goes to"
            )
        };
        Ok(SourceError::new(
            ErrorKind::NotFound,
            format!("the table {wanted} is not in the dataset {dataset}; {remedy}"),
        ))
    }

    async fn list_tables(&self, asking: Asking<'_>) -> Result<Vec<String>, SourceError> {
        let what = format!("the tables of the dataset {}", self.dataset());
        let mut names = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut url = self.url(&self.table.project, &["datasets", &self.table.dataset, "tables"]);
            url.query_pairs_mut().append_pair("maxResults", "1000");
            if let Some(token) = &token {
                url.query_pairs_mut().append_pair("pageToken", token);
            }
            let page = self.get::<TableList>(&what, url, asking).await;
            let page = page.map_err(|failure| self.explained(failure, Step::Looking, None))?.data;
            names.extend(page.tables.into_iter().map(|table| table.table_reference.table_id));
            token = page.next_page_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break;
            }
        }
        Ok(names)
    }
}

/// The first month that began after what is deleted by now.
fn whole_from(at: Instant, kept_milliseconds: i64) -> Month {
    let deleted = Instant::from_micros(at.micros().saturating_sub(kept_milliseconds.saturating_mul(1000)));
    Month::of(deleted).plus(1)
}

fn is_export(table: &str) -> bool {
    table.starts_with(STANDARD_EXPORT) || table.starts_with(DETAILED_EXPORT)
}
