//! Measures a `cto-api` over a store: `config/scripts/bench-api.sh` runs it.
//!
//! It starts the program, takes the time until it listens and until it is ready, asks it as browsers would, lets it
//! reload under load, and reads its memory from `/proc`. The store is written to: its number of changes is raised.

mod client;
mod load;
mod routes;
mod server;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;

use load::Latencies;
use server::Server;

/// Measure a cto-api over a store.
#[derive(Debug, Parser)]
struct Arguments {
    /// The program to measure.
    #[arg(long)]
    server: PathBuf,
    /// Store to serve, such as sqlite:cto.db. Its number of changes is raised.
    #[arg(long)]
    store: String,
    /// Configuration.
    #[arg(long)]
    config: PathBuf,
    /// Length of each load.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Requests a second of the mixed load.
    #[arg(long, default_value_t = 200)]
    rate: u64,
    /// Connections of the load on cached routes.
    #[arg(long, default_value_t = 32)]
    connections: usize,
}

/// Of the mixed load, one question in so many is new.
const ONE_NEW_IN: usize = 20;

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads")?;
    runtime.block_on(measure(&arguments))
}

async fn measure(arguments: &Arguments) -> anyhow::Result<()> {
    let mut server = Server::start(&arguments.server, &arguments.store, &arguments.config)?;
    let ready = server.wait_until_ready().await?;
    say("listening after", &milliseconds(server.listening_after), "target 1 s");
    say("ready after", &milliseconds(ready), "");
    let address = server.address.clone();
    let length = Duration::from_secs(arguments.seconds);
    say("memory, at rest", &mebibytes(server.memory()?), "target for large 300 MiB");

    let mut cold = Latencies::default();
    for path in routes::cold(&address).await? {
        cold.push(load::once(&address, &path).await?);
    }
    say("cold filtered queries", &cold.summary(), "target 300 ms");

    say("memory, after cold queries", &mebibytes(server.memory()?), "");

    let mixed = routes::mixed(&address).await?;
    for path in &mixed {
        load::once(&address, path).await?;
    }
    let asked = arguments.rate * arguments.seconds;
    let with_new = routes::with_new(&address, &mixed, asked as usize, ONE_NEW_IN).await?;
    let answered = load::at_rate(&address, &with_new, arguments.rate, length).await;
    let name = format!("mixed, {}/s, 5 % new", arguments.rate);
    say(&name, &answered.summary(), "target p50 20 ms");
    let answered = load::at_rate(&address, &mixed, arguments.rate, length).await;
    let name = format!("mixed, {}/s, none new", arguments.rate);
    say(&name, &answered.summary(), "target p95 20 ms");

    for (name, header) in [("cached", None), ("cached, 304", Some("If-None-Match"))] {
        let rate = load::as_fast_as_possible(&address, &routes::CACHED, header, arguments.connections, length).await?;
        say(name, &format!("{rate:.0} requests/s"), "target 5000/s");
    }
    say("memory, full caches", &mebibytes(server.memory()?), "target for large 450 MiB");

    server.forget_peak()?;
    let before = load::snapshot(&address).await?;
    let loading = load::at_rate(&address, &mixed, arguments.rate, length);
    let reloading = async {
        server::change(&arguments.store)?;
        load::until_another_snapshot(&address, &before, length).await
    };
    let (answered, reloaded) = tokio::join!(loading, reloading);
    say("reload under load", &answered.summary(), &format!("new data after {}", milliseconds(reloaded?)));
    say("dropped meanwhile", &format!("{} of {}", answered.failed, answered.asked()), "target 0");
    say("memory, peak of the reload", &mebibytes(server.peak()?), "target for large 600 MiB");
    say("memory, after the reload", &mebibytes(server.memory()?), "");
    let code = server.stop()?;
    anyhow::ensure!(code == Some(0), "the server ended with {code:?}");
    Ok(())
}

fn say(name: &str, value: &str, remark: &str) {
    println!("  {name:<28} {value:<58} {remark}");
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

fn mebibytes(kibibytes: u64) -> String {
    format!("{} MiB", kibibytes / 1024)
}
