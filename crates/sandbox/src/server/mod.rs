//! An HTTP server that answers like GitHub's GraphQL API, and the little of REST that importers need, from a
//! [`View`].
//!
//! Queries are parsed, validated against the client's schema and executed; prices, limits, paging and error replies
//! follow GitHub's. The provider's clock is the view's and stands still between two calls of [`Server::set_view`]:
//! the `Date` header, resets and expiries are relative to it. Waits that pass in real time are the points window
//! ([`Config::window`]) and [`FaultKind::Slow`].

mod answer;
mod board_query;
mod cost;
mod cursor;
mod execute;
mod fault;
mod fault_table;
mod graphql;
mod limits;
mod node;
mod page;
mod plan;
mod prepared;
mod record;
mod reply;
mod resolve;
mod rest;
mod schema;
mod wire;

#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use self::answer::State;
use self::wire::{Fuse, Listening};
use crate::view::View;

pub use self::fault::{Fault, FaultError, FaultKind, Occurrence};
pub use self::fault_table::names;
pub use self::limits::Counters;

/// How a server is set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address to listen at; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// The only good token, besides those issued to an app; `None`: any token is good.
    pub token: Option<String>,
    /// Points per window.
    pub points_per_window: u64,
    /// Length of the points window in real time.
    pub window: Duration,
    /// Folder for numbered files of all exchanges; made when absent.
    pub record: Option<PathBuf>,
}

impl Default for Config {
    /// A free port of the loopback interface, no faults, any token, 5,000 points an hour.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            faults: Vec::new(),
            token: None,
            points_per_window: 5_000,
            window: Duration::from_hours(1),
            record: None,
        }
    }
}

/// Time that requests in work get to end when the server stops.
const GRACE: Duration = Duration::from_secs(1);

/// A running server.
pub struct Server {
    address: SocketAddr,
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Binds and begins to serve on the present runtime.
    ///
    /// Fails when the address cannot be bound or the folder for recordings cannot be made.
    pub async fn start(view: View, config: Config) -> io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::new(view, &config)?);
        let router = answer::router(Arc::clone(&state));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<Fuse>();
            let serving = axum::serve(Listening(listener), service).with_graceful_shutdown(async {
                // An error is a dropped handle, which means stop as well.
                stopped.await.unwrap_or_default();
            });
            if let Err(error) = serving.await {
                tracing::error!(%error, "the sandbox stopped serving: {error}");
            }
        });
        Ok(Self { address, state, stop: Some(stop), task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Base of the REST API, without a slash at the end. GraphQL is at `{url}/graphql`; as on GitHub Enterprise Server
    /// there are `{url}/api/v3` and `{url}/api/graphql` too.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Shows another instant from the next request on. Counters, faults and the points window go on.
    pub fn set_view(&self, view: View) {
        self.state.set_view(view);
    }

    /// What was counted so far.
    pub fn counters(&self) -> Counters {
        self.state.counters()
    }

    /// Exchanges the faults; their calls are counted from one again.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.state.set_faults(faults);
    }

    /// Stops serving; requests in work get a second to end.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // An error means that the task has ended already.
            stop.send(()).unwrap_or_default();
        }
        if tokio::time::timeout(GRACE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}
