//! A stream whose other end has to take what it is sent.

use std::pin::Pin;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_io_timeout::TimeoutStream;

/// Fails to write once nothing was taken for so long. Reading is left alone: a client may think.
pub(super) fn given_up_after<S: AsyncRead + AsyncWrite>(patience: Duration, stream: S) -> Pin<Box<TimeoutStream<S>>> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(patience));
    Box::pin(stream)
}

#[cfg(test)]
mod tests {
    use std::io;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
    }

    #[test]
    fn a_client_that_takes_nothing_is_given_up() {
        runtime().block_on(async {
            let (near, far) = tokio::io::duplex(16);
            let mut near = given_up_after(PATIENCE, near);
            let error = near.write_all(&[0; 64]).await.expect_err("given up");
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            drop(far);
        });
    }

    #[test]
    fn a_client_that_takes_little_by_little_is_served_to_the_end() {
        runtime().block_on(async {
            let (near, mut far) = tokio::io::duplex(16);
            let mut near = given_up_after(PATIENCE, near);
            let writing = tokio::spawn(async move { near.write_all(&[7; 256]).await });
            for _ in 0..16 {
                tokio::time::sleep(PAUSE_OF_CLIENT).await;
                let mut bytes = [0; 16];
                far.read_exact(&mut bytes).await.expect("sent");
                assert_eq!(bytes, [7; 16]);
            }
            writing.await.expect("no panic").expect("all was taken");
        });
    }

    const PAUSE_OF_CLIENT: Duration = Duration::from_secs(20);
}
