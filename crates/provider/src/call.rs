//! What a provider adds to the request loop: what is sent, and what a reply means.

use std::time::Duration;

use async_trait::async_trait;
use source::{ErrorKind, Progress, SourceError};
use tokio_util::sync::CancellationToken;

use crate::reply::Reply;
use crate::transport::{Broken, Request};

/// Who is told, who may interrupt, and what is being read.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// As in "issues of acme/api".
    pub what: &'a str,
    /// Who is told of waits and further tries.
    pub progress: &'a dyn Progress,
    /// Ends whatever is under way.
    pub cancel: &'a CancellationToken,
}

/// Why a request cannot be sent.
#[derive(Debug)]
pub enum Unready {
    /// Another try may help. The error is that of the last one; `Unavailable` is then said in the words of
    /// [`Call::gave_up`].
    Again(SourceError),
    /// It will not.
    Final(SourceError),
}

impl From<SourceError> for Unready {
    fn from(error: SourceError) -> Self {
        Self::Final(error)
    }
}

/// What to do with a reply.
#[derive(Debug)]
pub enum Decision<T> {
    /// Use it.
    Done(T),
    /// Wait for a limit, then ask again.
    Limit {
        /// How long, where the provider says so.
        wait: Option<Duration>,
        /// Why, in words.
        reason: String,
        /// Whether every request of the client waits, or this one alone.
        holds_up_all: bool,
    },
    /// Ask for the same again.
    Again {
        /// How long to wait at least, where the provider says so.
        wait: Option<Duration>,
        /// Why, in words.
        reason: String,
    },
    /// The credentials were not accepted: ask once more where [`Call::renew`] has others, else this.
    Renew(Result<T, SourceError>),
    /// Asking again would not help.
    Refused(SourceError),
}

impl<T> Decision<T> {
    /// Takes secrets out of the reasons: they quote the provider. Errors do that by themselves.
    pub(crate) fn redacted(mut self) -> Self {
        if let Self::Limit { reason, .. } | Self::Again { reason, .. } = &mut self {
            redact::redact(reason);
        }
        self
    }
}

/// One request to a provider, from the first try to the last.
#[async_trait]
pub trait Call: Send {
    /// What comes of it.
    type Answer: Send;

    /// Makes the request, with its credentials, before each try; waits for its turn where the provider is paced.
    async fn prepare(&mut self, asking: Asking<'_>) -> Result<Request, Unready>;

    /// Says what a reply means.
    fn judge(&mut self, reply: Reply, asking: Asking<'_>) -> Decision<Self::Answer>;

    /// Says what it means that no reply came. Usually the same is asked for again.
    fn broken(&mut self, broken: Broken) -> Decision<Self::Answer> {
        match broken {
            Broken::Timeout(reason) | Broken::Unreachable(reason) | Broken::Interrupted(reason) => {
                Decision::Again { wait: None, reason }
            }
            Broken::Final(error) => Decision::Refused(error),
        }
    }

    /// Gives up the credentials that were not accepted. Whether there are others; usually not.
    async fn renew(&mut self) -> Result<bool, SourceError> {
        Ok(false)
    }

    /// The text of the error when the tries are used up: for `RateLimited` those that met limits, for `Unavailable` those
    /// that failed.
    fn gave_up(&self, kind: ErrorKind, what: &str, tries: u32, reason: &str) -> String {
        let _ = kind;
        format!("reading {what}: gave up after {tries} tries, {reason}; import again later")
    }
}
