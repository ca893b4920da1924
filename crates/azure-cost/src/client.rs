//! The client that all sources of one tenant share.

use std::sync::Arc;
use std::time::Duration;

use source::{Clock, SourceError};

use crate::buckets;
use crate::session::Session;
use crate::settings::Settings;

/// A client of one tenant's Cost Management. Clones share the identity and the query units.
#[derive(Clone)]
pub struct AzureClient {
    pub(crate) session: Arc<Session>,
}

impl AzureClient {
    /// Reads the settings and makes no request: no certificates are loaded before the first one.
    ///
    /// `clock` paces and waits; the months come from the provider's own time.
    /// Refuses addresses that would leak the credential, and credentials that can never work, with
    /// [`ErrorKind::Unauthorized`](source::ErrorKind::Unauthorized).
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, SourceError> {
        Ok(Self { session: Arc::new(Session::new(settings, clock)?) })
    }

    /// How long so many query units take at least under the configured quota, when nobody else asks.
    pub fn expected_wait(&self, units: u64) -> Duration {
        buckets::expected_wait(units, self.session.settings.quota)
    }
}

impl std::fmt::Debug for AzureClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AzureClient").field("settings", &self.session.settings).finish_non_exhaustive()
    }
}
