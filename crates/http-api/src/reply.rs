//! Answers that are known at once, or once something is stored.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

/// What whoever takes something in answers.
#[derive(Debug)]
pub enum Reply<T> {
    /// It is known.
    Now(T),
    /// It will be.
    Later {
        /// Where it comes from.
        coming: oneshot::Receiver<T>,
        /// How long to wait for it; `None` for as long as it takes.
        patience: Option<Duration>,
        /// What is answered where that is not long enough, or where nothing can come any more.
        otherwise: T,
    },
}

impl<T> From<T> for Reply<T> {
    fn from(answer: T) -> Self {
        Self::Now(answer)
    }
}

impl<T> Reply<T> {
    pub(crate) async fn known(self) -> T {
        match self {
            Self::Now(answer) => answer,
            Self::Later { coming, patience: None, otherwise } => coming.await.unwrap_or(otherwise),
            Self::Later { coming, patience: Some(patience), otherwise } => {
                timeout(patience, coming).await.ok().and_then(Result::ok).unwrap_or(otherwise)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(1);

    fn later(patience: Option<Duration>) -> (oneshot::Sender<u8>, Reply<u8>) {
        let (sender, coming) = oneshot::channel();
        (sender, Reply::Later { coming, patience, otherwise: 0 })
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_in_time_is_answered_and_else_what_is_known_by_then() {
        let (sender, reply) = later(Some(PATIENCE));
        sender.send(1).expect("somebody waits");
        assert_eq!(reply.known().await, 1);

        let (_sender, reply) = later(Some(PATIENCE));
        let begun = tokio::time::Instant::now();
        assert_eq!((reply.known().await, begun.elapsed()), (0, PATIENCE));

        let (sender, reply) = later(None);
        drop(sender);
        assert_eq!(reply.known().await, 0, "nothing can come any more");
        assert_eq!(Reply::from(2).known().await, 2);
    }
}
