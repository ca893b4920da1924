//! Signals that ask a program to end: Ctrl-C and SIGTERM.

use std::io;

/// Being told to end: by Ctrl-C, or by the system (SIGTERM: a stopped unit, a container, a shutdown).
#[derive(Debug)]
pub struct Interruption {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

/// Listens from now on, not from the first poll on. Needs a tokio runtime; fails where the system gives no signals.
#[cfg(unix)]
pub fn interruption() -> io::Result<Interruption> {
    use tokio::signal::unix::{SignalKind, signal};
    Ok(Interruption { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
}

/// Listens from now on. Needs a tokio runtime.
#[cfg(not(unix))]
pub fn interruption() -> io::Result<Interruption> {
    Ok(Interruption {})
}

impl Interruption {
    /// Ends when the program is told to end once more.
    #[cfg(unix)]
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Ends when the program is told to end once more.
    #[cfg(not(unix))]
    pub async fn next(&mut self) {
        if let Err(error) = tokio::signal::ctrl_c().await {
            crate::report!("cannot wait for an interruption: {error}");
            std::future::pending::<()>().await;
        }
    }
}
