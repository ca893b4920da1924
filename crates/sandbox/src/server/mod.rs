//! An HTTP server that answers like GitHub's GraphQL API, and the little of REST that importers need, from a
//! [`View`].
//!
//! Queries are parsed, validated against the client's schema and executed; prices, limits, paging and error replies
//! follow GitHub's. The provider's clock is the view's and stands still between two calls of [`Server::set_view`]:
//! the `Date` header, resets and expiries are relative to it. Waits that pass in real time are the points window
//! ([`Config::window`]) and [`FaultKind::Slow`].

mod answer;
mod board_query;
mod conduct;
mod cost;
mod cursor;
mod execute;
mod fault;
mod fault_table;
mod graphql;
mod introspection;
mod lack;
mod limits;
mod node;
mod page;
mod plan;
mod prepared;
mod record;
pub(crate) mod reply;
mod resolve;
pub(crate) mod rest;
mod schema;
pub(crate) mod serving;
pub(crate) mod wire;

#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use self::answer::State;
pub(crate) use self::answer::bearer;
use self::serving::Serving;
use crate::clouds::{self, CloudConfig, CloudCounters, CloudFault, CloudState};
use crate::gitlab::{self, GitlabConfig, GitlabCounters, GitlabFault, GitlabState};
use crate::view::View;

pub use self::conduct::{Conduct, IdForm, IdKind, Ids};
pub use self::fault::{Fault, FaultKind, Occurrence};
pub use self::fault_table::names;
pub use self::lack::{Lack, UnknownLack};
pub use self::limits::Counters;
pub use crate::fault_setting::FaultError;

/// How a server is set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address to listen at; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// What kind of GitHub answers.
    pub conduct: Conduct,
    /// The only good token, besides those issued to an app; `None`: any token is good.
    pub token: Option<String>,
    /// Points per window.
    pub points_per_window: u64,
    /// Length of the points window in real time.
    pub window: Duration,
    /// Folder for numbered files of all exchanges; made when absent.
    pub record: Option<PathBuf>,
    /// Azure and Google on the same address; `None`: neither. Unless they have a clock, their date is the view's.
    pub clouds: Option<CloudConfig>,
    /// GitLab on the same address, at `/api/v4` and `/api/graphql`, over the same view; `None`: none.
    pub gitlab: Option<GitlabConfig>,
}

impl Default for Config {
    /// A free port of the loopback interface, no faults, the whole schema, new ids, any token, 5,000 points an hour.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            faults: Vec::new(),
            conduct: Conduct::default(),
            token: None,
            points_per_window: 5_000,
            window: Duration::from_hours(1),
            record: None,
            clouds: None,
            gitlab: None,
        }
    }
}

/// A running server.
pub struct Server {
    serving: Serving,
    state: Arc<State>,
    clouds: Option<Arc<CloudState>>,
    gitlab: Option<Arc<GitlabState>>,
}

impl Server {
    /// Binds and begins to serve on the present runtime.
    ///
    /// Fails when the address cannot be bound or the folder for recordings cannot be made.
    pub async fn start(view: View, config: Config) -> io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let now = view.now;
        let gitlab = config.gitlab.as_ref().map(|gitlab| Arc::new(GitlabState::new(view.clone(), gitlab)));
        let state = Arc::new(State::new(view, &config)?);
        let mut router = answer::router(Arc::clone(&state), gitlab.is_none());
        if let Some(gitlab) = &gitlab {
            router = router.merge(gitlab::router(Arc::clone(gitlab)));
        }
        let clouds = config.clouds.as_ref().map(|clouds| Arc::new(CloudState::new(clouds)));
        if let Some(clouds) = &clouds {
            clouds.set_now(now);
            router = router.merge(clouds::router(Arc::clone(clouds)));
        }
        let serving = Serving::start(listener, router)?;
        Ok(Self { serving, state, clouds, gitlab })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.serving.address()
    }

    /// Base of the REST API, without a slash at the end. GraphQL is at `{url}/graphql`; as on GitHub Enterprise Server
    /// there are `{url}/api/v3` and `{url}/api/graphql` too, the latter unless it is GitLab's. `{url}` itself is the address
    /// of GitLab.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Shows another instant from the next request on. Counters, faults and the points window go on.
    pub fn set_view(&self, view: View) {
        if let Some(clouds) = &self.clouds {
            clouds.set_now(view.now);
        }
        if let Some(gitlab) = &self.gitlab {
            gitlab.set_view(view.clone());
        }
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

    /// Answers as another kind of GitHub from the next request on; queries are counted from one for [`Ids::later`].
    pub fn set_conduct(&self, conduct: Conduct) {
        self.state.set_conduct(conduct);
    }

    /// What the clouds counted so far; nothing when they are not served.
    pub fn cloud_counters(&self) -> CloudCounters {
        self.clouds.as_ref().map(|clouds| clouds.counters()).unwrap_or_default()
    }

    /// Exchanges the faults of the clouds; their calls are counted from one again. Without clouds nothing happens.
    pub fn set_cloud_faults(&self, faults: &[CloudFault]) {
        if let Some(clouds) = &self.clouds {
            clouds.set_faults(faults);
        }
    }

    /// What GitLab counted so far; nothing when it is not served.
    pub fn gitlab_counters(&self) -> GitlabCounters {
        self.gitlab.as_ref().map(|gitlab| gitlab.counters()).unwrap_or_default()
    }

    /// Exchanges the faults of GitLab; their calls are counted from one again, and what was touched while pages were read is
    /// as it was. Without GitLab nothing happens.
    pub fn set_gitlab_faults(&self, faults: &[GitlabFault]) {
        if let Some(gitlab) = &self.gitlab {
            gitlab.set_faults(faults);
        }
    }

    /// Stops serving; requests in work get a second to end.
    pub async fn stop(self) {
        self.serving.stop().await;
    }
}
