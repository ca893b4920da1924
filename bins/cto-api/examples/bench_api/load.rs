//! Load generators and their latencies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};

use crate::client::Client;

/// Connections that a load at a rate takes turns on; more than are busy at once.
const TURNS: usize = 64;
/// How often to ask whether there is a new snapshot.
const LOOK: Duration = Duration::from_millis(20);

/// Times of answers.
#[derive(Debug, Default)]
pub(crate) struct Latencies {
    times: Vec<Duration>,
    /// Requests without a good answer.
    pub(crate) failed: usize,
}

impl Latencies {
    pub(crate) fn push(&mut self, time: Duration) {
        self.times.push(time);
    }

    pub(crate) fn asked(&self) -> usize {
        self.times.len() + self.failed
    }

    pub(crate) fn summary(&self) -> String {
        let mut times = self.times.clone();
        times.sort_unstable();
        let at = |share: f64| {
            let place = (times.len() as f64 * share).ceil() as usize;
            times.get(place.saturating_sub(1)).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
        };
        format!(
            "{} asked  p50 {:.1}  p95 {:.1}  p99 {:.1}  max {:.1} ms",
            self.asked(),
            at(0.5),
            at(0.95),
            at(0.99),
            at(1.0)
        )
    }
}

/// One request on a connection of its own; the connecting does not count.
pub(crate) async fn once(address: &str, path: &str) -> anyhow::Result<Duration> {
    let mut client = Client::connect(address).await?;
    let begun = Instant::now();
    let answer = client.get(path, "").await?;
    let time = begun.elapsed();
    anyhow::ensure!(answer.status == 200, "{path}: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
    Ok(time)
}

/// Asks at fixed times, whether the answers before have come or not. Time counts from when a request was due.
pub(crate) async fn at_rate(address: &str, paths: &[String], rate: u64, length: Duration) -> Latencies {
    let begun = tokio::time::Instant::now();
    let idle: Arc<Mutex<Vec<Client>>> = Arc::default();
    let mut asking = JoinSet::new();
    let total = rate * length.as_secs();
    for number in 0..total {
        let due = begun + Duration::from_secs_f64(number as f64 / rate as f64);
        sleep_until(due).await;
        let (address, idle) = (address.to_owned(), Arc::clone(&idle));
        let path = paths[number as usize % paths.len()].clone();
        asking.spawn(async move {
            let kept = idle.lock().await.pop();
            let mut client = match kept {
                Some(client) => client,
                None => Client::connect(&address).await?,
            };
            let answer = client.get(&path, "").await?;
            let time = due.elapsed();
            anyhow::ensure!(answer.status == 200, "{path}: {}", answer.status);
            let mut idle = idle.lock().await;
            if idle.len() < TURNS {
                idle.push(client);
            }
            Ok(time)
        });
    }
    let mut latencies = Latencies::default();
    while let Some(outcome) = asking.join_next().await {
        match outcome.context("a request panicked").and_then(|outcome| outcome) {
            Ok(time) => latencies.push(time),
            Err(error) => {
                eprintln!("  failed: {error:#}");
                latencies.failed += 1;
            }
        }
    }
    latencies
}

/// Every connection asks again as soon as it was answered; requests a second. With the header, its value is the
/// `ETag` of the answer before.
pub(crate) async fn as_fast_as_possible(
    address: &str,
    paths: &'static [&'static str],
    header: Option<&'static str>,
    connections: usize,
    length: Duration,
) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let answered = Arc::new(AtomicUsize::new(0));
    let mut asking = JoinSet::new();
    for number in 0..connections {
        let path = paths[number % paths.len()];
        let mut client = Client::connect(address).await?;
        let answered = Arc::clone(&answered);
        asking.spawn(async move {
            let etag = client.get(path, "").await?.etag;
            let line = header.zip(etag).map(|(header, etag)| format!("{header}: {etag}\r\n")).unwrap_or_default();
            let expected = if line.is_empty() { 200 } else { 304 };
            while begun.elapsed() < length {
                let status = client.get(path, &line).await?.status;
                anyhow::ensure!(status == expected, "{path}: {status}");
                answered.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        });
    }
    while let Some(outcome) = asking.join_next().await {
        outcome.context("a connection panicked")??;
    }
    Ok(answered.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64())
}

/// Which data is served.
pub(crate) async fn snapshot(address: &str) -> anyhow::Result<String> {
    let answer = Client::connect(address).await?.get("/api/v1/meta", "").await?;
    let meta: serde_json::Value = serde_json::from_slice(&answer.body).context("/api/v1/meta")?;
    meta["snapshot"].as_str().map(str::to_owned).context("/api/v1/meta names no snapshot")
}

/// Waits until other data is served than before; the time it took.
pub(crate) async fn until_another_snapshot(address: &str, before: &str, most: Duration) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    while snapshot(address).await? == before {
        anyhow::ensure!(begun.elapsed() < most, "no new data within {most:?}");
        sleep(LOOK).await;
    }
    Ok(begun.elapsed())
}
