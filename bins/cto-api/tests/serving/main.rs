//! The program as people run it: the real binary on a free port, asked over real sockets.

mod client;
mod dashboard;
mod dora_report;
#[cfg(unix)]
mod ending;
mod events;
mod hostile;
mod jobs;
mod load;
mod process;
mod pushing;
mod refusing;
mod reloading;
mod reports;
mod senders;
mod starting;
mod tables;
mod tickets;
mod totals;
mod webhooks;
