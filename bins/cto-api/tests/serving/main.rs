//! The program as people run it: the real binary on a free port, asked over real sockets.

mod client;
mod dashboard;
#[cfg(unix)]
mod ending;
mod events;
mod hostile;
mod load;
mod process;
mod refusing;
mod reloading;
mod senders;
mod starting;
mod tables;
mod totals;
mod webhooks;
