//! `GcpClient`: the client of BigQuery, shared by all sources.

use std::sync::Arc;

use source::{Clock, SourceError};

use crate::credentials::Surroundings;
use crate::session::Session;
use crate::settings::Settings;

/// A client of BigQuery for one billing account's export. Clones share token and calls.
#[derive(Clone)]
pub struct GcpClient {
    pub(crate) session: Arc<Session>,
}

impl GcpClient {
    /// A client on a clock, in the surroundings of this process. Sends nothing yet, and needs no certificates yet.
    ///
    /// Fails with `Unauthorized` when an address would leak the credentials (plain http to another machine) or the text
    /// of the key cannot be used, and with `NotFound` when a name is none: project, dataset, table, billing account.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, SourceError> {
        Self::with_surroundings(settings, clock, Surroundings::from_env())
    }

    /// As [`GcpClient::new`], with [`Credentials::Default`](crate::Credentials::Default) looked for elsewhere.
    pub fn with_surroundings(
        settings: Settings,
        clock: Arc<dyn Clock>,
        surroundings: Surroundings,
    ) -> Result<Self, SourceError> {
        Ok(Self { session: Arc::new(Session::new(settings, clock, surroundings)?) })
    }
}

impl std::fmt::Debug for GcpClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GcpClient")
            .field("endpoint", &self.session.address())
            .field("table", &self.session.table.to_string())
            .field("calls", &self.session.calls())
            .finish_non_exhaustive()
    }
}
