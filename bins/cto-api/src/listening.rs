//! Accepting connections and ending them: with a limit, timeouts, and a bound on the end.

mod connections;
mod stall;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http_api::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::{Service as _, ServiceExt as _};

use connections::{Connection, Connections};
use stall::given_up_after;

/// For the head of a request, and between two requests of a connection. Longer than the time that proxies keep
/// their connections by our example.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// For a client that takes nothing of its answer.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);
/// For requests under way when the program is to end.
const END_TIMEOUT: Duration = Duration::from_secs(10);
/// Beyond the limit, for questions whether the server lives, and for waiting until another connection makes room.
const SPARE_CONNECTIONS: usize = 32;
/// After a failure to accept, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// A request's head in memory; what is longer is refused before it reaches the router.
const READ_BUFFER_BYTES: usize = 64 << 10;
const MOST_HEADERS: usize = 100;

/// Serves until `end` ends, then finishes what is under way.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    most_connections: usize,
    end: impl Future<Output = ()>,
) {
    let (ending, ended) = watch::channel(());
    let connections = Arc::new(Connections::new(most_connections));
    let mut tasks = JoinSet::new();
    let mut router = router.into_make_service_with_connect_info::<SocketAddr>();
    let mut end = pin!(end);
    'accepting: loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut end => break 'accepting,
            Some(_) = tasks.join_next() => continue,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                pause_after(&error).await;
                continue;
            }
        };
        if tasks.len() >= most_connections + SPARE_CONNECTIONS {
            connections.close_first_spare();
            tokio::select! {
                _ = tasks.join_next() => {}
                () = &mut end => break 'accepting,
            }
        }
        let Ok(answering) = router.call(peer).await;
        let connection = Connections::open(&connections);
        let service = service_fn({
            let connection = Arc::clone(&connection);
            move |request: hyper::Request<hyper::body::Incoming>| {
                let busy = connection.busy();
                let (answering, connection) = (answering.clone(), Arc::clone(&connection));
                async move {
                    if !is_about_health(request.uri().path()) {
                        connection.take_place().await;
                    }
                    let answer = answering.oneshot(request).await;
                    drop(busy);
                    answer
                }
            }
        });
        tasks.spawn(converse(stream, service, connection, ended.clone()));
    }
    drop(listener);
    drop(ended);
    // Connections that have ended already do not listen any more.
    let _ = ending.send(());
    finish(tasks).await;
}

/// What is asked by whoever watches over the server; answered without a place among the connections.
fn is_about_health(path: &str) -> bool {
    path.ends_with("/healthz") || path.ends_with("/readyz")
}

/// Waits for requests under way, but not for ever.
async fn finish(mut tasks: JoinSet<()>) {
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(END_TIMEOUT, all).await.is_err() {
        tracing::warn!("{} connections were cut: their requests took longer than {END_TIMEOUT:?}", tasks.len());
    }
}

/// One connection from its first request to its end.
async fn converse<S, B>(stream: TcpStream, service: S, connection: Arc<Connection>, mut ended: watch::Receiver<()>)
where
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = B, Error = Infallible>,
    B: hyper::body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    // Without it small answers may wait for an acknowledgement; answers are right either way.
    let _ = stream.set_nodelay(true);
    let stream = TokioIo::new(given_up_after(STALL_TIMEOUT, stream));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    http.max_buf_size(READ_BUFFER_BYTES).max_headers(MOST_HEADERS);
    let mut conversation = pin!(http.serve_connection(stream, service));
    let outcome = tokio::select! {
        outcome = conversation.as_mut() => outcome,
        () = connection.closed() => return,
        _ = ended.changed() => {
            conversation.as_mut().graceful_shutdown();
            conversation.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Of one connection that broke off before it was accepted nothing is said.
async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::error!(%error, "cannot accept connections; trying again");
    tokio::time::sleep(ACCEPT_PAUSE).await;
}
