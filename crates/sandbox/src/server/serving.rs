//! A router that is served until it is stopped.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::wire::{Fuse, Listening};

/// Time that requests in work get to end when the server stops.
const GRACE: Duration = Duration::from_secs(1);

/// A task that serves.
pub(crate) struct Serving {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Serving {
    /// Begins to serve on the present runtime.
    pub(crate) fn start(listener: TcpListener, router: Router) -> io::Result<Self> {
        let address = listener.local_addr()?;
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
        Ok(Self { address, stop: Some(stop), task })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops serving; requests in work get a second to end.
    pub(crate) async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // An error means that the task has ended already.
            stop.send(()).unwrap_or_default();
        }
        if tokio::time::timeout(GRACE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}
