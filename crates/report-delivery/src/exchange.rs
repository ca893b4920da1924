//! A request to a service, and what its reply means.

use std::sync::Arc;

use async_trait::async_trait;
use provider::{About, Asking, Broken, Call, Connection, Decision, Policy, Reply, Request, Unready, Url, shortened};
use source::{Clock, ErrorKind, Silent, SourceError};
use tokio_util::sync::CancellationToken;

/// Who sends, and how patiently.
#[derive(Clone)]
pub(crate) struct Manner {
    pub(crate) user_agent: Option<String>,
    pub(crate) policy: Policy,
    pub(crate) clock: Arc<dyn Clock>,
}

/// The way to one service.
pub(crate) struct Service {
    connection: Connection,
    /// What to look at where a request is refused.
    remedy: &'static str,
}

/// Whether a request may be sent twice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// The second changes nothing.
    Harmless,
    /// There would be two messages.
    Doubles,
}

impl Service {
    /// `name` as in "asked GitHub", `remedy` as in "check the token".
    pub(crate) fn new(
        name: &'static str,
        addresses: &'static str,
        remedy: &'static str,
        url: &Url,
        manner: Manner,
    ) -> Self {
        let about = About { name, addresses, request_ids: &["x-github-request-id", "x-request-id"] };
        let connection = Connection::new(about, manner.policy, manner.user_agent, &[url], 1, manner.clock);
        Self { connection, remedy }
    }

    /// Sends a request until there is a reply that says that it was taken.
    pub(crate) async fn ask(&self, request: Request, repeat: Repeat) -> Result<Reply, SourceError> {
        let mut call = Sending { request, repeat, remedy: self.remedy };
        let asking = Asking { what: "the report", progress: &Silent, cancel: &CancellationToken::new() };
        self.connection.ask(&mut call, asking, &mut 0).await
    }
}

struct Sending {
    request: Request,
    repeat: Repeat,
    remedy: &'static str,
}

#[async_trait]
impl Call for Sending {
    type Answer = Reply;

    async fn prepare(&mut self, _asking: Asking<'_>) -> Result<Request, Unready> {
        Ok(self.request.clone())
    }

    fn judge(&mut self, reply: Reply, _asking: Asking<'_>) -> Decision<Reply> {
        let reason = answered(&reply);
        match reply.status {
            200..300 => Decision::Done(reply),
            403 | 429 if reply.status == 429 || reply.retry_after().is_some() => {
                Decision::Limit { wait: reply.retry_after(), reason, holds_up_all: false }
            }
            503 => Decision::Again { wait: reply.retry_after(), reason },
            502 | 504 if self.repeat == Repeat::Harmless => Decision::Again { wait: reply.retry_after(), reason },
            500.. => refused(ErrorKind::Unavailable, &format!("{reason}; send it again later")),
            401 | 403 => refused(ErrorKind::Unauthorized, &format!("{reason}: {}", self.remedy)),
            404 | 410 => refused(ErrorKind::NotFound, &format!("{reason}: {}", self.remedy)),
            _ => refused(ErrorKind::UnexpectedResponse, &reason),
        }
    }

    fn broken(&mut self, broken: Broken) -> Decision<Reply> {
        match broken {
            Broken::Unreachable(reason) => Decision::Again { wait: None, reason },
            Broken::Timeout(reason) | Broken::Interrupted(reason) if self.repeat == Repeat::Harmless => {
                Decision::Again { wait: None, reason }
            }
            Broken::Timeout(reason) | Broken::Interrupted(reason) => {
                let reason =
                    format!("{reason}; whether it has arrived is not known: look there before it is sent again");
                refused(ErrorKind::Unavailable, &reason)
            }
            Broken::Final(error) => Decision::Refused(error),
        }
    }

    fn gave_up(&self, _kind: ErrorKind, _what: &str, tries: u32, reason: &str) -> String {
        format!("gave up after {tries} tries, {reason}; send it again later")
    }
}

fn refused<T>(kind: ErrorKind, reason: &str) -> Decision<T> {
    Decision::Refused(SourceError::new(kind, reason))
}

/// The status and the first words of a reply.
fn answered(reply: &Reply) -> String {
    let words = shortened(&String::from_utf8_lossy(&reply.body));
    let status = format!("the server answered {}", reply.status);
    if words.is_empty() { status } else { format!("{status} ({words})") }
}
