//! Reports in the manner of dimagi/dora, out of the store.

use dora_compat::{BotPolicy, Gathering, Pulls, Question, Report};
use http_api::DoraReports;
use model::Instant;
use model::kinds::Scope;
use store::{Store, StoreError};

use crate::clock;

/// Reads what is reported out of a store.
#[derive(Debug)]
pub(crate) struct StoredReports {
    url: String,
}

impl StoredReports {
    pub(crate) fn new(url: String) -> Self {
        Self { url }
    }

    fn written(&self, question: &Question) -> Result<String, StoreError> {
        // Opened for each question: another store may have taken its place.
        let store = Store::open_existing(&self.url)?;
        let pulls = Pulls::read(store.cursor(Scope::Repositories, Pulls::SUBJECT)?.as_deref());
        let mut gathering = Gathering::new(&pulls, None, None);
        store.merged_pull_requests(&gathering.branches(), &mut |record| gathering.pull_request(&record))?;
        for record in store.deployments_to(&gathering.environments())? {
            gathering.deployment(&record);
        }
        for record in store.published_releases()? {
            gathering.release(&record);
        }
        Ok(Report::new(&gathering.into_rows(), question).to_json())
    }
}

impl DoraReports for StoredReports {
    fn now(&self) -> Instant {
        clock::now()
    }

    fn report(&self, now: Instant, weeks: u32, exclude_bots: bool) -> Result<String, String> {
        let bots = if exclude_bots { BotPolicy::ExcludeAll } else { BotPolicy::Default };
        self.written(&Question { now, weeks, bots, metrics: Vec::new() })
            .map_err(|error| command_line::with_causes(&error))
    }
}
