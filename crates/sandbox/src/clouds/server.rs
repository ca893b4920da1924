//! The cloud servers on an address of their own.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;

use super::config::CloudConfig;
use super::counters::CloudCounters;
use super::fault::CloudFault;
use super::state::CloudState;
use super::{azure, google};
use crate::server::serving::Serving;

/// Routes of all clouds.
pub(crate) fn router(state: Arc<CloudState>) -> Router {
    Router::new().merge(azure::router()).merge(google::router()).with_state(state)
}

/// A running server of Azure Cost Management and BigQuery.
///
/// To serve GitHub on the same address take [`Config::clouds`](crate::server::Config::clouds).
pub struct CloudServer {
    serving: Serving,
    state: Arc<CloudState>,
}

impl CloudServer {
    /// Binds and begins to serve on the present runtime; port 0 takes a free one.
    pub async fn start(config: CloudConfig, listen: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let state = Arc::new(CloudState::new(&config));
        let serving = Serving::start(listener, router(Arc::clone(&state)))?;
        Ok(Self { serving, state })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.serving.address()
    }

    /// Base of all addresses, without a slash at the end: Azure's authority host and endpoint, BigQuery's endpoint.
    pub fn url(&self) -> String {
        format!("http://{}", self.serving.address())
    }

    /// What was counted so far.
    pub fn counters(&self) -> CloudCounters {
        self.state.counters()
    }

    /// Exchanges the faults; their calls are counted from one again.
    pub fn set_faults(&self, faults: &[CloudFault]) {
        self.state.set_faults(faults);
    }

    /// Moves the provider's date from the next request on, unless it goes by a clock.
    pub fn set_now(&self, now: model::Instant) {
        self.state.set_now(now);
    }

    /// Stops serving; requests in work get a second to end.
    pub async fn stop(self) {
        self.serving.stop().await;
    }
}
